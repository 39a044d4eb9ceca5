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
 * threads. Needs about 120 bytes per vertex while it runs. */
BrgStatus
brg_mesh_smooth (BrgMesh *mesh, const BrgGrid *grid, double strength, BrgJob *job, BrgError *error);

/* What 3D Slicer does on "export to model", so that our surfaces compare with those it made. */
typedef enum
{
  BRG_SLICER_HAMMING, /* until March 2024, so in 4.8 of 2017: 20 iterations, Hamming window */
  BRG_SLICER_NUTTALL, /* since then: 20 + 40 * factor iterations, Nuttall window */
} BrgSlicerSmoothing;

/* Smooths as vtkWindowedSincPolyDataFilter does (VTK 9.1; a later one for the second window) with
 * pass band 10^(-4 factor), coordinates normalized, boundaries and feature edges not treated apart,
 * on voxel coordinates of unit spacing. On a skull of 1.1 million vertices the first rule agreed
 * with VTK 9.1 to 0.0002 voxel.
 *
 * There is no limit here: vertices may move by more than half a voxel, round shapes shrink, and the
 * whole surface is scaled a little (below 1 %) about the middle of its box, as in the original.
 * `factor` is 0 (nothing) to 1; Slicer's default is 0.5. Other terms as above. */
BrgStatus brg_mesh_smooth_slicer (BrgMesh *mesh,
                                  const BrgGrid *grid,
                                  double factor,
                                  BrgSlicerSmoothing rule,
                                  BrgJob *job,
                                  BrgError *error);
