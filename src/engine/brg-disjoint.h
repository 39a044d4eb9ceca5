#pragma once

#include <stdint.h>

/* Disjoint sets of indices (Galler and Fischer 1964) in an array of parents, which starts as
 * parent[x] = x. A root is the lowest index of its set, whatever the order of the calls. */

static inline uint32_t
brg_disjoint_find (uint32_t *parent, uint32_t x)
{
  while (parent[x] != x)
    {
      parent[x] = parent[parent[x]];
      x = parent[x];
    }
  return x;
}

static inline void
brg_disjoint_unite (uint32_t *parent, uint32_t a, uint32_t b)
{
  a = brg_disjoint_find (parent, a);
  b = brg_disjoint_find (parent, b);
  parent[a < b ? b : a] = a < b ? a : b;
}
