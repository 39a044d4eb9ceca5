#pragma once

#include <stddef.h>
#include <stdint.h>

/* Private to engine/: bit-sliced counters. A row of counters is `n` planes of bits, plane p holding
 * bit p of every counter; plane p begins at row + p * stride. So one word operation works on 64
 * counters. Rows are padded: their words are a multiple of BRG_PLANES_LANES. */

#define BRG_PLANES_LANES 4

/* Planes needed to count up to `max`. */
static inline int
brg_planes_for (uint64_t max)
{
  int n = 1;

  while (max >> n != 0)
    n++;
  return n;
}

static inline size_t
brg_planes_pad (size_t n_words)
{
  return (n_words + BRG_PLANES_LANES - 1) / BRG_PLANES_LANES * BRG_PLANES_LANES;
}

/* Zero words before and after a row of bits or counters that is read up to `shift` voxels off. */
static inline size_t
brg_planes_margin (int shift)
{
  return brg_planes_pad ((size_t) shift / 64 + 1);
}
