#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-isa.h"

/* Private to brg-mask.c: the number of bits set in both of two rows of n words, which may be one.
 */
typedef size_t BrgMaskCount (const uint64_t *a, const uint64_t *b, size_t n);

BRG_ISA_DECLARE (BrgMaskCount, _brg_mask_count);
