#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-recipe.h"

/* Binary median (majority) of a mask in a kernel given as a diameter in mm. Kernel voxels outside
 * the grid are left out, and a voxel is set iff more than half of the kernel voxels that remain
 * are: 2 * count > valid, so a tie gives background (3D Slicer's median smoothing of a segment).
 * The axes of the grid are taken as orthogonal.
 *
 *   BRG_KERNEL_BOX   2 * round ((mm / spacing + 1) / 2) - 1 voxels along each axis, halves rounded
 *                    up, at least 1
 *   BRG_KERNEL_BALL  the voxels whose centre is within mm / 2 of the centre of the kernel */

#define BRG_MEDIAN_MAX_MM 100.0

/* Extent of the kernel in voxels along each axis, always odd. */
void
brg_median_kernel_vox (const BrgGrid *grid, double diameter_mm, BrgKernel kernel, int size_vox[3]);

/* A new mask; 0 mm gives a copy. BRG_INVALID unless 0 <= diameter_mm <= BRG_MEDIAN_MAX_MM; the
 * kernel may be larger than the grid. Counts are bit-sliced: the cost of the box grows with its
 * extent along i alone, that of the ball with the number of its rows. */
BrgMask *brg_median (const BrgMask *mask,
                     double diameter_mm,
                     BrgKernel kernel,
                     BrgJob *job,
                     BrgError *error);
