#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mesh.h"

/* Private to the smoothing of meshes: the corners and the neighbours of every vertex, in blocks of
 * vertices that threads share out. */

#define BRG_LINKS_BLOCK   1024 /* vertices */
#define BRG_LINKS_SLAB    8    /* blocks that one thread takes at a time */
#define BRG_LINKS_CLASSES 17   /* by number of neighbours: 0 to 15, and more */

typedef struct
{
  uint32_t first, last;
} BrgBlockSpan;

typedef struct
{
  const BrgMesh *mesh;
  int n_blocks;
  size_t *first_corner;                      /* per block, and the end */
  uint32_t *corners;                         /* by block: 3 * triangle + 0, 1 or 2, ascending */
  uint16_t (*n_of_class)[BRG_LINKS_CLASSES]; /* per block: its vertices */
  uint16_t *order;      /* per vertex: those of a block, from its first one, by class */
  uint32_t *neighbours; /* in that order, brg_links_first() */
  BrgBlockSpan *spans;  /* per block: of the first and the last neighbour */
} BrgLinks;

/* Where the neighbours of a block begin. Those of a vertex of the last class have their number in
 * front. */
static inline size_t
brg_links_first (const BrgLinks *links, int block)
{
  size_t corner = links->first_corner[block];
  return corner + corner / (BRG_LINKS_CLASSES - 1) + (size_t) block;
}

/* In a closed mesh each directed edge occurs once, so that the ends of the edges that leave a
 * vertex are all its neighbours. Needs valid indices and at most 2^32 / 3 triangles. Clear what
 * it made also when it failed. */
BrgStatus brg_links_make (BrgLinks *links, const BrgMesh *mesh, BrgJob *job, BrgError *error);

/* Frees what only the neighbours need. */
void brg_links_drop_neighbours (BrgLinks *links);
void brg_links_clear (BrgLinks *links);

static inline size_t
brg_links_block_size (const BrgLinks *links, int block)
{
  size_t left = links->mesh->n_vertices - (size_t) block * BRG_LINKS_BLOCK;
  return left < BRG_LINKS_BLOCK ? left : BRG_LINKS_BLOCK;
}
