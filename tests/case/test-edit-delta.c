/* Run-length deltas of hand edits against the masks they were made from, and forged ones. */

#include <glib.h>

#include "case/brg-edit-delta.h"

static BrgMask *
random_mask (const BrgGrid *grid, GRand *rand, int percent)
{
  BrgMask *mask = brg_mask_new (grid, NULL);

  for (int k = 0; k < grid->dim[2]; k++)
    for (int j = 0; j < grid->dim[1]; j++)
      for (int i = 0; i < grid->dim[0]; i++)
        brg_mask_set (mask, i, j, k, g_rand_int_range (rand, 0, 100) < percent);
  return mask;
}

/* `mask` with the voxels inside `box` taken from `other`, one at a time. */
static BrgMask *
patched (const BrgMask *mask, const BrgMask *other, const BrgBox *box)
{
  BrgMask *out = brg_mask_copy (mask, NULL);

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      for (int i = box->lo[0]; i < box->hi[0]; i++)
        brg_mask_set (out, i, j, k, brg_mask_get (other, i, j, k));
  return out;
}

static void
test_round_trip (void)
{
  const int widths[] = { 1, 63, 64, 65, 130 };
  const int percents[] = { 0, 3, 50, 100 };
  const double spacing_mm[3] = { 1, 1, 2 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (size_t w = 0; w < G_N_ELEMENTS (widths); w++)
    for (size_t p = 0; p < G_N_ELEMENTS (percents); p++)
      {
        BrgGrid grid = brg_grid_simple (widths[w], 7, 5, spacing_mm, brg_vec3 (0, 0, 0));
        BrgBox box = { { widths[w] / 3, 1, 0 }, { widths[w], 6, 4 } };
        BrgMask *added = random_mask (&grid, rand, 10), *removed = random_mask (&grid, rand, 10);
        BrgMask *noise = random_mask (&grid, rand, percents[p]);
        BrgMask *new_added = patched (added, noise, &box);
        BrgMask *new_removed = patched (removed, noise, &box);
        BrgMask *a = brg_mask_copy (added, NULL), *r = brg_mask_copy (removed, NULL);
        g_autoptr (BrgEditDelta) delta =
          brg_edit_delta_new (added, removed, new_added, new_removed, &box);

        if (delta != NULL)
          g_assert_true (brg_edit_delta_apply (delta, a, r));
        g_assert_true (brg_mask_equal (a, new_added));
        g_assert_true (brg_mask_equal (r, new_removed));
        if (delta != NULL)
          g_assert_true (brg_edit_delta_apply (delta, a, r));
        g_assert_true (brg_mask_equal (a, added));
        g_assert_true (brg_mask_equal (r, removed));

        BrgMask *all[] = { added, removed, noise, new_added, new_removed, a, r };
        for (size_t m = 0; m < G_N_ELEMENTS (all); m++)
          brg_mask_unref (all[m]);
      }
}

static void
test_nothing (void)
{
  const double spacing_mm[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (70, 4, 4, spacing_mm, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);
  BrgBox whole = brg_grid_box (&grid), empty = { { 3, 0, 0 }, { 3, 4, 4 } };
  BrgBox outside = { { 70, 0, 0 }, { 90, 4, 4 } };

  g_assert_null (brg_edit_delta_new (mask, mask, mask, mask, &whole));
  g_assert_null (brg_edit_delta_new (mask, mask, mask, mask, &empty));
  g_assert_null (brg_edit_delta_new (mask, mask, mask, mask, &outside));
  g_assert_null (brg_edit_delta_new (NULL, NULL, mask, mask, &whole));
  brg_mask_unref (mask);
}

/* One changed voxel in a large box costs a handful of bytes. */
static void
test_size (void)
{
  const double spacing_mm[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (512, 512, 8, spacing_mm, brg_vec3 (0, 0, 0));
  BrgMask *empty = brg_mask_new (&grid, NULL), *one = brg_mask_new (&grid, NULL);
  BrgBox whole = brg_grid_box (&grid);

  brg_mask_set (one, 300, 200, 5, true);
  g_autoptr (BrgEditDelta) delta = brg_edit_delta_new (empty, empty, empty, one, &whole);
  g_autoptr (BrgEditDelta) same = brg_edit_delta_new (NULL, NULL, empty, one, &whole);
  g_assert_true (g_bytes_equal (delta->runs, same->runs));
  g_assert_cmpuint (g_bytes_get_size (delta->runs), <=, 8);
  brg_mask_unref (empty);
  brg_mask_unref (one);
}

/* Whatever bytes a file holds: either refused with both masks untouched, or applied within them. */
static void
test_forged (void)
{
  const double spacing_mm[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (65, 5, 4, spacing_mm, brg_vec3 (0, 0, 0));
  const BrgBox boxes[] = { { { 0, 0, 0 }, { 65, 5, 4 } },  { { 60, 1, 1 }, { 65, 2, 2 } },
                           { { -1, 0, 0 }, { 65, 5, 4 } }, { { 0, 0, 0 }, { 66, 5, 4 } },
                           { { 5, 0, 0 }, { 5, 5, 4 } },   { { 0, 0, 3 }, { 65, 5, 1 << 30 } } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (int round = 0; round < 4000; round++)
    {
      guint8 bytes[12];
      gsize size = (gsize) g_rand_int_range (rand, 0, sizeof bytes + 1);
      for (gsize b = 0; b < size; b++)
        bytes[b] = (guint8) g_rand_int_range (rand, round % 2 ? 0 : 120, 256);
      g_autoptr (GBytes) runs = g_bytes_new (bytes, size);
      BrgEditDelta delta = { boxes[round % (int) G_N_ELEMENTS (boxes)], runs };
      BrgMask *added = brg_mask_new (&grid, NULL), *removed = brg_mask_new (&grid, NULL);

      if (!brg_edit_delta_apply (&delta, added, removed))
        {
          g_assert_true (brg_mask_is_empty (added));
          g_assert_true (brg_mask_is_empty (removed));
        }
      uint64_t padding = ~brg_mask_last_word_bits (added);
      for (size_t w = added->row_words - 1; w < added->n_words; w += added->row_words)
        g_assert_cmpuint ((added->words[w] | removed->words[w]) & padding, ==, 0);
      brg_mask_unref (added);
      brg_mask_unref (removed);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit-delta/round-trip", test_round_trip);
  g_test_add_func ("/edit-delta/nothing", test_nothing);
  g_test_add_func ("/edit-delta/size", test_size);
  g_test_add_func ("/edit-delta/forged", test_forged);
  return g_test_run ();
}
