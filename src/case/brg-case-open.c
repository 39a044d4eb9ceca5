#include "case/brg-case-private.h"

void
brg_case_open_async (BrgCase *self,
                     GFile *file,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autofree char *name = g_file_get_basename (file);

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s: no reader", name);
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
  (void) self;
  *level_hu = 300;
  *window_hu = 2000;
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
