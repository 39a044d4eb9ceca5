#include "case/brg-store-private.h"

/* Nobody is at work on a case that is marked as open: its session ended without a word. */
static gboolean
was_left_open (BrgStore *self, const BrgStoreState *state)
{
  return state->is_open && !self->is_marked &&
         (self->mode == BRG_STORE_WRITE || !_brg_store_hold_is_in_use (self->hold, self->path));
}

static void
take_state (BrgStore *self, BrgStoreState *state, BrgStoreContents *contents)
{
  contents->name = g_steal_pointer (&state->name);
  contents->recipes = g_steal_pointer (&state->recipes);
  contents->active = state->active;
  contents->first_seq = state->first_seq;
  contents->position_seq = state->position_seq;
  contents->seconds = state->seconds;
  contents->was_left_open = was_left_open (self, state);
}

/* The small parts first: what is wrong with them is told before the voxels are read. */
static gboolean
load (BrgStore *self, BrgStoreScan *scan, BrgStoreContents *contents, GError **error)
{
  BrgStoreState state;
  BrgPool *pool = brg_job_pool (self->job);

  if (!_brg_store_get_scan (self, scan, error) || !_brg_store_get_state (self, &state, error))
    return FALSE;
  take_state (self, &state, contents);
  contents->entries = _brg_store_get_entries (self, &scan->grid, &state, error);
  _brg_store_state_clear (&state);
  if (contents->entries == NULL || !_brg_store_get_import (self, &contents->import, error) ||
      !_brg_store_check_log (self, scan->sha256, error) ||
      !_brg_store_get_base (self, &scan->grid, pool, &contents->added, &contents->removed, error))
    return FALSE;
  g_strlcpy (contents->sha256, scan->sha256, sizeof contents->sha256);
  contents->warnings = g_steal_pointer (&scan->warnings);
  contents->scan = _brg_store_get_voxels (self, scan, self->job, error);
  return contents->scan != NULL;
}

/* What can be read is given to the user, whatever the rest looks like. */
static gboolean
check_pages (BrgStore *self, GError **error)
{
  gboolean are_sound = TRUE;
  gboolean ok = self->mode == BRG_STORE_READ || _brg_sql_check_pages (self, &are_sound, error);

  self->is_frail = !are_sound;
  return ok;
}

gboolean
brg_store_load (BrgStore *self, BrgStoreContents *contents, BrgJob *job, GError **error)
{
  BrgStoreScan scan = { 0 };

  *contents = (BrgStoreContents){ 0 };
  gboolean ok = _brg_sql_begin (self, FALSE, job, error) && load (self, &scan, contents, error) &&
                check_pages (self, error);
  _brg_sql_end (self);
  _brg_store_scan_clear (&scan);
  self->is_sound |= ok;
  if (!ok)
    brg_store_contents_clear (contents);
  return ok;
}

static gboolean
has_rows (BrgStore *self, const char *text, gint64 seq, gboolean *has, GError **error)
{
  g_autoptr (BrgSql) sql = _brg_sql_new (self, error, text, "i", seq);
  int row = sql != NULL ? _brg_sql_row (self, sql, error) : -1;

  *has = row > 0;
  return row >= 0;
}

static gboolean
find_edits (BrgStore *self, guint64 position_seq, gboolean *has_edits, GError **error)
{
  static const char base[] = "SELECT 1 FROM base WHERE number >= ? LIMIT 1";
  static const char past[] = "SELECT 1 FROM history WHERE seq < ? AND runs IS NOT NULL LIMIT 1";

  return has_rows (self, base, 0, has_edits, error) &&
         (*has_edits || has_rows (self, past, (gint64) position_seq, has_edits, error));
}

static gboolean
summarize (BrgStore *self, BrgStoreSummary *summary, GError **error)
{
  BrgStoreScan scan;
  BrgStoreState state;
  guint64 end_seq;

  if (!_brg_store_get_scan (self, &scan, error))
    return FALSE;
  for (int a = 0; a < 3; a++)
    {
      summary->dim[a] = scan.grid.dim[a];
      summary->spacing_mm[a] = brg_grid_spacing_mm (&scan.grid, a);
    }
  _brg_store_scan_clear (&scan);
  if (!_brg_store_get_state (self, &state, error))
    return FALSE;
  summary->name = g_steal_pointer (&state.name);
  summary->n_defects = brg_recipes_count_placed (state.recipes);
  summary->seconds = state.seconds;
  summary->in_use =
    self->mode == BRG_STORE_READ && _brg_store_hold_is_in_use (self->hold, self->path);
  summary->was_left_open = was_left_open (self, &state);
  gboolean ok = _brg_store_get_thumbnail (self, &summary->thumbnail_png, error) &&
                _brg_store_get_import (self, &summary->import, error) &&
                _brg_store_get_end (self, state.first_seq, &end_seq, error) &&
                find_edits (self, state.position_seq, &summary->has_edits, error);
  if (ok)
    summary->n_entries = (guint) MIN (end_seq - state.first_seq, G_MAXUINT);
  _brg_store_state_clear (&state);
  return ok;
}

gboolean
brg_store_load_summary (BrgStore *self, BrgStoreSummary *summary, GError **error)
{
  *summary = (BrgStoreSummary){ 0 };
  gboolean ok = _brg_sql_begin (self, FALSE, NULL, error) && summarize (self, summary, error);
  _brg_sql_end (self);
  if (!ok)
    brg_store_summary_clear (summary);
  return ok;
}
