#include <glib/gi18n.h>

#include "case/brg-case-error.h"
#include "case/brg-case-private.h"
#include "case/brg-library.h"

static gboolean
is_named_after (BrgCase *self, const char *path)
{
  g_autofree char *name = path != NULL ? _brg_case_name_after (path) : NULL;
  return g_strcmp0 (self->name, name) == 0;
}

/* The case was opened from this file. */
static gboolean
is_source (BrgCase *self, const char *path)
{
  g_autofree char *file = path != NULL ? g_path_get_basename (path) : NULL;
  return g_strcmp0 (self->source, file) == 0;
}

/* A copy or a close on its way. */
typedef struct
{
  BrgTask *task; /* that cancelling stops */
  gulong cancel_id;
  guint serial;       /* of what was open */
  gboolean follow;    /* the case is named after its file */
  gboolean is_source; /* which is what it was opened from */
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_clear_object (&request->task);
  g_free (request);
}

/* Takes a reference of `task` (NULL: nothing to cancel). */
static Request *
request_new (GTask *outer, BrgTask *task)
{
  BrgCase *self = g_task_get_source_object (outer);
  GCancellable *cancellable = g_task_get_cancellable (outer);
  Request *request = g_new0 (Request, 1);

  g_task_set_check_cancellable (outer, FALSE);
  g_task_set_task_data (outer, request, request_free);
  request->serial = self->store.serial;
  if (task == NULL)
    return request;
  request->task = g_object_ref (task);
  request->cancel_id = brg_task_follow (task, cancellable);
  return request;
}

/* Takes the writer's answer. TRUE: it was yes, and the case is still the one that asked. */
static gboolean
finish_request (GTask *outer, GAsyncResult *result, GError **error)
{
  BrgCase *self = g_task_get_source_object (outer);
  Request *request = g_task_get_task_data (outer);
  gboolean is_same = request->serial == self->store.serial;

  if (request->cancel_id > 0)
    g_cancellable_disconnect (g_task_get_cancellable (outer), request->cancel_id);
  if (is_same)
    self->store.copying = self->store.closing = FALSE;
  return brg_store_writer_finish (result, error) && is_same;
}

/* Gives it to the caller, who finds the case as it is then. Takes `error`. */
static void
answer (GTask *outer, GError *error)
{
  if (error == NULL)
    g_task_return_boolean (outer, TRUE);
  else
    g_task_return_error (outer, error);
}

/* What was said of the old file does not hold for the copy. */
static void
enter_copy (BrgCase *self, const Request *request)
{
  BrgCaseStore *store = &self->store;

  store->is_unnamed = store->was_recovered = FALSE;
  store->chain[0] = '\0';
  _brg_case_update_store (self);
  if (request->is_source)
    {
      g_free (self->source);
      self->source = g_path_get_basename (store->path);
    }
  _brg_case_set_read_only (self, NULL);
  if (request->follow)
    _brg_case_follow_path (self, TRUE);
  g_object_notify (G_OBJECT (self), "path");
}

static void
saved_as_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  BrgCase *self = g_task_get_source_object (outer);
  GError *error = NULL;
  (void) object;

  if (finish_request (outer, result, &error))
    enter_copy (self, g_task_get_task_data (outer));
  else
    _brg_case_update_store (self);
  answer (outer, error);
}

/* Why nothing can be saved as now, in the error of `outer`; FALSE: it can. */
static gboolean
cannot_save_as (BrgCase *self, GTask *outer, const char *path)
{
  if (path == NULL)
    g_task_return_new_error (outer, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s",
                             _ ("A case can only be saved on this computer."));
  else if (self->scan == NULL)
    g_task_return_new_error (outer, BRG_CASE_ERROR, BRG_INVALID, "%s", _ ("Open a scan first."));
  else if (self->store.copying || self->store.closing)
    g_task_return_new_error (outer, G_IO_ERROR, G_IO_ERROR_PENDING, "%s",
                             _ ("The case is being saved or closed already."));
  else
    return FALSE;
  return TRUE;
}

/* Queues the copy. Takes `contents`, and `outer`. */
static void
start_copy (BrgCase *self,
            const char *path,
            BrgStoreContents *contents,
            BrgTask *task,
            GTask *outer)
{
  BrgCaseStore *store = &self->store;
  BrgStoreOrigin origin = { .path = store->path };
  gboolean has_origin = store->path != NULL && store->chain[0] != '\0';

  g_strlcpy (origin.chain, store->chain, sizeof origin.chain);
  _brg_case_need_writer (self);
  _brg_case_note_history_kept (self);
  store->copying = store->has_greeted = store->thumbnail_due = TRUE;
  brg_store_writer_save_as_async (store->writer, path, has_origin ? &origin : NULL, contents, task,
                                  saved_as_cb, outer);
  if (has_origin)
    {
      store->active_changed = TRUE; /* another defect may have been looked at */
      _brg_case_flush (self);
    }
  _brg_case_update_store (self);
}

void
brg_case_save_as_async (BrgCase *self,
                        GFile *file,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  BrgCaseStore *store = &self->store;
  g_autoptr (GTask) outer = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *path = g_file_get_path (file);
  g_autoptr (BrgTask) task = brg_task_new (_ ("Saving"));
  BrgStoreContents contents;
  BrgError fault;
  GError *error = NULL;

  if (cannot_save_as (self, outer, path))
    return;
  brg_case_stroke_end (self);
  _brg_case_flush (self);
  if (!_brg_case_take_contents (self, &contents, &fault))
    {
      brg_case_error_set (&error, &fault);
      g_task_return_error (outer, error);
      return;
    }
  Request *request = request_new (outer, task);
  request->follow = store->path == NULL || is_named_after (self, store->path);
  request->is_source = is_source (self, store->path);
  start_copy (self, path, &contents, task, g_steal_pointer (&outer));
}

gboolean
brg_case_save_as_finish (BrgCase *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  BrgCase *self = g_task_get_source_object (outer);
  GError *error = NULL;
  (void) object;

  if (finish_request (outer, result, &error))
    {
      g_clear_pointer (&self->store.writer, brg_store_writer_free);
      _brg_case_set_read_only (self, _ ("The case is closed."));
    }
  _brg_case_update_store (self);
  answer (outer, error);
}

void
brg_case_close_async (BrgCase *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  BrgCaseStore *store = &self->store;
  g_autoptr (GTask) outer = g_task_new (self, cancellable, callback, user_data);

  if (store->closing)
    {
      g_task_return_new_error (outer, G_IO_ERROR, G_IO_ERROR_PENDING, "%s",
                               _ ("The case is being saved or closed already."));
      return;
    }
  brg_case_stroke_end (self);
  _brg_case_flush (self);
  _brg_case_thumbnail_stop (self);
  request_new (outer, store->task);
  if (store->writer == NULL)
    {
      _brg_case_set_read_only (self, _ ("The case is closed."));
      g_task_return_boolean (outer, TRUE);
      return;
    }
  store->closing = TRUE;
  brg_store_writer_close_async (store->writer, closed_cb, g_steal_pointer (&outer));
  _brg_case_update_store (self);
}

gboolean
brg_case_close_finish (BrgCase *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
