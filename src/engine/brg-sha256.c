#include "engine/brg-sha256.h"

#include <string.h>

#define BLOCK 64

static const uint32_t initial[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

static const uint32_t constants[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t
load_big_endian (const uint8_t *bytes)
{
  return (uint32_t) bytes[0] << 24 | (uint32_t) bytes[1] << 16 | (uint32_t) bytes[2] << 8 |
         bytes[3];
}

static inline uint32_t
turn (uint32_t word, int n)
{
  return word >> n | word << (32 - n);
}

/* The 64 words of a block. */
static void
expand_block (const uint8_t *bytes, uint32_t word[64])
{
  for (int t = 0; t < 16; t++)
    word[t] = load_big_endian (bytes + 4 * t);
  for (int t = 16; t < 64; t++)
    {
      uint32_t early = word[t - 15], late = word[t - 2];
      word[t] = word[t - 16] + (turn (early, 7) ^ turn (early, 18) ^ early >> 3) + word[t - 7] +
                (turn (late, 17) ^ turn (late, 19) ^ late >> 10);
    }
}

static void
hash_block (uint32_t state[8], const uint8_t *bytes)
{
  uint32_t word[64], s[8];

  expand_block (bytes, word);
  memcpy (s, state, sizeof s);
  for (int t = 0; t < 64; t++)
    {
      uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
      uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
      uint32_t first = s[7] + (turn (s[4], 6) ^ turn (s[4], 11) ^ turn (s[4], 25)) + choice +
                       constants[t] + word[t];
      uint32_t second = (turn (s[0], 2) ^ turn (s[0], 13) ^ turn (s[0], 22)) + majority;
      memmove (s + 1, s, 7 * sizeof *s);
      s[4] += first;
      s[0] = first + second;
    }
  for (int w = 0; w < 8; w++)
    state[w] += s[w];
}

static void
hash_by_plain_c (uint32_t state[8], const uint8_t *bytes, size_t n_blocks)
{
  for (; n_blocks > 0; n_blocks--, bytes += BLOCK)
    hash_block (state, bytes);
}

#if defined __x86_64__ && defined __GNUC__ && !defined __clang__

#include <immintrin.h>

#define SHA_TARGET __attribute__ ((target ("sha,sse4.1,ssse3")))

static bool
has_instructions (void)
{
  return __builtin_cpu_supports ("sha") && __builtin_cpu_supports ("sse4.1") &&
         __builtin_cpu_supports ("ssse3");
}

/* The instructions keep the state as the words A B E F and C D G H. */
SHA_TARGET static void
hash_by_instructions (uint32_t state[8], const uint8_t *bytes, size_t n_blocks)
{
  const __m128i big_endian = _mm_set_epi64x (0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i abcd = _mm_shuffle_epi32 (_mm_loadu_si128 ((const __m128i *) state), 0xb1);
  __m128i efgh = _mm_shuffle_epi32 (_mm_loadu_si128 ((const __m128i *) (state + 4)), 0x1b);
  __m128i abef = _mm_alignr_epi8 (abcd, efgh, 8);
  __m128i cdgh = _mm_blend_epi16 (efgh, abcd, 0xf0);

  for (; n_blocks > 0; n_blocks--, bytes += BLOCK)
    {
      __m128i abef_before = abef, cdgh_before = cdgh, word[4];
      for (int w = 0; w < 4; w++)
        word[w] = _mm_shuffle_epi8 (_mm_loadu_si128 ((const __m128i *) bytes + w), big_endian);
#pragma GCC unroll 16
      for (int r = 0; r < 16; r++)
        {
          __m128i now = word[r & 3];
          __m128i sum = _mm_add_epi32 (now, _mm_loadu_si128 ((const __m128i *) constants + r));
          cdgh = _mm_sha256rnds2_epu32 (cdgh, abef, sum);
          abef = _mm_sha256rnds2_epu32 (abef, cdgh, _mm_shuffle_epi32 (sum, 0x0e));
          /* The word sixteen rounds on. */
          __m128i older = _mm_alignr_epi8 (word[(r + 3) & 3], word[(r + 2) & 3], 4);
          now = _mm_add_epi32 (_mm_sha256msg1_epu32 (now, word[(r + 1) & 3]), older);
          word[r & 3] = _mm_sha256msg2_epu32 (now, word[(r + 3) & 3]);
        }
      abef = _mm_add_epi32 (abef, abef_before);
      cdgh = _mm_add_epi32 (cdgh, cdgh_before);
    }
  __m128i feba = _mm_shuffle_epi32 (abef, 0x1b), dchg = _mm_shuffle_epi32 (cdgh, 0xb1);
  _mm_storeu_si128 ((__m128i *) state, _mm_blend_epi16 (feba, dchg, 0xf0));
  _mm_storeu_si128 ((__m128i *) (state + 4), _mm_alignr_epi8 (dchg, feba, 8));
}

#else

static bool
has_instructions (void)
{
  return false;
}

#define hash_by_instructions hash_by_plain_c

#endif

static void
hash_blocks (BrgSha256State *self, const uint8_t *bytes, size_t n_blocks)
{
  if (self->portable)
    hash_by_plain_c (self->state, bytes, n_blocks);
  else
    hash_by_instructions (self->state, bytes, n_blocks);
}

void
brg_sha256_init (BrgSha256State *self)
{
  *self = (BrgSha256State){ .portable = !has_instructions () };
  memcpy (self->state, initial, sizeof initial);
}

void
brg_sha256_update (BrgSha256State *self, const void *bytes, size_t size)
{
  const uint8_t *from = bytes;
  size_t used = self->n_bytes % BLOCK;

  self->n_bytes += size;
  if (used > 0)
    {
      size_t n = BLOCK - used < size ? BLOCK - used : size;
      memcpy (self->rest + used, from, n);
      from += n;
      size -= n;
      if (used + n < BLOCK)
        return;
      hash_blocks (self, self->rest, 1);
    }
  hash_blocks (self, from, size / BLOCK);
  memcpy (self->rest, from + size / BLOCK * BLOCK, size % BLOCK);
}

/* A one bit, zeros, and the number of bits fill up the last block. */
static void
pad (BrgSha256State *self)
{
  static const uint8_t padding[BLOCK] = { 0x80 };
  uint64_t n_bits = self->n_bytes * 8;
  size_t used = self->n_bytes % BLOCK;
  uint8_t length[8];

  for (int b = 0; b < 8; b++)
    length[b] = (uint8_t) (n_bits >> (56 - 8 * b));
  brg_sha256_update (self, padding, (used < 56 ? 56 : 56 + BLOCK) - used);
  brg_sha256_update (self, length, sizeof length);
}

void
brg_sha256_finish (BrgSha256State *self, char out[BRG_SHA256_TEXT_SIZE])
{
  static const char digits[] = "0123456789abcdef";

  pad (self);
  for (int d = 0; d < 64; d++)
    out[d] = digits[self->state[d / 8] >> (28 - 4 * (d % 8)) & 15];
  out[64] = '\0';
}
