#include "case/brg-store-private.h"
#include "engine/brg-alloc.h"

BrgStatus
_brg_piece_put (BrgStore *self,
                const char *table,
                gint64 number,
                const BrgPack *pack,
                BrgError *error)
{
  g_autofree char *text = g_strdup_printf ("INSERT INTO %s VALUES (?, ?, ?)", table);
  g_autoptr (BrgSql) sql = NULL;
  int rc = sqlite3_prepare_v2 (self->db, text, -1, &sql, NULL);

  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64 (sql, 1, number);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64 (sql, 2, pack->crc);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_blob64 (sql, 3, pack->bytes, pack->n_bytes, SQLITE_STATIC);
  if (rc == SQLITE_OK)
    rc = sqlite3_step (sql);
  return rc == SQLITE_DONE ? BRG_OK : _brg_sql_fault (self, rc, error);
}

/* Straight into our own memory, which SQLite's blob functions do and columns do not. */
static BrgStatus
read_bytes (BrgStore *self,
            const char *table,
            gint64 number,
            BrgPool *pool,
            BrgPack *pack,
            BrgError *error)
{
  sqlite3_blob *blob = NULL;
  int rc = sqlite3_blob_open (self->db, "main", table, "bytes", number, 0, &blob);

  if (rc != SQLITE_OK)
    return _brg_sql_fault (self, rc, error);
  pack->n_bytes = (gsize) sqlite3_blob_bytes (blob);
  pack->bytes = brg_alloc_in (pool, pack->n_bytes + BRG_PACK_TAIL, 1, error);
  if (pack->bytes != NULL)
    rc = sqlite3_blob_read (blob, pack->bytes, (int) pack->n_bytes, 0);
  BrgStatus status = pack->bytes == NULL ? BRG_NO_MEMORY
                     : rc != SQLITE_OK   ? _brg_sql_fault (self, rc, error)
                                         : BRG_OK;
  sqlite3_blob_close (blob);
  if (status != BRG_OK)
    brg_pack_clear (pack);
  return status;
}

BrgStatus
_brg_piece_get (BrgStore *self,
                const char *table,
                gint64 number,
                BrgPool *pool,
                BrgPack *pack,
                BrgError *error)
{
  g_autofree char *text = g_strdup_printf ("SELECT crc FROM %s WHERE number = ?", table);
  g_autoptr (BrgSql) sql = NULL;
  int rc = sqlite3_prepare_v2 (self->db, text, -1, &sql, NULL);

  *pack = (BrgPack){ 0 };
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64 (sql, 1, number);
  if (rc == SQLITE_OK)
    rc = sqlite3_step (sql);
  if (rc == SQLITE_DONE)
    return BRG_EMPTY;
  if (rc != SQLITE_ROW)
    return _brg_sql_fault (self, rc, error);
  pack->crc = (guint32) sqlite3_column_int64 (sql, 0);
  return read_bytes (self, table, number, pool, pack, error);
}

/* One row: number and length. The length alone does not read the bytes. */
static gboolean
check_piece (BrgStore *self,
             BrgSql *sql,
             const BrgPieces *pieces,
             guint64 *total,
             gint64 *number,
             GError **error)
{
  gint64 last = *number, length;

  if (!_brg_sql_number (self, sql, 0, 0, (gint64) pieces->n - 1, "number of a piece", number,
                        error) ||
      !_brg_sql_number (self, sql, 1, 1, (gint64) BRG_PACK_MAX_BYTES, "size of a piece", &length,
                        error))
    return FALSE;
  if (*number <= last || (pieces->all && *number != last + 1))
    return _brg_store_corrupt (self, error, "%s %" G_GINT64_FORMAT " is missing", pieces->table,
                               last + 1);
  guint64 size = pieces->size_of (pieces->data, (guint64) *number);
  if (!brg_pack_may_hold ((gsize) length, size))
    return _brg_store_corrupt (self, error,
                               "%s %" G_GINT64_FORMAT " has %" G_GINT64_FORMAT
                               " bytes, which cannot hold %" G_GUINT64_FORMAT,
                               pieces->table, *number, length, size);
  *total += (guint64) length;
  return *total <= (guint64) self->n_bytes ||
         _brg_store_corrupt (self, error, "%s claims more bytes than there are", pieces->table);
}

gboolean
_brg_piece_check (BrgStore *self, const BrgPieces *pieces, GError **error)
{
  g_autofree char *text =
    g_strdup_printf ("SELECT number, length (bytes) FROM %s ORDER BY number", pieces->table);
  g_autoptr (BrgSql) sql = _brg_sql_new (self, error, text, "");
  guint64 total = 0;
  gint64 number = -1;
  int row = -1;

  while (sql != NULL && (row = _brg_sql_row (self, sql, error)) > 0)
    if (!check_piece (self, sql, pieces, &total, &number, error))
      return FALSE;
  if (row < 0)
    return FALSE;
  return !pieces->all || number + 1 == (gint64) pieces->n ||
         _brg_store_corrupt (self, error, "%s %" G_GINT64_FORMAT " is missing", pieces->table,
                             number + 1);
}
