/* How the camera of the mesh view moves: by hand, at once, or in a short flight. */

#include "widgets/brg-mesh-view-private.h"

#define REST_MS   150    /* after the last move the full picture is drawn */
#define FLIGHT_US 280000 /* of an animated turn */

static double
view_aspect (BrgMeshView *self)
{
  int height = gtk_widget_get_height (self->area);
  return height > 0 ? (double) gtk_widget_get_width (self->area) / height : 1;
}

static void
camera_changed (BrgMeshView *self)
{
  brg_orientation_cube_set_camera (BRG_ORIENTATION_CUBE (self->cube), &self->scene.camera);
  gtk_gl_area_queue_render (GTK_GL_AREA (self->area));
}

static gboolean
rest_cb (gpointer data)
{
  BrgMeshView *self = data;

  self->rest_source = 0;
  gtk_gl_area_queue_render (GTK_GL_AREA (self->area));
  return G_SOURCE_REMOVE;
}

static gboolean
flight_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  BrgMeshView *self = BRG_MESH_VIEW (widget);
  double t = (double) (gdk_frame_clock_get_frame_time (clock) - self->flight_start_us) / FLIGHT_US;
  double eased = t < 0.5 ? 4 * t * t * t : 1 - pow (2 - 2 * t, 3) / 2;

  if (t < 1)
    {
      self->scene.camera = brg_camera_blend (&self->from, &self->to, CLAMP (eased, 0, 1));
      camera_changed (self);
      return G_SOURCE_CONTINUE;
    }
  self->flight_tick = 0;
  _brg_mesh_view_take_camera (self, &self->to, FALSE);
  return G_SOURCE_REMOVE;
}

static void
fly_to (BrgMeshView *self, const BrgCamera *to)
{
  gboolean animated = TRUE;

  _brg_mesh_view_stop_flight (self);
  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &animated,
                NULL);
  if (!animated || self->renderer == NULL || !gtk_widget_get_mapped (self->area))
    {
      _brg_mesh_view_take_camera (self, to, FALSE);
      return;
    }
  self->from = self->scene.camera;
  self->to = *to;
  self->flight_start_us =
    gdk_frame_clock_get_frame_time (gtk_widget_get_frame_clock (GTK_WIDGET (self)));
  self->flight_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), flight_cb, NULL, NULL);
}

gboolean
_brg_mesh_view_is_moving (BrgMeshView *self)
{
  return self->rest_source != 0 || self->flight_tick != 0;
}

void
_brg_mesh_view_fit (BrgMeshView *self)
{
  brg_camera_fit (&self->scene.camera, view_aspect (self));
  self->fitted = TRUE;
  camera_changed (self);
}

void
_brg_mesh_view_take_camera (BrgMeshView *self, const BrgCamera *camera, gboolean moving)
{
  self->scene.camera = *camera;
  g_clear_handle_id (&self->rest_source, g_source_remove);
  if (moving)
    self->rest_source = g_timeout_add (REST_MS, rest_cb, self);
  camera_changed (self);
}

void
_brg_mesh_view_stop_flight (BrgMeshView *self)
{
  if (self->flight_tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->flight_tick);
  self->flight_tick = 0;
}

void
brg_mesh_view_set_view (BrgMeshView *self, BrgViewDirection view)
{
  g_return_if_fail (BRG_IS_MESH_VIEW (self));

  BrgCamera to = self->scene.camera;
  brg_camera_look (&to, view);
  if (self->fitted)
    brg_camera_fit (&to, view_aspect (self));
  fly_to (self, &to);
}

void
brg_mesh_view_reset (BrgMeshView *self)
{
  g_return_if_fail (BRG_IS_MESH_VIEW (self));

  self->fitted = TRUE;
  brg_mesh_view_set_view (self, BRG_VIEW_THREE_QUARTER);
}

const BrgCamera *
brg_mesh_view_get_camera (BrgMeshView *self)
{
  g_return_val_if_fail (BRG_IS_MESH_VIEW (self), NULL);

  return &self->scene.camera;
}
