#include <errno.h>
#include <unistd.h>

#include "case/brg-store-part.h"
#include "case/brg-store-private.h"

#define CHUNK ((gsize) 1 << 20)

static gboolean
write_all (int fd, const guint8 *bytes, gsize size, gint64 offset)
{
  for (gsize done = 0; done < size;)
    {
      gssize n = pwrite (fd, bytes + done, size - done, (off_t) (offset + (gint64) done));
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          errno = n == 0 ? ENOSPC : errno;
          return FALSE;
        }
      done += (gsize) n;
    }
  return TRUE;
}

/* Through SQLite's own descriptor: another one must not be closed. */
static gboolean
copy_chunks (BrgStore *self, sqlite3_file *file, BrgStorePart *part, BrgJob *job, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK);

  for (gint64 at = 0; at < self->n_bytes; at += (gint64) CHUNK)
    {
      gsize size = (gsize) MIN ((gint64) CHUNK, self->n_bytes - at);
      int rc = file->pMethods->xRead (file, chunk, (int) size, at);
      if (rc != SQLITE_OK)
        return _brg_sql_fail (self, rc, error);
      if (!write_all (_brg_store_hold_get_fd (part->hold), chunk, size, at))
        return _brg_store_errno (error, part->target, errno);
      if (!brg_job_tick (job, (double) (at + (gint64) size) / (double) self->n_bytes))
        return _brg_sql_fail (self, SQLITE_INTERRUPT, error);
    }
  return TRUE;
}

gboolean
_brg_store_copy_bytes (BrgStore *self, BrgStorePart *part, BrgJob *job, GError **error)
{
  sqlite3_file *file = NULL;
  gboolean ok = _brg_sql_begin (self, FALSE, job, error);
  int rc = sqlite3_file_control (self->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);

  if (ok)
    ok = rc == SQLITE_OK ? copy_chunks (self, file, part, job, error)
                         : _brg_sql_fail (self, rc, error);
  _brg_sql_end (self);
  return ok;
}

/* Nobody is at work on the copy. */
static gboolean
unmark (BrgStorePart *part, GError **error)
{
  g_autoptr (BrgStore) copy = _brg_store_new (part->target, BRG_STORE_WRITE);

  return _brg_store_connect (copy, part->path, SQLITE_OPEN_READWRITE, error) &&
         _brg_sql_run (copy, BRG_STORE_BUILD_PRAGMAS "; UPDATE state SET is_open = 0", error);
}

/* What a damaged file still holds, in a sound one. */
static gboolean
copy_anew (BrgStore *self, BrgStorePart *part, BrgJob *job, GError **error)
{
  g_autoptr (BrgStore) copy = _brg_store_new (part->target, BRG_STORE_WRITE);
  BrgStoreContents contents;
  BrgStoreBuild what = { &contents, FALSE, "Made anew from a damaged file, without its log" };

  if (!brg_store_load (self, &contents, job, error))
    return FALSE;
  copy->seconds = contents.seconds;
  gboolean ok = _brg_store_build (copy, part->path, &what, job, error);
  brg_store_contents_clear (&contents);
  return ok;
}

gboolean
brg_store_copy (BrgStore *self, const char *path, BrgJob *job, GError **error)
{
  g_autofree char *target = g_canonicalize_filename (path, NULL);
  g_autoptr (BrgStorePart) part = _brg_store_part_new (target, TRUE, error);
  gboolean are_sound = FALSE;

  if (part == NULL)
    return FALSE;
  gboolean ok =
    _brg_sql_begin (self, FALSE, job, error) && _brg_sql_check_pages (self, &are_sound, error);
  _brg_sql_end (self);
  if (ok && are_sound)
    ok = _brg_store_copy_bytes (self, part, job, error) && unmark (part, error);
  else if (ok)
    ok = copy_anew (self, part, job, error);
  return ok && _brg_store_part_publish (part, error);
}
