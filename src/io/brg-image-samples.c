#include "io/brg-image-samples.h"

#include <math.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"
#include "io/brg-number.h"

struct BrgImageSamples
{
  const BrgImageHeader *header;
  BrgStream *attached;   /* borrowed */
  BrgStream *detached;   /* the open data file, or NULL */
  int next_file;         /* index of the data file to open next */
  uint64_t left_in_file; /* samples of the present file still to be read */
  uint64_t surplus;      /* bytes that files held beyond their samples */
};

BrgStream *
brg_image_samples_stream (const BrgImageSamples *samples)
{
  return samples->detached != NULL ? samples->detached : samples->attached;
}

/* Least number of bytes that n samples take in the file (or inflated). */
static uint64_t
least_bytes (const BrgImageHeader *header, uint64_t n)
{
  uint64_t size = brg_image_type_size (header->type);

  if (header->encoding == BRG_IMAGE_TEXT)
    return 2 * n - 1;
  return header->encoding == BRG_IMAGE_HEX ? 2 * size * n : size * n;
}

/* Moves from the beginning of a file (or the end of the header) to the first of n samples. */
static BrgStatus
start_data (const BrgImageHeader *header, BrgStream *stream, uint64_t n, BrgError *error)
{
  uint64_t need = least_bytes (header, n);
  bool is_deflated = header->encoding == BRG_IMAGE_GZIP || header->encoding == BRG_IMAGE_ZLIB;
  BrgStatus status = BRG_OK;

  for (int64_t line = 0; status == BRG_OK && line < header->line_skip; line++)
    status = brg_stream_skip_line (stream, error);
  if (status == BRG_OK && header->encoding == BRG_IMAGE_GZIP && !header->is_inflated)
    status = brg_stream_start_gzip (stream, error);
  if (status == BRG_OK && header->encoding == BRG_IMAGE_ZLIB)
    status = brg_stream_start_zlib (stream, error);
  if (status == BRG_OK && (is_deflated || header->byte_skip < 0))
    status = brg_stream_check_size (stream, need, error);
  if (status != BRG_OK)
    return status;
  uint64_t skip =
    header->byte_skip >= 0 ? (uint64_t) header->byte_skip : brg_stream_left (stream) - need;
  status = brg_stream_skip (stream, skip, error);
  if (status == BRG_OK && !is_deflated)
    status = brg_stream_check_size (stream, need, error);
  return status;
}

static BrgStatus
finish_file (BrgImageSamples *samples, BrgError *error)
{
  uint64_t surplus = 0;
  BrgStatus status = brg_stream_finish (brg_image_samples_stream (samples), &surplus, error);

  samples->surplus += surplus;
  brg_stream_close (samples->detached);
  samples->detached = NULL;
  return status;
}

static BrgStatus
open_next_file (BrgImageSamples *samples, BrgError *error)
{
  const BrgImageHeader *header = samples->header;
  uint64_t n = brg_image_header_n_samples (header) / (uint64_t) header->n_files;
  const char *name = header->files[samples->next_file++];
  BrgError local = { .status = BRG_OK };

  samples->detached = brg_stream_open_beside (samples->attached, name, &local);
  if (samples->detached != NULL)
    start_data (header, samples->detached, n, &local);
  samples->left_in_file = n;
  if (local.status == BRG_OK)
    return BRG_OK;
  if (error != NULL)
    *error = local;
  char shown[100];
  brg_message_clean (shown, sizeof shown, name, 1);
  brg_error_prefix (error, shown);
  return local.status;
}

static BrgStatus
start (BrgImageSamples *samples, BrgError *error)
{
  const BrgImageHeader *header = samples->header;
  uint64_t n = brg_image_header_n_samples (header);

  if (header->n_files == 0)
    {
      samples->left_in_file = n;
      return start_data (header, samples->attached, n, error);
    }
  if (n % (uint64_t) header->n_files != 0)
    return brg_error_set (error, BRG_FORMAT, "%llu samples cannot be in %d files of equal size",
                          (unsigned long long) n, header->n_files);
  return open_next_file (samples, error);
}

BrgImageSamples *
brg_image_samples_open (const BrgImageHeader *header, BrgStream *stream, BrgError *error)
{
  BrgImageSamples *samples = brg_alloc (1, sizeof *samples, error);

  if (samples == NULL)
    return NULL;
  *samples = (BrgImageSamples){ .header = header, .attached = stream };
  if (start (samples, error) != BRG_OK)
    {
      brg_image_samples_close (samples);
      return NULL;
    }
  return samples;
}

static bool
is_separator (int c)
{
  return c == ' ' || c == ',' || (c >= '\t' && c <= '\r');
}

/* Reads one number and the separator after it. */
static BrgStatus
read_number (BrgStream *stream, BrgImageType type, double *value, BrgError *error)
{
  char word[64];
  size_t length = 0;
  BrgError reading = { .status = BRG_OK };
  int c;

  do
    c = brg_stream_get (stream, &reading);
  while (c >= 0 && is_separator (c));
  for (; c >= 0 && !is_separator (c); c = brg_stream_get (stream, &reading))
    if (length < sizeof word)
      word[length++] = (char) c;
  if (reading.status != BRG_OK)
    return brg_error_set (error, reading.status, "%s", reading.message);
  if (length == 0)
    return brg_error_set (error, BRG_FORMAT, "the text ends before all voxels are read");
  if (length == sizeof word || !brg_number_parse (word, length, value))
    return brg_error_set (error, BRG_FORMAT, "a voxel in the text is not a number");
  if (type < BRG_IMAGE_FLOAT && rint (*value) != *value)
    return brg_error_set (error, BRG_FORMAT, "a voxel in the text is %g, not an integer", *value);
  return BRG_OK;
}

static BrgStatus
read_text (BrgImageSamples *samples, double *out, size_t n, BrgError *error)
{
  BrgStatus status = BRG_OK;

  for (size_t i = 0; status == BRG_OK && i < n; i++)
    status =
      read_number (brg_image_samples_stream (samples), samples->header->type, &out[i], error);
  return status;
}

static int
hex_digit (int c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static BrgStatus
read_hex (BrgStream *stream, uint8_t *out, size_t n_bytes, BrgError *error)
{
  for (size_t i = 0; i < 2 * n_bytes; i++)
    {
      BrgError reading = { .status = BRG_OK };
      int c;
      do
        c = brg_stream_get (stream, &reading);
      while (c >= 0 && is_separator (c));
      if (reading.status != BRG_OK)
        return brg_error_set (error, reading.status, "%s", reading.message);
      int digit = hex_digit (c);
      if (digit < 0)
        return brg_error_set (error, BRG_FORMAT, "the hex data is cut off or not hex");
      out[i / 2] = (uint8_t) (i % 2 == 0 ? digit << 4 : out[i / 2] | digit);
    }
  return BRG_OK;
}

#define SWAP(TYPE, SWAPPED)                                                                        \
  for (size_t i = 0; i < n; i++)                                                                   \
    {                                                                                              \
      TYPE sample;                                                                                 \
      memcpy (&sample, bytes + i * sizeof sample, sizeof sample);                                  \
      sample = SWAPPED (sample);                                                                   \
      memcpy (bytes + i * sizeof sample, &sample, sizeof sample);                                  \
    }                                                                                              \
  break

void
brg_image_samples_swap (uint8_t *bytes, size_t n, size_t size)
{
  switch (size)
    {
    case 2:
      SWAP (uint16_t, __builtin_bswap16);
    case 4:
      SWAP (uint32_t, __builtin_bswap32);
    case 8:
      SWAP (uint64_t, __builtin_bswap64);
    default:
      break;
    }
}

static BrgStatus
read_binary (BrgImageSamples *samples, void *out, size_t n, BrgError *error)
{
  const BrgImageHeader *header = samples->header;
  size_t size = brg_image_type_size (header->type);
  bool host_is_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
  BrgStatus status;

  if (header->encoding == BRG_IMAGE_HEX)
    status = read_hex (brg_image_samples_stream (samples), out, n * size, error);
  else
    status = brg_stream_read (brg_image_samples_stream (samples), out, n * size, error);
  if (status == BRG_OK && size > 1 && header->big_endian != host_is_big)
    brg_image_samples_swap (out, n, size);
  return status;
}

BrgStatus
brg_image_samples_read (BrgImageSamples *samples, void *out, size_t n, BrgError *error)
{
  size_t size = brg_image_type_size (brg_image_samples_type (samples->header));
  uint8_t *to = out;
  BrgStatus status = BRG_OK;

  while (status == BRG_OK && n > 0)
    {
      size_t chunk = samples->left_in_file < n ? (size_t) samples->left_in_file : n;
      if (samples->header->encoding == BRG_IMAGE_TEXT)
        status = read_text (samples, (double *) (void *) to, chunk, error);
      else
        status = read_binary (samples, to, chunk, error);
      to += chunk * size;
      n -= chunk;
      samples->left_in_file -= chunk;
      if (status == BRG_OK && samples->left_in_file == 0 &&
          samples->next_file < samples->header->n_files)
        {
          status = finish_file (samples, error);
          if (status == BRG_OK)
            status = open_next_file (samples, error);
        }
    }
  return status;
}

BrgStatus
brg_image_samples_pass (BrgImageSamples *samples, BrgError *error)
{
  BrgStream *stream = brg_image_samples_stream (samples);
  uint64_t size = brg_image_type_size (samples->header->type) * samples->left_in_file;

  samples->left_in_file = 0;
  return brg_stream_pass (
    stream, samples->header->encoding == BRG_IMAGE_GZIP ? brg_stream_left (stream) : size, error);
}

BrgStatus
brg_image_samples_finish (BrgImageSamples *samples, BrgImageInfo *info, BrgError *error)
{
  bool is_text =
    samples->header->encoding == BRG_IMAGE_TEXT || samples->header->encoding == BRG_IMAGE_HEX;
  BrgStatus status = finish_file (samples, error);

  /* A line end or two after text are part of it. */
  if (status == BRG_OK && samples->surplus > (is_text ? 2 : 0))
    brg_image_warn (info, "%llu bytes after the voxels were ignored",
                    (unsigned long long) samples->surplus);
  return status;
}

void
brg_image_samples_close (BrgImageSamples *samples)
{
  if (samples == NULL)
    return;
  brg_stream_close (samples->detached);
  brg_free (samples);
}

BrgImageType
brg_image_samples_type (const BrgImageHeader *header)
{
  return header->encoding == BRG_IMAGE_TEXT ? BRG_IMAGE_DOUBLE : header->type;
}

#define CONVERT(TYPE)                                                                              \
  for (size_t i = 0; i < n; i++)                                                                   \
    out[i] = (double) ((const TYPE *) samples)[i];                                                 \
  break

void
brg_image_samples_to_double (BrgImageType type, const void *samples, size_t n, double *out)
{
  switch (type)
    {
    case BRG_IMAGE_INT8:
      CONVERT (int8_t);
    case BRG_IMAGE_UINT8:
      CONVERT (uint8_t);
    case BRG_IMAGE_INT16:
      CONVERT (int16_t);
    case BRG_IMAGE_UINT16:
      CONVERT (uint16_t);
    case BRG_IMAGE_INT32:
      CONVERT (int32_t);
    case BRG_IMAGE_UINT32:
      CONVERT (uint32_t);
    case BRG_IMAGE_INT64:
      CONVERT (int64_t);
    case BRG_IMAGE_UINT64:
      CONVERT (uint64_t);
    case BRG_IMAGE_FLOAT:
      CONVERT (float);
    case BRG_IMAGE_DOUBLE:
      CONVERT (double);
    }
}
