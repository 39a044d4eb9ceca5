#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-mesh.h"

/* The voxels of `grid` whose centres lie inside a closed mesh.
 *
 * Inside is where a line from afar crosses the surface an odd number of times: a shell within a
 * shell is a cavity, whichever way its triangles are wound, and where two shells overlap is
 * outside. The grid may be oblique, sheared or left-handed and need not hold all of the mesh; what
 * lies outside it is cut off.
 *
 * Vertices are taken to voxel coordinates in double precision and rounded to 2^-20 voxel; from
 * there on everything is decided in integers, exactly. A centre that lies on the surface counts as
 * if moved by an infinitesimal towards +i, by one infinitely smaller towards +j and by one smaller
 * still towards +k. So no line slips through between two triangles, the result does not depend on
 * the order of triangles or vertices, and a mesh of brg_isosurface() gives back its mask.
 *
 * Work goes with the triangles and the rows they cross; memory is that of the result.
 * Byte-identical for any number of threads.
 *
 * Returns a new mask. NULL with BRG_INVALID for a mesh that is not closed, that is one with an edge
 * (between corners equal after rounding, shared index or not) of an odd number of triangles, and
 * the message has the number of open edges; also for an index out of range and for a vertex that is
 * not finite or more than 2^20 voxels from voxel (0, 0, 0). Edges are compared by 64-bit hashes,
 * XORed: one open mesh in 2^64 goes unnoticed, and what is set is then the odd side of every row.
 * BRG_EMPTY when no centre lies inside. */
BrgMask *brg_voxelize (const BrgMesh *mesh, const BrgGrid *grid, BrgJob *job, BrgError *error);
