#include "case/brg-case-private.h"

#include "case/brg-export.h"

enum
{
  PROP_TASK = 1,
  PROP_ARRIVAL,
  PROP_BUSY,
  PROP_STALE,
  PROP_ERROR,
  PROP_NAME,
  PROP_HAS_SCAN,
  PROP_PATH,
  PROP_READ_ONLY,
  PROP_SAVING,
  PROP_SAVE_ERROR,
  N_PROPS,
};

enum
{
  OPENED,
  RECIPE_CHANGED,
  EDITS_CHANGED,
  RESULT_CHANGED,
  MESHES_CHANGED,
  FAILED,
  HISTORY_CHANGED,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BrgCase, brg_case, G_TYPE_OBJECT)

static void
history_set_recipes_cb (gpointer target, const BrgRecipes *from, BrgRecipes *recipes)
{
  BrgCase *self = target;
  guint active = brg_recipes_find_change (from, recipes, self->active);

  _brg_case_take_recipes (self, brg_recipes_ref (recipes), active);
  _brg_case_emit_recipe_changed (self);
}

static void
history_flip_edits_cb (gpointer target, const BrgEditDelta *delta)
{
  _brg_case_flip_edits (target, delta);
}

static const BrgHistoryTarget history_target = {
  .set_recipes = history_set_recipes_cb,
  .flip_edits = history_flip_edits_cb,
};

void
_brg_case_clear_scan (BrgCase *self)
{
  _brg_case_abandon_run (self);
  _brg_case_discard_stroke (self);
  g_clear_pointer (&self->scan, brg_volume_unref);
  g_clear_pointer (&self->histogram, g_free);
  g_clear_pointer (&self->warnings, g_strfreev);
  self->import = (BrgImport){ 0 };
  self->is_skull = FALSE;
  g_clear_pointer (&self->source, g_free);
  g_clear_pointer (&self->added, brg_mask_unref);
  g_clear_pointer (&self->removed, brg_mask_unref);
  g_clear_pointer (&self->snapshot.added, brg_mask_unref);
  g_clear_pointer (&self->snapshot.removed, brg_mask_unref);
  self->snapshot.revision = 0;
  brg_spare_clear (&self->spares.added);
  brg_spare_clear (&self->spares.removed);
  self->spares.box = (BrgBox){ 0 };
  self->edits_revision = self->counted_revision = self->handed_revision = 0;
  self->unhanded_box = (BrgBox){ 0 };
  self->added_vox = self->removed_vox = 0;
  g_clear_pointer (&self->engine, _brg_case_engine_unref);
  g_clear_pointer (&self->result, _brg_case_result_free);
  for (int m = 0; m < BRG_CASE_N_MESHES; m++)
    {
      g_clear_pointer (&self->meshes[m], brg_mesh_unref);
      g_clear_pointer (&self->meshed[m], brg_mask_unref);
    }
  brg_history_clear (self->history);
}

static void
brg_case_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BrgCase *self = BRG_CASE (object);

  switch (id)
    {
    case PROP_TASK:
      g_value_set_object (value, self->task);
      break;
    case PROP_ARRIVAL:
      g_value_set_pointer (value, self->arrival);
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, brg_case_get_busy (self));
      break;
    case PROP_STALE:
      g_value_set_boolean (value, self->stale);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_HAS_SCAN:
      g_value_set_boolean (value, self->scan != NULL);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->store.path);
      break;
    case PROP_READ_ONLY:
      g_value_set_boolean (value, brg_case_get_read_only (self));
      break;
    case PROP_SAVING:
      g_value_set_boolean (value, self->store.saving);
      break;
    case PROP_SAVE_ERROR:
      g_value_set_string (value, self->store.error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_case_dispose (GObject *object)
{
  BrgCase *self = BRG_CASE (object);

  _brg_case_leave_store (self);
  _brg_case_clear_scan (self);
  g_clear_object (&self->task);
  g_clear_pointer (&self->arrival, brg_arrival_unref);
  G_OBJECT_CLASS (brg_case_parent_class)->dispose (object);
}

static void
brg_case_finalize (GObject *object)
{
  BrgCase *self = BRG_CASE (object);

  brg_history_free (self->history);
  brg_recipes_unref (self->recipes);
  g_free (self->name);
  g_free (self->error);
  g_free (self->store.folder);
  G_OBJECT_CLASS (brg_case_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  props[PROP_TASK] = g_param_spec_object ("task", NULL, NULL, BRG_TYPE_TASK, flags);
  props[PROP_ARRIVAL] = g_param_spec_pointer ("arrival", NULL, NULL, flags);
  props[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  props[PROP_STALE] = g_param_spec_boolean ("stale", NULL, NULL, FALSE, flags);
  props[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_HAS_SCAN] = g_param_spec_boolean ("has-scan", NULL, NULL, FALSE, flags);
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  props[PROP_READ_ONLY] = g_param_spec_boolean ("read-only", NULL, NULL, FALSE, flags);
  props[PROP_SAVING] = g_param_spec_boolean ("saving", NULL, NULL, FALSE, flags);
  props[PROP_SAVE_ERROR] = g_param_spec_string ("save-error", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
brg_case_class_init (BrgCaseClass *klass)
{
  static const char *const plain[N_SIGNALS] = {
    [OPENED] = "opened",
    [RECIPE_CHANGED] = "recipe-changed",
    [RESULT_CHANGED] = "result-changed",
    [MESHES_CHANGED] = "meshes-changed",
    [HISTORY_CHANGED] = "history-changed",
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = brg_case_get_property;
  object_class->dispose = brg_case_dispose;
  object_class->finalize = brg_case_finalize;
  install_properties (object_class);

  for (int s = 0; s < N_SIGNALS; s++)
    if (plain[s] != NULL)
      signals[s] = g_signal_new (plain[s], BRG_TYPE_CASE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
  signals[EDITS_CHANGED] = g_signal_new ("edits-changed", BRG_TYPE_CASE, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[FAILED] = g_signal_new ("failed", BRG_TYPE_CASE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
brg_case_init (BrgCase *self)
{
  self->name = g_strdup ("Case01");
  BrgRecipe recipe = brg_recipe_default ();

  _brg_case_take_recipes (self, brg_recipes_new (&recipe, 1), 0);
  self->history = brg_history_new (&history_target, self);
  g_queue_init (&self->exports);
}

void
_brg_case_set_task (BrgCase *self, BrgTask *task)
{
  if (g_set_object (&self->task, task))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TASK]);
}

void
_brg_case_set_arrival (BrgCase *self, BrgArrival *arrival)
{
  if (arrival == self->arrival)
    return;
  brg_arrival_unref (self->arrival);
  self->arrival = arrival;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ARRIVAL]);
}

void
_brg_case_notify_busy (BrgCase *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
}

void
_brg_case_set_failure (BrgCase *self, const char *message)
{
  if (g_strcmp0 (self->error, message) != 0)
    {
      g_free (self->error);
      self->error = g_strdup (message);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
    }
  if (self->stale != (message != NULL))
    {
      self->stale = message != NULL;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STALE]);
    }
  if (message != NULL)
    _brg_case_emit_failed (self, message);
}

void
_brg_case_emit_opened (BrgCase *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HAS_SCAN]);
  g_signal_emit (self, signals[OPENED], 0);
}

void
_brg_case_emit_recipe_changed (BrgCase *self)
{
  g_signal_emit (self, signals[RECIPE_CHANGED], 0);
}

void
_brg_case_emit_edits_changed (BrgCase *self, const BrgBox *box)
{
  BrgBox copy = *box;
  g_signal_emit (self, signals[EDITS_CHANGED], 0, &copy);
}

void
_brg_case_emit_result_changed (BrgCase *self)
{
  g_signal_emit (self, signals[RESULT_CHANGED], 0);
}

void
_brg_case_emit_meshes_changed (BrgCase *self)
{
  g_signal_emit (self, signals[MESHES_CHANGED], 0);
}

void
_brg_case_emit_history_changed (BrgCase *self)
{
  _brg_case_keep (self);
  g_signal_emit (self, signals[HISTORY_CHANGED], 0);
}

void
_brg_case_emit_failed (BrgCase *self, const char *message)
{
  g_signal_emit (self, signals[FAILED], 0, message);
}

BrgCase *
brg_case_new (void)
{
  return g_object_new (BRG_TYPE_CASE, NULL);
}

BrgVolume *
brg_case_get_scan (BrgCase *self)
{
  return self->scan;
}

const BrgHistogram *
brg_case_get_histogram (BrgCase *self)
{
  return self->histogram;
}

gboolean
brg_case_get_is_skull (BrgCase *self)
{
  return self->is_skull;
}

const char *const *
brg_case_get_warnings (BrgCase *self)
{
  static const char *const none[] = { NULL };
  return self->warnings != NULL ? (const char *const *) self->warnings : none;
}

const BrgImport *
brg_case_get_import (BrgCase *self)
{
  return &self->import;
}

gboolean
brg_case_lacks_air (BrgCase *self)
{
  return self->histogram != NULL && self->histogram->min_hu > BRG_IMPORT_MAX_AIR_HU;
}

gboolean
brg_case_shows_face (BrgCase *self)
{
  return self->scan != NULL && !self->is_skull && brg_import_shows_face (&self->import);
}

const char *
brg_case_get_name (BrgCase *self)
{
  return self->name;
}

gboolean
brg_case_set_name (BrgCase *self, const char *name)
{
  if (!brg_export_name_is_valid (name))
    return FALSE;
  if (g_strcmp0 (self->name, name) == 0)
    return TRUE;
  if (_brg_case_refuses (self))
    return FALSE;
  g_free (self->name);
  self->name = g_strdup (name);
  _brg_case_keep_name (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NAME]);
  return TRUE;
}

const char *
brg_case_get_source (BrgCase *self)
{
  return self->source;
}

BrgMask *
brg_case_get_added (BrgCase *self)
{
  return self->added;
}

BrgMask *
brg_case_get_removed (BrgCase *self)
{
  return self->removed;
}

const BrgPipelineResult *
brg_case_get_result (BrgCase *self)
{
  return self->result;
}

BrgMesh *
brg_case_get_mesh (BrgCase *self, BrgCaseMesh which)
{
  g_return_val_if_fail (which < BRG_CASE_N_MESHES, NULL);
  return self->meshes[which];
}

BrgTask *
brg_case_get_task (BrgCase *self)
{
  return self->task;
}

BrgArrival *
brg_case_get_arrival (BrgCase *self)
{
  return self->arrival;
}

gboolean
brg_case_get_busy (BrgCase *self)
{
  return self->opening || self->exporting || self->run != NULL;
}

gboolean
brg_case_get_stopped (BrgCase *self)
{
  return self->stopped;
}

gboolean
brg_case_get_stale (BrgCase *self)
{
  return self->stale;
}

const char *
brg_case_get_error (BrgCase *self)
{
  return self->error;
}
