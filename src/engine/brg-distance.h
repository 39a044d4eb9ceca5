#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* Euclidean distance in mm from voxel centres to the nearest set voxel centre of a mask. */
typedef struct
{
  BrgBox box;
  float *mm; /* [((k - lo[2]) * nj + (j - lo[1])) * ni + (i - lo[0])], n = hi - lo; owned */
} BrgDistance;

/* Distances from every voxel centre in `box` (inside the grid of `to`; NULL for all of it) to the
 * set voxels of `to`, those outside the box included; 0 at set voxels. Exact but for the rounding
 * of single precision, which stays below a millionth of the distance. Where there is none within
 * `limit_mm` (> 0, INFINITY allowed) the value is INFINITY; a voxel at the limit itself, give or
 * take 1e-5 of it, is within. The axes of the grid are taken as orthogonal. Time grows with the
 * limit. BRG_INVALID for a bad limit or box; `out` is then empty. */
BrgStatus brg_distance (const BrgMask *to,
                        const BrgBox *box,
                        double limit_mm,
                        BrgDistance *out,
                        BrgJob *job,
                        BrgError *error);

/* The same on both sides: in clear voxels the distance to the nearest set voxel centre, in set
 * voxels minus the distance to the nearest clear voxel centre of the grid (scipy's
 * `edt (~mask) - edt (mask)`). No value lies nearer to 0 than the smallest spacing: the surface
 * between two voxels is a whole step away from either. INFINITY and -INFINITY beyond the limit, and
 * where there is no voxel of the other kind. */
BrgStatus brg_distance_signed (const BrgMask *mask,
                               const BrgBox *box,
                               double limit_mm,
                               BrgDistance *out,
                               BrgJob *job,
                               BrgError *error);

/* Frees the values and empties the box. */
void brg_distance_clear (BrgDistance *distance);

/* Value at a voxel, which must lie in the box. */
static inline float
brg_distance_get (const BrgDistance *distance, int i, int j, int k)
{
  const BrgBox *box = &distance->box;
  size_t ni = (size_t) (box->hi[0] - box->lo[0]), nj = (size_t) (box->hi[1] - box->lo[1]);
  size_t row = (size_t) (k - box->lo[2]) * nj + (size_t) (j - box->lo[1]);
  return distance->mm[row * ni + (size_t) (i - box->lo[0])];
}
