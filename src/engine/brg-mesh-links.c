#include "engine/brg-mesh-links.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-parallel.h"

#define MANY      (BRG_LINKS_CLASSES - 1)
#define MAX_SLABS 64
#define MIN_SLAB  16384 /* triangles */

/* Corners are sorted by slabs of triangles that each know where theirs go. */
typedef struct
{
  BrgLinks *links;
  size_t slab_size;
  int n_slabs;
  uint32_t *place; /* [slab * n_blocks + block]: a count, then where the corners go */
} Sorting;

static void
slab_range (const Sorting *sorting, int slab, size_t *begin, size_t *end)
{
  size_t n = sorting->links->mesh->n_triangles;

  *begin = (size_t) slab * sorting->slab_size;
  *end = n - *begin < sorting->slab_size ? n : *begin + sorting->slab_size;
}

static BrgStatus
count_slab (void *data, int slab, int first, int last, BrgError *error)
{
  const Sorting *sorting = data;
  const uint32_t *corner = sorting->links->mesh->triangles;
  uint32_t *count = sorting->place + (size_t) slab * (size_t) sorting->links->n_blocks;
  size_t begin, end;
  (void) first, (void) last, (void) error;

  slab_range (sorting, slab, &begin, &end);
  for (size_t h = 3 * begin; h < 3 * end; h++)
    count[corner[h] / BRG_LINKS_BLOCK]++;
  return BRG_OK;
}

static void
place_blocks (const Sorting *sorting)
{
  size_t n_blocks = (size_t) sorting->links->n_blocks, at = 0;

  for (size_t b = 0; b < n_blocks; b++)
    {
      sorting->links->first_corner[b] = at;
      for (size_t s = 0; s < (size_t) sorting->n_slabs; s++)
        {
          uint32_t *place = sorting->place + s * n_blocks + b, count = *place;
          *place = (uint32_t) at;
          at += count;
        }
    }
  sorting->links->first_corner[n_blocks] = at;
}

static BrgStatus
sort_slab (void *data, int slab, int first, int last, BrgError *error)
{
  const Sorting *sorting = data;
  const uint32_t *corner = sorting->links->mesh->triangles;
  uint32_t *place = sorting->place + (size_t) slab * (size_t) sorting->links->n_blocks;
  size_t begin, end;
  (void) first, (void) last, (void) error;

  slab_range (sorting, slab, &begin, &end);
  for (size_t h = 3 * begin; h < 3 * end; h++)
    sorting->links->corners[place[corner[h] / BRG_LINKS_BLOCK]++] = (uint32_t) h;
  return BRG_OK;
}

static BrgStatus
sort_corners (BrgLinks *links, BrgJob *job, BrgError *error)
{
  Sorting sorting = { .links = links };
  size_t n = links->mesh->n_triangles;

  sorting.slab_size = n / MAX_SLABS + 1 > MIN_SLAB ? n / MAX_SLABS + 1 : MIN_SLAB;
  sorting.n_slabs = (int) ((n + sorting.slab_size - 1) / sorting.slab_size);
  sorting.place = brg_alloc_zero_in (brg_job_pool (job), (size_t) sorting.n_slabs + 1,
                                     (size_t) links->n_blocks * sizeof (uint32_t), error);
  if (sorting.place == NULL)
    return BRG_NO_MEMORY;
  BrgStatus status = brg_parallel_slabs (sorting.n_slabs, 1, count_slab, &sorting, job, error);
  if (status == BRG_OK)
    {
      place_blocks (&sorting);
      status = brg_parallel_slabs (sorting.n_slabs, 1, sort_slab, &sorting, job, error);
    }
  brg_free (sorting.place);
  return status;
}

static inline uint32_t
next_corner (uint32_t h)
{
  return h % 3 == 2 ? h - 2 : h + 1;
}

static inline size_t
class_of (size_t degree)
{
  return degree < MANY ? degree : MANY;
}

/* Sorts the vertices of a block by class; at[] tells where the neighbours of each go. */
static void
order_block (BrgLinks *links, int block, const uint16_t *degree, uint32_t *at)
{
  size_t n = brg_links_block_size (links, block), place = brg_links_first (links, block), rank = 0;
  uint16_t *order = links->order + (size_t) block * BRG_LINKS_BLOCK;
  uint16_t next[BRG_LINKS_CLASSES + 1] = { 0 };

  memset (links->n_of_class[block], 0, sizeof links->n_of_class[block]);
  for (size_t v = 0; v < n; v++)
    links->n_of_class[block][class_of (degree[v])]++;
  for (size_t c = 0; c < BRG_LINKS_CLASSES; c++)
    next[c + 1] = (uint16_t) (next[c] + links->n_of_class[block][c]);
  for (size_t v = 0; v < n; v++)
    order[next[class_of (degree[v])]++] = (uint16_t) v;
  for (rank = 0; rank < n; rank++)
    {
      size_t v = order[rank];
      if (degree[v] >= MANY)
        links->neighbours[place++] = degree[v];
      at[v] = (uint32_t) place;
      place += degree[v];
    }
}

/* Lists the neighbours of a block; returns the first and the last of them. */
static BrgBlockSpan
list_neighbours (BrgLinks *links, int block, uint32_t base, uint32_t *at)
{
  const uint32_t *corner = links->mesh->triangles;
  BrgBlockSpan span = { UINT32_MAX, 0 };

  for (size_t c = links->first_corner[block]; c < links->first_corner[block + 1]; c++)
    {
      uint32_t h = links->corners[c], next = corner[next_corner (h)];
      links->neighbours[at[corner[h] - base]++] = next;
      span.first = next < span.first ? next : span.first;
      span.last = next > span.last ? next : span.last;
    }
  return span;
}

static BrgStatus
link_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  BrgLinks *links = data;
  const uint32_t *corner = links->mesh->triangles;
  (void) slab;

  for (int block = begin; block < end; block++)
    {
      uint32_t base = (uint32_t) block * BRG_LINKS_BLOCK, at[BRG_LINKS_BLOCK];
      uint16_t degree[BRG_LINKS_BLOCK] = { 0 };
      for (size_t c = links->first_corner[block]; c < links->first_corner[block + 1]; c++)
        if (++degree[corner[links->corners[c]] - base] == UINT16_MAX)
          return brg_error_set (error, BRG_UNSUPPORTED, "vertex %u has over 65534 triangles",
                                corner[links->corners[c]]);
      order_block (links, block, degree, at);
      BrgBlockSpan span = list_neighbours (links, block, base, at);
      bool is_empty = span.first > span.last;
      links->spans[block].first = is_empty ? (uint32_t) block : span.first / BRG_LINKS_BLOCK;
      links->spans[block].last = is_empty ? (uint32_t) block : span.last / BRG_LINKS_BLOCK;
    }
  return BRG_OK;
}

BrgStatus
brg_links_make (BrgLinks *links, const BrgMesh *mesh, BrgJob *job, BrgError *error)
{
  BrgPool *pool = brg_job_pool (job);
  size_t n_corners = 3 * mesh->n_triangles;

  *links = (BrgLinks){ .mesh = mesh };
  links->n_blocks = (int) ((mesh->n_vertices + BRG_LINKS_BLOCK - 1) / BRG_LINKS_BLOCK);
  size_t n_blocks = (size_t) links->n_blocks;
  links->first_corner = brg_alloc_in (pool, n_blocks + 1, sizeof *links->first_corner, error);
  links->corners = brg_alloc_in (pool, n_corners, sizeof *links->corners, error);
  links->n_of_class = brg_alloc_in (pool, n_blocks, sizeof *links->n_of_class, error);
  links->order = brg_alloc_in (pool, mesh->n_vertices, sizeof *links->order, error);
  links->neighbours = brg_alloc_in (pool, n_corners + n_corners / MANY + n_blocks + 1,
                                    sizeof *links->neighbours, error);
  links->spans = brg_alloc_in (pool, n_blocks, sizeof *links->spans, error);
  if (!links->spans || !links->first_corner || !links->corners || !links->n_of_class ||
      !links->order || !links->neighbours)
    return BRG_NO_MEMORY;
  BrgStatus status = sort_corners (links, job, error);
  if (status == BRG_OK)
    status = brg_parallel_slabs (links->n_blocks, BRG_LINKS_SLAB, link_slab, links, job, error);
  return status;
}

void
brg_links_drop_neighbours (BrgLinks *links)
{
  brg_free (links->n_of_class);
  brg_free (links->order);
  brg_free (links->neighbours);
  brg_free (links->spans);
  links->n_of_class = NULL;
  links->order = NULL;
  links->neighbours = NULL;
  links->spans = NULL;
}

void
brg_links_clear (BrgLinks *links)
{
  brg_links_drop_neighbours (links);
  brg_free (links->first_corner);
  brg_free (links->corners);
  *links = (BrgLinks){ 0 };
}
