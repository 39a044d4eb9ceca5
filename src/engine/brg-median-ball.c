#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-ball.h"
#include "engine/brg-bits.h"
#include "engine/brg-median-private.h"
#include "engine/brg-parallel.h"
#include "engine/brg-planes.h"
#include "engine/brg-rows.h"

#define SLAB_SLICES 8

/* With the rows of the ball by falling half-width, let E(d) count the set voxels of the rows at
 * least d wide. Then the count at i is E(0)[i] + sum over d > 0 of E(d)[i - d] + E(d)[i + d]. The
 * same on a grid of set voxels gives the valid kernel voxels at the border. */
typedef struct
{
  const BrgMask *mask;
  BrgMask *out;
  const uint8_t *live; /* rows of `mask` with a set voxel */
  BrgBall ball;
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
  int valid_for[4]; /* distances to the border that `valid` was made for, up to the radius */
} Scratch;

static BrgStatus
init_scratch (Scratch *s, const Ball *b, BrgError *error)
{
  size_t row = (size_t) b->planes * b->stride;

  *s = (Scratch){ .valid_for = { -1 } };
  s->memory = brg_alloc_zero (3 * row + 2 * b->stride, sizeof *s->memory, error);
  if (s->memory == NULL)
    return BRG_NO_MEMORY;
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

static bool
inside (const Ball *b, const BrgBallRow *row, int j, int k)
{
  const int *dim = b->mask->grid.dim;

  return j + row->dj >= 0 && j + row->dj < dim[1] && k + row->dk >= 0 && k + row->dk < dim[2];
}

static bool
is_live (const Ball *b, const BrgBallRow *row, int j, int k)
{
  size_t r = (size_t) (k + row->dk) * (size_t) b->mask->grid.dim[1] + (size_t) (j + row->dj);

  return b->live[r];
}

/* Adds one row of the mask, or of the grid full of set voxels, to E. */
static void
add_row (const Ball *b, Scratch *s, const BrgBallRow *row, int j, int k, bool full)
{
  if (!inside (b, row, j, k) || (!full && !is_live (b, row, j, k)))
    return;
  if (!full)
    memcpy (s->bits, brg_mask_row (b->mask, j + row->dj, k + row->dk),
            b->mask->row_words * sizeof *s->bits);
  brg_planes_add_bits (s->rows, b->stride, b->planes_rows, full ? s->ones : s->bits, b->words);
}

static void
count (const Ball *b, Scratch *s, uint64_t *sum, int j, int k, bool full)
{
  const BrgBallRow *row = b->ball.rows, *end = row + b->ball.n_rows;

  zero_row (b, s->rows, b->planes_rows);
  zero_row (b, sum, b->planes);
  for (int d = row->half; d >= 0; d--)
    {
      for (; row < end && row->half == d; row++)
        add_row (b, s, row, j, k, full);
      brg_planes_add_shifted (sum, b->stride, b->planes, s->rows, b->stride, b->planes_rows, d,
                              b->words);
      if (d > 0)
        brg_planes_add_shifted (sum, b->stride, b->planes, s->rows, b->stride, b->planes_rows, -d,
                                b->words);
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
  count (b, s, s->valid, j, k, true);
}

static bool
any_live (const Ball *b, int j, int k)
{
  for (size_t r = 0; r < b->ball.n_rows; r++)
    if (inside (b, &b->ball.rows[r], j, k) && is_live (b, &b->ball.rows[r], j, k))
      return true;
  return false;
}

/* count > floor (valid / 2): `valid` without its lowest plane is its half. */
static void
write_row (const Ball *b, Scratch *s, int j, int k)
{
  uint64_t *row = brg_mask_row (b->out, j, k);
  size_t n = b->out->row_words;

  count_valid (b, s, j, k);
  count (b, s, s->sum, j, k, false);
  brg_planes_greater (s->bits, s->sum, b->stride, s->valid + b->stride, b->stride, b->planes - 1,
                      b->words);
  memcpy (row, s->bits, n * sizeof *row);
  row[n - 1] &= brg_mask_last_word_bits (b->out);
  memset (s->bits, 0, b->words * sizeof *s->bits);
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
    for (int j = 0; j < b->mask->grid.dim[1]; j++)
      if (any_live (b, j, k))
        write_row (b, &s, j, k);
  brg_free (s.memory);
  return BRG_OK;
}

/* Sizes of the rows of counters: one plane more than the count needs, for the comparison. */
static void
plan (Ball *b)
{
  const int *dim = b->mask->grid.dim;
  uint64_t n_voxels = 0;

  for (size_t r = 0; r < b->ball.n_rows; r++)
    n_voxels += 2 * (uint64_t) b->ball.rows[r].half + 1;
  b->planes_rows = brg_planes_for (b->ball.n_rows);
  b->planes = brg_planes_for (n_voxels) + 1;
  b->words = brg_planes_pad (((size_t) dim[0] + 63) / 64);
  b->margin = brg_planes_pad ((size_t) b->ball.radius_vox[0] / 64 + 2);
  b->stride = b->words + 2 * b->margin;
}

BrgMask *
brg_median_ball (const BrgMask *mask, double diameter_mm, BrgJob *job, BrgError *error)
{
  Ball b = { .mask = mask };
  uint8_t *live = NULL;
  BrgStatus status = brg_ball_init (&b.ball, &mask->grid, diameter_mm / 2, error);

  if (status == BRG_OK)
    {
      plan (&b);
      live = brg_rows_live (mask, error);
      b.live = live;
      b.out = live != NULL ? brg_mask_new (&mask->grid, error) : NULL;
      status = b.out != NULL
                 ? brg_parallel_slabs (mask->grid.dim[2], SLAB_SLICES, median_slab, &b, job, error)
                 : BRG_NO_MEMORY;
    }
  brg_free (live);
  brg_ball_clear (&b.ball);
  if (status == BRG_OK)
    return b.out;
  brg_mask_unref (b.out);
  return NULL;
}
