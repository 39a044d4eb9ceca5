#pragma once

#include "engine/brg-mask.h"
#include "engine/brg-slice-map.h"

/* Paints one step of a brush stroke into a single slice: every voxel of the slice whose centre is
 * at most `radius_mm` from the segment from_vox .. to_vox (a capsule, in mm), and every voxel the
 * segment itself runs through, so that a stroke has no gaps however small the brush or fast the
 * pointer. Steps that share their end points make one connected stroke.
 *
 * `set` gets those voxels; `clear` (NULL allowed, same grid, else nothing is done) loses them. The
 * slice is the one nearest to from_vox along the normal of `plane`. What lies outside the grid is
 * ignored. Returns the tight box of the voxels that changed in either mask, empty when none did.
 * Nothing is done for a coordinate or a radius that is not finite. */
BrgBox brg_brush_stroke (BrgMask *set,
                         BrgMask *clear,
                         BrgPlane plane,
                         const double from_vox[3],
                         const double to_vox[3],
                         double radius_mm);
