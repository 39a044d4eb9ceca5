#include "engine/brg-box-words.h"

static void
include_words (BrgBox *found, size_t first, size_t last, uint64_t head, uint64_t tail, int j, int k)
{
  BrgBox here = { { (int) first * 64 + __builtin_ctzll (head), j, k },
                  { (int) last * 64 + 64 - __builtin_clzll (tail), j + 1, k + 1 } };

  *found = brg_box_union (found, &here);
}

BrgBox
_brg_box_bounds (const BrgMask *mask, const BrgBox *box)
{
  BrgBox found = { 0 };

  for (int k = box->lo[2]; k < box->hi[2] && !brg_box_is_empty (box); k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      {
        const uint64_t *row = brg_mask_row (mask, j, k);
        size_t first = brg_box_first_word (box), last = brg_box_last_word (box);
        while (first < last && row[first] == 0)
          first++;
        while (last > first && row[last] == 0)
          last--;
        if (row[first] != 0)
          include_words (&found, first, last, row[first], row[last], j, k);
      }
  return found;
}

BrgBox
_brg_box_difference (const BrgMask *a, const BrgMask *b)
{
  BrgBox found = { 0 };
  size_t n = a->row_words;

  for (int k = 0; k < a->grid.dim[2]; k++)
    for (int j = 0; j < a->grid.dim[1]; j++)
      {
        const uint64_t *x = brg_mask_row (a, j, k), *y = brg_mask_row (b, j, k);
        size_t first = 0, last = n;
        while (first < n && x[first] == y[first])
          first++;
        if (first == n)
          continue;
        while (x[last - 1] == y[last - 1])
          last--;
        include_words (&found, first, last - 1, x[first] ^ y[first], x[last - 1] ^ y[last - 1], j,
                       k);
      }
  return found;
}
