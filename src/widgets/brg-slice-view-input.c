#define G_LOG_DOMAIN "brg-slice-view"

#include "widgets/brg-slice-view-private.h"

#define ZOOM_STEP      1.2
#define BRUSH_STEP     1.15
#define PAGE_SLICES    10
#define WINDOW_DRAG_PX 250.0 /* one e-fold of the window's width, or one window of level */

static gboolean
is_on_rail (BrgSliceView *self, double x)
{
  double length, thumb;

  return _brg_slice_view_measure_rail (self, &length, &thumb) &&
         x >= gtk_widget_get_width (GTK_WIDGET (self)) - BRG_SLICE_RAIL_WIDTH;
}

static BrgVec3
lps_at (BrgSliceView *self, double x, double y)
{
  double vox[3];

  _brg_slice_view_vox_at (self, x, y, vox);
  return brg_grid_lps_from_vox (&self->volume->grid, brg_vec3 (vox[0], vox[1], vox[2]));
}

/* FALSE outside the scan. */
static gboolean
find_hover (BrgSliceView *self, BrgSliceHover *hover)
{
  double vox[3];

  if (self->volume == NULL || !self->pointer_inside)
    return FALSE;
  _brg_slice_view_vox_at (self, self->pointer[0], self->pointer[1], vox);
  for (int a = 0; a < 3; a++)
    {
      hover->vox[a] = brg_vox_round (vox[a]);
      if (hover->vox[a] < 0 || hover->vox[a] >= self->volume->grid.dim[a])
        return FALSE;
    }
  hover->lps_mm = lps_at (self, self->pointer[0], self->pointer[1]);
  hover->hu = brg_volume_get (self->volume, hover->vox[0], hover->vox[1], hover->vox[2]);
  return TRUE;
}

static void
set_pointer (BrgSliceView *self, double x, double y)
{
  self->pointer_inside = TRUE;
  self->pointer[0] = x;
  self->pointer[1] = y;
  _brg_slice_view_update_hover (self);
  _brg_slice_view_update_cursor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
scrub_to (BrgSliceView *self, double y)
{
  double length, thumb;

  if (!_brg_slice_view_measure_rail (self, &length, &thumb))
    return;
  double part = 1 - (y - BRG_SLICE_RAIL_MARGIN - thumb / 2) / (length - thumb);
  part = CLAMP (part, 0, 1);
  _brg_slice_view_go_to (self, brg_vox_round (part * (_brg_slice_view_n_slices (self) - 1)));
}

/* ---- strokes ---- */

static void
stroke_to (BrgSliceView *self, double x, double y)
{
  int normal = brg_plane_axes (self->plane).normal;
  double to[3];

  _brg_slice_view_vox_at (self, x, y, to);
  self->stroke_vox[normal] = to[normal]; /* the slice may have been changed by the wheel */
  g_signal_emit_by_name (self, "stroke-to", self->stroke_vox, to);
  memcpy (self->stroke_vox, to, sizeof to);
}

static void
begin_stroke (BrgSliceView *self, double x, double y)
{
  self->drag = BRG_SLICE_DRAG_STROKE;
  g_signal_emit_by_name (self, "stroke-begin", self->tool == BRG_TOOL_ERASE);
  _brg_slice_view_vox_at (self, x, y, self->stroke_vox);
  stroke_to (self, x, y);
}

/* The points GTK merged into the motion event at hand, so that a fast stroke is the path the
 * pointer took and does not depend on the frame rate. */
static void
stroke_through_history (BrgSliceView *self, GtkGesture *gesture)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (gesture));
  GtkWidget *widget = GTK_WIDGET (self);
  GtkNative *native = gtk_widget_get_native (widget);
  double shift_x, shift_y, x, y;
  guint n_points = 0;

  if (event == NULL || gdk_event_get_event_type (event) != GDK_MOTION_NOTIFY || native == NULL)
    return;
  g_autofree GdkTimeCoord *history = gdk_event_get_history (event, &n_points);
  gtk_native_get_surface_transform (native, &shift_x, &shift_y);
  for (guint p = 0; p < n_points; p++)
    if (gtk_widget_translate_coordinates (GTK_WIDGET (native), widget,
                                          history[p].axes[GDK_AXIS_X] - shift_x,
                                          history[p].axes[GDK_AXIS_Y] - shift_y, &x, &y))
      stroke_to (self, x, y);
}

/* ---- defect ---- */

static void
drag_defect_to (BrgSliceView *self, double x, double y, gboolean last)
{
  BrgVec3 lps_mm = lps_at (self, x, y);

  self->drag_moved = TRUE;
  self->drag_last[0] = x;
  self->drag_last[1] = y;
  g_signal_emit_by_name (self, "dragged", &lps_mm, last);
}

/* ---- left button ---- */

static void
primary_begin_cb (GtkGestureDrag *gesture, double x, double y, BrgSliceView *self)
{
  self->press[0] = x;
  self->press[1] = y;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (self->volume == NULL)
    return;
  if (is_on_rail (self, x))
    {
      self->drag = BRG_SLICE_DRAG_RAIL;
      scrub_to (self, y);
    }
  else if (_brg_slice_view_has_brush (self))
    begin_stroke (self, x, y);
  else if (self->tool == BRG_TOOL_NAVIGATE)
    {
      self->drag = BRG_SLICE_DRAG_CROSSHAIR;
      _brg_slice_view_move_crosshair (self, lps_at (self, x, y));
    }
  else if (self->tool == BRG_TOOL_DEFECT)
    {
      self->drag = BRG_SLICE_DRAG_DEFECT;
      self->drag_moved = FALSE;
    }
}

static void
primary_update_cb (GtkGestureDrag *gesture, double dx, double dy, BrgSliceView *self)
{
  double x = self->press[0];
  double y = self->press[1];

  if (self->drag == BRG_SLICE_DRAG_RAIL)
    scrub_to (self, y + dy);
  else if (self->drag == BRG_SLICE_DRAG_CROSSHAIR)
    _brg_slice_view_move_crosshair (self, lps_at (self, x + dx, y + dy));
  else if (self->drag == BRG_SLICE_DRAG_STROKE)
    {
      stroke_through_history (self, GTK_GESTURE (gesture));
      stroke_to (self, x + dx, y + dy);
    }
  else if (self->drag == BRG_SLICE_DRAG_DEFECT &&
           (self->drag_moved ||
            gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int) dx, (int) dy)))
    drag_defect_to (self, x + dx, y + dy, FALSE);
}

static void
primary_end_cb (BrgSliceView *self)
{
  _brg_slice_view_end_stroke (self);
  if (self->drag == BRG_SLICE_DRAG_DEFECT && self->drag_moved && self->volume != NULL)
    drag_defect_to (self, self->drag_last[0], self->drag_last[1], TRUE);
  self->drag = BRG_SLICE_DRAG_NONE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, BrgSliceView *self)
{
  if (n_press == 2 && !_brg_slice_view_has_brush (self) && !is_on_rail (self, x))
    g_signal_emit_by_name (self, "maximise");
}

static void
released_cb (GtkGestureClick *gesture, int n_press, double x, double y, BrgSliceView *self)
{
  gboolean picks = self->tool == BRG_TOOL_ISLAND || self->tool == BRG_TOOL_DEFECT;

  if (n_press != 1 || !picks || self->volume == NULL || is_on_rail (self, x) ||
      gtk_drag_check_threshold (GTK_WIDGET (self), (int) self->press[0], (int) self->press[1],
                                (int) x, (int) y))
    return;
  BrgVec3 lps_mm = lps_at (self, x, y);
  g_signal_emit_by_name (self, "picked", &lps_mm);
}

/* ---- the other buttons ---- */

static void
pan_begin_cb (GtkGestureDrag *gesture, double x, double y, BrgSliceView *self)
{
  self->drag_last[0] = 0;
  self->drag_last[1] = 0;
}

static void
pan_update_cb (GtkGestureDrag *gesture, double dx, double dy, BrgSliceView *self)
{
  if (self->volume == NULL)
    return;
  _brg_slice_view_pan (self, dx - self->drag_last[0], dy - self->drag_last[1]);
  self->drag_last[0] = dx;
  self->drag_last[1] = dy;
}

static void
window_begin_cb (GtkGestureDrag *gesture, double x, double y, BrgSliceView *self)
{
  self->drag_level_hu = self->level_hu;
  self->drag_window_hu = self->window_hu;
}

static void
window_update_cb (GtkGestureDrag *gesture, double dx, double dy, BrgSliceView *self)
{
  if (self->volume == NULL)
    return;
  _brg_slice_view_change_window (
    self, round (self->drag_level_hu + dy / WINDOW_DRAG_PX * self->drag_window_hu),
    round (self->drag_window_hu * exp (dx / WINDOW_DRAG_PX)));
}

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, BrgSliceView *self)
{
  GtkEventController *controller = GTK_EVENT_CONTROLLER (motion);

  set_pointer (self, x, y);
  if (self->volume != NULL && self->drag == BRG_SLICE_DRAG_NONE &&
      gtk_event_controller_get_current_event_state (controller) & GDK_SHIFT_MASK)
    _brg_slice_view_move_crosshair (self, lps_at (self, x, y));
}

static void
leave_cb (BrgSliceView *self)
{
  self->pointer_inside = FALSE;
  _brg_slice_view_update_hover (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
scroll_cb (GtkEventControllerScroll *scroll, double dx, double dy, BrgSliceView *self)
{
  GdkModifierType state =
    gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));
  double up = -(dy != 0 ? dy : dx);

  if (self->volume == NULL)
    return GDK_EVENT_PROPAGATE;
  if (state & GDK_CONTROL_MASK)
    _brg_slice_view_zoom (self, self->pointer[0], self->pointer[1], pow (ZOOM_STEP, up));
  else if (state & GDK_SHIFT_MASK && _brg_slice_view_has_brush (self))
    brg_slice_view_set_brush_radius_mm (self, self->brush_radius_mm * pow (BRUSH_STEP, up));
  else
    {
      int steps = (int) (self->scroll_rest + up);
      self->scroll_rest += up - steps;
      _brg_slice_view_go_to (self, self->map.index + steps);
    }
  return GDK_EVENT_STOP;
}

/* ---- keyboard ---- */

/* One voxel on screen: right or left, down or up. */
static void
nudge_crosshair (BrgSliceView *self, int right, int down)
{
  BrgPlaneAxes axes = brg_plane_axes (self->plane);
  const BrgGrid *grid = &self->volume->grid;
  BrgVec3 at = brg_grid_vox_from_lps (grid, self->crosshair);
  double vox[3] = { at.x, at.y, at.z };

  vox[axes.across] = CLAMP (vox[axes.across] + right, 0, grid->dim[axes.across] - 1);
  vox[axes.down] = CLAMP (vox[axes.down] + down * axes.down_sign, 0, grid->dim[axes.down] - 1);
  _brg_slice_view_move_crosshair (self,
                                  brg_grid_lps_from_vox (grid, brg_vec3 (vox[0], vox[1], vox[2])));
}

static void
zoom_at_centre (BrgSliceView *self, double factor)
{
  _brg_slice_view_zoom (self, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
                        gtk_widget_get_height (GTK_WIDGET (self)) / 2.0, factor);
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint key,
                guint code,
                GdkModifierType state,
                BrgSliceView *self)
{
  int page = state & GDK_SHIFT_MASK ? PAGE_SLICES : 1;

  if (self->volume == NULL || state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
      _brg_slice_view_go_to (self, self->map.index + page);
      break;
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
      _brg_slice_view_go_to (self, self->map.index - page);
      break;
    case GDK_KEY_Home:
      _brg_slice_view_go_to (self, 0);
      break;
    case GDK_KEY_End:
      _brg_slice_view_go_to (self, _brg_slice_view_n_slices (self) - 1);
      break;
    case GDK_KEY_Left:
      nudge_crosshair (self, -1, 0);
      break;
    case GDK_KEY_Right:
      nudge_crosshair (self, 1, 0);
      break;
    case GDK_KEY_Up:
      nudge_crosshair (self, 0, -1);
      break;
    case GDK_KEY_Down:
      nudge_crosshair (self, 0, 1);
      break;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      zoom_at_centre (self, ZOOM_STEP);
      break;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      zoom_at_centre (self, 1 / ZOOM_STEP);
      break;
    case GDK_KEY_r:
    case GDK_KEY_R:
      brg_slice_view_reset (self);
      break;
    default:
      return GDK_EVENT_PROPAGATE;
    }
  return GDK_EVENT_STOP;
}

static GtkGesture *
add_drag (BrgSliceView *self, guint button, GCallback begin, GCallback update)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  g_signal_connect (drag, "drag-begin", begin, self);
  g_signal_connect (drag, "drag-update", update, self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  return drag;
}

void
_brg_slice_view_init_input (BrgSliceView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *primary = add_drag (self, GDK_BUTTON_PRIMARY, G_CALLBACK (primary_begin_cb),
                                  G_CALLBACK (primary_update_cb));
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_swapped (primary, "drag-end", G_CALLBACK (primary_end_cb), self);
  g_signal_connect_swapped (primary, "cancel", G_CALLBACK (primary_end_cb), self);
  add_drag (self, GDK_BUTTON_MIDDLE, G_CALLBACK (pan_begin_cb), G_CALLBACK (pan_update_cb));
  add_drag (self, GDK_BUTTON_SECONDARY, G_CALLBACK (window_begin_cb),
            G_CALLBACK (window_update_cb));
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect (click, "released", G_CALLBACK (released_cb), self);
  g_signal_connect (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, keys);
}

gboolean
_brg_slice_view_has_brush (BrgSliceView *self)
{
  return self->tool == BRG_TOOL_PAINT || self->tool == BRG_TOOL_ERASE;
}

gboolean
_brg_slice_view_is_at_rail (BrgSliceView *self)
{
  if (self->drag != BRG_SLICE_DRAG_NONE)
    return self->drag == BRG_SLICE_DRAG_RAIL;
  return self->pointer_inside && is_on_rail (self, self->pointer[0]);
}

void
_brg_slice_view_update_cursor (BrgSliceView *self)
{
  const char *name = "default";

  if (!_brg_slice_view_is_at_rail (self) && self->volume != NULL)
    name = _brg_slice_view_has_brush (self)  ? "none"
           : self->tool == BRG_TOOL_NAVIGATE ? "default"
                                             : "crosshair";
  if (g_strcmp0 (name, self->cursor_name) == 0)
    return;
  self->cursor_name = name;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
}

void
_brg_slice_view_end_stroke (BrgSliceView *self)
{
  if (self->drag != BRG_SLICE_DRAG_STROKE)
    return;
  self->drag = BRG_SLICE_DRAG_NONE;
  g_signal_emit_by_name (self, "stroke-end");
}

void
_brg_slice_view_update_hover (BrgSliceView *self)
{
  BrgSliceHover hover;

  g_signal_emit_by_name (self, "hover", find_hover (self, &hover) ? &hover : NULL);
}
