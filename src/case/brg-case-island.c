#include <glib/gi18n.h>
#include <math.h>

#include "case/brg-case-private.h"
#include "engine/brg-components.h"

/* A clicked island on its way through the worker. */
typedef struct
{
  GWeakRef owner;
  BrgVolume *scan; /* to see that it is still the same */
  BrgMask *skull;
  int connectivity;
  int at_vox[3]; /* of the skull's grid in the scan */
  int vox[3];    /* clicked, on the skull's grid */
  BrgMask *island;
  gboolean is_skull; /* more than half of all bone: no loose piece */
  BrgError error;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_weak_ref_clear (&search->owner);
  brg_volume_unref (search->scan);
  brg_mask_unref (search->skull);
  brg_mask_unref (search->island);
  g_free (search);
}

static void
search_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Search *search = data;
  (void) source;
  (void) cancellable;

  search->island = brg_components_at (search->skull, search->connectivity, search->vox, NULL, NULL,
                                      &search->error);
  search->is_skull =
    search->island != NULL && brg_mask_count (search->island) > brg_mask_count (search->skull) / 2;
  g_task_return_boolean (task, TRUE);
}

static void
found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Search *search = g_task_get_task_data (G_TASK (result));
  g_autoptr (BrgCase) self = g_weak_ref_get (&search->owner);
  (void) object;
  (void) user_data;

  if (self == NULL || self->scan != search->scan)
    return;
  if (search->island == NULL)
    _brg_case_emit_failed (self, search->error.status == BRG_NO_MEMORY
                                   ? search->error.message
                                   : _ ("There is no bone at this point."));
  else if (search->is_skull)
    _brg_case_emit_failed (self, _ ("This is the skull itself; only loose pieces are removed."));
  else if (!self->stroke.active)
    _brg_case_edit_voxels (self, search->island, search->at_vox, TRUE, N_ ("Remove island"));
}

/* Where the cropped grid begins in the scan. */
static void
offset_of (const BrgGrid *crop, const BrgGrid *scan, int at_vox[3])
{
  BrgVec3 first = brg_grid_lps_from_vox (crop, brg_vec3 (0, 0, 0));
  BrgVec3 at = brg_grid_vox_from_lps (scan, first);

  at_vox[0] = (int) lround (at.x);
  at_vox[1] = (int) lround (at.y);
  at_vox[2] = (int) lround (at.z);
}

void
brg_case_remove_island_at (BrgCase *self, const int vox[3])
{
  if (self->scan == NULL || self->result == NULL || self->stroke.active || _brg_case_refuses (self))
    return;

  Search *search = g_new0 (Search, 1);
  g_weak_ref_init (&search->owner, self);
  search->scan = brg_volume_ref (self->scan);
  search->skull = brg_mask_ref (self->result->skull);
  search->connectivity = brg_connectivity_neighbours (self->recipe.connectivity);
  offset_of (&search->skull->grid, &self->scan->grid, search->at_vox);
  for (int axis = 0; axis < 3; axis++)
    search->vox[axis] = vox[axis] - search->at_vox[axis];

  g_autoptr (GTask) task = g_task_new (NULL, NULL, found_cb, NULL);
  g_task_set_task_data (task, search, search_free);
  g_task_run_in_thread (task, search_thread_cb);
}
