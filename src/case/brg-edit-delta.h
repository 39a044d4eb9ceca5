#pragma once

#include <glib.h>

#include "engine/brg-mask.h"

G_BEGIN_DECLS

/* What one hand edit changed: the exclusive or of the two edit masks before and after, run-length
 * coded over the touched box. Applying it a second time takes it back. Immutable.
 *
 * Runs are alternating counts of equal and of changed voxels, each a little-endian base-128
 * number, over the words of the box (i range widened to whole words), j then k, `added` first and
 * then `removed`. The bytes are what a store keeps. */
typedef struct
{
  BrgBox box; /* touched voxels on the scan's grid, tight to words along i */
  GBytes *runs;
} BrgEditDelta;

/* The difference inside `box`. NULL when nothing differs. The masks share one grid; an old one that
 * is NULL was empty. */
BrgEditDelta *brg_edit_delta_new (const BrgMask *old_added,
                                  const BrgMask *old_removed,
                                  const BrgMask *added,
                                  const BrgMask *removed,
                                  const BrgBox *box);
void brg_edit_delta_free (BrgEditDelta *delta); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgEditDelta, brg_edit_delta_free)

/* Do box and runs fit edit masks on this grid? */
gboolean brg_edit_delta_fits (const BrgEditDelta *delta, const BrgGrid *grid);

/* Flips the recorded voxels. FALSE, and both masks untouched, when box or runs do not fit the
 * masks: a delta that was read from a file needs no other check. */
gboolean brg_edit_delta_apply (const BrgEditDelta *delta, BrgMask *added, BrgMask *removed);

/* Bytes held, for the budget of the history. */
gsize brg_edit_delta_get_size (const BrgEditDelta *delta);

G_END_DECLS
