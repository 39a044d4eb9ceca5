#include "case/brg-sha256-private.h"

#include <string.h>

#define BLOCK 64

/* FIPS 180-4, "Secure Hash Standard". */
static const guint32 initial[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

#if defined __x86_64__

#include <cpuid.h>
#include <immintrin.h>

#define SHA_TARGET __attribute__ ((target ("sha,sse4.1,ssse3")))

static const guint32 constants[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static bool
has_instructions (void)
{
  unsigned a, b, c, d;

  return __get_cpuid (1, &a, &b, &c, &d) && (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0 &&
         __get_cpuid_count (7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

/* The instructions keep the state as the words A B E F and C D G H. */
SHA_TARGET static void
hash_blocks (guint32 state[8], const guint8 *bytes, gsize n_blocks)
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

static void
hash_blocks (guint32 state[8], const guint8 *bytes, gsize n_blocks)
{
  (void) state, (void) bytes, (void) n_blocks;
}

#endif

void
_brg_sha256_init_portable (BrgSha256State *self)
{
  *self = (BrgSha256State){ .checksum = g_checksum_new (G_CHECKSUM_SHA256) };
}

void
_brg_sha256_init (BrgSha256State *self)
{
  if (!has_instructions ())
    {
      _brg_sha256_init_portable (self);
      return;
    }
  *self = (BrgSha256State){ 0 };
  memcpy (self->state, initial, sizeof initial);
}

void
_brg_sha256_update (BrgSha256State *self, const void *bytes, gsize size)
{
  const guint8 *from = bytes;
  gsize used = self->n_bytes % BLOCK;

  if (self->checksum != NULL)
    {
      g_checksum_update (self->checksum, from, (gssize) size);
      return;
    }
  self->n_bytes += size;
  if (used > 0)
    {
      gsize n = MIN (BLOCK - used, size);
      memcpy (self->rest + used, from, n);
      from += n;
      size -= n;
      if (used + n < BLOCK)
        return;
      hash_blocks (self->state, self->rest, 1);
    }
  hash_blocks (self->state, from, size / BLOCK);
  memcpy (self->rest, from + size / BLOCK * BLOCK, size % BLOCK);
}

/* A one bit, zeros, and the number of bits fill up the last block. */
static void
pad (BrgSha256State *self)
{
  static const guint8 padding[BLOCK] = { 0x80 };
  guint64 n_bits = GUINT64_TO_BE (self->n_bytes * 8);
  gsize used = self->n_bytes % BLOCK;

  _brg_sha256_update (self, padding, (used < 56 ? 56 : 56 + BLOCK) - used);
  _brg_sha256_update (self, &n_bits, sizeof n_bits);
}

void
_brg_sha256_finish (BrgSha256State *self, BrgSha256 out)
{
  if (self->checksum != NULL)
    {
      g_strlcpy (out, g_checksum_get_string (self->checksum), sizeof (BrgSha256));
      g_clear_pointer (&self->checksum, g_checksum_free);
      return;
    }
  pad (self);
  for (int w = 0; w < 8; w++)
    g_snprintf (out + 8 * w, 9, "%08x", self->state[w]);
}
