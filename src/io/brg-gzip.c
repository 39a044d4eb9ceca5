#include "io/brg-gzip.h"

#include <pthread.h>
#include <zlib.h>

#include "engine/brg-alloc.h"
#include "engine/brg-parallel.h"
#include "io/brg-codec.h"
#include "io/brg-gzip-index.h"

#define PIECE_BYTES ((size_t) 1024 * 1024) /* about the inflated size of a piece */

typedef struct
{
  uint8_t *bytes; /* deflated; NULL before it is ready and after it is written */
  size_t n_bytes, n_input;
  uint32_t crc;
  bool ready;
} Piece;

typedef struct
{
  BrgGzipRow row;
  const void *data;
  size_t row_bytes;
  uint64_t n_y, n_rows, piece_rows;
  BrgPool *pool;
  BrgOutput *output;
  size_t n_pieces;
  Piece *pieces;
  pthread_mutex_t lock;
  size_t next;     /* the first piece without a place in the file; guarded by lock, as is */
  uint64_t offset; /* that place */
} Run;

/* Writes every piece whose place is known by now: its own if the one before it is ready, and those
 * that waited for it. */
static BrgStatus
write_ready (Run *run, BrgError *error)
{
  BrgStatus status = BRG_OK;

  pthread_mutex_lock (&run->lock);
  while (status == BRG_OK && run->next < run->n_pieces && run->pieces[run->next].ready)
    {
      Piece *piece = &run->pieces[run->next++];
      uint64_t offset = run->offset;
      run->offset += piece->n_bytes;
      pthread_mutex_unlock (&run->lock);
      status = brg_output_write_at (run->output, offset, piece->bytes, piece->n_bytes, error);
      brg_free (piece->bytes);
      piece->bytes = NULL;
      pthread_mutex_lock (&run->lock);
    }
  pthread_mutex_unlock (&run->lock);
  return status;
}

static BrgStatus
deflate_rows (const Run *run, Piece *piece, uint64_t begin, uint64_t end, BrgError *error)
{
  uint8_t *rows = brg_alloc_in (run->pool, (size_t) (end - begin), run->row_bytes, error);

  if (rows == NULL)
    return BRG_NO_MEMORY;
  for (uint64_t r = begin; r < end; r++)
    run->row (run->data, (int) (r % run->n_y), (int) (r / run->n_y),
              rows + (r - begin) * run->row_bytes);
  piece->n_input = (size_t) (end - begin) * run->row_bytes;
  piece->crc = brg_codec_crc (0, rows, piece->n_input);
  BrgStatus status =
    brg_codec_deflate (run->pool, rows, piece->n_input, &piece->bytes, &piece->n_bytes, error);
  brg_free (rows);
  return status;
}

static BrgStatus
do_piece (void *data, int index, int begin, int end, BrgError *error)
{
  Run *run = data;
  Piece *piece = &run->pieces[index];
  uint64_t first = (uint64_t) begin * run->piece_rows, last = (uint64_t) end * run->piece_rows;
  BrgStatus status =
    deflate_rows (run, piece, first, last < run->n_rows ? last : run->n_rows, error);

  if (status != BRG_OK)
    return status;
  pthread_mutex_lock (&run->lock);
  piece->ready = true;
  pthread_mutex_unlock (&run->lock);
  return write_ready (run, error);
}

static BrgStatus
write_header (const Run *run, uint64_t offset, BrgError *error)
{
  size_t size = brg_gzip_header_size (run->n_pieces);
  uint8_t *header = brg_alloc (size, 1, error);
  uint32_t *deflated = brg_alloc (run->n_pieces, sizeof *deflated, error);
  BrgStatus status = header != NULL && deflated != NULL ? BRG_OK : BRG_NO_MEMORY;

  if (status == BRG_OK)
    {
      for (size_t p = 0; p < run->n_pieces; p++)
        deflated[p] = (uint32_t) run->pieces[p].n_bytes;
      brg_gzip_put_header (header, (size_t) run->piece_rows * run->row_bytes, deflated,
                           run->n_pieces);
      status = brg_output_write_at (run->output, offset, header, size, error);
    }
  brg_free (header);
  brg_free (deflated);
  return status;
}

/* An empty last block, CRC and size. */
static BrgStatus
write_trailer (const Run *run, BrgError *error)
{
  uint8_t trailer[BRG_GZIP_TRAILER] = { 3, 0 };
  uLong crc = 0;
  uint64_t n_input = 0;

  for (size_t p = 0; p < run->n_pieces; p++)
    {
      crc = crc32_combine (crc, run->pieces[p].crc, (z_off_t) run->pieces[p].n_input);
      n_input += run->pieces[p].n_input;
    }
  brg_gzip_put_le32 (trailer + 2, (uint32_t) crc);
  brg_gzip_put_le32 (trailer + 6, (uint32_t) n_input);
  return brg_output_write_at (run->output, run->offset, trailer, sizeof trailer, error);
}

static BrgStatus
write_member (Run *run, BrgJob *job, BrgError *error)
{
  uint64_t offset = brg_output_size (run->output);

  run->offset = offset + brg_gzip_header_size (run->n_pieces);
  BrgStatus status = brg_parallel_slabs ((int) run->n_pieces, 1, do_piece, run, job, error);
  if (status == BRG_OK)
    status = write_header (run, offset, error);
  return status == BRG_OK ? write_trailer (run, error) : status;
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
  Run run = { .row = row, .data = data, .row_bytes = row_bytes, .n_y = (uint64_t) n_y };

  run.n_rows = run.n_y * (uint64_t) n_z;
  run.piece_rows = PIECE_BYTES / row_bytes + 1;
  run.n_pieces = (size_t) ((run.n_rows - 1) / run.piece_rows + 1);
  run.output = output;
  run.pool = brg_job_pool (job);
  run.pieces = brg_alloc_zero (run.n_pieces, sizeof *run.pieces, error);
  if (run.pieces == NULL)
    return BRG_NO_MEMORY;
  pthread_mutex_init (&run.lock, NULL);
  BrgStatus status = write_member (&run, job, error);
  pthread_mutex_destroy (&run.lock);
  for (size_t p = 0; p < run.n_pieces; p++)
    brg_free (run.pieces[p].bytes);
  brg_free (run.pieces);
  return status;
}
