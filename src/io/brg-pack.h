#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/brg-error.h"
#include "engine/brg-pool.h"

/* Bytes deflated as one piece, for a store that keeps their size: raw deflate blocks (RFC 1951), of
 * which none is marked as the last, and the CRC-32 of gzip of what they hold. Calls are independent
 * of each other. */
typedef struct
{
  uint8_t *bytes; /* of brg_pack_deflate(): free with brg_pack_clear() */
  size_t n_bytes;
  uint32_t crc;
} BrgPack;

#define BRG_PACK_MAX_BYTES ((size_t) 1 << 30) /* on either side */

/* Bytes behind those of a pack that brg_pack_inflate() may overwrite. */
#define BRG_PACK_TAIL 2

/* Packs `size` bytes. BRG_INVALID for more than BRG_PACK_MAX_BYTES. Memory is of the pool (NULL for
 * none). */
BrgStatus
brg_pack_deflate (BrgPool *pool, const void *bytes, size_t size, BrgPack *out, BrgError *error);
void brg_pack_clear (BrgPack *pack);

/* Can a pack of so many bytes hold `size`? Deflate gives at most 1032 for one. To be asked before
 * memory for them is allocated. */
bool brg_pack_may_hold (size_t n_bytes, uint64_t size);

/* Fills `out` with exactly `size` bytes. The pack may hold anything: BRG_FORMAT when it is
 * malformed, holds fewer or more, or has another checksum. Nothing else is ever written but
 * BRG_PACK_TAIL bytes behind pack->bytes. */
BrgStatus brg_pack_inflate (BrgPack *pack, void *out, size_t size, BrgError *error);
