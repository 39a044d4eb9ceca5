#include <glib/gi18n.h>

#include "case/brg-archive.h"
#include "case/brg-case-error.h"
#include "case/brg-case-private.h"
#include "case/brg-import-file.h"
#include "engine/brg-job-part.h"
#include "engine/brg-mask-scan.h"

/* Window of a scan that holds bone, and how bright its brightest voxels are then. */
#define BONE_LEVEL_HU  300.0
#define BONE_WINDOW_HU 2000.0
#define BONE_HU        700

/* What the worker makes; moved into the case when complete. */
typedef struct
{
  BrgTask *task;
  char *path;
  char *source;
  GPtrArray *all_series; /* and which one is to be read; NULL: `path` is a file */
  guint series;
  BrgImportOptions options;
  BrgRecipes *recipes; /* of a case whose scan is there already; else NULL */
  guint active;
  BrgArrival *arrival; /* of its slices */
  gulong cancel_id;

  BrgVolume *scan;
  BrgHistogram *histogram;
  BrgMask *added, *removed;
  BrgCaseEngine *engine;
  GStrv warnings;
  BrgImport import;
  gboolean is_skull; /* the scan was made of one */
  gboolean is_case;  /* it was read from a case file */
  BrgCaseLoad load;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  g_clear_object (&opening->task);
  g_free (opening->path);
  g_free (opening->source);
  g_clear_pointer (&opening->all_series, g_ptr_array_unref);
  brg_arrival_unref (opening->arrival);
  brg_volume_unref (opening->scan);
  g_free (opening->histogram);
  brg_mask_unref (opening->added);
  brg_mask_unref (opening->removed);
  g_clear_pointer (&opening->engine, _brg_case_engine_unref);
  g_strfreev (opening->warnings);
  g_clear_pointer (&opening->recipes, brg_recipes_unref);
  _brg_case_load_clear (&opening->load);
  g_free (opening);
}

/* Everything a case needs besides the voxels. */
static BrgStatus
prepare (Opening *opening, BrgJob *job, BrgError *error)
{
  brg_job_stage (job, N_ ("Histogram"), 0.95, 1);
  opening->histogram = g_new0 (BrgHistogram, 1);
  BrgStatus status = brg_histogram (opening->scan, opening->histogram, job, error);
  if (status != BRG_OK)
    return status;
  if (opening->added == NULL)
    opening->added = brg_mask_new (&opening->scan->grid, error);
  if (opening->removed == NULL && opening->added != NULL)
    opening->removed = brg_mask_new (&opening->scan->grid, error);
  if (opening->removed != NULL)
    opening->engine = _brg_case_engine_new (opening->scan, error);
  return opening->engine != NULL ? BRG_OK : error->status;
}

static gboolean
read_scan (Opening *opening, BrgJob *job, GError **error)
{
  g_autoptr (BrgArchive) archive = NULL;
  BrgJobPart parts = brg_job_parts (job);
  BrgImportFile file = { 0 };
  BrgError fault = { 0 };

  brg_job_part (&parts, 0, brg_archive_is (opening->path) ? 0.4 : 0);
  const char *path = brg_archive_find_image (opening->path, &archive, job, error);
  brg_job_part (&parts, archive != NULL ? 0.4 : 0, 1);
  if (path != NULL)
    brg_import_file_read (&file, path, &opening->options, job, &fault);
  brg_job_parts_end (&parts);
  if (path == NULL)
    return FALSE;
  brg_archive_name_error (archive, opening->path, &fault);
  if (file.scan == NULL)
    return brg_case_error_set (error, &fault);
  opening->warnings = brg_import_file_describe (&file, &opening->options);
  opening->scan = g_steal_pointer (&file.scan);
  opening->is_skull = file.is_skull;
  opening->import = brg_import_of_image (&file.header);
  return TRUE;
}

static gboolean
read_series (Opening *opening, BrgJob *job, GError **error)
{
  const BrgSeries *series = opening->all_series->pdata[opening->series];

  BrgSeriesMode mode = opening->options.resample ? BRG_SERIES_RESAMPLE : BRG_SERIES_AS_IT_IS;

  opening->scan = brg_series_read (series, mode, opening->arrival, &opening->warnings, job, error);
  if (opening->scan != NULL)
    opening->import = brg_series_describe_import (series, mode);
  return opening->scan != NULL;
}

static gboolean
deface (Opening *opening, BrgJob *job, GError **error)
{
  BrgError fault = { 0 };

  opening->scan =
    brg_import_deface (&opening->import, opening->scan, &opening->options, job, &fault);
  if (opening->scan != NULL)
    return TRUE;
  brg_error_prefix (&fault, opening->source);
  return brg_case_error_set (error, &fault);
}

/* A scan that is no case yet. */
static gboolean
import (Opening *opening, BrgJob *job, GError **error)
{
  BrgJobPart parts = brg_job_parts (job);

  brg_job_part (&parts, 0, opening->options.deface ? 0.7 : 1);
  gboolean ok = opening->scan != NULL         ? TRUE
                : opening->all_series != NULL ? read_series (opening, job, error)
                                              : read_scan (opening, job, error);
  brg_job_part (&parts, 0.7, 1);
  if (ok && !opening->is_skull)
    ok = deface (opening, job, error);
  brg_job_parts_end (&parts);
  return ok;
}

static gboolean
read_case (Opening *opening, BrgJob *job, GError **error)
{
  BrgStoreContents *contents = &opening->load.contents;

  if (!_brg_case_load (opening->path, &opening->load, job, error))
    return FALSE;
  opening->scan = brg_volume_ref (contents->scan);
  opening->is_skull = brg_mask_scan_is (opening->scan);
  opening->warnings = g_strdupv (contents->warnings);
  opening->import = contents->import;
  opening->added = g_steal_pointer (&contents->added);
  opening->removed = g_steal_pointer (&contents->removed);
  return TRUE;
}

static void
open_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Opening *opening = data;
  BrgJob *job = brg_task_get_job (opening->task);
  BrgError fault = { 0 };
  GError *failure = NULL;
  (void) source;
  (void) cancellable;

  brg_job_stage (job, N_ ("Reading"), 0, 0.95);
  opening->is_case = opening->path != NULL && _brg_case_is_case_file (opening->path);
  gboolean ok =
    opening->is_case ? read_case (opening, job, &failure) : import (opening, job, &failure);
  if (ok && prepare (opening, job, &fault) != BRG_OK)
    {
      brg_error_prefix (&fault, opening->source);
      ok = brg_case_error_set (&failure, &fault);
    }
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, failure);
}

/* Recipes, and edits that are in place already. */
static void
take_work (BrgCase *self, BrgRecipes *recipes, guint active)
{
  BrgBox added = brg_mask_bounds (self->added), removed = brg_mask_bounds (self->removed);

  self->edits_revision = 1;
  self->spares.box = brg_box_union (&added, &removed);
  _brg_case_take_recipes (self, brg_recipes_ref (recipes), active);
}

/* Recipes, edits and history as the file has them. */
static void
take_case (BrgCase *self, BrgCaseLoad *load)
{
  BrgStoreContents *contents = &load->contents;

  take_work (self, contents->recipes, contents->active);
  if (contents->entries != NULL)
    brg_history_restore (self->history, contents->entries, contents->first_seq,
                         contents->position_seq);
  _brg_case_enter_load (self, load);
}

static void
take_scan (BrgCase *self, Opening *opening)
{
  _brg_case_fail_exports (self, _ ("Another scan was opened."));
  _brg_case_leave_store (self);
  _brg_case_clear_scan (self);
  self->scan = g_steal_pointer (&opening->scan);
  self->histogram = g_steal_pointer (&opening->histogram);
  self->added = g_steal_pointer (&opening->added);
  self->removed = g_steal_pointer (&opening->removed);
  self->engine = g_steal_pointer (&opening->engine);
  self->warnings = g_steal_pointer (&opening->warnings);
  self->import = opening->import;
  self->is_skull = opening->is_skull;
  self->source = g_steal_pointer (&opening->source);
  BrgRecipe recipe =
    opening->is_skull && !opening->is_case ? brg_mask_scan_recipe () : brg_recipe_default ();
  _brg_case_take_recipes (self, brg_recipes_new (&recipe, 1), 0);
  if (opening->recipes != NULL)
    take_work (self, opening->recipes, opening->active);
  if (opening->is_case)
    take_case (self, &opening->load);
  else
    _brg_case_enter_scan (self);
}

/* On the main thread, between the worker and the caller's callback. */
static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  BrgCase *self = g_task_get_source_object (outer);
  Opening *opening = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;
  (void) object;

  if (opening->cancel_id > 0)
    g_cancellable_disconnect (g_task_get_cancellable (outer), opening->cancel_id);
  self->opening = FALSE;
  _brg_case_set_arrival (self, NULL);
  if (self->run == NULL)
    _brg_case_set_task (self, NULL);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      _brg_case_notify_busy (self);
      g_task_return_error (outer, error);
      return;
    }
  take_scan (self, opening);
  _brg_case_set_failure (self, NULL);
  _brg_case_emit_opened (self);
  _brg_case_emit_recipe_changed (self);
  _brg_case_emit_history_changed (self);
  _brg_case_schedule (self);
  g_task_return_boolean (outer, TRUE);
}

/* FALSE when nothing may be opened now: `outer` has returned then. */
static gboolean
may_open (BrgCase *self, GTask *outer, const char *path, const char *source)
{
  if (!self->opening && path != NULL)
    return TRUE;
  g_task_return_new_error (
    outer, G_IO_ERROR, self->opening ? G_IO_ERROR_PENDING : G_IO_ERROR_NOT_SUPPORTED,
    self->opening ? "%s: another scan is being opened" : "%s: not a file of this computer", source);
  return FALSE;
}

/* Takes `opening`, and `outer`. */
static void
start_opening (BrgCase *self, Opening *opening, GTask *outer)
{
  GCancellable *cancellable = g_task_get_cancellable (outer);

  opening->task = brg_task_new (opening->source);
  opening->cancel_id = brg_task_follow (opening->task, cancellable);
  self->opening = TRUE;
  _brg_case_set_task (self, opening->task);
  if (opening->arrival != NULL)
    _brg_case_set_arrival (self, brg_arrival_ref (opening->arrival));
  _brg_case_notify_busy (self);

  /* Without a source object: the case must not lose its last reference in the thread. */
  g_autoptr (GTask) worker = g_task_new (NULL, NULL, opened_cb, outer);
  g_task_set_task_data (worker, opening, opening_free);
  g_task_run_in_thread (worker, open_thread_cb);
}

static BrgImportOptions
options_of (const BrgImportOptions *options)
{
  return options != NULL ? *options : (BrgImportOptions){ 0 };
}

void
brg_case_open_async (BrgCase *self,
                     GFile *file,
                     const BrgImportOptions *options,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) outer = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *source = g_file_get_basename (file), *path = g_file_get_path (file);

  g_task_set_check_cancellable (outer, FALSE);
  if (!self->opening && self->store.writer != NULL && self->store.read_only == NULL &&
      g_strcmp0 (path, self->store.path) == 0)
    {
      g_task_return_boolean (outer, TRUE);
      return;
    }
  if (!may_open (self, outer, path, source))
    return;
  Opening *opening = g_new0 (Opening, 1);
  opening->path = g_steal_pointer (&path);
  opening->source = g_steal_pointer (&source);
  opening->options = options_of (options);
  start_opening (self, opening, g_steal_pointer (&outer));
}

void
brg_case_open_series_async (BrgCase *self,
                            GPtrArray *all_series,
                            guint index,
                            const BrgImportOptions *options,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) outer = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (index < all_series->len);
  g_task_set_check_cancellable (outer, FALSE);
  if (!may_open (self, outer, "", _ ("DICOM series")))
    return;
  Opening *opening = g_new0 (Opening, 1);
  opening->source = g_strdup (_ ("DICOM series"));
  opening->all_series = g_ptr_array_ref (all_series);
  opening->series = index;
  opening->options = options_of (options);
  opening->arrival = brg_arrival_new ();
  start_opening (self, opening, g_steal_pointer (&outer));
}

void
brg_case_deface_async (BrgCase *self,
                       double keep_mm,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) outer = g_task_new (self, cancellable, callback, user_data);
  const char *source = self->source != NULL ? self->source : self->name;
  BrgError fault = { 0 };

  g_return_if_fail (self->scan != NULL);
  g_task_set_check_cancellable (outer, FALSE);
  if (!may_open (self, outer, "", source))
    return;
  Opening *opening = g_new0 (Opening, 1);
  opening->source = g_strdup (source);
  opening->scan = brg_volume_ref (self->scan);
  opening->is_skull = self->is_skull;
  opening->warnings = g_strdupv (self->warnings);
  opening->import = self->import;
  opening->options = (BrgImportOptions){ .deface = TRUE,
                                         .bone_hu = self->recipe.threshold_lo_hu,
                                         .deface_mm = keep_mm };
  opening->recipes = brg_recipes_ref (self->recipes);
  opening->active = self->active;
  opening->added = brg_mask_copy (self->added, &fault);
  opening->removed = opening->added != NULL ? brg_mask_copy (self->removed, &fault) : NULL;
  if (opening->removed == NULL)
    {
      GError *error = NULL;
      brg_case_error_set (&error, &fault);
      opening_free (opening);
      g_task_return_error (outer, error);
      return;
    }
  start_opening (self, opening, g_steal_pointer (&outer));
}

void
brg_case_unload (BrgCase *self)
{
  g_return_if_fail (!self->opening);

  _brg_case_fail_exports (self, _ ("The case was closed."));
  _brg_case_leave_store (self);
  _brg_case_clear_scan (self);
  _brg_case_set_task (self, NULL);
  _brg_case_notify_busy (self);
  _brg_case_forget_name (self);
  BrgRecipe recipe = brg_recipe_default ();
  _brg_case_take_recipes (self, brg_recipes_new (&recipe, 1), 0);
  _brg_case_set_failure (self, NULL);
  _brg_case_emit_opened (self);
  _brg_case_emit_recipe_changed (self);
  _brg_case_emit_result_changed (self);
  _brg_case_emit_meshes_changed (self);
  _brg_case_emit_history_changed (self);
}

gboolean
brg_case_open_finish (BrgCase *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
brg_case_get_default_window (BrgCase *self, double *level_hu, double *window_hu)
{
  const BrgHistogram *histogram = self->histogram;

  *level_hu = BONE_LEVEL_HU;
  *window_hu = BONE_WINDOW_HU;
  if (histogram == NULL || histogram->max_hu >= BONE_HU)
    return;
  *level_hu = (histogram->min_hu + histogram->max_hu) / 2.0;
  *window_hu = MAX (histogram->max_hu - histogram->min_hu, 1);
}

void
brg_case_reset_view (BrgCase *self, BrgViewState *view)
{
  double level_hu, window_hu;

  brg_case_get_default_window (self, &level_hu, &window_hu);
  brg_view_state_set_window (view, level_hu, window_hu);
  if (self->scan == NULL)
    return;
  const BrgGrid *grid = &self->scan->grid;
  BrgVec3 middle_vox =
    brg_vec3 ((grid->dim[0] - 1) / 2.0, (grid->dim[1] - 1) / 2.0, (grid->dim[2] - 1) / 2.0);
  brg_view_state_set_crosshair (view, brg_grid_lps_from_vox (grid, middle_vox));
}
