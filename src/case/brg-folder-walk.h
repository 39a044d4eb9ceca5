#pragma once

#include <glib.h>

#include "engine/brg-job.h"

G_BEGIN_DECLS

/* Regular files in a folder and below, links not followed, hidden ones left out. */

#define BRG_WALK_MAX_FILES 200000
#define BRG_WALK_MAX_DEPTH 32

/* `depth` is how many levels are looked at: 1 for the folder alone, up to BRG_WALK_MAX_DEPTH. Paths
 * (char *), sorted by bytes. NULL and `error` when `folder` cannot be read, on cancel, or
 * when there are more than BRG_WALK_MAX_FILES; folders below that cannot be read are passed over.
 * The job knows of every file as it is found. Any thread. */
GPtrArray *_brg_folder_walk (const char *folder, int depth, BrgJob *job, GError **error);

G_END_DECLS
