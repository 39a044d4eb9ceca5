#include "engine/brg-mesh-ring-kernel.h"

#include <stdbool.h>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#define MAX_RING 16

/* Every wedge has one after it. When all are met on one way round, no two share theirs, and none is
 * a second choice: every neighbour is the next of one and the prev of one. */
static inline bool
is_one_ring (const uint8_t *after, size_t n)
{
  size_t at = 0, steps = 0;

  do
    {
      at = after[at];
      steps++;
    }
  while (at != 0 && steps < n);
  return at == 0 && steps == n;
}

#ifdef __AVX2__

#define MAX_SHORT 8

/* As ring_of() for up to eight wedges. */
static inline uint8_t
short_ring_of (uint32_t vertex, const BrgWedge *wedges, size_t n)
{
  __m256i low = _mm256_loadu_si256 ((const __m256i *) wedges);
  __m256i high = _mm256_loadu_si256 ((const __m256i *) (wedges + 4));
  __m256i prev = _mm256_castps_si256 (
    _mm256_shuffle_ps (_mm256_castsi256_ps (low), _mm256_castsi256_ps (high), 0xdd));
  unsigned valid = (1u << n) - 1, unfit = 0, n_higher = 0;
  uint8_t after[MAX_SHORT];

  prev = _mm256_permute4x64_epi64 (prev, 0xd8);
  for (size_t i = 0; i < n; i++)
    {
      uint32_t next = wedges[i].next;
      __m256i same = _mm256_cmpeq_epi32 (prev, _mm256_set1_epi32 ((int) next));
      unsigned found = (unsigned) _mm256_movemask_ps (_mm256_castsi256_ps (same)) & valid;
      unfit |= (found == 0) | (next == vertex);
      after[i] = (uint8_t) __builtin_ctz (found | 0x80);
      n_higher += next > vertex;
    }
  return unfit == 0 && is_one_ring (after, n) ? (uint8_t) (1 + n_higher) : 0;
}

#endif

static inline uint8_t
ring_of (uint32_t vertex, const BrgWedge *wedges, size_t n)
{
  uint8_t after[MAX_RING];
  unsigned n_higher = 0;

#ifdef __AVX2__
  if (n <= MAX_SHORT)
    return short_ring_of (vertex, wedges, n);
#endif
  for (size_t i = 0; i < n; i++)
    {
      uint32_t next = wedges[i].next;
      unsigned found = MAX_RING;
      for (unsigned j = 0; j < n; j++)
        found = wedges[j].prev == next ? j : found;
      if (found == MAX_RING || next == vertex)
        return 0;
      after[i] = (uint8_t) found;
      n_higher += next > vertex;
    }
  return is_one_ring (after, n) ? (uint8_t) (1 + n_higher) : 0;
}

void
BRG_ISA_NAME (_brg_mesh_rings) (uint32_t first_vertex,
                                size_t n_vertices,
                                const uint32_t *first,
                                const BrgWedge *wedges,
                                uint8_t *rings)
{
  for (size_t v = 0; v < n_vertices; v++)
    {
      size_t n = first[v + 1] - first[v];
      rings[v] =
        n == 0 || n > MAX_RING ? 0 : ring_of (first_vertex + (uint32_t) v, wedges + first[v], n);
    }
}
