#include "engine/brg-slice-map.h"

#define MAX_MAGNIFICATION  64.0
#define MAX_MM_PER_PX      20.0
#define MAX_VOX            1e9
#define SECOND_LETTER_SINE 0.34202014332566873 /* sin (20 deg) */

static double
clamp (double value, double lo, double hi)
{
  return value < lo ? lo : value > hi ? hi : value;
}

static char
letter_of (int axis, double component)
{
  static const char positive[] = "LPS";
  static const char negative[] = "RAI";

  return component > 0 ? positive[axis] : negative[axis];
}

static void
direction_letters (BrgVec3 direction, char out[3])
{
  BrgVec3 unit = brg_vec3_normalize (direction);
  double parts[3] = { unit.x, unit.y, unit.z };
  int first = 0;
  int second = -1;

  for (int a = 1; a < 3; a++)
    if (fabs (parts[a]) > fabs (parts[first]))
      first = a;
  for (int a = 0; a < 3; a++)
    if (a != first && (second < 0 || fabs (parts[a]) > fabs (parts[second])))
      second = a;
  out[0] = letter_of (first, parts[first]);
  out[1] = fabs (parts[second]) > SECOND_LETTER_SINE ? letter_of (second, parts[second]) : '\0';
  out[2] = '\0';
}

static BrgVec3
axis_direction (const BrgGrid *grid, int axis, double sign)
{
  BrgVec3 step = brg_vec3 (axis == 0 ? sign : 0, axis == 1 ? sign : 0, axis == 2 ? sign : 0);

  return brg_affine_vector (&grid->lps_from_vox, step);
}

BrgPlaneAxes
brg_plane_axes (BrgPlane plane)
{
  static const BrgPlaneAxes axes[BRG_N_PLANES] = {
    [BRG_AXIAL] = { .across = 0, .down = 1, .down_sign = 1, .normal = 2 },
    [BRG_CORONAL] = { .across = 0, .down = 2, .down_sign = -1, .normal = 1 },
    [BRG_SAGITTAL] = { .across = 1, .down = 2, .down_sign = -1, .normal = 0 },
  };

  return axes[plane];
}

int
brg_plane_n_slices (const BrgGrid *grid, BrgPlane plane)
{
  return grid->dim[brg_plane_axes (plane).normal];
}

int
brg_vox_round (double vox)
{
  return (int) floor (fmin (fmax (vox, -MAX_VOX), MAX_VOX) + 0.5);
}

BrgSliceMap
brg_slice_fit (const BrgGrid *grid,
               BrgPlane plane,
               int index,
               int width_px,
               int height_px,
               double margin_px)
{
  BrgPlaneAxes axes = brg_plane_axes (plane);
  double width_mm = grid->dim[axes.across] * brg_grid_spacing_mm (grid, axes.across);
  double height_mm = grid->dim[axes.down] * brg_grid_spacing_mm (grid, axes.down);
  BrgSliceMap map = {
    .plane = plane, .index = index, .width_px = width_px, .height_px = height_px
  };

  map.mm_per_px = fmax (width_mm / fmax (width_px - 2 * margin_px, width_px * 0.5),
                        height_mm / fmax (height_px - 2 * margin_px, height_px * 0.5));
  for (int a = 0; a < 3; a++)
    map.centre_vox[a] = (grid->dim[a] - 1) * 0.5;
  return map;
}

void
brg_slice_vox_from_px (const BrgGrid *grid,
                       const BrgSliceMap *map,
                       const double px[2],
                       double vox[3])
{
  BrgPlaneAxes axes = brg_plane_axes (map->plane);
  double right_mm = (px[0] - map->width_px * 0.5) * map->mm_per_px;
  double down_mm = (px[1] - map->height_px * 0.5) * map->mm_per_px;

  vox[axes.across] =
    map->centre_vox[axes.across] + right_mm / brg_grid_spacing_mm (grid, axes.across);
  vox[axes.down] =
    map->centre_vox[axes.down] + axes.down_sign * down_mm / brg_grid_spacing_mm (grid, axes.down);
  vox[axes.normal] = map->index;
}

void
brg_slice_px_from_vox (const BrgGrid *grid,
                       const BrgSliceMap *map,
                       const double vox[3],
                       double px[2])
{
  BrgPlaneAxes axes = brg_plane_axes (map->plane);
  double right_mm =
    (vox[axes.across] - map->centre_vox[axes.across]) * brg_grid_spacing_mm (grid, axes.across);
  double down_mm = (vox[axes.down] - map->centre_vox[axes.down]) * axes.down_sign *
                   brg_grid_spacing_mm (grid, axes.down);

  px[0] = map->width_px * 0.5 + right_mm / map->mm_per_px;
  px[1] = map->height_px * 0.5 + down_mm / map->mm_per_px;
}

BrgVec3
brg_slice_lps_from_px (const BrgGrid *grid, const BrgSliceMap *map, const double px[2])
{
  double vox[3];

  brg_slice_vox_from_px (grid, map, px, vox);
  return brg_grid_lps_from_vox (grid, brg_vec3 (vox[0], vox[1], vox[2]));
}

void
brg_slice_px_from_lps (const BrgGrid *grid, const BrgSliceMap *map, BrgVec3 lps_mm, double px[2])
{
  BrgVec3 at = brg_grid_vox_from_lps (grid, lps_mm);
  double vox[3] = { at.x, at.y, at.z };

  brg_slice_px_from_vox (grid, map, vox, px);
}

void
brg_slice_zoom (const BrgGrid *grid, BrgSliceMap *map, const double px[2], double factor)
{
  BrgPlaneAxes axes = brg_plane_axes (map->plane);
  double finest_mm =
    fmin (brg_grid_spacing_mm (grid, axes.across), brg_grid_spacing_mm (grid, axes.down));
  double old_px[2];
  double vox[3];

  brg_slice_vox_from_px (grid, map, px, vox);
  map->mm_per_px = clamp (map->mm_per_px / factor, finest_mm / MAX_MAGNIFICATION, MAX_MM_PER_PX);
  brg_slice_px_from_vox (grid, map, vox, old_px);
  brg_slice_pan (grid, map, px[0] - old_px[0], px[1] - old_px[1]);
}

void
brg_slice_pan (const BrgGrid *grid, BrgSliceMap *map, double dx_px, double dy_px)
{
  double px[2] = { map->width_px * 0.5 - dx_px, map->height_px * 0.5 - dy_px };
  double vox[3];

  brg_slice_vox_from_px (grid, map, px, vox);
  for (int a = 0; a < 3; a++)
    if (a != brg_plane_axes (map->plane).normal)
      map->centre_vox[a] = clamp (vox[a], -0.5, grid->dim[a] - 0.5);
}

void
brg_slice_letters (const BrgGrid *grid, BrgPlane plane, char letters[4][3])
{
  BrgPlaneAxes axes = brg_plane_axes (plane);

  direction_letters (axis_direction (grid, axes.across, -1), letters[0]);
  direction_letters (axis_direction (grid, axes.across, 1), letters[1]);
  direction_letters (axis_direction (grid, axes.down, -axes.down_sign), letters[2]);
  direction_letters (axis_direction (grid, axes.down, axes.down_sign), letters[3]);
}
