#include "engine/brg-reslice-kernel.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

#define FRACTION     ((INT64_C (1) << BRG_RESLICE_BITS) - 1)
#define ROUND_OFFSET 32768.5 /* makes what is cut off positive */

static inline int16_t
interpolate (const BrgResliceSource *source, const int64_t at[3])
{
  const int16_t *p = source->hu;
  size_t j = source->stride[1], k = source->stride[2];
  double f[3];

  for (int a = 0; a < 3; a++)
    {
      p += (size_t) (at[a] >> BRG_RESLICE_BITS) * source->stride[a];
      f[a] = (double) (at[a] & FRACTION) * 0x1p-40;
    }
  double along_i[4] = { p[0] + f[0] * (p[1] - p[0]), p[j] + f[0] * (p[j + 1] - p[j]),
                        p[k] + f[0] * (p[k + 1] - p[k]),
                        p[j + k] + f[0] * (p[j + k + 1] - p[j + k]) };
  double low = along_i[0] + f[1] * (along_i[1] - along_i[0]);
  double high = along_i[2] + f[1] * (along_i[3] - along_i[2]);

  return (int16_t) ((int) (low + f[2] * (high - low) + ROUND_OFFSET) - 32768);
}

#ifdef __AVX2__

/* The part after the point of four coordinates. */
static inline __m256d
fraction_4 (__m256i at)
{
  const __m256d big = _mm256_set1_pd (0x1p52);
  __m256i bits = _mm256_and_si256 (at, _mm256_set1_epi64x (FRACTION));
  __m256d whole = _mm256_castsi256_pd (_mm256_or_si256 (bits, _mm256_castpd_si256 (big)));

  return _mm256_mul_pd (_mm256_sub_pd (whole, big), _mm256_set1_pd (0x1p-40));
}

static inline __m256d
lerp_4 (__m256d a, __m256d b, __m256d f)
{
  return _mm256_add_pd (a, _mm256_mul_pd (f, _mm256_sub_pd (b, a)));
}

/* Along i, from each of four places and the voxel after it. */
static inline __m256d
along_i_4 (const int16_t *hu, __m256i index, __m256d f)
{
  __m128i pair = _mm256_i64gather_epi32 ((const int *) (const void *) hu, index, 2);
  __m128i first = _mm_srai_epi32 (_mm_slli_epi32 (pair, 16), 16);

  return lerp_4 (_mm256_cvtepi32_pd (first), _mm256_cvtepi32_pd (_mm_srai_epi32 (pair, 16)), f);
}

static inline void
interpolate_4 (const BrgResliceSource *source, const __m256i at[3], int16_t *out)
{
  size_t j = source->stride[1], k = source->stride[2];
  __m256i rows = _mm256_mul_epu32 (_mm256_srli_epi64 (at[2], BRG_RESLICE_BITS),
                                   _mm256_set1_epi64x ((int64_t) (k / j)));
  __m256d f[3];

  for (int a = 0; a < 3; a++)
    f[a] = fraction_4 (at[a]);
  rows = _mm256_add_epi64 (rows, _mm256_srli_epi64 (at[1], BRG_RESLICE_BITS));
  __m256i index = _mm256_add_epi64 (_mm256_mul_epu32 (rows, _mm256_set1_epi64x ((int64_t) j)),
                                    _mm256_srli_epi64 (at[0], BRG_RESLICE_BITS));
  __m256d low =
    lerp_4 (along_i_4 (source->hu, index, f[0]), along_i_4 (source->hu + j, index, f[0]), f[1]);
  __m256d high = lerp_4 (along_i_4 (source->hu + k, index, f[0]),
                         along_i_4 (source->hu + j + k, index, f[0]), f[1]);
  __m256d sum = _mm256_add_pd (lerp_4 (low, high, f[2]), _mm256_set1_pd (ROUND_OFFSET));
  __m128i hu = _mm_sub_epi32 (_mm256_cvttpd_epi32 (sum), _mm_set1_epi32 (32768));

  _mm_storel_epi64 ((__m128i *) (void *) out, _mm_packs_epi32 (hu, hu));
}

/* As many of the n places as come in fours. */
static int
interpolate_fours (const BrgResliceSource *source,
                   const int64_t at[3],
                   const int64_t step[3],
                   int n,
                   int16_t *out)
{
  __m256i here[3], ahead[3];
  int x = 0;

  for (int a = 0; a < 3; a++)
    {
      here[a] =
        _mm256_setr_epi64x (at[a], at[a] + step[a], at[a] + 2 * step[a], at[a] + 3 * step[a]);
      ahead[a] = _mm256_set1_epi64x (4 * step[a]);
    }
  for (; x + 4 <= n; x += 4)
    {
      interpolate_4 (source, here, out + x);
      for (int a = 0; a < 3; a++)
        here[a] = _mm256_add_epi64 (here[a], ahead[a]);
    }
  return x;
}

#else

static int
interpolate_fours (const BrgResliceSource *source,
                   const int64_t at[3],
                   const int64_t step[3],
                   int n,
                   int16_t *out)
{
  (void) source;
  (void) at;
  (void) step;
  (void) n;
  (void) out;
  return 0;
}

#endif

void
BRG_ISA_NAME (_brg_reslice_row) (const BrgResliceSource *source,
                                 const int64_t at[3],
                                 const int64_t step[3],
                                 int n,
                                 int16_t *out)
{
  for (int x = interpolate_fours (source, at, step, n, out); x < n; x++)
    {
      const int64_t here[3] = { at[0] + x * step[0], at[1] + x * step[1], at[2] + x * step[2] };
      out[x] = interpolate (source, here);
    }
}
