#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* Morphology with a ball: its voxels are those whose centre is within radius_mm of the centre (a
 * relative 1e-9 beyond still counts). The axes of the grid are taken as orthogonal. Voxels outside
 * the grid are background. Radius 0 gives a copy; BRG_INVALID unless
 * 0 <= radius_mm <= BRG_MORPHOLOGY_MAX_MM; the ball may be larger than the grid. Each returns a new
 * mask on the same grid. Time grows with the number of rows of the ball, the square of its radius.
 */

#define BRG_MORPHOLOGY_MAX_MM 50.0

/* Voxels with a set voxel in the ball around them. */
BrgMask *brg_dilate (const BrgMask *mask, double radius_mm, BrgJob *job, BrgError *error);

/* Voxels whose whole ball is set; a ball that leaves the grid is not. */
BrgMask *brg_erode (const BrgMask *mask, double radius_mm, BrgJob *job, BrgError *error);

/* Dilation, then erosion, as on an infinite grid: the border does not erode, so the result always
 * holds the mask. */
BrgMask *brg_close (const BrgMask *mask, double radius_mm, BrgJob *job, BrgError *error);

/* Erosion, then dilation: the union of the balls that lie in the mask, so it is a part of it. */
BrgMask *brg_open (const BrgMask *mask, double radius_mm, BrgJob *job, BrgError *error);

/* Dilation by margin_mm > 0, erosion by -margin_mm for a negative one: the mask with a margin all
 * round, or without one. BRG_INVALID unless |margin_mm| <= BRG_MORPHOLOGY_MAX_MM. */
BrgMask *brg_margin (const BrgMask *mask, double margin_mm, BrgJob *job, BrgError *error);
