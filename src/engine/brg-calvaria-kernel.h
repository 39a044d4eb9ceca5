#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-isa.h"

/* Private to brg-calvaria.c. */

#define BRG_CALVARIA_PLANES 8 /* bits of a counter */

/* Adds each bit of a row to a counter of its own and returns how many are set. Bit p of the
 * counters of word w is in planes[p * n_words + w]; `carry` has room for n_words. */
typedef size_t
BrgCalvariaRow (const uint64_t *row, size_t n_words, uint64_t *planes, uint64_t *carry);

BRG_ISA_DECLARE (BrgCalvariaRow, _brg_calvaria_row);
