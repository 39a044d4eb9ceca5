#include "io/brg-pack-filter.h"

/* Loops without branches, for the compiler's lanes. */

static void
split_row (const int16_t *restrict samples,
           const int16_t *restrict above,
           size_t n,
           uint8_t *restrict low,
           uint8_t *restrict high)
{
  for (size_t s = 0; s < n; s++)
    {
      uint16_t difference = (uint16_t) ((uint16_t) samples[s] - (uint16_t) above[s]);
      uint16_t sign = (uint16_t) - (difference >> 15);
      uint16_t folded = (uint16_t) (difference << 1 ^ sign);
      low[s] = (uint8_t) folded;
      high[s] = (uint8_t) (folded >> 8);
    }
}

static void
split_first (const int16_t *restrict samples,
             size_t n,
             uint8_t *restrict low,
             uint8_t *restrict high)
{
  static const int16_t zero;

  for (size_t s = 0; s < n; s++)
    split_row (&samples[s], &zero, 1, &low[s], &high[s]);
}

static uint16_t
unfold (uint8_t low, uint8_t high)
{
  uint16_t folded = (uint16_t) (low | high << 8);

  return (uint16_t) (folded >> 1 ^ (uint16_t) - (folded & 1));
}

static void
join_row (const uint8_t *restrict low,
          const uint8_t *restrict high,
          size_t n,
          const int16_t *restrict above,
          int16_t *restrict samples)
{
  for (size_t s = 0; s < n; s++)
    samples[s] = (int16_t) (uint16_t) ((uint16_t) above[s] + unfold (low[s], high[s]));
}

void
brg_pack_split (const int16_t *samples, size_t n, size_t n_row, uint8_t *bytes)
{
  uint8_t *low = bytes, *high = bytes + n;

  if (n > 0)
    split_first (samples, n_row, low, high);
  for (size_t row = n_row; row < n; row += n_row)
    split_row (samples + row, samples + row - n_row, n_row, low + row, high + row);
}

void
brg_pack_join (const uint8_t *bytes, size_t n, size_t n_row, int16_t *samples)
{
  const uint8_t *low = bytes, *high = bytes + n;

  for (size_t s = 0; n > 0 && s < n_row; s++)
    samples[s] = (int16_t) unfold (low[s], high[s]);
  for (size_t row = n_row; row < n; row += n_row)
    join_row (low + row, high + row, n_row, samples + row - n_row, samples + row);
}
