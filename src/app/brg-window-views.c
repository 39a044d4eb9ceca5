#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include <glib/gi18n.h>

#include "engine/brg-palette.h"
#include "engine/brg-place.h"

#define FILL_OPACITY      0.35
#define IMPLANT_OPACITY   0.65
#define EDIT_OPACITY      0.55
#define CUTTER_OPACITY    0.12
#define PREVIEW_OPACITY   0.5
#define CUTTER_3D_OPACITY 0.3f

static const BrgPlane plane_of_cell[BRG_VIEW_GRID_N_VIEWS] = { BRG_AXIAL, BRG_N_PLANES, BRG_CORONAL,
                                                               BRG_SAGITTAL };

/* What the slices show over the grey values, from the bottom up. */
static void
update_layers (BrgWindow *self)
{
  const BrgPipelineResult *result = brg_case_get_result (self->the_case);
  gboolean previewing = brg_view_state_get_threshold_dragging (self->view_state);
  BrgMask *bone = result == NULL              ? NULL
                  : result->defective != NULL ? result->defective
                                              : result->skull;
  const BrgSliceLayer layers[] = {
    { previewing ? NULL : bone, BRG_RGB_SKULL, FILL_OPACITY, true },
    { result != NULL ? result->cutter : NULL, BRG_RGB_DEFECT, CUTTER_OPACITY, true },
    { result != NULL ? result->implant : NULL, BRG_RGB_IMPLANT, IMPLANT_OPACITY, true },
    { brg_case_get_added (self->the_case), BRG_RGB_ADDED, EDIT_OPACITY, false },
    { brg_case_get_removed (self->the_case), BRG_RGB_REMOVED, EDIT_OPACITY, false },
  };
  gsize n_layers = brg_view_state_get_overlay (self->view_state) ? G_N_ELEMENTS (layers) : 0;

  for (int p = 0; p < BRG_N_PLANES; p++)
    brg_slice_view_set_layers (self->slices[p], layers, n_layers);
}

/* While a threshold moves the slices show at once what it would select. */
static void
update_preview (BrgWindow *self)
{
  const BrgRecipe *recipe = brg_case_get_recipe (self->the_case);
  const BrgSlicePreview preview = { .on = true,
                                    .lo_hu = recipe->threshold_lo_hu,
                                    .hi_hu = recipe->threshold_hi_hu,
                                    .rgb = BRG_RGB_PREVIEW,
                                    .opacity = PREVIEW_OPACITY };
  gboolean on = brg_view_state_get_threshold_dragging (self->view_state);

  for (int p = 0; p < BRG_N_PLANES; p++)
    brg_slice_view_set_preview (self->slices[p], on ? &preview : NULL);
}

static void
update_dragging_cb (BrgWindow *self)
{
  update_preview (self);
  update_layers (self);
}

static void
update_anchor (BrgWindow *self)
{
  const BrgPipelineResult *result = brg_case_get_result (self->the_case);
  gboolean placed = result != NULL && result->cutter != NULL;

  brg_mesh_view_set_anchor (self->mesh_view, placed ? &result->frame.origin : NULL);
}

/* The cutting solid is shown only while it can be moved. */
static void
update_meshes (BrgWindow *self)
{
  BrgMesh *defective = brg_case_get_mesh (self->the_case, BRG_CASE_MESH_DEFECTIVE);
  BrgMesh *skull = brg_case_get_mesh (self->the_case, BRG_CASE_MESH_SKULL);
  gboolean placing = brg_view_state_get_tool (self->view_state) == BRG_TOOL_DEFECT;

  brg_mesh_view_set_mesh (self->mesh_view, BRG_MESH_SKULL, defective ? defective : skull, 1);
  brg_mesh_view_set_mesh (self->mesh_view, BRG_MESH_IMPLANT,
                          brg_case_get_mesh (self->the_case, BRG_CASE_MESH_IMPLANT), 1);
  brg_mesh_view_set_mesh (self->mesh_view, BRG_MESH_CUTTER,
                          brg_case_get_mesh (self->the_case, BRG_CASE_MESH_CUTTER),
                          CUTTER_3D_OPACITY);
  brg_mesh_view_set_visible (self->mesh_view, BRG_MESH_CUTTER, placing);
  brg_mesh_view_set_placing (self->mesh_view, placing);
}

/* What the 3-D view says while there is nothing in it. */
static void
update_empty_text (BrgWindow *self)
{
  const char *text = NULL;

  if (brg_case_get_scan (self->the_case) != NULL)
    text = brg_case_get_busy (self->the_case) ? _ ("The skull is being made…")
           : brg_case_get_stopped (self->the_case)
             ? _ ("Cancelled: the next change makes the skull")
             : _ ("There is no skull with these settings");
  brg_mesh_view_set_empty_text (self->mesh_view, text);
}

static void
opened_cb (BrgWindow *self)
{
  BrgVolume *scan = brg_case_get_scan (self->the_case);

  for (int p = 0; p < BRG_N_PLANES; p++)
    brg_slice_view_set_volume (self->slices[p], scan);
  brg_case_reset_view (self->the_case, self->view_state);
  update_layers (self);
  update_meshes (self);
  _brg_window_reset_views (self);
}

static void
edits_changed_cb (BrgWindow *self, const BrgBox *box)
{
  for (int p = 0; p < BRG_N_PLANES; p++)
    brg_slice_view_invalidate (self->slices[p], box);
}

static void
recipe_changed_cb (BrgWindow *self)
{
  if (brg_view_state_get_threshold_dragging (self->view_state))
    update_preview (self);
}

static void
stroke_begin_cb (BrgWindow *self, gboolean erase)
{
  brg_case_stroke_begin (self->the_case, erase,
                         brg_view_state_get_brush_radius_mm (self->view_state));
}

static void
stroke_to_cb (BrgSliceView *slice, const double *from_vox, const double *to_vox, BrgWindow *self)
{
  brg_case_stroke_to (self->the_case, brg_slice_view_get_plane (slice), from_vox, to_vox);
}

static void
stroke_end_cb (BrgWindow *self)
{
  brg_case_stroke_end (self->the_case);
}

static void
remove_island (BrgWindow *self, BrgVec3 lps_mm)
{
  BrgVec3 at = brg_grid_vox_from_lps (&brg_case_get_scan (self->the_case)->grid, lps_mm);
  const int vox[3] = { brg_vox_round (at.x), brg_vox_round (at.y), brg_vox_round (at.z) };

  brg_case_remove_island_at (self->the_case, vox);
}

static void
slice_picked_cb (BrgWindow *self, const BrgVec3 *lps_mm)
{
  if (brg_view_state_get_tool (self->view_state) == BRG_TOOL_ISLAND)
    remove_island (self, *lps_mm);
  else
    _brg_window_place_defect (self, *lps_mm, FALSE);
}

static void
slice_dragged_cb (BrgWindow *self, const BrgVec3 *lps_mm, gboolean last)
{
  brg_view_state_set_defect_dragging (self->view_state, !last);
  _brg_window_place_defect (self, *lps_mm, TRUE);
  if (last)
    brg_case_end_change (self->the_case);
}

/* What the last result holds at an LPS point, in a word. */
static const char *
tissue_at (BrgWindow *self, BrgVec3 lps_mm)
{
  const BrgPipelineResult *result = brg_case_get_result (self->the_case);

  if (result == NULL || result->skull == NULL)
    return "";
  const BrgGrid *grid = &result->skull->grid;
  BrgVec3 vox = brg_grid_vox_from_lps (grid, lps_mm);
  int i = brg_vox_round (vox.x), j = brg_vox_round (vox.y), k = brg_vox_round (vox.z);
  if (i < 0 || j < 0 || k < 0 || i >= grid->dim[0] || j >= grid->dim[1] || k >= grid->dim[2])
    return _ ("outside the crop");
  if (result->implant != NULL && brg_mask_get (result->implant, i, j, k))
    return _ ("implant");
  if (result->cutter != NULL && brg_mask_get (result->cutter, i, j, k))
    return _ ("defect");
  return brg_mask_get (result->skull, i, j, k) ? _ ("skull") : "";
}

static void
hover_cb (BrgWindow *self, const BrgSliceHover *hover)
{
  if (hover == NULL)
    {
      gtk_label_set_label (self->status_label, "");
      return;
    }
  const char *tissue = tissue_at (self, hover->lps_mm);
  const BrgVec3 p = hover->lps_mm;
  g_autofree char *text =
    g_strdup_printf (_ ("%s %.1f  %s %.1f  %s %.1f mm · %d HU%s%s"), p.x < 0 ? "R" : "L",
                     fabs (p.x), p.y < 0 ? "A" : "P", fabs (p.y), p.z < 0 ? "I" : "S", fabs (p.z),
                     hover->hu, *tissue ? " · " : "", tissue);
  gtk_label_set_label (self->status_label, text);
}

static int
cell_of_view (BrgWindow *self, gpointer view)
{
  for (int c = 0; c < BRG_VIEW_GRID_N_VIEWS; c++)
    if (plane_of_cell[c] < BRG_N_PLANES && self->slices[plane_of_cell[c]] == view)
      return c;
  return 1;
}

static void
maximise_cb (gpointer view, BrgWindow *self)
{
  _brg_window_toggle_alone (self, cell_of_view (self, view));
}

static void
make_slice (BrgWindow *self, int cell)
{
  static const char *const shared[] = { "crosshair",       "level-hu", "window-hu",
                                        "brush-radius-mm", "tool",     "interpolate" };
  GtkWidget *slice = brg_slice_view_new (plane_of_cell[cell]);

  self->slices[plane_of_cell[cell]] = BRG_SLICE_VIEW (slice);
  for (gsize p = 0; p < G_N_ELEMENTS (shared); p++)
    g_object_bind_property (self->view_state, shared[p], slice, shared[p],
                            G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_signal_connect_object (slice, "stroke-begin", G_CALLBACK (stroke_begin_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (slice, "stroke-to", G_CALLBACK (stroke_to_cb), self);
  g_signal_connect_object (slice, "stroke-end", G_CALLBACK (stroke_end_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (slice, "picked", G_CALLBACK (slice_picked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (slice, "dragged", G_CALLBACK (slice_dragged_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (slice, "hover", G_CALLBACK (hover_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect (slice, "maximise", G_CALLBACK (maximise_cb), self);
  brg_view_grid_set_view (self->view_grid, cell, slice);
}

/* First bone along a ray of the 3-D view; the uncut skull, so that the hole can be picked too. */
static gboolean
find_bone (BrgWindow *self, const BrgVec3 *origin, const BrgVec3 *direction, BrgVec3 *hit)
{
  const BrgPipelineResult *result = brg_case_get_result (self->the_case);

  return result != NULL && brg_frame_from_ray (result->skull, *origin, *direction, hit);
}

/* A click in 3-D moves the crosshair onto the bone, or places the defect there. */
static void
mesh_picked_cb (BrgWindow *self, const BrgVec3 *origin, const BrgVec3 *direction)
{
  BrgVec3 hit;

  if (!find_bone (self, origin, direction, &hit))
    return;
  if (brg_view_state_get_tool (self->view_state) == BRG_TOOL_DEFECT)
    _brg_window_place_defect (self, hit, FALSE);
  brg_view_state_set_crosshair (self->view_state, hit);
}

static void
mesh_dragged_cb (BrgWindow *self, const BrgVec3 *origin, const BrgVec3 *direction, int phase)
{
  BrgVec3 hit;

  brg_view_state_set_defect_dragging (self->view_state, phase != BRG_MESH_DRAG_END);
  if (find_bone (self, origin, direction, &hit))
    _brg_window_place_defect (self, hit, TRUE);
  if (phase == BRG_MESH_DRAG_END)
    brg_case_end_change (self->the_case);
}

static void
crosshair_changed_cb (BrgWindow *self)
{
  BrgVec3 crosshair = brg_view_state_get_crosshair (self->view_state);

  brg_mesh_view_set_crosshair (self->mesh_view, &crosshair, FALSE);
}

static void
make_mesh_view (BrgWindow *self)
{
  GtkWidget *view = brg_mesh_view_new ();

  self->mesh_view = BRG_MESH_VIEW (view);
  g_signal_connect_object (view, "picked", G_CALLBACK (mesh_picked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "dragged", G_CALLBACK (mesh_dragged_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect (view, "maximise", G_CALLBACK (maximise_cb), self);
  brg_view_grid_set_view (self->view_grid, 1, view);
}

static void
connect_case (BrgWindow *self)
{
  BrgCase *the_case = self->the_case;

  g_signal_connect_object (the_case, "opened", G_CALLBACK (opened_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (the_case, "edits-changed", G_CALLBACK (edits_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (the_case, "recipe-changed", G_CALLBACK (recipe_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (the_case, "result-changed", G_CALLBACK (update_layers), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (the_case, "result-changed", G_CALLBACK (update_anchor), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (the_case, "meshes-changed", G_CALLBACK (update_meshes), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (the_case, "notify::busy", G_CALLBACK (update_empty_text), self,
                           G_CONNECT_SWAPPED);
}

void
_brg_window_views_init (BrgWindow *self)
{
  for (int cell = 0; cell < BRG_VIEW_GRID_N_VIEWS; cell++)
    if (plane_of_cell[cell] == BRG_N_PLANES)
      make_mesh_view (self);
    else
      make_slice (self, cell);
  connect_case (self);
  g_signal_connect_object (self->view_state, "notify::threshold-dragging",
                           G_CALLBACK (update_dragging_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view_state, "notify::overlay", G_CALLBACK (update_layers), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view_state, "notify::crosshair", G_CALLBACK (crosshair_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view_state, "notify::tool", G_CALLBACK (update_meshes), self,
                           G_CONNECT_SWAPPED);
}

void
_brg_window_reset_views (BrgWindow *self)
{
  for (int p = 0; p < BRG_N_PLANES; p++)
    brg_slice_view_reset (self->slices[p]);
  brg_mesh_view_reset (self->mesh_view);
}

void
_brg_window_place_defect (BrgWindow *self, BrgVec3 lps_mm, gboolean dragging)
{
  BrgRecipe recipe = *brg_case_get_recipe (self->the_case);

  recipe.defect.placed = true;
  recipe.defect.at_mm = lps_mm;
  brg_case_set_recipe (self->the_case, &recipe, NULL, dragging);
}

/* Turns the 3-D view to the side of the head an LPS point is on. */
static void
face (BrgWindow *self, BrgVec3 lps_mm)
{
  const BrgGrid *grid = &brg_case_get_scan (self->the_case)->grid;
  BrgVec3 middle =
    brg_vec3 ((grid->dim[0] - 1) / 2.0, (grid->dim[1] - 1) / 2.0, (grid->dim[2] - 1) / 2.0);

  brg_mesh_view_set_view (self->mesh_view,
                          brg_view_facing (brg_grid_lps_from_vox (grid, middle), lps_mm));
}

void
_brg_window_show_defect (BrgWindow *self)
{
  const BrgDefect *defect = &brg_case_get_recipe (self->the_case)->defect;

  if (!defect->placed || brg_case_get_scan (self->the_case) == NULL)
    return;
  brg_view_state_set_crosshair (self->view_state, defect->at_mm);
  face (self, defect->at_mm);
}

void
_brg_window_place_preset (BrgWindow *self, const char *key)
{
  const BrgPipelineResult *result = brg_case_get_result (self->the_case);
  const BrgPreset *preset = brg_preset_find (key);
  BrgRecipe recipe = *brg_case_get_recipe (self->the_case);
  BrgError error = { 0 };

  if (preset == NULL || result == NULL)
    return;
  if (brg_place_preset (result->skull, preset, &recipe.defect, NULL, &error) != BRG_OK)
    {
      _brg_window_show_message (self, GTK_MESSAGE_WARNING, error.message);
      return;
    }
  brg_case_set_recipe (self->the_case, &recipe, preset->title, FALSE);
  _brg_window_show_defect (self);
}
