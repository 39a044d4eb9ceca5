#include "case/brg-store-private.h"

/* The tables of every format, each in the one spelling that is accepted. Numbers and texts are
 * checked by their readers, STRICT keeps their types. */
#define MAX_SHOWN 60 /* bytes of a name in a message */

typedef struct
{
  const char *name;
  int since; /* format */
  const char *sql;
} Table;

static const Table tables[] = {
  { "scan", 1,
    "CREATE TABLE scan (id INTEGER PRIMARY KEY, grid BLOB NOT NULL, slab_rows INTEGER NOT NULL, "
    "sha256 TEXT NOT NULL, warnings TEXT) STRICT" },
  { "slab", 1,
    "CREATE TABLE slab (number INTEGER PRIMARY KEY, crc INTEGER NOT NULL, bytes BLOB NOT NULL) "
    "STRICT" },
  { "state", 1,
    "CREATE TABLE state (id INTEGER PRIMARY KEY, name TEXT NOT NULL, recipes TEXT NOT NULL, "
    "active INTEGER NOT NULL, first_seq INTEGER NOT NULL, position_seq INTEGER NOT NULL, "
    "seconds INTEGER NOT NULL, is_open INTEGER NOT NULL) STRICT" },
  { "base", 1,
    "CREATE TABLE base (number INTEGER PRIMARY KEY, crc INTEGER NOT NULL, bytes BLOB NOT NULL) "
    "STRICT" },
  { "history", 1,
    "CREATE TABLE history (seq INTEGER PRIMARY KEY, label TEXT, before TEXT, after TEXT, "
    "box BLOB, runs BLOB) STRICT" },
  { "thumbnail", BRG_STORE_FORMAT_LOG,
    "CREATE TABLE thumbnail (id INTEGER PRIMARY KEY, png BLOB NOT NULL) STRICT" },
  { "log", BRG_STORE_FORMAT_LOG,
    "CREATE TABLE log (seq INTEGER PRIMARY KEY, seconds INTEGER NOT NULL, text TEXT NOT NULL, "
    "chain TEXT NOT NULL) STRICT" },
  { "import", BRG_STORE_FORMAT_IMPORT,
    "CREATE TABLE import (id INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT" },
};

gboolean
_brg_store_make_tables (BrgStore *self, int have_format, GError **error)
{
  gboolean ok = TRUE;

  for (gsize t = 0; ok && t < G_N_ELEMENTS (tables); t++)
    if (tables[t].since > have_format && tables[t].since <= self->format)
      ok = _brg_sql_run (self, tables[t].sql, error);
  g_autofree char *marks = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                            BRG_STORE_APPLICATION_ID, self->format);
  return ok && _brg_sql_run (self, marks, error);
}

static const Table *
find_table (const char *name, int format)
{
  for (gsize t = 0; t < G_N_ELEMENTS (tables); t++)
    if (tables[t].since <= format && g_strcmp0 (tables[t].name, name) == 0)
      return &tables[t];
  return NULL;
}

static guint
count_tables (int format)
{
  guint n = 0;

  for (gsize t = 0; t < G_N_ELEMENTS (tables); t++)
    n += tables[t].since <= format ? 1 : 0;
  return n;
}

/* One row of the schema: type, name, tbl_name, sql. */
static gboolean
check_object (BrgStore *self, BrgSql *sql, GError **error)
{
  const char *type = (const char *) sqlite3_column_text (sql, 0);
  const char *name = (const char *) sqlite3_column_text (sql, 1);
  const char *of = (const char *) sqlite3_column_text (sql, 2);
  const char *text = (const char *) sqlite3_column_text (sql, 3);
  const Table *table = find_table (name, self->format);

  if (sqlite3_errcode (self->db) == SQLITE_NOMEM)
    return _brg_sql_fail (self, SQLITE_NOMEM, error);

  if (table != NULL && g_strcmp0 (type, "table") == 0 && g_strcmp0 (of, name) == 0 &&
      g_strcmp0 (text, table->sql) == 0)
    return TRUE;
  g_autofree char *shown = _brg_store_cut_text (name != NULL ? name : "", MAX_SHOWN);
  return _brg_store_corrupt (self, error, "is no sound case: %s \"%s\" is none of ours",
                             g_strcmp0 (type, "table") == 0     ? "table"
                             : g_strcmp0 (type, "view") == 0    ? "view"
                             : g_strcmp0 (type, "trigger") == 0 ? "trigger"
                                                                : "index",
                             shown);
}

gboolean
_brg_store_check_tables (BrgStore *self, GError **error)
{
  g_autoptr (BrgSql) sql =
    _brg_sql_new (self, error, "SELECT type, name, tbl_name, sql FROM sqlite_schema", "");
  guint expected = count_tables (self->format), found = 0;
  int row = -1;

  while (sql != NULL && (row = _brg_sql_row (self, sql, error)) > 0)
    if (++found > expected || !check_object (self, sql, error))
      break;
  if (row != 0)
    return row > 0 && found > expected
             ? _brg_store_corrupt (self, error, "is no sound case: it has more than our %u tables",
                                   expected)
             : FALSE;
  return found == expected ||
         _brg_store_corrupt (self, error, "is no sound case: it has %u tables, must be %u", found,
                             expected);
}
