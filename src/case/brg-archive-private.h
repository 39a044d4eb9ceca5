#pragma once

#include "case/brg-archive.h"

G_BEGIN_DECLS

/* Shared by brg-archive*.c. */

/* How many members the end of a zip of `size` bytes says that there are, 0 when it has none: asked
 * before the library is, which has room for all of them made before it can be asked. Of several
 * ends the largest number. */
guint64 _brg_archive_count_members (int file, guint64 size);

G_END_DECLS
