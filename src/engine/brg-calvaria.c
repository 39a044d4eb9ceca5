#include "engine/brg-calvaria.h"

#include <string.h>

#include "engine/brg-alloc.h"

#define OUTLIERS    0.002 /* of the voxels, on each side */
#define SAMPLE_ROWS 128   /* rows and slices read per axis, about */

/* How many bone voxels lie at each index of each axis. */
typedef struct
{
  size_t *counts[3];
  size_t total;
} Marginals;

static int
stride (int n)
{
  return n > SAMPLE_ROWS ? n / SAMPLE_ROWS : 1;
}

static size_t
count_row (const uint64_t *row, size_t row_words, size_t *counts)
{
  size_t n = 0;

  for (size_t w = 0; w < row_words; w++)
    for (uint64_t word = row[w]; word != 0; word &= word - 1, n++)
      counts[w * 64 + (size_t) __builtin_ctzll (word)]++;
  return n;
}

static void
count_from (const BrgMask *mask, int k_lo, Marginals *m)
{
  const int *dim = mask->grid.dim;

  m->total = 0;
  for (int axis = 0; axis < 3; axis++)
    memset (m->counts[axis], 0, (size_t) dim[axis] * sizeof (size_t));
  for (int k = k_lo; k < dim[2]; k += stride (dim[2]))
    for (int j = 0; j < dim[1]; j += stride (dim[1]))
      {
        size_t n = count_row (brg_mask_row (mask, j, k), mask->row_words, m->counts[0]);
        m->counts[1][j] += n;
        m->counts[2][k] += n;
        m->total += n;
      }
}

/* First and last index on an axis that have more than the outliers beyond them. */
static void
find_extent (const Marginals *m, int axis, int n, int *first, int *last)
{
  size_t few = (size_t) ((double) m->total * OUTLIERS);
  size_t below = 0, above = 0;

  *first = 0;
  *last = n - 1;
  while (*first < n - 1 && (below += m->counts[axis][*first]) <= few)
    (*first)++;
  while (*last > 0 && (above += m->counts[axis][*last]) <= few)
    (*last)--;
}

static void
measure (const BrgMask *skull, Marginals *m, BrgCalvaria *calvaria)
{
  const BrgGrid *grid = &skull->grid;
  int lo[3], hi[3];
  double mm[3];

  for (int axis = 0; axis < 3; axis++)
    mm[axis] = brg_grid_spacing_mm (grid, axis);
  count_from (skull, 0, m);
  for (int axis = 0; axis < 3; axis++)
    find_extent (m, axis, grid->dim[axis], &lo[axis], &hi[axis]);

  double half_width_vox = 0.5 * (hi[0] - lo[0] + 1) * mm[0] / mm[2];
  double k_lo = fmax (hi[2] - half_width_vox, 0);
  int k_top = hi[2];
  count_from (skull, (int) k_lo, m);
  find_extent (m, 0, grid->dim[0], &lo[0], &hi[0]);
  find_extent (m, 1, grid->dim[1], &lo[1], &hi[1]);
  calvaria->width_mm = (hi[0] - lo[0] + 1) * mm[0];
  calvaria->length_mm = (hi[1] - lo[1] + 1) * mm[1];
  BrgVec3 centre_vox = brg_vec3 (0.5 * (lo[0] + hi[0]), 0.5 * (lo[1] + hi[1]),
                                 k_top - 0.5 * calvaria->width_mm / mm[2]);
  calvaria->centre = brg_grid_lps_from_vox (grid, centre_vox);
}

BrgStatus
brg_calvaria_find (const BrgMask *skull, BrgCalvaria *calvaria, BrgError *error)
{
  const int *dim = skull->grid.dim;
  size_t n_counts = skull->row_words * 64 + (size_t) dim[1] + (size_t) dim[2];
  Marginals m;

  if (brg_mask_is_empty (skull))
    return brg_error_set (error, BRG_EMPTY, "the skull is empty");
  m.counts[0] = brg_alloc (n_counts, sizeof *m.counts[0], error);
  if (m.counts[0] == NULL)
    return BRG_NO_MEMORY;
  m.counts[1] = m.counts[0] + skull->row_words * 64;
  m.counts[2] = m.counts[1] + dim[1];
  measure (skull, &m, calvaria);
  brg_free (m.counts[0]);
  return BRG_OK;
}
