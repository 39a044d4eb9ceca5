#include "io/brg-bit-bytes.h"

#include <string.h>

#define LOW_BITS  UINT64_C (0x0101010101010101)
#define LOW_SEVEN UINT64_C (0x7f7f7f7f7f7f7f7f)
#define GATHER    UINT64_C (0x0102040810204080)
#define SCATTER   UINT64_C (0x0002040810204081)

/* Eight bytes as a number, the first lowest; compiles to one load or store. */
static uint64_t
load_eight (const uint8_t *bytes)
{
  uint64_t word = 0;

  for (int b = 0; b < 8; b++)
    word |= (uint64_t) bytes[b] << (8 * b);
  return word;
}

static void
store_eight (uint8_t *bytes, uint64_t word)
{
  for (int b = 0; b < 8; b++)
    bytes[b] = (uint8_t) (word >> (8 * b));
}

/* Bit b of the result is set where byte b of `eight` is not 0: the carry out of the low seven bits,
 * or the top bit, says so; the product moves the eight flags side by side into the top byte. */
static uint64_t
pack_eight (uint64_t eight)
{
  uint64_t flags = ((((eight & LOW_SEVEN) + LOW_SEVEN) | eight) >> 7) & LOW_BITS;

  return flags * GATHER >> 56;
}

/* The inverse, giving bytes 0 and 1: seven of the bits by a product that puts bit b at 8 b. */
static uint64_t
unpack_eight (uint64_t bits)
{
  return ((bits & 0x7f) * SCATTER & LOW_BITS) | (bits >> 7 & 1) << 56;
}

void
brg_bit_bytes_pack (const uint8_t *bytes, size_t n, uint64_t *words)
{
  size_t i = 0;

  for (; i + 64 <= n; i += 64)
    {
      uint64_t word = 0;
      for (size_t b = 0; b < 8; b++)
        word |= pack_eight (load_eight (bytes + i + 8 * b)) << (8 * b);
      words[i / 64] = word;
    }
  if (i < n)
    words[i / 64] = 0;
  for (; i < n; i++)
    words[i / 64] |= (uint64_t) (bytes[i] != 0) << (i % 64);
}

void
brg_bit_bytes_unpack (const uint64_t *words, size_t n, uint8_t one, uint8_t *bytes)
{
  size_t i = 0;

  for (; i + 64 <= n; i += 64)
    {
      uint64_t word = words[i / 64];
      if (word == 0)
        {
          memset (bytes + i, 0, 64);
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
