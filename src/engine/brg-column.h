#pragma once

#include "engine/brg-frame.h"

/* Sampling a mask along lines, private to the defect part of the engine. */

/* Is the voxel nearest to this point (voxel coordinates) bone? Outside the grid nothing is. */
static inline bool
brg_column_bone (const BrgMask *mask, BrgVec3 vox)
{
  const int *dim = mask->grid.dim;

  if (!(fabs (vox.x) < BRG_GRID_MAX_DIM + 1 && fabs (vox.y) < BRG_GRID_MAX_DIM + 1 &&
        fabs (vox.z) < BRG_GRID_MAX_DIM + 1))
    return false;
  int i = (int) (vox.x + 1.5) - 1, j = (int) (vox.y + 1.5) - 1, k = (int) (vox.z + 1.5) - 1;
  if ((unsigned) i >= (unsigned) dim[0] || (unsigned) j >= (unsigned) dim[1] ||
      (unsigned) k >= (unsigned) dim[2])
    return false;
  return brg_mask_get (mask, i, j, k);
}

/* The longest step in mm along `direction` (unit, LPS) that moves at most half a voxel on every
 * axis; `step_vox` is that step in voxel coordinates. */
static inline double
brg_column_step (const BrgGrid *grid, BrgVec3 direction, BrgVec3 *step_vox)
{
  BrgVec3 zero = brg_grid_vox_from_lps (grid, brg_vec3 (0, 0, 0));
  BrgVec3 per_mm = brg_vec3_sub (brg_grid_vox_from_lps (grid, direction), zero);
  double step_mm = 0.5 / fmax (fabs (per_mm.x), fmax (fabs (per_mm.y), fabs (per_mm.z)));

  *step_vox = brg_vec3_scale (per_mm, step_mm);
  return step_mm;
}
