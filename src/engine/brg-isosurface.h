#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-mesh.h"

/* The surface between set and unset voxels: marching cubes (Lorensen and Cline 1987) in the row by
 * row order of flying edges (Schroeder, Maynard and Geveci 2015), on bits.
 *
 * Every vertex is the midpoint of one lattice edge between a set and an unset voxel centre and is
 * identified by that edge, never by rounding. The mask is taken as surrounded by unset voxels, so
 * the surface is always closed; it is 2-manifold at edges and vertices by construction (see
 * brg-isosurface-table.h). Set voxels are connected by faces, unset ones by faces and edges.
 * Winding is outward in LPS mm. Vertices and triangles come in scan order and are byte-identical
 * for any number of threads.
 *
 * Returns a new mesh. NULL with BRG_EMPTY for an empty mask, BRG_INVALID when the grid lies so far
 * from the origin that single precision could not tell neighbouring voxels apart, BRG_UNSUPPORTED
 * above 2^32 - 1 vertices. Reads the mask only: any number of threads may call this at once. */
BrgMesh *brg_isosurface (const BrgMask *mask, BrgJob *job, BrgError *error);
