#include "engine/brg-grid.h"

#include <stdint.h>

#define MAX_VOXELS ((int64_t) 1 << 40)
#define MIN_DET    0.5
#define MATCH_MM   1e-4
static const int permutations[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                        { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

static BrgVec3
column (const BrgAffine *a, int c)
{
  return brg_vec3 (a->m[0][c], a->m[1][c], a->m[2][c]);
}

static void
set_column (BrgAffine *a, int c, BrgVec3 v)
{
  a->m[0][c] = v.x;
  a->m[1][c] = v.y;
  a->m[2][c] = v.z;
}

static double
component (BrgVec3 v, int axis)
{
  return axis == 0 ? v.x : axis == 1 ? v.y : v.z;
}

static BrgStatus
check_dim (const int dim[3], BrgError *error)
{
  int64_t n_voxels = 1;

  for (int a = 0; a < 3; a++)
    {
      if (dim[a] < 1 || dim[a] > BRG_GRID_MAX_DIM)
        return brg_error_set (error, BRG_INVALID, "axis %d has %d samples, must be 1 to %d", a + 1,
                              dim[a], BRG_GRID_MAX_DIM);
      n_voxels *= dim[a];
    }
  if (n_voxels > MAX_VOXELS)
    return brg_error_set (error, BRG_INVALID, "%d x %d x %d voxels are too many", dim[0], dim[1],
                          dim[2]);
  return BRG_OK;
}

static BrgStatus
check_axes (const BrgAffine *a, BrgError *error)
{
  BrgAffine unit = *a;

  for (int c = 0; c < 3; c++)
    {
      double spacing = brg_vec3_length (column (a, c));
      if (!(spacing >= BRG_GRID_MIN_SPACING_MM && spacing <= BRG_GRID_MAX_SPACING_MM))
        return brg_error_set (error, BRG_INVALID,
                              "spacing of axis %d is %g mm, must be %g to %g mm", c + 1, spacing,
                              BRG_GRID_MIN_SPACING_MM, BRG_GRID_MAX_SPACING_MM);
      set_column (&unit, c, brg_vec3_normalize (column (a, c)));
      if (!isfinite (a->m[c][3]))
        return brg_error_set (error, BRG_INVALID, "origin of axis %d is not a number", c + 1);
    }
  double det = fabs (brg_affine_determinant (&unit));
  if (!(det > MIN_DET))
    return brg_error_set (error, BRG_INVALID,
                          "axes are degenerate: determinant of their directions is %g", det);
  return BRG_OK;
}

/* Chooses the canonical axis of each file axis: the permutation whose direction cosines sum
 * highest. For any rotation the winner is right-handed once flipped. */
static void
choose_axes (const BrgAffine *lps_from_source, BrgGrid *grid)
{
  double best = -1;

  for (int p = 0; p < 6; p++)
    {
      double sum = 0;
      for (int a = 0; a < 3; a++)
        {
          BrgVec3 direction = brg_vec3_normalize (column (lps_from_source, a));
          sum += fabs (component (direction, permutations[p][a]));
        }
      if (sum <= best + 1e-9)
        continue;
      best = sum;
      for (int a = 0; a < 3; a++)
        grid->source_axis[a] = permutations[p][a];
    }
  for (int a = 0; a < 3; a++)
    grid->source_flipped[a] = component (column (lps_from_source, a), grid->source_axis[a]) < 0;
}

BrgStatus
brg_grid_from_source (const int source_dim[3],
                      const BrgAffine *lps_from_source,
                      BrgGrid *grid,
                      BrgError *error)
{
  BrgStatus status = check_dim (source_dim, error);
  BrgGrid out = { 0 };
  BrgVec3 origin = column (lps_from_source, 3);

  if (status == BRG_OK)
    status = check_axes (lps_from_source, error);
  if (status != BRG_OK)
    return status;

  choose_axes (lps_from_source, &out);
  out.lps_from_vox = brg_affine_identity ();
  for (int a = 0; a < 3; a++)
    {
      BrgVec3 step = column (lps_from_source, a);
      int axis = out.source_axis[a];
      out.dim[axis] = source_dim[a];
      if (out.source_flipped[a])
        origin = brg_vec3_add (origin, brg_vec3_scale (step, source_dim[a] - 1));
      set_column (&out.lps_from_vox, axis, brg_vec3_scale (step, out.source_flipped[a] ? -1 : 1));
    }
  set_column (&out.lps_from_vox, 3, origin);
  *grid = out;
  return BRG_OK;
}

BrgGrid
brg_grid_simple (int ni, int nj, int nk, const double spacing_mm[3], BrgVec3 origin)
{
  BrgGrid grid = { .dim = { ni, nj, nk },
                   .lps_from_vox = brg_affine_identity (),
                   .source_axis = { 0, 1, 2 } };

  for (int a = 0; a < 3; a++)
    grid.lps_from_vox.m[a][a] = spacing_mm[a];
  set_column (&grid.lps_from_vox, 3, origin);
  return grid;
}

void
brg_grid_to_source (const BrgGrid *grid, int source_dim[3], BrgAffine *lps_from_source)
{
  BrgVec3 origin = column (&grid->lps_from_vox, 3);

  *lps_from_source = brg_affine_identity ();
  for (int a = 0; a < 3; a++)
    {
      int axis = grid->source_axis[a];
      BrgVec3 step = column (&grid->lps_from_vox, axis);
      source_dim[a] = grid->dim[axis];
      if (grid->source_flipped[a])
        origin = brg_vec3_add (origin, brg_vec3_scale (step, grid->dim[axis] - 1));
      set_column (lps_from_source, a, brg_vec3_scale (step, grid->source_flipped[a] ? -1 : 1));
    }
  set_column (lps_from_source, 3, origin);
}

void
brg_grid_vox_from_source (const BrgGrid *grid, const int source_vox[3], int vox[3])
{
  for (int a = 0; a < 3; a++)
    {
      int axis = grid->source_axis[a];
      vox[axis] = grid->source_flipped[a] ? grid->dim[axis] - 1 - source_vox[a] : source_vox[a];
    }
}

BrgGrid
brg_grid_crop (const BrgGrid *grid, const BrgBox *box)
{
  BrgGrid out = *grid;
  BrgVec3 corner = brg_vec3 (box->lo[0], box->lo[1], box->lo[2]);

  set_column (&out.lps_from_vox, 3, brg_affine_point (&grid->lps_from_vox, corner));
  for (int a = 0; a < 3; a++)
    out.dim[a] = box->hi[a] - box->lo[a];
  return out;
}

static bool
has_same_size (const BrgGrid *a, const BrgGrid *b)
{
  for (int axis = 0; axis < 3; axis++)
    if (a->dim[axis] != b->dim[axis])
      return false;
  return true;
}

/* Largest distance in mm between corresponding corners of grids of one size; NaN if one is. */
static double
corner_gap_mm (const BrgGrid *a, const BrgGrid *b)
{
  double largest_mm = 0;

  for (int corner = 0; corner < 8; corner++)
    {
      BrgVec3 vox = brg_vec3 (corner & 1 ? a->dim[0] - 1 : 0, corner & 2 ? a->dim[1] - 1 : 0,
                              corner & 4 ? a->dim[2] - 1 : 0);
      BrgVec3 gap = brg_vec3_sub (brg_affine_point (&a->lps_from_vox, vox),
                                  brg_affine_point (&b->lps_from_vox, vox));
      double gap_mm = brg_vec3_length (gap);
      if (isnan (gap_mm))
        return gap_mm;
      largest_mm = fmax (largest_mm, gap_mm);
    }
  return largest_mm;
}

bool
brg_grid_equal (const BrgGrid *a, const BrgGrid *b)
{
  return has_same_size (a, b) && corner_gap_mm (a, b) <= MATCH_MM;
}

BrgStatus
brg_grid_check_equal (const BrgGrid *a, const BrgGrid *b, BrgError *error)
{
  if (brg_grid_equal (a, b))
    return BRG_OK;
  if (has_same_size (a, b))
    return brg_error_set (error, BRG_INVALID,
                          "grids do not match: same size but apart by %.3g mm at a corner",
                          corner_gap_mm (a, b));
  return brg_error_set (error, BRG_INVALID, "grids do not match: %d x %d x %d and %d x %d x %d",
                        a->dim[0], a->dim[1], a->dim[2], b->dim[0], b->dim[1], b->dim[2]);
}

double
brg_grid_spacing_mm (const BrgGrid *grid, int axis)
{
  return brg_vec3_length (column (&grid->lps_from_vox, axis));
}

double
brg_grid_voxel_mm3 (const BrgGrid *grid)
{
  return fabs (brg_affine_determinant (&grid->lps_from_vox));
}

size_t
brg_grid_n_voxels (const BrgGrid *grid)
{
  return (size_t) grid->dim[0] * (size_t) grid->dim[1] * (size_t) grid->dim[2];
}

BrgBox
brg_grid_box (const BrgGrid *grid)
{
  return (BrgBox){ { 0, 0, 0 }, { grid->dim[0], grid->dim[1], grid->dim[2] } };
}

double
brg_grid_shear_deg (const BrgGrid *grid)
{
  double worst = 0;

  for (int a = 0; a < 3; a++)
    {
      BrgVec3 u = brg_vec3_normalize (column (&grid->lps_from_vox, a));
      BrgVec3 v = brg_vec3_normalize (column (&grid->lps_from_vox, (a + 1) % 3));
      double deg = asin (fmin (fabs (brg_vec3_dot (u, v)), 1.0)) * 180 / BRG_PI;
      worst = fmax (worst, deg);
    }
  return worst;
}

BrgVec3
brg_grid_vox_from_lps (const BrgGrid *grid, BrgVec3 lps_mm)
{
  BrgAffine vox_from_lps;

  if (!brg_affine_invert (&grid->lps_from_vox, &vox_from_lps))
    return brg_vec3 (NAN, NAN, NAN);
  return brg_affine_point (&vox_from_lps, lps_mm);
}

BrgVec3
brg_grid_lps_from_vox (const BrgGrid *grid, BrgVec3 vox)
{
  return brg_affine_point (&grid->lps_from_vox, vox);
}
