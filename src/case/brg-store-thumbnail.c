#include <string.h>

#include "case/brg-store-private.h"

#define MAX_BYTES ((gsize) 1 << 20)

gboolean
_brg_store_put_thumbnail (BrgStore *self, GBytes *png, GError **error)
{
  if (g_bytes_get_size (png) > MAX_BYTES)
    return _brg_store_error (error, self->path, BRG_STORE_ERROR_IO,
                             "its thumbnail has %zu bytes, at most %zu", g_bytes_get_size (png),
                             MAX_BYTES);
  return _brg_sql_finish (
    self, _brg_sql_new (self, error, "INSERT OR REPLACE INTO thumbnail VALUES (1, ?)", "b", png),
    error);
}

/* A picture is no reason to refuse a case: what is none is left out. */
gboolean
_brg_store_get_thumbnail (BrgStore *self, GBytes **png, GError **error)
{
  static const guint8 signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

  *png = NULL;
  if (self->format < BRG_STORE_FORMAT_LOG)
    return TRUE;
  g_autoptr (BrgSql) sql = _brg_sql_new (self, error, "SELECT png FROM thumbnail LIMIT 1", "");
  int row = sql != NULL ? _brg_sql_row (self, sql, error) : -1;
  if (row <= 0)
    return row == 0;
  gsize size = (gsize) sqlite3_column_bytes (sql, 0);
  gconstpointer bytes = sqlite3_column_blob (sql, 0);
  if (size > sizeof signature && size <= MAX_BYTES && memcmp (bytes, signature, 8) == 0)
    *png = g_bytes_new (bytes, size);
  return TRUE;
}
