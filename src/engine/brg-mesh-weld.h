#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mesh.h"

/* Gives the corners of triangles begin <= t < end of a soup, 9 floats each. From several threads at
 * once. */
typedef BrgStatus (
  *BrgMeshCorners) (void *data, size_t begin, size_t end, float *corners, BrgError *error);

/* One of those for corners in memory: `data` is the first float of triangle 0. */
BrgStatus
brg_mesh_corners_of_array (void *data, size_t begin, size_t end, float *corners, BrgError *error);

/* An indexed mesh of loose triangles, such as STL holds. Corners with equal coordinates (0 and -0
 * are equal) become one vertex, numbered in the order of first use. Triangles with two equal
 * corners have no area and are dropped; `n_dropped` (nullable) counts them. Coordinates must not be
 * NaN. The corners are asked for once, in pieces, and never all in memory. Returns a new mesh from
 * the pool of the job, NULL on shortage, above 2^32 / 3 triangles, or when `corners` fails. */
BrgMesh *brg_mesh_weld (BrgMeshCorners corners,
                        void *data,
                        size_t n_triangles,
                        size_t *n_dropped,
                        BrgJob *job,
                        BrgError *error);
