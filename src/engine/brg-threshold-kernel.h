#pragma once

#include <stdint.h>

#include "engine/brg-isa.h"

/* Private to brg-threshold.c. Bit i of `row` says whether (uint16_t) (hu[i] - lo) <= span; bits
 * past n in the last word are 0. */
typedef void BrgThresholdRow (const int16_t *hu, int n, uint16_t lo, uint16_t span, uint64_t *row);
BRG_ISA_DECLARE (BrgThresholdRow, _brg_threshold_row);
