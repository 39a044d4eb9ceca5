#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/brg-isa.h"

/* Private to brg-median-box.c and brg-median-ball.c: the inner loops on bit-sliced counters
 * (brg-planes.h). Counters that would not fit their planes are the caller's fault. `n_words` is a
 * multiple of BRG_PLANES_LANES. */

/* sum (n planes, stride n_words)[i] += bits[i - radius] + ... + bits[i + radius], or -= for `add`
 * false. `bits` goes on for brg_planes_margin (radius) words on both sides. n holds 2 * radius + 1
 * at least. */
typedef void
BrgMedianWindow (uint64_t *sum, int n, const uint64_t *bits, int radius, size_t n_words, bool add);
BRG_ISA_DECLARE (BrgMedianWindow, _brg_median_window);

/* sum (n planes) += add - subtract (n_x <= n planes), and bits = sum > half (n planes); every
 * stride is n_words. */
typedef void BrgMedianStep (uint64_t *sum,
                            int n,
                            const uint64_t *add,
                            const uint64_t *subtract,
                            int n_x,
                            const uint64_t *half,
                            uint64_t *bits,
                            size_t n_words);
BRG_ISA_DECLARE (BrgMedianStep, _brg_median_step);

/* sum (n >= 3 planes) += the bits of `n_rows` rows, each `row_words` long; rows[r] is the number of
 * words from `from` to row r. */
typedef void BrgMedianRows (uint64_t *sum,
                            size_t stride,
                            int n,
                            const uint64_t *from,
                            const ptrdiff_t *rows,
                            size_t n_rows,
                            size_t row_words);
BRG_ISA_DECLARE (BrgMedianRows, _brg_median_rows);

/* sum (n planes)[i] += x[i - shift] + x[i + shift], or x[i] once for shift 0; x has n_x <= n
 * planes and goes on for brg_planes_margin (shift) words on both sides. */
typedef void BrgMedianShifted (uint64_t *sum,
                               int n,
                               const uint64_t *x,
                               int n_x,
                               size_t stride,
                               int shift,
                               size_t n_words);
BRG_ISA_DECLARE (BrgMedianShifted, _brg_median_shifted);

/* bits = a > b, both of n planes. */
typedef void BrgMedianGreater (uint64_t *bits,
                               const uint64_t *a,
                               const uint64_t *b,
                               int n,
                               size_t stride,
                               size_t n_words);
BRG_ISA_DECLARE (BrgMedianGreater, _brg_median_greater);
