#include <errno.h>
#include <unistd.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"
#include "io/brg-stream-private.h"

#define PACKED_SIZE ((size_t) 64 * 1024)

struct BrgDeflated
{
  BrgInflater *inflater;
  uint64_t first, next, after; /* offsets in the file: of the deflated bytes, of those not read yet,
                                  and where they end */
  size_t at, end;              /* those in `packed` that are not inflated yet */
  bool ended;
  uint8_t packed[PACKED_SIZE];
};

void
brg_deflated_free (BrgDeflated *deflated)
{
  if (deflated == NULL)
    return;
  brg_inflater_free (deflated->inflater);
  brg_wipe (deflated->packed, sizeof deflated->packed);
  brg_free (deflated);
}

static BrgStatus
read_packed (BrgStream *stream, BrgError *error)
{
  BrgDeflated *deflated = stream->deflated;
  uint64_t left = deflated->after - deflated->next;
  size_t want = left < PACKED_SIZE ? (size_t) left : PACKED_SIZE;
  ssize_t n;

  if (want == 0)
    return brg_error_set (error, BRG_FORMAT, "the deflated data is cut off");
  do
    n = pread (stream->file, deflated->packed, want, (off_t) deflated->next);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return brg_message_errno (error, "cannot read", errno);
  if (n == 0)
    return brg_error_set (error, BRG_IO, "became shorter while it was read");
  deflated->at = 0;
  deflated->end = (size_t) n;
  deflated->next += (uint64_t) n;
  return BRG_OK;
}

BrgStatus
brg_stream_inflate (BrgStream *stream, uint8_t *bytes, size_t size, size_t *n, BrgError *error)
{
  BrgDeflated *deflated = stream->deflated;

  for (*n = 0; *n == 0 && !deflated->ended;)
    {
      BrgError why = { .status = BRG_OK };
      BrgInflateStep step = { .in = deflated->packed + deflated->at,
                              .n_in = deflated->end - deflated->at,
                              .out = bytes,
                              .n_out = size };
      BrgStatus status = brg_inflater_run (deflated->inflater, &step, &why);
      if (status == BRG_FORMAT)
        return brg_error_set (error, BRG_FORMAT, "the deflated data is corrupt (%s)", why.message);
      if (status != BRG_OK)
        return brg_error_set (error, status, "%s", why.message);
      deflated->at = deflated->end - step.n_in;
      deflated->ended = step.ended;
      *n = size - step.n_out;
      if (*n == 0 && !step.ended) /* it has given all it had */
        status = read_packed (stream, error);
      if (status != BRG_OK)
        return status;
    }
  return BRG_OK;
}

/* Goes back to where the deflated bytes begin. */
static void
rewind_deflated (BrgDeflated *deflated)
{
  brg_inflater_reset (deflated->inflater);
  deflated->next = deflated->first;
  deflated->at = deflated->end = 0;
  deflated->ended = false;
}

/* How many bytes there are, in a pass of its own that keeps none. */
static BrgStatus
count (BrgStream *stream, uint64_t max_size, uint64_t *size, BrgError *error)
{
  size_t n = 0;
  BrgStatus status = BRG_OK;

  for (*size = 0; status == BRG_OK && !stream->deflated->ended; *size += n)
    {
      status = brg_stream_inflate (stream, stream->buffer, stream->room, &n, error);
      if (status == BRG_OK && n > max_size - *size)
        return brg_error_set (error, BRG_FORMAT, "inflates to more than %llu bytes",
                              (unsigned long long) max_size);
    }
  rewind_deflated (stream->deflated);
  return status;
}

BrgStatus
brg_stream_start_deflate (BrgStream *stream, uint64_t max_size, uint64_t *size, BrgError *error)
{
  uint64_t left = brg_stream_left (stream);
  uint64_t first = stream->begin + stream->size - left;
  BrgDeflated *deflated = brg_alloc (1, sizeof *deflated, error);

  if (deflated == NULL)
    return BRG_NO_MEMORY;
  deflated->inflater = brg_inflater_new (error);
  deflated->first = first;
  deflated->after = first + left;
  stream->deflated = deflated;
  if (deflated->inflater == NULL)
    return BRG_NO_MEMORY;
  rewind_deflated (deflated);
  BrgStatus status = *size > 0 ? BRG_OK : count (stream, max_size, size, error);
  stream->begin = 0;
  stream->size = stream->unread = *size;
  stream->at = stream->end = 0;
  stream->used = stream->room;
  return status;
}
