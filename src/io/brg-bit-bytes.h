#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows of bits (as in brg-mask.h) to rows of bytes and back. */

/* Bit i of `words` is set where bytes[i] is not 0; bits from `n` to the end of the last word are 0.
 * False when a byte is neither 0 nor `one`. */
bool brg_bit_bytes_pack (const uint8_t *bytes, size_t n, uint8_t one, uint64_t *words);

/* bytes[i] becomes `one` where bit i of `words` is set, else 0. */
void brg_bit_bytes_unpack (const uint64_t *words, size_t n, uint8_t one, uint8_t *bytes);

void brg_bit_bytes_reverse (uint8_t *bytes, size_t n);
