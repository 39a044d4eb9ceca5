#include "engine/brg-box-words.h"

/* Includes the first and the last of the bits set in words first .. last of a row, XORed with
 * those of another one if that is given. */
static void
include_row (BrgBox *found,
             const uint64_t *a,
             const uint64_t *b,
             size_t first,
             size_t last,
             int j,
             int k)
{
  size_t lo = first, hi = last;

  while (lo < last && (b != NULL ? a[lo] ^ b[lo] : a[lo]) == 0)
    lo++;
  while (hi > lo && (b != NULL ? a[hi] ^ b[hi] : a[hi]) == 0)
    hi--;
  uint64_t head = b != NULL ? a[lo] ^ b[lo] : a[lo], tail = b != NULL ? a[hi] ^ b[hi] : a[hi];
  if (head != 0)
    brg_box_include (found, (int) lo * 64 + __builtin_ctzll (head),
                     (int) hi * 64 + 64 - __builtin_clzll (tail), j, k);
}

BrgBox
brg_box_bounds (const BrgMask *mask, const BrgBox *box)
{
  BrgBox found = { 0 };

  for (int k = box->lo[2]; k < box->hi[2] && !brg_box_is_empty (box); k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      include_row (&found, brg_mask_row (mask, j, k), NULL, brg_box_first_word (box),
                   brg_box_last_word (box), j, k);
  return found;
}

BrgBox
brg_box_difference (const BrgMask *a, const BrgMask *b, const BrgBox *box)
{
  BrgBox found = { 0 };

  for (int k = box->lo[2]; k < box->hi[2] && !brg_box_is_empty (box); k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      include_row (&found, brg_mask_row (a, j, k), brg_mask_row (b, j, k), brg_box_first_word (box),
                   brg_box_last_word (box), j, k);
  return found;
}

void
brg_box_copy (BrgMask *to, const BrgMask *from, const BrgBox *box)
{
  size_t first = brg_box_first_word (box), last = brg_box_last_word (box);

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      {
        const uint64_t *source = brg_mask_row (from, j, k);
        uint64_t *row = brg_mask_row (to, j, k);
        for (size_t w = first; w <= last; w++)
          row[w] = source[w];
      }
}

void
brg_box_clear (BrgMask *mask, const BrgBox *box)
{
  size_t first = brg_box_first_word (box), last = brg_box_last_word (box);

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      for (size_t w = first; w <= last; w++)
        brg_mask_row (mask, j, k)[w] = 0;
}
