#pragma once

#include "case/brg-store.h"

G_BEGIN_DECLS

/* Turns `added` and `removed` of the contents from the base into the live edits, or back: both are
 * the other with the deltas of the past applied. New masks are made where a delta needs them; those
 * that were there are not written. The deltas that can be redone are tried too. FALSE, with the
 * contents untouched, when a delta does not fit (BRG_STORE_ERROR_CORRUPT), when live edits or base
 * would hold a voxel as added and removed (the same), or when memory is short; the error begins
 * with `file`. Any thread. */
gboolean
brg_store_contents_flip_past (BrgStoreContents *contents, const char *file, GError **error);

G_END_DECLS
