#include "engine/brg-median-kernel.h"

#include "engine/brg-lanes.h"
#include "engine/brg-planes.h"

#define MAX_PLANES 20 /* of a window: as many voxels as a row can have */

/* Adds two bits to counters of n planes. */
BRG_LANES_INLINE void
add_two (BrgLanes *x, int n, BrgLanes a, BrgLanes b)
{
  brg_lanes_add (&x[0], a, &b);
  for (int p = 1; p < n; p++)
    brg_lanes_carry (&x[p], &b);
}

/* The window sums of four words, in n planes. Constants for both numbers keep them in
 * registers. */
BRG_LANES_INLINE void
sum_window (BrgLanes *x, int n, const uint64_t *bits, int radius)
{
  x[0] = brg_lanes_load (bits);
  for (int p = 1; p < n; p++)
    x[p] = (BrgLanes){ 0 };
  for (int d = 1; d <= radius; d++)
    add_two (x, n, brg_lanes_ahead (bits, d), brg_lanes_behind (bits, d));
}

BRG_LANES_INLINE void
add_window (uint64_t *sum,
            int n_sum,
            const uint64_t *bits,
            int radius,
            int n,
            size_t n_words,
            BrgLanes flip)
{
  for (size_t w = 0; w < n_words; w += BRG_PLANES_LANES)
    {
      BrgLanes x[MAX_PLANES], carry = { 0 };
      uint64_t *at = sum + w;
      sum_window (x, n, bits + w, radius);
      for (int p = 0; p < n; p++, at += n_words)
        {
          BrgLanes s = brg_lanes_load (at) ^ flip;
          brg_lanes_add (&s, x[p], &carry);
          brg_lanes_store (at, s ^ flip);
        }
      for (int p = n; p < n_sum; p++, at += n_words)
        {
          BrgLanes s = brg_lanes_load (at) ^ flip;
          brg_lanes_carry (&s, &carry);
          brg_lanes_store (at, s ^ flip);
        }
    }
}

/* Less is more the other way round: s - x = ~(~s + x). */
void
BRG_ISA_NAME (_brg_median_window) (uint64_t *sum,
                                   int n,
                                   const uint64_t *bits,
                                   int radius,
                                   size_t n_words,
                                   bool add)
{
  BrgLanes flip = { 0 };

  if (!add)
    flip = ~flip;
  switch (radius)
    {
    case 1:
      add_window (sum, n, bits, 1, 2, n_words, flip);
      break;
    case 2:
      add_window (sum, n, bits, 2, 3, n_words, flip);
      break;
    case 3:
      add_window (sum, n, bits, 3, 3, n_words, flip);
      break;
    case 4:
      add_window (sum, n, bits, 4, 4, n_words, flip);
      break;
    case 5:
      add_window (sum, n, bits, 5, 4, n_words, flip);
      break;
    default:
      add_window (sum, n, bits, radius, brg_planes_for (2 * (uint64_t) radius + 1), n_words, flip);
    }
}

void
BRG_ISA_NAME (_brg_median_step) (uint64_t *sum,
                                 int n,
                                 const uint64_t *add,
                                 const uint64_t *subtract,
                                 int n_x,
                                 const uint64_t *half,
                                 uint64_t *bits,
                                 size_t n_words)
{
  for (size_t w = 0; w < n_words; w += BRG_PLANES_LANES)
    {
      BrgLanes carry = { 0 }, borrow = { 0 }, greater = { 0 };
      for (int p = 0; p < n; p++)
        {
          size_t at = (size_t) p * n_words + w;
          BrgLanes s = brg_lanes_load (sum + at), a = { 0 }, b = { 0 };
          if (p < n_x)
            {
              a = brg_lanes_load (add + at);
              b = brg_lanes_load (subtract + at);
            }
          brg_lanes_add (&s, a, &carry);
          brg_lanes_subtract (&s, b, &borrow);
          brg_lanes_store (sum + at, s);
          brg_lanes_compare (s, brg_lanes_load (half + at), &greater);
        }
      brg_lanes_store (bits + w, greater);
    }
}

/* Adds four rows to the planes of 1 and 2; gives what goes to the plane of 4. */
BRG_LANES_INLINE BrgLanes
add_four (BrgLanes *ones, BrgLanes *twos, const uint64_t *from, const ptrdiff_t *rows, size_t n)
{
  BrgLanes a = brg_lanes_load_some (from + rows[1], n), b = brg_lanes_load_some (from + rows[3], n);

  brg_lanes_add (ones, brg_lanes_load_some (from + rows[0], n), &a);
  brg_lanes_add (ones, brg_lanes_load_some (from + rows[2], n), &b);
  brg_lanes_add (twos, a, &b);
  return b;
}

/* The remaining zero to three rows, one by one. */
BRG_LANES_INLINE void
add_rest (BrgLanes x[3],
          const uint64_t *from,
          const ptrdiff_t *rows,
          size_t n_rows,
          size_t n,
          BrgLanes *carry)
{
  *carry = (BrgLanes){ 0 };
  for (size_t r = 0; r < n_rows; r++)
    {
      BrgLanes bit = brg_lanes_load_some (from + rows[r], n);
      for (int p = 0; p < 3; p++)
        brg_lanes_carry (&x[p], &bit);
      *carry |= bit;
    }
}

/* Adds what is carried out of the three lowest planes to the others. */
BRG_LANES_INLINE void
carry_up (uint64_t *sum, size_t stride, int n, BrgLanes carry)
{
  for (int p = 3; p < n; p++)
    {
      uint64_t *at = sum + (size_t) p * stride;
      BrgLanes s = brg_lanes_load (at);
      brg_lanes_carry (&s, &carry);
      brg_lanes_store (at, s);
    }
}

/* Four words of all rows, `n_words` of which are there; eight rows at a time (Harley and Seal's
 * adder). */
BRG_LANES_INLINE void
add_rows (uint64_t *sum,
          size_t stride,
          int n,
          const uint64_t *from,
          const ptrdiff_t *rows,
          size_t n_rows,
          size_t n_words)
{
  BrgLanes x[3], carry;
  size_t r = 0;

  for (int p = 0; p < 3; p++)
    x[p] = brg_lanes_load (sum + (size_t) p * stride);
  for (; r + 8 <= n_rows; r += 8)
    {
      BrgLanes a = add_four (&x[0], &x[1], from, rows + r, n_words);
      carry = add_four (&x[0], &x[1], from, rows + r + 4, n_words);
      brg_lanes_add (&x[2], a, &carry);
      carry_up (sum, stride, n, carry);
    }
  if (r + 4 <= n_rows)
    {
      carry = add_four (&x[0], &x[1], from, rows + r, n_words);
      brg_lanes_carry (&x[2], &carry);
      carry_up (sum, stride, n, carry);
      r += 4;
    }
  add_rest (x, from, rows + r, n_rows - r, n_words, &carry);
  carry_up (sum, stride, n, carry);
  for (int p = 0; p < 3; p++)
    brg_lanes_store (sum + (size_t) p * stride, x[p]);
}

void
BRG_ISA_NAME (_brg_median_rows) (uint64_t *sum,
                                 size_t stride,
                                 int n,
                                 const uint64_t *from,
                                 const ptrdiff_t *rows,
                                 size_t n_rows,
                                 size_t row_words)
{
  size_t w = 0;

  for (; w + BRG_PLANES_LANES <= row_words; w += BRG_PLANES_LANES)
    add_rows (sum + w, stride, n, from + w, rows, n_rows, BRG_PLANES_LANES);
  if (w < row_words)
    add_rows (sum + w, stride, n, from + w, rows, n_rows, row_words - w);
}

void
BRG_ISA_NAME (_brg_median_shifted) (uint64_t *sum,
                                    int n,
                                    const uint64_t *x,
                                    int n_x,
                                    size_t stride,
                                    int shift,
                                    size_t n_words)
{
  for (size_t w = 0; w < n_words; w += BRG_PLANES_LANES)
    {
      BrgLanes ahead = { 0 }, behind = { 0 };
      for (int p = 0; p < n; p++)
        {
          uint64_t *at = sum + (size_t) p * stride + w;
          const uint64_t *from = x + (size_t) p * stride + w;
          BrgLanes s = brg_lanes_load (at), a = { 0 }, b = { 0 };
          if (p < n_x)
            a = brg_lanes_ahead (from, shift);
          if (p < n_x && shift > 0)
            b = brg_lanes_behind (from, shift);
          brg_lanes_add (&s, a, &ahead);
          brg_lanes_add (&s, b, &behind);
          brg_lanes_store (at, s);
        }
    }
}

void
BRG_ISA_NAME (_brg_median_greater) (uint64_t *bits,
                                    const uint64_t *a,
                                    const uint64_t *b,
                                    int n,
                                    size_t stride,
                                    size_t n_words)
{
  for (size_t w = 0; w < n_words; w += BRG_PLANES_LANES)
    {
      BrgLanes greater = { 0 };
      for (int p = 0; p < n; p++)
        brg_lanes_compare (brg_lanes_load (a + (size_t) p * stride + w),
                           brg_lanes_load (b + (size_t) p * stride + w), &greater);
      brg_lanes_store (bits + w, greater);
    }
}
