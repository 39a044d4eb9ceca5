#define G_LOG_DOMAIN "brg-slice-view"

#include "widgets/brg-slice-view-private.h"

#define MIN_WINDOW_HU 1.0
#define MAX_WINDOW_HU 20000.0
#define MAX_LEVEL_HU  32768.0

/* Shows slice `index`; the crosshair is already there. */
static gboolean
show_slice (BrgSliceView *self, int index)
{
  if (index == self->map.index)
    return FALSE;
  self->map.index = index;
  _brg_slice_view_make_stale (self);
  _brg_slice_view_update_accessible (self);
  return TRUE;
}

static gboolean
is_same_point (BrgVec3 a, BrgVec3 b)
{
  return a.x == b.x && a.y == b.y && a.z == b.z;
}

/* The crosshair with its part along the normal moved to slice `index`. */
static BrgVec3
crosshair_in_slice (BrgSliceView *self, int index)
{
  BrgVec3 at = brg_grid_vox_from_lps (&self->volume->grid, self->crosshair);
  double vox[3] = { at.x, at.y, at.z };

  vox[brg_plane_axes (self->plane).normal] = index;
  return brg_grid_lps_from_vox (&self->volume->grid, brg_vec3 (vox[0], vox[1], vox[2]));
}

int
_brg_slice_view_slice_of_crosshair (BrgSliceView *self)
{
  BrgVec3 at = brg_grid_vox_from_lps (&self->volume->grid, self->crosshair);
  double vox[3] = { at.x, at.y, at.z };
  int index = brg_vox_round (vox[brg_plane_axes (self->plane).normal]);

  return CLAMP (index, 0, _brg_slice_view_n_slices (self) - 1);
}

gboolean
_brg_slice_view_place_crosshair (BrgSliceView *self, BrgVec3 lps_mm)
{
  gboolean changed = FALSE;

  if (is_same_point (self->crosshair, lps_mm) || !isfinite (lps_mm.x + lps_mm.y + lps_mm.z))
    return FALSE;
  self->crosshair = lps_mm;
  if (self->volume != NULL)
    changed = show_slice (self, _brg_slice_view_slice_of_crosshair (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify (G_OBJECT (self), "crosshair");
  return changed;
}

void
_brg_slice_view_apply_window (BrgSliceView *self, double level_hu, double window_hu)
{
  level_hu = CLAMP (level_hu, -MAX_LEVEL_HU, MAX_LEVEL_HU);
  window_hu = CLAMP (window_hu, MIN_WINDOW_HU, MAX_WINDOW_HU);
  if (level_hu == self->level_hu && window_hu == self->window_hu)
    return;
  gboolean level_changed = level_hu != self->level_hu;
  gboolean window_changed = window_hu != self->window_hu;
  self->level_hu = level_hu;
  self->window_hu = window_hu;
  _brg_slice_view_make_stale (self);
  if (level_changed)
    g_object_notify (G_OBJECT (self), "level-hu");
  if (window_changed)
    g_object_notify (G_OBJECT (self), "window-hu");
}

void
_brg_slice_view_move_crosshair (BrgSliceView *self, BrgVec3 lps_mm)
{
  BrgVec3 before = self->crosshair;
  gboolean changed = _brg_slice_view_place_crosshair (self, lps_mm);

  if (!is_same_point (before, self->crosshair))
    g_signal_emit_by_name (self, "crosshair-moved", &self->crosshair);
  if (changed)
    g_signal_emit_by_name (self, "index-changed", self->map.index);
}

void
_brg_slice_view_go_to (BrgSliceView *self, int index)
{
  if (self->volume == NULL)
    return;
  index = CLAMP (index, 0, _brg_slice_view_n_slices (self) - 1);
  if (index == self->map.index)
    return;
  _brg_slice_view_move_crosshair (self, crosshair_in_slice (self, index));
  _brg_slice_view_update_hover (self);
}

void
_brg_slice_view_change_window (BrgSliceView *self, double level_hu, double window_hu)
{
  double before_level = self->level_hu;
  double before_window = self->window_hu;

  _brg_slice_view_apply_window (self, level_hu, window_hu);
  if (before_level != self->level_hu || before_window != self->window_hu)
    g_signal_emit_by_name (self, "window-changed", self->level_hu, self->window_hu);
}

void
_brg_slice_view_zoom (BrgSliceView *self, double x, double y, double factor)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double px[2] = { x * scale, y * scale };

  self->fitted = FALSE;
  brg_slice_zoom (&self->volume->grid, &self->map, px, factor);
  _brg_slice_view_make_stale (self);
}

void
_brg_slice_view_pan (BrgSliceView *self, double dx, double dy)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  self->fitted = FALSE;
  brg_slice_pan (&self->volume->grid, &self->map, dx * scale, dy * scale);
  _brg_slice_view_make_stale (self);
}

void
brg_slice_view_set_index (BrgSliceView *self, int index)
{
  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  if (self->volume == NULL)
    return;
  index = CLAMP (index, 0, _brg_slice_view_n_slices (self) - 1);
  if (index != self->map.index)
    _brg_slice_view_place_crosshair (self, crosshair_in_slice (self, index));
}
