#include "case/brg-store-private.h"

/* What the file has before a change. */
typedef struct
{
  BrgSha256 sha256;
  guint64 first_seq, end_seq, seconds;
} Before;

static gboolean
check_place (BrgStore *self, GError **error)
{
  return _brg_store_hold_is_at (self->hold, self->path) ||
         _brg_store_error (error, self->path, BRG_STORE_ERROR_GONE,
                           "was removed or replaced by another program");
}

static gboolean
find_before (BrgStore *self, Before *before, GError **error)
{
  g_autoptr (BrgSql) sql =
    _brg_sql_new (self, error, "SELECT first_seq, seconds, sha256 FROM state, scan", "");
  const char *sha256;
  gint64 first, seconds;

  if (!_brg_sql_only_row (self, sql, error) ||
      !_brg_sql_number (self, sql, 0, 0, BRG_STORE_MAX_SEQ, "first entry", &first, error) ||
      !_brg_sql_number (self, sql, 1, 0, BRG_STORE_MAX_SEQ, "time of work", &seconds, error) ||
      !_brg_sql_text (self, sql, 2, sizeof before->sha256, FALSE, "digest", &sha256, error))
    return FALSE;
  before->first_seq = (guint64) first;
  before->seconds = (guint64) seconds;
  g_strlcpy (before->sha256, sha256, sizeof before->sha256);
  return _brg_store_get_end (self, before->first_seq, &before->end_seq, error);
}

/* The list after the change has no gap, begins no earlier than before, drops at the front what the
 * file has, and ends where it can still be read. */
static gboolean
check_history (BrgStore *self, const BrgHistoryChange *change, const Before *before, GError **error)
{
  guint n = change->entries != NULL ? change->entries->len : 0;

  if (change->first_seq >= before->first_seq && change->first_seq <= change->cut_seq &&
      change->cut_seq <= before->end_seq && change->position_seq >= change->first_seq &&
      change->position_seq <= change->cut_seq + n && change->cut_seq + n <= BRG_STORE_MAX_SEQ)
    return TRUE;
  return _brg_store_error (error, self->path, BRG_STORE_ERROR_IO,
                           "a change of its history does not follow: first %" G_GUINT64_FORMAT
                           ", cut %" G_GUINT64_FORMAT ", %u entries, position %" G_GUINT64_FORMAT
                           " on entries %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
                           change->first_seq, change->cut_seq, n, change->position_seq,
                           before->first_seq, before->end_seq);
}

static gboolean
drop_entries (BrgStore *self, const char *text, guint64 seq, GError **error)
{
  return _brg_sql_finish (self, _brg_sql_new (self, error, text, "i", (gint64) seq), error);
}

static gboolean
change_history (BrgStore *self,
                const BrgHistoryChange *change,
                const Before *before,
                GError **error)
{
  if (!check_history (self, change, before, error) ||
      !drop_entries (self, "DELETE FROM history WHERE seq >= ?", change->cut_seq, error) ||
      !_brg_store_put_entries (self, change->entries, change->cut_seq, before->sha256, error))
    return FALSE;
  if (change->first_seq > before->first_seq &&
      (!_brg_store_fold (self, change->first_seq, error) ||
       !drop_entries (self, "DELETE FROM history WHERE seq < ?", change->first_seq, error)))
    return FALSE;
  return _brg_sql_finish (self,
                          _brg_sql_new (self, error,
                                        "UPDATE state SET first_seq = ?, position_seq = ?", "ii",
                                        (gint64) change->first_seq, (gint64) change->position_seq),
                          error);
}

static gboolean
change_recipes (BrgStore *self, const BrgStoreChange *change, const Before *before, GError **error)
{
  g_autofree char *text = _brg_store_recipes_text (change->recipes, before->sha256);

  return _brg_sql_finish (self,
                          _brg_sql_new (self, error, "UPDATE state SET recipes = ?, active = ?",
                                        "ti", text, (gint64) change->active),
                          error);
}

static gboolean
change_name (BrgStore *self, const char *name, GError **error)
{
  return _brg_store_check_name (self, name, error) &&
         _brg_sql_finish (self, _brg_sql_new (self, error, "UPDATE state SET name = ?", "t", name),
                          error);
}

/* The session and the time of work. */
static gboolean
mark (BrgStore *self, gboolean is_open, guint64 seconds, GError **error)
{
  return _brg_sql_finish (self,
                          _brg_sql_new (self, error, "UPDATE state SET is_open = ?, seconds = ?",
                                        "ii", (gint64) is_open, (gint64) seconds),
                          error);
}

/* Of this session the time is counted from its first change on: `before` has that of the others. */
static void
begin_session (BrgStore *self, const Before *before)
{
  if (!self->is_marked)
    self->seconds = before->seconds;
}

static gboolean
change_all (BrgStore *self, const BrgStoreChange *change, GError **error)
{
  Before before;

  if (!find_before (self, &before, error))
    return FALSE;
  begin_session (self, &before);
  return (!change->has_history || change_history (self, &change->history, &before, error)) &&
         (change->recipes == NULL || change_recipes (self, change, &before, error)) &&
         (change->name == NULL || change_name (self, change->name, error)) &&
         (change->thumbnail_png == NULL ||
          _brg_store_put_thumbnail (self, change->thumbnail_png, error)) &&
         (change->log == NULL || _brg_store_put_log (self, change->log, before.sha256, error)) &&
         mark (self, TRUE, _brg_store_seconds (self), error) && _brg_sql_commit (self, error);
}

gboolean
brg_store_apply (BrgStore *self, const BrgStoreChange *change, GError **error)
{
  g_return_val_if_fail (self->mode == BRG_STORE_WRITE, FALSE);
  g_return_val_if_fail (change->recipes == NULL || change->active < change->recipes->n, FALSE);

  if (!check_place (self, error))
    return FALSE;
  if (self->is_frail)
    return _brg_store_corrupt (self, error,
                               "is damaged and is not written to; a copy of it can be");
  gboolean ok = _brg_sql_begin (self, TRUE, NULL, error) && change_all (self, change, error);
  _brg_sql_end (self);
  self->is_marked |= ok;
  self->is_unsure &= !ok;
  return ok;
}

/* Is the file marked as open, be it by us or by a session that ended without a word? */
static gboolean
find_mark (BrgStore *self, gboolean *is_marked, GError **error)
{
  g_autoptr (BrgSql) sql = _brg_sql_new (self, error, "SELECT is_open FROM state", "");

  if (!_brg_sql_only_row (self, sql, error))
    return FALSE;
  *is_marked = sqlite3_column_int64 (sql, 0) != 0;
  return TRUE;
}

static gboolean
end_session (BrgStore *self, GError **error)
{
  gboolean is_marked = FALSE;
  Before before;

  if (!check_place (self, error))
    return FALSE;
  gboolean ok = find_mark (self, &is_marked, error);
  if (ok && is_marked)
    {
      ok = _brg_sql_begin (self, TRUE, NULL, error) && find_before (self, &before, error);
      if (ok)
        {
          begin_session (self, &before);
          ok = mark (self, FALSE, self->is_marked ? _brg_store_seconds (self) : before.seconds,
                     error) &&
               _brg_sql_commit (self, error);
        }
      _brg_sql_end (self);
    }
  return ok;
}

gboolean
brg_store_close (BrgStore *self, GError **error)
{
  if (self == NULL)
    return TRUE;
  gboolean may_write =
    self->mode == BRG_STORE_WRITE && (self->is_sound || self->is_marked) && !self->is_frail;
  gboolean ok = !may_write || end_session (self, error);
  _brg_store_free (self);
  return ok;
}
