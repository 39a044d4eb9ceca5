#include "io/brg-codec.h"

#include <string.h>
#include <zlib.h>

#include "engine/brg-alloc.h"

#define LEVEL        1
#define MEMORY_LEVEL 8
#define MEMORY_HEAD  ((size_t) 64)
#define MAX_STEP     ((size_t) 1 << 30) /* zlib counts in 32 bits */

struct BrgInflater
{
  z_stream z;
};

uint32_t
brg_codec_crc (uint32_t crc, const void *bytes, size_t size)
{
  return (uint32_t) crc32_z (crc, bytes, size);
}

uint32_t
brg_codec_adler (uint32_t adler, const void *bytes, size_t size)
{
  return (uint32_t) adler32_z (adler, bytes, size);
}

BrgStatus
brg_codec_deflate (BrgPool *pool,
                   const uint8_t *bytes,
                   size_t size,
                   uint8_t **out,
                   size_t *n_out,
                   BrgError *error)
{
  z_stream z = { 0 };

  if (deflateInit2 (&z, LEVEL, Z_DEFLATED, -MAX_WBITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
    return brg_error_set (error, BRG_NO_MEMORY, "not enough memory for gzip");
  uLong room = deflateBound (&z, size) + 16; /* the flush has a few bytes of its own */
  *out = brg_alloc_in (pool, room, 1, error);
  if (*out == NULL)
    {
      deflateEnd (&z);
      return BRG_NO_MEMORY;
    }
  z.next_in = (Bytef *) bytes;
  z.avail_in = (uInt) size;
  z.next_out = *out;
  z.avail_out = (uInt) room;
  deflate (&z, Z_FULL_FLUSH);
  *n_out = room - z.avail_out;
  deflateEnd (&z);
  return BRG_OK;
}

/* zlib keeps the last 32 KiB it gave: of a file whose header is in them too. A buffer begins with
 * its size. */
static voidpf
take_memory (voidpf data, uInt count, uInt size)
{
  size_t bytes = (size_t) count * size;
  uint8_t *buffer = brg_alloc (bytes + MEMORY_HEAD, 1, NULL);

  (void) data;
  if (buffer == NULL)
    return NULL;
  memcpy (buffer, &bytes, sizeof bytes);
  return buffer + MEMORY_HEAD;
}

static void
wipe_memory (voidpf data, voidpf memory)
{
  uint8_t *buffer = (uint8_t *) memory - MEMORY_HEAD;
  size_t bytes;

  (void) data;
  memcpy (&bytes, buffer, sizeof bytes);
  brg_wipe (buffer, bytes + MEMORY_HEAD);
  brg_free (buffer);
}

BrgInflater *
brg_inflater_new (BrgError *error)
{
  BrgInflater *inflater = brg_alloc_zero (1, sizeof *inflater, error);

  if (inflater == NULL)
    return NULL;
  inflater->z.zalloc = take_memory;
  inflater->z.zfree = wipe_memory;
  if (inflateInit2 (&inflater->z, -MAX_WBITS) == Z_OK)
    return inflater;
  brg_error_set (error, BRG_NO_MEMORY, "not enough memory for gzip");
  brg_free (inflater);
  return NULL;
}

void
brg_inflater_free (BrgInflater *inflater)
{
  if (inflater == NULL)
    return;
  inflateEnd (&inflater->z);
  brg_free (inflater);
}

void
brg_inflater_reset (BrgInflater *inflater)
{
  inflateReset (&inflater->z);
}

BrgStatus
brg_inflater_run (BrgInflater *inflater, BrgInflateStep *step, BrgError *error)
{
  z_stream *z = &inflater->z;
  size_t n_in = step->n_in < MAX_STEP ? step->n_in : MAX_STEP;
  size_t n_out = step->n_out < MAX_STEP ? step->n_out : MAX_STEP;

  z->next_in = (Bytef *) step->in;
  z->avail_in = (uInt) n_in;
  z->next_out = step->out;
  z->avail_out = (uInt) n_out;
  int result = inflate (z, Z_NO_FLUSH);
  step->in = z->next_in;
  step->n_in -= n_in - z->avail_in;
  step->out = z->next_out;
  step->n_out -= n_out - z->avail_out;
  step->ended = result == Z_STREAM_END;
  step->n_rest = 0;
  if (result == Z_MEM_ERROR)
    return brg_error_set (error, BRG_NO_MEMORY, "not enough memory for gzip");
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
    return brg_error_set (error, BRG_FORMAT, "%s", z->msg != NULL ? z->msg : "bad stream");
  return BRG_OK;
}
