#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-median-private.h"
#include "engine/brg-parallel.h"
#include "engine/brg-planes.h"
#include "engine/brg-rows.h"

#define SLAB_SLICES 16

/* Running sums along k and then j, one add and one subtract per row, and along i the window sum by
 * doubling. A row of counters has room for dim[0] + radius voxels and a zero margin on both sides,
 * so that shifts need no tests. */
typedef struct
{
  const BrgMask *mask;
  BrgMask *out;
  const uint8_t *live; /* rows of `mask` with a set voxel */
  int radius[3];       /* clipped to the grid */
  int planes_k, planes_jk, planes;
  size_t words, margin, stride;
} Box;

typedef struct
{
  uint64_t *memory;
  uint64_t *along_k; /* a row of counters without margin per j */
  uint64_t *along_jk;
  uint64_t *window;
  uint64_t *sum;
  uint64_t *half; /* half of the valid kernel voxels */
  uint64_t *bits;
  int *live_k;        /* live rows in each counter of along_k */
  int64_t half_valid; /* the product that `half` was made for */
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
  brg_free (s->live_k);
}

static BrgStatus
init_scratch (Scratch *s, const Box *box, BrgError *error)
{
  size_t n_rows = (size_t) box->mask->grid.dim[1];
  size_t along_k = n_rows * (size_t) box->planes_k * box->words;
  size_t row = (size_t) box->planes * box->stride;

  *s = (Scratch){ .half_valid = -1 };
  s->memory = brg_alloc_zero (along_k + 4 * row + box->stride, sizeof *s->memory, error);
  s->live_k = brg_alloc_zero (n_rows, sizeof *s->live_k, error);
  if (s->memory == NULL || s->live_k == NULL)
    {
      clear_scratch (s);
      return BRG_NO_MEMORY;
    }
  s->along_k = s->memory;
  s->along_jk = s->along_k + along_k + box->margin;
  s->window = s->along_jk + row;
  s->sum = s->window + row;
  s->half = s->sum + row;
  s->bits = s->half + row;
  return BRG_OK;
}

static uint64_t *
counter_k (const Box *box, const Scratch *s, int j)
{
  return s->along_k + (size_t) j * (size_t) box->planes_k * box->words;
}

/* Adds slice k to the sums along k, or takes it away. */
static void
move_slice (const Box *box, Scratch *s, int k, bool add)
{
  const BrgMask *mask = box->mask;
  const uint8_t *live = box->live + (size_t) k * (size_t) mask->grid.dim[1];

  for (int j = 0; j < mask->grid.dim[1]; j++)
    {
      uint64_t *sum = counter_k (box, s, j);
      if (!live[j])
        continue;
      memcpy (s->bits, brg_mask_row (mask, j, k), mask->row_words * sizeof *s->bits);
      s->live_k[j] += add ? 1 : -1;
      if (add)
        brg_planes_add_bits (sum, box->words, box->planes_k, s->bits, box->words);
      else
        brg_planes_subtract_bits (sum, box->words, box->planes_k, s->bits, box->words);
    }
}

/* Adds row j of the sums along k to the sum along j and k, or takes it away; returns the number of
 * live rows that come or go. */
static int
move_row (const Box *box, Scratch *s, int j, bool add)
{
  uint64_t *row = counter_k (box, s, j);

  if (s->live_k[j] == 0)
    return 0;
  if (add)
    brg_planes_add_shifted (s->along_jk, box->stride, box->planes_jk, row, box->words,
                            box->planes_k, 0, box->words);
  else
    brg_planes_subtract (s->along_jk, box->stride, box->planes_jk, row, box->words, box->planes_k,
                         box->words);
  return add ? s->live_k[j] : -s->live_k[j];
}

static void
zero_row (const Box *box, uint64_t *row, int planes)
{
  for (int p = 0; p < planes; p++)
    memset (row + (size_t) p * box->stride, 0, box->words * sizeof *row);
}

/* sum[i] = along_jk[i - radius] + ... + along_jk[i + radius]. The window holds sums of 1, 2, 4...
 * counters in turn; those of the binary digits of the kernel size are put end to end. */
static void
sum_along_i (const Box *box, Scratch *s)
{
  int size = 2 * box->radius[0] + 1;
  int planes = box->planes_jk;
  int offset = 0;

  zero_row (box, s->window, box->planes);
  zero_row (box, s->sum, box->planes);
  brg_planes_add_shifted (s->window, box->stride, planes, s->along_jk, box->stride, planes,
                          -box->radius[0], box->words);
  for (int length = 1; length <= size; length *= 2)
    {
      if (size & length)
        {
          brg_planes_add_shifted (s->sum, box->stride, box->planes, s->window, box->stride, planes,
                                  offset, box->words);
          offset += length;
        }
      if (2 * length > size)
        break;
      planes = planes < box->planes ? planes + 1 : planes;
      brg_planes_add_shifted (s->window, box->stride, planes, s->window, box->stride, planes,
                              length, box->words);
    }
}

/* Number of kernel positions along an axis that lie inside the grid. */
static int
valid_along (const Box *box, int axis, int centre)
{
  int lo = centre - box->radius[axis], hi = centre + box->radius[axis];
  int last = box->mask->grid.dim[axis] - 1;

  return (hi < last ? hi : last) - (lo > 0 ? lo : 0) + 1;
}

/* Bit-slices half of the valid kernel voxels of every i, `valid` being the product along j and k.
 * 2 * count > valid is count > floor (valid / 2). */
static void
slice_half (const Box *box, Scratch *s, int64_t valid)
{
  if (valid == s->half_valid)
    return;
  s->half_valid = valid;
  zero_row (box, s->half, box->planes);
  for (int i = 0; i < box->mask->grid.dim[0]; i++)
    {
      uint64_t half = (uint64_t) valid * (uint64_t) valid_along (box, 0, i) / 2;
      for (int p = 0; p < box->planes; p++)
        s->half[(size_t) p * box->stride + (size_t) i / 64] |= (half >> p & 1) << (i % 64);
    }
}

static void
write_row (const Box *box, Scratch *s, int j, int k)
{
  uint64_t *row = brg_mask_row (box->out, j, k);
  size_t n = box->out->row_words;

  sum_along_i (box, s);
  slice_half (box, s, (int64_t) valid_along (box, 1, j) * valid_along (box, 2, k));
  brg_planes_greater (s->bits, s->sum, box->stride, s->half, box->stride, box->planes, box->words);
  memcpy (row, s->bits, n * sizeof *row);
  row[n - 1] &= brg_mask_last_word_bits (box->out);
  memset (s->bits, 0, box->words * sizeof *s->bits);
}

static void
write_slice (const Box *box, Scratch *s, int k)
{
  int n_rows = box->mask->grid.dim[1], radius = box->radius[1];
  int64_t live = 0;

  zero_row (box, s->along_jk, box->planes_jk);
  for (int j = 0; j < radius && j < n_rows; j++)
    live += move_row (box, s, j, true);
  for (int j = 0; j < n_rows; j++)
    {
      if (j + radius < n_rows)
        live += move_row (box, s, j + radius, true);
      if (j - radius > 0)
        live += move_row (box, s, j - radius - 1, false);
      if (live > 0)
        write_row (box, s, j, k);
    }
}

static BrgStatus
median_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Box *box = data;
  int n_slices = box->mask->grid.dim[2], radius = box->radius[2];
  Scratch s;

  (void) slab;
  if (init_scratch (&s, box, error) != BRG_OK)
    return BRG_NO_MEMORY;
  for (int k = begin > radius ? begin - radius : 0; k < begin + radius && k < n_slices; k++)
    move_slice (box, &s, k, true);
  for (int k = begin; k < end; k++)
    {
      if (k + radius < n_slices)
        move_slice (box, &s, k + radius, true);
      if (k > begin && k - radius > 0)
        move_slice (box, &s, k - radius - 1, false);
      write_slice (box, &s, k);
    }
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
  uint64_t size_k = (uint64_t) clipped_size (box, 2);
  uint64_t size_jk = size_k * (uint64_t) clipped_size (box, 1);
  box->planes_k = brg_planes_for (size_k);
  box->planes_jk = brg_planes_for (size_jk);
  box->planes = brg_planes_for (size_jk * (uint64_t) clipped_size (box, 0));
  box->words = brg_planes_pad (((size_t) dim[0] + (size_t) box->radius[0] + 63) / 64);
  box->margin = brg_planes_pad ((2 * (size_t) box->radius[0] + 1 + 63) / 64 + 1);
  box->stride = box->words + 2 * box->margin;
}

BrgMask *
brg_median_box (const BrgMask *mask, const int size_vox[3], BrgJob *job, BrgError *error)
{
  Box box = { .mask = mask };
  uint8_t *live = brg_rows_live (mask, error);
  BrgStatus status = BRG_NO_MEMORY;

  plan (&box, size_vox);
  box.live = live;
  box.out = live != NULL ? brg_mask_new (&mask->grid, error) : NULL;
  if (box.out != NULL)
    status = brg_parallel_slabs (mask->grid.dim[2], SLAB_SLICES, median_slab, &box, job, error);
  brg_free (live);
  if (status == BRG_OK)
    return box.out;
  brg_mask_unref (box.out);
  return NULL;
}
