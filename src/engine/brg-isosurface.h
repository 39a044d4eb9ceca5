#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-mesh.h"
#include "engine/brg-volume.h"

/* Surfaces of masks and of scans: marching cubes (Lorensen and Cline 1987) in the row by row order
 * of flying edges (Schroeder, Maynard and Geveci 2015), on bits.
 *
 * Every vertex lies on one lattice edge between a set and an unset voxel centre and is identified
 * by that edge, never by rounding. The grid is taken as surrounded by unset voxels, so the surface
 * is always closed; it is 2-manifold at edges and vertices by construction (see
 * brg-isosurface-table.h). Set voxels are connected by faces, unset ones by faces and edges.
 * Winding is outward in LPS mm. Vertices and triangles come in scan order and are byte-identical
 * for any number of threads and on any processor.
 *
 * Both return a new mesh, its arrays from the pool of the job, and need about a byte per voxel
 * that has the surface beside it while they run. NULL with BRG_EMPTY when there is no surface,
 * BRG_INVALID when the grid lies so far from the origin that single precision could not tell
 * neighbouring vertices apart, BRG_UNSUPPORTED above 2^32 - 1 vertices. They read their input
 * only: any number of threads may call them at once. */

/* The surface between set and unset voxels; vertices are the midpoints of their edges. */
BrgMesh *brg_isosurface (const BrgMask *mask, BrgJob *job, BrgError *error);

/* The surface of HU = `level_hu`, with voxels at or above the level inside. HU are linear along an
 * edge, which puts the vertex, but never nearer to a voxel centre than 1/256 of the edge: a voxel
 * exactly at the level then still has triangles with an area (a level between two integers meets
 * none). Outside the grid is air, half a voxel from the outermost centres: where the inside
 * reaches the border, the surface is closed by a flat lid there. Topology and triangles are those
 * of brg_isosurface() for the mask HU >= level. Needs that mask (a bit per voxel) as well.
 * BRG_INVALID for a level that is not finite. */
BrgMesh *brg_isosurface_hu (const BrgVolume *scan, double level_hu, BrgJob *job, BrgError *error);

/* BRG_OK, or BRG_INVALID when the grid lies so far from the origin that brg_isosurface() refuses a
 * mask on it. */
BrgStatus brg_isosurface_check_grid (const BrgGrid *grid, BrgError *error);
