#include "engine/brg-interpolate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"
#include "engine/brg-flat-nearest.h"
#include "engine/brg-interpolate-private.h"
#include "engine/brg-parallel.h"

/* Two neighbouring painted slices with empty ones between. */
typedef struct
{
  int from, to;
} Gap;

typedef struct
{
  const BrgMask *painted;
  BrgMask *out;
  int normal, across, down; /* voxel axes: of the slices, and their x and y */
  BrgFlatBox *boxes;        /* of what is painted, per slice */
  Gap *gaps;
  int n_gaps;
  BrgJob *job;
} Filling;

/* What is worked on for one gap. */
typedef struct
{
  const Filling *filling;
  Gap gap;
  BrgFlatBox frame;
  size_t n_px;
  BrgFlatParts parts[2];
  uint32_t *counterpart[2]; /* per pixel */
  uint64_t *pairs;          /* part of the first slice << 32 | part of the second; sorted */
  size_t n_pairs;
  bool turned; /* the pairs hold the second slice's part first, and are sorted by it */
} Joint;

static void
include (BrgFlatBox *box, int x, int y)
{
  const BrgFlatBox pixel = { { x, y }, { x + 1, y + 1 } };

  *box = brg_flat_box_is_empty (box) ? pixel : brg_flat_box_union (box, &pixel);
}

/* Where every slice is painted. */
static void
find_boxes (Filling *f)
{
  const int *dim = f->painted->grid.dim;
  int vox[3];

  for (vox[2] = 0; vox[2] < dim[2]; vox[2]++)
    for (vox[1] = 0; vox[1] < dim[1]; vox[1]++)
      {
        const uint64_t *row = brg_mask_row (f->painted, vox[1], vox[2]);
        if (!brg_bits_any (row, f->painted->row_words))
          continue;
        for (vox[0] = brg_bits_next (row, dim[0], 0, true); vox[0] < dim[0];
             vox[0] = brg_bits_next (row, dim[0], vox[0] + 1, true))
          include (&f->boxes[vox[f->normal]], vox[f->across], vox[f->down]);
      }
}

static BrgStatus
find_gaps (Filling *f, BrgError *error)
{
  int n_slices = f->painted->grid.dim[f->normal], last = -1, n_painted = 0;

  for (int s = 0; s < n_slices; s++)
    {
      if (brg_flat_box_is_empty (&f->boxes[s]))
        continue;
      if (last >= 0 && s > last + 1)
        f->gaps[f->n_gaps++] = (Gap){ last, s };
      last = s;
      n_painted++;
    }
  if (n_painted == 0)
    return brg_error_set (error, BRG_EMPTY, "nothing is painted, so there is nothing to fill");
  if (n_painted == 1)
    return brg_error_set (error, BRG_EMPTY,
                          "only slice %d is painted; paint another one to fill what lies between",
                          last + 1);
  if (f->n_gaps == 0)
    return brg_error_set (error, BRG_EMPTY,
                          "the %d painted slices leave no slice between them to fill", n_painted);
  return BRG_OK;
}

static size_t
pixel_at (const Joint *joint, int x, int y)
{
  return (size_t) (y - joint->frame.lo[1]) * (size_t) (joint->frame.hi[0] - joint->frame.lo[0]) +
         (size_t) (x - joint->frame.lo[0]);
}

/* Marks what is painted with UINT32_MAX. */
static void
load_slice (const Joint *joint, int slice, uint32_t *labels)
{
  const Filling *f = joint->filling;
  int vox[3];

  vox[f->normal] = slice;
  memset (labels, 0, joint->n_px * sizeof *labels);
  const BrgFlatBox *box = &f->boxes[slice];
  for (int y = box->lo[1]; y < box->hi[1]; y++)
    for (int x = box->lo[0]; x < box->hi[0]; x++)
      {
        vox[f->across] = x;
        vox[f->down] = y;
        if (brg_mask_get (f->painted, vox[0], vox[1], vox[2]))
          labels[pixel_at (joint, x, y)] = UINT32_MAX;
      }
}

/* Numbers the part that holds pixel `start`, and finds its box. `stack` has room for all pixels. */
static void
label_part (const Joint *joint,
            uint32_t *labels,
            uint32_t start,
            uint32_t label,
            uint32_t *stack,
            BrgFlatBox *box)
{
  uint32_t width = (uint32_t) (joint->frame.hi[0] - joint->frame.lo[0]);
  int height = joint->frame.hi[1] - joint->frame.lo[1];
  size_t n = 1;

  *box = (BrgFlatBox){ { 0 }, { 0 } };
  labels[start] = label;
  stack[0] = start;
  while (n > 0)
    {
      uint32_t at = stack[--n];
      int y = (int) (at / width), x = (int) (at - (uint32_t) y * width);
      include (box, x + joint->frame.lo[0], y + joint->frame.lo[1]);
      for (int ny = y > 0 ? y - 1 : 0; ny <= y + 1 && ny < height; ny++)
        for (int nx = x > 0 ? x - 1 : 0; nx <= x + 1 && nx < (int) width; nx++)
          {
            uint32_t next = (uint32_t) ny * width + (uint32_t) nx;
            if (labels[next] != UINT32_MAX)
              continue;
            labels[next] = label;
            stack[n++] = next;
          }
    }
}

static uint32_t
count_starts (const uint32_t *labels, size_t n_px)
{
  uint32_t n = 0;

  for (size_t p = 0; p < n_px; p++)
    n += labels[p] != 0 && (p == 0 || labels[p - 1] == 0);
  return n;
}

static BrgStatus
find_parts (const Joint *joint, int slice, uint32_t *stack, BrgFlatParts *parts, BrgError *error)
{
  BrgPool *pool = brg_job_pool (joint->filling->job);

  parts->frame = joint->frame;
  parts->labels = brg_alloc_in (pool, joint->n_px, sizeof *parts->labels, error);
  if (parts->labels == NULL)
    return BRG_NO_MEMORY;
  load_slice (joint, slice, parts->labels);
  size_t most = (size_t) count_starts (parts->labels, joint->n_px) + 1;
  parts->boxes = brg_alloc_in (pool, most, sizeof *parts->boxes, error);
  if (parts->boxes == NULL)
    return BRG_NO_MEMORY;
  for (size_t p = 0; p < joint->n_px; p++)
    if (parts->labels[p] == UINT32_MAX)
      {
        parts->n_parts++;
        label_part (joint, parts->labels, (uint32_t) p, parts->n_parts, stack,
                    &parts->boxes[parts->n_parts]);
      }
  return BRG_OK;
}

static int
compare_pairs (const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

  return x < y ? -1 : x > y;
}

/* Which parts correspond. */
static BrgStatus
find_pairs (Joint *joint, BrgError *error)
{
  size_t n = 0, n_unique = 0;

  joint->pairs =
    brg_alloc_in (brg_job_pool (joint->filling->job), joint->n_px, sizeof *joint->pairs, error);
  if (joint->pairs == NULL)
    return BRG_NO_MEMORY;
  for (size_t p = 0; p < joint->n_px; p++)
    {
      uint64_t a = joint->parts[0].labels[p], b = joint->parts[1].labels[p];
      if (a != 0 && b != 0 && (n == 0 || joint->pairs[n - 1] != (a << 32 | b)))
        joint->pairs[n++] = a << 32 | b;
    }
  qsort (joint->pairs, n, sizeof *joint->pairs, compare_pairs);
  for (size_t p = 0; p < n; p++)
    if (n_unique == 0 || joint->pairs[p] != joint->pairs[n_unique - 1])
      joint->pairs[n_unique++] = joint->pairs[p];
  if (n == 0 && joint->parts[0].n_parts == 1 && joint->parts[1].n_parts == 1)
    joint->pairs[n_unique++] = UINT64_C (1) << 32 | 1;
  joint->n_pairs = n_unique;
  return BRG_OK;
}

static uint32_t
part_of (const Joint *joint, size_t pair, int side)
{
  return (uint32_t) (joint->pairs[pair] >> ((side == 1) == joint->turned ? 32 : 0));
}

/* Room to find out which of several counterparts is nearest. */
typedef struct
{
  uint8_t *set; /* the counterparts */
  int32_t *rows;
} Nearest;

/* Pairs first <= p < end have the same part on this side. Gives each of its pixels to the nearest
 * counterpart. */
static void
share_out (Joint *joint, int side, size_t first, size_t end, const Nearest *nearest)
{
  const Filling *f = joint->filling;
  const BrgGrid *grid = &f->painted->grid;
  const double mm[2] = { brg_grid_spacing_mm (grid, f->across),
                         brg_grid_spacing_mm (grid, f->down) };
  const BrgFlatParts *others = &joint->parts[1 - side];
  uint32_t own = part_of (joint, first, side);
  BrgFlatBox box = joint->parts[side].boxes[own];
  int left = joint->frame.lo[0], top = joint->frame.lo[1], width = joint->frame.hi[0] - left;

  memset (nearest->set, 0, joint->n_px);
  for (size_t p = first; p < end; p++)
    {
      uint32_t other = part_of (joint, p, 1 - side);
      const BrgFlatBox *from = &others->boxes[other];
      for (int y = from->lo[1]; y < from->hi[1]; y++)
        for (int x = from->lo[0]; x < from->hi[0]; x++)
          nearest->set[pixel_at (joint, x, y)] |= others->labels[pixel_at (joint, x, y)] == other;
    }
  brg_flat_columns (nearest->set, width, joint->frame.hi[1] - top, nearest->rows);
  for (int y = box.lo[1]; y < box.hi[1]; y++)
    for (int x = box.lo[0]; x < box.hi[0]; x++)
      {
        size_t at = pixel_at (joint, x, y), other;
        if (joint->parts[side].labels[at] != own)
          continue;
        brg_flat_nearest (nearest->rows, width, mm, x - left, y - top, &other);
        joint->counterpart[side][at] = others->labels[other];
      }
}

/* The counterpart of every pixel of this side, in pairs sorted by its parts. */
static BrgStatus
assign (Joint *joint, int side, const Nearest *nearest, BrgError *error)
{
  for (size_t first = 0, end; first < joint->n_pairs; first = end)
    {
      uint32_t own = part_of (joint, first, side);
      for (end = first + 1; end < joint->n_pairs && part_of (joint, end, side) == own;)
        end++;
      if (end - first > 1)
        share_out (joint, side, first, end, nearest);
      const BrgFlatBox *box = &joint->parts[side].boxes[own];
      for (int y = box->lo[1]; end - first == 1 && y < box->hi[1]; y++)
        for (int x = box->lo[0]; x < box->hi[0]; x++)
          if (joint->parts[side].labels[pixel_at (joint, x, y)] == own)
            joint->counterpart[side][pixel_at (joint, x, y)] = part_of (joint, first, 1 - side);
      if (brg_job_is_cancelled (joint->filling->job))
        return brg_error_set (error, BRG_CANCELLED, "cancelled");
    }
  return BRG_OK;
}

/* Turns the pairs round, so that they can be sorted by the other part, and back. */
static void
turn_pairs (Joint *joint)
{
  for (size_t p = 0; p < joint->n_pairs; p++)
    joint->pairs[p] = joint->pairs[p] << 32 | joint->pairs[p] >> 32;
  qsort (joint->pairs, joint->n_pairs, sizeof *joint->pairs, compare_pairs);
}

static BrgStatus
assign_all (Joint *joint, BrgError *error)
{
  BrgPool *pool = brg_job_pool (joint->filling->job);
  Nearest nearest = { .set = brg_alloc_in (pool, joint->n_px, 1, error) };
  BrgStatus status = BRG_NO_MEMORY;

  if (nearest.set != NULL)
    nearest.rows = brg_alloc_in (pool, joint->n_px, sizeof *nearest.rows, error);
  for (int side = 0; side < 2; side++)
    if (side == 0 ? nearest.rows != NULL : joint->counterpart[0] != NULL)
      joint->counterpart[side] =
        brg_alloc_zero_in (pool, joint->n_px, sizeof *joint->counterpart[side], error);
  if (joint->counterpart[1] != NULL)
    status = assign (joint, 0, &nearest, error);
  if (status == BRG_OK)
    {
      turn_pairs (joint);
      joint->turned = true;
      status = assign (joint, 1, &nearest, error);
      turn_pairs (joint);
      joint->turned = false;
    }
  brg_free (nearest.set);
  brg_free (nearest.rows);
  return status;
}

/* Gaps may share words of the result, so it is changed atomically. */
static void
set_bits (uint64_t *word, uint64_t bits)
{
  __atomic_fetch_or (word, bits, __ATOMIC_RELAXED);
}

/* Sagittal slices have their rows across the words. */
static void
put_across (void *data, int n, int begin, int end, int y)
{
  const Joint *joint = data;
  int i = joint->gap.from + n;

  for (int j = begin; j < end; j++)
    set_bits (brg_mask_row (joint->filling->out, j, y) + i / 64, UINT64_C (1) << (i % 64));
}

static void
put_along (void *data, int n, int begin, int end, int y)
{
  const Joint *joint = data;
  int slice = joint->gap.from + n;
  bool is_axial = joint->filling->normal == 2;
  uint64_t *row = brg_mask_row (joint->filling->out, is_axial ? y : slice, is_axial ? slice : y);

  for (int w = begin / 64; w <= (end - 1) / 64; w++)
    {
      int low = begin > w * 64 ? begin - w * 64 : 0, high = end < w * 64 + 64 ? end - w * 64 : 64;
      set_bits (row + w, ~UINT64_C (0) << low & ~UINT64_C (0) >> (64 - high));
    }
}

static BrgStatus
fill_pairs (Joint *joint, BrgError *error)
{
  const Filling *f = joint->filling;
  const BrgGrid *grid = &f->painted->grid;
  BrgFlatPair pair = { .parts = { &joint->parts[0], &joint->parts[1] },
                       .counterpart = { joint->counterpart[0], joint->counterpart[1] },
                       .mm = { brg_grid_spacing_mm (grid, f->across),
                               brg_grid_spacing_mm (grid, f->down) },
                       .dim = { grid->dim[f->across], grid->dim[f->down] },
                       .d = joint->gap.to - joint->gap.from };
  BrgStatus status = BRG_OK;

  for (size_t p = 0; status == BRG_OK && p < joint->n_pairs; p++)
    {
      pair.a = part_of (joint, p, 0);
      pair.b = part_of (joint, p, 1);
      status = _brg_interpolate_pair (&pair, f->normal == 0 ? put_across : put_along, joint, f->job,
                                      error);
      if (status == BRG_OK && brg_job_is_cancelled (f->job))
        status = brg_error_set (error, BRG_CANCELLED, "cancelled");
    }
  return status;
}

static BrgStatus
fill_joint (Joint *joint, BrgError *error)
{
  BrgPool *pool = brg_job_pool (joint->filling->job);
  uint32_t *stack = brg_alloc_in (pool, joint->n_px, sizeof *stack, error);
  BrgStatus status = stack != NULL ? BRG_OK : BRG_NO_MEMORY;

  if (status == BRG_OK)
    status = find_parts (joint, joint->gap.from, stack, &joint->parts[0], error);
  if (status == BRG_OK)
    status = find_parts (joint, joint->gap.to, stack, &joint->parts[1], error);
  brg_free (stack);
  if (status == BRG_OK)
    status = find_pairs (joint, error);
  if (status == BRG_OK)
    status = assign_all (joint, error);
  return status == BRG_OK ? fill_pairs (joint, error) : status;
}

static BrgStatus
fill_gap (void *data, int slab, int begin, int end, BrgError *error)
{
  const Filling *f = data;
  Joint joint = { .filling = f, .gap = f->gaps[begin] };
  (void) slab;
  (void) end;

  joint.frame = brg_flat_box_union (&f->boxes[joint.gap.from], &f->boxes[joint.gap.to]);
  joint.n_px = (size_t) (joint.frame.hi[0] - joint.frame.lo[0]) *
               (size_t) (joint.frame.hi[1] - joint.frame.lo[1]);
  BrgStatus status = fill_joint (&joint, error);
  for (int side = 0; side < 2; side++)
    {
      brg_free (joint.parts[side].labels);
      brg_free (joint.parts[side].boxes);
      brg_free (joint.counterpart[side]);
    }
  brg_free (joint.pairs);
  return status;
}

static BrgStatus
fill (Filling *f, BrgError *error)
{
  BrgPool *pool = brg_job_pool (f->job);
  size_t n_slices = (size_t) f->painted->grid.dim[f->normal];

  f->boxes = brg_alloc_zero_in (pool, n_slices, sizeof *f->boxes, error);
  f->gaps = f->boxes != NULL ? brg_alloc_in (pool, n_slices, sizeof *f->gaps, error) : NULL;
  if (f->gaps == NULL)
    return BRG_NO_MEMORY;
  find_boxes (f);
  BrgStatus status = find_gaps (f, error);
  if (status != BRG_OK)
    return status;
  f->out = brg_mask_copy_in (pool, f->painted, error);
  if (f->out == NULL)
    return BRG_NO_MEMORY;
  status = brg_parallel_slabs (f->n_gaps, 1, fill_gap, f, f->job, error);
  if (status == BRG_OK && brg_mask_equal (f->out, f->painted))
    status = brg_error_set (error, BRG_EMPTY,
                            "nothing painted on one slice lies over anything on the next painted "
                            "one, so there is nothing to fill");
  return status;
}

BrgMask *
brg_interpolate (const BrgMask *painted, int axis, BrgJob *job, BrgError *error)
{
  Filling f = { .painted = painted, .normal = axis, .job = job };

  if (axis < 0 || axis > 2)
    {
      brg_error_set (error, BRG_INVALID, "the axis must be 0, 1 or 2, got %d", axis);
      return NULL;
    }
  f.across = axis == 0 ? 1 : 0;
  f.down = axis == 2 ? 1 : 2;
  BrgStatus status = fill (&f, error);
  brg_free (f.boxes);
  brg_free (f.gaps);
  if (status == BRG_OK)
    return f.out;
  brg_mask_unref (f.out);
  return NULL;
}
