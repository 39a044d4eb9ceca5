#include "io/brg-image-parts.h"

#include <string.h>
#include <zlib.h>

#include "engine/brg-alloc.h"
#include "io/brg-codec.h"
#include "io/brg-gzip-index.h"

#define RAW_PART_BYTES ((size_t) 1024 * 1024)

static void
find_raw_parts (BrgImageParts *parts, size_t row_bytes)
{
  size_t part_bytes = (RAW_PART_BYTES / row_bytes + 1) * row_bytes;
  uint64_t n = (parts->n_bytes - 1) / part_bytes + 1;

  parts->part_bytes = part_bytes;
  parts->n_parts = n <= INT32_MAX ? (int) n : 0;
}

/* Takes over what the header of the gzip member lists. */
static BrgStatus
find_listed_parts (BrgImageParts *parts, const uint8_t *header, size_t n, BrgError *error)
{
  parts->offsets = brg_alloc (n + 1, sizeof *parts->offsets, error);
  parts->crcs = brg_alloc (n, sizeof *parts->crcs, error);
  if (parts->offsets == NULL || parts->crcs == NULL)
    return BRG_NO_MEMORY;
  parts->offsets[0] = brg_gzip_header_size (n);
  for (size_t p = 0; p < n; p++)
    parts->offsets[p + 1] = parts->offsets[p] + brg_gzip_piece (header, p);
  parts->n_parts = (int) n;
  return BRG_OK;
}

static BrgStatus
find_gzip_parts (BrgImageParts *parts, size_t row_bytes, BrgError *error)
{
  uint64_t left = brg_stream_left (parts->stream);
  size_t size = left < BRG_GZIP_LONGEST_INDEX ? (size_t) left : BRG_GZIP_LONGEST_INDEX;
  uint8_t *header = brg_alloc (size, 1, error);
  BrgStatus status = header != NULL ? BRG_OK : BRG_NO_MEMORY;

  if (status == BRG_OK && brg_stream_read_at (parts->stream, 0, header, size, NULL) == BRG_OK)
    {
      size_t n = brg_gzip_n_pieces (header, size, left, parts->n_bytes, &parts->part_bytes);
      if (n > 0 && parts->part_bytes % row_bytes == 0)
        status = find_listed_parts (parts, header, n, error);
    }
  brg_free (header);
  return status;
}

BrgStatus
brg_image_parts_open (BrgImageParts *parts,
                      const BrgImageSamples *samples,
                      const BrgImageHeader *header,
                      size_t row_bytes,
                      BrgError *error)
{
  size_t size = brg_image_type_size (header->type);
  bool host_is_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

  *parts = (BrgImageParts){ .stream = brg_image_samples_stream (samples) };
  parts->n_bytes = brg_image_header_n_samples (header) * size;
  parts->sample_size = header->big_endian != host_is_big ? size : 1;
  if (header->n_files > 1)
    return BRG_OK;
  if (header->encoding == BRG_IMAGE_RAW)
    find_raw_parts (parts, row_bytes);
  else if (header->encoding == BRG_IMAGE_GZIP && header->byte_skip == 0 && !header->is_inflated)
    return find_gzip_parts (parts, row_bytes, error);
  return BRG_OK;
}

void
brg_image_parts_close (BrgImageParts *parts)
{
  brg_free (parts->offsets);
  brg_free (parts->crcs);
}

size_t
brg_image_parts_size (const BrgImageParts *parts, int index)
{
  uint64_t left = parts->n_bytes - (uint64_t) index * parts->part_bytes;

  return left < parts->part_bytes ? (size_t) left : parts->part_bytes;
}

static BrgStatus
inflate_part (const BrgImageParts *parts, int index, uint8_t *out, BrgPool *pool, BrgError *error)
{
  size_t n_out = brg_image_parts_size (parts, index);
  size_t n_in = (size_t) (parts->offsets[index + 1] - parts->offsets[index]);
  uint8_t *in = brg_alloc_in (pool, n_in + BRG_CODEC_TAIL, 1, error);
  BrgStatus status = in != NULL ? BRG_OK : BRG_NO_MEMORY;

  if (status == BRG_OK)
    status = brg_stream_read_at (parts->stream, parts->offsets[index], in, n_in, error);
  if (status == BRG_OK && !brg_codec_inflate (in, n_in, out, n_out))
    status = brg_error_set (error, BRG_FORMAT, "part %d is not sound", index);
  brg_free (in);
  if (status == BRG_OK)
    parts->crcs[index] = brg_codec_crc (0, out, n_out);
  return status;
}

BrgStatus
brg_image_parts_read (const BrgImageParts *parts,
                      int index,
                      uint8_t *out,
                      BrgPool *pool,
                      BrgError *error)
{
  size_t size = brg_image_parts_size (parts, index);
  BrgStatus status;

  if (parts->offsets != NULL)
    status = inflate_part (parts, index, out, pool, error);
  else
    status =
      brg_stream_read_at (parts->stream, (uint64_t) index * parts->part_bytes, out, size, error);
  if (status == BRG_OK)
    brg_image_samples_swap (out, size / parts->sample_size, parts->sample_size);
  return status;
}

bool
brg_image_parts_agree (const BrgImageParts *parts)
{
  uint8_t trailer[BRG_GZIP_TRAILER];
  uLong crc = 0;

  if (parts->offsets == NULL)
    return true;
  for (int p = 0; p < parts->n_parts; p++)
    crc = crc32_combine (crc, parts->crcs[p], (z_off_t) brg_image_parts_size (parts, p));
  return brg_stream_read_at (parts->stream, parts->offsets[parts->n_parts], trailer, sizeof trailer,
                             NULL) == BRG_OK &&
         trailer[0] == 3 && trailer[1] == 0 && brg_gzip_le32 (trailer + 2) == (uint32_t) crc &&
         brg_gzip_le32 (trailer + 6) == (uint32_t) parts->n_bytes;
}
