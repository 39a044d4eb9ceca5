#include "engine/brg-calvaria.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-box-words.h"
#include "engine/brg-calvaria-kernel.h"

#define OUTLIERS    0.002 /* of the voxels, on each side */
#define SAMPLE_ROWS 128   /* rows and slices read per axis, about */

#define MOST ((1 << BRG_CALVARIA_PLANES) - 1)

/* One counting. */
typedef struct
{
  BrgCalvariaCounts *counts;
  uint64_t *planes; /* counters of the columns of a row, not yet in n[0]; carries after them */
  int n_rows;       /* in them, MOST at most */
  BrgCalvariaRow *add_row;
} Counting;

static int
stride (int n)
{
  return n > SAMPLE_ROWS ? n / SAMPLE_ROWS : 1;
}

/* Adds up what the counters of the columns hold, and empties them. */
static void
empty_columns (Counting *c, size_t n_words)
{
  for (size_t i = 0; i < n_words * 64; i++)
    for (size_t p = 0; p < BRG_CALVARIA_PLANES; p++)
      c->counts->n[0][i] += (size_t) (c->planes[p * n_words + i / 64] >> (i % 64) & 1) << p;
  memset (c->planes, 0, BRG_CALVARIA_PLANES * n_words * sizeof *c->planes);
  c->n_rows = 0;
}

static size_t
count_row (const uint64_t *row, size_t n_words, Counting *c)
{
  size_t n = c->add_row (row, n_words, c->planes, c->planes + BRG_CALVARIA_PLANES * n_words);

  if (n > 0 && ++c->n_rows == MOST)
    empty_columns (c, n_words);
  return n;
}

/* Of all three axes together; that of the first is in whole words. */
static size_t
n_counts (const BrgMask *mask)
{
  return mask->row_words * 64 + (size_t) mask->grid.dim[1] + (size_t) mask->grid.dim[2];
}

/* Counts the rows looked at, of slice k_lo and up. */
static BrgStatus
count_from (const BrgMask *mask, int k_lo, BrgCalvariaCounts *counts, BrgJob *job, BrgError *error)
{
  const int *dim = mask->grid.dim;
  Counting c = { .counts = counts, .add_row = BRG_ISA_PICK (job, _brg_calvaria_row) };

  c.planes = brg_alloc_zero (mask->row_words, (BRG_CALVARIA_PLANES + 1) * sizeof *c.planes, error);
  if (c.planes == NULL)
    return BRG_NO_MEMORY;
  memset (counts->n[0], 0, n_counts (mask) * sizeof *counts->n[0]);
  counts->k_lo = k_lo;
  counts->total = 0;
  for (int k = k_lo; k < dim[2]; k += stride (dim[2]))
    for (int j = 0; j < dim[1]; j += stride (dim[1]))
      {
        size_t n = count_row (brg_mask_row (mask, j, k), mask->row_words, &c);
        counts->n[1][j] += n;
        counts->n[2][k] += n;
        counts->total += n;
      }
  empty_columns (&c, mask->row_words);
  brg_free (c.planes);
  return BRG_OK;
}

/* First and last index on an axis that have more than the outliers beyond them. */
static void
find_extent (const BrgCalvariaCounts *counts, int axis, int n, int *first, int *last)
{
  size_t few = (size_t) ((double) counts->total * OUTLIERS);
  size_t below = 0, above = 0;

  *first = 0;
  *last = n - 1;
  while (*first < n - 1 && (below += counts->n[axis][*first]) <= few)
    (*first)++;
  while (*last > 0 && (above += counts->n[axis][*last]) <= few)
    (*last)--;
}

static BrgStatus
allocate (const BrgMask *skull, BrgCalvariaCounts *counts, BrgError *error)
{
  counts->k_lo = -1;
  counts->n[0] = brg_alloc (n_counts (skull), sizeof *counts->n[0], error);
  if (counts->n[0] == NULL)
    return BRG_NO_MEMORY;
  counts->n[1] = counts->n[0] + skull->row_words * 64;
  counts->n[2] = counts->n[1] + skull->grid.dim[1];
  return BRG_OK;
}

BrgStatus
brg_calvaria_survey (const BrgMask *skull, BrgCalvariaSurvey *survey, BrgJob *job, BrgError *error)
{
  BrgCalvariaSurvey made = { .whole = { .total = 0 } };
  BrgStatus status = allocate (skull, &made.whole, error);

  if (status == BRG_OK)
    status = allocate (skull, &made.upper, error);
  if (status == BRG_OK)
    status = count_from (skull, 0, &made.whole, job, error);
  if (status == BRG_OK)
    *survey = made;
  else
    brg_calvaria_survey_clear (&made);
  return status;
}

/* Counts the bits of a word, or takes them away. */
static void
count_word (BrgCalvariaCounts *counts, uint64_t word, size_t w, int j, int k, size_t one)
{
  for (; word != 0; word &= word - 1)
    {
      counts->n[0][w * 64 + (size_t) __builtin_ctzll (word)] += one;
      counts->n[1][j] += one;
      counts->n[2][k] += one;
      counts->total += one;
    }
}

static void
follow_counts (BrgCalvariaCounts *counts,
               const BrgMask *before,
               const BrgMask *after,
               const BrgBox *box)
{
  const int *dim = after->grid.dim;

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      {
        if (counts->k_lo < 0 || k < counts->k_lo || (k - counts->k_lo) % stride (dim[2]) != 0 ||
            j % stride (dim[1]) != 0)
          continue;
        const uint64_t *old = brg_mask_row (before, j, k), *new = brg_mask_row (after, j, k);
        for (size_t w = brg_box_first_word (box); w <= brg_box_last_word (box); w++)
          {
            count_word (counts, new[w] & ~old[w], w, j, k, 1);
            count_word (counts, old[w] & ~new[w], w, j, k, (size_t) -1);
          }
      }
}

void
brg_calvaria_survey_follow (BrgCalvariaSurvey *survey,
                            const BrgMask *before,
                            const BrgMask *after,
                            const BrgBox *box)
{
  if (brg_box_is_empty (box))
    return;
  follow_counts (&survey->whole, before, after, box);
  follow_counts (&survey->upper, before, after, box);
}

BrgStatus
brg_calvaria_measure (BrgCalvariaSurvey *survey,
                      const BrgMask *skull,
                      BrgCalvaria *calvaria,
                      BrgJob *job,
                      BrgError *error)
{
  const BrgGrid *grid = &skull->grid;
  int lo[3], hi[3];
  double mm[3];

  for (int axis = 0; axis < 3; axis++)
    {
      mm[axis] = brg_grid_spacing_mm (grid, axis);
      find_extent (&survey->whole, axis, grid->dim[axis], &lo[axis], &hi[axis]);
    }
  double half_width_vox = 0.5 * (hi[0] - lo[0] + 1) * mm[0] / mm[2];
  int k_lo = (int) fmax (hi[2] - half_width_vox, 0), k_top = hi[2];
  BrgStatus status = BRG_OK;
  if (survey->upper.k_lo != k_lo)
    status = count_from (skull, k_lo, &survey->upper, job, error);
  if (status != BRG_OK)
    return status;
  find_extent (&survey->upper, 0, grid->dim[0], &lo[0], &hi[0]);
  find_extent (&survey->upper, 1, grid->dim[1], &lo[1], &hi[1]);
  calvaria->width_mm = (hi[0] - lo[0] + 1) * mm[0];
  calvaria->length_mm = (hi[1] - lo[1] + 1) * mm[1];
  BrgVec3 centre_vox = brg_vec3 (0.5 * (lo[0] + hi[0]), 0.5 * (lo[1] + hi[1]),
                                 k_top - 0.5 * calvaria->width_mm / mm[2]);
  calvaria->centre = brg_grid_lps_from_vox (grid, centre_vox);
  return BRG_OK;
}

void
brg_calvaria_survey_clear (BrgCalvariaSurvey *survey)
{
  brg_free (survey->whole.n[0]);
  brg_free (survey->upper.n[0]);
  *survey = (BrgCalvariaSurvey){ .whole = { .total = 0 } };
}

BrgStatus
brg_calvaria_find (const BrgMask *skull, BrgCalvaria *calvaria, BrgJob *job, BrgError *error)
{
  BrgCalvariaSurvey survey = { .whole = { .total = 0 } };

  if (brg_mask_is_empty (skull))
    return brg_error_set (error, BRG_EMPTY, "the skull is empty");
  BrgStatus status = brg_calvaria_survey (skull, &survey, job, error);
  if (status == BRG_OK)
    status = brg_calvaria_measure (&survey, skull, calvaria, job, error);
  brg_calvaria_survey_clear (&survey);
  return status;
}
