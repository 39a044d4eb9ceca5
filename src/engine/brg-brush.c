#include "engine/brg-brush.h"

/* The segment and the brush in the two axes of the slice: 0 across, 1 down. */
typedef struct
{
  double from_vox[2], to_vox[2];
  double spacing_mm[2];
  double radius_mm;
} Capsule;

static bool
is_finite (const double from_vox[3], const double to_vox[3], double radius_mm)
{
  for (int a = 0; a < 3; a++)
    if (!isfinite (from_vox[a]) || !isfinite (to_vox[a]))
      return false;
  return isfinite (radius_mm);
}

static double
distance_squared_mm2 (const Capsule *capsule, int across, int down)
{
  double point[2] = { across, down };
  double along = 0;
  double length = 0;
  double squared = 0;
  double a[2], b[2];

  for (int x = 0; x < 2; x++)
    {
      a[x] = (capsule->to_vox[x] - capsule->from_vox[x]) * capsule->spacing_mm[x];
      b[x] = (point[x] - capsule->from_vox[x]) * capsule->spacing_mm[x];
      length += a[x] * a[x];
      along += a[x] * b[x];
    }
  double t = length > 0 ? fmin (fmax (along / length, 0), 1) : 0;
  for (int x = 0; x < 2; x++)
    squared += (b[x] - t * a[x]) * (b[x] - t * a[x]);
  return squared;
}

/* The voxels of row `down` the segment runs through, first .. last; none if first > last. */
static void
crossed_voxels (const Capsule *capsule, int down, int *first, int *last)
{
  double across[2] = { capsule->from_vox[0], capsule->to_vox[0] };
  double y0 = capsule->from_vox[1];
  double y1 = capsule->to_vox[1];

  *first = 0;
  *last = -1;
  if (brg_vox_round (fmin (y0, y1)) > down || brg_vox_round (fmax (y0, y1)) < down)
    return;
  for (int end = 0; end < 2 && y0 != y1; end++)
    {
      double y = fmin (fmax (end == 0 ? y0 : y1, down - 0.5), down + 0.5);
      across[end] =
        capsule->from_vox[0] + (capsule->to_vox[0] - capsule->from_vox[0]) * ((y - y0) / (y1 - y0));
    }
  *first = brg_vox_round (fmin (across[0], across[1]));
  *last = brg_vox_round (fmax (across[0], across[1]));
}

static bool
change_voxel (BrgMask *set, BrgMask *clear, const int vox[3])
{
  bool changed = !brg_mask_get (set, vox[0], vox[1], vox[2]);

  brg_mask_set (set, vox[0], vox[1], vox[2], true);
  if (clear != NULL && brg_mask_get (clear, vox[0], vox[1], vox[2]))
    {
      brg_mask_set (clear, vox[0], vox[1], vox[2], false);
      changed = true;
    }
  return changed;
}

static void
grow_to_hold (BrgBox *box, const int vox[3])
{
  BrgBox one = { { vox[0], vox[1], vox[2] }, { vox[0] + 1, vox[1] + 1, vox[2] + 1 } };

  *box = brg_box_union (box, &one);
}

/* The rows and columns of the slice the capsule can reach, half open. */
static void
reach (const Capsule *capsule, int axis, int dim, int *lo, int *hi)
{
  double grow = fmax (capsule->radius_mm, 0) / capsule->spacing_mm[axis] + 1;

  *lo = brg_vox_round (fmax (fmin (capsule->from_vox[axis], capsule->to_vox[axis]) - grow, 0));
  *hi =
    brg_vox_round (fmin (fmax (capsule->from_vox[axis], capsule->to_vox[axis]) + grow + 1, dim));
}

BrgBox
brg_brush_stroke (BrgMask *set,
                  BrgMask *clear,
                  BrgPlane plane,
                  const double from_vox[3],
                  const double to_vox[3],
                  double radius_mm)
{
  BrgPlaneAxes axes = brg_plane_axes (plane);
  const int *dim = set->grid.dim;
  BrgBox touched = { 0 };
  Capsule capsule = { .from_vox = { from_vox[axes.across], from_vox[axes.down] },
                      .to_vox = { to_vox[axes.across], to_vox[axes.down] },
                      .radius_mm = radius_mm };
  int lo[2], hi[2];
  int vox[3];

  if (!is_finite (from_vox, to_vox, radius_mm) ||
      (clear != NULL && !brg_grid_equal (&set->grid, &clear->grid)))
    return touched;
  vox[axes.normal] = brg_vox_round (from_vox[axes.normal]);
  if (vox[axes.normal] < 0 || vox[axes.normal] >= dim[axes.normal])
    return touched;
  for (int x = 0; x < 2; x++)
    {
      int axis = x == 0 ? axes.across : axes.down;
      capsule.spacing_mm[x] = brg_grid_spacing_mm (&set->grid, axis);
      reach (&capsule, x, dim[axis], &lo[x], &hi[x]);
    }
  for (int down = lo[1]; down < hi[1]; down++)
    {
      int first, last;
      crossed_voxels (&capsule, down, &first, &last);
      for (int across = lo[0]; across < hi[0]; across++)
        {
          bool crossed = across >= first && across <= last;
          if (!crossed && !(radius_mm >= 0 &&
                            distance_squared_mm2 (&capsule, across, down) <= radius_mm * radius_mm))
            continue;
          vox[axes.across] = across;
          vox[axes.down] = down;
          if (change_voxel (set, clear, vox))
            grow_to_hold (&touched, vox);
        }
    }
  return touched;
}
