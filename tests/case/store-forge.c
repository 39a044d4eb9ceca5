#include "store-forge.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define PAGE   8192
#define LEVELS 8
#define FANOUT 100

void
store_forge_run (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  char *message = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
  sqlite3_exec (db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY", NULL, NULL, NULL);
  sqlite3_exec (db, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

GBytes *
store_forge_read (const char *path)
{
  char *bytes;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  return g_bytes_new_take (bytes, size);
}

void
store_forge_write (const char *path, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  FILE *file = g_fopen (path, "wb");

  g_assert_nonnull (file);
  g_assert_true (size == 0 || fwrite (data, size, 1, file) == 1);
  g_assert_cmpint (fclose (file), ==, 0);
}

static guint32
root_of (const char *path, const char *table)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *sql = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  sqlite3_prepare_v2 (db, "SELECT rootpage FROM sqlite_schema WHERE name = ?", -1, &sql, NULL);
  sqlite3_bind_text (sql, 1, table, -1, SQLITE_STATIC);
  g_assert_cmpint (sqlite3_step (sql), ==, SQLITE_ROW);
  guint32 root = (guint32) sqlite3_column_int64 (sql, 0);
  sqlite3_finalize (sql);
  sqlite3_close (db);
  return root;
}

static void
put_be (guint8 *at, guint32 number, int n_bytes)
{
  for (int b = 0; b < n_bytes; b++)
    at[b] = (guint8) (number >> 8 * (n_bytes - 1 - b));
}

/* A branch with FANOUT cells, each of which has the same child and a key of one byte. */
static void
make_branch (guint8 *page, guint32 child)
{
  memset (page, 0, PAGE);
  page[0] = 5;
  put_be (page + 3, FANOUT, 2);
  put_be (page + 5, PAGE - 5 * FANOUT, 2);
  put_be (page + 8, child, 4);
  for (int c = 0; c < FANOUT; c++)
    {
      int at = PAGE - 5 * (c + 1);
      put_be (page + 12 + 2 * c, (guint32) at, 2);
      put_be (page + at, child, 4);
      page[at + 4] = (guint8) (5 + c % 9);
    }
}

/* The leaf moves to the end, and a branch of a branch of ... of it takes its place. */
void
store_forge_endless (const char *path, const char *table)
{
  guint32 root = root_of (path, table);
  g_autoptr (GBytes) old = store_forge_read (path);
  gsize size = g_bytes_get_size (old);
  guint32 n_pages = (guint32) (size / PAGE);
  guint8 *bytes = g_malloc0 (size + LEVELS * PAGE);

  memcpy (bytes, g_bytes_get_data (old, NULL), size);
  memcpy (bytes + size, bytes + (root - 1) * PAGE, PAGE);
  for (guint32 l = 1; l < LEVELS; l++)
    make_branch (bytes + size + l * PAGE, n_pages + l);
  make_branch (bytes + (root - 1) * PAGE, n_pages + LEVELS);
  put_be (bytes + 28, n_pages + LEVELS, 4);
  g_autoptr (GBytes) forged = g_bytes_new_take (bytes, size + LEVELS * PAGE);
  store_forge_write (path, forged);
}
