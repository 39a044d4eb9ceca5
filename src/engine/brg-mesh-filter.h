#pragma once

#include "engine/brg-grid.h"
#include "engine/brg-job-part.h"
#include "engine/brg-mesh-links.h"

/* Private to the smoothing of meshes: polynomials of the operator that replaces every vertex by a
 * mean of itself and its neighbours. */

#define BRG_FILTER_MAX_DEGREE 128
#define BRG_FILTER_SHARE      0.8

/* Four floats, so that one load fetches a vector; the last one is 0. */
typedef float BrgFloat4 __attribute__ ((vector_size (16)));

/* p(B) = sum of coefficient[n] Tn(B), B = (1 - mix) identity + mix * mean of the neighbours. */
typedef struct
{
  double mix;
  int degree; /* 3 .. BRG_FILTER_MAX_DEGREE */
  double coefficient[BRG_FILTER_MAX_DEGREE + 1];
} BrgFilter;

/* Positions of the vertices in continuous voxel coordinates. */
BrgStatus brg_filter_load (const BrgMesh *mesh,
                           const BrgAffine *vox_from_lps,
                           BrgFloat4 *into,
                           BrgJob *job,
                           BrgError *error);

/* Returns, for the positions x of the vertices in voxels, p(B) x - p(1) x: how far the filter
 * moves each vertex but for the scale p(1). It is evaluated on displacements alone, which stay
 * small, by Clenshaw's recurrence. brg_free() it; NULL and `error` on failure. Fills the first
 * BRG_FILTER_SHARE of the job. */
BrgFloat4 *brg_filter_run (const BrgFilter *filter,
                           const BrgLinks *links,
                           const BrgAffine *vox_from_lps,
                           const BrgJobPart *parts,
                           BrgError *error);
