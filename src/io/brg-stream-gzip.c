#include <string.h>

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

static BrgStatus
corrupt (const char *how, BrgError *error)
{
  return brg_error_set (error, BRG_FORMAT, "the gzip data is corrupt (%s)", how);
}

static BrgStatus
cut_off (BrgError *error)
{
  return brg_error_set (error, BRG_FORMAT, "the gzip data is cut off");
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
        return cut_off (error);
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
    return corrupt ("header crc mismatch", error);
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
    return corrupt ("incorrect header check", error);
  if (fixed[2] != 8)
    return corrupt ("unknown compression method", error);
  if (fixed[3] & FLAGS_UNKNOWN)
    return corrupt ("unknown header flags set", error);
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

/* Compares what was inflated with what the member says of it. */
static BrgStatus
end_member (BrgStream *stream, const BrgInflateStep *step, BrgError *error)
{
  uint8_t trailer[8];

  memcpy (trailer, step->rest, step->n_rest);
  BrgStatus status = take (stream, trailer + step->n_rest, sizeof trailer - step->n_rest, error);
  if (status != BRG_OK)
    return status;
  if (brg_gzip_le32 (trailer) != stream->crc)
    return corrupt ("incorrect data check", error);
  if (brg_gzip_le32 (trailer + 4) != stream->n_inflated)
    return corrupt ("incorrect length check", error);
  stream->in_member = false;
  return BRG_OK;
}

/* After a member: starts the next one if there is one. */
static BrgStatus
next_member (BrgStream *stream, bool *found, BrgError *error)
{
  BrgStatus status = BRG_OK;
  size_t kept = stream->end - stream->at;

  *found = false;
  if (brg_stream_left (stream) < 2)
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
    return corrupt (why.message, error);
  if (status != BRG_OK)
    return brg_error_set (error, status, "%s", why.message);
  stream->at = stream->end - step.n_in;
  *n = size - step.n_out;
  stream->crc = brg_codec_crc (stream->crc, bytes, *n);
  stream->n_inflated += (uint32_t) *n;
  if (step.ended)
    return end_member (stream, &step, error);
  if (*n > 0 || step.n_in < available)
    return BRG_OK;
  return available == 0 ? cut_off (error) : corrupt ("bad stream", error);
}

BrgStatus
brg_stream_start_gzip (BrgStream *stream, BrgError *error)
{
  stream->inflater = brg_inflater_new (error);
  stream->is_first_member = true;
  return stream->inflater != NULL ? BRG_OK : BRG_NO_MEMORY;
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
      return start_member (stream, error);
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
        status = brg_error_set (error, BRG_FORMAT,
                                "the gzip data ends %zu bytes before all voxels are read", size);
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
  bool found = true;

  for (*n = 0; found;)
    {
      size_t n_some = 0;
      BrgStatus status = ensure_member (stream, &found, error);

      if (status == BRG_OK && found)
        status = inflate_some (stream, scratch, sizeof scratch, &n_some, error);
      *n += n_some;
      if (status == BRG_OK && *n > MAX_SURPLUS)
        status = brg_error_set (error, BRG_FORMAT,
                                "inflates to more than 64 KiB beyond the voxels it declares");
      if (status != BRG_OK)
        return status;
    }
  return BRG_OK;
}
