#pragma once

#include "engine/brg-mask.h"

/* The words of a mask that hold the voxels of a box, and what writing them
 * changes. Boxes lie inside the grid and are not empty unless it says so. */

static inline size_t
brg_box_first_word (const BrgBox *box)
{
  return (size_t) box->lo[0] / 64;
}

static inline size_t
brg_box_last_word (const BrgBox *box)
{
  return ((size_t) box->hi[0] - 1) / 64;
}

/* The box widened to whole words along i. */
static inline BrgBox
brg_box_whole_words (const BrgBox *box, const int dim[3])
{
  BrgBox wide = *box;

  wide.lo[0] = box->lo[0] / 64 * 64;
  wide.hi[0] = (box->hi[0] + 63) / 64 * 64 < dim[0] ? (box->hi[0] + 63) / 64 * 64 : dim[0];
  return wide;
}

/* The box grown by `margin_mm` and a voxel on every side, clipped to the grid. */
static inline BrgBox
brg_box_grow_mm (const BrgGrid *grid, const BrgBox *box, double margin_mm)
{
  int margin[3];

  for (int axis = 0; axis < 3; axis++)
    margin[axis] =
      (int) fmin (ceil (margin_mm / brg_grid_spacing_mm (grid, axis)) + 1, grid->dim[axis]);
  return brg_box_grow (box, margin, grid->dim);
}

/* Grows a box, zeroed at first, to hold voxels lo <= i < hi of a row. */
static inline void
brg_box_include (BrgBox *box, int lo, int hi, int j, int k)
{
  if (box->hi[0] == 0)
    {
      *box = (BrgBox){ { lo, j, k }, { hi, j + 1, k + 1 } };
      return;
    }
  box->lo[0] = lo < box->lo[0] ? lo : box->lo[0];
  box->hi[0] = hi > box->hi[0] ? hi : box->hi[0];
  box->lo[1] = j < box->lo[1] ? j : box->lo[1];
  box->hi[1] = j >= box->hi[1] ? j + 1 : box->hi[1];
  box->lo[2] = k < box->lo[2] ? k : box->lo[2];
  box->hi[2] = k >= box->hi[2] ? k + 1 : box->hi[2];
}

/* Where masks differ from before, and by how much; begin with a zeroed one. */
typedef struct
{
  BrgBox changed;
  size_t n_unset, n_set; /* voxels that were set and are not, and the other way round */
} BrgBoxChange;

/* Writes word w of row (j, k), which begins at `row`. */
static inline void
brg_box_put (uint64_t *row, size_t w, int j, int k, uint64_t value, BrgBoxChange *change)
{
  uint64_t differs = row[w] ^ value;

  if (differs == 0)
    return;
  brg_box_include (&change->changed, (int) w * 64 + __builtin_ctzll (differs),
                   (int) w * 64 + 64 - __builtin_clzll (differs), j, k);
  if ((row[w] & differs) != 0)
    change->n_unset += (size_t) __builtin_popcountll (row[w] & differs);
  if ((value & differs) != 0)
    change->n_set += (size_t) __builtin_popcountll (value & differs);
  row[w] = value;
}

/* Copies or clears the words of a box; masks of one grid. */
void brg_box_copy (BrgMask *to, const BrgMask *from, const BrgBox *box);
void brg_box_clear (BrgMask *mask, const BrgBox *box);

/* Tight box of the voxels set inside the words of a box (empty allowed); empty when there are none.
 */
BrgBox brg_box_bounds (const BrgMask *mask, const BrgBox *box);

/* Tight box of the voxels in which masks of one grid differ inside the words of a box (empty
 * allowed); empty when they are equal there. */
BrgBox brg_box_difference (const BrgMask *a, const BrgMask *b, const BrgBox *box);
