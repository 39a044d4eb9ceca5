#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-mesh.h"

/* The surface of a mask that changes inside boxes, kept in bricks of fixed cells, so that a small
 * change costs what it touches, here and on the way to the screen.
 *
 * All bricks together are the triangles of brg_isosurface(), to the last bit of every coordinate:
 * the surface is closed where bricks meet, though each has vertices of its own there. A brick holds
 * the triangles of 64 x 32 x 32 cells, cell (i, j, k) being that between voxels i - 1 and i, and
 * so on. It is not smoothed. The owner calls on one thread at a time. */
typedef struct BrgBrickSurface BrgBrickSurface;

typedef struct
{
  BrgMesh *mesh;     /* owned by the surface; immutable; NULL where there is no surface */
  uint64_t revision; /* of the surface when this mesh became another one */
} BrgBrick;

/* The surface of an empty mask. BRG_INVALID as brg_isosurface(). */
BrgBrickSurface *brg_brick_surface_new (const BrgGrid *grid, BrgError *error);
void brg_brick_surface_free (BrgBrickSurface *surface); /* NULL allowed */

/* Follows `mask`, which differs from the one before inside `box` at most (NULL: anywhere; clipped
 * to the grid; empty: nowhere). Bricks that stay the same keep their meshes and revisions. Without
 * success the surface is the one before, and the next box must hold this one. BRG_INVALID for a
 * mask on another grid. */
BrgStatus brg_brick_surface_update (BrgBrickSurface *surface,
                                    const BrgMask *mask,
                                    const BrgBox *box,
                                    BrgJob *job,
                                    BrgError *error);

/* All bricks, i fastest, borrowed until the next update. */
const BrgBrick *brg_brick_surface_bricks (const BrgBrickSurface *surface, size_t *n_bricks);

/* Goes up with every update that changed a brick; 0 at first. */
uint64_t brg_brick_surface_revision (const BrgBrickSurface *surface);

size_t brg_brick_surface_n_triangles (const BrgBrickSurface *surface);
