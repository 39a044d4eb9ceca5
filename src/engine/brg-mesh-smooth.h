#pragma once

#include "engine/brg-grid.h"
#include "engine/brg-job.h"
#include "engine/brg-mesh.h"

/* Takes the voxel steps off a surface of brg_isosurface() and keeps what it stands for.
 *
 * A low-pass filter over the vertex graph, the windowed sinc of Taubin, Zhang and Golub ("Optimal
 * surface smoothing as filter design", 1996) with a Nuttall window, by its Chebyshev recurrence;
 * two pass bands are mixed so that round shapes neither shrink nor grow to second order.
 * Two guarantees: no vertex ends more than half a voxel of `grid` from where it was along any axis
 * of the grid, so whatever was measured on voxels holds on the surface within half a voxel; and
 * every connected surface keeps the volume it encloses, as far as that limit lets it (pieces of a
 * few voxels may not).
 *
 * `strength` is 0 (nothing) to 1; 0.5 is a good default. Only positions change. Boundary edges of
 * an open mesh are allowed but pull inwards. BRG_INVALID for a strength out of range, an unfit
 * grid or a mesh too large; on any failure the mesh is untouched. The same bytes on any number of
 * threads. Needs about 90 bytes per vertex while it runs. */
BrgStatus
brg_mesh_smooth (BrgMesh *mesh, const BrgGrid *grid, double strength, BrgJob *job, BrgError *error);
