#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-ball.h"
#include "engine/brg-bits.h"
#include "engine/brg-median-kernel.h"
#include "engine/brg-median-private.h"
#include "engine/brg-parallel.h"
#include "engine/brg-planes.h"
#include "engine/brg-rows.h"

#define SLAB_SLICES 8
#define MIN_PLANES  3 /* of rows of the ball: what the kernel asks for */

/* With the rows of the ball by falling half-width, let E(d) count the set voxels of the rows at
 * least d wide. Then the count at i is E(0)[i] + sum over d > 0 of E(d)[i - d] + E(d)[i + d]. The
 * same on a grid of set voxels gives the valid kernel voxels at the border. */
typedef struct
{
  const BrgMask *mask;
  BrgMask *out;
  BrgRows rows;
  BrgBall ball;
  ptrdiff_t *offsets; /* of the rows of the ball */
  BrgJob *job;
  BrgMedianRows *add_rows;
  BrgMedianShifted *add_shifted;
  BrgMedianGreater *greater;
  int planes_rows, planes;
  size_t words, margin, stride;
} Ball;

typedef struct
{
  uint64_t *memory;
  uint64_t *rows; /* E(d) */
  uint64_t *sum;
  uint64_t *valid;
  uint64_t *bits;
  uint64_t *ones;   /* a row of set voxels */
  ptrdiff_t *list;  /* of the rows of the ball that count */
  size_t *ends;     /* of each half-width in it */
  int valid_for[4]; /* distances to the border that `valid` was made for, up to the radius */
} Scratch;

static void
clear_scratch (Scratch *s)
{
  brg_free (s->memory);
  brg_free (s->list);
  brg_free (s->ends);
}

static BrgStatus
init_scratch (Scratch *s, const Ball *b, BrgError *error)
{
  BrgPool *pool = brg_job_pool (b->job);
  size_t row = (size_t) b->planes * b->stride;

  *s = (Scratch){ .valid_for = { -1 } };
  s->memory = brg_alloc_zero_in (pool, 3 * row + 2 * b->stride, sizeof *s->memory, error);
  s->list = brg_alloc_in (pool, b->ball.n_rows, sizeof *s->list, error);
  s->ends = brg_alloc_in (pool, brg_ball_n_halves (&b->ball), sizeof *s->ends, error);
  if (s->memory == NULL || s->list == NULL || s->ends == NULL)
    {
      clear_scratch (s);
      return BRG_NO_MEMORY;
    }
  s->rows = s->memory + b->margin;
  s->sum = s->rows + row;
  s->valid = s->sum + row;
  s->bits = s->valid + row;
  s->ones = s->bits + b->stride;
  brg_bits_fill (s->ones, 0, b->mask->grid.dim[0]);
  return BRG_OK;
}

static void
zero_row (const Ball *b, uint64_t *row, int planes)
{
  for (int p = 0; p < planes; p++)
    memset (row + (size_t) p * b->stride, 0, b->words * sizeof *row);
}

/* Lists the rows of the ball that lie in the grid, each of them the row of set voxels. */
static void
list_valid (const Ball *b, Scratch *s, int j, int k)
{
  const int *dim = b->mask->grid.dim;
  size_t n = 0, r = 0;

  for (size_t h = 0; h < brg_ball_n_halves (&b->ball); h++)
    {
      for (; r < b->ball.ends[h]; r++)
        {
          int at_j = j + b->ball.rows[r].dj, at_k = k + b->ball.rows[r].dk;
          if (at_j >= 0 && at_j < dim[1] && at_k >= 0 && at_k < dim[2])
            s->list[n++] = 0;
        }
      s->ends[h] = n;
    }
}

static int
planes_for_rows (size_t n_rows)
{
  int n = brg_planes_for (n_rows);

  return n > MIN_PLANES ? n : MIN_PLANES;
}

/* Counts what is set in the rows at `offsets` from `from`. */
static void
count (const Ball *b,
       Scratch *s,
       uint64_t *sum,
       const uint64_t *from,
       const ptrdiff_t *offsets,
       const size_t *ends)
{
  uint64_t most = 0;
  size_t begin = 0;

  zero_row (b, s->rows, b->planes_rows);
  zero_row (b, sum, b->planes);
  for (size_t h = 0; h < brg_ball_n_halves (&b->ball); h++)
    {
      int shift = b->ball.radius_vox[0] - (int) h, planes = planes_for_rows (ends[h]);
      if (ends[h] > begin)
        b->add_rows (s->rows, b->stride, planes, from, offsets + begin, ends[h] - begin,
                     b->mask->row_words);
      begin = ends[h];
      most += shift > 0 ? 2 * begin : begin;
      if (begin > 0)
        b->add_shifted (sum, brg_planes_for (most), s->rows, brg_planes_for (begin), b->stride,
                        shift, b->words);
    }
}

static int
least (int a, int b)
{
  return a < b ? a : b;
}

static void
count_valid (const Ball *b, Scratch *s, int j, int k)
{
  const int *dim = b->mask->grid.dim, *radius = b->ball.radius_vox;
  int key[4] = { least (j, radius[1]), least (dim[1] - 1 - j, radius[1]), least (k, radius[2]),
                 least (dim[2] - 1 - k, radius[2]) };

  if (memcmp (key, s->valid_for, sizeof key) == 0)
    return;
  memcpy (s->valid_for, key, sizeof key);
  list_valid (b, s, j, k);
  count (b, s, s->valid, s->ones, s->list, s->ends);
}

/* Counts row (j, k), `n_live` rows of the mask being live within the extent of the ball. */
static void
count_row (const Ball *b, Scratch *s, int j, int k, int64_t n_live)
{
  const uint64_t *from = brg_mask_row (b->mask, j, k);

  if (brg_ball_is_all_live (&b->ball, n_live))
    {
      count (b, s, s->sum, from, b->offsets, b->ball.ends);
      return;
    }
  brg_ball_list_live (&b->ball, &b->rows, j, k, b->offsets, s->list, s->ends);
  count (b, s, s->sum, from, s->list, s->ends);
}

/* count > floor (valid / 2): `valid` without its lowest plane is its half. */
static void
write_row (const Ball *b, Scratch *s, int j, int k)
{
  const int *radius = b->ball.radius_vox;
  uint64_t *row = brg_mask_row (b->out, j, k);
  size_t n = b->out->row_words;
  int64_t n_live = brg_rows_count (&b->rows, j, k, radius[1], radius[2]);

  if (n_live == 0)
    {
      memset (row, 0, n * sizeof *row);
      return;
    }
  count_valid (b, s, j, k);
  count_row (b, s, j, k, n_live);
  b->greater (s->bits, s->sum, s->valid + b->stride, b->planes - 1, b->stride, b->words);
  memcpy (row, s->bits, n * sizeof *row);
  row[n - 1] &= brg_mask_last_word_bits (b->out);
}

static BrgStatus
median_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Ball *b = data;
  Scratch s;

  (void) slab;
  if (init_scratch (&s, b, error) != BRG_OK)
    return BRG_NO_MEMORY;
  for (int k = begin; k < end; k++)
    for (int j = 0; j < b->mask->grid.dim[1] && !brg_job_is_cancelled (b->job); j++)
      write_row (b, &s, j, k);
  clear_scratch (&s);
  return BRG_OK;
}

/* Sizes of the rows of counters: one plane more than the count needs, for the comparison. */
static void
plan (Ball *b)
{
  uint64_t n_voxels = 0;

  for (size_t r = 0; r < b->ball.n_rows; r++)
    n_voxels += 2 * (uint64_t) b->ball.rows[r].half + 1;
  b->planes_rows = planes_for_rows (b->ball.n_rows);
  b->planes = brg_planes_for (n_voxels) + 1;
  b->planes = b->planes > b->planes_rows ? b->planes : b->planes_rows;
  b->words = brg_planes_pad (b->mask->row_words);
  b->margin = brg_planes_margin (b->ball.radius_vox[0]);
  b->stride = b->words + 2 * b->margin;
}

BrgMask *
brg_median_ball (const BrgMask *mask, double diameter_mm, BrgJob *job, BrgError *error)
{
  Ball b = { .mask = mask,
             .job = job,
             .add_rows = BRG_ISA_PICK (job, _brg_median_rows),
             .add_shifted = BRG_ISA_PICK (job, _brg_median_shifted),
             .greater = BRG_ISA_PICK (job, _brg_median_greater) };
  BrgStatus status = brg_ball_init (&b.ball, &mask->grid, diameter_mm / 2, job, error);

  if (status == BRG_OK)
    status = brg_rows_init (&b.rows, mask, job, error);
  if (status == BRG_OK)
    {
      plan (&b);
      b.offsets = brg_ball_offsets (&b.ball, mask, job, error);
      b.out =
        b.offsets == NULL ? NULL : brg_mask_new_in (brg_job_pool (job), &mask->grid, false, error);
      status = b.out != NULL
                 ? brg_parallel_slabs (mask->grid.dim[2], SLAB_SLICES, median_slab, &b, job, error)
                 : BRG_NO_MEMORY;
    }
  brg_free (b.offsets);
  brg_rows_clear (&b.rows);
  brg_ball_clear (&b.ball);
  if (status == BRG_OK)
    return b.out;
  brg_mask_unref (b.out);
  return NULL;
}
