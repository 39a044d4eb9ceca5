#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mesh.h"

/* Fewer triangles. Both return a new mesh. */

/* Collapses edges in the order of their quadric error (Garland and Heckbert 1997), each into the
 * point where that error is least, until `keep` (0 < keep <= 1) of the triangles are left, to one
 * or two if the mesh allows it. A surface of many triangles is worked on in blocks at once.
 *
 * A closed, manifold, oriented mesh (brg-mesh-check.h) stays so by construction, with every
 * component, hole and tunnel it had, and no triangle turns over or loses its area. Where that
 * forbids more collapses, as in threads of three edges around, more triangles remain than asked
 * for. Vertices where the mesh is not sound, at an open border for one, stay in place, so such a
 * mesh keeps its faults and may keep more triangles.
 *
 * Vertices move: where a skull in voxels of 0.48 x 0.48 x 0.75 mm was reduced to a tenth, 95 % of
 * the surface stayed within 0.03 mm of the smoothed one and all of it within 0.7 mm; its volume
 * changed by 0.01 %. What must lie within half a voxel of a mask is not to be reduced.
 *
 * For printing and publishing. The same bytes on any number of threads. Needs about 220 bytes per
 * vertex while it runs. BRG_INVALID for `keep` out of range, a vertex index out of range or more
 * than 2^32 / 3 triangles. */
BrgMesh *brg_mesh_reduce (const BrgMesh *mesh, double keep, BrgJob *job, BrgError *error);

/* A stand-in of at most `max_triangles` for moving pictures, by meshoptimizer: clusters vertices,
 * which is fast and may tear or join thin parts. A mesh that is small enough already is copied.
 * Indices must be valid. */
BrgMesh *brg_mesh_proxy (const BrgMesh *mesh, size_t max_triangles, BrgError *error);
