#pragma once

#include "engine/brg-mask.h"

/* Private to engine/: the voxels of word w of row (j, k) that have a face neighbour outside of the
 * mask; beyond the grid all is outside. */
static inline uint64_t
brg_surface_word (const BrgMask *mask, int j, int k, size_t w)
{
  const int *dim = mask->grid.dim;
  const uint64_t *row = brg_mask_row (mask, j, k);
  uint64_t before = w > 0 ? row[w - 1] >> 63 : 0;
  uint64_t after = w + 1 < mask->row_words ? row[w + 1] << 63 : 0;
  uint64_t inner = (row[w] << 1 | before) & (row[w] >> 1 | after);

  inner &= j > 0 ? brg_mask_row (mask, j - 1, k)[w] : 0;
  inner &= j + 1 < dim[1] ? brg_mask_row (mask, j + 1, k)[w] : 0;
  inner &= k > 0 ? brg_mask_row (mask, j, k - 1)[w] : 0;
  inner &= k + 1 < dim[2] ? brg_mask_row (mask, j, k + 1)[w] : 0;
  return row[w] & ~inner;
}
