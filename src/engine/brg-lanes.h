#pragma once

#include <stddef.h>
#include <stdint.h>

/* Private to kernels (brg-isa.h): four words of a row at a time, and adders on them. Everything is
 * inlined, so that no vector is ever an argument of a call. */

#define BRG_LANES_INLINE static inline __attribute__ ((always_inline))

typedef uint64_t BrgLanes __attribute__ ((vector_size (32), aligned (8), may_alias));

BRG_LANES_INLINE BrgLanes
brg_lanes_load (const uint64_t *from)
{
  return *(const BrgLanes *) from;
}

BRG_LANES_INLINE void
brg_lanes_store (uint64_t *to, BrgLanes lanes)
{
  *(BrgLanes *) to = lanes;
}

/* The first `n` of four words, the others 0; what lies behind them is not read. */
BRG_LANES_INLINE BrgLanes
brg_lanes_load_some (const uint64_t *from, size_t n)
{
  BrgLanes lanes = { 0 };

  if (n >= 4)
    return brg_lanes_load (from);
  for (size_t w = 0; w < n; w++)
    lanes[w] = from[w];
  return lanes;
}

/* Voxels i + shift and i - shift of a row in the place of i; the row goes on for shift / 64 + 1
 * words on that side. */
BRG_LANES_INLINE BrgLanes
brg_lanes_ahead (const uint64_t *from, int shift)
{
  from += shift / 64;
  return brg_lanes_load (from) >> (shift % 64) | brg_lanes_load (from + 1)
                                                   << 1 << (63 - shift % 64);
}

BRG_LANES_INLINE BrgLanes
brg_lanes_behind (const uint64_t *from, int shift)
{
  from -= shift / 64;
  return brg_lanes_load (from) << (shift % 64) |
         brg_lanes_load (from - 1) >> 1 >> (63 - shift % 64);
}

/* *sum += a + *carry, one bit each; the carry out is in *carry. */
BRG_LANES_INLINE void
brg_lanes_add (BrgLanes *sum, BrgLanes a, BrgLanes *carry)
{
  BrgLanes either = *sum ^ a;
  BrgLanes out = (*sum & a) | (either & *carry);

  *sum = either ^ *carry;
  *carry = out;
}

/* *sum += *carry. */
BRG_LANES_INLINE void
brg_lanes_carry (BrgLanes *sum, BrgLanes *carry)
{
  BrgLanes out = *sum & *carry;

  *sum ^= *carry;
  *carry = out;
}

/* *sum -= a + *borrow. */
BRG_LANES_INLINE void
brg_lanes_subtract (BrgLanes *sum, BrgLanes a, BrgLanes *borrow)
{
  BrgLanes differ = *sum ^ a;
  BrgLanes out = (~*sum & a) | (~differ & *borrow);

  *sum = differ ^ *borrow;
  *borrow = out;
}

/* One plane, lowest first, of a comparison a > b. */
BRG_LANES_INLINE void
brg_lanes_compare (BrgLanes a, BrgLanes b, BrgLanes *greater)
{
  *greater = (a & ~b) | (~(a ^ b) & *greater);
}
