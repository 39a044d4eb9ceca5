#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Private to engine/: rows of bits as masks keep them. */

static inline bool
brg_bits_any (const uint64_t *row, size_t n_words)
{
  uint64_t any = 0;

  for (size_t w = 0; w < n_words; w++)
    any |= row[w];
  return any != 0;
}

/* First index >= from with bit `value`; n_bits when there is none. */
static inline int
brg_bits_next (const uint64_t *row, int n_bits, int from, bool value)
{
  uint64_t flip = value ? 0 : ~UINT64_C (0);

  if (from >= n_bits)
    return n_bits;
  size_t w = (size_t) from / 64;
  uint64_t word = (row[w] ^ flip) >> (from % 64) << (from % 64);
  while (word == 0 && (w + 1) * 64 < (size_t) n_bits)
    word = row[++w] ^ flip;
  int found = word == 0 ? n_bits : (int) (w * 64) + __builtin_ctzll (word);
  return found < n_bits ? found : n_bits;
}

/* Sets bits begin <= i < end; the range must not be empty. */
static inline void
brg_bits_fill (uint64_t *row, int begin, int end)
{
  size_t first = (size_t) begin / 64, last = ((size_t) end - 1) / 64;
  uint64_t head = ~UINT64_C (0) << (begin % 64);
  uint64_t tail = ~UINT64_C (0) >> (63 - (end - 1) % 64);

  if (first == last)
    {
      row[first] |= head & tail;
      return;
    }
  row[first] |= head;
  for (size_t w = first + 1; w < last; w++)
    row[w] = ~UINT64_C (0);
  row[last] |= tail;
}
