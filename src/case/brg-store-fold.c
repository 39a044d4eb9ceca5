#include "case/brg-store-private.h"

/* Both masks, whether or not there was something in them. */
static gboolean
get_masks (BrgStore *self, const BrgGrid *grid, BrgMask *masks[2], GError **error)
{
  BrgError fault = { 0 };

  if (!_brg_store_get_base (self, grid, NULL, &masks[0], &masks[1], error))
    return FALSE;
  for (int which = 0; which < 2; which++)
    if (masks[which] == NULL)
      {
        masks[which] = brg_mask_new (grid, &fault);
        if (masks[which] == NULL)
          return _brg_store_fault (self, error, &fault);
      }
  return TRUE;
}

static gboolean
apply_edits (BrgStore *self, BrgSql *sql, BrgMask *masks[2], GError **error)
{
  int row;

  while ((row = _brg_sql_row (self, sql, error)) > 0)
    {
      g_autoptr (BrgEditDelta) delta = _brg_store_read_delta (sql, 1);
      if (delta == NULL || !brg_edit_delta_apply (delta, masks[0], masks[1]))
        return _brg_store_corrupt (
          self, error, "entry %" G_GINT64_FORMAT " of its history does not fit the scan",
          (gint64) sqlite3_column_int64 (sql, 0));
    }
  return row == 0;
}

gboolean
_brg_store_fold (BrgStore *self, guint64 seq, GError **error)
{
  g_autoptr (BrgSql) sql = _brg_sql_new (
    self, error, "SELECT seq, box, runs FROM history WHERE seq < ? AND runs IS NOT NULL", "i",
    (gint64) seq);
  BrgStoreScan scan;
  BrgMask *masks[2] = { NULL, NULL };

  if (sql == NULL || !_brg_store_get_scan (self, &scan, error))
    return FALSE;
  gboolean ok = get_masks (self, &scan.grid, masks, error) &&
                apply_edits (self, sql, masks, error) &&
                _brg_store_put_base (self, masks[0], masks[1], NULL, error);
  brg_mask_unref (masks[0]);
  brg_mask_unref (masks[1]);
  _brg_store_scan_clear (&scan);
  return ok;
}
