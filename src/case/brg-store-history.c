#include <string.h>

#include "case/brg-store-private.h"

#define MAX_LABEL 1024
#define BOX_BYTES (6 * sizeof (gint32))

/* Columns of a row, in the order of SELECT_ENTRIES. */
enum
{
  SEQ,
  LABEL,
  BEFORE,
  AFTER,
  BOX,
  RUNS,
};
#define SELECT_ENTRIES "SELECT seq, label, before, after, box, runs FROM history "

/* What a walk over the history needs to make entries. Recipes that follow each other share what is
 * equal: what one change leaves the next one finds. */
typedef struct
{
  BrgStore *store;
  const BrgGrid *grid;
  char *last_text;
  BrgRecipes *last;
} Reader;

static GBytes *
pack_box (const BrgBox *box)
{
  gint32 numbers[6];

  for (int a = 0; a < 3; a++)
    {
      numbers[a] = GINT32_TO_LE (box->lo[a]);
      numbers[3 + a] = GINT32_TO_LE (box->hi[a]);
    }
  return g_bytes_new (numbers, sizeof numbers);
}

static BrgBox
unpack_box (gconstpointer bytes)
{
  gint32 numbers[6];
  BrgBox box;

  memcpy (numbers, bytes, sizeof numbers);
  for (int a = 0; a < 3; a++)
    {
      box.lo[a] = GINT32_FROM_LE (numbers[a]);
      box.hi[a] = GINT32_FROM_LE (numbers[3 + a]);
    }
  return box;
}

static gboolean
put_entry (BrgStore *self,
           const BrgHistoryEntry *entry,
           guint64 seq,
           const BrgSha256 sha256,
           GError **error)
{
  g_autofree char *before =
    entry->before != NULL ? _brg_store_recipes_text (entry->before, sha256) : NULL;
  g_autofree char *after =
    entry->after != NULL ? _brg_store_recipes_text (entry->after, sha256) : NULL;
  g_autofree char *label = _brg_store_cut_text (entry->label, MAX_LABEL);
  g_autoptr (GBytes) box = entry->delta != NULL ? pack_box (&entry->delta->box) : NULL;

  return _brg_sql_finish (self,
                          _brg_sql_new (self, error,
                                        "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)", "itttbb",
                                        (gint64) seq, label, before, after, box,
                                        entry->delta != NULL ? entry->delta->runs : NULL),
                          error);
}

gboolean
_brg_store_put_entries (BrgStore *self,
                        GPtrArray *entries,
                        guint64 seq,
                        const BrgSha256 sha256,
                        GError **error)
{
  gboolean ok = TRUE;

  for (guint e = 0; ok && entries != NULL && e < entries->len; e++)
    ok = put_entry (self, g_ptr_array_index (entries, e), seq + e, sha256, error);
  return ok;
}

/* A new reference. */
static BrgRecipes *
read_recipes (Reader *reader, BrgSql *sql, int column, GError **error)
{
  const char *text;

  if (!_brg_sql_text (reader->store, sql, column, BRG_STORE_MAX_RECIPES, FALSE,
                      "recipe of an entry", &text, error))
    return NULL;
  if (g_strcmp0 (text, reader->last_text) != 0)
    {
      BrgRecipes *recipes = _brg_store_recipes_parse (reader->store, text, error);
      if (recipes == NULL)
        return NULL;
      g_clear_pointer (&reader->last, brg_recipes_unref);
      reader->last = recipes;
      g_free (reader->last_text);
      reader->last_text = g_strdup (text);
    }
  return brg_recipes_ref (reader->last);
}

static BrgHistoryEntry *
read_change (Reader *reader, BrgSql *sql, const char *label, GError **error)
{
  g_autoptr (BrgRecipes) before = read_recipes (reader, sql, BEFORE, error);
  g_autoptr (BrgRecipes) after = before != NULL ? read_recipes (reader, sql, AFTER, error) : NULL;

  return after != NULL ? brg_history_entry_new_recipes (before, after, label) : NULL;
}

BrgEditDelta *
_brg_store_read_delta (BrgSql *sql, int column)
{
  if (sqlite3_column_type (sql, column) != SQLITE_BLOB ||
      sqlite3_column_bytes (sql, column) != (int) BOX_BYTES ||
      sqlite3_column_type (sql, column + 1) != SQLITE_BLOB)
    return NULL;
  BrgEditDelta *delta = g_new (BrgEditDelta, 1);
  *delta = (BrgEditDelta){
    unpack_box (sqlite3_column_blob (sql, column)),
    g_bytes_new (sqlite3_column_blob (sql, column + 1),
                 (gsize) sqlite3_column_bytes (sql, column + 1)),
  };
  return delta;
}

static gboolean
holds_edit (BrgSql *sql)
{
  return sqlite3_column_type (sql, BEFORE) == SQLITE_NULL &&
         sqlite3_column_type (sql, AFTER) == SQLITE_NULL;
}

static gboolean
holds_change (BrgSql *sql)
{
  return sqlite3_column_type (sql, BEFORE) != SQLITE_NULL &&
         sqlite3_column_type (sql, AFTER) != SQLITE_NULL &&
         sqlite3_column_type (sql, BOX) == SQLITE_NULL &&
         sqlite3_column_type (sql, RUNS) == SQLITE_NULL;
}

static BrgHistoryEntry *
read_edit (Reader *reader, BrgSql *sql, const char *label, GError **error)
{
  g_autoptr (BrgEditDelta) delta = _brg_store_read_delta (sql, BOX);

  if (delta != NULL && brg_edit_delta_fits (delta, reader->grid))
    return brg_history_entry_new_edit (g_steal_pointer (&delta), label);
  _brg_store_corrupt (reader->store, error,
                      "entry %" G_GINT64_FORMAT " of its history does not fit the scan",
                      (gint64) sqlite3_column_int64 (sql, SEQ));
  return NULL;
}

static BrgHistoryEntry *
read_entry (Reader *reader, BrgSql *sql, GError **error)
{
  const char *label;

  if (!_brg_sql_text (reader->store, sql, LABEL, MAX_LABEL, TRUE, "label of an entry", &label,
                      error))
    return NULL;
  if (holds_change (sql))
    return read_change (reader, sql, label, error);
  if (holds_edit (sql))
    return read_edit (reader, sql, label, error);
  _brg_store_corrupt (reader->store, error,
                      "entry %" G_GINT64_FORMAT " of its history is neither edit nor change",
                      (gint64) sqlite3_column_int64 (sql, SEQ));
  return NULL;
}

/* All rows, which are numbered without a gap from first_seq on. */
static gboolean
read_entries (Reader *reader, guint64 first_seq, GPtrArray *entries, GError **error)
{
  g_autoptr (BrgSql) sql = _brg_sql_new (reader->store, error, SELECT_ENTRIES "ORDER BY seq", "");
  int row = -1;

  while (sql != NULL && (row = _brg_sql_row (reader->store, sql, error)) > 0)
    {
      gint64 seq, expected = (gint64) first_seq + entries->len;
      if (!_brg_sql_number (reader->store, sql, SEQ, expected, expected, "next entry", &seq, error))
        return FALSE;
      BrgHistoryEntry *entry = read_entry (reader, sql, error);
      if (entry == NULL)
        return FALSE;
      g_ptr_array_add (entries, entry);
    }
  return row == 0;
}

GPtrArray *
_brg_store_get_entries (BrgStore *self,
                        const BrgGrid *grid,
                        const BrgStoreState *state,
                        GError **error)
{
  g_autoptr (GPtrArray) entries = brg_history_entries_new ();
  Reader reader = { .store = self, .grid = grid };
  gboolean ok = read_entries (&reader, state->first_seq, entries, error);

  brg_recipes_unref (reader.last);
  g_free (reader.last_text);
  if (ok && state->position_seq > state->first_seq + entries->len)
    ok = _brg_store_corrupt (self, error,
                             "its position %" G_GUINT64_FORMAT " lies beyond its %u entries",
                             state->position_seq - state->first_seq, entries->len);
  return ok ? g_steal_pointer (&entries) : NULL;
}

gboolean
_brg_store_get_end (BrgStore *self, guint64 first_seq, guint64 *end_seq, GError **error)
{
  g_autoptr (BrgSql) sql = _brg_sql_new (self, error, "SELECT max (seq) FROM history", "");
  gint64 last;

  if (!_brg_sql_only_row (self, sql, error))
    return FALSE;
  *end_seq = first_seq;
  if (sqlite3_column_type (sql, 0) == SQLITE_NULL)
    return TRUE;
  if (!_brg_sql_number (self, sql, 0, (gint64) first_seq, BRG_STORE_MAX_SEQ, "last entry", &last,
                        error))
    return FALSE;
  *end_seq = (guint64) last + 1;
  return TRUE;
}
