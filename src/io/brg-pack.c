#include "io/brg-pack.h"

#include "engine/brg-alloc.h"
#include "io/brg-codec.h"

#define MAX_RATIO 1032 /* of deflate: 258 bytes for 2 bits */

_Static_assert(BRG_PACK_TAIL >= BRG_CODEC_TAIL, "room for the codec");

static BrgStatus
check_size (size_t size, BrgError *error)
{
  if (size <= BRG_PACK_MAX_BYTES)
    return BRG_OK;
  return brg_error_set (error, BRG_INVALID, "%zu bytes are too many for one piece, at most %zu",
                        size, BRG_PACK_MAX_BYTES);
}

BrgStatus
brg_pack_deflate (BrgPool *pool, const void *bytes, size_t size, BrgPack *out, BrgError *error)
{
  BrgStatus status = check_size (size, error);

  *out = (BrgPack){ 0 };
  if (status != BRG_OK)
    return status;
  out->crc = brg_codec_crc (0, bytes, size);
  return brg_codec_deflate (pool, bytes, size, &out->bytes, &out->n_bytes, error);
}

void
brg_pack_clear (BrgPack *pack)
{
  brg_free (pack->bytes);
  *pack = (BrgPack){ 0 };
}

bool
brg_pack_may_hold (size_t n_bytes, uint64_t size)
{
  return size / MAX_RATIO <= n_bytes;
}

BrgStatus
brg_pack_inflate (BrgPack *pack, void *out, size_t size, BrgError *error)
{
  BrgStatus status = check_size (size > pack->n_bytes ? size : pack->n_bytes, error);

  if (status != BRG_OK)
    return brg_error_set (error, BRG_FORMAT, "%zu deflated bytes for %zu", pack->n_bytes, size);
  if (!brg_codec_inflate (pack->bytes, pack->n_bytes, out, size))
    status = brg_inflate_piece (pack->bytes, pack->n_bytes, out, size, error);
  if (status != BRG_OK)
    return status;
  uint32_t crc = brg_codec_crc (0, out, size);
  if (crc != pack->crc)
    return brg_error_set (error, BRG_FORMAT, "checksum is %08x, must be %08x", crc, pack->crc);
  return BRG_OK;
}
