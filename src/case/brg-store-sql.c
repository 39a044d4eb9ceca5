#include <stdarg.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "case/brg-case-error.h"
#include "case/brg-store-private.h"

/* SQLite asks after so many steps of its machine whether to go on. A statement of ours takes less
 * than STEPS_PER_BYTE for each byte of the file: more is a forged tree that leads in circles. */
#define STEPS_PER_QUESTION 1000
#define STEPS_PER_BYTE     4
#define STEPS_AT_LEAST     1000000
#define LENGTH_AT_LEAST    (1 << 20)

#define LEFT_IN_A_WRITE                                                                            \
  "was left in the middle of a write, which can only be put right where file and folder can be "   \
  "written"

static BrgStoreError
code_of (int rc)
{
  switch (rc & 0xff)
    {
    case SQLITE_NOMEM:
      return BRG_STORE_ERROR_NO_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return BRG_STORE_ERROR_LOCKED;
    case SQLITE_READONLY:
      return rc == SQLITE_READONLY_DBMOVED ? BRG_STORE_ERROR_GONE : BRG_STORE_ERROR_READ_ONLY;
    case SQLITE_IOERR:
      return rc == SQLITE_IOERR_NOMEM        ? BRG_STORE_ERROR_NO_MEMORY
             : rc == SQLITE_IOERR_SHORT_READ ? BRG_STORE_ERROR_CORRUPT
                                             : BRG_STORE_ERROR_IO;
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return BRG_STORE_ERROR_IO;
    default:
      return BRG_STORE_ERROR_CORRUPT;
    }
}

/* SQLite forgets why it could not make a journal: whether the folder takes another file tells. */
static char *
reason_of_journal (BrgStore *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *name = g_path_get_basename (self->path);
  g_autofree char *probe = g_strdup_printf ("%s/.%s.probe", folder, name);
  int fd = g_open (probe, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  int errnum = errno;

  if (fd < 0)
    return g_strdup (g_strerror (errnum));
  close (fd);
  g_unlink (probe);
  return g_strdup ("its journal cannot be made");
}

/* What the system last said about the case or, behind its handle, about the journal. */
static int
last_errno_of (BrgStore *self, int pointer)
{
  sqlite3_file *file = NULL;
  int errnum = 0;

  /* a journal in memory has no system behind it */
  if (sqlite3_file_control (self->db, "main", pointer, &file) == SQLITE_OK && file != NULL &&
      file->pMethods != NULL && file->pMethods->xFileControl != NULL)
    file->pMethods->xFileControl (file, SQLITE_FCNTL_LAST_ERRNO, &errnum);
  return errnum;
}

/* SQLite drops the reason of a failed commit. The system's last is it then, if it is of a disk. */
static int
system_errno (BrgStore *self)
{
  int last = errno;
  int errnum = self->db != NULL ? sqlite3_system_errno (self->db) : 0;

  if (errnum == 0 && self->db != NULL)
    errnum = last_errno_of (self, SQLITE_FCNTL_FILE_POINTER);
  if (errnum == 0 && self->db != NULL)
    errnum = last_errno_of (self, SQLITE_FCNTL_JOURNAL_POINTER);
  if (errnum == 0 && (last == EIO || last == ENOSPC || last == EDQUOT || last == EFBIG))
    errnum = last;
  return errnum;
}

/* Where the system's reason is lost. */
static const char *
words_of (int rc)
{
  switch (rc)
    {
    case SQLITE_IOERR_WRITE:
      return "cannot be written";
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
      return "cannot be made durable on its disk";
    case SQLITE_IOERR_DELETE:
      return "its journal cannot be removed";
    default:
      return sqlite3_errstr (rc);
    }
}

/* What the system said, where it did, else what SQLite says. */
static char *
reason_of (BrgStore *self, int rc)
{
  int errnum = system_errno (self);

  switch (code_of (rc))
    {
    case BRG_STORE_ERROR_NO_MEMORY:
      return g_strdup ("not enough memory");
    case BRG_STORE_ERROR_LOCKED:
      return g_strdup ("is being written by another program");
    case BRG_STORE_ERROR_READ_ONLY:
      return g_strdup (rc == SQLITE_READONLY_ROLLBACK ? LEFT_IN_A_WRITE : "cannot be written");
    case BRG_STORE_ERROR_GONE:
      return g_strdup ("was removed or replaced");
    case BRG_STORE_ERROR_IO:
      if ((rc & 0xff) == SQLITE_FULL)
        return g_strdup (g_strerror (ENOSPC));
      if ((rc & 0xff) == SQLITE_CANTOPEN && errnum == ENOENT && g_access (self->path, F_OK) == 0)
        return reason_of_journal (self);
      return g_strdup (errnum != 0 ? g_strerror (errnum) : words_of (rc));
    default:
      return g_strdup_printf ("is damaged: %s", rc == SQLITE_INTERRUPT ? "a table seems endless"
                                                : self->db != NULL     ? sqlite3_errmsg (self->db)
                                                                       : sqlite3_errstr (rc));
    }
}

static gboolean
was_cancelled (const BrgStore *self, int rc)
{
  return rc == SQLITE_INTERRUPT && brg_job_is_cancelled (self->job);
}

gboolean
_brg_sql_fail (BrgStore *self, int rc, GError **error)
{
  if (was_cancelled (self, rc))
    return brg_case_error_cancelled (error);
  g_autofree char *reason = reason_of (self, rc);
  return _brg_store_error (error, self->path, code_of (rc), "%s", reason);
}

BrgStatus
_brg_sql_fault (BrgStore *self, int rc, BrgError *error)
{
  BrgStoreError code = code_of (rc);

  if (was_cancelled (self, rc))
    return brg_error_set (error, BRG_CANCELLED, "cancelled");
  g_autofree char *reason = reason_of (self, rc);
  return brg_error_set (error,
                        code == BRG_STORE_ERROR_NO_MEMORY ? BRG_NO_MEMORY
                        : code == BRG_STORE_ERROR_CORRUPT ? BRG_FORMAT
                                                          : BRG_IO,
                        "%s", reason);
}

gboolean
_brg_sql_run (BrgStore *self, const char *text, GError **error)
{
  int rc = sqlite3_exec (self->db, text, NULL, NULL, NULL);

  return rc == SQLITE_OK || _brg_sql_fail (self, rc, error);
}

static int
bind_blob (BrgSql *sql, int at, GBytes *bytes)
{
  gsize size = 0;
  gconstpointer data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (bytes == NULL)
    return sqlite3_bind_null (sql, at);
  return sqlite3_bind_blob64 (sql, at, data != NULL ? data : "", size, SQLITE_STATIC);
}

static int
bind_all (BrgSql *sql, const char *types, va_list args)
{
  int rc = SQLITE_OK;

  for (int p = 0; rc == SQLITE_OK && types[p] != '\0'; p++)
    if (types[p] == 'i')
      rc = sqlite3_bind_int64 (sql, p + 1, va_arg (args, gint64));
    else if (types[p] == 't')
      rc = sqlite3_bind_text (sql, p + 1, va_arg (args, const char *), -1, SQLITE_STATIC);
    else
      rc = bind_blob (sql, p + 1, va_arg (args, GBytes *));
  return rc;
}

BrgSql *
_brg_sql_new (BrgStore *self, GError **error, const char *text, const char *types, ...)
{
  g_autoptr (BrgSql) sql = NULL;
  int rc = sqlite3_prepare_v2 (self->db, text, -1, &sql, NULL);
  va_list args;

  va_start (args, types);
  if (rc == SQLITE_OK)
    rc = bind_all (sql, types, args);
  va_end (args);
  if (rc == SQLITE_OK)
    return g_steal_pointer (&sql);
  _brg_sql_fail (self, rc, error);
  return NULL;
}

int
_brg_sql_row (BrgStore *self, BrgSql *sql, GError **error)
{
  int rc = sqlite3_step (sql);

  if (rc == SQLITE_ROW)
    return 1;
  if (rc == SQLITE_DONE)
    return 0;
  _brg_sql_fail (self, rc, error);
  return -1;
}

gboolean
_brg_sql_finish (BrgStore *self, BrgSql *sql, GError **error)
{
  gboolean ok = sql != NULL && _brg_sql_row (self, sql, error) == 0;

  sqlite3_finalize (sql);
  return ok;
}

gboolean
_brg_sql_only_row (BrgStore *self, BrgSql *sql, GError **error)
{
  int row = sql != NULL ? _brg_sql_row (self, sql, error) : -1;

  return row > 0 || (row == 0 && _brg_store_corrupt (self, error, "a row is missing"));
}

gboolean
_brg_sql_check_single (BrgStore *self, const char *table, GError **error)
{
  g_autofree char *text = g_strdup_printf ("SELECT min (id), max (id) FROM %s", table);
  g_autoptr (BrgSql) sql = _brg_sql_new (self, error, text, "");

  if (!_brg_sql_only_row (self, sql, error))
    return FALSE;
  return (sqlite3_column_int64 (sql, 0) == 1 && sqlite3_column_int64 (sql, 1) == 1) ||
         _brg_store_corrupt (self, error, "its table \"%s\" must have one row", table);
}

gboolean
_brg_sql_text (BrgStore *self,
               BrgSql *sql,
               int column,
               gsize max_bytes,
               gboolean nullable,
               const char *what,
               const char **text,
               GError **error)
{
  gsize size = (gsize) sqlite3_column_bytes (sql, column);

  *text = NULL;
  if (sqlite3_column_type (sql, column) == SQLITE_NULL && nullable)
    return TRUE;
  if (sqlite3_column_type (sql, column) != SQLITE_TEXT)
    return _brg_store_corrupt (self, error, "its %s is no text", what);
  if (size > max_bytes)
    return _brg_store_corrupt (self, error, "its %s has %zu bytes, at most %zu", what, size,
                               max_bytes);
  *text = (const char *) sqlite3_column_text (sql, column);
  if (*text == NULL)
    return _brg_sql_fail (self, SQLITE_NOMEM, error);
  return g_utf8_validate (*text, (gssize) size, NULL) ||
         _brg_store_corrupt (self, error, "its %s is not UTF-8", what);
}

gboolean
_brg_sql_number (BrgStore *self,
                 BrgSql *sql,
                 int column,
                 gint64 min,
                 gint64 max,
                 const char *what,
                 gint64 *number,
                 GError **error)
{
  *number = sqlite3_column_int64 (sql, column);
  if (sqlite3_column_type (sql, column) != SQLITE_INTEGER)
    return _brg_store_corrupt (self, error, "its %s is no number", what);
  if (*number >= min && *number <= max)
    return TRUE;
  if (min == max)
    return _brg_store_corrupt (
      self, error, "its %s is %" G_GINT64_FORMAT ", must be %" G_GINT64_FORMAT, what, *number, min);
  return _brg_store_corrupt (self, error,
                             "its %s is %" G_GINT64_FORMAT ", must be %" G_GINT64_FORMAT
                             " to %" G_GINT64_FORMAT,
                             what, *number, min, max);
}

static int
may_go_on_cb (gpointer user_data)
{
  BrgStore *self = user_data;

  if (self->n_steps < STEPS_PER_QUESTION || brg_job_is_cancelled (self->job))
    return 1;
  self->n_steps -= STEPS_PER_QUESTION;
  return 0;
}

/* Nothing in a file can be longer than the file. One that is cut off between pages SQLite finds
 * itself. */
static gboolean
note_size (BrgStore *self, GError **error)
{
  sqlite3_file *file = NULL;
  sqlite3_int64 n_bytes = 0;
  g_autoptr (BrgSql) sql = _brg_sql_new (self, error, "PRAGMA main.page_size", "");

  if (!_brg_sql_only_row (self, sql, error))
    return FALSE;
  gint64 page = sqlite3_column_int64 (sql, 0);
  int rc = sqlite3_file_control (self->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (rc == SQLITE_OK && file->pMethods != NULL)
    rc = file->pMethods->xFileSize (file, &n_bytes);
  if (rc != SQLITE_OK)
    return _brg_sql_fail (self, rc, error);
  if (n_bytes % page != 0)
    return _brg_store_corrupt (self, error, "is cut off");
  self->n_bytes = n_bytes;
  self->n_steps = STEPS_AT_LEAST + STEPS_PER_BYTE * (guint64) n_bytes;
  sqlite3_limit (self->db, SQLITE_LIMIT_LENGTH, (int) CLAMP (n_bytes, LENGTH_AT_LEAST, G_MAXINT));
  return TRUE;
}

gboolean
_brg_sql_begin (BrgStore *self, gboolean write, BrgJob *job, GError **error)
{
  self->job = job;
  self->n_steps = STEPS_AT_LEAST;
  sqlite3_progress_handler (self->db, STEPS_PER_QUESTION, may_go_on_cb, self);
  if (write)
    {
      self->n_steps = G_MAXUINT64; /* what is written to was loaded before */
      sqlite3_limit (self->db, SQLITE_LIMIT_LENGTH, G_MAXINT);
      return _brg_sql_run (self, "BEGIN IMMEDIATE", error);
    }
  if (!_brg_sql_run (self, "BEGIN", error))
    return FALSE;
  g_autoptr (BrgSql) sql = _brg_sql_new (self, error, "SELECT 1 FROM sqlite_schema", "");
  return sql != NULL && _brg_sql_row (self, sql, error) >= 0 && note_size (self, error);
}

gboolean
_brg_sql_commit (BrgStore *self, GError **error)
{
  return _brg_sql_run (self, "COMMIT", error);
}

void
_brg_sql_end (BrgStore *self)
{
  sqlite3_progress_handler (self->db, 0, NULL, NULL);
  if (!sqlite3_get_autocommit (self->db))
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  self->job = NULL;
}

gboolean
_brg_sql_check_pages (BrgStore *self, gboolean *are_sound, GError **error)
{
  g_autoptr (BrgSql) sql = _brg_sql_new (self, error, "PRAGMA quick_check (1)", "");
  g_autoptr (GError) fault = NULL;
  int row = sql != NULL ? _brg_sql_row (self, sql, &fault) : -1;

  *are_sound = row > 0 && g_strcmp0 ((const char *) sqlite3_column_text (sql, 0), "ok") == 0;
  if (sql == NULL || row >= 0 || g_error_matches (fault, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT))
    return sql != NULL;
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}
