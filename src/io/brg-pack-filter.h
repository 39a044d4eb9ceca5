#pragma once

#include <stddef.h>
#include <stdint.h>

/* Samples of a scan as bytes that deflate better, and back, exactly: of each sample the difference
 * to the one above it, in the row before (in the first row: to 0), with the sign in the lowest bit,
 * modulo 2^16; all low bytes first, then all high bytes. The same on every machine. `n` is a
 * multiple of `n_row` >= 1; `bytes` are 2 n. */
void brg_pack_split (const int16_t *samples, size_t n, size_t n_row, uint8_t *bytes);
void brg_pack_join (const uint8_t *bytes, size_t n, size_t n_row, int16_t *samples);
