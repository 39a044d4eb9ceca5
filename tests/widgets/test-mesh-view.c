/* The mesh view in a window: pixels, signals, life cycle, and no GL at all. */

#include <gtk/gtk.h>
#include <string.h>

#include "brg-test-mesh.h"
#include "frames.h"
#include "widgets/brg-mesh-view.h"
#include "widgets/brg-orientation-cube.h"

#define WIDTH      400
#define HEIGHT     320
#define PATIENCE_S 120

typedef struct
{
  GtkWidget *window;
  BrgMeshView *view;
  guchar *pixels; /* BGRA */
  int n_signals;
  int phases[8];
  BrgRay ray;
} Fixture;

static void
iterate (int ms)
{
  gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (2000);
}

/* Until everything set has been drawn at rest. */
static void
settle (Fixture *f)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_S * G_TIME_SPAN_SECOND;

  frames_settle (f->window);
  while (!brg_mesh_view_is_settled (f->view) && g_get_monotonic_time () < end)
    iterate (20);
  g_assert_true (brg_mesh_view_is_settled (f->view));
  frames_settle (f->window);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  *f = (Fixture){ .window = gtk_window_new (), .view = BRG_MESH_VIEW (brg_mesh_view_new ()) };
  gtk_window_set_decorated (GTK_WINDOW (f->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (f->window), WIDTH, HEIGHT);
  gtk_window_set_child (GTK_WINDOW (f->window), GTK_WIDGET (f->view));
  gtk_window_present (GTK_WINDOW (f->window));
  settle (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gpointer view = f->view;

  g_object_add_weak_pointer (G_OBJECT (f->view), &view);
  gtk_window_destroy (GTK_WINDOW (f->window));
  for (int n = 0; view != NULL && n < 100 * PATIENCE_S; n++)
    iterate (10);
  g_assert_null (view);
  g_free (f->pixels);
}

static void
set_sphere (Fixture *f, BrgMeshSlot slot, double radius_mm, int rings, float opacity)
{
  BrgMesh *mesh = test_mesh_sphere (brg_vec3 (10, 20, 1500), radius_mm, rings);

  brg_mesh_view_set_mesh (f->view, slot, mesh, opacity);
  brg_mesh_unref (mesh);
}

/* The view as the compositor would show it. */
static void
read_back (Fixture *f)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (f->view));
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (f->window));

  gdk_paintable_snapshot (paintable, snapshot, WIDTH, HEIGHT);
  g_autoptr (GskRenderNode) node = gtk_snapshot_free_to_node (snapshot);
  graphene_rect_t area = GRAPHENE_RECT_INIT (0, 0, WIDTH, HEIGHT);
  g_autoptr (GdkTexture) texture = gsk_renderer_render_texture (renderer, node, &area);
  g_free (f->pixels);
  f->pixels = g_malloc (WIDTH * HEIGHT * 4);
  gdk_texture_download (texture, f->pixels, WIDTH * 4);
}

static const guchar *
pixel (const Fixture *f, int x, int y)
{
  return f->pixels + 4 * (y * WIDTH + x);
}

static gboolean
is_bone (const guchar *p)
{
  return p[2] > p[1] && p[1] > p[0] && p[2] - p[0] > 15 && p[2] > 60;
}

/* The dark or the light gradient: nearly grey. */
static gboolean
is_background (const guchar *p)
{
  return ABS (p[2] - p[1]) < 14 && ABS (p[1] - p[0]) < 18 && p[2] <= p[0];
}

static gpointer
controller (Fixture *f, GType type)
{
  GtkWidget *area =
    GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (f->view), BRG_TYPE_MESH_VIEW, "area"));
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (area);

  for (guint n = 0; n < g_list_model_get_n_items (controllers); n++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (controllers, n);
      if (G_OBJECT_TYPE (item) == type)
        return item;
    }
  g_assert_not_reached ();
}

static void
drag (Fixture *f, double x, double y, double dx, double dy)
{
  gpointer gesture = controller (f, GTK_TYPE_GESTURE_DRAG);

  g_signal_emit_by_name (gesture, "drag-begin", x, y);
  g_signal_emit_by_name (gesture, "drag-update", dx / 2, dy / 2);
  g_signal_emit_by_name (gesture, "drag-update", dx, dy);
  g_signal_emit_by_name (gesture, "drag-end", dx, dy);
}

static void
picked_cb (BrgMeshView *view, const BrgVec3 *origin, const BrgVec3 *direction, Fixture *f)
{
  f->ray = (BrgRay){ *origin, *direction };
  f->n_signals++;
}

static void
dragged_cb (BrgMeshView *view,
            const BrgVec3 *origin,
            const BrgVec3 *direction,
            int phase,
            Fixture *f)
{
  f->ray = (BrgRay){ *origin, *direction };
  f->phases[f->n_signals++] = phase;
}

static void
maximise_cb (BrgMeshView *view, Fixture *f)
{
  f->n_signals++;
}

/* Distance in mm from a point to the last ray a signal gave. */
static double
ray_misses_mm (const Fixture *f, BrgVec3 p)
{
  return brg_vec3_length (brg_vec3_cross (brg_vec3_sub (p, f->ray.origin), f->ray.direction));
}

static void
test_picture (Fixture *f, gconstpointer data)
{
  g_assert_null (brg_mesh_view_get_problem (f->view));
  read_back (f);
  g_assert_true (is_background (pixel (f, 4, 4)));
  set_sphere (f, BRG_MESH_SKULL, 80, 20, 1);
  settle (f);
  read_back (f);
  g_assert_true (is_bone (pixel (f, WIDTH / 2, HEIGHT / 2)));
  g_assert_true (is_background (pixel (f, 4, 4)));
  g_assert_true (is_background (pixel (f, WIDTH - 4, HEIGHT - 4)));

  brg_mesh_view_set_visible (f->view, BRG_MESH_SKULL, FALSE);
  settle (f);
  read_back (f);
  g_assert_false (is_bone (pixel (f, WIDTH / 2, HEIGHT / 2)));
  brg_mesh_view_set_visible (f->view, BRG_MESH_SKULL, TRUE);
  brg_mesh_view_set_mesh (f->view, BRG_MESH_SKULL, NULL, 1);
  settle (f);
  read_back (f);
  g_assert_false (is_bone (pixel (f, WIDTH / 2, HEIGHT / 2)));
}

/* Prepared in a thread; a mesh that is replaced meanwhile never shows. */
static void
test_large (Fixture *f, gconstpointer data)
{
  set_sphere (f, BRG_MESH_IMPLANT, 80, 180, 1);
  g_assert_false (brg_mesh_view_is_settled (f->view));
  set_sphere (f, BRG_MESH_IMPLANT, 80, 179, 1);
  brg_mesh_view_set_mesh (f->view, BRG_MESH_IMPLANT, NULL, 1);
  set_sphere (f, BRG_MESH_SKULL, 80, 180, 1);
  settle (f);
  read_back (f);
  g_assert_true (is_bone (pixel (f, WIDTH / 2, HEIGHT / 2)));

  /* In motion, with a proxy where GL is slow, it still is there. */
  drag (f, 200, 160, 60, 10);
  g_assert_false (brg_mesh_view_is_settled (f->view));
  iterate (60);
  read_back (f);
  g_assert_true (is_bone (pixel (f, WIDTH / 2, HEIGHT / 2)));
  settle (f);
}

/* A new context is given everything again. */
static void
test_realize_again (Fixture *f, gconstpointer data)
{
  set_sphere (f, BRG_MESH_SKULL, 80, 20, 1);
  settle (f);
  g_object_ref (f->view);
  for (int n = 0; n < 3; n++)
    {
      gtk_window_set_child (GTK_WINDOW (f->window), NULL);
      iterate (20);
      gtk_window_set_child (GTK_WINDOW (f->window), GTK_WIDGET (f->view));
      settle (f);
      read_back (f);
      g_assert_true (is_bone (pixel (f, WIDTH / 2, HEIGHT / 2)));
    }
  g_object_unref (f->view);
}

static void
test_pick (Fixture *f, gconstpointer data)
{
  gpointer click = controller (f, GTK_TYPE_GESTURE_CLICK);
  double x, y;

  set_sphere (f, BRG_MESH_SKULL, 80, 20, 1);
  settle (f);
  g_signal_connect (f->view, "picked", G_CALLBACK (picked_cb), f);
  brg_camera_project (brg_mesh_view_get_camera (f->view), brg_vec3 (40, 0, 1540), WIDTH, HEIGHT, &x,
                      &y);
  g_signal_emit_by_name (click, "pressed", 1, x, y);
  g_signal_emit_by_name (click, "released", 1, x, y);
  g_assert_cmpint (f->n_signals, ==, 1);
  g_assert_cmpfloat (ray_misses_mm (f, brg_vec3 (40, 0, 1540)), <, 1e-6);

  drag (f, 100, 100, 80, 30);
  g_assert_cmpint (f->n_signals, ==, 1);

  g_signal_connect (f->view, "maximise", G_CALLBACK (maximise_cb), f);
  g_signal_emit_by_name (click, "pressed", 2, x, y);
  g_signal_emit_by_name (click, "released", 2, x, y);
  g_assert_cmpint (f->n_signals, ==, 2);
}

/* A drag on the cutter moves it when placing, and turns the view when not. */
static void
test_placing (Fixture *f, gconstpointer data)
{
  BrgVec3 anchor = brg_vec3 (12, 18, 1503);
  double x, y;

  set_sphere (f, BRG_MESH_SKULL, 60, 20, 1);
  set_sphere (f, BRG_MESH_CUTTER, 70, 20, 0.4f);
  settle (f);
  g_signal_connect (f->view, "dragged", G_CALLBACK (dragged_cb), f);
  brg_mesh_view_set_anchor (f->view, &anchor);
  BrgCamera before = *brg_mesh_view_get_camera (f->view);

  drag (f, WIDTH / 2 + 7, HEIGHT / 2 - 9, 40, -20);
  g_assert_cmpint (f->n_signals, ==, 0);
  g_assert_cmpmem (&before, sizeof before.target, brg_mesh_view_get_camera (f->view),
                   sizeof before.target);
  g_assert_true (memcmp (before.orientation, brg_mesh_view_get_camera (f->view)->orientation,
                         sizeof before.orientation) != 0);

  brg_mesh_view_set_placing (f->view, TRUE);
  before = *brg_mesh_view_get_camera (f->view);
  drag (f, WIDTH / 2 + 7, HEIGHT / 2 - 9, 40, -20);
  g_assert_cmpint (f->n_signals, ==, 4);
  g_assert_cmpint (f->phases[0], ==, BRG_MESH_DRAG_BEGIN);
  g_assert_cmpint (f->phases[1], ==, BRG_MESH_DRAG_MOVE);
  g_assert_cmpint (f->phases[3], ==, BRG_MESH_DRAG_END);
  g_assert_cmpmem (&before, sizeof before, brg_mesh_view_get_camera (f->view), sizeof before);
  brg_camera_project (&before, anchor, WIDTH, HEIGHT, &x, &y);
  BrgRay wanted = brg_camera_ray (&before, x + 40, y - 20, WIDTH, HEIGHT);
  g_assert_cmpfloat_with_epsilon (brg_vec3_dot (wanted.direction, f->ray.direction), 1, 1e-12);

  /* Beside the cutter the view turns. */
  drag (f, 4, 4, 40, 20);
  g_assert_cmpint (f->n_signals, ==, 4);
}

static void
test_views (Fixture *f, gconstpointer data)
{
  BrgVec3 right, up, back;

  set_sphere (f, BRG_MESH_SKULL, 60, 20, 1);
  for (int animated = 0; animated < 2; animated++)
    {
      g_object_set (gtk_settings_get_default (), "gtk-enable-animations", animated, NULL);
      gtk_widget_activate_action (GTK_WIDGET (f->view), "mesh.look", "s", "left");
      settle (f);
      brg_camera_axes (brg_mesh_view_get_camera (f->view), &right, &up, &back);
      g_assert_cmpfloat_with_epsilon (back.x, 1, 1e-9);
      gtk_widget_activate_action (GTK_WIDGET (f->view), "mesh.reset", NULL);
      settle (f);
      brg_camera_axes (brg_mesh_view_get_camera (f->view), &right, &up, &back);
      g_assert_cmpfloat (back.x, <, 0.9);
    }
  gtk_widget_activate_action (GTK_WIDGET (f->view), "mesh.look", "s", "nowhere");
}

/* Seen from a side, the cube shows that side's face in its middle, and a click on it looks there.
 */
static void
test_cube (Fixture *f, gconstpointer data)
{
  BrgOrientationCube *cube = BRG_ORIENTATION_CUBE (
    gtk_widget_get_template_child (GTK_WIDGET (f->view), BRG_TYPE_MESH_VIEW, "cube"));
  BrgCamera camera = brg_camera_new ();

  for (int side = 0; side < BRG_N_VIEW_SIDES; side++)
    {
      brg_camera_look (&camera, (BrgViewDirection) side);
      brg_orientation_cube_set_camera (cube, &camera);
      g_assert_cmpint (brg_orientation_cube_pick (cube, 36, 36), ==, side);
      g_assert_cmpint (brg_orientation_cube_pick (cube, 2, 2), ==, -1);
    }
  brg_camera_look (&camera, BRG_VIEW_THREE_QUARTER);
  brg_orientation_cube_set_camera (cube, &camera);
  g_assert_cmpint (brg_orientation_cube_pick (cube, 36, 14), ==, BRG_VIEW_SUPERIOR);
  g_assert_cmpint (brg_orientation_cube_pick (cube, 24, 42), ==, BRG_VIEW_ANTERIOR);
  g_assert_cmpint (brg_orientation_cube_pick (cube, 48, 42), ==, BRG_VIEW_LEFT);
}

/* Setters before the view is in any window. */
static void
test_unrealized (void)
{
  BrgMeshView *view = g_object_ref_sink (BRG_MESH_VIEW (brg_mesh_view_new ()));
  BrgMesh *mesh = test_mesh_sphere (brg_vec3 (0, 0, 0), 50, 10);

  brg_mesh_view_set_mesh (view, BRG_MESH_SKULL, mesh, 1);
  brg_mesh_view_set_crosshair (view, &(BrgVec3){ 1, 2, 3 }, TRUE);
  brg_mesh_view_set_view (view, BRG_VIEW_LEFT);
  brg_mesh_view_set_empty_text (view, "nothing yet");
  g_assert_true (brg_mesh_view_is_settled (view));
  brg_mesh_unref (mesh);
  g_assert_finalize_object (view);
}

/* Run with GDK_DEBUG=gl-disable: a reason in words, and every call still works. */
static void
test_no_gl (Fixture *f, gconstpointer data)
{
  g_assert_nonnull (brg_mesh_view_get_problem (f->view));
  g_assert_cmpstr (brg_mesh_view_get_problem (f->view), !=, "");
  set_sphere (f, BRG_MESH_SKULL, 80, 180, 1);
  set_sphere (f, BRG_MESH_CUTTER, 80, 10, 0.5f);
  brg_mesh_view_set_crosshair (f->view, &(BrgVec3){ 1, 2, 3 }, TRUE);
  brg_mesh_view_set_view (f->view, BRG_VIEW_LEFT);
  brg_mesh_view_reset (f->view);
  settle (f);
  read_back (f);
  g_assert_nonnull (brg_mesh_view_get_problem (f->view));
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/mesh-view/", name, NULL);

  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  const char *debug = g_getenv ("GDK_DEBUG");

  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  if (debug != NULL && strstr (debug, "gl-disable") != NULL)
    {
      add ("no-gl", test_no_gl);
      return g_test_run ();
    }
  add ("picture", test_picture);
  add ("large", test_large);
  add ("realize-again", test_realize_again);
  add ("pick", test_pick);
  add ("placing", test_placing);
  add ("views", test_views);
  add ("cube", test_cube);
  g_test_add_func ("/mesh-view/unrealized", test_unrealized);
  return g_test_run ();
}
