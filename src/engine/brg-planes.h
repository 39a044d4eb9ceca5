#pragma once

#include <stddef.h>
#include <stdint.h>

/* Private to engine/: bit-sliced counters. A row of counters is `n` planes of bits, plane p holding
 * bit p of every counter; plane p begins at row + p * stride. So one word operation works on 64
 * counters. Rows are padded: `n_words` is always a multiple of BRG_PLANES_LANES. Additions that do
 * not fit the planes of the sum are dropped: the caller sizes it with brg_planes_for(). */

#define BRG_PLANES_LANES 4

typedef uint64_t BrgLanes
  __attribute__ ((vector_size (BRG_PLANES_LANES * 8), aligned (8), may_alias));

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

static inline BrgLanes *
brg_planes_at (uint64_t *row, size_t stride, int plane, size_t word)
{
  return (BrgLanes *) (row + (size_t) plane * stride + word);
}

/* sum += bits: one bit per counter. */
static inline void
brg_planes_add_bits (uint64_t *sum, size_t stride, int n, uint64_t *bits, size_t n_words)
{
  for (size_t w = 0; w < n_words; w += BRG_PLANES_LANES)
    {
      BrgLanes carry = *(BrgLanes *) (bits + w);
      for (int p = 0; p < n; p++)
        {
          BrgLanes *s = brg_planes_at (sum, stride, p, w);
          BrgLanes next = *s & carry;
          *s ^= carry;
          carry = next;
        }
    }
}

/* sum -= bits. */
static inline void
brg_planes_subtract_bits (uint64_t *sum, size_t stride, int n, uint64_t *bits, size_t n_words)
{
  for (size_t w = 0; w < n_words; w += BRG_PLANES_LANES)
    {
      BrgLanes borrow = *(BrgLanes *) (bits + w);
      for (int p = 0; p < n; p++)
        {
          BrgLanes *s = brg_planes_at (sum, stride, p, w);
          BrgLanes next = ~*s & borrow;
          *s ^= borrow;
          borrow = next;
        }
    }
}

/* sum (n planes) -= x (n_x <= n planes). */
static inline void
brg_planes_subtract (uint64_t *sum,
                     size_t stride,
                     int n,
                     uint64_t *x,
                     size_t x_stride,
                     int n_x,
                     size_t n_words)
{
  for (size_t w = 0; w < n_words; w += BRG_PLANES_LANES)
    {
      BrgLanes borrow = { 0 };
      for (int p = 0; p < n; p++)
        {
          BrgLanes *s = brg_planes_at (sum, stride, p, w);
          BrgLanes b = { 0 };
          if (p < n_x)
            b = *brg_planes_at (x, x_stride, p, w);
          BrgLanes difference = *s ^ b;
          BrgLanes next = (~*s & b) | (~difference & borrow);
          *s = difference ^ borrow;
          borrow = next;
        }
    }
}

/* sum (n planes)[i] += x (n_x <= n planes)[i + shift] for every counter i. Reads |shift| / 64 + 1
 * words past the row on the side of the shift, which must exist. `sum` may be `x` when the shift is
 * not negative. */
static inline void
brg_planes_add_shifted (uint64_t *sum,
                        size_t stride,
                        int n,
                        uint64_t *x,
                        size_t x_stride,
                        int n_x,
                        int shift,
                        size_t n_words)
{
  ptrdiff_t skip = shift >= 0 ? shift / 64 : -((-shift + 63) / 64);
  int right = shift - (int) skip * 64, left = 63 - right; /* 0..63 */

  for (size_t w = 0; w < n_words; w += BRG_PLANES_LANES)
    {
      BrgLanes carry = { 0 };
      for (int p = 0; p < n; p++)
        {
          BrgLanes *s = brg_planes_at (sum, stride, p, w);
          BrgLanes b = { 0 };
          if (p < n_x)
            {
              uint64_t *from = x + (size_t) p * x_stride + w + skip;
              b = *(BrgLanes *) from >> right | *(BrgLanes *) (from + 1) << 1 << left;
            }
          BrgLanes either = *s ^ b;
          BrgLanes next = (*s & b) | (either & carry);
          *s = either ^ carry;
          carry = next;
        }
    }
}

/* bits = a > b, counter by counter, both of n planes. */
static inline void
brg_planes_greater (uint64_t *bits,
                    uint64_t *a,
                    size_t a_stride,
                    uint64_t *b,
                    size_t b_stride,
                    int n,
                    size_t n_words)
{
  for (size_t w = 0; w < n_words; w += BRG_PLANES_LANES)
    {
      BrgLanes greater = { 0 };
      for (int p = 0; p < n; p++)
        {
          BrgLanes in_a = *brg_planes_at (a, a_stride, p, w);
          BrgLanes in_b = *brg_planes_at (b, b_stride, p, w);
          greater = (in_a & ~in_b) | (~(in_a ^ in_b) & greater);
        }
      *(BrgLanes *) (bits + w) = greater;
    }
}
