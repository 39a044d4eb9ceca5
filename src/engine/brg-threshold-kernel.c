#include "engine/brg-threshold-kernel.h"

#include <stdint.h>
#include <string.h>

#ifdef __AVX2__
#include <immintrin.h>

static inline uint32_t
compare_32 (const int16_t *hu, __m256i lo, __m256i span)
{
  __m256i a = _mm256_sub_epi16 (_mm256_loadu_si256 ((const __m256i *) hu), lo);
  __m256i b = _mm256_sub_epi16 (_mm256_loadu_si256 ((const __m256i *) (hu + 16)), lo);

  /* x <= span for unsigned x is min (x, span) == x */
  a = _mm256_cmpeq_epi16 (_mm256_min_epu16 (a, span), a);
  b = _mm256_cmpeq_epi16 (_mm256_min_epu16 (b, span), b);
  __m256i bytes = _mm256_permute4x64_epi64 (_mm256_packs_epi16 (a, b), 0xd8);
  return (uint32_t) _mm256_movemask_epi8 (bytes);
}

static inline uint64_t
compare_64 (const int16_t *hu, uint16_t lo, uint16_t span)
{
  __m256i lo_16 = _mm256_set1_epi16 ((int16_t) lo), span_16 = _mm256_set1_epi16 ((int16_t) span);

  return compare_32 (hu, lo_16, span_16) | (uint64_t) compare_32 (hu + 32, lo_16, span_16) << 32;
}

#else

/* Gathers 64 bytes of 0 or 1 into bits: the product moves the lowest bit of byte b to bit 56 + b.
 */
static inline uint64_t
pack_bytes (const uint8_t bytes[64])
{
  uint64_t word = 0;

  for (int group = 0; group < 8; group++)
    {
      uint64_t eight;
      memcpy (&eight, bytes + group * 8, sizeof eight);
      word |= (eight * UINT64_C (0x0102040810204080) >> 56) << (group * 8);
    }
  return word;
}

static inline uint64_t
compare_64 (const int16_t *hu, uint16_t lo, uint16_t span)
{
  uint8_t bytes[64];

  for (int b = 0; b < 64; b++)
    bytes[b] = (uint16_t) ((uint16_t) hu[b] - lo) <= span;
  return pack_bytes (bytes);
}

#endif

void
BRG_ISA_NAME (
  _brg_threshold_row) (const int16_t *hu, int n, uint16_t lo, uint16_t span, uint64_t *row)
{
  int16_t rest[64] = { 0 };
  int i = 0;

  for (; i + 64 <= n; i += 64)
    row[i / 64] = compare_64 (hu + i, lo, span);
  if (i == n)
    return;
  memcpy (rest, hu + i, (size_t) (n - i) * sizeof *rest);
  row[i / 64] = compare_64 (rest, lo, span) & ((UINT64_C (1) << (n - i)) - 1);
}
