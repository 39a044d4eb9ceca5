#include "widgets/brg-orientation-cube.h"

#include <glib/gi18n.h>

#define SIZE_PX   72
#define HALF_PX   20.0 /* half an edge of the cube, head on */
#define LETTER_PX 22.0

struct _BrgOrientationCube
{
  GtkWidget parent_instance;
  BrgVec3 right, up, back; /* eye axes in LPS */
  int hovered;             /* a side, or -1 */
};

G_DEFINE_FINAL_TYPE (BrgOrientationCube, brg_orientation_cube, GTK_TYPE_WIDGET)

static const char *const letters[BRG_N_VIEW_SIDES] = {
  [BRG_VIEW_ANTERIOR] = NC_ ("side of the patient", "A"),
  [BRG_VIEW_POSTERIOR] = NC_ ("side of the patient", "P"),
  [BRG_VIEW_LEFT] = NC_ ("side of the patient", "L"),
  [BRG_VIEW_RIGHT] = NC_ ("side of the patient", "R"),
  [BRG_VIEW_SUPERIOR] = NC_ ("side of the patient", "S"),
  [BRG_VIEW_INFERIOR] = NC_ ("side of the patient", "I"),
};

/* A face as seen head on: its letter runs along `across`, its outward normal is `normal`. */
typedef struct
{
  BrgVec3 across, up, normal;
} Face;

static Face
face_of (int side)
{
  Face face;

  brg_view_axes ((BrgViewDirection) side, &face.across, &face.up, &face.normal);
  return face;
}

/* Maps the square -1..1 (y down) of a face to the widget. */
static cairo_matrix_t
face_matrix (BrgOrientationCube *self, const Face *face)
{
  cairo_matrix_t m;

  cairo_matrix_init (&m, HALF_PX * brg_vec3_dot (face->across, self->right),
                     -HALF_PX * brg_vec3_dot (face->across, self->up),
                     -HALF_PX * brg_vec3_dot (face->up, self->right),
                     HALF_PX * brg_vec3_dot (face->up, self->up),
                     SIZE_PX / 2.0 + HALF_PX * brg_vec3_dot (face->normal, self->right),
                     SIZE_PX / 2.0 - HALF_PX * brg_vec3_dot (face->normal, self->up));
  return m;
}

static gboolean
face_is_seen (BrgOrientationCube *self, const Face *face)
{
  return brg_vec3_dot (face->normal, self->back) > 0.02;
}

/* A square with rounded corners, in the face's own coordinates. */
static void
face_outline (cairo_t *cr)
{
  const double r = 0.16, e = 0.96;

  cairo_new_sub_path (cr);
  cairo_arc (cr, e - r, -e + r, r, -G_PI / 2, 0);
  cairo_arc (cr, e - r, e - r, r, 0, G_PI / 2);
  cairo_arc (cr, -e + r, e - r, r, G_PI / 2, G_PI);
  cairo_arc (cr, -e + r, -e + r, r, G_PI, 3 * G_PI / 2);
  cairo_close_path (cr);
}

static void
draw_letter (BrgOrientationCube *self, cairo_t *cr, int side)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (
    GTK_WIDGET (self), g_dpgettext2 (NULL, "side of the patient", letters[side]));
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Sans Bold");
  PangoRectangle ink;

  pango_font_description_set_absolute_size (font, LETTER_PX * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_get_pixel_extents (layout, &ink, NULL);
  cairo_scale (cr, 1 / HALF_PX, 1 / HALF_PX);
  cairo_move_to (cr, -ink.x - ink.width / 2.0, -ink.y - ink.height / 2.0);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_face (BrgOrientationCube *self, cairo_t *cr, int side)
{
  const Face face = face_of (side);

  if (!face_is_seen (self, &face))
    return;
  cairo_matrix_t m = face_matrix (self, &face);
  double light = 0.58 + 0.24 * brg_vec3_dot (face.normal, self->back) +
                 0.14 * brg_vec3_dot (face.normal, self->up);
  gboolean hovered = side == self->hovered;

  cairo_save (cr);
  cairo_transform (cr, &m);
  face_outline (cr);
  if (hovered)
    cairo_set_source_rgb (cr, 0.21, 0.52, 0.89);
  else
    cairo_set_source_rgb (cr, light * 0.97, light * 0.98, light);
  cairo_fill (cr);
  if (hovered)
    cairo_set_source_rgb (cr, 1, 1, 1);
  else
    cairo_set_source_rgb (cr, 0.12, 0.13, 0.15);
  draw_letter (self, cr, side);
  cairo_restore (cr);
}

static void
set_hovered (BrgOrientationCube *self, int side)
{
  if (self->hovered == side)
    return;
  self->hovered = side;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), side >= 0 ? "pointer" : NULL);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, BrgOrientationCube *self)
{
  set_hovered (self, brg_orientation_cube_pick (self, x, y));
}

static void
leave_cb (GtkEventControllerMotion *controller, BrgOrientationCube *self)
{
  set_hovered (self, -1);
}

static void
released_cb (GtkGestureClick *click, int n_press, double x, double y, BrgOrientationCube *self)
{
  int side = brg_orientation_cube_pick (self, x, y);

  if (side >= 0)
    gtk_widget_activate_action (GTK_WIDGET (self), "mesh.look", "s",
                                brg_view_name ((BrgViewDirection) side));
}

/* Only the cube itself takes the pointer: beside it the mesh view is turned as everywhere. */
static gboolean
brg_orientation_cube_contains (GtkWidget *widget, double x, double y)
{
  return brg_orientation_cube_pick (BRG_ORIENTATION_CUBE (widget), x, y) >= 0;
}

static void
brg_orientation_cube_measure (GtkWidget *widget,
                              GtkOrientation orientation,
                              int for_size,
                              int *minimum,
                              int *natural,
                              int *minimum_baseline,
                              int *natural_baseline)
{
  *minimum = *natural = SIZE_PX;
}

static void
brg_orientation_cube_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BrgOrientationCube *self = BRG_ORIENTATION_CUBE (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, SIZE_PX, SIZE_PX));

  for (int side = 0; side < BRG_N_VIEW_SIDES; side++)
    draw_face (self, cr, side);
  cairo_destroy (cr);
}

static void
brg_orientation_cube_class_init (BrgOrientationCubeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->contains = brg_orientation_cube_contains;
  widget_class->measure = brg_orientation_cube_measure;
  widget_class->snapshot = brg_orientation_cube_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
brg_orientation_cube_init (BrgOrientationCube *self)
{
  BrgCamera camera = brg_camera_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->hovered = -1;
  brg_orientation_cube_set_camera (self, &camera);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Orientation of the patient"), -1);
}

void
brg_orientation_cube_set_camera (BrgOrientationCube *self, const BrgCamera *camera)
{
  g_return_if_fail (BRG_IS_ORIENTATION_CUBE (self));

  brg_camera_axes (camera, &self->right, &self->up, &self->back);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

int
brg_orientation_cube_pick (BrgOrientationCube *self, double x, double y)
{
  g_return_val_if_fail (BRG_IS_ORIENTATION_CUBE (self), -1);

  for (int side = 0; side < BRG_N_VIEW_SIDES; side++)
    {
      const Face face = face_of (side);
      cairo_matrix_t m = face_matrix (self, &face);
      double u = x, v = y;
      if (!face_is_seen (self, &face) || cairo_matrix_invert (&m) != CAIRO_STATUS_SUCCESS)
        continue;
      cairo_matrix_transform_point (&m, &u, &v);
      if (ABS (u) <= 1 && ABS (v) <= 1)
        return side;
    }
  return -1;
}
