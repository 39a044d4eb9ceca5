#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-median-kernel.h"
#include "engine/brg-median-private.h"
#include "engine/brg-parallel.h"
#include "engine/brg-planes.h"
#include "engine/brg-rows.h"

#define MIN_SLAB_SLICES 16

/* The window along i is summed on the bits; running sums along k and then along j add a row that
 * comes and take away one that goes, so their cost does not depend on the extent of the kernel. */
typedef struct
{
  const BrgMask *mask;
  BrgMask *out;
  BrgRows rows;
  BrgJob *job;
  BrgMedianWindow *window;
  BrgMedianStep *step;
  int radius[3]; /* clipped to the grid */
  int planes_ik, planes;
  size_t words, margin, padded; /* of a row of counters; before a padded row; of a padded row */
} Box;

typedef struct
{
  uint64_t *memory;
  uint64_t *along_ik; /* a row of counters per j */
  uint64_t *sum;
  uint64_t *half; /* half of the valid kernel voxels */
  uint64_t *zero; /* a row of counters */
  uint64_t *bits;
  uint64_t *coming, *going; /* rows of a slice, each with its margins */
  int *live;                /* live rows in each counter of along_ik */
  int64_t half_valid;       /* the product that `half` was made for */
} Scratch;

static int
clipped_size (const Box *box, int axis)
{
  int size = 2 * box->radius[axis] + 1;

  return size < box->mask->grid.dim[axis] ? size : box->mask->grid.dim[axis];
}

static void
clear_scratch (Scratch *s)
{
  brg_free (s->memory);
  brg_free (s->live);
}

static BrgStatus
init_scratch (Scratch *s, const Box *box, BrgError *error)
{
  BrgPool *pool = brg_job_pool (box->job);
  size_t n_rows = (size_t) box->mask->grid.dim[1];
  size_t row_ik = (size_t) box->planes_ik * box->words, row = (size_t) box->planes * box->words;
  size_t padded = n_rows * box->padded + box->margin;

  *s = (Scratch){ .half_valid = -1 };
  s->memory = brg_alloc_zero_in (pool, (n_rows + 1) * row_ik + 2 * row + box->words + 2 * padded,
                                 sizeof *s->memory, error);
  s->live = brg_alloc_zero_in (pool, n_rows, sizeof *s->live, error);
  if (s->memory == NULL || s->live == NULL)
    {
      clear_scratch (s);
      return BRG_NO_MEMORY;
    }
  s->along_ik = s->memory;
  s->zero = s->along_ik + n_rows * row_ik;
  s->sum = s->zero + row_ik;
  s->half = s->sum + row;
  s->bits = s->half + row;
  s->coming = s->bits + box->words + box->margin;
  s->going = s->coming + padded;
  return BRG_OK;
}

static uint64_t *
counters (const Box *box, const Scratch *s, int j)
{
  return s->along_ik + (size_t) j * (size_t) box->planes_ik * box->words;
}

static bool
has_slice (const Box *box, int k)
{
  return k >= 0 && k < box->mask->grid.dim[2];
}

static void
copy_slice (const Box *box, int k, uint64_t *padded)
{
  const BrgMask *mask = box->mask;

  for (int j = 0; has_slice (box, k) && j < mask->grid.dim[1]; j++)
    if (brg_rows_is_live (&box->rows, j, k))
      memcpy (padded + (size_t) j * box->padded, brg_mask_row (mask, j, k),
              mask->row_words * sizeof *padded);
}

/* Adds row j of slice k, which is in `padded`, to the sums along i and k, or takes it away. */
static void
move_row (const Box *box, Scratch *s, int j, int k, const uint64_t *padded, bool add)
{
  if (!brg_rows_is_live (&box->rows, j, k))
    return;
  box->window (counters (box, s, j), box->planes_ik, padded + (size_t) j * box->padded,
               box->radius[0], box->words, add);
  s->live[j] += add ? 1 : -1;
}

/* Number of kernel positions along an axis that lie inside the grid. */
static int
valid_along (const Box *box, int axis, int centre)
{
  int lo = centre - box->radius[axis], hi = centre + box->radius[axis];
  int last = box->mask->grid.dim[axis] - 1;

  return (hi < last ? hi : last) - (lo > 0 ? lo : 0) + 1;
}

static void
set_half (const Box *box, Scratch *s, int i, int64_t valid)
{
  uint64_t half = (uint64_t) valid * (uint64_t) valid_along (box, 0, i) / 2;

  for (int p = 0; p < box->planes; p++)
    {
      uint64_t *word = s->half + (size_t) p * box->words + (size_t) i / 64;
      *word = (*word & ~(UINT64_C (1) << (i % 64))) | (half >> p & 1) << (i % 64);
    }
}

/* Bit-slices half of the valid kernel voxels of every i, `valid` being the product along j and k.
 * 2 * count > valid is count > floor (valid / 2). */
static void
slice_half (const Box *box, Scratch *s, int64_t valid)
{
  int n = box->mask->grid.dim[0], radius = box->radius[0];
  int begin = radius < n ? radius : n, end = n - radius > begin ? n - radius : begin;
  uint64_t half = (uint64_t) valid * (uint64_t) (2 * radius + 1) / 2;

  if (valid == s->half_valid)
    return;
  s->half_valid = valid;
  for (int p = 0; p < box->planes; p++)
    memset (s->half + (size_t) p * box->words, half >> p & 1 ? 0xff : 0,
            box->words * sizeof *s->half);
  for (int i = 0; i < begin; i++)
    set_half (box, s, i, valid);
  for (int i = end; i < n; i++)
    set_half (box, s, i, valid);
}

static void
write_row (const Box *box, const Scratch *s, int j, int k, bool any)
{
  uint64_t *row = brg_mask_row (box->out, j, k);
  size_t n = box->out->row_words;

  if (!any)
    {
      memset (row, 0, n * sizeof *row);
      return;
    }
  memcpy (row, s->bits, n * sizeof *row);
  row[n - 1] &= brg_mask_last_word_bits (box->out);
}

/* Row `at` enters the sum, and the row that is then in the middle of the kernel is written. */
static void
advance (const Box *box, Scratch *s, int at, int k, int64_t *live)
{
  int j = at - box->radius[1], gone = j - box->radius[1] - 1;
  bool has_coming = at < box->mask->grid.dim[1] && s->live[at] > 0;
  bool has_gone = gone >= 0 && s->live[gone] > 0;

  *live += has_coming ? s->live[at] : 0;
  *live -= has_gone ? s->live[gone] : 0;
  if (j >= 0)
    slice_half (box, s, (int64_t) valid_along (box, 1, j) * valid_along (box, 2, k));
  if (*live > 0 || has_gone)
    box->step (s->sum, box->planes, has_coming ? counters (box, s, at) : s->zero,
               has_gone ? counters (box, s, gone) : s->zero, box->planes_ik, s->half, s->bits,
               box->words);
  if (j >= 0)
    write_row (box, s, j, k, *live > 0);
}

static void
write_slice (const Box *box, Scratch *s, int k, int coming, int going)
{
  int n_rows = box->mask->grid.dim[1];
  int64_t live = 0;

  copy_slice (box, coming, s->coming);
  copy_slice (box, going, s->going);
  memset (s->sum, 0, (size_t) box->planes * box->words * sizeof *s->sum);
  for (int at = 0; at < n_rows + box->radius[1]; at++)
    {
      if (at < n_rows)
        {
          move_row (box, s, at, coming, s->coming, true);
          move_row (box, s, at, going, s->going, false);
        }
      advance (box, s, at, k, &live);
    }
}

/* The sums along i and k for the first slice of a slab, but for the last slice of its kernel. */
static void
gather (const Box *box, Scratch *s, int begin)
{
  for (int k = begin - box->radius[2]; k < begin + box->radius[2]; k++)
    {
      if (!has_slice (box, k) || brg_job_is_cancelled (box->job))
        continue;
      copy_slice (box, k, s->coming);
      for (int j = 0; j < box->mask->grid.dim[1]; j++)
        move_row (box, s, j, k, s->coming, true);
    }
}

static BrgStatus
median_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Box *box = data;
  int radius = box->radius[2];
  Scratch s;

  (void) slab;
  if (init_scratch (&s, box, error) != BRG_OK)
    return BRG_NO_MEMORY;
  gather (box, &s, begin);
  for (int k = begin; k < end && !brg_job_is_cancelled (box->job); k++)
    write_slice (box, &s, k, k + radius, k > begin ? k - radius - 1 : -1);
  clear_scratch (&s);
  return BRG_OK;
}

/* Sizes of the rows of counters. */
static void
plan (Box *box, const int size_vox[3])
{
  const int *dim = box->mask->grid.dim;

  for (int a = 0; a < 3; a++)
    {
      int radius = (size_vox[a] - 1) / 2;
      box->radius[a] = radius < dim[a] ? radius : dim[a] - 1;
    }
  uint64_t size_i = 2 * (uint64_t) box->radius[0] + 1;
  uint64_t size_ik = size_i * (uint64_t) clipped_size (box, 2);
  box->planes_ik = brg_planes_for (size_ik);
  box->planes = brg_planes_for (size_ik * (uint64_t) clipped_size (box, 1));
  box->words = brg_planes_pad (box->mask->row_words);
  box->margin = brg_planes_margin (box->radius[0]);
  box->padded = box->words + box->margin;
}

BrgMask *
brg_median_box (const BrgMask *mask, const int size_vox[3], BrgJob *job, BrgError *error)
{
  Box box = { .mask = mask,
              .job = job,
              .window = BRG_ISA_PICK (job, _brg_median_window),
              .step = BRG_ISA_PICK (job, _brg_median_step) };
  BrgStatus status = brg_rows_init (&box.rows, mask, job, error);

  plan (&box, size_vox);
  int slab = 2 * box.radius[2] > MIN_SLAB_SLICES ? 2 * box.radius[2] : MIN_SLAB_SLICES;
  box.out =
    status == BRG_OK ? brg_mask_new_in (brg_job_pool (job), &mask->grid, false, error) : NULL;
  status = box.out != NULL
             ? brg_parallel_slabs (mask->grid.dim[2], slab, median_slab, &box, job, error)
             : BRG_NO_MEMORY;
  brg_rows_clear (&box.rows);
  if (status == BRG_OK)
    return box.out;
  brg_mask_unref (box.out);
  return NULL;
}
