#include "io/brg-bit-bytes.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define LOW_BITS  UINT64_C (0x0101010101010101)
#define LOW_SEVEN UINT64_C (0x7f7f7f7f7f7f7f7f)
#define GATHER    UINT64_C (0x0102040810204080)
#define SCATTER   UINT64_C (0x0002040810204081)

/* The low byte first; compiles to one store. */
static void
store_eight (uint8_t *bytes, uint64_t word)
{
  for (int b = 0; b < 8; b++)
    bytes[b] = (uint8_t) (word >> (8 * b));
}

/* Eight bits as bytes 0 and 1: seven of them by a product that puts bit b at 8 b. */
static uint64_t
unpack_eight (uint64_t bits)
{
  return ((bits & 0x7f) * SCATTER & LOW_BITS) | (bits >> 7 & 1) << 56;
}

#ifdef __SSE2__

/* Packs 64 bytes; *odd collects the flags of those that are neither 0 nor `one`. */
static uint64_t
pack_word (const uint8_t *bytes, uint8_t one, uint64_t *odd)
{
  const __m128i zero = _mm_setzero_si128 (), ones = _mm_set1_epi8 ((char) one);
  uint64_t word = 0, known = 0;

  for (int b = 0; b < 64; b += 16)
    {
      __m128i v = _mm_loadu_si128 ((const __m128i *) (const void *) (bytes + b));
      __m128i is_zero = _mm_cmpeq_epi8 (v, zero);
      __m128i is_known = _mm_or_si128 (is_zero, _mm_cmpeq_epi8 (v, ones));
      word |= (uint64_t) (unsigned int) _mm_movemask_epi8 (is_zero) << b;
      known |= (uint64_t) (unsigned int) _mm_movemask_epi8 (is_known) << b;
    }
  *odd |= ~known;
  return ~word;
}

#else

/* Eight bytes as a number, the first lowest; compiles to one load or store. */
static uint64_t
load_eight (const uint8_t *bytes)
{
  uint64_t word = 0;

  for (int b = 0; b < 8; b++)
    word |= (uint64_t) bytes[b] << (8 * b);
  return word;
}

/* Bit b of the result is set where byte b of `eight` is not 0: the carry out of the low seven bits,
 * or the top bit, says so; the product moves the eight flags side by side into the top byte. */
static uint64_t
pack_eight (uint64_t eight)
{
  uint64_t flags = ((((eight & LOW_SEVEN) + LOW_SEVEN) | eight) >> 7) & LOW_BITS;

  return flags * GATHER >> 56;
}

static uint64_t
pack_word (const uint8_t *bytes, uint8_t one, uint64_t *odd)
{
  uint64_t word = 0;

  for (size_t b = 0; b < 8; b++)
    {
      uint64_t eight = load_eight (bytes + 8 * b), bits = pack_eight (eight);
      word |= bits << (8 * b);
      *odd |= eight ^ unpack_eight (bits) * one;
    }
  return word;
}

#endif

bool
brg_bit_bytes_pack (const uint8_t *bytes, size_t n, uint8_t one, uint64_t *words)
{
  uint64_t odd = 0;
  size_t i = 0;

  for (; i + 64 <= n; i += 64)
    words[i / 64] = pack_word (bytes + i, one, &odd);
  if (i < n)
    words[i / 64] = 0;
  for (; i < n; i++)
    {
      words[i / 64] |= (uint64_t) (bytes[i] != 0) << (i % 64);
      odd |= (uint64_t) (bytes[i] != 0 && bytes[i] != one);
    }
  return odd == 0;
}

void
brg_bit_bytes_unpack (const uint64_t *words, size_t n, uint8_t one, uint8_t *bytes)
{
  size_t i = 0;

  for (; i + 64 <= n; i += 64)
    {
      uint64_t word = words[i / 64];
      if (word == 0 || word == ~UINT64_C (0))
        {
          memset (bytes + i, word == 0 ? 0 : one, 64);
          continue;
        }
      for (size_t b = 0; b < 8; b++)
        store_eight (bytes + i + 8 * b, unpack_eight (word >> (8 * b)) * one);
    }
  for (; i < n; i++)
    bytes[i] = words[i / 64] >> (i % 64) & 1 ? one : 0;
}

void
brg_bit_bytes_reverse (uint8_t *bytes, size_t n)
{
  for (size_t i = 0; i < n / 2; i++)
    {
      uint8_t byte = bytes[i];
      bytes[i] = bytes[n - 1 - i];
      bytes[n - 1 - i] = byte;
    }
}
