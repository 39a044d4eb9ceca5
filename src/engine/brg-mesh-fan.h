#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/brg-mesh-ring-kernel.h"

/* Private to brg-mesh-check.c: what the triangles at one vertex say about it and its edges. */

/* An edge is known by its two ends; it is counted at the lower one. */
typedef struct
{
  size_t n_edges, n_boundary, n_nonmanifold, n_misoriented;
  size_t n_fans;  /* sets of triangles joined by edges at the vertex */
  bool is_faulty; /* an edge at it has not exactly two triangles, one in each direction */
} BrgFan;

/* Any number of wedges, in any order; they may name the vertex itself. Scratch for many of them is
 * from the pool; BRG_NO_MEMORY. */
BrgStatus _brg_mesh_fan (uint32_t vertex,
                         const BrgWedge *wedges,
                         size_t n,
                         BrgFan *fan,
                         BrgPool *pool,
                         BrgError *error);
