#include "support/canary.h"

#include <sqlite3.h>
#include <string.h>
#include <zlib.h>

#define FIRST    'K'
#define N_HIDDEN ((gsize) 8)
#define CHUNK    ((gsize) 65536)
#define OVERLAP  ((gsize) 64)

/* Each letter is one less than that of a canary. */
static const char hidden[N_HIDDEN] = { 'J', '@', 'M', '@', 'Q', 'H', 'D', 'M' };

char *
canary_new (guint number)
{
  char text[N_HIDDEN + 1] = "";

  for (gsize c = 0; c < N_HIDDEN; c++)
    text[c] = (char) (hidden[c] + 1);
  return g_strdup_printf ("%s%03u", text, number);
}

/* Letters that are `step` bytes apart, each with `step` - 1 zero bytes behind it. */
static gboolean
is_canary (const guint8 *bytes, gsize left, gsize step)
{
  if (left < N_HIDDEN * step)
    return FALSE;
  for (gsize c = 0; c < N_HIDDEN; c++)
    if (bytes[c * step] != hidden[c] + 1 ||
        (step == 2 && c + 1 < N_HIDDEN && bytes[2 * c + 1] != 0))
      return FALSE;
  return TRUE;
}

char *
canary_find (const guint8 *bytes, gsize size)
{
  const guint8 *end = bytes + size;

  for (const guint8 *at = bytes; at < end && (at = memchr (at, FIRST, (gsize) (end - at))) != NULL;
       at++)
    for (gsize step = 1; step <= 2; step++)
      if (is_canary (at, (gsize) (end - at), step))
        {
          const guint8 *digits = at + N_HIDDEN * step;
          g_autofree char *number = g_strndup ((const char *) digits, digits + 3 <= end ? 3 : 0);
          return g_strdup_printf ("canary %s at byte %" G_GSIZE_FORMAT, number,
                                  (gsize) (at - bytes));
        }
  return NULL;
}

/* As far as it inflates; `window_bits` as of inflateInit2(). */
static char *
find_inflated (const guint8 *bytes, gsize size, int window_bits)
{
  z_stream z = { .next_in = (Bytef *) bytes, .avail_in = (uInt) MIN (size, G_MAXUINT32) };
  guint8 out[OVERLAP + CHUNK] = { 0 };
  char *found = NULL;
  int status = inflateInit2 (&z, window_bits);

  while (status == Z_OK && found == NULL)
    {
      memmove (out, out + CHUNK, OVERLAP);
      z.next_out = out + OVERLAP;
      z.avail_out = CHUNK;
      status = inflate (&z, Z_SYNC_FLUSH);
      found = canary_find (out, OVERLAP + CHUNK - z.avail_out);
      if (z.avail_in == 0 && z.avail_out > 0)
        break;
    }
  inflateEnd (&z);
  return found;
}

static gboolean
begins_stream (const guint8 *bytes)
{
  return (bytes[0] == 0x1f && bytes[1] == 0x8b) ||
         (bytes[0] == 0x78 && (bytes[0] << 8 | bytes[1]) % 31 == 0);
}

char *
canary_find_packed (const guint8 *bytes, gsize size)
{
  char *found = canary_find (bytes, size);

  if (found == NULL)
    found = find_inflated (bytes, size, -MAX_WBITS);
  for (gsize at = 0; found == NULL && at + 2 <= size; at++)
    if (begins_stream (bytes + at))
      found = find_inflated (bytes + at, size - at, MAX_WBITS + 32);
  return found;
}

static void
assert_none_in (const char *path, const char *part, const void *bytes, gsize size)
{
  g_autofree char *found = canary_find_packed (bytes, size);

  if (found != NULL)
    g_error ("%s, %s: %s", path, part, found);
}

static void
assert_none_in_table (sqlite3 *db, const char *path, const char *table)
{
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM \"%s\"", table);
  sqlite3_stmt *rows = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &rows, NULL), ==, SQLITE_OK);
  while (sqlite3_step (rows) == SQLITE_ROW)
    for (int c = 0; c < sqlite3_column_count (rows); c++)
      assert_none_in (path, table, sqlite3_column_blob (rows, c),
                      (gsize) sqlite3_column_bytes (rows, c));
  sqlite3_finalize (rows);
}

static void
assert_none_in_database (const char *path)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *tables = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "SELECT name FROM sqlite_schema WHERE type = 'table'",
                                       -1, &tables, NULL),
                   ==, SQLITE_OK);
  while (sqlite3_step (tables) == SQLITE_ROW)
    assert_none_in_table (db, path, (const char *) sqlite3_column_text (tables, 0));
  sqlite3_finalize (tables);
  sqlite3_close (db);
}

static void
assert_none_in_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize size;

  g_file_get_contents (path, &bytes, &size, &error);
  g_assert_no_error (error);
  assert_none_in (path, "bytes", bytes, size);
  if (size > 16 && memcmp (bytes, "SQLite format 3", 16) == 0)
    assert_none_in_database (path);
}

guint
canary_assert_none (const char *dir)
{
  g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
  const char *name;
  guint n = 0;

  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      assert_none_in (path, "name", name, strlen (name));
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        n += canary_assert_none (path);
      else
        {
          assert_none_in_file (path);
          n++;
        }
    }
  return n;
}
