#pragma once

/* Masks that are hard for word-wise code, and how to compare results with a brute-force twin. */

#include <glib.h>
#include <math.h>

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

typedef struct
{
  int dim[3];
  double spacing[3];
  double noise; /* share of voxels flipped; 0 leaves the mask empty, 1 sets it all */
} TwinCase;

/* Widths around the word size, one voxel thin on each axis, more slices than a slab, every spacing
 * different. */
static const TwinCase twin_cases[] = {
  { { 1, 1, 1 }, { 1, 1, 1 }, 1 },
  { { 1, 9, 7 }, { 1, 0.5, 2 }, 0.4 },
  { { 63, 6, 5 }, { 0.5, 0.7, 1 }, 0.1 },
  { { 64, 1, 9 }, { 0.6, 0.6, 0.9 }, 0.3 },
  { { 65, 8, 1 }, { 1, 1, 3 }, 0.2 },
  { { 130, 5, 4 }, { 0.45, 0.5, 0.75 }, 0.02 },
  { { 20, 11, 37 }, { 0.9, 0.8, 0.7 }, 0.05 },
  { { 33, 9, 18 }, { 1, 1, 1 }, 0.5 },
  { { 67, 5, 6 }, { 1, 1, 1 }, 0 },
  { { 128, 6, 5 }, { 1, 1.5, 1 }, 1 },
};

static inline BrgGrid
twin_grid (const TwinCase *c)
{
  return brg_grid_simple (c->dim[0], c->dim[1], c->dim[2], c->spacing, brg_vec3 (-5, 7, 11));
}

static inline void
twin_set_box (BrgMask *mask, GRand *rand, bool value)
{
  int lo[3], hi[3];

  for (int a = 0; a < 3; a++)
    {
      lo[a] = g_rand_int_range (rand, 0, mask->grid.dim[a]);
      hi[a] = lo[a] + g_rand_int_range (rand, 1, 9);
      hi[a] = MIN (hi[a], mask->grid.dim[a]);
    }
  for (int k = lo[2]; k < hi[2]; k++)
    for (int j = lo[1]; j < hi[1]; j++)
      for (int i = lo[0]; i < hi[0]; i++)
        brg_mask_set (mask, i, j, k, value);
}

/* Boxes with boxes cut out of them, and noise. */
static inline BrgMask *
twin_mask (const TwinCase *c, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  BrgGrid grid = twin_grid (c);
  BrgMask *mask = brg_mask_new (&grid, NULL);

  if (c->noise > 0 && c->noise < 1)
    for (int n = 0; n < 24; n++)
      twin_set_box (mask, rand, n % 3 != 2);
  for (int k = 0; k < c->dim[2]; k++)
    for (int j = 0; j < c->dim[1]; j++)
      for (int i = 0; i < c->dim[0]; i++)
        if (g_rand_double (rand) < c->noise)
          brg_mask_set (mask, i, j, k, !brg_mask_get (mask, i, j, k));
  return mask;
}

static inline bool
twin_inside (const BrgMask *mask, int i, int j, int k)
{
  const int *dim = mask->grid.dim;

  return i >= 0 && i < dim[0] && j >= 0 && j < dim[1] && k >= 0 && k < dim[2];
}

static size_t twin_n_compared; /* voxels, by twin_assert_equal() */

/* The log of every program that compares ends with the number. */
__attribute__ ((destructor)) static void
twin_tell_compared (void)
{
  if (twin_n_compared > 0)
    g_print ("# %zu voxels compared with a twin\n", twin_n_compared);
}

/* Voxel for voxel, unused bits of the words too. */
static inline void
twin_assert_equal (const BrgMask *got, const BrgMask *expected)
{
  const int *dim = expected->grid.dim;

  g_assert_nonnull (got);
  twin_n_compared += brg_grid_n_voxels (&expected->grid);
  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        if (brg_mask_get (got, i, j, k) != brg_mask_get (expected, i, j, k))
          g_error ("%d x %d x %d: voxel %d, %d, %d should be %d", dim[0], dim[1], dim[2], i, j, k,
                   brg_mask_get (expected, i, j, k));
  g_assert_true (brg_mask_equal (got, expected));
}

/* As twin_assert_equal(), and drops `got`. */
static inline void
twin_take_equal (BrgMask *got, const BrgMask *expected)
{
  twin_assert_equal (got, expected);
  brg_mask_unref (got);
}

/* The thread counts under which results must be the same; a negative one means so many threads that
 * keep to the instructions every processor has. */
static const int twin_threads[] = { 1, 2, 7, -1, -3 };

static inline BrgJob
twin_job (int n_threads)
{
  return (
    BrgJob){ .title = "", .span = 1.0, .n_threads = ABS (n_threads), .baseline = n_threads < 0 };
}

/* Labels of the voxels whose bit is `value`, by flood fill in scan order: 1, 2, ... ; 0 for the
 * others. `reach` is the most axes a step may change, `flat` keeps it within the slice. */
static inline int *
twin_labels (const BrgMask *mask, bool value, int reach, bool flat, GArray *sizes)
{
  const int *dim = mask->grid.dim;
  int *labels = g_new0 (int, brg_grid_n_voxels (&mask->grid));
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (int));

  for (int start = 0; start < dim[0] * dim[1] * dim[2]; start++)
    {
      if (labels[start] != 0 || brg_mask_get (mask, start % dim[0], start / dim[0] % dim[1],
                                              start / dim[0] / dim[1]) != value)
        continue;
      gsize size = 0;
      labels[start] = (int) sizes->len + 1;
      g_array_append_val (stack, start);
      while (stack->len > 0)
        {
          int at = g_array_index (stack, int, stack->len - 1);
          g_array_set_size (stack, stack->len - 1);
          size++;
          for (int d = 0; d < 27; d++)
            {
              int di = d % 3 - 1, dj = d / 3 % 3 - 1, dk = d / 9 - 1;
              int i = at % dim[0] + di, j = at / dim[0] % dim[1] + dj,
                  k = at / dim[0] / dim[1] + dk;
              if (abs (di) + abs (dj) + abs (dk) > reach || (flat && dk != 0) ||
                  !twin_inside (mask, i, j, k) || brg_mask_get (mask, i, j, k) != value)
                continue;
              int next = (k * dim[1] + j) * dim[0] + i;
              if (labels[next] != 0)
                continue;
              labels[next] = labels[start];
              g_array_append_val (stack, next);
            }
        }
      g_array_append_val (sizes, size);
    }
  return labels;
}
