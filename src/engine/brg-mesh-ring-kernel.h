#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-isa.h"

/* Private to brg-mesh-check.c. A triangle at a vertex: the two vertices after and before that one.
 */
typedef struct
{
  uint32_t next, prev;
} BrgWedge;

/* Wedges that may be read, though not used, beyond the last one. */
#define BRG_MESH_RING_SLACK 8

/* Looks at neighbouring vertices; the wedges of vertex `first_vertex` + v are first[v] up to
 * first[v + 1]. rings[v] becomes 0, or 1 + the number of its neighbours with higher numbers when
 * its wedges form one ring: every neighbour is the next of one and the prev of another, and all are
 * met on one way round. Such a vertex and its edges are closed, manifold and oriented. Rings of
 * more than 16 may be left out. */
typedef void BrgMeshRings (uint32_t first_vertex,
                           size_t n_vertices,
                           const uint32_t *first,
                           const BrgWedge *wedges,
                           uint8_t *rings);
BRG_ISA_DECLARE (BrgMeshRings, _brg_mesh_rings);
