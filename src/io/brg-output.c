#define _GNU_SOURCE /* sync_file_range(), flock() */

#include "io/brg-output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"

#define BUFFER_SIZE ((size_t) 1024 * 1024)
#define MAX_TRIES   1000

struct BrgOutput
{
  char *path;
  int folder; /* descriptor of the target's folder, or -1 */
  int file;   /* descriptor of the temporary file, or -1 */
  int lock;   /* another one, which keeps it locked until it has lost the temporary name, or -1 */
  char temporary[64];
  atomic_bool failed;
  uint64_t flushed; /* bytes appended and written */
  size_t used;      /* bytes waiting in buffer */
  unsigned char *buffer;
};

static BrgStatus
fail (BrgOutput *output, const char *what, int errnum, BrgError *error)
{
  output->failed = true;
  brg_message_errno (error, what, errnum);
  brg_message_name_file (error, output->path);
  return BRG_IO;
}

/* The same where the folder is at fault: the message has the path as given. */
static BrgStatus
fail_folder (BrgOutput *output, const char *what, int errnum, BrgError *error)
{
  output->failed = true;
  brg_message_errno (error, what, errnum);
  brg_message_name_path (error, output->path);
  return BRG_IO;
}

/* Lets the system begin to store these bytes; the commit waits for what is then left. */
static void
start_storing (int file, uint64_t offset, size_t size)
{
#ifdef SYNC_FILE_RANGE_WRITE
  sync_file_range (file, (off_t) offset, (off_t) size, SYNC_FILE_RANGE_WRITE); /* advice */
#else
  (void) file, (void) offset, (void) size;
#endif
}

static BrgStatus
write_all_at (BrgOutput *output,
              uint64_t offset,
              const unsigned char *bytes,
              size_t size,
              BrgError *error)
{
  for (size_t done = 0; done < size;)
    {
      ssize_t n = pwrite (output->file, bytes + done, size - done, (off_t) (offset + done));
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return fail (output, "cannot write", n == 0 ? ENOSPC : errno, error);
      done += (size_t) n;
    }
  if (size >= BUFFER_SIZE / 4)
    start_storing (output->file, offset, size);
  return BRG_OK;
}

/* Appends past the buffer, which is empty. */
static BrgStatus
write_all (BrgOutput *output, const unsigned char *bytes, size_t size, BrgError *error)
{
  uint64_t offset = output->flushed;

  output->flushed += size;
  return write_all_at (output, offset, bytes, size, error);
}

static BrgStatus
flush (BrgOutput *output, BrgError *error)
{
  size_t used = output->used;

  output->used = 0;
  return write_all (output, output->buffer, used, error);
}

static int
sync_file (int file)
{
  int status;

  do
    status = fsync (file);
  while (status != 0 && errno == EINTR);
  return status;
}

static BrgStatus
open_folder (BrgOutput *output, BrgError *error)
{
  const char *name = brg_message_base_name (output->path);
  size_t length = (size_t) (name - output->path);
  char *folder = length > 0 ? strndup (output->path, length) : strdup (".");

  if (folder == NULL)
    return brg_error_set (error, BRG_NO_MEMORY, "not enough memory for a path");
  output->folder = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int errnum = errno;
  free (folder);
  return output->folder >= 0 ? BRG_OK
                             : fail_folder (output, "cannot open its folder", errnum, error);
}

/* What stands at the target's name: absent is fine, a regular file or link gives its mode. */
static BrgStatus
check_target (BrgOutput *output, mode_t *mode, BrgError *error)
{
  struct stat info;
  const char *name = brg_message_base_name (output->path);

  if (fstatat (output->folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? BRG_OK : fail (output, "cannot be looked up", errno, error);
  if (S_ISDIR (info.st_mode))
    return fail (output, "cannot be replaced", EISDIR, error);
  if (!S_ISREG (info.st_mode) && !S_ISLNK (info.st_mode))
    {
      output->failed = true;
      brg_error_set (error, BRG_IO, "exists and is not a regular file");
      brg_message_name_file (error, output->path);
      return BRG_IO;
    }
  if (S_ISREG (info.st_mode))
    *mode = info.st_mode & 0777;
  return BRG_OK;
}

/* Of the target's name, so that the next output of that name finds what a killed one left. */
static uint32_t
hash_name (const char *name)
{
  uint32_t hash = 2166136261u; /* FNV-1a */

  for (; *name != '\0'; name++)
    hash = (hash ^ (unsigned char) *name) * 16777619u;
  return hash;
}

static bool
still_has_its_name (BrgOutput *output, int file)
{
  struct stat own, named;

  return fstat (file, &own) == 0 &&
         fstatat (output->folder, output->temporary, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

/* Removes a temporary file whose writer is gone: nobody holds its lock. */
static bool
remove_left_over (BrgOutput *output)
{
  int file =
    openat (output->folder, output->temporary, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  if (file < 0)
    return false;
  bool removed = flock (file, LOCK_EX | LOCK_NB) == 0 && still_has_its_name (output, file) &&
                 unlinkat (output->folder, output->temporary, 0) == 0;
  close (file);
  return removed;
}

/* Creates the file of the current temporary name and locks it; false and errno, which is EEXIST
 * when another output has it. On a file system without locks nothing is taken for left over. */
static bool
try_temporary (BrgOutput *output)
{
  output->file = openat (output->folder, output->temporary,
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (output->file < 0)
    return false;
  bool locked = flock (output->file, LOCK_EX | LOCK_NB) == 0;
  if (locked ? still_has_its_name (output, output->file) : errno != EWOULDBLOCK)
    return true;
  close (output->file); /* somebody took it for left over before it was locked */
  output->file = -1;
  errno = EEXIST;
  return false;
}

static BrgStatus
create_temporary (BrgOutput *output, mode_t mode, BrgError *error)
{
  uint32_t hash = hash_name (brg_message_base_name (output->path));
  int errnum = EEXIST;

  for (int i = 0; i < MAX_TRIES && output->file < 0 && errnum == EEXIST; i++)
    {
      snprintf (output->temporary, sizeof output->temporary, ".bregma-%08x-%d.part",
                (unsigned) hash, i);
      if (try_temporary (output))
        break;
      errnum = errno;
      if (errnum == EEXIST && remove_left_over (output))
        try_temporary (output);
    }
  if (output->file < 0)
    {
      output->temporary[0] = '\0';
      return fail_folder (output, "cannot create a file in its folder", errnum, error);
    }
  if (mode != 0 && fchmod (output->file, mode) != 0)
    return fail (output, "cannot keep its permissions", errno, error);
  output->lock = fcntl (output->file, F_DUPFD_CLOEXEC, 0);
  return output->lock >= 0 ? BRG_OK : fail (output, "cannot write", errno, error);
}

static BrgStatus
prepare (BrgOutput *output, BrgError *error)
{
  mode_t mode = 0;
  BrgStatus status = open_folder (output, error);

  if (status == BRG_OK)
    status = check_target (output, &mode, error);
  if (status == BRG_OK)
    status = create_temporary (output, mode, error);
  return status;
}

BrgOutput *
brg_output_open (const char *path, BrgError *error)
{
  BrgOutput *output = brg_alloc (1, sizeof *output, error);

  if (output == NULL)
    return NULL;
  *output = (BrgOutput){ .folder = -1, .file = -1, .lock = -1 };
  output->path = strdup (path);
  output->buffer = brg_alloc (BUFFER_SIZE, 1, error);
  if (output->path == NULL)
    brg_error_set (error, BRG_NO_MEMORY, "not enough memory for a path");
  if (output->path == NULL || output->buffer == NULL || prepare (output, error) != BRG_OK)
    {
      brg_output_discard (output);
      return NULL;
    }
  return output;
}

BrgStatus
brg_output_write (BrgOutput *output, const void *bytes, size_t size, BrgError *error)
{
  BrgStatus status = BRG_OK;

  if (output->failed)
    return fail (output, "cannot write", EIO, error);
  if (size > BUFFER_SIZE - output->used)
    status = flush (output, error);
  if (status != BRG_OK || size == 0)
    return status;
  if (size >= BUFFER_SIZE)
    return write_all (output, bytes, size, error);
  memcpy (output->buffer + output->used, bytes, size);
  output->used += size;
  return BRG_OK;
}

uint64_t
brg_output_size (const BrgOutput *output)
{
  return output->flushed + output->used;
}

BrgStatus
brg_output_write_at (BrgOutput *output,
                     uint64_t offset,
                     const void *bytes,
                     size_t size,
                     BrgError *error)
{
  if (output->failed)
    return fail (output, "cannot write", EIO, error);
  return write_all_at (output, offset, bytes, size, error);
}

/* The steps of a commit up to and including the rename. */
static BrgStatus
publish (BrgOutput *output, BrgError *error)
{
  if (output->failed)
    return fail (output, "cannot write", EIO, error);
  BrgStatus status = flush (output, error);
  if (status != BRG_OK)
    return status;
  if (sync_file (output->file) != 0)
    return fail (output, "cannot write", errno, error);
  int closed = close (output->file);
  output->file = -1;
  if (closed != 0)
    return fail (output, "cannot close", errno, error);
  if (renameat (output->folder, output->temporary, output->folder,
                brg_message_base_name (output->path)) != 0)
    return fail (output, "cannot be replaced", errno, error);
  output->temporary[0] = '\0';
  return BRG_OK;
}

BrgStatus
brg_output_commit (BrgOutput *output, BrgError *error)
{
  BrgStatus status = publish (output, error);

  /* The file is whole under its name by now. Some file systems cannot sync a folder; there the
   * name is as durable as they make it. */
  if (status == BRG_OK)
    sync_file (output->folder);
  brg_output_discard (output);
  return status;
}

void
brg_output_discard (BrgOutput *output)
{
  if (output == NULL)
    return;
  if (output->file >= 0)
    close (output->file);
  if (output->temporary[0] != '\0')
    unlinkat (output->folder, output->temporary, 0);
  if (output->lock >= 0)
    close (output->lock);
  if (output->folder >= 0)
    close (output->folder);
  brg_free (output->buffer);
  free (output->path);
  brg_free (output);
}

BrgStatus
brg_output_end (BrgOutput *output, BrgStatus status, BrgError *error)
{
  if (status == BRG_OK)
    return brg_output_commit (output, error);
  brg_output_discard (output);
  return status;
}

BrgStatus
brg_output_write_file (const char *path, const void *bytes, size_t size, BrgError *error)
{
  BrgOutput *output = brg_output_open (path, error);

  if (output == NULL)
    return BRG_IO;
  return brg_output_end (output, brg_output_write (output, bytes, size, error), error);
}
