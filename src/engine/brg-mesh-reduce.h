#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mesh.h"

/* Fewer triangles, by meshoptimizer. Both return a new mesh and are deterministic on one thread.
 * Indices must be valid. */

/* Collapses edges in the order of their quadric error (Garland and Heckbert 1997) until about
 * `keep` (0 < keep <= 1) of the triangles are left. Vertices stay where they were, so every vertex
 * is one of the input. A closed, manifold, oriented mesh stays so (brg-mesh-check.h): parts too
 * thin for it are kept at full detail, so that more triangles than asked may remain. Any other
 * mesh is reduced without that promise. For printing and publishing. Polls the job once per round
 * (some tenths of a second per million triangles). BRG_INVALID for `keep` out of range or a vertex
 * index out of range. */
BrgMesh *brg_mesh_reduce (const BrgMesh *mesh, double keep, BrgJob *job, BrgError *error);

/* A stand-in of at most `max_triangles` for moving pictures: clusters vertices, which is fast and
 * may tear or join thin parts. A mesh that is small enough already is copied. */
BrgMesh *brg_mesh_proxy (const BrgMesh *mesh, size_t max_triangles, BrgError *error);
