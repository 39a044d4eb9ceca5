#include "io/brg-stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"

#define BUFFER_SIZE   ((size_t) 128 * 1024)
#define DEFLATE_LIMIT 1032 /* 258 bytes from 2 bits */
#define MAX_SURPLUS   ((uint64_t) 64 * 1024)
#define MAX_CHUNK     ((size_t) 1 << 30) /* zlib counts in 32 bits */

struct BrgStream
{
  int file;
  char *folder;
  dev_t device;
  ino_t inode;
  uint64_t unread; /* bytes of the file not yet in the buffer */
  size_t at, end;  /* unconsumed part of the buffer */
  bool gzip;
  bool member_ended;
  z_stream inflater;
  size_t room;
  unsigned char *buffer; /* room and one byte more for next_member() */
};

/* Fills the empty buffer; leaves it empty at the end of the file. */
static BrgStatus
refill (BrgStream *stream, BrgError *error)
{
  size_t want = stream->unread < stream->room ? (size_t) stream->unread : stream->room;
  ssize_t n = 0;

  stream->at = stream->end = 0;
  if (want == 0)
    return BRG_OK;
  do
    n = read (stream->file, stream->buffer, want);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return brg_message_errno (error, "cannot read", errno);
  if (n == 0)
    return brg_error_set (error, BRG_IO, "became shorter while it was read");
  stream->end = (size_t) n;
  stream->unread -= (uint64_t) n;
  return BRG_OK;
}

static BrgStatus
ensure_buffer (BrgStream *stream, BrgError *error)
{
  return stream->at < stream->end ? BRG_OK : refill (stream, error);
}

/* Checks what was opened and makes the buffer, no larger than the file. */
static BrgStatus
start (BrgStream *stream, BrgError *error)
{
  struct stat info;

  if (fstat (stream->file, &info) != 0)
    return brg_message_errno (error, "cannot read", errno);
  if (S_ISDIR (info.st_mode))
    return brg_error_set (error, BRG_IO, "is a folder");
  if (!S_ISREG (info.st_mode))
    return brg_error_set (error, BRG_IO, "is not a regular file");
  stream->device = info.st_dev;
  stream->inode = info.st_ino;
  stream->unread = (uint64_t) info.st_size;
  stream->room = stream->unread < BUFFER_SIZE ? (size_t) stream->unread : BUFFER_SIZE;
  stream->buffer = brg_alloc (stream->room + 1, 1, error);
  return stream->buffer != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static char *
folder_of (const char *path)
{
  size_t length = (size_t) (brg_message_base_name (path) - path);

  return length > 0 ? strndup (path, length) : strdup (".");
}

/* Takes over the descriptor `file`, or the errno that opening it gave when it is negative. */
static BrgStream *
new_stream (int file, int errnum, const char *path, BrgError *error)
{
  BrgStream *stream = file >= 0 ? brg_alloc (1, sizeof *stream, error) : NULL;

  if (stream == NULL)
    {
      if (file < 0)
        brg_message_errno (error, "cannot open", errnum);
      else
        close (file);
      return NULL;
    }
  *stream = (BrgStream){ .file = file, .folder = folder_of (path) };
  if (stream->folder == NULL)
    brg_error_set (error, BRG_NO_MEMORY, "not enough memory for a path");
  if (stream->folder == NULL || start (stream, error) != BRG_OK)
    {
      brg_stream_close (stream);
      return NULL;
    }
  return stream;
}

BrgStream *
brg_stream_open (const char *path, BrgError *error)
{
  int file = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

  return new_stream (file, errno, path, error);
}

static bool
is_plain_name (const char *name)
{
  return name[0] != '\0' && strcmp (name, "-") != 0 && strcmp (name, ".") != 0 &&
         strcmp (name, "..") != 0 && strpbrk (name, "/\\") == NULL;
}

BrgStream *
brg_stream_open_beside (const BrgStream *stream, const char *name, BrgError *error)
{
  if (!is_plain_name (name))
    {
      brg_error_set (error, BRG_FORMAT, "is not a plain file name in the header's own folder");
      return NULL;
    }

  int folder = open (stream->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int file = -1;
  if (folder >= 0)
    file = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  int errnum = errno;
  if (folder >= 0)
    close (folder);
  BrgStream *beside = new_stream (file, errnum, stream->folder, error);
  if (beside != NULL && beside->device == stream->device && beside->inode == stream->inode)
    {
      brg_error_set (error, BRG_FORMAT, "is the header itself");
      brg_stream_close (beside);
      return NULL;
    }
  return beside;
}

void
brg_stream_close (BrgStream *stream)
{
  if (stream == NULL)
    return;
  if (stream->gzip)
    inflateEnd (&stream->inflater);
  close (stream->file);
  free (stream->folder);
  brg_free (stream->buffer);
  brg_free (stream);
}

uint64_t
brg_stream_left (const BrgStream *stream)
{
  return stream->unread + (stream->end - stream->at);
}

BrgStatus
brg_stream_read_line (BrgStream *stream,
                      char *line,
                      size_t size,
                      size_t *length,
                      bool *ended,
                      BrgError *error)
{
  size_t n = 0;

  *ended = false;
  for (;;)
    {
      BrgStatus status = ensure_buffer (stream, error);
      if (status != BRG_OK)
        return status;
      size_t available = stream->end - stream->at;
      const unsigned char *from = stream->buffer + stream->at;
      const unsigned char *newline = available > 0 ? memchr (from, '\n', available) : NULL;
      size_t chunk = newline != NULL ? (size_t) (newline - from) : available;
      if (chunk >= size - n)
        return brg_error_set (error, BRG_FORMAT, "the header is longer than %zu bytes", size - 1);
      memcpy (line + n, from, chunk);
      n += chunk;
      stream->at += chunk + (newline != NULL ? 1 : 0);
      *ended = available == 0;
      if (newline != NULL || *ended)
        break;
    }
  if (memchr (line, '\0', n) != NULL)
    return brg_error_set (error, BRG_FORMAT, "the header holds a NUL byte");
  if (n > 0 && line[n - 1] == '\r')
    n--;
  line[n] = '\0';
  *length = n;
  return BRG_OK;
}

BrgStatus
brg_stream_skip_line (BrgStream *stream, BrgError *error)
{
  for (;;)
    {
      BrgStatus status = ensure_buffer (stream, error);
      if (status != BRG_OK)
        return status;
      size_t available = stream->end - stream->at;
      const unsigned char *from = stream->buffer + stream->at;
      const unsigned char *newline = available > 0 ? memchr (from, '\n', available) : NULL;
      if (available == 0)
        return brg_error_set (error, BRG_FORMAT, "ends among the lines to be skipped");
      stream->at = newline != NULL ? (size_t) (newline - stream->buffer) + 1 : stream->end;
      if (newline != NULL)
        return BRG_OK;
    }
}

BrgStatus
brg_stream_start_gzip (BrgStream *stream, BrgError *error)
{
  if (inflateInit2 (&stream->inflater, 16 + MAX_WBITS) != Z_OK)
    return brg_error_set (error, BRG_NO_MEMORY, "not enough memory for gzip");
  stream->gzip = true;
  return BRG_OK;
}

BrgStatus
brg_stream_check_size (const BrgStream *stream, uint64_t need, BrgError *error)
{
  uint64_t left = brg_stream_left (stream);
  uint64_t least = stream->gzip ? need / DEFLATE_LIMIT : need;

  if (left >= least)
    return BRG_OK;
  return brg_error_set (
    error, BRG_FORMAT, "declares %llu bytes of voxels but only %llu %sbytes are in the file",
    (unsigned long long) need, (unsigned long long) left, stream->gzip ? "compressed " : "");
}

/* After a member: true and ready to inflate if another one follows. */
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
      status = refill (stream, error);
      if (status != BRG_OK)
        return status;
      memmove (stream->buffer + 1, stream->buffer, stream->end);
      stream->buffer[0] = first;
      stream->end++;
    }
  else
    status = ensure_buffer (stream, error);
  if (status != BRG_OK || stream->buffer[stream->at] != 0x1f ||
      stream->buffer[stream->at + 1] != 0x8b)
    return status;
  *found = true;
  stream->member_ended = false;
  inflateReset (&stream->inflater);
  return BRG_OK;
}

/* Inflates what one call of zlib gives, at most `size` bytes, and counts it in *n. */
static BrgStatus
inflate_some (BrgStream *stream, unsigned char *bytes, size_t size, size_t *n, BrgError *error)
{
  z_stream *z = &stream->inflater;
  BrgStatus status = ensure_buffer (stream, error);

  *n = 0;
  if (status != BRG_OK)
    return status;
  if (stream->at == stream->end)
    return brg_error_set (error, BRG_FORMAT, "the gzip data is cut off");
  if (size > MAX_CHUNK)
    size = MAX_CHUNK;
  z->next_in = stream->buffer + stream->at;
  z->avail_in = (uInt) (stream->end - stream->at);
  z->next_out = bytes;
  z->avail_out = (uInt) size;
  int result = inflate (z, Z_NO_FLUSH);
  stream->at = stream->end - z->avail_in;
  *n = size - z->avail_out;
  if (result == Z_MEM_ERROR)
    return brg_error_set (error, BRG_NO_MEMORY, "not enough memory for gzip");
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
    return brg_error_set (error, BRG_FORMAT, "the gzip data is corrupt (%s)",
                          z->msg != NULL ? z->msg : "bad stream");
  stream->member_ended = result == Z_STREAM_END;
  return BRG_OK;
}

static BrgStatus
read_gzip (BrgStream *stream, unsigned char *bytes, size_t size, BrgError *error)
{
  while (size > 0)
    {
      bool found = true;
      size_t n;
      BrgStatus status = BRG_OK;

      if (stream->member_ended)
        status = next_member (stream, &found, error);
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

static BrgStatus
read_plain (BrgStream *stream, unsigned char *bytes, size_t size, BrgError *error)
{
  while (size > 0)
    {
      BrgStatus status = ensure_buffer (stream, error);
      size_t available = stream->end - stream->at;
      size_t chunk = available < size ? available : size;

      if (status != BRG_OK)
        return status;
      if (available == 0)
        return brg_error_set (error, BRG_FORMAT,
                              "the data ends %zu bytes before all voxels are read", size);
      memcpy (bytes, stream->buffer + stream->at, chunk);
      stream->at += chunk;
      bytes += chunk;
      size -= chunk;
    }
  return BRG_OK;
}

BrgStatus
brg_stream_read (BrgStream *stream, void *bytes, size_t size, BrgError *error)
{
  return stream->gzip ? read_gzip (stream, bytes, size, error)
                      : read_plain (stream, bytes, size, error);
}

BrgStatus
brg_stream_skip (BrgStream *stream, uint64_t size, BrgError *error)
{
  unsigned char scratch[4096];
  BrgStatus status = BRG_OK;

  if (!stream->gzip && size > brg_stream_left (stream))
    return brg_error_set (error, BRG_FORMAT, "is to be read from byte %llu, past its end",
                          (unsigned long long) size);
  for (; status == BRG_OK && size > 0; size -= size < sizeof scratch ? size : sizeof scratch)
    status = brg_stream_read (stream, scratch,
                              size < sizeof scratch ? (size_t) size : sizeof scratch, error);
  return status;
}

int
brg_stream_get (BrgStream *stream, BrgError *error)
{
  if (ensure_buffer (stream, error) != BRG_OK || stream->at == stream->end)
    return -1;
  return stream->buffer[stream->at++];
}

BrgStatus
brg_stream_finish (BrgStream *stream, uint64_t *surplus, BrgError *error)
{
  unsigned char scratch[4096];
  uint64_t inflated = 0;
  bool found = stream->gzip;

  while (found)
    {
      size_t n = 0;
      BrgStatus status = BRG_OK;

      if (stream->member_ended)
        status = next_member (stream, &found, error);
      if (status == BRG_OK && found)
        status = inflate_some (stream, scratch, sizeof scratch, &n, error);
      inflated += n;
      if (status == BRG_OK && inflated > MAX_SURPLUS)
        status = brg_error_set (error, BRG_FORMAT,
                                "inflates to more than 64 KiB beyond the voxels it declares");
      if (status != BRG_OK)
        return status;
    }
  *surplus = inflated + brg_stream_left (stream);
  return BRG_OK;
}
