#include "io/brg-codec.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "engine/brg-alloc.h"

#define LEVEL      2 /* as fast as 1 and smaller; 3 is half as fast and larger */
#define LEVEL_SIZE ((size_t) ISAL_DEF_LVL2_EXTRA_LARGE)
#define MAX_STEP   ((size_t) 1 << 30) /* ISA-L counts in 32 bits */
#define BLOCK_ROOM ((size_t) 4096)    /* for heads of blocks and the flush */

struct BrgInflater
{
  struct inflate_state state;
};

/* What deflating works in. */
typedef struct
{
  struct isal_zstream z;
  uint8_t level[LEVEL_SIZE];
} Deflater;

uint32_t
brg_codec_crc (uint32_t crc, const void *bytes, size_t size)
{
  return crc32_gzip_refl (crc, bytes, size);
}

static void
start (Deflater *deflater, const uint8_t *bytes, size_t size)
{
  isal_deflate_init (&deflater->z);
  deflater->z.level = LEVEL;
  deflater->z.level_buf = deflater->level;
  deflater->z.level_buf_size = LEVEL_SIZE;
  deflater->z.flush = FULL_FLUSH;
  deflater->z.next_in = (uint8_t *) bytes;
  deflater->z.avail_in = (uint32_t) size;
}

/* Deflates into *out, which grows until everything is in it. */
static BrgStatus
run (struct isal_zstream *z, size_t room, uint8_t **out, size_t *n_out, BrgError *error)
{
  size_t old_room = 0;

  *n_out = 0;
  for (;; old_room = room, room += room / 2)
    {
      uint8_t *grown = *out;
      if (old_room > 0)
        grown = brg_alloc_grow (*out, *n_out, room, 1, error);
      if (grown == NULL)
        return BRG_NO_MEMORY;
      *out = grown;
      z->next_out = *out + *n_out;
      z->avail_out = (uint32_t) (room - *n_out);
      if (isal_deflate (z) != COMP_OK)
        return brg_error_set (error, BRG_INVALID, "deflating failed");
      *n_out = room - z->avail_out;
      if (z->avail_out > 0)
        return BRG_OK;
    }
}

uint32_t
brg_codec_adler (uint32_t adler, const void *bytes, size_t size)
{
  return isal_adler32 (adler, bytes, size);
}

BrgStatus
brg_codec_deflate (BrgPool *pool,
                   const uint8_t *bytes,
                   size_t size,
                   uint8_t **out,
                   size_t *n_out,
                   BrgError *error)
{
  size_t room = size + size / 64 + BLOCK_ROOM;
  Deflater *deflater = brg_alloc_in (pool, 1, sizeof *deflater, error);

  *out = deflater != NULL ? brg_alloc_in (pool, room, 1, error) : NULL;
  BrgStatus status = *out != NULL ? BRG_OK : BRG_NO_MEMORY;
  if (status == BRG_OK)
    {
      start (deflater, bytes, size);
      status = run (&deflater->z, room, out, n_out, error);
    }
  brg_free (deflater);
  if (status == BRG_OK)
    return BRG_OK;
  brg_free (*out);
  *out = NULL;
  return status;
}

BrgInflater *
brg_inflater_new (BrgError *error)
{
  BrgInflater *inflater = brg_alloc_zero (1, sizeof *inflater, error);

  if (inflater != NULL)
    brg_inflater_reset (inflater);
  return inflater;
}

void
brg_inflater_free (BrgInflater *inflater)
{
  if (inflater != NULL)
    brg_wipe (inflater, sizeof *inflater);
  brg_free (inflater);
}

void
brg_inflater_reset (BrgInflater *inflater)
{
  isal_inflate_init (&inflater->state);
}

/* Whole bytes that wait in the bit buffer belong to whatever follows the stream. */
static void
give_back (struct inflate_state *state, BrgInflateStep *step)
{
  uint64_t bits = state->read_in;

  step->n_rest = (size_t) state->read_in_length / 8;
  for (size_t b = 0; b < step->n_rest; b++)
    step->rest[b] = (uint8_t) (bits >> (state->read_in_length % 8 + 8 * (int) b));
  state->read_in_length = 0;
}

static const char *
reason (int result)
{
  switch (result)
    {
    case ISAL_INVALID_BLOCK:
      return "invalid block";
    case ISAL_INVALID_SYMBOL:
      return "invalid code";
    case ISAL_INVALID_LOOKBACK:
      return "invalid distance too far back";
    default:
      return "bad stream";
    }
}

BrgStatus
brg_inflater_run (BrgInflater *inflater, BrgInflateStep *step, BrgError *error)
{
  struct inflate_state *state = &inflater->state;
  size_t n_in = step->n_in < MAX_STEP ? step->n_in : MAX_STEP;
  size_t n_out = step->n_out < MAX_STEP ? step->n_out : MAX_STEP;

  state->next_in = (uint8_t *) step->in;
  state->avail_in = (uint32_t) n_in;
  state->next_out = step->out;
  state->avail_out = (uint32_t) n_out;
  int result = isal_inflate (state);
  step->in = state->next_in;
  step->n_in -= n_in - state->avail_in;
  step->out = state->next_out;
  step->n_out -= n_out - state->avail_out;
  step->ended = state->block_state == ISAL_BLOCK_FINISH;
  step->n_rest = 0;
  if (result < 0)
    return brg_error_set (error, BRG_FORMAT, "%s", reason (result));
  if (step->ended)
    give_back (state, step);
  return BRG_OK;
}
