#include "engine/brg-morphology.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-ball.h"
#include "engine/brg-job-part.h"
#include "engine/brg-morphology-kernel.h"
#include "engine/brg-parallel.h"
#include "engine/brg-rows.h"

#define SLAB_SLICES 8    /* at least */
#define SLAB_WORDS  8192 /* at least; fewer are not worth a thread */
#define BATCH       8    /* rows that are united together */
#define EDGE        4    /* words before and after a united row */

/* One dilation or erosion, from a mask to one that may be larger or smaller. */
typedef struct
{
  const BrgBall *ball;
  const BrgMask *from;
  BrgMask *to;
  BrgBox box;             /* rows of `to` to work out; the others are left as they are */
  int shift_j, shift_k;   /* row (j, k) of `to` is row (j + shift_j, k + shift_k) of `from` */
  size_t from_at, to_at;  /* words of the united row where those of `from` and `to` begin */
  size_t n_words, stride; /* of a united row; with its edges */
  bool erode;
  BrgRows rows;       /* of `from` */
  ptrdiff_t *offsets; /* of the rows of the ball, in words of `from` */
  BrgSweepRows *sweep_rows;
  BrgJob *job;
} Sweep;

/* Rows of one batch. */
typedef struct
{
  uint64_t *words;    /* two united rows for each; owns all */
  ptrdiff_t *offsets; /* a list of rows of the ball for each, and one for a slice */
  size_t *ends;
  bool has_slice; /* is there the one for the slice? */
  BrgSweepRow rows[BATCH];
  uint64_t *to[BATCH];
  int n;
} Batch;

/* One block of words for all three. */
static BrgStatus
init_batch (Batch *batch, const Sweep *s, BrgError *error)
{
  size_t n_words = 2 * BATCH * s->stride;
  size_t n_offsets = (BATCH + 1) * brg_ball_max_live (s->ball, &s->rows);
  size_t n_ends = (BATCH + 1) * brg_ball_n_halves (s->ball);

  *batch = (Batch){ 0 };
  batch->words =
    brg_alloc_in (brg_job_pool (s->job), n_words + n_offsets + n_ends, sizeof *batch->words, error);
  if (batch->words == NULL)
    return BRG_NO_MEMORY;
  batch->offsets = (ptrdiff_t *) (batch->words + n_words);
  batch->ends = (size_t *) (batch->words + n_words + n_offsets);
  return BRG_OK;
}

/* Is every row of the ball around row (j, k) of `from` live? */
static bool
all_live (const Sweep *s, int j, int k)
{
  for (size_t r = 0; r < s->ball->n_rows; r++)
    if (!brg_rows_is_live (&s->rows, j + s->ball->rows[r].dj, k + s->ball->rows[r].dk))
      return false;
  return true;
}

/* Lists the rows of the ball whose slice, around slice k, is in the grid. */
static void
list_slice (const Sweep *s, int k, ptrdiff_t *offsets, size_t *ends)
{
  const BrgBall *ball = s->ball;
  size_t n = 0, r = 0;

  for (size_t h = 0; h < brg_ball_n_halves (ball); h++)
    {
      for (; r < ball->ends[h]; r++)
        if (k + ball->rows[r].dk >= 0 && k + ball->rows[r].dk < s->rows.n_k)
          offsets[n++] = s->offsets[r];
      ends[h] = n;
    }
}

/* Lists the rows of the ball around row (j, k) that are in the grid, dead ones too where they cost
 * less than a look at each. */
static void
list_rows (const Sweep *s, Batch *batch, int j, int k, BrgSweepRow *row)
{
  const int *radius = s->ball->radius_vox;
  bool is_inside_j = j - radius[1] >= 0 && j + radius[1] < s->rows.n_j;
  size_t at = is_inside_j ? BATCH : (size_t) batch->n;
  ptrdiff_t *offsets = batch->offsets + at * brg_ball_max_live (s->ball, &s->rows);
  size_t *ends = batch->ends + at * brg_ball_n_halves (s->ball);

  if (!is_inside_j)
    brg_ball_list_live (s->ball, &s->rows, j, k, s->offsets, offsets, ends);
  else if (!batch->has_slice)
    list_slice (s, k, offsets, ends);
  batch->has_slice |= is_inside_j;
  row->offsets = offsets;
  row->ends = ends;
}

/* Can a voxel of the row come out set? Then the rows to unite for it are in `row`. */
static bool
find_rows (const Sweep *s, Batch *batch, int j, int k, BrgSweepRow *row)
{
  const int *radius = s->ball->radius_vox;
  int64_t live = brg_rows_count (&s->rows, j, k, radius[1], radius[2]);
  bool is_whole = brg_ball_is_all_live (s->ball, live);

  if (live == 0 || (s->erode && !is_whole && !all_live (s, j, k)))
    return false;
  row->offsets = s->offsets;
  row->ends = s->ball->ends;
  if (!s->erode && !is_whole)
    list_rows (s, batch, j, k, row);
  return true;
}

static void
flush (const Sweep *s, Batch *batch)
{
  const BrgSweepShape shape = { (int) brg_ball_n_halves (s->ball), s->n_words, s->from_at,
                                s->from->row_words };
  size_t n = s->to->row_words;

  s->sweep_rows (batch->rows, batch->n, &shape);
  for (int r = 0; r < batch->n; r++)
    {
      memcpy (batch->to[r], batch->rows[r].united + s->to_at, n * sizeof (uint64_t));
      batch->to[r][n - 1] &= brg_mask_last_word_bits (s->to);
    }
  batch->n = 0;
}

static void
add_row (const Sweep *s, Batch *batch, int j, int k)
{
  int from_j = j + s->shift_j, from_k = k + s->shift_k;
  ptrdiff_t index = (ptrdiff_t) from_k * s->from->grid.dim[1] + from_j;
  uint64_t *words = batch->words + 2 * (size_t) batch->n * s->stride;
  BrgSweepRow row = { .words = s->from->words,
                      .centre = index * (ptrdiff_t) s->from->row_words,
                      .united = words + EDGE,
                      .next = words + s->stride + EDGE };

  if (!find_rows (s, batch, from_j, from_k, &row))
    {
      memset (brg_mask_row (s->to, j, k), 0, s->to->row_words * sizeof (uint64_t));
      return;
    }
  memset (words, 0, 2 * s->stride * sizeof *words);
  if (s->erode)
    memset (row.united, 0xff, s->n_words * sizeof *words);
  batch->rows[batch->n] = row;
  batch->to[batch->n++] = brg_mask_row (s->to, j, k);
  if (batch->n == BATCH)
    flush (s, batch);
}

static BrgStatus
sweep_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Sweep *s = data;
  Batch batch;

  (void) slab;
  if (init_batch (&batch, s, error) != BRG_OK)
    return BRG_NO_MEMORY;
  for (int k = s->box.lo[2] + begin; k < s->box.lo[2] + end; k++)
    {
      batch.has_slice = false;
      for (int j = s->box.lo[1]; j < s->box.hi[1] && !brg_job_is_cancelled (s->job); j++)
        add_row (s, &batch, j, k);
      flush (s, &batch);
    }
  brg_free (batch.words);
  return BRG_OK;
}

/* Runs the sweep, `from` to `words_at` and `box` being given. */
static BrgStatus
sweep (Sweep *s, BrgError *error)
{
  BrgStatus status = brg_rows_init (&s->rows, s->from, s->job, error);

  int n_slices = s->box.hi[2] - s->box.lo[2];
  int slab_slices = (int) (SLAB_WORDS / (s->to->row_words * (size_t) s->to->grid.dim[1]) + 1);
  s->n_words = s->from->row_words > s->to->row_words ? s->from->row_words : s->to->row_words;
  s->stride = (s->n_words + 3) / 4 * 4 + 2 * EDGE;
  s->sweep_rows =
    s->erode ? BRG_ISA_PICK (s->job, _brg_erode_rows) : BRG_ISA_PICK (s->job, _brg_dilate_rows);
  s->offsets = brg_ball_offsets (s->ball, s->from, s->job, error);
  if (status == BRG_OK && s->offsets == NULL)
    status = BRG_NO_MEMORY;
  if (status == BRG_OK)
    status = brg_parallel_slabs (n_slices, slab_slices > SLAB_SLICES ? slab_slices : SLAB_SLICES,
                                 sweep_slab, s, s->job, error);
  brg_free (s->offsets);
  brg_rows_clear (&s->rows);
  return status;
}

/* Within the grid, what lies outside being background. */
static BrgStatus
sweep_grid (const BrgMask *mask,
            BrgMask *out,
            const BrgBall *ball,
            bool erode,
            BrgJob *job,
            BrgError *error)
{
  Sweep s = { .ball = ball, .from = mask, .to = out, .erode = erode, .job = job };

  s.box = brg_grid_box (&mask->grid);
  return sweep (&s, error);
}

static BrgStatus
dilate (const BrgMask *mask, BrgMask *out, const BrgBall *ball, BrgJob *job, BrgError *error)
{
  return sweep_grid (mask, out, ball, false, job, error);
}

static BrgStatus
erode (const BrgMask *mask, BrgMask *out, const BrgBall *ball, BrgJob *job, BrgError *error)
{
  return sweep_grid (mask, out, ball, true, job, error);
}

/* Both halves of an operation under the progress of one. */
static BrgStatus
sweep_twice (Sweep *first, Sweep *second, BrgError *error)
{
  BrgJobPart parts = brg_job_parts (first->job);

  brg_job_part (&parts, 0, 0.5);
  BrgStatus status = sweep (first, error);
  brg_job_part (&parts, 0.5, 1);
  if (status == BRG_OK)
    status = sweep (second, error);
  brg_job_parts_end (&parts);
  return status;
}

static BrgStatus
open_into (const BrgMask *mask, BrgMask *out, const BrgBall *ball, BrgJob *job, BrgError *error)
{
  BrgMask *eroded = brg_mask_new_in (brg_job_pool (job), &mask->grid, false, error);
  BrgBox box = brg_grid_box (&mask->grid);

  if (eroded == NULL)
    return BRG_NO_MEMORY;
  Sweep first = { .ball = ball, .from = mask, .to = eroded, .box = box, .erode = true, .job = job };
  Sweep second = { .ball = ball, .from = eroded, .to = out, .box = box, .job = job };
  BrgStatus status = sweep_twice (&first, &second, error);
  brg_mask_unref (eroded);
  return status;
}

/* Closing never leaves the bounding box of the mask: a box is the meet of half spaces, which
 * closing leaves as they are. So the dilated mask need only hold what the ball reaches from it. */
static BrgStatus
close_into (const BrgMask *mask, BrgMask *out, const BrgBall *ball, BrgJob *job, BrgError *error)
{
  const int *radius = ball->radius_vox;
  BrgBox bounds = brg_mask_bounds (mask);
  size_t margin = ((size_t) radius[0] + 63) / 64;
  int lo_j = bounds.lo[1] - radius[1], lo_k = bounds.lo[2] - radius[2];
  BrgGrid grid = mask->grid;

  grid.dim[0] = (int) (mask->row_words + 2 * margin) * 64;
  grid.dim[1] = bounds.hi[1] + radius[1] - lo_j;
  grid.dim[2] = bounds.hi[2] + radius[2] - lo_k;
  BrgMask *wide = brg_mask_new_in (brg_job_pool (job), &grid, false, error);
  if (wide == NULL)
    return BRG_NO_MEMORY;
  Sweep first = { .ball = ball,
                  .from = mask,
                  .to = wide,
                  .box = brg_grid_box (&grid),
                  .shift_j = lo_j,
                  .shift_k = lo_k,
                  .from_at = margin,
                  .job = job };
  Sweep second = { .ball = ball,
                   .from = wide,
                   .to = out,
                   .box = bounds,
                   .shift_j = -lo_j,
                   .shift_k = -lo_k,
                   .to_at = margin,
                   .erode = true,
                   .job = job };
  BrgStatus status = sweep_twice (&first, &second, error);
  brg_mask_unref (wide);
  return status;
}

typedef BrgStatus (*Operation) (const BrgMask *mask,
                                BrgMask *out,
                                const BrgBall *ball,
                                BrgJob *job,
                                BrgError *error);

static BrgMask *
run (const BrgMask *mask, double radius_mm, Operation operation, BrgJob *job, BrgError *error)
{
  BrgPool *pool = brg_job_pool (job);
  BrgBall ball;

  if (!(radius_mm >= 0 && radius_mm <= BRG_MORPHOLOGY_MAX_MM))
    {
      brg_error_set (error, BRG_INVALID, "radius must be 0 to %g mm, got %g", BRG_MORPHOLOGY_MAX_MM,
                     radius_mm);
      return NULL;
    }
  if (radius_mm == 0 || brg_mask_is_empty (mask))
    return brg_mask_copy_in (pool, mask, error);
  if (brg_ball_init (&ball, &mask->grid, radius_mm, job, error) != BRG_OK)
    return NULL;
  BrgMask *out = brg_mask_new_in (pool, &mask->grid, true, error);
  BrgStatus status = out != NULL ? operation (mask, out, &ball, job, error) : BRG_NO_MEMORY;
  brg_ball_clear (&ball);
  if (status == BRG_OK)
    return out;
  brg_mask_unref (out);
  return NULL;
}

BrgMask *
brg_dilate (const BrgMask *mask, double radius_mm, BrgJob *job, BrgError *error)
{
  return run (mask, radius_mm, dilate, job, error);
}

BrgMask *
brg_erode (const BrgMask *mask, double radius_mm, BrgJob *job, BrgError *error)
{
  return run (mask, radius_mm, erode, job, error);
}

BrgMask *
brg_close (const BrgMask *mask, double radius_mm, BrgJob *job, BrgError *error)
{
  return run (mask, radius_mm, close_into, job, error);
}

BrgMask *
brg_open (const BrgMask *mask, double radius_mm, BrgJob *job, BrgError *error)
{
  return run (mask, radius_mm, open_into, job, error);
}

BrgMask *
brg_margin (const BrgMask *mask, double margin_mm, BrgJob *job, BrgError *error)
{
  if (!(fabs (margin_mm) <= BRG_MORPHOLOGY_MAX_MM))
    {
      brg_error_set (error, BRG_INVALID, "margin must be -%g to %g mm, got %g",
                     BRG_MORPHOLOGY_MAX_MM, BRG_MORPHOLOGY_MAX_MM, margin_mm);
      return NULL;
    }
  return run (mask, fabs (margin_mm), margin_mm < 0 ? erode : dilate, job, error);
}
