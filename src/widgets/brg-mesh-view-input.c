/* Pointer and keys of the mesh view. */

#include "widgets/brg-mesh-view-private.h"

#include "render/brg-mesh-pick.h"

#define DRAG_THRESHOLD_PX 4.0
#define KEY_TURN_DEG      10.0
#define KEY_ZOOM          1.15
#define WHEEL_ZOOM        1.12
#define DRAG_ZOOM_PX      160.0 /* of a right drag that zooms e-fold */
#define BEHIND_BONE_MM    25.0  /* how deep in the bone the cutter may be and still be grabbed */

static void
view_size (BrgMeshView *self, double *width, double *height)
{
  *width = gtk_widget_get_width (self->area);
  *height = gtk_widget_get_height (self->area);
}

static BrgRay
ray_at (BrgMeshView *self, double x, double y)
{
  double width, height;

  view_size (self, &width, &height);
  return brg_camera_ray (&self->scene.camera, x, y, width, height);
}

static void
move_camera (BrgMeshView *self, const BrgCamera *camera, gboolean keeps_fit)
{
  _brg_mesh_view_stop_flight (self);
  self->fitted = self->fitted && keeps_fit;
  _brg_mesh_view_take_camera (self, camera, TRUE);
}

static void
zoom_at (BrgMeshView *self, double factor, double x, double y)
{
  BrgCamera camera = self->scene.camera;
  double width, height;

  view_size (self, &width, &height);
  brg_camera_zoom (&camera, factor, x, y, width, height);
  move_camera (self, &camera, FALSE);
}

/* From the pointer to where the anchor of the cutter is seen. */
static void
grab_anchor (BrgMeshView *self, double x, double y)
{
  const MeshSlot *cutter = &self->slots[BRG_MESH_CUTTER];
  BrgVec3 anchor =
    self->has_anchor ? self->anchor : brg_vec3_scale (brg_vec3_add (cutter->lo, cutter->hi), 0.5);
  double width, height, ax, ay;

  view_size (self, &width, &height);
  self->grab_x = self->grab_y = 0;
  if (brg_camera_project (&self->scene.camera, anchor, width, height, &ax, &ay))
    {
      self->grab_x = ax - x;
      self->grab_y = ay - y;
    }
}

static void
emit_dragged (BrgMeshView *self, double x, double y, BrgMeshDragPhase phase)
{
  BrgRay ray = ray_at (self, x + self->grab_x, y + self->grab_y);

  g_signal_emit (self, _brg_mesh_view_signals[MESH_VIEW_DRAGGED], 0, &ray.origin, &ray.direction,
                 (int) phase);
}

static MeshDrag
drag_kind (BrgMeshView *self, GtkGesture *gesture, double x, double y)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));
  GdkModifierType state =
    gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  if (button == GDK_BUTTON_MIDDLE || (state & GDK_SHIFT_MASK) != 0)
    return MESH_DRAG_PAN;
  if (button == GDK_BUTTON_SECONDARY)
    return MESH_DRAG_ZOOM;
  if (self->placing && _brg_mesh_view_hits_cutter (self, x, y))
    return MESH_DRAG_PLACE;
  return MESH_DRAG_TURN;
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, BrgMeshView *self)
{
  self->drag = MESH_DRAG_NONE;
  self->press_x = x;
  self->press_y = y;
  gtk_widget_grab_focus (self->area);
}

/* The drag begins where the button went down, once it has moved far enough to be no click. */
static void
start_drag (BrgMeshView *self, GtkGesture *gesture)
{
  _brg_mesh_view_stop_flight (self);
  self->drag = drag_kind (self, gesture, self->press_x, self->press_y);
  self->drag_camera = self->scene.camera;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  if (self->drag != MESH_DRAG_PLACE)
    return;
  grab_anchor (self, self->press_x, self->press_y);
  gtk_widget_set_cursor_from_name (self->area, "grabbing");
  emit_dragged (self, self->press_x, self->press_y, BRG_MESH_DRAG_BEGIN);
}

static void
continue_drag (BrgMeshView *self, double dx, double dy)
{
  double x = self->press_x, y = self->press_y;
  BrgCamera camera = self->drag_camera;
  double width, height;

  view_size (self, &width, &height);
  switch (self->drag)
    {
    case MESH_DRAG_TURN:
      brg_camera_turn (&camera, x, y, x + dx, y + dy, width, height);
      break;
    case MESH_DRAG_PAN:
      brg_camera_pan (&camera, dx, dy, height);
      break;
    case MESH_DRAG_ZOOM:
      brg_camera_zoom (&camera, exp (-dy / DRAG_ZOOM_PX), x, y, width, height);
      break;
    case MESH_DRAG_PLACE:
      emit_dragged (self, x + dx, y + dy, BRG_MESH_DRAG_MOVE);
      return;
    case MESH_DRAG_NONE:
    default:
      return;
    }
  move_camera (self, &camera, self->drag == MESH_DRAG_TURN);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, BrgMeshView *self)
{
  if (self->drag == MESH_DRAG_NONE && hypot (dx, dy) > DRAG_THRESHOLD_PX)
    start_drag (self, GTK_GESTURE (gesture));
  continue_drag (self, dx, dy);
}

static void
drag_end_cb (GtkGestureDrag *gesture, double dx, double dy, BrgMeshView *self)
{
  if (self->drag == MESH_DRAG_PLACE)
    {
      emit_dragged (self, self->press_x + dx, self->press_y + dy, BRG_MESH_DRAG_END);
      gtk_widget_set_cursor_from_name (self->area, "grab");
    }
  self->drag = MESH_DRAG_NONE;
}

static void
click_pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, BrgMeshView *self)
{
  if (n_press == 2)
    g_signal_emit (self, _brg_mesh_view_signals[MESH_VIEW_MAXIMISE], 0);
}

static void
click_released_cb (GtkGestureClick *gesture, int n_press, double x, double y, BrgMeshView *self)
{
  BrgRay ray = ray_at (self, x, y);

  if (n_press == 1 && self->drag == MESH_DRAG_NONE)
    g_signal_emit (self, _brg_mesh_view_signals[MESH_VIEW_PICKED], 0, &ray.origin, &ray.direction);
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, BrgMeshView *self)
{
  self->pointer_x = x;
  self->pointer_y = y;
  if (self->drag == MESH_DRAG_NONE)
    gtk_widget_set_cursor_from_name (
      self->area, self->placing && _brg_mesh_view_hits_cutter (self, x, y) ? "grab" : NULL);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, BrgMeshView *self)
{
  zoom_at (self, pow (WHEEL_ZOOM, -dy), self->pointer_x, self->pointer_y);
  return TRUE;
}

static void
pinch_begin_cb (GtkGesture *gesture, GdkEventSequence *sequence, BrgMeshView *self)
{
  self->drag_camera = self->scene.camera;
}

static void
pinch_cb (GtkGestureZoom *gesture, double scale, BrgMeshView *self)
{
  BrgCamera camera = self->drag_camera;
  double width, height, x, y;

  view_size (self, &width, &height);
  if (!gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    return;
  brg_camera_zoom (&camera, scale, x, y, width, height);
  move_camera (self, &camera, FALSE);
}

static void
turn_by (BrgMeshView *self, double right_deg, double up_deg)
{
  BrgCamera camera = self->scene.camera;

  brg_camera_orbit (&camera, right_deg, up_deg);
  move_camera (self, &camera, TRUE);
}

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint key,
        guint code,
        GdkModifierType state,
        BrgMeshView *self)
{
  double width, height;

  view_size (self, &width, &height);
  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return FALSE;
  if (key == GDK_KEY_Left || key == GDK_KEY_KP_Left)
    turn_by (self, -KEY_TURN_DEG, 0);
  else if (key == GDK_KEY_Right || key == GDK_KEY_KP_Right)
    turn_by (self, KEY_TURN_DEG, 0);
  else if (key == GDK_KEY_Up || key == GDK_KEY_KP_Up)
    turn_by (self, 0, KEY_TURN_DEG);
  else if (key == GDK_KEY_Down || key == GDK_KEY_KP_Down)
    turn_by (self, 0, -KEY_TURN_DEG);
  else if (key == GDK_KEY_plus || key == GDK_KEY_equal || key == GDK_KEY_KP_Add)
    zoom_at (self, KEY_ZOOM, width / 2, height / 2);
  else if (key == GDK_KEY_minus || key == GDK_KEY_KP_Subtract)
    zoom_at (self, 1 / KEY_ZOOM, width / 2, height / 2);
  else if (key == GDK_KEY_Home || key == GDK_KEY_KP_Home)
    brg_mesh_view_reset (self);
  else
    return FALSE;
  return TRUE;
}

static void
add_drag (BrgMeshView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), 0);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (drag));
}

static void
add_click (BrgMeshView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect (click, "pressed", G_CALLBACK (click_pressed_cb), self);
  g_signal_connect (click, "released", G_CALLBACK (click_released_cb), self);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (click));
}

static void
add_zoom (BrgMeshView *self)
{
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (self->area, scroll);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (pinch));
}

gboolean
_brg_mesh_view_hits_cutter (BrgMeshView *self, double x, double y)
{
  const MeshSlot *cutter = &self->slots[BRG_MESH_CUTTER], *skull = &self->slots[BRG_MESH_SKULL];
  const BrgSceneItem *item = &self->scene.items[BRG_MESH_CUTTER];
  BrgRay ray = ray_at (self, x, y);

  if (cutter->mesh == NULL || !item->visible || !(item->opacity > 0))
    return FALSE;
  double cutter_mm = brg_mesh_pick_mm (cutter->mesh, &ray);
  if (!isfinite (cutter_mm) || skull->mesh == NULL)
    return isfinite (cutter_mm);
  return cutter_mm < brg_mesh_pick_mm (skull->mesh, &ray) + BEHIND_BONE_MM;
}

void
_brg_mesh_view_add_controllers (BrgMeshView *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  add_drag (self);
  add_click (self);
  add_zoom (self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (self->area, motion);
  gtk_widget_add_controller (self->area, keys);
}
