/* A sound case with forged rows, which SQLite itself has nothing against. Input: steps of what is
 * done (8 bits), table, row, column (8 bits each) and a value, which begins with its kind. */

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "../case/store-fixture.h"
#include "fuzz-case-check.h"
#include "fuzz.h"
#include "io/brg-pack.h"

#define MAX_STEPS 16
#define N_ENTRIES 4

enum
{
  SET,    /* the column */
  REMOVE, /* the row */
  REPEAT, /* the row, with the value as its number */
  PACK,   /* the value, as the bytes of a piece with their checksum */
  N_WHATS
};

enum
{
  NOTHING,
  BYTE,
  NUMBER,
  TEXT,
  BLOB,
  N_KINDS
};

/* The input on its way through the steps. */
typedef struct
{
  const uint8_t *bytes;
  size_t size;
  sqlite3 *db;
} Forger;

static GBytes *template;

static void
make_template (void)
{
  g_autofree char *path = g_build_filename (fuzz_folder (), "Template.bregma", NULL);
  BrgStoreContents contents;
  char *bytes;
  gsize size;

  store_fixture_fill (&contents, 5, 4, 3);
  g_ptr_array_set_size (contents.entries, N_ENTRIES);
  contents.position_seq = contents.first_seq + N_ENTRIES - 1;
  BrgStore *store = brg_store_create (path, &contents, TRUE, NULL, NULL);
  g_assert_true (brg_store_close (store, NULL));
  brg_store_contents_clear (&contents);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  template = g_bytes_new_take (bytes, size);
  fuzz_clear ();
}

/* A name of the schema, or NULL. */
static char *
find_name (sqlite3 *db, const char *text, const char *of, guint nth)
{
  sqlite3_stmt *sql;
  char *name = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db, text, -1, &sql, NULL), ==, SQLITE_OK);
  sqlite3_bind_int64 (sql, 1, nth);
  sqlite3_bind_text (sql, 2, of, -1, SQLITE_STATIC);
  if (sqlite3_step (sql) == SQLITE_ROW)
    name = g_strdup ((const char *) sqlite3_column_text (sql, 0));
  sqlite3_finalize (sql);
  return name;
}

static char *
find_table (sqlite3 *db, guint nth)
{
  return find_name (db,
                    "SELECT name FROM sqlite_schema ORDER BY rowid LIMIT 1 OFFSET ?1 % "
                    "(SELECT count () FROM sqlite_schema)",
                    NULL, nth);
}

static char *
find_column (sqlite3 *db, const char *table, guint nth)
{
  return find_name (db,
                    "SELECT name FROM pragma_table_info (?2) LIMIT 1 OFFSET ?1 % "
                    "(SELECT count () FROM pragma_table_info (?2))",
                    table, nth);
}

/* The columns but the first one, each after a comma. */
static char *
other_columns (sqlite3 *db, const char *table)
{
  return find_name (db,
                    "SELECT group_concat (', ' || name, '') FROM pragma_table_info (?2) "
                    "WHERE cid >= 1 + 0 * ?1",
                    table, 0);
}

static void
bind_value (Forger *forger, sqlite3_stmt *sql)
{
  guint kind = fuzz_take (&forger->bytes, &forger->size, 1) % N_KINDS;
  guint64 number = fuzz_take (&forger->bytes, &forger->size, kind == NOTHING ? 0 : 1);

  if (kind == BYTE)
    sqlite3_bind_int64 (sql, 2, (gint64) number);
  if (kind == NUMBER)
    {
      number = fuzz_take (&forger->bytes, &forger->size, 4);
      number |= (guint64) fuzz_take (&forger->bytes, &forger->size, 4) << 32;
      sqlite3_bind_int64 (sql, 2, (gint64) number);
    }
  if (kind == TEXT || kind == BLOB)
    {
      number |= (guint64) fuzz_take (&forger->bytes, &forger->size, 1) << 8;
      int n = (int) MIN (number, forger->size);
      if (kind == TEXT)
        sqlite3_bind_text (sql, 2, (const char *) forger->bytes, n, SQLITE_TRANSIENT);
      else
        sqlite3_bind_blob (sql, 2, forger->bytes, n, SQLITE_TRANSIENT);
      forger->bytes += n;
      forger->size -= (size_t) n;
    }
}

static void
bind_pack (Forger *forger, sqlite3_stmt *sql)
{
  size_t n = fuzz_take (&forger->bytes, &forger->size, 2);
  BrgPack pack;

  n = MIN (n, forger->size);
  g_assert_cmpint (brg_pack_deflate (NULL, forger->bytes, n, &pack, NULL), ==, BRG_OK);
  sqlite3_bind_blob (sql, 2, pack.bytes, (int) pack.n_bytes, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (sql, 3, pack.crc);
  brg_pack_clear (&pack);
  forger->bytes += n;
  forger->size -= n;
}

static char *
text_of_step (guint what, const char *table, const char *column, const char *others)
{
#define THE_ROW "rowid = (SELECT rowid FROM %s ORDER BY rowid LIMIT 1 OFFSET ?1)"
  switch (what)
    {
    case SET:
      return g_strdup_printf ("UPDATE %s SET %s = ?2 WHERE " THE_ROW, table, column, table);
    case REMOVE:
      return g_strdup_printf ("DELETE FROM %s WHERE " THE_ROW, table, table);
    case REPEAT:
      return g_strdup_printf ("INSERT INTO %s SELECT ?2 %s FROM %s WHERE " THE_ROW, table, others,
                              table, table);
    default:
      return g_strdup_printf ("UPDATE %s SET bytes = ?2, crc = ?3 WHERE " THE_ROW, table, table);
    }
}

/* What breaks the rules of the tables does not come about. */
static void
forge (Forger *forger)
{
  guint what = fuzz_take (&forger->bytes, &forger->size, 1) % N_WHATS;
  g_autofree char *table = find_table (forger->db, fuzz_take (&forger->bytes, &forger->size, 1));
  guint row = fuzz_take (&forger->bytes, &forger->size, 1);
  guint nth = fuzz_take (&forger->bytes, &forger->size, 1);
  g_autofree char *column = find_column (forger->db, table, nth);
  g_autofree char *others = other_columns (forger->db, table);
  g_autofree char *text = text_of_step (what, table, column, others);
  sqlite3_stmt *sql;

  if (sqlite3_prepare_v2 (forger->db, text, -1, &sql, NULL) != SQLITE_OK)
    return;
  sqlite3_bind_int64 (sql, 1, row);
  if (what == PACK)
    bind_pack (forger, sql);
  else if (what != REMOVE)
    bind_value (forger, sql);
  sqlite3_step (sql);
  sqlite3_finalize (sql);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  Forger forger = { .bytes = bytes, .size = size };

  if (template == NULL)
    make_template ();
  g_autofree char *path =
    fuzz_write ("Case.bregma", g_bytes_get_data (template, NULL), g_bytes_get_size (template));
  g_assert_cmpint (sqlite3_open (path, &forger.db), ==, SQLITE_OK);
  sqlite3_exec (forger.db, "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; BEGIN", NULL,
                NULL, NULL);
  for (int s = 0; s < MAX_STEPS && forger.size > 0; s++)
    forge (&forger);
  sqlite3_exec (forger.db, "COMMIT", NULL, NULL, NULL);
  sqlite3_close (forger.db);
  fuzz_case_check (path);
  return 0;
}
