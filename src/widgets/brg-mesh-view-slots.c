/* The meshes of the view: packed for GL here or in a thread, and uploaded by the next picture. */

#include "widgets/brg-mesh-view-private.h"

#define SMALL_TRIANGLES 30000 /* packed at once, so that a gizmo follows the pointer */
#define CREASE_DEG      40.0

typedef struct
{
  BrgMeshView *view;
  int slot;
} Preparation;

/* Brings the scene box up to date; true when there was nothing in it before. */
static void
update_scene_box (BrgMeshView *self)
{
  BrgVec3 lo = brg_vec3 (INFINITY, INFINITY, INFINITY), hi = brg_vec3_scale (lo, -1);

  for (int s = 0; s < BRG_N_MESH_SLOTS; s++)
    {
      const MeshSlot *slot = &self->slots[s];
      if (slot->mesh == NULL || slot->mesh->n_vertices == 0)
        continue;
      lo = brg_vec3 (fmin (lo.x, slot->lo.x), fmin (lo.y, slot->lo.y), fmin (lo.z, slot->lo.z));
      hi = brg_vec3 (fmax (hi.x, slot->hi.x), fmax (hi.y, slot->hi.y), fmax (hi.z, slot->hi.z));
    }
  if (lo.x <= hi.x)
    brg_camera_set_scene (&self->scene.camera, lo, hi);
}

static void
take_packs (BrgMeshView *self, int slot, BrgMeshPacks *packs)
{
  MeshSlot *it = &self->slots[slot];

  g_clear_pointer (&it->packs, brg_mesh_packs_free);
  it->packs = packs;
  it->to_upload = TRUE;
  gtk_gl_area_queue_render (GTK_GL_AREA (self->area));
}

static void
prepared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Preparation *preparation = data;
  g_autoptr (BrgMeshView) self = preparation->view;
  g_autoptr (GError) error = NULL;
  BrgMeshPacks *packs = brg_mesh_packs_new_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->slots[preparation->slot].preparing);
  if (packs != NULL)
    take_packs (self, preparation->slot, packs);
  else
    _brg_mesh_view_show_problem (self, error->message);
}

static void
stop_preparing (MeshSlot *slot)
{
  g_cancellable_cancel (slot->preparing);
  g_clear_object (&slot->preparing);
}

/* Packs the mesh of a slot for GL, here if it is small and in a thread if it is not. */
void
_brg_mesh_view_prepare_slot (BrgMeshView *self, int slot)
{
  MeshSlot *it = &self->slots[slot];
  double crease_deg = slot == BRG_MESH_CUTTER ? CREASE_DEG : BRG_PACK_SMOOTH;

  stop_preparing (it);
  if (self->renderer == NULL)
    return;
  if (it->mesh == NULL)
    {
      take_packs (self, slot, NULL);
      return;
    }
  if (it->mesh->n_triangles <= SMALL_TRIANGLES)
    {
      g_autoptr (GError) error = NULL;
      BrgMeshPacks *packs = brg_mesh_packs_new (it->mesh, crease_deg, FALSE, &error);
      if (packs != NULL)
        take_packs (self, slot, packs);
      else
        _brg_mesh_view_show_problem (self, error->message);
      return;
    }
  Preparation *preparation = g_new (Preparation, 1);
  *preparation = (Preparation){ g_object_ref (self), slot };
  it->preparing = g_cancellable_new ();
  brg_mesh_packs_new_async (it->mesh, crease_deg, self->wants_proxies, it->preparing, prepared_cb,
                            preparation);
}

BrgStatus
_brg_mesh_view_upload_slots (BrgMeshView *self, BrgError *error)
{
  BrgStatus status = BRG_OK;

  for (int s = 0; s < BRG_N_MESH_SLOTS && status == BRG_OK; s++)
    {
      MeshSlot *slot = &self->slots[s];
      if (!slot->to_upload)
        continue;
      status =
        brg_mesh_renderer_upload (self->renderer, s, slot->packs != NULL ? slot->packs->full : NULL,
                                  slot->packs != NULL ? slot->packs->proxy : NULL, error);
      slot->to_upload = FALSE;
      g_clear_pointer (&slot->packs, brg_mesh_packs_free);
    }
  return status;
}

/* Once a picture at rest was slow, pictures in motion get proxies. */
void
_brg_mesh_view_ask_for_proxies (BrgMeshView *self)
{
  if (self->wants_proxies || !brg_mesh_renderer_is_slow (self->renderer))
    return;
  self->wants_proxies = TRUE;
  for (int slot = 0; slot < BRG_N_MESH_SLOTS; slot++)
    if (self->slots[slot].mesh != NULL && self->slots[slot].mesh->n_triangles > BRG_PROXY_TRIANGLES)
      _brg_mesh_view_prepare_slot (self, slot);
}

void
_brg_mesh_view_clear_slots (BrgMeshView *self)
{
  for (int slot = 0; slot < BRG_N_MESH_SLOTS; slot++)
    {
      stop_preparing (&self->slots[slot]);
      g_clear_pointer (&self->slots[slot].packs, brg_mesh_packs_free);
      g_clear_pointer (&self->slots[slot].mesh, brg_mesh_unref);
    }
}

void
_brg_mesh_view_forget_packs (BrgMeshView *self)
{
  for (int slot = 0; slot < BRG_N_MESH_SLOTS; slot++)
    {
      g_clear_pointer (&self->slots[slot].packs, brg_mesh_packs_free);
      self->slots[slot].to_upload = FALSE;
    }
}

void
brg_mesh_view_set_mesh (BrgMeshView *self, BrgMeshSlot slot, BrgMesh *mesh, float opacity)
{
  g_return_if_fail (BRG_IS_MESH_VIEW (self));
  g_return_if_fail (slot < BRG_N_MESH_SLOTS);

  MeshSlot *it = &self->slots[slot];
  gboolean was_empty = gtk_widget_get_visible (self->empty);
  /* The skull of a case may come after its implant. */
  gboolean is_late_skull = slot == BRG_MESH_SKULL && it->mesh == NULL && self->fitted;

  brg_mesh_view_set_opacity (self, slot, opacity);
  if (mesh == it->mesh)
    return;
  g_clear_pointer (&it->mesh, brg_mesh_unref);
  it->mesh = brg_mesh_ref (mesh);
  if (mesh != NULL)
    brg_mesh_bounds (mesh, &it->lo, &it->hi);
  update_scene_box (self);
  _brg_mesh_view_update_empty (self);
  if ((was_empty || is_late_skull) && mesh != NULL)
    _brg_mesh_view_fit (self);
  _brg_mesh_view_prepare_slot (self, (int) slot);
}

void
brg_mesh_view_set_opacity (BrgMeshView *self, BrgMeshSlot slot, float opacity)
{
  g_return_if_fail (BRG_IS_MESH_VIEW (self));
  g_return_if_fail (slot < BRG_N_MESH_SLOTS);

  self->scene.items[slot].opacity = CLAMP ((double) opacity, 0, 1);
  gtk_gl_area_queue_render (GTK_GL_AREA (self->area));
}

void
brg_mesh_view_set_visible (BrgMeshView *self, BrgMeshSlot slot, gboolean visible)
{
  g_return_if_fail (BRG_IS_MESH_VIEW (self));
  g_return_if_fail (slot < BRG_N_MESH_SLOTS);

  self->scene.items[slot].visible = visible;
  gtk_gl_area_queue_render (GTK_GL_AREA (self->area));
}
