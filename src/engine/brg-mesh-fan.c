#include "engine/brg-mesh-fan.h"

#include <stdlib.h>

#include "engine/brg-alloc.h"
#include "engine/brg-disjoint.h"

#define MAX_FEW 16

/* A half-edge at the vertex: the other end, the wedge, and whether it leaves the vertex, in an
 * order that gathers those of an edge. */
static inline uint64_t
make_key (uint32_t end, size_t wedge, bool leaves)
{
  return (uint64_t) end << 32 | (uint64_t) wedge << 1 | leaves;
}

static int
compare_keys (const void *a, const void *b)
{
  uint64_t first = *(const uint64_t *) a, second = *(const uint64_t *) b;
  return first < second ? -1 : first > second;
}

static void
sort_keys (uint64_t *keys, size_t n)
{
  if (n > 2 * MAX_FEW)
    {
      qsort (keys, n, sizeof *keys, compare_keys);
      return;
    }
  for (size_t i = 1; i < n; i++)
    {
      uint64_t key = keys[i];
      size_t at = i;
      for (; at > 0 && keys[at - 1] > key; at--)
        keys[at] = keys[at - 1];
      keys[at] = key;
    }
}

static size_t
list_keys (uint32_t vertex, const BrgWedge *wedges, size_t n, uint64_t *keys)
{
  size_t n_keys = 0;

  for (size_t i = 0; i < n; i++)
    {
      keys[n_keys++] = make_key (wedges[i].next, i, true);
      if (wedges[i].prev != vertex) /* else it is the next of another wedge here */
        keys[n_keys++] = make_key (wedges[i].prev, i, false);
    }
  sort_keys (keys, n_keys);
  return n_keys;
}

/* One edge: `n` half-edges with the same other end. */
static void
visit_edge (uint32_t vertex, const uint64_t *keys, size_t n, uint32_t *joined, BrgFan *fan)
{
  uint32_t end = (uint32_t) (keys[0] >> 32);
  size_t n_leaving = 0;

  for (size_t i = 0; i < n; i++)
    {
      n_leaving += keys[i] & 1;
      brg_disjoint_unite (joined, (uint32_t) keys[0] >> 1, (uint32_t) keys[i] >> 1);
    }
  fan->is_faulty |= n != 2 || n_leaving != 1;
  if (end < vertex)
    return;
  fan->n_edges++;
  fan->n_boundary += n == 1;
  fan->n_nonmanifold += n > 2;
  fan->n_misoriented += n > 1 && 2 * n_leaving != n;
}

static void
visit_edges (uint32_t vertex,
             const BrgWedge *wedges,
             size_t n,
             uint64_t *keys,
             uint32_t *joined,
             BrgFan *fan)
{
  size_t n_keys = list_keys (vertex, wedges, n, keys);

  for (uint32_t i = 0; i < n; i++)
    joined[i] = i;
  for (size_t from = 0, to; from < n_keys; from = to)
    {
      for (to = from + 1; to < n_keys && keys[to] >> 32 == keys[from] >> 32;)
        to++;
      visit_edge (vertex, keys + from, to - from, joined, fan);
    }
  for (uint32_t i = 0; i < n; i++)
    fan->n_fans += joined[i] == i;
}

BrgStatus
_brg_mesh_fan (uint32_t vertex,
               const BrgWedge *wedges,
               size_t n,
               BrgFan *fan,
               BrgPool *pool,
               BrgError *error)
{
  uint64_t few_keys[2 * MAX_FEW];
  uint32_t few_joined[MAX_FEW];

  *fan = (BrgFan){ 0 };
  if (n <= MAX_FEW)
    {
      visit_edges (vertex, wedges, n, few_keys, few_joined, fan);
      return BRG_OK;
    }
  uint64_t *keys = brg_alloc_in (pool, n, 2 * sizeof *keys + sizeof (uint32_t), error);
  if (keys == NULL)
    return BRG_NO_MEMORY;
  visit_edges (vertex, wedges, n, keys, (uint32_t *) (keys + 2 * n), fan);
  brg_free (keys);
  return BRG_OK;
}
