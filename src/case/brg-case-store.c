#include <glib/gi18n.h>

#include "case/brg-case-private.h"
#include "case/brg-library.h"

/* A drag that pauses for this long is kept as far as it got. */
#define QUIET_MS 500

#define DEFAULT_NAME "Case01"

gboolean
_brg_case_refuses (BrgCase *self)
{
  const BrgCaseStore *store = &self->store;
  const char *reason = store->closing ? _ ("The case is being closed.") : store->read_only;

  if (reason == NULL)
    return FALSE;
  g_autofree char *message = g_strdup (reason);
  _brg_case_emit_failed (self, message);
  _brg_case_emit_recipe_changed (self);
  return TRUE;
}

void
_brg_case_set_read_only (BrgCase *self, const char *reason)
{
  gboolean changed = (self->store.read_only != NULL) != (reason != NULL);
  char *copy = g_strdup (reason);

  g_free (self->store.read_only);
  self->store.read_only = copy;
  if (changed)
    g_object_notify (G_OBJECT (self), "read-only");
}

/* Replaces the text by one that is taken; notifies when it is another. */
static void
take_text (BrgCase *self, char **text, char *value, const char *property)
{
  gboolean changed = g_strcmp0 (*text, value) != 0;

  g_free (*text);
  *text = value;
  if (changed)
    g_object_notify (G_OBJECT (self), property);
}

char *
_brg_case_name_after (const char *path)
{
  g_autofree char *name = brg_library_name_of (path);
  return brg_export_name_from (name);
}

void
_brg_case_follow_path (BrgCase *self, gboolean keep)
{
  g_autofree char *name = _brg_case_name_after (self->store.path);

  if (g_strcmp0 (name, self->name) == 0)
    return;
  g_free (self->name);
  self->name = g_steal_pointer (&name);
  if (keep)
    _brg_case_keep_name (self);
  g_object_notify (G_OBJECT (self), "name");
}

void
_brg_case_update_store (BrgCase *self)
{
  BrgCaseStore *store = &self->store;
  BrgStoreWriter *writer = store->writer;
  gboolean saving = writer != NULL && brg_store_writer_is_saving (writer);
  g_autoptr (BrgTask) task = writer != NULL ? brg_store_writer_ref_task (writer) : NULL;
  char *path = writer != NULL ? brg_store_writer_dup_path (writer) : NULL;

  if (path != NULL)
    {
      take_text (self, &store->path, path, "path");
      if (store->is_unnamed && !store->copying)
        _brg_case_follow_path (self, FALSE);
    }
  take_text (self, &store->error, writer != NULL ? brg_store_writer_dup_error (writer) : NULL,
             "save-error");
  if (!g_set_object (&store->task, task) && saving == store->saving)
    return;
  store->saving = saving;
  g_object_notify (G_OBJECT (self), "saving");
}

static void
writer_changed_cb (gpointer target)
{
  _brg_case_update_store (target);
}

void
_brg_case_need_writer (BrgCase *self)
{
  if (self->store.writer == NULL)
    self->store.writer = brg_store_writer_new (writer_changed_cb, self);
}

/* Takes `change`. */
static void
queue (BrgCase *self, BrgStoreChange *change)
{
  BrgCaseStore *store = &self->store;

  if (!store->has_greeted)
    {
      BrgStoreChange *greeting = brg_store_change_new ();
      greeting->log = g_strdup (
        store->was_recovered ? "Opened; the session before had not been closed" : "Opened");
      brg_store_writer_push (store->writer, greeting);
      store->has_greeted = TRUE;
    }
  brg_store_writer_push (store->writer, change);
  _brg_case_update_store (self);
}

void
_brg_case_flush (BrgCase *self)
{
  BrgCaseStore *store = &self->store;

  g_clear_handle_id (&store->quiet_id, g_source_remove);
  if (store->writer == NULL)
    return;
  BrgStoreChange *change = brg_store_change_new ();
  change->has_history = brg_history_take_change (self->history, &change->history);
  if (!change->has_history && !store->active_changed)
    {
      brg_store_change_free (change);
      return;
    }
  change->recipes = brg_recipes_ref (self->recipes);
  change->active = self->active;
  if (change->has_history)
    {
      change->log = _brg_case_log_change (self->history, &change->history, store->position_seq);
      store->position_seq = change->history.position_seq;
    }
  store->active_changed = FALSE;
  store->thumbnail_due = TRUE;
  queue (self, change);
}

static gboolean
quiet_cb (gpointer data)
{
  BrgCase *self = data;

  self->store.quiet_id = 0;
  _brg_case_flush (self);
  return G_SOURCE_REMOVE;
}

static void
flush_when_quiet (BrgCase *self)
{
  if (self->store.writer == NULL)
    return;
  g_clear_handle_id (&self->store.quiet_id, g_source_remove);
  self->store.quiet_id = g_timeout_add (QUIET_MS, quiet_cb, self);
}

void
_brg_case_keep (BrgCase *self)
{
  if (brg_history_is_open (self->history))
    flush_when_quiet (self);
  else
    _brg_case_flush (self);
}

void
_brg_case_keep_active (BrgCase *self)
{
  self->store.active_changed = self->store.writer != NULL;
  flush_when_quiet (self);
}

void
_brg_case_keep_log (BrgCase *self, const char *sentence)
{
  if (self->store.writer == NULL)
    return;
  _brg_case_flush (self);
  BrgStoreChange *change = brg_store_change_new ();
  change->log = g_strdup (sentence);
  queue (self, change);
}

void
_brg_case_keep_name (BrgCase *self)
{
  self->store.is_unnamed = FALSE;
  if (self->store.writer == NULL)
    return;
  _brg_case_flush (self);
  BrgStoreChange *change = brg_store_change_new ();
  change->name = g_strdup (self->name);
  change->log = g_strdup_printf ("Named %s", self->name);
  queue (self, change);
}

void
_brg_case_keep_thumbnail (BrgCase *self, GBytes *png)
{
  if (self->store.writer == NULL)
    return;
  BrgStoreChange *change = brg_store_change_new ();
  change->thumbnail_png = g_bytes_ref (png);
  queue (self, change);
}

void
_brg_case_note_history_kept (BrgCase *self)
{
  BrgHistoryChange change;

  if (brg_history_take_change (self->history, &change))
    brg_history_change_clear (&change);
  self->store.position_seq =
    brg_history_get_first_seq (self->history) + brg_history_get_position (self->history);
  self->store.active_changed = FALSE;
}

gboolean
_brg_case_take_contents (BrgCase *self, BrgStoreContents *contents, BrgError *error)
{
  const BrgCaseEdits *edits = _brg_case_snapshot_edits (self, error);

  *contents = (BrgStoreContents){ 0 };
  if (edits == NULL)
    return FALSE;
  contents->name = g_strdup (self->name);
  contents->scan = brg_volume_ref (self->scan);
  contents->warnings = g_strdupv (self->warnings);
  contents->import = self->import;
  contents->recipes = brg_recipes_ref (self->recipes);
  contents->active = self->active;
  contents->added = brg_mask_ref (edits->added);
  contents->removed = brg_mask_ref (edits->removed);
  contents->entries = brg_history_entries_new ();
  for (guint e = 0; e < brg_history_get_n_entries (self->history); e++)
    g_ptr_array_add (contents->entries,
                     brg_history_entry_ref (brg_history_get_entry (self->history, e)));
  contents->first_seq = brg_history_get_first_seq (self->history);
  contents->position_seq = contents->first_seq + brg_history_get_position (self->history);
  contents->seconds = self->store.seconds;
  return TRUE;
}

void
_brg_case_leave_store (BrgCase *self)
{
  BrgCaseStore *store = &self->store;

  _brg_case_flush (self);
  _brg_case_thumbnail_stop (self);
  g_clear_pointer (&store->writer, brg_store_writer_free);
  take_text (self, &store->path, NULL, "path");
  _brg_case_set_read_only (self, NULL);
  store->was_recovered = store->has_greeted = store->thumbnail_due = FALSE;
  store->is_unnamed = store->closing = store->copying = FALSE;
  store->chain[0] = '\0';
  store->seconds = 0;
  store->serial++;
  _brg_case_update_store (self);
}

void
_brg_case_forget_name (BrgCase *self)
{
  g_free (self->name);
  self->name = g_strdup (DEFAULT_NAME);
  g_object_notify (G_OBJECT (self), "name");
}

void
_brg_case_enter_scan (BrgCase *self)
{
  BrgCaseStore *store = &self->store;
  BrgStoreContents contents;
  BrgError error;

  _brg_case_forget_name (self);
  if (store->folder == NULL || !_brg_case_take_contents (self, &contents, &error))
    return;
  g_autoptr (BrgTask) task = brg_task_new (_ ("Saving"));
  _brg_case_need_writer (self);
  store->is_unnamed = store->has_greeted = store->thumbnail_due = TRUE;
  brg_store_writer_create (store->writer, store->folder, &contents, task);
  _brg_case_note_history_kept (self);
  _brg_case_update_store (self);
}

void
_brg_case_enter_load (BrgCase *self, BrgCaseLoad *load)
{
  BrgCaseStore *store = &self->store;

  g_free (self->name);
  self->name =
    g_strdup (brg_export_name_is_valid (load->contents.name) ? load->contents.name : DEFAULT_NAME);
  g_object_notify (G_OBJECT (self), "name");
  store->was_recovered = load->contents.was_left_open && load->read_only == NULL;
  store->thumbnail_due = store->was_recovered;
  store->seconds = load->contents.seconds;
  g_strlcpy (store->chain, load->chain, sizeof store->chain);
  take_text (self, &store->path, g_steal_pointer (&load->path), "path");
  _brg_case_set_read_only (self, load->read_only);
  if (load->store == NULL)
    return;
  _brg_case_need_writer (self);
  brg_store_writer_take_store (store->writer, g_steal_pointer (&load->store));
  _brg_case_note_history_kept (self);
}

void
brg_case_set_folder (BrgCase *self, const char *folder)
{
  g_free (self->store.folder);
  self->store.folder = g_strdup (folder);
}

const char *
brg_case_get_path (BrgCase *self)
{
  return self->store.path;
}

gboolean
brg_case_get_saving (BrgCase *self)
{
  return self->store.saving;
}

guint
brg_case_count_unsaved (BrgCase *self)
{
  if (self->store.writer != NULL)
    return brg_store_writer_count_unsaved (self->store.writer);
  return self->store.path == NULL ? brg_case_get_n_history (self) : 0;
}

BrgTask *
brg_case_get_saving_task (BrgCase *self)
{
  return self->store.task;
}

const char *
brg_case_get_save_error (BrgCase *self)
{
  return self->store.error;
}

gboolean
brg_case_get_file_gone (BrgCase *self)
{
  return self->store.writer != NULL && brg_store_writer_is_gone (self->store.writer);
}

void
brg_case_retry_saving (BrgCase *self)
{
  if (self->store.writer != NULL)
    brg_store_writer_retry (self->store.writer);
}

void
brg_case_give_up_saving (BrgCase *self)
{
  if (self->store.writer != NULL)
    brg_store_writer_give_up (self->store.writer);
}

gboolean
brg_case_get_read_only (BrgCase *self)
{
  return self->store.read_only != NULL;
}

const char *
brg_case_get_read_only_reason (BrgCase *self)
{
  return self->store.read_only;
}

gboolean
brg_case_get_was_recovered (BrgCase *self)
{
  return self->store.was_recovered;
}
