#include "case/brg-decoder.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "brg-config.h"
#include "case/brg-case-error.h"
#include "case/brg-file-private.h"
#include "engine/brg-alloc.h"

#define HEADER_SIZE 40
#define MAX_REASON  1024
#define POLL_MS     50
#define AHEAD       2 /* files it may work on before the last answer is read */

struct BrgDecoder
{
  GPid pid;
  int input, output;     /* of the program; -1 when closed */
  BrgDecoderFile *files; /* names and paths are owned */
  guint n, n_sent, next;
  int patience_ms;
  guint8 *samples;
  gsize room; /* bytes of `samples` */
};

/* What stands before every answer. */
typedef struct
{
  guint32 status, columns, rows, frames, bits;
  guint64 n_bytes;
} Header;

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* FALSE when the program does not take it: then it is gone, and reading will tell. */
static gboolean
send_all (int fd, const char *bytes, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      ssize_t n = send (fd, bytes + done, size - done, MSG_NOSIGNAL);
      if (n < 0 && errno != EINTR)
        return FALSE;
      done += n > 0 ? (gsize) n : 0;
    }
  return TRUE;
}

static void
send_requests (BrgDecoder *self)
{
  while (self->input >= 0 && self->n_sent < MIN (self->n, self->next + AHEAD))
    {
      const BrgFilePart *part = &self->files[self->n_sent++].part;
      g_autofree char *request = g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %s",
                                                  part->offset, part->size, part->path);
      if (!send_all (self->input, request, strlen (request) + 1))
        close_fd (&self->input);
    }
  if (self->n_sent == self->n)
    close_fd (&self->input);
}

/* Named by the environment, installed, or in the build tree this program was started from. */
static char *
find_program (void)
{
  const char *override = g_getenv ("BREGMA_DICOM");
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);

  if (override != NULL)
    return g_strdup (override);
  if (self == NULL || g_file_test (BRG_DICOM_PROGRAM, G_FILE_TEST_IS_EXECUTABLE))
    return g_strdup (BRG_DICOM_PROGRAM);
  g_autofree char *folder = g_path_get_dirname (self);
  return g_build_filename (folder, "..", "dicom", "bregma-dicom", NULL);
}

/* The descriptor that the files are read from, or -1 when they are files with names. */
static int
find_open_file (const BrgDecoder *self)
{
  int descriptor;

  if (self->n == 0 || sscanf (self->files[0].part.path, "/proc/self/fd/%d", &descriptor) != 1)
    return -1;
  return descriptor;
}

/* Its input is a socket: unlike a pipe, one whose reader has died kills nobody. An open file keeps
 * its number there. */
static gboolean
start (BrgDecoder *self, GError **error)
{
  g_autofree char *program = find_program ();
  const char *argv[] = { program, NULL };
  int ends[2], file = find_open_file (self);

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return _brg_file_fail (error, program, errno);
  self->input = ends[0];
  gboolean started = g_spawn_async_with_pipes_and_fds (
    NULL, argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, ends[1],
    -1, -1, &file, &file, file >= 0 ? 1 : 0, &self->pid, NULL, &self->output, NULL, error);
  close (ends[1]);
  return started;
}

BrgDecoder *
_brg_decoder_new_for_parts (const BrgDecoderFile *files, guint n, guint patience_s, GError **error)
{
  BrgDecoder *self = g_new0 (BrgDecoder, 1);

  self->input = self->output = -1;
  self->patience_ms = (int) patience_s * 1000;
  self->n = n;
  self->files = g_new0 (BrgDecoderFile, n);
  for (guint f = 0; f < n; f++)
    {
      self->files[f] = files[f];
      self->files[f].name = g_strdup (files[f].name);
      self->files[f].part.path = g_strdup (files[f].part.path);
    }
  if (!start (self, error))
    g_clear_pointer (&self, _brg_decoder_free);
  return self;
}

BrgDecoder *
_brg_decoder_new (const char *const *paths, guint n, guint patience_s, GError **error)
{
  g_autofree BrgDecoderFile *files = g_new (BrgDecoderFile, n);

  for (guint f = 0; f < n; f++)
    files[f] = (BrgDecoderFile){ paths[f], brg_file_whole (paths[f]) };
  return _brg_decoder_new_for_parts (files, n, patience_s, error);
}

void
_brg_decoder_free (BrgDecoder *self)
{
  if (self == NULL)
    return;
  close_fd (&self->input);
  close_fd (&self->output);
  if (self->pid > 0)
    {
      kill (self->pid, SIGKILL);
      while (waitpid (self->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    }
  for (guint f = 0; f < self->n; f++)
    {
      g_free ((char *) self->files[f].name);
      g_free ((char *) self->files[f].part.path);
    }
  g_free (self->files);
  brg_free (self->samples);
  g_free (self);
}

static gboolean
fail (GError **error, const char *path, const char *reason)
{
  g_set_error_literal (error, BRG_CASE_ERROR, BRG_FORMAT, reason);
  _brg_file_name_error (error, path);
  return FALSE;
}

/* Waits for bytes; FALSE and `error` on cancel and when nothing comes. */
static gboolean
wait_for_bytes (BrgDecoder *self, const char *path, BrgJob *job, GError **error)
{
  struct pollfd wanted = { .fd = self->output, .events = POLLIN };

  for (int waited_ms = 0; waited_ms < self->patience_ms; waited_ms += POLL_MS)
    {
      if (poll (&wanted, 1, POLL_MS) > 0)
        return TRUE;
      if (brg_job_is_cancelled (job))
        return brg_case_error_cancelled (error);
    }
  close_fd (&self->output);
  return fail (error, path, "the decoder did not answer and was stopped");
}

static gboolean
read_all (BrgDecoder *self,
          const char *path,
          guint8 *bytes,
          gsize size,
          BrgJob *job,
          GError **error)
{
  for (gsize done = 0; done < size;)
    {
      if (self->output < 0)
        return fail (error, path, "the decoder is gone");
      if (!wait_for_bytes (self, path, job, error))
        return FALSE;
      ssize_t n = read (self->output, bytes + done, size - done);
      if (n < 0 && errno == EINTR)
        continue;
      if (n > 0)
        {
          done += (gsize) n;
          continue;
        }
      close_fd (&self->output);
      return fail (error, path, "the decoder broke down on it");
    }
  return TRUE;
}

static guint64
get_le (const guint8 *bytes, int n)
{
  guint64 value = 0;

  for (int b = n - 1; b >= 0; b--)
    value = value << 8 | bytes[b];
  return value;
}

static gboolean
read_header (BrgDecoder *self, const char *path, Header *header, BrgJob *job, GError **error)
{
  guint8 bytes[HEADER_SIZE];

  if (!read_all (self, path, bytes, sizeof bytes, job, error))
    return FALSE;
  if (memcmp (bytes, "BRGF", 4) != 0 || get_le (bytes + 4, 4) != 1)
    {
      close_fd (&self->output);
      return fail (error, path, "the decoder talks nonsense");
    }
  *header = (Header){ .status = (guint32) get_le (bytes + 8, 4),
                      .columns = (guint32) get_le (bytes + 12, 4),
                      .rows = (guint32) get_le (bytes + 16, 4),
                      .frames = (guint32) get_le (bytes + 20, 4),
                      .bits = (guint32) get_le (bytes + 24, 4),
                      .n_bytes = get_le (bytes + 32, 8) };
  return TRUE;
}

/* A reason in words, printable whatever it is. */
static gboolean
read_reason (BrgDecoder *self, const char *path, const Header *header, BrgJob *job, GError **error)
{
  char reason[MAX_REASON + 1] = "";

  if (header->n_bytes > MAX_REASON)
    {
      close_fd (&self->output);
      return fail (error, path, "the decoder talks nonsense");
    }
  if (!read_all (self, path, (guint8 *) reason, header->n_bytes, job, error))
    return FALSE;
  for (char *c = reason; *c != '\0'; c++)
    if (!g_ascii_isprint (*c))
      *c = '?';
  return fail (error, path, reason);
}

static gboolean
make_room (BrgDecoder *self, gsize size, GError **error)
{
  BrgError fault;

  if (size <= self->room)
    return TRUE;
  brg_free (self->samples);
  self->samples = brg_alloc (size, 1, &fault);
  self->room = self->samples != NULL ? size : 0;
  return self->samples != NULL || brg_case_error_set (error, &fault);
}

gboolean
_brg_decoder_next (BrgDecoder *self,
                   const BrgDicomImage *image,
                   const guint8 **samples,
                   int *bits,
                   BrgJob *job,
                   GError **error)
{
  Header header;

  g_return_val_if_fail (self->next < self->n, FALSE);
  send_requests (self);
  const char *path = self->files[self->next++].name;
  if (!read_header (self, path, &header, job, error))
    return FALSE;
  if (header.status != 0)
    return read_reason (self, path, &header, job, error);
  guint64 n_bytes = (guint64) image->rows * (guint64) image->columns * (guint64) image->n_frames *
                    (header.bits / 8);
  if ((header.bits != 8 && header.bits != 16) || header.columns != (guint32) image->columns ||
      header.rows != (guint32) image->rows || header.frames != (guint32) image->n_frames ||
      header.n_bytes != n_bytes)
    {
      close_fd (&self->output);
      return fail (error, path, "the decoder found another image than the file says");
    }
  *bits = (int) header.bits;
  *samples = self->samples;
  if (!make_room (self, n_bytes, error) ||
      !read_all (self, path, self->samples, n_bytes, job, error))
    return FALSE;
  *samples = self->samples;
  return TRUE;
}
