#pragma once

#include "engine/brg-mesh-links.h"

/* Private to the smoothing of meshes: several passes over all vertices at once, so that what one
 * pass leaves is still in the cache when the next one needs it. */

/* Does a pass for the vertices of some blocks. It may read and write what belongs to them, and read
 * what earlier passes left at their neighbours; what a pass writes may take the place of anything
 * but what the pass before it wrote. */
typedef void (*BrgWaveFunc) (void *data, int pass, int begin_block, int end_block);

/* Runs the passes 0 .. n_passes - 1 so that every one finds at a vertex, at its neighbours and at
 * those it is a neighbour of what the pass before left there. The passes follow each other through
 * the mesh; the closer the numbers of neighbours, the closer. BRG_NO_MEMORY, BRG_CANCELLED. */
BrgStatus brg_wave_run (const BrgLinks *links,
                        int n_passes,
                        BrgWaveFunc func,
                        void *data,
                        BrgJob *job,
                        BrgError *error);
