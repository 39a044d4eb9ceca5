#include "engine/brg-mask-kernel.h"

#ifdef __POPCNT__

static inline uint64_t
count_word (uint64_t word)
{
  return (uint64_t) __builtin_popcountll (word);
}

#else

/* Sums of neighbouring bits, pairs and fours, then of all bytes. */
static inline uint64_t
count_word (uint64_t word)
{
  word -= word >> 1 & UINT64_C (0x5555555555555555);
  word = (word & UINT64_C (0x3333333333333333)) + (word >> 2 & UINT64_C (0x3333333333333333));
  word = (word + (word >> 4)) & UINT64_C (0x0F0F0F0F0F0F0F0F);
  return word * UINT64_C (0x0101010101010101) >> 56;
}

#endif

size_t
BRG_ISA_NAME (_brg_mask_count) (const uint64_t *a, const uint64_t *b, size_t n)
{
  uint64_t count = 0;

  for (size_t w = 0; w < n; w++)
    count += count_word (a[w] & b[w]);
  return (size_t) count;
}
