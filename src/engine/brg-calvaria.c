#include "engine/brg-calvaria.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-calvaria-kernel.h"

#define OUTLIERS    0.002 /* of the voxels, on each side */
#define SAMPLE_ROWS 128   /* rows and slices read per axis, about */

#define MOST ((1 << BRG_CALVARIA_PLANES) - 1)

/* How many bone voxels lie at each index of each axis. */
typedef struct
{
  size_t *counts[3];
  size_t total;
  uint64_t *planes; /* counters of the columns of a row, not yet in counts[0]; carries after them */
  int n_rows;       /* in them, MOST at most */
  BrgCalvariaRow *add_row;
} Marginals;

static int
stride (int n)
{
  return n > SAMPLE_ROWS ? n / SAMPLE_ROWS : 1;
}

/* Adds up what the counters of the columns hold, and empties them. */
static void
empty_columns (Marginals *m, size_t n_words)
{
  for (size_t i = 0; i < n_words * 64; i++)
    for (size_t p = 0; p < BRG_CALVARIA_PLANES; p++)
      m->counts[0][i] += (size_t) (m->planes[p * n_words + i / 64] >> (i % 64) & 1) << p;
  memset (m->planes, 0, BRG_CALVARIA_PLANES * n_words * sizeof *m->planes);
  m->n_rows = 0;
}

static size_t
count_row (const uint64_t *row, size_t n_words, Marginals *m)
{
  size_t n = m->add_row (row, n_words, m->planes, m->planes + BRG_CALVARIA_PLANES * n_words);

  if (n > 0 && ++m->n_rows == MOST)
    empty_columns (m, n_words);
  return n;
}

/* Of all three axes together; that of the first is in whole words. */
static size_t
n_counts (const BrgMask *mask)
{
  return mask->row_words * 64 + (size_t) mask->grid.dim[1] + (size_t) mask->grid.dim[2];
}

static void
count_from (const BrgMask *mask, int k_lo, Marginals *m)
{
  const int *dim = mask->grid.dim;

  m->total = 0;
  memset (m->counts[0], 0, n_counts (mask) * sizeof *m->counts[0]);
  memset (m->planes, 0, BRG_CALVARIA_PLANES * mask->row_words * sizeof *m->planes);
  m->n_rows = 0;
  for (int k = k_lo; k < dim[2]; k += stride (dim[2]))
    for (int j = 0; j < dim[1]; j += stride (dim[1]))
      {
        size_t n = count_row (brg_mask_row (mask, j, k), mask->row_words, m);
        m->counts[1][j] += n;
        m->counts[2][k] += n;
        m->total += n;
      }
  empty_columns (m, mask->row_words);
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
brg_calvaria_find (const BrgMask *skull, BrgCalvaria *calvaria, BrgJob *job, BrgError *error)
{
  const int *dim = skull->grid.dim;
  Marginals m = { .add_row = BRG_ISA_PICK (job, _brg_calvaria_row) };

  if (brg_mask_is_empty (skull))
    return brg_error_set (error, BRG_EMPTY, "the skull is empty");
  m.counts[0] = brg_alloc (n_counts (skull), sizeof *m.counts[0], error);
  m.planes = m.counts[0] != NULL
               ? brg_alloc (skull->row_words, (BRG_CALVARIA_PLANES + 1) * sizeof *m.planes, error)
               : NULL;
  if (m.planes == NULL)
    {
      brg_free (m.counts[0]);
      return BRG_NO_MEMORY;
    }
  m.counts[1] = m.counts[0] + skull->row_words * 64;
  m.counts[2] = m.counts[1] + dim[1];
  measure (skull, &m, calvaria);
  brg_free (m.counts[0]);
  brg_free (m.planes);
  return BRG_OK;
}
