#include <glib/gi18n.h>

#include "case/brg-case-private.h"
#include "engine/brg-interpolate.h"

/* Hand edits on their way through the worker. */
typedef struct
{
  GWeakRef owner;
  BrgVolume *scan; /* to see that it and the edits are still the same */
  guint64 revision;
  BrgMask *added;
  int axis;
  BrgMask *filled; /* what comes on top of `added` */
  BrgError error;
} Filling;

static void
filling_free (gpointer data)
{
  Filling *filling = data;

  g_weak_ref_clear (&filling->owner);
  brg_volume_unref (filling->scan);
  brg_mask_unref (filling->added);
  brg_mask_unref (filling->filled);
  g_free (filling);
}

static void
fill_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Filling *filling = data;
  (void) source;
  (void) cancellable;

  filling->filled = brg_interpolate (filling->added, filling->axis, NULL, &filling->error);
  if (filling->filled != NULL)
    brg_mask_and_not (filling->filled, filling->added, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
filled_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  const int at_vox[3] = { 0, 0, 0 };
  Filling *filling = g_task_get_task_data (G_TASK (result));
  g_autoptr (BrgCase) self = g_weak_ref_get (&filling->owner);
  (void) object;
  (void) user_data;

  if (self == NULL || self->scan != filling->scan)
    return;
  if (self->edits_revision != filling->revision || self->stroke.active)
    _brg_case_emit_failed (self, _ ("The painting changed meanwhile; fill between slices again."));
  else if (filling->filled == NULL)
    _brg_case_emit_failed (self, filling->error.message);
  else
    _brg_case_edit_voxels (self, filling->filled, at_vox, FALSE, N_ ("Fill between slices"));
}

void
brg_case_fill_between (BrgCase *self)
{
  BrgError error;

  if (self->scan == NULL || self->stroke.active || brg_mask_is_empty (self->added) ||
      _brg_case_refuses (self))
    return;
  const BrgCaseEdits *now = _brg_case_snapshot_edits (self, &error);
  if (now == NULL)
    {
      _brg_case_emit_failed (self, error.message);
      return;
    }

  Filling *filling = g_new0 (Filling, 1);
  g_weak_ref_init (&filling->owner, self);
  filling->scan = brg_volume_ref (self->scan);
  filling->revision = self->edits_revision;
  filling->added = brg_mask_ref (now->added);
  filling->axis = brg_plane_axes (self->stroke.plane).normal;

  g_autoptr (GTask) task = g_task_new (NULL, NULL, filled_cb, NULL);
  g_task_set_task_data (task, filling, filling_free);
  g_task_run_in_thread (task, fill_thread_cb);
}
