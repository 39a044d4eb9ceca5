#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-job.h"
#include "engine/brg-quadric.h"

/* Private to brg-mesh-reduce.c: edge collapse inside one block of a mesh.
 *
 * Costs are sorted into bins of an eighth of an octave, and edges leave in the order of their
 * bins. An edge collapses only if the surface stays what it was (the link condition of Dey,
 * Edelsbrunner, Guha and Nekhayev 1999 for closed surfaces) and no triangle around turns over or
 * becomes a sliver: so a closed, manifold, oriented surface stays so by construction. */

#define BRG_COLLAPSE_BINS 2048

/* What is known of a vertex. */
enum
{
  BRG_COLLAPSE_BORDER = 1, /* has triangles outside the block: stays in place this round */
  BRG_COLLAPSE_SOUND = 2,  /* its triangles form one closed fan */
  BRG_COLLAPSE_FAULTY = 4, /* they do not: stays in place for ever */
  BRG_COLLAPSE_GONE = 8,   /* merged into another */
};

/* The whole mesh, and the block of it: the triangles whose three corners are members. Blocks
 * share no vertex and no triangle, so that many may be worked on at once. */
typedef struct
{
  float *xyz;             /* 3 per vertex of the mesh */
  BrgQuadric *quadrics;   /* per vertex of the mesh */
  uint8_t *states;        /* per vertex of the mesh */
  const uint32_t *local;  /* per vertex of the mesh: its index among the members of its block */
  const uint32_t *member; /* vertices of the block */
  uint32_t *triangles;    /* of the block, vertices of the mesh */
  size_t n_members, n_triangles;
  bool is_first; /* quadrics do not yet hold the triangles of blocks */
} BrgCollapse;

/* Adds the number of edges in each bin to `bins`. Changes nothing else. */
BrgStatus brg_collapse_count (const BrgCollapse *block, size_t *bins, BrgJob *job, BrgError *error);

/* Collapses edges of bins below `end_bin` and at most `max_collapses` of them; *n_collapses tells
 * how many. The triangles that are left, collapses * 2 fewer, come first in block->triangles. */
BrgStatus brg_collapse_run (const BrgCollapse *block,
                            int end_bin,
                            size_t max_collapses,
                            size_t *n_collapses,
                            BrgJob *job,
                            BrgError *error);
