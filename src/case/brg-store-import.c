#include <string.h>

#include "case/brg-import-json-private.h"
#include "case/brg-store-private.h"

#define MAX_IMPORT 8192 /* bytes of text */

gboolean
_brg_store_put_import (BrgStore *self, const BrgImport *import, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (!brg_import_is_known (import))
    return TRUE;
  _brg_import_append (text, import, "  ");
  return _brg_sql_finish (
    self, _brg_sql_new (self, error, "INSERT INTO import VALUES (1, ?)", "t", text->str), error);
}

static gboolean
parse (BrgStore *self, const char *text, BrgImport *import, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (JsonObject) object = _brg_json_parse (text, strlen (text), MAX_IMPORT, &fault);

  if (object != NULL && _brg_import_read (object, import, &fault))
    return TRUE;
  return _brg_store_corrupt (self, error, "what it says of its import: %s", fault->message);
}

gboolean
_brg_store_get_import (BrgStore *self, BrgImport *import, GError **error)
{
  const char *text;

  *import = (BrgImport){ 0 };
  if (self->format < BRG_STORE_FORMAT_IMPORT)
    return TRUE;
  g_autoptr (BrgSql) sql =
    _brg_sql_new (self, error, "SELECT json FROM import ORDER BY id LIMIT 2", "");
  int row = sql != NULL ? _brg_sql_row (self, sql, error) : -1;
  if (row <= 0)
    return row == 0;
  return _brg_sql_text (self, sql, 0, MAX_IMPORT, FALSE, "import", &text, error) &&
         parse (self, text, import, error);
}
