#include "engine/brg-calvaria-kernel.h"

size_t
BRG_ISA_NAME (_brg_calvaria_row) (const uint64_t *row,
                                  size_t n_words,
                                  uint64_t *planes,
                                  uint64_t *carry)
{
  uint64_t any = 0;
  size_t n = 0;

  for (size_t w = 0; w < n_words; w++)
    any |= row[w];
  if (any == 0)
    return 0;
  for (size_t w = 0; w < n_words; w++)
    {
      n += (size_t) __builtin_popcountll (row[w]);
      carry[w] = row[w];
    }
  for (int p = 0; p < BRG_CALVARIA_PLANES && any != 0; p++, planes += n_words)
    {
      any = 0;
      for (size_t w = 0; w < n_words; w++)
        {
          uint64_t plane = planes[w];
          planes[w] = plane ^ carry[w];
          carry[w] &= plane;
          any |= carry[w];
        }
    }
  return n;
}
