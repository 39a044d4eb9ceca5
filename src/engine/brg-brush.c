#include "engine/brg-brush.h"

#include "engine/brg-box-words.h"

#define LONGEST_MM2 1e7  /* of a segment whose rows are solved; longer ones are tried by voxel */
#define PARALLEL    1e-9 /* sine squared of a segment along the rows */
#define TOUCH       1e-9 /* relative; a row that misses by less is tried */
#define TOUCH_ALONG 1e-6
#define OUT_OF_GRID 1e9

/* The segment and the brush. Lengths are mm from `from_vox`. */
typedef struct
{
  double from_vox[3], to_vox[3];
  double spacing_mm[3];
  double along_mm[3]; /* from one end to the other */
  double length_mm2;  /* squared */
  double radius_mm;
  BrgBox box; /* voxels in reach */
} Capsule;

/* What a stroke writes. */
typedef struct
{
  BrgMask *set, *clear;
  BrgBox touched;
} Paint;

/* Positions along a row, in mm; none if lo > hi. */
typedef struct
{
  double lo, hi;
} Range;

static bool
is_finite (const double from_vox[3], const double to_vox[3], double radius_mm)
{
  for (int a = 0; a < 3; a++)
    if (!isfinite (from_vox[a]) || !isfinite (to_vox[a]))
      return false;
  return isfinite (radius_mm);
}

static bool
is_inside (const Capsule *capsule, int i, int j, int k)
{
  const double *a = capsule->along_mm;
  const double b[3] = { (i - capsule->from_vox[0]) * capsule->spacing_mm[0],
                        (j - capsule->from_vox[1]) * capsule->spacing_mm[1],
                        (k - capsule->from_vox[2]) * capsule->spacing_mm[2] };
  double along = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  double t = fmin (fmax (along / capsule->length_mm2, 0), 1);
  double squared = 0;

  for (int x = 0; x < 3; x++)
    squared += (b[x] - t * a[x]) * (b[x] - t * a[x]);
  return squared <= capsule->radius_mm * capsule->radius_mm;
}

static void
include (Range *range, double lo, double hi)
{
  range->lo = fmin (range->lo, lo);
  range->hi = fmax (range->hi, hi);
}

/* The part of a row inside the ball around (x, 0, 0), the row passing at a squared distance. */
static void
include_ball (Range *range, double x, double squared_mm2, double radius_mm2)
{
  double rest = radius_mm2 - squared_mm2;

  if (rest < -TOUCH * radius_mm2)
    return;
  double half = sqrt (fmax (rest, 0));
  include (range, x - half, x + half);
}

/* The part of a row at (y, z) inside the cylinder between the ends, no smaller than it is. */
static void
include_cylinder (const Capsule *capsule, Range *range, double y, double z)
{
  const double *a = capsule->along_mm;
  double length2 = capsule->length_mm2, radius2 = capsule->radius_mm * capsule->radius_mm;
  double w = y * a[1] + z * a[2];
  double lo = -HUGE_VAL, hi = HUGE_VAL;

  /* between the ends: 0 <= x * a[0] + w <= length2 */
  if (fabs (a[0]) > 0)
    {
      lo = fmin (-w / a[0], (length2 - w) / a[0]);
      hi = fmax (-w / a[0], (length2 - w) / a[0]);
    }
  else if (w < 0 || w > length2)
    return;
  /* within the radius: square * x^2 - 2 * half * x + rest <= 0 */
  double square = 1 - a[0] * a[0] / length2, half = a[0] * w / length2;
  double rest = y * y + z * z - w * w / length2 - radius2;
  if (square > PARALLEL)
    {
      double root = half * half - square * rest;
      if (root < -TOUCH * radius2)
        return;
      root = sqrt (fmax (root, 0));
      lo = fmax (lo, (half - root) / square);
      hi = fmin (hi, (half + root) / square);
    }
  else if (rest > TOUCH_ALONG * radius2)
    return;
  if (lo <= hi)
    include (range, lo, hi);
}

/* Where a row passes a ball, whose centre it has at voxel `at`; lengths as is_inside() has them. */
typedef struct
{
  double at, spacing_mm, y2, z2, radius2;
} BallRow;

static inline bool
is_in_ball (const BallRow *row, int i)
{
  double x = (i - row->at) * row->spacing_mm;

  return x * x + row->y2 + row->z2 <= row->radius2;
}

/* As covered_voxels(), of a segment that is a point. */
static inline void
covered_by_ball (const Capsule *capsule, int j, int k, int *first, int *last)
{
  double y = (j - capsule->from_vox[1]) * capsule->spacing_mm[1];
  double z = (k - capsule->from_vox[2]) * capsule->spacing_mm[2];
  const BallRow row = { capsule->from_vox[0], capsule->spacing_mm[0], y * y, z * z,
                        capsule->radius_mm * capsule->radius_mm };
  double rest = row.radius2 - (row.y2 + row.z2);
  double half_vox = (rest > 0 ? sqrt (rest) : 0) / row.spacing_mm;
  double lo = row.at - half_vox, hi = row.at + half_vox;

  *first = capsule->box.lo[0];
  *last = *first - 1;
  if (!(capsule->radius_mm >= 0 && rest >= -TOUCH * row.radius2 && lo < capsule->box.hi[0] &&
        hi > *first - 1))
    return;
  *last = hi < capsule->box.hi[0] - 1 ? (int) hi + 1 : capsule->box.hi[0] - 1;
  *first = lo > *first ? (int) lo : *first;
  while (*first <= *last && !is_in_ball (&row, *first))
    ++*first;
  while (*first <= *last && !is_in_ball (&row, *last))
    --*last;
}

/* The voxels first .. last of a row inside the capsule of a segment that has a length; none if
 * first > last. */
static void
covered_voxels (const Capsule *capsule, int j, int k, int *first, int *last)
{
  const double *a = capsule->along_mm, *spacing = capsule->spacing_mm;
  double y = (j - capsule->from_vox[1]) * spacing[1];
  double z = (k - capsule->from_vox[2]) * spacing[2];
  double radius2 = capsule->radius_mm * capsule->radius_mm;
  Range range = { HUGE_VAL, -HUGE_VAL };

  *first = capsule->box.lo[0];
  *last = capsule->box.hi[0] - 1;
  if (!(capsule->radius_mm >= 0))
    *last = *first - 1;
  else if (capsule->length_mm2 < LONGEST_MM2)
    {
      include_ball (&range, 0, y * y + z * z, radius2);
      include_ball (&range, a[0], (y - a[1]) * (y - a[1]) + (z - a[2]) * (z - a[2]), radius2);
      include_cylinder (capsule, &range, y, z);
      double lo = floor (capsule->from_vox[0] + range.lo / spacing[0]);
      double hi = ceil (capsule->from_vox[0] + range.hi / spacing[0]);
      *first = (int) fmin (fmax (lo, *first), OUT_OF_GRID);
      *last = (int) fmax (fmin (hi, *last), -OUT_OF_GRID);
    }
  while (*first <= *last && !is_inside (capsule, *first, j, k))
    ++*first;
  while (*first <= *last && !is_inside (capsule, *last, j, k))
    --*last;
}

/* Cuts a segment to the part whose coordinate `axis` rounds to `index`; false if there is none. */
static bool
cut_segment (const double from[3], const double to[3], int axis, int index, double ends[2][3])
{
  double lo = fmin (from[axis], to[axis]), hi = fmax (from[axis], to[axis]);

  if (brg_vox_round (lo) > index || brg_vox_round (hi) < index)
    return false;
  for (int end = 0; end < 2; end++)
    {
      const double *at = end == 0 ? from : to;
      double where = fmin (fmax (at[axis], index - 0.5), index + 0.5);
      double part = hi > lo ? (where - from[axis]) / (to[axis] - from[axis]) : 0;
      for (int x = 0; x < 3; x++)
        ends[end][x] = hi > lo ? from[x] + (to[x] - from[x]) * part : at[x];
    }
  return true;
}

/* Writes the voxels first .. last of a row, which must lie in the grid. */
static void
paint_span (Paint *paint, int first, int last, int j, int k)
{
  uint64_t *set = brg_mask_row (paint->set, j, k);
  uint64_t *clear = paint->clear != NULL ? brg_mask_row (paint->clear, j, k) : NULL;

  for (int w = first / 64; w <= last / 64 && first <= last; w++)
    {
      uint64_t bits = ~UINT64_C (0);
      if (w == first / 64)
        bits &= ~UINT64_C (0) << (first % 64);
      if (w == last / 64)
        bits &= ~UINT64_C (0) >> (63 - last % 64);
      uint64_t changed = bits & ~set[w];
      set[w] |= bits;
      if (clear != NULL)
        {
          changed |= bits & clear[w];
          clear[w] &= ~bits;
        }
      if (changed != 0)
        brg_box_include (&paint->touched, w * 64 + __builtin_ctzll (changed),
                         w * 64 + 64 - __builtin_clzll (changed), j, k);
    }
}

/* Writes the voxels of a row that a part of the segment runs through. */
static void
paint_crossed (Paint *paint, const Capsule *capsule, double part[2][3], int j, int k)
{
  double ends[2][3];

  if (!cut_segment (part[0], part[1], 1, j, ends))
    return;
  int first = brg_vox_round (fmin (ends[0][0], ends[1][0]));
  int last = brg_vox_round (fmax (ends[0][0], ends[1][0]));
  first = first > capsule->box.lo[0] ? first : capsule->box.lo[0];
  last = last < capsule->box.hi[0] - 1 ? last : capsule->box.hi[0] - 1;
  paint_span (paint, first, last, j, k);
}

static void
paint_capsule (Paint *paint, const Capsule *capsule)
{
  for (int k = capsule->box.lo[2]; k < capsule->box.hi[2]; k++)
    {
      double part[2][3];
      bool crossed = cut_segment (capsule->from_vox, capsule->to_vox, 2, k, part);
      for (int j = capsule->box.lo[1]; j < capsule->box.hi[1]; j++)
        {
          int first, last;
          if (capsule->length_mm2 > 0)
            covered_voxels (capsule, j, k, &first, &last);
          else
            covered_by_ball (capsule, j, k, &first, &last);
          paint_span (paint, first, last, j, k);
          if (crossed)
            paint_crossed (paint, capsule, part, j, k);
        }
    }
}

/* The voxels the capsule can reach. */
static void
find_reach (Capsule *capsule, const int dim[3])
{
  for (int x = 0; x < 3; x++)
    {
      double grow = fmax (capsule->radius_mm, 0) / capsule->spacing_mm[x] + 1;
      double lo = fmin (capsule->from_vox[x], capsule->to_vox[x]) - grow;
      double hi = fmax (capsule->from_vox[x], capsule->to_vox[x]) + grow + 1;
      capsule->box.lo[x] = brg_vox_round (fmax (lo, 0));
      capsule->box.hi[x] = brg_vox_round (fmin (hi, dim[x]));
    }
}

static Capsule
make_capsule (const BrgGrid *grid,
              const double from_vox[3],
              const double to_vox[3],
              double radius_mm)
{
  Capsule capsule = { .radius_mm = radius_mm };

  for (int x = 0; x < 3; x++)
    {
      capsule.spacing_mm[x] = brg_grid_spacing_mm (grid, x);
      capsule.from_vox[x] = from_vox[x];
      capsule.to_vox[x] = to_vox[x];
      capsule.along_mm[x] = (to_vox[x] - from_vox[x]) * capsule.spacing_mm[x];
      capsule.length_mm2 += capsule.along_mm[x] * capsule.along_mm[x];
    }
  find_reach (&capsule, grid->dim);
  return capsule;
}

static bool
is_paintable (const BrgMask *set,
              const BrgMask *clear,
              const double from_vox[3],
              const double to_vox[3],
              double radius_mm)
{
  return is_finite (from_vox, to_vox, radius_mm) &&
         (clear == NULL || brg_grid_equal (&set->grid, &clear->grid));
}

BrgBox
brg_brush_stroke (BrgMask *set,
                  BrgMask *clear,
                  BrgPlane plane,
                  const double from_vox[3],
                  const double to_vox[3],
                  double radius_mm)
{
  int normal = brg_plane_axes (plane).normal;
  double from[3], to[3];
  Paint paint = { .set = set, .clear = clear };

  if (!is_paintable (set, clear, from_vox, to_vox, radius_mm))
    return paint.touched;
  int slice = brg_vox_round (from_vox[normal]);
  if (slice < 0 || slice >= set->grid.dim[normal])
    return paint.touched;
  for (int x = 0; x < 3; x++)
    {
      from[x] = x == normal ? slice : from_vox[x];
      to[x] = x == normal ? slice : to_vox[x];
    }
  Capsule capsule = make_capsule (&set->grid, from, to, radius_mm);
  capsule.box.lo[normal] = slice;
  capsule.box.hi[normal] = slice + 1;
  paint_capsule (&paint, &capsule);
  return paint.touched;
}

BrgBox
brg_brush_ball (BrgMask *set,
                BrgMask *clear,
                const double from_vox[3],
                const double to_vox[3],
                double radius_mm)
{
  Paint paint = { .set = set, .clear = clear };

  if (!is_paintable (set, clear, from_vox, to_vox, radius_mm))
    return paint.touched;
  Capsule capsule = make_capsule (&set->grid, from_vox, to_vox, radius_mm);
  paint_capsule (&paint, &capsule);
  return paint.touched;
}
