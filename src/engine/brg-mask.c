#include "engine/brg-mask.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-mask-kernel.h"

BrgMask *
brg_mask_new_in (BrgPool *pool, const BrgGrid *grid, bool is_clear, BrgError *error)
{
  BrgMask *mask = brg_alloc (1, sizeof *mask, error);

  if (mask == NULL)
    return NULL;
  *mask = (BrgMask){ .grid = *grid, .ref_count = 1 };
  mask->row_words = ((size_t) grid->dim[0] + 63) / 64;
  mask->n_words = mask->row_words * (size_t) grid->dim[1] * (size_t) grid->dim[2];
  mask->words = is_clear ? brg_alloc_zero_in (pool, mask->n_words, sizeof *mask->words, error)
                         : brg_alloc_in (pool, mask->n_words, sizeof *mask->words, error);
  if (mask->words == NULL)
    {
      brg_mask_unref (mask);
      return NULL;
    }
  return mask;
}

BrgMask *
brg_mask_copy_in (BrgPool *pool, const BrgMask *mask, BrgError *error)
{
  BrgMask *copy = brg_mask_new_in (pool, &mask->grid, false, error);

  if (copy != NULL)
    memcpy (copy->words, mask->words, mask->n_words * sizeof *mask->words);
  return copy;
}

BrgMask *
brg_mask_new (const BrgGrid *grid, BrgError *error)
{
  return brg_mask_new_in (NULL, grid, true, error);
}

BrgMask *
brg_mask_copy (const BrgMask *mask, BrgError *error)
{
  return brg_mask_copy_in (NULL, mask, error);
}

BrgMask *
brg_mask_ref (BrgMask *mask)
{
  if (mask != NULL)
    __atomic_add_fetch (&mask->ref_count, 1, __ATOMIC_RELAXED);
  return mask;
}

void
brg_mask_unref (BrgMask *mask)
{
  if (mask == NULL || __atomic_sub_fetch (&mask->ref_count, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  brg_free (mask->words);
  brg_free (mask);
}

BrgStatus
brg_mask_and (BrgMask *mask, const BrgMask *other, BrgError *error)
{
  BrgStatus status = brg_grid_check_equal (&mask->grid, &other->grid, error);

  for (size_t w = 0; status == BRG_OK && w < mask->n_words; w++)
    mask->words[w] &= other->words[w];
  return status;
}

BrgStatus
brg_mask_or (BrgMask *mask, const BrgMask *other, BrgError *error)
{
  BrgStatus status = brg_grid_check_equal (&mask->grid, &other->grid, error);

  for (size_t w = 0; status == BRG_OK && w < mask->n_words; w++)
    mask->words[w] |= other->words[w];
  return status;
}

BrgStatus
brg_mask_and_not (BrgMask *mask, const BrgMask *other, BrgError *error)
{
  BrgStatus status = brg_grid_check_equal (&mask->grid, &other->grid, error);

  for (size_t w = 0; status == BRG_OK && w < mask->n_words; w++)
    mask->words[w] &= ~other->words[w];
  return status;
}

void
brg_mask_invert (BrgMask *mask)
{
  uint64_t last = brg_mask_last_word_bits (mask);

  for (size_t w = 0; w < mask->n_words; w++)
    mask->words[w] = ~mask->words[w];
  for (size_t w = mask->row_words - 1; w < mask->n_words; w += mask->row_words)
    mask->words[w] &= last;
}

void
brg_mask_clear (BrgMask *mask)
{
  memset (mask->words, 0, mask->n_words * sizeof *mask->words);
}

size_t
brg_mask_count (const BrgMask *mask)
{
  return brg_mask_count_and (mask, mask);
}

size_t
brg_mask_count_and (const BrgMask *a, const BrgMask *b)
{
  return BRG_ISA_PICK (NULL, _brg_mask_count) (a->words, b->words, a->n_words);
}

bool
brg_mask_is_empty (const BrgMask *mask)
{
  for (size_t w = 0; w < mask->n_words; w++)
    if (mask->words[w] != 0)
      return false;
  return true;
}

bool
brg_mask_equal (const BrgMask *a, const BrgMask *b)
{
  return brg_grid_equal (&a->grid, &b->grid) &&
         memcmp (a->words, b->words, a->n_words * sizeof *a->words) == 0;
}

/* Widens `box` by the set bits of one row. */
static void
include_row (BrgBox *box, const uint64_t *row, size_t row_words, int j, int k)
{
  size_t first = 0, last = row_words;

  while (first < row_words && row[first] == 0)
    first++;
  if (first == row_words)
    return;
  while (row[last - 1] == 0)
    last--;
  BrgBox found = { { (int) first * 64 + __builtin_ctzll (row[first]), j, k },
                   { (int) last * 64 - __builtin_clzll (row[last - 1]), j + 1, k + 1 } };
  *box = brg_box_union (box, &found);
}

BrgBox
brg_mask_bounds (const BrgMask *mask)
{
  BrgBox box = { { 0, 0, 0 }, { 0, 0, 0 } };

  for (int k = 0; k < mask->grid.dim[2]; k++)
    for (int j = 0; j < mask->grid.dim[1]; j++)
      include_row (&box, brg_mask_row (mask, j, k), mask->row_words, j, k);
  return box;
}

/* Copies n_bits bits of `from`, starting at bit `shift`, to the start of `to`. */
static void
copy_bits (uint64_t *to, const uint64_t *from, size_t from_words, int shift, int n_bits)
{
  size_t skip = (size_t) shift / 64;
  int bits = shift % 64;
  size_t n_words = ((size_t) n_bits + 63) / 64;

  for (size_t w = 0; w < n_words; w++)
    {
      uint64_t low = from[skip + w] >> bits;
      bool more = bits > 0 && skip + w + 1 < from_words;
      to[w] = more ? low | from[skip + w + 1] << (64 - bits) : low;
    }
  if (n_bits % 64 != 0)
    to[n_words - 1] &= (UINT64_C (1) << (n_bits % 64)) - 1;
}

BrgMask *
brg_mask_crop (const BrgMask *mask, const BrgBox *box, BrgError *error)
{
  BrgBox whole = brg_grid_box (&mask->grid);
  BrgBox clipped = brg_box_intersect (box, &whole);

  if (brg_box_is_empty (&clipped))
    {
      brg_error_set (error, BRG_EMPTY, "the crop %d:%d,%d:%d,%d:%d holds no voxel of %d x %d x %d",
                     box->lo[0], box->hi[0], box->lo[1], box->hi[1], box->lo[2], box->hi[2],
                     whole.hi[0], whole.hi[1], whole.hi[2]);
      return NULL;
    }
  BrgGrid grid = brg_grid_crop (&mask->grid, &clipped);
  BrgMask *out = brg_mask_new (&grid, error);
  for (int k = 0; out != NULL && k < grid.dim[2]; k++)
    for (int j = 0; j < grid.dim[1]; j++)
      copy_bits (brg_mask_row (out, j, k),
                 brg_mask_row (mask, j + clipped.lo[1], k + clipped.lo[2]), mask->row_words,
                 clipped.lo[0], grid.dim[0]);
  return out;
}

double
brg_mask_volume_mm3 (const BrgMask *mask)
{
  return (double) brg_mask_count (mask) * brg_grid_voxel_mm3 (&mask->grid);
}
