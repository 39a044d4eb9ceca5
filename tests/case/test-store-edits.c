/* From the base to the live edits and back; deltas that do not fit. */

#include <string.h>

#include "case/brg-store-edits.h"
#include "phantom.h"

/* A delta that flips voxel (i, 5, 5) of `added` or `removed`. */
static BrgHistoryEntry *
flip_of (int i, gboolean of_removed)
{
  BrgGrid grid = phantom_grid ();
  BrgMask *empty = brg_mask_new (&grid, NULL), *one = brg_mask_new (&grid, NULL);
  BrgBox box = brg_grid_box (&grid);

  brg_mask_set (one, i, 5, 5, true);
  BrgEditDelta *delta =
    brg_edit_delta_new (NULL, NULL, of_removed ? empty : one, of_removed ? one : empty, &box);
  brg_mask_unref (empty);
  brg_mask_unref (one);
  return brg_history_entry_new_edit (delta, "Paint");
}

/* A delta whose box begins beyond the grid. */
static BrgHistoryEntry *
misfit (void)
{
  BrgEditDelta *delta = g_new0 (BrgEditDelta, 1);

  delta->box = (BrgBox){ { 4000, 0, 0 }, { 4064, 1, 1 } };
  delta->runs = g_bytes_new ("\0\1", 2);
  return brg_history_entry_new_edit (delta, "Paint");
}

static BrgStoreContents
new_contents (void)
{
  return (BrgStoreContents){ .scan = phantom_scan (),
                             .entries = brg_history_entries_new (),
                             .first_seq = 7,
                             .position_seq = 7 };
}

static void
add_entry (BrgStoreContents *contents, BrgHistoryEntry *entry, gboolean is_past)
{
  g_ptr_array_add (contents->entries, entry);
  contents->position_seq += is_past ? 1 : 0;
}

/* Entries of the past count, others do not, and a second time takes it back. */
static void
test_there_and_back (void)
{
  BrgRecipe recipe = brg_recipe_default ();
  g_autoptr (BrgRecipes) recipes = brg_recipes_new (&recipe, 1);
  BrgStoreContents contents = new_contents ();

  g_assert_true (brg_store_contents_flip_past (&contents, "A.bregma", NULL));
  g_assert_null (contents.added);
  add_entry (&contents, flip_of (1, FALSE), TRUE);
  add_entry (&contents, brg_history_entry_new_recipes (recipes, recipes, NULL), TRUE);
  add_entry (&contents, flip_of (2, TRUE), TRUE);
  add_entry (&contents, flip_of (3, FALSE), FALSE);
  contents.added = brg_mask_new (&contents.scan->grid, NULL);
  brg_mask_set (contents.added, 9, 9, 9, true);
  BrgMask *base = brg_mask_ref (contents.added);

  g_assert_true (brg_store_contents_flip_past (&contents, "A.bregma", NULL));
  g_assert_cmpuint (brg_mask_count (base), ==, 1);
  g_assert_cmpuint (brg_mask_count (contents.added), ==, 2);
  g_assert_true (brg_mask_get (contents.added, 1, 5, 5));
  g_assert_cmpuint (brg_mask_count (contents.removed), ==, 1);
  g_assert_true (brg_mask_get (contents.removed, 2, 5, 5));
  g_assert_true (brg_store_contents_flip_past (&contents, "A.bregma", NULL));
  g_assert_true (brg_mask_equal (contents.added, base));
  g_assert_true (brg_mask_is_empty (contents.removed));
  brg_mask_unref (base);
  brg_store_contents_clear (&contents);
}

/* Named by its number, also one that could only be redone; nothing is changed. */
static void
assert_misfit (gboolean is_past)
{
  g_autoptr (GError) error = NULL;
  BrgStoreContents contents = new_contents ();

  add_entry (&contents, flip_of (1, FALSE), TRUE);
  add_entry (&contents, misfit (), is_past);
  g_assert_false (brg_store_contents_flip_past (&contents, "A.bregma", &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT);
  g_assert_cmpstr (error->message, ==,
                   "A.bregma: damaged: the hand edit of action 9 does not fit the scan");
  g_assert_null (contents.added);
  brg_store_contents_clear (&contents);
}

static void
test_misfit (void)
{
  assert_misfit (TRUE);
  assert_misfit (FALSE);
}

/* No voxel is added and removed, whatever a file says. */
static void
test_both (void)
{
  g_autoptr (GError) error = NULL;
  BrgStoreContents contents = new_contents ();

  add_entry (&contents, flip_of (1, FALSE), TRUE);
  add_entry (&contents, flip_of (1, TRUE), TRUE);
  g_assert_false (brg_store_contents_flip_past (&contents, "A.bregma", &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "both added and removed by hand: 1"));
  g_ptr_array_set_size (contents.entries, 0);
  contents.position_seq = contents.first_seq;
  contents.added = brg_mask_new (&contents.scan->grid, NULL);
  brg_mask_set (contents.added, 1, 1, 1, true);
  contents.removed = brg_mask_copy (contents.added, NULL);
  g_assert_false (brg_store_contents_flip_past (&contents, "A.bregma", NULL));
  brg_store_contents_clear (&contents);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-edits/there-and-back", test_there_and_back);
  g_test_add_func ("/store-edits/misfit", test_misfit);
  g_test_add_func ("/store-edits/both", test_both);
  return g_test_run ();
}
