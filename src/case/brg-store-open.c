#define _XOPEN_SOURCE 700 /* realpath() */

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "case/brg-store-private.h"

#define HEADER_SIZE 100
#define BUSY_MS     5000
#define CACHE_KIB   "8192"
#define MAX_SQL     16384
#define MAX_COLUMNS 32
#define JOURNAL_END 8 /* bytes that end a journal which names another file */

/* Fields of the header of a SQLite file, "The SQLite Database File Format" 1.3. */
enum
{
  AT_WRITE_VERSION = 18,
  AT_READ_VERSION = 19,
  AT_AUTOVACUUM = 52,
  AT_ENCODING = 56,
  AT_USER_VERSION = 60,
  AT_APPLICATION_ID = 68,
};

static guint32
get_be32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

/* The first bytes of the file, through SQLite's own descriptor, before SQLite looks at them. */
static gboolean
read_header (BrgStore *self, guint8 header[HEADER_SIZE], GError **error)
{
  sqlite3_file *file = NULL;
  int rc = sqlite3_file_control (self->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);

  if (rc == SQLITE_OK && (file == NULL || file->pMethods == NULL))
    rc = SQLITE_CANTOPEN;
  if (rc == SQLITE_OK)
    rc = file->pMethods->xRead (file, header, HEADER_SIZE, 0);
  if (rc == SQLITE_IOERR_SHORT_READ)
    return _brg_store_error (error, self->path, BRG_STORE_ERROR_FOREIGN,
                             "is no case: it is empty or far too short");
  return rc == SQLITE_OK || _brg_sql_fail (self, rc, error);
}

/* What the header says of the whole: no write-ahead log, which would put files beside ours. */
static gboolean
check_header (BrgStore *self, GError **error)
{
  guint8 header[HEADER_SIZE];

  if (!read_header (self, header, error))
    return FALSE;
  if (memcmp (header, "SQLite format 3", 16) != 0 ||
      get_be32 (header + AT_APPLICATION_ID) != BRG_STORE_APPLICATION_ID)
    return _brg_store_error (error, self->path, BRG_STORE_ERROR_FOREIGN, "is no case of Bregma");
  guint32 format = get_be32 (header + AT_USER_VERSION);
  if (format > BRG_STORE_FORMAT)
    return _brg_store_error (error, self->path, BRG_STORE_ERROR_NEWER,
                             "is of format %u, from a newer version of Bregma; this one reads up "
                             "to format %d",
                             format, BRG_STORE_FORMAT);
  if (format < 1)
    return _brg_store_corrupt (self, error, "is of format 0, which does not exist");
  if (header[AT_WRITE_VERSION] != 1 || header[AT_READ_VERSION] != 1 ||
      get_be32 (header + AT_ENCODING) != 1 || get_be32 (header + AT_AUTOVACUUM) != 0)
    return _brg_store_corrupt (self, error, "is no sound case: its database is of another kind");
  self->format = (int) format;
  return TRUE;
}

/* Nothing in the file may run, and nothing may be larger than what the file can hold. */
static int
restrain (sqlite3 *db)
{
  static const int switches[][2] = {
    { SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
    { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
    { SQLITE_DBCONFIG_ENABLE_FKEY, 0 },    { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
    { SQLITE_DBCONFIG_DQS_DML, 0 },        { SQLITE_DBCONFIG_DQS_DDL, 0 },
  };
  static const int limits[][2] = {
    { SQLITE_LIMIT_ATTACHED, 0 },           { SQLITE_LIMIT_SQL_LENGTH, MAX_SQL },
    { SQLITE_LIMIT_COLUMN, MAX_COLUMNS },   { SQLITE_LIMIT_EXPR_DEPTH, 20 },
    { SQLITE_LIMIT_COMPOUND_SELECT, 2 },    { SQLITE_LIMIT_FUNCTION_ARG, 8 },
    { SQLITE_LIMIT_TRIGGER_DEPTH, 1 },      { SQLITE_LIMIT_WORKER_THREADS, 0 },
    { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1 }
  };
  int rc = sqlite3_extended_result_codes (db, 1);

  for (gsize s = 0; rc == SQLITE_OK && s < G_N_ELEMENTS (switches); s++)
    rc = sqlite3_db_config (db, switches[s][0], switches[s][1], NULL);
  for (gsize l = 0; l < G_N_ELEMENTS (limits); l++)
    sqlite3_limit (db, limits[l][0], limits[l][1]);
  sqlite3_busy_timeout (db, BUSY_MS);
  return rc;
}

gboolean
_brg_store_connect (BrgStore *self, const char *path, int flags, GError **error)
{
  int rc = sqlite3_open_v2 (path, &self->db, flags | SQLITE_OPEN_FULLMUTEX, NULL);

  if (rc == SQLITE_OK)
    rc = restrain (self->db);
  if (rc != SQLITE_OK)
    return _brg_sql_fail (self, rc, error);
  /* pragmas that do not look at the file yet */
  return _brg_sql_run (self,
                       "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; "
                       "PRAGMA temp_store = MEMORY",
                       error);
}

void
_brg_store_disconnect (BrgStore *self)
{
  sqlite3_close (self->db);
  self->db = NULL;
}

char *
_brg_store_journal_path (const char *path)
{
  return g_strconcat (path, "-journal", NULL);
}

/* A journal can name a further file, which SQLite may then remove. Ours never do. */
static gboolean
check_journal (BrgStore *self, GError **error)
{
  static const guint8 end[JOURNAL_END] = { 0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7 };
  g_autofree char *journal = _brg_store_journal_path (self->path);
  guint8 last[JOURNAL_END] = { 0 };
  GStatBuf about;

  if (g_lstat (journal, &about) != 0)
    return TRUE;
  if (!S_ISREG (about.st_mode))
    return _brg_store_corrupt (self, error, "what lies beside it as its journal is no file");
  int fd = g_open (journal, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0);
  if (fd < 0)
    return errno == ENOENT || _brg_store_errno (error, self->path, errno);
  gssize got = pread (fd, last, sizeof last, MAX (0, about.st_size - JOURNAL_END));
  close (fd);
  return got != JOURNAL_END || memcmp (last, end, sizeof end) != 0 ||
         _brg_store_corrupt (self, error, "the journal beside it names another file");
}

/* All that can be told without the contents, in a read transaction: also puts right what a crash
 * left behind. */
static gboolean
validate (BrgStore *self, int *rc, GError **error)
{
  gboolean ok = check_header (self, error);

  if (ok)
    {
      ok = _brg_sql_begin (self, FALSE, NULL, error);
      *rc = sqlite3_extended_errcode (self->db);
      ok = ok && _brg_store_check_tables (self, error);
      _brg_sql_end (self);
    }
  return ok && _brg_sql_run (self, "PRAGMA cache_size = -" BRG_STORE_CACHE_KIB, error);
}

gboolean
_brg_store_open_to_write (BrgStore *self, GError **error)
{
  int rc;

  if (!_brg_store_connect (self, self->path, SQLITE_OPEN_READWRITE, error))
    return FALSE;
  if (sqlite3_db_readonly (self->db, "main") != 0)
    return _brg_store_error (error, self->path, BRG_STORE_ERROR_READ_ONLY, "cannot be written");
  return validate (self, &rc, error) &&
         _brg_sql_run (self,
                       "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; "
                       "PRAGMA secure_delete = FAST",
                       error);
}

static gboolean
can_be_put_right (const BrgStore *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);

  return g_access (self->path, W_OK) == 0 && g_access (folder, W_OK) == 0;
}

static gboolean
open_to_read (BrgStore *self, GError **error)
{
  g_autoptr (GError) fault = NULL;
  int rc = SQLITE_OK;

  if (!_brg_store_connect (self, self->path, SQLITE_OPEN_READONLY, error))
    return FALSE;
  if (validate (self, &rc, &fault))
    return TRUE;
  if (rc == SQLITE_READONLY_ROLLBACK && can_be_put_right (self))
    {
      g_clear_error (&fault);
      _brg_store_disconnect (self);
      if (!_brg_store_open_to_write (self, error))
        return FALSE;
      _brg_store_disconnect (self);
      return _brg_store_connect (self, self->path, SQLITE_OPEN_READONLY, error) &&
             validate (self, &rc, error);
    }
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

/* The file that a link leads to: its journal lies beside it. */
static char *
real_path (const char *path)
{
  char *real = realpath (path, NULL);
  char *own = g_strdup (real);

  free (real);
  return own;
}

BrgStore *
_brg_store_open_as_is (const char *path, BrgStoreMode mode, GError **error)
{
  g_autofree char *real = real_path (path);
  g_autoptr (BrgStore) self = _brg_store_new (real != NULL ? real : path, mode);

  self->hold = mode == BRG_STORE_WRITE ? _brg_store_hold_write (self->path, FALSE, error)
                                       : _brg_store_hold_read (self->path, error);
  if (self->hold == NULL || !check_journal (self, error))
    return NULL;
  if (!(mode == BRG_STORE_WRITE ? _brg_store_open_to_write (self, error)
                                : open_to_read (self, error)))
    return NULL;
  return g_steal_pointer (&self);
}

BrgStore *
brg_store_open (const char *path, BrgStoreMode mode, GError **error)
{
  g_autoptr (BrgStore) self = _brg_store_open_as_is (path, mode, error);

  if (self != NULL && mode == BRG_STORE_WRITE && self->format < BRG_STORE_FORMAT)
    return _brg_store_migrate (self, error);
  return g_steal_pointer (&self);
}
