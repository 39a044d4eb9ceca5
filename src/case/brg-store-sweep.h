#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Removes from a folder what makers of cases (brg-store-part.h) left there when they were killed:
 * hidden files ".NAME.bregma.part" that no process holds. Links, folders and files of other names
 * are left alone, as is everything on a file system that knows no locks. Best effort: nothing is
 * reported. Any thread. */
void brg_store_sweep (const char *folder);

G_END_DECLS
