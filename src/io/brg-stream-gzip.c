#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-gzip-index.h"
#include "io/brg-stream-private.h"

#define MAX_SURPLUS ((uint64_t) 64 * 1024)

enum
{
  FLAG_HEADER_CRC = 2,
  FLAG_EXTRA = 4,
  FLAG_NAME = 8,
  FLAG_COMMENT = 16,
  FLAGS_UNKNOWN = 0xe0,
};

#define ZLIB_DICTIONARY 32

static const char *
name_of (const BrgStream *stream)
{
  return stream->is_zlib ? "zlib" : "gzip";
}

static BrgStatus
corrupt (const BrgStream *stream, const char *how, BrgError *error)
{
  return brg_error_set (error, BRG_FORMAT, "the %s data is corrupt (%s)", name_of (stream), how);
}

static BrgStatus
cut_off (const BrgStream *stream, BrgError *error)
{
  return brg_error_set (error, BRG_FORMAT, "the %s data is cut off", name_of (stream));
}

/* The next `size` bytes of the file as they are. */
static BrgStatus
take (BrgStream *stream, uint8_t *bytes, size_t size, BrgError *error)
{
  while (size > 0)
    {
      BrgStatus status = brg_stream_ensure_buffer (stream, error);
      size_t available = stream->end - stream->at, n = available < size ? available : size;

      if (status != BRG_OK)
        return status;
      if (n == 0)
        return cut_off (stream, error);
      memcpy (bytes, stream->buffer + stream->at, n);
      stream->at += n;
      bytes += n;
      size -= n;
    }
  return BRG_OK;
}

/* The same as part of a header, of which a checksum may be kept. */
static BrgStatus
take_header (BrgStream *stream, uint8_t *bytes, size_t size, BrgError *error)
{
  BrgStatus status = take (stream, bytes, size, error);

  if (status == BRG_OK)
    stream->crc = brg_codec_crc (stream->crc, bytes, size);
  return status;
}

static BrgStatus
skip_extra (BrgStream *stream, BrgError *error)
{
  uint8_t bytes[2];
  BrgStatus status = take_header (stream, bytes, 2, error);

  for (int left = bytes[0] | bytes[1] << 8; status == BRG_OK && left > 0; left--)
    status = take_header (stream, bytes, 1, error);
  return status;
}

static BrgStatus
skip_text (BrgStream *stream, BrgError *error)
{
  uint8_t byte = 0;
  BrgStatus status;

  do
    status = take_header (stream, &byte, 1, error);
  while (status == BRG_OK && byte != 0);
  return status;
}

static BrgStatus
check_header_crc (BrgStream *stream, BrgError *error)
{
  uint32_t crc = stream->crc & 0xffff;
  uint8_t bytes[2];
  BrgStatus status = take (stream, bytes, 2, error);

  if (status == BRG_OK && crc != (uint32_t) (bytes[0] | bytes[1] << 8))
    return corrupt (stream, "header crc mismatch", error);
  return status;
}

static BrgStatus
start_member (BrgStream *stream, BrgError *error)
{
  uint8_t fixed[BRG_GZIP_PLAIN_HEADER];

  stream->crc = 0;
  BrgStatus status = take_header (stream, fixed, sizeof fixed, error);
  if (status != BRG_OK)
    return status;
  if (fixed[0] != 0x1f || fixed[1] != 0x8b)
    return corrupt (stream, "incorrect header check", error);
  if (fixed[2] != 8)
    return corrupt (stream, "unknown compression method", error);
  if (fixed[3] & FLAGS_UNKNOWN)
    return corrupt (stream, "unknown header flags set", error);
  if (fixed[3] & FLAG_EXTRA)
    status = skip_extra (stream, error);
  if (status == BRG_OK && fixed[3] & FLAG_NAME)
    status = skip_text (stream, error);
  if (status == BRG_OK && fixed[3] & FLAG_COMMENT)
    status = skip_text (stream, error);
  if (status == BRG_OK && fixed[3] & FLAG_HEADER_CRC)
    status = check_header_crc (stream, error);
  brg_inflater_reset (stream->inflater);
  stream->in_member = true;
  stream->crc = stream->n_inflated = 0;
  return status;
}

static BrgStatus
start_zlib (BrgStream *stream, BrgError *error)
{
  uint8_t header[2];
  BrgStatus status = take (stream, header, sizeof header, error);

  if (status != BRG_OK)
    return status;
  if ((header[0] << 8 | header[1]) % 31 != 0)
    return corrupt (stream, "incorrect header check", error);
  if ((header[0] & 15) != 8 || header[0] >> 4 > 7)
    return corrupt (stream, "unknown compression method", error);
  if (header[1] & ZLIB_DICTIONARY)
    return corrupt (stream, "unknown dictionary", error);
  brg_inflater_reset (stream->inflater);
  stream->in_member = true;
  stream->crc = 1;
  return BRG_OK;
}

/* The bytes that follow a member: those the inflater took already, and more of the file. */
static BrgStatus
take_trailer (BrgStream *stream,
              const BrgInflateStep *step,
              uint8_t *trailer,
              size_t size,
              BrgError *error)
{
  size_t n = step->n_rest < size ? step->n_rest : size;

  memcpy (trailer, step->rest, n);
  stream->n_beyond = step->n_rest - n;
  return take (stream, trailer + n, size - n, error);
}

/* Compares what was inflated with what the member says of it. */
static BrgStatus
end_member (BrgStream *stream, const BrgInflateStep *step, BrgError *error)
{
  uint8_t trailer[8];
  BrgStatus status = take_trailer (stream, step, trailer, stream->is_zlib ? 4 : 8, error);

  if (status != BRG_OK)
    return status;
  stream->in_member = false;
  uint32_t crc = brg_gzip_le32 (trailer);
  if (stream->crc != (stream->is_zlib ? __builtin_bswap32 (crc) : crc))
    return corrupt (stream, "incorrect data check", error);
  if (!stream->is_zlib && brg_gzip_le32 (trailer + 4) != stream->n_inflated)
    return corrupt (stream, "incorrect length check", error);
  return BRG_OK;
}

/* After a member: starts the next one if there is one. */
static BrgStatus
next_member (BrgStream *stream, bool *found, BrgError *error)
{
  BrgStatus status = BRG_OK;
  size_t kept = stream->end - stream->at;

  *found = false;
  if (stream->is_zlib || brg_stream_left (stream) < 2)
    return BRG_OK;
  if (kept == 1)
    {
      unsigned char first = stream->buffer[stream->at];
      status = brg_stream_refill (stream, error);
      if (status != BRG_OK)
        return status;
      memmove (stream->buffer + 1, stream->buffer, stream->end);
      stream->buffer[0] = first;
      stream->end++;
    }
  else
    status = brg_stream_ensure_buffer (stream, error);
  if (status != BRG_OK || stream->buffer[stream->at] != 0x1f ||
      stream->buffer[stream->at + 1] != 0x8b)
    return status;
  *found = true;
  return start_member (stream, error);
}

/* One step of the inflater, at most `size` bytes, counted in *n. */
static BrgStatus
inflate_some (BrgStream *stream, uint8_t *bytes, size_t size, size_t *n, BrgError *error)
{
  BrgError why = { .status = BRG_OK };
  BrgStatus status = brg_stream_ensure_buffer (stream, error);
  size_t available = stream->end - stream->at;
  BrgInflateStep step = {
    .in = stream->buffer + stream->at, .n_in = available, .out = bytes, .n_out = size
  };

  *n = 0;
  if (status != BRG_OK)
    return status;
  status = brg_inflater_run (stream->inflater, &step, &why);
  if (status == BRG_FORMAT)
    return corrupt (stream, why.message, error);
  if (status != BRG_OK)
    return brg_error_set (error, status, "%s", why.message);
  stream->at = stream->end - step.n_in;
  *n = size - step.n_out;
  stream->crc = stream->is_zlib ? brg_codec_adler (stream->crc, bytes, *n)
                                : brg_codec_crc (stream->crc, bytes, *n);
  stream->n_inflated += (uint32_t) *n;
  if (step.ended)
    return end_member (stream, &step, error);
  if (*n > 0 || step.n_in < available)
    return BRG_OK;
  return available == 0 ? cut_off (stream, error) : corrupt (stream, "bad stream", error);
}

BrgStatus
brg_stream_start_gzip (BrgStream *stream, BrgError *error)
{
  stream->inflater = brg_inflater_new (error);
  stream->is_first_member = true;
  return stream->inflater != NULL ? BRG_OK : BRG_NO_MEMORY;
}

BrgStatus
brg_stream_start_zlib (BrgStream *stream, BrgError *error)
{
  stream->is_zlib = true;
  return brg_stream_start_gzip (stream, error);
}

/* Before the first member: one must follow. After a member: *found tells. */
static BrgStatus
ensure_member (BrgStream *stream, bool *found, BrgError *error)
{
  *found = true;
  if (stream->in_member)
    return BRG_OK;
  if (stream->is_first_member)
    {
      stream->is_first_member = false;
      return stream->is_zlib ? start_zlib (stream, error) : start_member (stream, error);
    }
  return next_member (stream, found, error);
}

BrgStatus
brg_stream_read_gzip (BrgStream *stream, uint8_t *bytes, size_t size, BrgError *error)
{
  while (size > 0)
    {
      bool found;
      size_t n = 0;
      BrgStatus status = ensure_member (stream, &found, error);

      if (status == BRG_OK && !found)
        status =
          brg_error_set (error, BRG_FORMAT, "the %s data ends %zu bytes before all voxels are read",
                         name_of (stream), size);
      if (status == BRG_OK)
        status = inflate_some (stream, bytes, size, &n, error);
      if (status != BRG_OK)
        return status;
      bytes += n;
      size -= n;
    }
  return BRG_OK;
}

BrgStatus
brg_stream_finish_gzip (BrgStream *stream, uint64_t *n, BrgError *error)
{
  uint8_t scratch[4096];
  BrgStatus status = BRG_OK;
  bool found = true;

  for (*n = 0; status == BRG_OK && found;)
    {
      size_t n_some = 0;
      status = ensure_member (stream, &found, error);

      if (status == BRG_OK && found)
        status = inflate_some (stream, scratch, sizeof scratch, &n_some, error);
      *n += n_some;
      if (status == BRG_OK && *n > MAX_SURPLUS)
        status = brg_error_set (error, BRG_FORMAT,
                                "inflates to more than 64 KiB beyond the voxels it declares");
    }
  brg_wipe (scratch, sizeof scratch);
  return status;
}
