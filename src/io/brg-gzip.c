#include "io/brg-gzip.h"

#include <zlib.h>

#include "engine/brg-alloc.h"
#include "engine/brg-parallel.h"

#define SLAB_BYTES   ((size_t) 1024 * 1024) /* least uncompressed size of a slab */
#define BATCH_BYTES  ((size_t) 64 * 1024)   /* least input of one deflate() */
#define FIRST_ROOM   ((size_t) 64 * 1024)
#define LEVEL        1
#define MEMORY_LEVEL 8

typedef struct
{
  uint8_t *bytes; /* deflated, ends on a byte boundary, is not the last block */
  size_t size, room;
  uint64_t n_input;
  uint32_t crc;
} Slab;

typedef struct
{
  BrgGzipRow row;
  const void *data;
  size_t row_bytes;
  int n_y;
  Slab *slabs;
} Run;

static BrgStatus
make_room (Slab *slab, BrgError *error)
{
  size_t room = slab->room == 0 ? FIRST_ROOM : slab->room * 2;
  uint8_t *bytes = brg_alloc_grow (slab->bytes, slab->size, room, 1, error);

  if (bytes == NULL)
    return BRG_NO_MEMORY;
  slab->bytes = bytes;
  slab->room = room;
  return BRG_OK;
}

/* Feeds `size` bytes; with Z_SYNC_FLUSH all of the output comes out. */
static BrgStatus
deflate_bytes (z_stream *z, Slab *slab, uint8_t *bytes, size_t size, int mode, BrgError *error)
{
  z->next_in = bytes;
  z->avail_in = (uInt) size;
  slab->crc = (uint32_t) crc32_z (slab->crc, bytes, size);
  slab->n_input += size;
  do
    {
      if (slab->room - slab->size < FIRST_ROOM / 4 && make_room (slab, error) != BRG_OK)
        return BRG_NO_MEMORY;
      size_t free_bytes = slab->room - slab->size;
      uInt offered = free_bytes > ((uInt) 1 << 30) ? (uInt) 1 << 30 : (uInt) free_bytes;
      z->next_out = slab->bytes + slab->size;
      z->avail_out = offered;
      deflate (z, mode);
      slab->size += offered - z->avail_out;
    }
  while (z->avail_out == 0 || z->avail_in > 0);
  return BRG_OK;
}

static BrgStatus
deflate_slices (const Run *run, z_stream *z, Slab *slab, int begin, int end, BrgError *error)
{
  size_t n_rows = BATCH_BYTES / run->row_bytes + 1, used = 0;
  uint8_t *batch = brg_alloc (n_rows, run->row_bytes, error);
  BrgStatus status = batch != NULL ? BRG_OK : BRG_NO_MEMORY;

  for (int z_slice = begin; status == BRG_OK && z_slice < end; z_slice++)
    for (int y = 0; status == BRG_OK && y < run->n_y; y++)
      {
        run->row (run->data, y, z_slice, batch + used * run->row_bytes);
        if (++used < n_rows)
          continue;
        status = deflate_bytes (z, slab, batch, used * run->row_bytes, Z_NO_FLUSH, error);
        used = 0;
      }
  if (status == BRG_OK)
    status = deflate_bytes (z, slab, batch, used * run->row_bytes, Z_SYNC_FLUSH, error);
  brg_free (batch);
  return status;
}

static BrgStatus
deflate_slab (void *data, int index, int begin, int end, BrgError *error)
{
  Run *run = data;
  Slab *slab = &run->slabs[index];
  z_stream z = { 0 };

  if (deflateInit2 (&z, LEVEL, Z_DEFLATED, -MAX_WBITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
    return brg_error_set (error, BRG_NO_MEMORY, "not enough memory for gzip");
  BrgStatus status = deflate_slices (run, &z, slab, begin, end, error);
  deflateEnd (&z);
  if (status != BRG_OK)
    return status;
  uint8_t *fitted = brg_alloc_grow (slab->bytes, slab->size, slab->size, 1, NULL);
  if (fitted != NULL)
    slab->bytes = fitted;
  return BRG_OK;
}

static void
put_le32 (uint8_t *bytes, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    bytes[i] = (uint8_t) (value >> (8 * i));
}

/* Header, slabs in order, an empty last block, CRC and size. */
static BrgStatus
write_member (BrgOutput *output, const Slab *slabs, int n_slabs, BrgError *error)
{
  static const uint8_t header[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255 };
  uint8_t trailer[10] = { 3, 0 };
  uLong crc = 0;
  uint64_t n_input = 0;
  BrgStatus status = brg_output_write (output, header, sizeof header, error);

  for (int s = 0; status == BRG_OK && s < n_slabs; s++)
    {
      status = brg_output_write (output, slabs[s].bytes, slabs[s].size, error);
      crc = crc32_combine (crc, slabs[s].crc, (z_off_t) slabs[s].n_input);
      n_input += slabs[s].n_input;
    }
  put_le32 (trailer + 2, (uint32_t) crc);
  put_le32 (trailer + 6, (uint32_t) n_input);
  if (status == BRG_OK)
    status = brg_output_write (output, trailer, sizeof trailer, error);
  return status;
}

BrgStatus
brg_gzip_write (BrgOutput *output,
                BrgGzipRow row,
                const void *data,
                size_t row_bytes,
                int n_y,
                int n_z,
                BrgJob *job,
                BrgError *error)
{
  size_t slab_slices = SLAB_BYTES / (row_bytes * (size_t) n_y) + 1;
  int slab_size = slab_slices < (size_t) n_z ? (int) slab_slices : n_z;
  int n_slabs = brg_parallel_n_slabs (n_z, slab_size);
  Run run = { .row = row, .data = data, .row_bytes = row_bytes, .n_y = n_y };

  run.slabs = brg_alloc_zero ((size_t) n_slabs, sizeof *run.slabs, error);
  if (run.slabs == NULL)
    return BRG_NO_MEMORY;
  BrgStatus status = brg_parallel_slabs (n_z, slab_size, deflate_slab, &run, job, error);
  if (status == BRG_OK)
    status = write_member (output, run.slabs, n_slabs, error);
  for (int s = 0; s < n_slabs; s++)
    brg_free (run.slabs[s].bytes);
  brg_free (run.slabs);
  return status;
}
