#include "engine/brg-rows.h"

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"

uint8_t *
brg_rows_live (const BrgMask *mask, BrgError *error)
{
  size_t n_rows = (size_t) mask->grid.dim[1] * (size_t) mask->grid.dim[2];
  uint8_t *live = brg_alloc (n_rows, 1, error);

  for (size_t r = 0; live != NULL && r < n_rows; r++)
    live[r] = brg_bits_any (mask->words + r * mask->row_words, mask->row_words);
  return live;
}
