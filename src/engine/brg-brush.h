#pragma once

#include "engine/brg-mask.h"
#include "engine/brg-slice-map.h"

/* One step of a brush stroke, written a word of voxels at a time. `set` gets the voxels of the
 * step; `clear` (NULL allowed, same grid, else nothing is done) loses them. What lies outside the
 * grid is ignored. Both functions return the tight box of the voxels that changed in either mask,
 * empty when none did, and do nothing for a coordinate or a radius that is not finite. Steps that
 * share their end points make one connected stroke. The axes of the grid are taken as orthogonal.
 */

/* Within a single slice, the one nearest to from_vox along the normal of `plane`: every voxel of it
 * whose centre is at most `radius_mm` from the segment from_vox .. to_vox (a capsule, in mm), and
 * every voxel the segment itself runs through, so that a stroke has no gaps however small the brush
 * or fast the pointer. */
BrgBox brg_brush_stroke (BrgMask *set,
                         BrgMask *clear,
                         BrgPlane plane,
                         const double from_vox[3],
                         const double to_vox[3],
                         double radius_mm);

/* The same in space, with a ball. */
BrgBox brg_brush_ball (BrgMask *set,
                       BrgMask *clear,
                       const double from_vox[3],
                       const double to_vox[3],
                       double radius_mm);
