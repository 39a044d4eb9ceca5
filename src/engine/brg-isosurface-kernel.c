#include "engine/brg-isosurface-kernel.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

/* Voxels i - 1 and i of the cells of word w. */
static inline uint64_t
here (const uint64_t *row, size_t w)
{
  return row[w + 1] << 1 | row[w] >> 63;
}

static inline uint64_t
next (const uint64_t *row, size_t w)
{
  return row[w + 1];
}

static void
find_active (const uint64_t *restrict a,
             const uint64_t *restrict b,
             const uint64_t *restrict c,
             const uint64_t *restrict d,
             size_t n_words,
             uint64_t *restrict active)
{
  for (size_t w = 0; w < n_words; w++)
    {
      uint64_t any = here (a, w) | here (b, w) | here (c, w) | here (d, w) | next (a, w) |
                     next (b, w) | next (c, w) | next (d, w);
      uint64_t all = here (a, w) & here (b, w) & here (c, w) & here (d, w) & next (a, w) &
                     next (b, w) & next (c, w) & next (d, w);
      active[w] = any & ~all;
    }
}

#ifdef __AVX2__

/* The bit of a cell in four words at a time becomes the sign, the signs are the pattern. */
static inline uint8_t *
list_word (const uint64_t *const row[4], size_t w, uint64_t active, uint8_t *out)
{
  __m256i to = _mm256_setr_epi64x ((long long) row[0][w + 1], (long long) row[1][w + 1],
                                   (long long) row[2][w + 1], (long long) row[3][w + 1]);
  __m256i before = _mm256_setr_epi64x ((long long) row[0][w], (long long) row[1][w],
                                       (long long) row[2][w], (long long) row[3][w]);
  __m256i from = _mm256_or_si256 (_mm256_slli_epi64 (to, 1), _mm256_srli_epi64 (before, 63));

  for (; active != 0; active &= active - 1)
    {
      __m128i shift = _mm_cvtsi32_si128 (63 - __builtin_ctzll (active));
      int low = _mm256_movemask_pd (_mm256_castsi256_pd (_mm256_sll_epi64 (from, shift)));
      int high = _mm256_movemask_pd (_mm256_castsi256_pd (_mm256_sll_epi64 (to, shift)));
      *out++ = (uint8_t) (low | high << 4);
    }
  return out;
}

#else

static inline uint8_t *
list_word (const uint64_t *const row[4], size_t w, uint64_t active, uint8_t *out)
{
  uint64_t corner[8];

  for (int r = 0; r < 4; r++)
    {
      corner[r] = here (row[r], w);
      corner[4 + r] = next (row[r], w);
    }
  for (; active != 0; active &= active - 1)
    {
      int bit = __builtin_ctzll (active);
      unsigned pattern = 0;
      for (int c = 0; c < 8; c++)
        pattern |= (unsigned) (corner[c] >> bit & 1) << c;
      *out++ = (uint8_t) pattern;
    }
  return out;
}

#endif

size_t
BRG_ISA_NAME (_brg_isosurface_list) (const uint64_t *const row[4],
                                     size_t n_words,
                                     uint64_t *active,
                                     uint8_t *patterns)
{
  uint8_t *out = patterns;

  find_active (row[0], row[1], row[2], row[3], n_words, active);
  for (size_t w = 0; w < n_words; w++)
    if (active[w] != 0)
      out = list_word (row, w, active[w], out);
  return (size_t) (out - patterns);
}

/* Eight corners at a time without a branch, while what is written too much stays before `end`.
 * Returns the number of cells done. */
static inline size_t
put_most_triangles (const BrgIsosurfaceCell cells[256],
                    const uint8_t *patterns,
                    size_t n_patterns,
                    uint32_t ranks[BRG_ISOSURFACE_RANKS],
                    uint32_t **out,
                    const uint32_t *end)
{
#ifdef __AVX2__
  __m256i rank = _mm256_loadu_si256 ((const __m256i *) ranks);
  uint32_t *to = *out;
  size_t p = 0;

  for (; p < n_patterns && end - to >= 16; p++)
    {
      const BrgIsosurfaceCell *cell = cells + patterns[p];
      __m128i codes = _mm_loadu_si128 ((const __m128i *) cell->corner);
      __m256i low = _mm256_cvtepu8_epi32 (codes);
      __m256i high = _mm256_cvtepu8_epi32 (_mm_unpackhi_epi64 (codes, codes));
      __m128i advance = _mm_loadl_epi64 ((const __m128i *) cell->advance);

      /* the permutation reads the lowest three bits of each code only */
      _mm256_storeu_si256 (
        (__m256i *) to,
        _mm256_add_epi32 (_mm256_permutevar8x32_epi32 (rank, low), _mm256_srli_epi32 (low, 3)));
      _mm256_storeu_si256 (
        (__m256i *) (to + 8),
        _mm256_add_epi32 (_mm256_permutevar8x32_epi32 (rank, high), _mm256_srli_epi32 (high, 3)));
      rank = _mm256_add_epi32 (rank, _mm256_cvtepu8_epi32 (advance));
      to += cell->n_corners;
    }
  _mm256_storeu_si256 ((__m256i *) ranks, rank);
  *out = to;
  return p;
#else
  (void) cells;
  (void) patterns;
  (void) n_patterns;
  (void) ranks;
  (void) out;
  (void) end;
  return 0;
#endif
}

uint32_t *
BRG_ISA_NAME (_brg_isosurface_triangles) (const BrgIsosurfaceCell cells[256],
                                          const uint8_t *patterns,
                                          size_t n_patterns,
                                          uint32_t ranks[BRG_ISOSURFACE_RANKS],
                                          uint32_t *out,
                                          const uint32_t *end)
{
  size_t p = put_most_triangles (cells, patterns, n_patterns, ranks, &out, end);

  for (; p < n_patterns; p++)
    {
      const BrgIsosurfaceCell *cell = cells + patterns[p];
      for (int c = 0; c < cell->n_corners; c++)
        *out++ = ranks[cell->corner[c] & 7] + (cell->corner[c] >> 3);
      for (int r = 0; r < BRG_ISOSURFACE_RANKS; r++)
        ranks[r] += cell->advance[r];
    }
  return out;
}

static inline float *
put_vertex (const BrgIsosurfaceEdges *edges, int i, double part, float *xyz)
{
  for (int a = 0; a < 3; a++)
    xyz[a] = (float) (edges->from_mm[a] + edges->step_mm[a] * i + edges->along_mm[a] * part);
  return xyz + 3;
}

void
BRG_ISA_NAME (_brg_isosurface_place_middle) (const BrgIsosurfaceEdges *edges,
                                             const uint64_t *cut,
                                             size_t n_words,
                                             float *xyz)
{
  for (size_t w = 0; w < n_words; w++)
    for (uint64_t left = cut[w]; left != 0; left &= left - 1)
      xyz = put_vertex (edges, (int) (w * 64) + __builtin_ctzll (left), 0.5, xyz);
}

static inline double
part_at_level (const BrgIsosurfaceEdges *edges, int i)
{
  int v = i - edges->lag;

  if (v < 0 || i >= edges->n_voxels)
    return 0.5;
  double from_hu = edges->from_hu[v], to_hu = edges->to_hu[i];
  double part = (edges->level_hu - from_hu) / (to_hu - from_hu);
  part = part > BRG_ISOSURFACE_INSET ? part : BRG_ISOSURFACE_INSET;
  return part < 1 - BRG_ISOSURFACE_INSET ? part : 1 - BRG_ISOSURFACE_INSET;
}

void
BRG_ISA_NAME (_brg_isosurface_place_level) (const BrgIsosurfaceEdges *edges,
                                            const uint64_t *cut,
                                            size_t n_words,
                                            float *xyz)
{
  for (size_t w = 0; w < n_words; w++)
    for (uint64_t left = cut[w]; left != 0; left &= left - 1)
      {
        int i = (int) (w * 64) + __builtin_ctzll (left);
        xyz = put_vertex (edges, i, part_at_level (edges, i), xyz);
      }
}
