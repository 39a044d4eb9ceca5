#pragma once

#include <stdint.h>

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-volume.h"

/* Oblique slices: a plane anywhere in the scan, as a picture of HU or of a mask.
 *
 * The centre of pixel (x, y) lies at origin + x * mm_per_px * u + y * mm_per_px * v. In voxel
 * coordinates the first pixel of every row, and the step from pixel to pixel, are rounded to 2^-40
 * voxel (ties to even) and added up exactly: at most 2^-25 voxel off. A pixel outside of every
 * voxel's cell (-0.5 <= coordinate < dim - 0.5 on each axis) is background.
 *
 * Nearest: the voxel whose cell holds the centre. Linear: with coordinates limited to 0 .. dim - 1,
 * in double precision, a + f * (b - a) along i, then j, then k, rounded to the nearest HU, ties up.
 * Same bytes for any number of threads and on any processor. */

#define BRG_RESLICE_MAX_PX 16384

typedef struct
{
  BrgVec3 origin; /* LPS mm */
  BrgVec3 u, v;   /* unit directions of +x and +y, at any angle to each other */
  double mm_per_px;
  int width_px, height_px;
} BrgPlaneSlice;

/* Fills hu[y * width_px + x]. BRG_INVALID, and `hu` untouched, for a size out of 1 ..
 * BRG_RESLICE_MAX_PX, a spacing that is not above 0, directions that are not of length 1 (to 1e-6),
 * and a plane that reaches more than 2^21 voxels from voxel (0, 0, 0). When cancelled `hu` is
 * partly filled. */
BrgStatus brg_reslice (const BrgVolume *scan,
                       const BrgPlaneSlice *slice,
                       bool linear,
                       int16_t background_hu,
                       int16_t *hu,
                       BrgJob *job,
                       BrgError *error);

/* The same of a mask, nearest: 1 in it, 0 elsewhere. */
BrgStatus brg_reslice_mask (const BrgMask *mask,
                            const BrgPlaneSlice *slice,
                            uint8_t *bytes,
                            BrgJob *job,
                            BrgError *error);
