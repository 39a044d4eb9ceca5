#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "case/brg-case-private.h"
#include "engine/brg-cutter.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-job-part.h"
#include "engine/brg-mesh-smooth.h"

/* When surfaces have been behind for this long, drafts of them come before anything newer. */
#define PATIENCE_US (120 * G_TIME_SPAN_MILLISECOND)

/* What a run of the masks may take in all once it is overtaken. */
#define OVERTAKEN_US (250 * G_TIME_SPAN_MILLISECOND)

#define N_SURFACES BRG_CASE_MESH_CUTTER /* those made from masks */

/* Freed memory that is kept for the next run: about what a run on a clinical scan takes. */
#define POOL_BYTES ((gsize) 96 << 20)

struct BrgCaseEngine
{
  BrgPipeline *pipeline;
  BrgPool *pool;
};

/* One pass of the worker: either the masks or the surfaces. It owns all it touches, so that the
 * case may change or go while it is under way. */
struct BrgCaseRun
{
  GWeakRef owner;
  BrgTask *task;
  gboolean surfaces;
  gboolean draft;      /* surfaces of new masks stay unsmoothed */
  gboolean superseded; /* cancelled by the case itself */
  gint64 started_us;
  BrgStatus status;
  BrgError error;

  BrgCaseEngine *engine;
  BrgRecipe recipe;
  BrgCaseEdits edits;
  BrgPipelineEdit edit; /* how they came about */
  BrgPipelineResult *result;

  BrgMask *old_masks[BRG_CASE_N_MESHES], *masks[BRG_CASE_N_MESHES];
  BrgMesh *old_meshes[BRG_CASE_N_MESHES], *meshes[BRG_CASE_N_MESHES];
  double old_smooth[BRG_CASE_N_MESHES], smooth[BRG_CASE_N_MESHES];
};

static void
engine_clear (gpointer data)
{
  BrgCaseEngine *engine = data;

  brg_pipeline_free (engine->pipeline);
  brg_pool_free (engine->pool);
}

static void
run_free (gpointer data)
{
  BrgCaseRun *run = data;

  g_weak_ref_clear (&run->owner);
  g_object_unref (run->task);
  g_clear_pointer (&run->engine, _brg_case_engine_unref);
  brg_mask_unref (run->edits.added);
  brg_mask_unref (run->edits.removed);
  g_clear_pointer (&run->result, _brg_case_result_free);
  for (int m = 0; m < BRG_CASE_N_MESHES; m++)
    {
      brg_mask_unref (run->old_masks[m]);
      brg_mask_unref (run->masks[m]);
      brg_mesh_unref (run->old_meshes[m]);
      brg_mesh_unref (run->meshes[m]);
    }
  g_free (run);
}

static BrgCaseRun *
run_new (BrgCase *self, gboolean surfaces, const char *title)
{
  BrgCaseRun *run = g_new0 (BrgCaseRun, 1);

  g_weak_ref_init (&run->owner, self);
  run->task = brg_task_new (title);
  run->surfaces = surfaces;
  run->recipe = self->recipe;
  run->engine = g_atomic_rc_box_acquire (self->engine);
  brg_task_get_job (run->task)->pool = run->engine->pool;
  return run;
}

/* In the worker. */
static void
run_masks (BrgCaseRun *run)
{
  BrgPipelineResult *result = g_new0 (BrgPipelineResult, 1);

  run->status = brg_pipeline_edit (run->engine->pipeline, &run->recipe, run->edits.added,
                                   run->edits.removed, run->edits.revision, &run->edit, result,
                                   brg_task_get_job (run->task), &run->error);
  if (run->status == BRG_OK && run->recipe.defect.placed)
    run->meshes[BRG_CASE_MESH_CUTTER] =
      brg_cutter_outline (&run->recipe.defect, &result->frame, NULL);
  if (run->status == BRG_OK)
    run->result = result;
  else
    _brg_case_result_free (result);
}

static gboolean
same_number (double a, double b)
{
  return fabs (a - b) <= 0; /* FALSE for the NAN of a draft */
}

/* In the worker. TRUE where the old surface still does: same mask and smoothing, or, in a draft,
 * a draft of the same mask. */
static gboolean
keep_surface (BrgCaseRun *run, int m, gboolean same_mask)
{
  gboolean keep = same_mask && (same_number (run->old_smooth[m], run->recipe.smooth) ||
                                (run->draft && isnan (run->old_smooth[m])));

  if (!keep)
    return FALSE;
  run->meshes[m] = brg_mesh_ref (run->old_meshes[m]);
  run->smooth[m] = run->old_smooth[m];
  return TRUE;
}

/* In the worker. NULL for no mask and for one without voxels. */
static BrgStatus
make_surface (BrgCaseRun *run, int m)
{
  BrgMask *mask = run->masks[m], *old = run->old_masks[m];
  BrgJob *job = brg_task_get_job (run->task);
  BrgStatus status = BRG_OK;

  run->smooth[m] = run->recipe.smooth;
  if (mask == NULL || brg_mask_is_empty (mask))
    return BRG_OK;
  gboolean same_mask = run->old_meshes[m] != NULL && (mask == old || brg_mask_equal (mask, old));
  if (keep_surface (run, m, same_mask))
    return BRG_OK;
  BrgMesh *mesh = brg_isosurface (mask, job, &run->error);
  if (mesh == NULL)
    return run->error.status;
  if (run->draft && !same_mask)
    run->smooth[m] = NAN;
  else
    status = brg_mesh_smooth (mesh, &mask->grid, run->recipe.smooth, job, &run->error);
  if (status == BRG_OK)
    run->meshes[m] = mesh;
  else
    brg_mesh_unref (mesh);
  return status;
}

/* In the worker: smallest first. */
static void
run_surfaces (BrgCaseRun *run)
{
  static const int order[N_SURFACES] = { BRG_CASE_MESH_IMPLANT, BRG_CASE_MESH_DEFECTIVE,
                                         BRG_CASE_MESH_SKULL };
  BrgJob *job = brg_task_get_job (run->task);

  brg_job_stage (job, N_ ("Surfaces"), 0, 1);
  BrgJobPart parts = brg_job_parts (job);
  for (int s = 0; s < N_SURFACES && run->status == BRG_OK; s++)
    {
      brg_job_part (&parts, (double) s / N_SURFACES, (s + 1.0) / N_SURFACES);
      run->status = make_surface (run, order[s]);
    }
}

static void
run_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  BrgCaseRun *run = data;
  (void) source;
  (void) cancellable;

  if (run->surfaces)
    run_surfaces (run);
  else
    run_masks (run);
  g_task_return_boolean (task, TRUE);
}

static const BrgMask *
mask_of (const BrgCase *self, int m)
{
  return m == BRG_CASE_MESH_SKULL       ? self->result->skull
         : m == BRG_CASE_MESH_DEFECTIVE ? self->result->defective
                                        : self->result->implant;
}

gboolean
_brg_case_surfaces_are_current (const BrgCase *self)
{
  for (int m = 0; m < N_SURFACES; m++)
    if (self->meshed[m] != mask_of (self, m) ||
        (self->meshes[m] != NULL && !same_number (self->mesh_smooth[m], self->recipe.smooth)))
      return FALSE;
  return TRUE;
}

static gboolean
take_mesh (BrgCase *self, int m, BrgMesh *mesh)
{
  gboolean changed = self->meshes[m] != mesh;

  brg_mesh_unref (self->meshes[m]);
  self->meshes[m] = mesh;
  return changed;
}

static gboolean
same_mesh (const BrgMesh *a, const BrgMesh *b)
{
  return a != NULL && b != NULL && a->n_vertices == b->n_vertices &&
         a->n_triangles == b->n_triangles &&
         memcmp (a->xyz, b->xyz, a->n_vertices * 3 * sizeof *a->xyz) == 0 &&
         memcmp (a->triangles, b->triangles, a->n_triangles * 3 * sizeof *a->triangles) == 0;
}

/* The outline is made with every result; one that did not move keeps its pointer. */
static gboolean
take_outline (BrgCase *self, BrgCaseRun *run)
{
  BrgMesh *outline = run->meshes[BRG_CASE_MESH_CUTTER];

  if (same_mesh (outline, self->meshes[BRG_CASE_MESH_CUTTER]))
    return FALSE;
  run->meshes[BRG_CASE_MESH_CUTTER] = NULL;
  return take_mesh (self, BRG_CASE_MESH_CUTTER, outline);
}

static gboolean
drop_surface (BrgCase *self, int m)
{
  g_clear_pointer (&self->meshed[m], brg_mask_unref);
  return take_mesh (self, m, NULL);
}

/* Masks first; with them what needs no surfacing: the outline, and parts that are gone. */
static void
publish_masks (BrgCase *self, BrgCaseRun *run)
{
  g_clear_pointer (&self->result, _brg_case_result_free);
  self->result = g_steal_pointer (&run->result);

  gboolean changed = take_outline (self, run);
  for (int m = 0; m < N_SURFACES; m++)
    if (mask_of (self, m) == NULL)
      changed |= drop_surface (self, m);
  self->meshes_wanted = !_brg_case_surfaces_are_current (self);
  self->masks_wanted |= self->result->fit_is_due;

  _brg_case_set_failure (self, NULL);
  _brg_case_emit_result_changed (self);
  if (changed)
    _brg_case_emit_meshes_changed (self);
}

static void
publish_surfaces (BrgCase *self, BrgCaseRun *run)
{
  gboolean changed = FALSE;

  for (int m = 0; m < N_SURFACES; m++)
    {
      brg_mask_unref (self->meshed[m]);
      self->meshed[m] = g_steal_pointer (&run->masks[m]);
      self->mesh_smooth[m] = run->smooth[m];
      changed |= take_mesh (self, m, g_steal_pointer (&run->meshes[m]));
    }
  self->meshes_wanted = !_brg_case_surfaces_are_current (self);
  self->behind_since_us = self->masks_wanted || self->meshes_wanted ? g_get_monotonic_time () : 0;
  if (changed)
    _brg_case_emit_meshes_changed (self);
}

/* A run that was cancelled from outside, or that the engine refused, is not tried again until
 * something changes. */
static void
give_up (BrgCase *self, BrgCaseRun *run)
{
  if (run->surfaces)
    self->meshes_wanted = FALSE;
  if (!self->masks_wanted)
    self->behind_since_us = 0;
  self->stopped = run->status == BRG_CANCELLED;
  _brg_case_set_failure (self, self->stopped ? _ ("Cancelled: what is shown is not up to date.")
                                             : run->error.message);
}

/* The edits that a run was given are still to be handed to one that comes to its end. */
static void
take_edits_back (BrgCase *self, const BrgCaseRun *run)
{
  self->handed_revision = run->edit.since;
  self->unhanded_box = brg_box_union (&self->unhanded_box, &run->edit.box);
}

static void
run_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BrgCaseRun *run = g_task_get_task_data (G_TASK (result));
  g_autoptr (BrgCase) self = g_weak_ref_get (&run->owner);
  (void) source;
  (void) user_data;

  if (self == NULL || self->run != run)
    return;
  self->run = NULL;
  g_clear_handle_id (&self->overtaken_id, g_source_remove);
  if (run->status != BRG_OK && !run->surfaces)
    take_edits_back (self, run);
  if (run->status == BRG_OK && run->surfaces)
    publish_surfaces (self, run);
  else if (run->status == BRG_OK)
    publish_masks (self, run);
  else if (!run->superseded)
    give_up (self, run);
  _brg_case_pump (self);
}

static void
start (BrgCase *self, BrgCaseRun *run)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, run_done_cb, NULL);

  self->run = run;
  self->stopped = FALSE;
  run->started_us = g_get_monotonic_time ();
  g_task_set_task_data (task, run, run_free);
  if (!self->opening)
    _brg_case_set_task (self, run->task);
  _brg_case_notify_busy (self);
  g_task_run_in_thread (task, run_thread_cb);
}

static void
start_masks (BrgCase *self)
{
  BrgError error;
  const BrgCaseEdits *edits = _brg_case_snapshot_edits (self, &error);

  self->masks_wanted = FALSE;
  if (edits == NULL)
    {
      _brg_case_set_failure (self, error.message);
      return;
    }
  BrgCaseRun *run = run_new (self, FALSE, _ ("Bone"));
  run->edits = *edits;
  brg_mask_ref (run->edits.added);
  brg_mask_ref (run->edits.removed);
  run->edit = (BrgPipelineEdit){ .since = self->handed_revision,
                                 .box = self->unhanded_box,
                                 .may_put_off_fit = edits->revision != self->handed_revision };
  self->handed_revision = edits->revision;
  self->unhanded_box = (BrgBox){ 0 };
  start (self, run);
}

static void
start_surfaces (BrgCase *self)
{
  BrgCaseRun *run = run_new (self, TRUE, _ ("Surfaces"));

  run->draft = self->masks_wanted;
  for (int m = 0; m < N_SURFACES; m++)
    {
      run->masks[m] = brg_mask_ref ((BrgMask *) mask_of (self, m));
      run->old_masks[m] = brg_mask_ref (self->meshed[m]);
      run->old_meshes[m] = brg_mesh_ref (self->meshes[m]);
      run->old_smooth[m] = self->mesh_smooth[m];
    }
  start (self, run);
}

static gboolean
surfaces_have_waited (const BrgCase *self)
{
  return self->behind_since_us > 0 && g_get_monotonic_time () - self->behind_since_us > PATIENCE_US;
}

void
_brg_case_pump (BrgCase *self)
{
  if (self->run != NULL || self->engine == NULL)
    return;
  if (self->masks_wanted && !(self->meshes_wanted && surfaces_have_waited (self)))
    start_masks (self);
  else if (self->meshes_wanted)
    start_surfaces (self);
  if (self->run != NULL)
    return;
  self->behind_since_us = 0;
  if (!self->opening)
    _brg_case_set_task (self, NULL);
  _brg_case_notify_busy (self);
  _brg_case_thumbnail_later (self);
  _brg_case_start_exports (self);
}

void
_brg_case_schedule (BrgCase *self)
{
  if (self->engine == NULL)
    return;
  _brg_case_thumbnail_stop (self);
  self->masks_wanted = TRUE;
  if (self->behind_since_us == 0)
    self->behind_since_us = g_get_monotonic_time ();
  if (self->run != NULL && self->run->surfaces && !self->run->draft)
    {
      self->run->superseded = TRUE;
      brg_task_cancel (self->run->task);
    }
  _brg_case_pump (self);
}

static gboolean
stop_overtaken_cb (gpointer data)
{
  BrgCase *self = data;

  self->overtaken_id = 0;
  self->run->superseded = TRUE;
  brg_task_cancel (self->run->task);
  return G_SOURCE_REMOVE;
}

void
_brg_case_overtake (BrgCase *self)
{
  const BrgCaseRun *run = self->run;

  g_clear_handle_id (&self->overtaken_id, g_source_remove);
  if (run == NULL || run->surfaces || brg_recipe_equal_common (&run->recipe, &self->recipe))
    return;
  gint64 left_us = run->started_us + OVERTAKEN_US - g_get_monotonic_time ();
  if (left_us > 0)
    self->overtaken_id = g_timeout_add ((guint) (left_us / 1000), stop_overtaken_cb, self);
  else
    stop_overtaken_cb (self);
}

void
_brg_case_abandon_run (BrgCase *self)
{
  g_clear_handle_id (&self->overtaken_id, g_source_remove);
  if (self->run != NULL)
    brg_task_cancel (self->run->task);
  self->run = NULL;
  self->stopped = FALSE;
  self->masks_wanted = self->meshes_wanted = FALSE;
  self->behind_since_us = 0;
}

BrgCaseEngine *
_brg_case_engine_new (BrgVolume *scan, BrgError *error)
{
  BrgCaseEngine *engine = g_atomic_rc_box_new0 (BrgCaseEngine);

  engine->pool = brg_pool_new (POOL_BYTES, error);
  if (engine->pool != NULL)
    engine->pipeline = brg_pipeline_new (scan, error);
  if (engine->pipeline == NULL)
    g_clear_pointer (&engine, _brg_case_engine_unref);
  return engine;
}

BrgPool *
_brg_case_engine_pool (BrgCaseEngine *engine)
{
  return engine->pool;
}

void
_brg_case_engine_ref_stages (BrgCaseEngine *engine, BrgPipelineStages *stages)
{
  brg_pipeline_ref_stages (engine->pipeline, stages);
}

void
_brg_case_engine_unref (BrgCaseEngine *engine)
{
  g_atomic_rc_box_release_full (engine, engine_clear);
}

void
_brg_case_result_free (BrgPipelineResult *result)
{
  if (result != NULL)
    brg_pipeline_result_clear (result);
  g_free (result);
}
