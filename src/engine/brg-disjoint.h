#pragma once

#include <stdbool.h>
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

/* The same two for an array that several threads work on at once. */

static inline uint32_t
brg_disjoint_find_shared (uint32_t *parent, uint32_t x)
{
  for (;;)
    {
      uint32_t above = __atomic_load_n (parent + x, __ATOMIC_RELAXED);
      if (above == x)
        return x;
      uint32_t next = __atomic_load_n (parent + above, __ATOMIC_RELAXED);
      if (next != above)
        __atomic_store_n (parent + x, next, __ATOMIC_RELAXED);
      x = next;
    }
}

/* `a_root` is a root of lately, or any member. Returns a root of the union. */
static inline uint32_t
brg_disjoint_unite_shared (uint32_t *parent, uint32_t a_root, uint32_t b)
{
  for (;;)
    {
      if (__atomic_load_n (parent + b, __ATOMIC_RELAXED) == a_root)
        return a_root;
      uint32_t a = brg_disjoint_find_shared (parent, a_root);
      b = brg_disjoint_find_shared (parent, b);
      if (a == b)
        return a;
      uint32_t low = a < b ? a : b, high = a < b ? b : a, root = high;
      if (__atomic_compare_exchange_n (parent + high, &root, low, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED))
        return low;
      a_root = a;
    }
}
