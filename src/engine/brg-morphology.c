#include "engine/brg-morphology.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-ball.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"
#include "engine/brg-rows.h"

#define SLAB_SLICES 8

/* A row of the result is the union of the rows of the ball, each dilated along i by its half-width.
 * Taken by falling half-width h that is Horner's scheme: united = dilate1 (united) | rows of h.
 *
 * `wide` covers the rows of `narrow` from (lo_j, lo_k) on, and has `margin` more words on either
 * side; dilation goes from narrow to wide, erosion back. */
typedef struct
{
  const BrgBall *ball;
  BrgMask *narrow;
  BrgMask *wide;
  const uint8_t *live; /* rows of `narrow` with a set voxel, for dilation */
  int lo_j, lo_k;
  size_t margin;
  BrgBox bounds; /* rows of `narrow` to erode into */
} Sweep;

typedef struct
{
  uint64_t *memory;
  uint64_t *united, *next; /* rows as wide as `wide` between two zero words */
} Scratch;

static BrgStatus
init_scratch (Scratch *s, const Sweep *sweep, BrgError *error)
{
  size_t n = sweep->wide->row_words + 2;

  s->memory = brg_alloc_zero (2 * n, sizeof *s->memory, error);
  if (s->memory == NULL)
    return BRG_NO_MEMORY;
  s->united = s->memory + 1;
  s->next = s->united + n;
  return BRG_OK;
}

/* Dilates `united` by one voxel along i. */
static void
widen (Scratch *s, size_t n_words)
{
  const uint64_t *restrict from = s->united;
  uint64_t *restrict to = s->next;

  for (size_t w = 0; w < n_words; w++)
    to[w] = from[w] | from[w] << 1 | from[w] >> 1 | (from + w)[-1] >> 63 | from[w + 1] << 63;
  s->next = s->united;
  s->united = to;
}

/* Row of `narrow` that ball row `row` around (j, k) falls on; NULL when there is nothing on it. */
static const uint64_t *
live_row (const Sweep *sweep, const BrgBallRow *row, int j, int k)
{
  const int *dim = sweep->narrow->grid.dim;
  int at_j = j + row->dj, at_k = k + row->dk;

  if (at_j < 0 || at_j >= dim[1] || at_k < 0 || at_k >= dim[2])
    return NULL;
  if (!sweep->live[(size_t) at_k * (size_t) dim[1] + (size_t) at_j])
    return NULL;
  return brg_mask_row (sweep->narrow, at_j, at_k);
}

/* (j, k) are those of `narrow`, outside it too. */
static void
dilate_row (const Sweep *sweep, Scratch *s, int j, int k, uint64_t *out)
{
  const BrgBallRow *row = sweep->ball->rows, *end = row + sweep->ball->n_rows;
  size_t n = sweep->wide->row_words;
  bool any = false;

  memset (s->united, 0, n * sizeof *s->united);
  for (int half = row->half; half >= 0; half--)
    {
      if (any)
        widen (s, n);
      for (; row < end && row->half == half; row++)
        {
          const uint64_t *from = live_row (sweep, row, j, k);
          for (size_t w = 0; from != NULL && w < sweep->narrow->row_words; w++)
            s->united[sweep->margin + w] |= from[w];
          any = any || from != NULL;
        }
    }
  if (!any)
    return;
  memcpy (out, s->united, n * sizeof *out);
  out[n - 1] &= brg_mask_last_word_bits (sweep->wide);
}

static bool
covers (const uint64_t *united, const uint64_t *row, size_t n_words)
{
  uint64_t rest = 0;

  for (size_t w = 0; w < n_words; w++)
    rest |= row[w] & ~united[w];
  return rest == 0;
}

/* Dilates the unset voxels; what they do not reach stays. Only voxels set in `wide` can, so the
 * row is done once they are all reached. */
static void
erode_row (const Sweep *sweep, Scratch *s, int j, int k, uint64_t *out)
{
  const BrgBallRow *row = sweep->ball->rows, *end = row + sweep->ball->n_rows;
  const uint64_t *centre = brg_mask_row (sweep->wide, j - sweep->lo_j, k - sweep->lo_k);
  size_t n = sweep->wide->row_words, n_out = sweep->narrow->row_words;

  memset (s->united, 0, n * sizeof *s->united);
  for (int half = row->half; half >= 0; half--)
    {
      if (covers (s->united + sweep->margin, centre + sweep->margin, n_out))
        return;
      if (half < sweep->ball->rows[0].half)
        widen (s, n);
      for (; row < end && row->half == half; row++)
        {
          const uint64_t *from =
            brg_mask_row (sweep->wide, j + row->dj - sweep->lo_j, k + row->dk - sweep->lo_k);
          for (size_t w = 0; w < n; w++)
            s->united[w] |= ~from[w];
        }
    }
  for (size_t w = 0; w < n_out; w++)
    out[w] = ~s->united[sweep->margin + w];
  out[n_out - 1] &= brg_mask_last_word_bits (sweep->narrow);
}

static BrgStatus
dilate_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Sweep *sweep = data;
  Scratch s;

  (void) slab;
  if (init_scratch (&s, sweep, error) != BRG_OK)
    return BRG_NO_MEMORY;
  for (int k = begin; k < end; k++)
    for (int j = 0; j < sweep->wide->grid.dim[1]; j++)
      dilate_row (sweep, &s, j + sweep->lo_j, k + sweep->lo_k, brg_mask_row (sweep->wide, j, k));
  brg_free (s.memory);
  return BRG_OK;
}

static BrgStatus
erode_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Sweep *sweep = data;
  const BrgBox *bounds = &sweep->bounds;
  Scratch s;

  (void) slab;
  if (init_scratch (&s, sweep, error) != BRG_OK)
    return BRG_NO_MEMORY;
  for (int k = bounds->lo[2] + begin; k < bounds->lo[2] + end; k++)
    for (int j = bounds->lo[1]; j < bounds->hi[1]; j++)
      erode_row (sweep, &s, j, k, brg_mask_row (sweep->narrow, j, k));
  brg_free (s.memory);
  return BRG_OK;
}

static BrgStatus
dilate_into (Sweep *sweep, BrgJob *job, BrgError *error)
{
  uint8_t *live = brg_rows_live (sweep->narrow, error);
  BrgStatus status = BRG_NO_MEMORY;

  sweep->live = live;
  if (live != NULL)
    status =
      brg_parallel_slabs (sweep->wide->grid.dim[2], SLAB_SLICES, dilate_slab, sweep, job, error);
  brg_free (live);
  return status;
}

/* An empty mask that holds everything the ball can reach from the set voxels of `narrow`. */
static BrgStatus
widen_grid (Sweep *sweep, BrgError *error)
{
  const int *radius = sweep->ball->radius_vox;
  BrgGrid grid = sweep->narrow->grid;

  sweep->bounds = brg_mask_bounds (sweep->narrow);
  sweep->margin = ((size_t) radius[0] + 63) / 64;
  sweep->lo_j = sweep->bounds.lo[1] - radius[1];
  sweep->lo_k = sweep->bounds.lo[2] - radius[2];
  grid.dim[0] = (int) (sweep->narrow->row_words + 2 * sweep->margin) * 64;
  grid.dim[1] = sweep->bounds.hi[1] + radius[1] - sweep->lo_j;
  grid.dim[2] = sweep->bounds.hi[2] + radius[2] - sweep->lo_k;
  sweep->wide = brg_mask_new (&grid, error);
  return sweep->wide != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static void
copy_into (const Sweep *sweep)
{
  size_t n = sweep->narrow->row_words;

  for (int k = sweep->bounds.lo[2]; k < sweep->bounds.hi[2]; k++)
    for (int j = sweep->bounds.lo[1]; j < sweep->bounds.hi[1]; j++)
      memcpy (brg_mask_row (sweep->wide, j - sweep->lo_j, k - sweep->lo_k) + sweep->margin,
              brg_mask_row (sweep->narrow, j, k), n * sizeof (uint64_t));
}

/* Erosion never leaves the bounding box of the mask, nor does closing: a box is the meet of half
 * spaces, which closing leaves as they are. */
static BrgStatus
erode_from (Sweep *sweep, BrgJob *job, BrgError *error)
{
  int n_slices = sweep->bounds.hi[2] - sweep->bounds.lo[2];

  return brg_parallel_slabs (n_slices, SLAB_SLICES, erode_slab, sweep, job, error);
}

/* Replaces `mask` by its erosion or closing. */
static BrgStatus
erode_or_close (BrgMask *mask, const BrgBall *ball, bool close, BrgJob *job, BrgError *error)
{
  Sweep sweep = { .ball = ball, .narrow = mask };
  BrgJobPart parts = brg_job_parts (job);
  BrgStatus status = widen_grid (&sweep, error);

  if (status != BRG_OK)
    return status;
  brg_job_part (&parts, 0, 0.5);
  if (close)
    status = dilate_into (&sweep, job, error);
  else
    copy_into (&sweep);
  brg_job_part (&parts, close ? 0.5 : 0, 1);
  brg_mask_clear (mask);
  if (status == BRG_OK)
    status = erode_from (&sweep, job, error);
  brg_job_parts_end (&parts);
  brg_mask_unref (sweep.wide);
  return status;
}

static BrgStatus
dilate (const BrgMask *mask, BrgMask *out, const BrgBall *ball, BrgJob *job, BrgError *error)
{
  Sweep sweep = { .ball = ball, .narrow = (BrgMask *) mask, .wide = out };

  return dilate_into (&sweep, job, error);
}

typedef enum
{
  DILATE,
  ERODE,
  CLOSE,
} Operation;

static BrgMask *
run (const BrgMask *mask, double radius_mm, Operation op, BrgJob *job, BrgError *error)
{
  BrgBall ball = { 0 };
  BrgStatus status = BRG_NO_MEMORY;

  if (!(radius_mm >= 0 && radius_mm <= BRG_MORPHOLOGY_MAX_MM))
    {
      brg_error_set (error, BRG_INVALID, "radius must be 0 to %g mm, got %g", BRG_MORPHOLOGY_MAX_MM,
                     radius_mm);
      return NULL;
    }
  BrgMask *out = brg_mask_copy (mask, error);
  if (out == NULL || radius_mm == 0 || brg_mask_is_empty (mask))
    return out;
  if (brg_ball_init (&ball, &mask->grid, radius_mm, error) == BRG_OK)
    status = op == DILATE ? dilate (mask, out, &ball, job, error)
                          : erode_or_close (out, &ball, op == CLOSE, job, error);
  brg_ball_clear (&ball);
  if (status == BRG_OK)
    return out;
  brg_mask_unref (out);
  return NULL;
}

BrgMask *
brg_dilate (const BrgMask *mask, double radius_mm, BrgJob *job, BrgError *error)
{
  return run (mask, radius_mm, DILATE, job, error);
}

BrgMask *
brg_erode (const BrgMask *mask, double radius_mm, BrgJob *job, BrgError *error)
{
  return run (mask, radius_mm, ERODE, job, error);
}

BrgMask *
brg_close (const BrgMask *mask, double radius_mm, BrgJob *job, BrgError *error)
{
  return run (mask, radius_mm, CLOSE, job, error);
}
