#include "io/brg-stream-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"

#define BUFFER_SIZE   ((size_t) 128 * 1024)
#define FIRST_READ    ((size_t) 8 * 1024) /* a header: of most DICOM files all that is looked at */
#define MAX_CHUNK     ((size_t) 1 << 30)
#define DEFLATE_LIMIT 1032 /* 258 bytes from 2 bits */

static BrgStatus
refill_inflated (BrgStream *stream, size_t want, BrgError *error)
{
  BrgStatus status = brg_stream_inflate (stream, stream->buffer, want, &stream->end, error);

  if (status == BRG_OK && stream->end == 0)
    return brg_error_set (error, BRG_IO, "became shorter while it was read");
  stream->unread -= stream->end;
  return status;
}

BrgStatus
brg_stream_refill (BrgStream *stream, BrgError *error)
{
  size_t room = stream->used == 0 && stream->room > FIRST_READ ? FIRST_READ : stream->room;
  size_t want = stream->unread < room ? (size_t) stream->unread : room;
  ssize_t n = 0;

  stream->at = stream->end = 0;
  if (want == 0)
    return BRG_OK;
  if (stream->deflated != NULL)
    return refill_inflated (stream, want, error);
  do
    n = read (stream->file, stream->buffer, want);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return brg_message_errno (error, "cannot read", errno);
  if (n == 0)
    return brg_error_set (error, BRG_IO, "became shorter while it was read");
  stream->end = (size_t) n;
  stream->used = stream->end > stream->used ? stream->end : stream->used;
  stream->unread -= (uint64_t) n;
  return BRG_OK;
}

BrgStatus
brg_stream_ensure_buffer (BrgStream *stream, BrgError *error)
{
  return stream->at < stream->end ? BRG_OK : brg_stream_refill (stream, error);
}

/* Goes to the part that is to be read. */
static BrgStatus
find_part (BrgStream *stream, uint64_t file_size, const BrgFilePart *part, BrgError *error)
{
  bool is_to_end = part->size == BRG_FILE_PART_ALL;

  if (part->offset > file_size || (!is_to_end && part->size > file_size - part->offset))
    return brg_error_set (error, BRG_IO, "is shorter than it was: %llu bytes",
                          (unsigned long long) file_size);
  stream->begin = part->offset;
  stream->size = stream->unread = is_to_end ? file_size - part->offset : part->size;
  if (part->offset > 0 && lseek (stream->file, (off_t) part->offset, SEEK_SET) < 0)
    return brg_message_errno (error, "cannot read", errno);
  return BRG_OK;
}

/* Checks what was opened and makes the buffer, no larger than what is to be read. */
static BrgStatus
start (BrgStream *stream, const BrgFilePart *part, BrgError *error)
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
  BrgStatus status = find_part (stream, (uint64_t) info.st_size, part, error);
  if (status != BRG_OK)
    return status;
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
new_stream (int file, int errnum, const BrgFilePart *part, BrgError *error)
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
  *stream = (BrgStream){ .file = file, .folder = folder_of (part->path) };
  if (stream->folder == NULL)
    brg_error_set (error, BRG_NO_MEMORY, "not enough memory for a path");
  if (stream->folder == NULL || start (stream, part, error) != BRG_OK)
    {
      brg_stream_close (stream);
      return NULL;
    }
  return stream;
}

BrgStream *
brg_stream_open_part (const BrgFilePart *part, BrgError *error)
{
  int file = open (part->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

  return new_stream (file, errno, part, error);
}

BrgStream *
brg_stream_open (const char *path, BrgError *error)
{
  BrgFilePart whole = brg_file_whole (path);

  return brg_stream_open_part (&whole, error);
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
  BrgFilePart whole = brg_file_whole (stream->folder);
  BrgStream *beside = new_stream (file, errnum, &whole, error);
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
  brg_inflater_free (stream->inflater);
  brg_deflated_free (stream->deflated);
  close (stream->file);
  free (stream->folder);
  if (stream->buffer != NULL)
    brg_wipe (stream->buffer, stream->used + 1);
  brg_free (stream->buffer);
  brg_free (stream);
}

uint64_t
brg_stream_size (const BrgStream *stream)
{
  return stream->size;
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
      BrgStatus status = brg_stream_ensure_buffer (stream, error);
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
      BrgStatus status = brg_stream_ensure_buffer (stream, error);
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
brg_stream_check_size (const BrgStream *stream, uint64_t need, BrgError *error)
{
  /* An inflater that has begun may hold all that is left. */
  uint64_t left = stream->in_member ? stream->size : brg_stream_left (stream);
  uint64_t least = stream->inflater != NULL ? need / DEFLATE_LIMIT : need;

  if (left >= least)
    return BRG_OK;
  return brg_error_set (error, BRG_FORMAT,
                        "declares %llu bytes of voxels but only %llu %sbytes are in the file",
                        (unsigned long long) need, (unsigned long long) left,
                        stream->inflater != NULL ? "compressed " : "");
}

/* Reads into `bytes` itself what the buffer would only pass on. */
static BrgStatus
read_past_buffer (BrgStream *stream, unsigned char *bytes, size_t *size, BrgError *error)
{
  size_t want = stream->unread < *size ? (size_t) stream->unread : *size;
  size_t chunk = want < MAX_CHUNK ? want : MAX_CHUNK;
  ssize_t n;

  do
    n = read (stream->file, bytes, chunk);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return brg_message_errno (error, "cannot read", errno);
  if (n == 0)
    return brg_error_set (error, BRG_IO, "became shorter while it was read");
  stream->unread -= (uint64_t) n;
  *size = (size_t) n;
  return BRG_OK;
}

/* Some bytes, at most *size; *size becomes how many. */
static BrgStatus
read_some (BrgStream *stream, unsigned char *bytes, size_t *size, BrgError *error)
{
  if (stream->at == stream->end && *size >= BUFFER_SIZE && stream->unread > 0 &&
      stream->deflated == NULL)
    return read_past_buffer (stream, bytes, size, error);

  BrgStatus status = brg_stream_ensure_buffer (stream, error);
  size_t available = stream->end - stream->at;
  if (available < *size)
    *size = available;
  if (status == BRG_OK)
    memcpy (bytes, stream->buffer + stream->at, *size);
  stream->at += *size;
  return status;
}

static BrgStatus
read_plain (BrgStream *stream, unsigned char *bytes, size_t size, BrgError *error)
{
  while (size > 0)
    {
      size_t n = size;
      BrgStatus status = read_some (stream, bytes, &n, error);

      if (status != BRG_OK)
        return status;
      if (n == 0)
        return brg_error_set (error, BRG_FORMAT,
                              "the data ends %zu bytes before all voxels are read", size);
      bytes += n;
      size -= n;
    }
  return BRG_OK;
}

BrgStatus
brg_stream_read_at (const BrgStream *stream,
                    uint64_t offset,
                    void *bytes,
                    size_t size,
                    BrgError *error)
{
  uint64_t left = brg_stream_left (stream), from = stream->begin + stream->size - left + offset;
  uint64_t there = offset < left ? left - offset : 0;

  if (there < size)
    return brg_error_set (error, BRG_FORMAT, "the data ends %llu bytes early",
                          (unsigned long long) (size - there));
  if (offset + size <= stream->end - stream->at)
    {
      memcpy (bytes, stream->buffer + stream->at + offset, size);
      return BRG_OK;
    }
  for (size_t done = 0; done < size;)
    {
      ssize_t n = pread (stream->file, (char *) bytes + done, size - done, (off_t) (from + done));
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return brg_message_errno (error, "cannot read", errno);
      if (n == 0)
        return brg_error_set (error, BRG_FORMAT, "the data ends %zu bytes early", size - done);
      done += (size_t) n;
    }
  return BRG_OK;
}

BrgStatus
brg_stream_read (BrgStream *stream, void *bytes, size_t size, BrgError *error)
{
  return stream->inflater != NULL ? brg_stream_read_gzip (stream, bytes, size, error)
                                  : read_plain (stream, bytes, size, error);
}

BrgStatus
brg_stream_pass (BrgStream *stream, uint64_t size, BrgError *error)
{
  uint64_t buffered = stream->end - stream->at;

  stream->is_first_member = false;
  if (size <= buffered)
    {
      stream->at += (size_t) size;
      return BRG_OK;
    }
  stream->at = stream->end = 0;
  stream->unread -= size - buffered;
  if (lseek (stream->file, (off_t) (stream->begin + stream->size - stream->unread), SEEK_SET) < 0)
    return brg_message_errno (error, "cannot read", errno);
  return BRG_OK;
}

BrgStatus
brg_stream_skip (BrgStream *stream, uint64_t size, BrgError *error)
{
  unsigned char scratch[4096];
  BrgStatus status = BRG_OK;

  if (stream->inflater == NULL && size > brg_stream_left (stream))
    return brg_error_set (error, BRG_FORMAT, "is to be read from byte %llu, past its end",
                          (unsigned long long) size);
  if (stream->inflater == NULL && size <= stream->end - stream->at)
    {
      stream->at += (size_t) size;
      return BRG_OK;
    }
  for (; status == BRG_OK && size > 0; size -= size < sizeof scratch ? size : sizeof scratch)
    status = brg_stream_read (stream, scratch,
                              size < sizeof scratch ? (size_t) size : sizeof scratch, error);
  brg_wipe (scratch, sizeof scratch);
  return status;
}

int
brg_stream_get (BrgStream *stream, BrgError *error)
{
  if (brg_stream_ensure_buffer (stream, error) != BRG_OK || stream->at == stream->end)
    return -1;
  return stream->buffer[stream->at++];
}

BrgStatus
brg_stream_finish (BrgStream *stream, uint64_t *surplus, BrgError *error)
{
  uint64_t inflated = 0;
  BrgStatus status = BRG_OK;

  if (stream->inflater != NULL)
    status = brg_stream_finish_gzip (stream, &inflated, error);
  *surplus = inflated + stream->n_beyond + brg_stream_left (stream);
  return status;
}
