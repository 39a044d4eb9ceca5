#include <glib/gi18n.h>

#include "case/brg-case-error.h"
#include "case/brg-case-export-private.h"
#include "case/brg-manifest-private.h"

static void
job_free (gpointer data)
{
  BrgCaseExport *job = data;

  g_object_unref (job->task);
  g_free (job->dir);
  g_free (job->name);
  brg_volume_unref (job->scan);
  brg_recipes_unref (job->recipes);
  brg_mask_unref (job->edits.added);
  brg_mask_unref (job->edits.removed);
  brg_pipeline_stages_clear (&job->stages);
  brg_mask_unref (job->skull);
  brg_mask_unref (job->cutter);
  brg_mask_unref (job->defective);
  brg_mask_unref (job->implant);
  for (int m = 0; m < BRG_CASE_N_MESHES; m++)
    brg_mesh_unref (job->meshes[m]);
  g_free (job);
}

/* A surface is used again when it was made from this very mask with this smoothing. */
static BrgMesh *
ref_current_mesh (BrgCase *self, int which, const BrgMask *mask)
{
  gboolean current = self->meshes[which] != NULL && self->meshed[which] == mask &&
                     fabs (self->mesh_smooth[which] - self->recipe.smooth) <= 0;

  return current ? brg_mesh_ref (self->meshes[which]) : NULL;
}

static gboolean
take_snapshot (BrgCase *self, BrgCaseExport *job, BrgError *error)
{
  const BrgPipelineResult *result = self->result;
  const BrgCaseEdits *edits = _brg_case_snapshot_edits (self, error);

  if (edits == NULL)
    return FALSE;
  job->name = g_strdup (self->name);
  job->scan = brg_volume_ref (self->scan);
  job->import = self->import;
  job->recipes = brg_recipes_ref (self->recipes);
  job->active = self->active;
  job->edits.added = brg_mask_ref (edits->added);
  job->edits.removed = brg_mask_ref (edits->removed);
  _brg_case_engine_ref_stages (self->engine, &job->stages);
  job->skull = brg_mask_ref (result->skull);
  job->cutter = brg_mask_ref (result->cutter);
  job->defective = brg_mask_ref (result->defective);
  job->implant = brg_mask_ref (result->implant);
  job->meshes[BRG_CASE_MESH_SKULL] = ref_current_mesh (self, BRG_CASE_MESH_SKULL, result->skull);
  job->meshes[BRG_CASE_MESH_DEFECTIVE] =
    ref_current_mesh (self, BRG_CASE_MESH_DEFECTIVE, result->defective);
  job->meshes[BRG_CASE_MESH_IMPLANT] =
    ref_current_mesh (self, BRG_CASE_MESH_IMPLANT, result->implant);
  return TRUE;
}

/* In the export's thread: what identifies the files for ever. "" when it cannot be read again. */
static void
hash_manifest (BrgCaseExport *job)
{
  gint64 bytes;
  g_autofree char *path = g_build_filename (job->dir, BRG_MANIFEST_NAME, NULL);

  if (!_brg_hash_file (path, job->manifest_sha256, &bytes, NULL))
    job->manifest_sha256[0] = '\0';
}

static void
export_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  (void) source;
  (void) cancellable;

  gboolean ok = _brg_case_export_publish (data, &error);
  if (ok)
    hash_manifest (data);
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* In the log of the case, if it is still the one that was exported. */
static void
keep_in_log (BrgCase *self, const BrgCaseExport *job)
{
  guint n = brg_recipes_count_placed (job->recipes);
  const char *sha256 = *job->manifest_sha256 != '\0' ? job->manifest_sha256 : "not known";

  if (self->scan != job->scan)
    return;
  g_autofree char *sentence =
    g_strdup_printf ("Exported as %s: skull, %u %s (SHA-256 of manifest: %s)", job->name, n,
                     n == 1 ? "defect" : "defects", sha256);
  _brg_case_keep_log (self, sentence);
}

static void
finish_export (GTask *outer, GError *error)
{
  BrgCaseExport *job = g_task_get_task_data (outer);

  if (job->cancel_id > 0)
    g_cancellable_disconnect (g_task_get_cancellable (outer), job->cancel_id);
  if (error != NULL)
    g_task_return_error (outer, error);
  else
    g_task_return_boolean (outer, TRUE);
}

static void
exported_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  BrgCase *self = g_task_get_source_object (outer);
  GError *error = NULL;
  (void) object;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    keep_in_log (self, g_task_get_task_data (outer));
  self->exporting = FALSE;
  if (self->run == NULL && !self->opening)
    _brg_case_set_task (self, NULL);
  _brg_case_notify_busy (self);
  finish_export (outer, error);
  _brg_case_start_exports (self);
}

/* Takes `outer`. */
static void
start_export (BrgCase *self, GTask *outer)
{
  BrgCaseExport *job = g_task_get_task_data (outer);
  BrgError fault = { 0 };
  GError *error = NULL;

  if (!take_snapshot (self, job, &fault))
    {
      brg_case_error_set (&error, &fault);
      finish_export (outer, error);
      g_object_unref (outer);
      return;
    }
  self->exporting = TRUE;
  if (self->run == NULL && !self->opening)
    _brg_case_set_task (self, job->task);
  _brg_case_notify_busy (self);

  /* Without a source object: the case must not lose its last reference in the thread. */
  g_autoptr (GTask) worker = g_task_new (NULL, NULL, exported_cb, outer);
  g_task_set_task_data (worker, job, NULL);
  g_task_run_in_thread (worker, export_thread_cb);
}

void
_brg_case_fail_exports (BrgCase *self, const char *message)
{
  GTask *outer;

  while ((outer = g_queue_pop_head (&self->exports)) != NULL)
    {
      finish_export (outer, g_error_new_literal (BRG_CASE_ERROR, BRG_INVALID, message));
      g_object_unref (outer);
    }
}

void
_brg_case_start_exports (BrgCase *self)
{
  if (self->exporting || self->run != NULL || g_queue_is_empty (&self->exports))
    return;
  if (self->scan == NULL)
    _brg_case_fail_exports (self, _ ("Open a scan first."));
  else if (self->stale || self->result == NULL)
    _brg_case_fail_exports (self, self->error != NULL ? self->error : _ ("There is no skull yet."));
  else
    start_export (self, g_queue_pop_head (&self->exports));
}

void
brg_case_export_async (BrgCase *self,
                       GFile *folder,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *outer = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *dir = g_file_get_path (folder);

  g_task_set_check_cancellable (outer, FALSE);
  if (dir == NULL)
    {
      g_autofree char *name = g_file_get_basename (folder);
      g_task_return_new_error (outer, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                               "%s: not a folder of this computer", name);
      g_object_unref (outer);
      return;
    }
  BrgCaseExport *job = g_new0 (BrgCaseExport, 1);
  job->task = brg_task_new (_ ("Export"));
  job->dir = g_steal_pointer (&dir);
  g_task_set_task_data (outer, job, job_free);
  job->cancel_id = brg_task_follow (job->task, cancellable);
  g_queue_push_tail (&self->exports, outer);
  _brg_case_start_exports (self);
}

gboolean
brg_case_export_finish (BrgCase *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
