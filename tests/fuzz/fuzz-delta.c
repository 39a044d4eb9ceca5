/* Deltas of hand edits as a forged file would hold them. Input: three sizes of the grid, six ends
 * of the box (32 bits each), what fills the masks, and then the runs. */

#include <string.h>

#include "case/brg-edit-delta.h"
#include "fuzz.h"

enum
{
  ADDED,
  REMOVED,
  N_MASKS
};

static BrgGrid
take_grid (const uint8_t **bytes, size_t *size)
{
  static const double spacing_mm[3] = { 0.5, 0.5, 1 };
  int n_i = 1 + (int) fuzz_take (bytes, size, 1);
  int n_j = 1 + (int) fuzz_take (bytes, size, 1) % 16;
  int n_k = 1 + (int) fuzz_take (bytes, size, 1) % 16;

  return brg_grid_simple (n_i, n_j, n_k, spacing_mm, brg_vec3 (0, 0, 0));
}

static BrgBox
take_box (const uint8_t **bytes, size_t *size)
{
  BrgBox box;

  for (int axis = 0; axis < 3; axis++)
    {
      box.lo[axis] = (int) fuzz_take (bytes, size, 4);
      box.hi[axis] = (int) fuzz_take (bytes, size, 4);
    }
  return box;
}

/* A mask whose rows repeat one byte, so that either direction of a flip shows. */
static BrgMask *
new_mask (const BrgGrid *grid, guint byte)
{
  BrgMask *mask = brg_mask_new (grid, NULL);

  for (size_t w = 0; w < mask->n_words; w++)
    mask->words[w] = byte * UINT64_C (0x0101010101010101);
  for (size_t w = mask->row_words - 1; w < mask->n_words; w += mask->row_words)
    mask->words[w] &= brg_mask_last_word_bits (mask);
  return mask;
}

/* Words out of the box are as before, bits past the last voxel are 0. */
static void
check_outside (const BrgMask *mask, const BrgMask *before, const BrgBox *box)
{
  uint64_t padding = ~brg_mask_last_word_bits (mask);

  for (int k = 0; k < mask->grid.dim[2]; k++)
    for (int j = 0; j < mask->grid.dim[1]; j++)
      for (int w = 0; w < (int) mask->row_words; w++)
        {
          gboolean is_in = k >= box->lo[2] && k < box->hi[2] && j >= box->lo[1] && j < box->hi[1] &&
                           w >= box->lo[0] / 64 && w < (box->hi[0] + 63) / 64;
          uint64_t word = brg_mask_row (mask, j, k)[w];
          g_assert_true (is_in || word == brg_mask_row (before, j, k)[w]);
          g_assert_true (w + 1 < (int) mask->row_words || (word & padding) == 0);
        }
}

/* The difference made anew from the masks leads from one to the other. */
static void
check_remade (BrgMask *const *before, BrgMask *const *after, const BrgBox *box)
{
  BrgEditDelta *delta =
    brg_edit_delta_new (before[ADDED], before[REMOVED], after[ADDED], after[REMOVED], box);
  BrgMask *masks[N_MASKS];

  for (int m = 0; m < N_MASKS; m++)
    masks[m] = brg_mask_copy (before[m], NULL);
  if (delta != NULL)
    g_assert_true (brg_edit_delta_apply (delta, masks[ADDED], masks[REMOVED]));
  for (int m = 0; m < N_MASKS; m++)
    {
      g_assert_true (brg_mask_equal (masks[m], after[m]));
      brg_mask_unref (masks[m]);
    }
  brg_edit_delta_free (delta);
}

static void
check_apply (const BrgEditDelta *delta, BrgMask *const *before)
{
  BrgMask *after[N_MASKS];

  for (int m = 0; m < N_MASKS; m++)
    after[m] = brg_mask_copy (before[m], NULL);
  gboolean fits = brg_edit_delta_apply (delta, after[ADDED], after[REMOVED]);
  if (fits)
    {
      for (int m = 0; m < N_MASKS; m++)
        check_outside (after[m], before[m], &delta->box);
      check_remade (before, after, &delta->box);
      g_assert_true (brg_edit_delta_apply (delta, after[ADDED], after[REMOVED]));
    }
  for (int m = 0; m < N_MASKS; m++)
    {
      g_assert_true (brg_mask_equal (after[m], before[m]));
      brg_mask_unref (after[m]);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  BrgGrid grid = take_grid (&bytes, &size);
  BrgBox box = take_box (&bytes, &size);
  BrgMask *masks[N_MASKS];

  for (int m = 0; m < N_MASKS; m++)
    masks[m] = new_mask (&grid, fuzz_take (&bytes, &size, 1));
  g_autoptr (GBytes) runs = g_bytes_new (bytes, size);
  check_apply (&(BrgEditDelta){ box, runs }, masks);
  for (int m = 0; m < N_MASKS; m++)
    brg_mask_unref (masks[m]);
  return 0;
}
