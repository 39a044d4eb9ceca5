/* The slice view without a pointer: gestures are driven through their own signals. */

#include <gtk/gtk.h>

#include "frames.h"
#include "widgets/brg-slice-view.h"

#define SIZE 400

typedef struct
{
  GtkWidget *window;
  BrgSliceView *view;
  BrgVolume *volume;
  int n_begin, n_to, n_end, n_index, n_moved, n_window, n_picked, n_dragged, n_dragged_last,
    n_maximise, n_hover;
  double last_to[3];
  BrgVec3 picked;
  BrgSliceHover hover;
} Fixture;

static void
count_cb (int *counter)
{
  *counter += 1;
}

static void
stroke_to_cb (BrgSliceView *view, const double *from, const double *to, Fixture *fixture)
{
  if (fixture->n_to++ > 0)
    g_assert_cmpmem (from, sizeof fixture->last_to, fixture->last_to, sizeof fixture->last_to);
  memcpy (fixture->last_to, to, sizeof fixture->last_to);
}

static void
picked_cb (BrgSliceView *view, const BrgVec3 *lps_mm, Fixture *fixture)
{
  fixture->n_picked++;
  fixture->picked = *lps_mm;
}

static void
dragged_cb (BrgSliceView *view, const BrgVec3 *lps_mm, gboolean last, Fixture *fixture)
{
  fixture->n_dragged++;
  fixture->n_dragged_last += last;
  fixture->picked = *lps_mm;
}

static void
hover_cb (BrgSliceView *view, const BrgSliceHover *hover, Fixture *fixture)
{
  fixture->n_hover += hover != NULL;
  if (hover != NULL)
    fixture->hover = *hover;
}

static BrgVolume *
make_volume (void)
{
  const double spacing[3] = { 1, 1, 2 };
  BrgGrid grid = brg_grid_simple (40, 50, 30, spacing, brg_vec3 (-20, -25, 100));
  BrgVolume *volume = brg_volume_new (&grid, NULL);

  for (size_t v = 0; v < brg_grid_n_voxels (&grid); v++)
    volume->hu[v] = (gint16) (v % 1000);
  return volume;
}

static void
set_up (Fixture *fixture, gconstpointer plane)
{
  fixture->window = gtk_window_new ();
  fixture->view = BRG_SLICE_VIEW (brg_slice_view_new ((BrgPlane) GPOINTER_TO_INT (plane)));
  fixture->volume = make_volume ();
  gtk_window_set_decorated (GTK_WINDOW (fixture->window), FALSE);
  gtk_widget_set_size_request (GTK_WIDGET (fixture->view), SIZE, SIZE);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
  brg_slice_view_set_volume (fixture->view, fixture->volume);

  const struct
  {
    const char *name;
    int *counter;
  } counted[] = {
    { "stroke-begin", &fixture->n_begin },    { "stroke-end", &fixture->n_end },
    { "index-changed", &fixture->n_index },   { "crosshair-moved", &fixture->n_moved },
    { "window-changed", &fixture->n_window }, { "maximise", &fixture->n_maximise },
  };
  for (size_t c = 0; c < G_N_ELEMENTS (counted); c++)
    g_signal_connect_swapped (fixture->view, counted[c].name, G_CALLBACK (count_cb),
                              counted[c].counter);
  g_signal_connect (fixture->view, "stroke-to", G_CALLBACK (stroke_to_cb), fixture);
  g_signal_connect (fixture->view, "picked", G_CALLBACK (picked_cb), fixture);
  g_signal_connect (fixture->view, "dragged", G_CALLBACK (dragged_cb), fixture);
  g_signal_connect (fixture->view, "hover", G_CALLBACK (hover_cb), fixture);
  gtk_widget_show (fixture->window);
  frames_settle (fixture->window);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (fixture->view)), ==, SIZE);
}

static void
tear_down (Fixture *fixture, gconstpointer plane)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->view), (gpointer *) &fixture->view);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  frames_drain ();
  g_assert_null (fixture->view);
  g_assert_cmpint (fixture->volume->ref_count, ==, 1);
  brg_volume_unref (fixture->volume);
}

/* The n-th controller of a type; gestures for a mouse button are told apart by `button`. */
static GtkEventController *
find_controller (Fixture *fixture, GType type, guint button)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (fixture->view));

  for (guint c = 0; c < g_list_model_get_n_items (controllers); c++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, c);
      if (G_OBJECT_TYPE (controller) == type &&
          (button == 0 ||
           gtk_gesture_single_get_button (GTK_GESTURE_SINGLE (controller)) == button))
        return controller;
    }
  g_assert_not_reached ();
}

static void
press_key (Fixture *fixture, guint key, GdkModifierType state)
{
  gboolean handled = FALSE;

  g_signal_emit_by_name (find_controller (fixture, GTK_TYPE_EVENT_CONTROLLER_KEY, 0), "key-pressed",
                         key, 0, state, &handled);
}

static void
scroll (Fixture *fixture, double dy)
{
  gboolean handled = FALSE;

  g_signal_emit_by_name (find_controller (fixture, GTK_TYPE_EVENT_CONTROLLER_SCROLL, 0), "scroll",
                         0.0, dy, &handled);
  g_assert_true (handled);
}

static void
move_pointer (Fixture *fixture, double x, double y)
{
  g_signal_emit_by_name (find_controller (fixture, GTK_TYPE_EVENT_CONTROLLER_MOTION, 0), "motion",
                         x, y);
}

static void
press (Fixture *fixture, int n_press, double x, double y)
{
  GtkEventController *drag = find_controller (fixture, GTK_TYPE_GESTURE_DRAG, GDK_BUTTON_PRIMARY);

  g_signal_emit_by_name (drag, "drag-begin", x, y);
  g_signal_emit_by_name (find_controller (fixture, GTK_TYPE_GESTURE_CLICK, 0), "pressed", n_press,
                         x, y);
  g_signal_emit_by_name (drag, "drag-end", 0.0, 0.0);
}

/* Colour of a pixel of the view, 0xRRGGBB. */
static guint32
pixel_at (Fixture *fixture, int x, int y)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autofree guint8 *bgra = g_malloc0 (SIZE * SIZE * 4);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, SIZE, SIZE);

  GTK_WIDGET_GET_CLASS (fixture->view)->snapshot (GTK_WIDGET (fixture->view), snapshot);
  g_autoptr (GskRenderNode) node = gtk_snapshot_free_to_node (snapshot);
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (fixture->window));
  g_autoptr (GdkTexture) texture = gsk_renderer_render_texture (renderer, node, &bounds);
  gdk_texture_download (texture, bgra, SIZE * 4);
  const guint8 *pixel = bgra + (y * SIZE + x) * 4;
  return (guint32) pixel[2] << 16 | (guint32) pixel[1] << 8 | pixel[0];
}

/* Where a voxel of the slice shown is in the widget. */
static void
locate (Fixture *fixture, const double vox[3], double at[2])
{
  brg_slice_px_from_vox (&fixture->volume->grid, brg_slice_view_get_map (fixture->view), vox, at);
}

static void
test_slices (Fixture *fixture, gconstpointer plane)
{
  int n_slices = brg_plane_n_slices (&fixture->volume->grid, (BrgPlane) GPOINTER_TO_INT (plane));
  int middle = n_slices / 2;

  g_assert_cmpint (brg_slice_view_get_index (fixture->view), ==, middle);
  brg_slice_view_set_index (fixture->view, middle + 4);
  g_assert_cmpint (fixture->n_index, ==, 0);
  g_assert_cmpint (brg_slice_view_get_index (fixture->view), ==, middle + 4);
  scroll (fixture, -1);
  scroll (fixture, -0.5);
  g_assert_cmpint (brg_slice_view_get_index (fixture->view), ==, middle + 5);
  scroll (fixture, -0.5);
  g_assert_cmpint (brg_slice_view_get_index (fixture->view), ==, middle + 6);
  press_key (fixture, GDK_KEY_Page_Down, 0);
  press_key (fixture, GDK_KEY_Page_Down, GDK_SHIFT_MASK);
  g_assert_cmpint (brg_slice_view_get_index (fixture->view), ==, middle - 5);
  g_assert_cmpint (fixture->n_index, ==, 4);
  g_assert_cmpint (fixture->n_moved, ==, 4);
  press_key (fixture, GDK_KEY_End, 0);
  scroll (fixture, -3);
  g_assert_cmpint (brg_slice_view_get_index (fixture->view), ==, n_slices - 1);
  press_key (fixture, GDK_KEY_Home, 0);
  g_assert_cmpint (brg_slice_view_get_index (fixture->view), ==, 0);
  g_assert_cmpint (fixture->n_index, ==, 6);
}

static void
test_crosshair (Fixture *fixture, gconstpointer plane)
{
  BrgPlaneAxes axes = brg_plane_axes ((BrgPlane) GPOINTER_TO_INT (plane));
  GtkEventController *drag = find_controller (fixture, GTK_TYPE_GESTURE_DRAG, GDK_BUTTON_PRIMARY);
  double target[3] = { 12, 31, 9 };
  double at[2];

  target[axes.normal] = brg_slice_view_get_index (fixture->view);
  locate (fixture, target, at);
  g_signal_emit_by_name (drag, "drag-begin", at[0], at[1]);
  g_signal_emit_by_name (drag, "drag-end", 0.0, 0.0);
  BrgVec3 vox =
    brg_grid_vox_from_lps (&fixture->volume->grid, brg_slice_view_get_crosshair (fixture->view));
  g_assert_cmpfloat_with_epsilon (vox.x, target[0], 1e-6);
  g_assert_cmpfloat_with_epsilon (vox.y, target[1], 1e-6);
  g_assert_cmpfloat_with_epsilon (vox.z, target[2], 1e-6);
  g_assert_cmpint (fixture->n_moved, ==, 1);
  g_assert_cmpint (fixture->n_index, ==, 0);
  g_assert_cmpint (fixture->n_begin, ==, 0);

  press_key (fixture, GDK_KEY_Right, 0);
  press_key (fixture, GDK_KEY_Down, 0);
  press_key (fixture, GDK_KEY_Down, 0);
  vox =
    brg_grid_vox_from_lps (&fixture->volume->grid, brg_slice_view_get_crosshair (fixture->view));
  double moved[3] = { vox.x, vox.y, vox.z };
  g_assert_cmpfloat_with_epsilon (moved[axes.across], target[axes.across] + 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (moved[axes.down], target[axes.down] + 2 * axes.down_sign, 1e-6);

  double elsewhere[3] = { 3, 3, 3 };
  brg_slice_view_set_crosshair (
    fixture->view, brg_grid_lps_from_vox (&fixture->volume->grid, brg_vec3 (3.4, 2.6, 3)));
  g_assert_cmpint (brg_slice_view_get_index (fixture->view), ==, (int) elsewhere[axes.normal]);
  brg_slice_view_set_crosshair (fixture->view, brg_vec3 (1e9, 1e9, 1e9));
  g_assert_cmpint (brg_slice_view_get_index (fixture->view), ==,
                   fixture->volume->grid.dim[axes.normal] - 1);
  g_assert_cmpint (fixture->n_moved, ==, 4);
  frames_settle (fixture->window);
}

static void
test_stroke (Fixture *fixture, gconstpointer plane)
{
  GtkEventController *drag = find_controller (fixture, GTK_TYPE_GESTURE_DRAG, GDK_BUTTON_PRIMARY);
  int index = brg_slice_view_get_index (fixture->view);
  double expected[3];

  brg_slice_view_set_tool (fixture->view, BRG_TOOL_PAINT);
  g_signal_emit_by_name (drag, "drag-begin", 150.0, 160.0);
  g_assert_cmpint (fixture->n_begin, ==, 1);
  g_assert_cmpint (fixture->n_to, ==, 1);
  brg_slice_vox_from_px (&fixture->volume->grid, brg_slice_view_get_map (fixture->view),
                         (double[]){ 150, 160 }, expected);
  g_assert_cmpmem (fixture->last_to, sizeof expected, expected, sizeof expected);
  g_signal_emit_by_name (drag, "drag-update", 12.0, -30.0);
  g_signal_emit_by_name (drag, "drag-update", 40.0, 5.0);
  g_assert_cmpint (fixture->n_to, ==, 3);
  brg_slice_vox_from_px (&fixture->volume->grid, brg_slice_view_get_map (fixture->view),
                         (double[]){ 190, 165 }, expected);
  g_assert_cmpmem (fixture->last_to, sizeof expected, expected, sizeof expected);
  brg_slice_view_set_tool (fixture->view, BRG_TOOL_NAVIGATE);
  g_assert_cmpint (fixture->n_end, ==, 1);
  g_signal_emit_by_name (drag, "drag-end", 0.0, 0.0);
  g_assert_cmpint (fixture->n_end, ==, 1);

  brg_slice_view_set_tool (fixture->view, BRG_TOOL_ERASE);
  fixture->n_to = 0;
  g_signal_emit_by_name (drag, "drag-begin", 150.0, 160.0);
  brg_slice_view_set_volume (fixture->view, NULL);
  g_assert_cmpint (fixture->n_begin, ==, 2);
  g_assert_cmpint (fixture->n_end, ==, 2);
  g_signal_emit_by_name (drag, "drag-begin", 150.0, 160.0);
  g_assert_cmpint (fixture->n_begin, ==, 2);
  g_assert_cmpint (fixture->n_moved, ==, 0);
  brg_slice_view_set_volume (fixture->view, fixture->volume);
  g_assert_cmpint (brg_slice_view_get_index (fixture->view), ==, index);
}

static void
test_pick (Fixture *fixture, gconstpointer plane)
{
  GtkEventController *click = find_controller (fixture, GTK_TYPE_GESTURE_CLICK, 0);

  brg_slice_view_set_tool (fixture->view, BRG_TOOL_DEFECT);
  press (fixture, 1, 120, 210);
  g_signal_emit_by_name (click, "released", 1, 120.0, 210.0);
  g_assert_cmpint (fixture->n_picked, ==, 1);
  BrgVec3 expected = brg_slice_lps_from_px (
    &fixture->volume->grid, brg_slice_view_get_map (fixture->view), (double[]){ 120, 210 });
  g_assert_cmpfloat (fixture->picked.x, ==, expected.x);
  g_assert_cmpfloat (fixture->picked.y, ==, expected.y);
  g_assert_cmpfloat (fixture->picked.z, ==, expected.z);
  press (fixture, 1, 120, 210);
  g_signal_emit_by_name (click, "released", 1, 180.0, 210.0);
  g_assert_cmpint (fixture->n_picked, ==, 1);
  press (fixture, 2, 120, 210);
  g_assert_cmpint (fixture->n_maximise, ==, 1);
  brg_slice_view_set_tool (fixture->view, BRG_TOOL_PAINT);
  press (fixture, 2, 120, 210);
  g_signal_emit_by_name (click, "released", 1, 120.0, 210.0);
  g_assert_cmpint (fixture->n_maximise, ==, 1);
  g_assert_cmpint (fixture->n_picked, ==, 1);
}

/* Below the threshold a press stays a click; past it the defect follows, and the end is told. */
static void
test_drag_defect (Fixture *fixture, gconstpointer plane)
{
  GtkEventController *drag = find_controller (fixture, GTK_TYPE_GESTURE_DRAG, GDK_BUTTON_PRIMARY);

  brg_slice_view_set_tool (fixture->view, BRG_TOOL_DEFECT);
  g_signal_emit_by_name (drag, "drag-begin", 120.0, 210.0);
  g_signal_emit_by_name (drag, "drag-update", 1.0, 1.0);
  g_signal_emit_by_name (drag, "drag-end", 1.0, 1.0);
  g_assert_cmpint (fixture->n_dragged, ==, 0);
  g_signal_emit_by_name (drag, "drag-begin", 120.0, 210.0);
  g_signal_emit_by_name (drag, "drag-update", 40.0, 0.0);
  g_signal_emit_by_name (drag, "drag-update", 50.0, -10.0);
  g_assert_cmpint (fixture->n_dragged, ==, 2);
  g_assert_cmpint (fixture->n_dragged_last, ==, 0);
  g_signal_emit_by_name (drag, "drag-end", 50.0, -10.0);
  g_assert_cmpint (fixture->n_dragged, ==, 3);
  g_assert_cmpint (fixture->n_dragged_last, ==, 1);
  BrgVec3 expected = brg_slice_lps_from_px (
    &fixture->volume->grid, brg_slice_view_get_map (fixture->view), (double[]){ 170, 200 });
  g_assert_cmpfloat (fixture->picked.x, ==, expected.x);
  g_assert_cmpfloat (fixture->picked.y, ==, expected.y);
  g_assert_cmpfloat (fixture->picked.z, ==, expected.z);
  g_assert_cmpint (fixture->n_picked, ==, 0);
}

static void
test_window_and_zoom (Fixture *fixture, gconstpointer plane)
{
  GtkEventController *window =
    find_controller (fixture, GTK_TYPE_GESTURE_DRAG, GDK_BUTTON_SECONDARY);
  GtkEventController *pan = find_controller (fixture, GTK_TYPE_GESTURE_DRAG, GDK_BUTTON_MIDDLE);
  BrgSliceMap before = *brg_slice_view_get_map (fixture->view);
  double level_hu, window_hu;

  brg_slice_view_set_window (fixture->view, 40, 400);
  g_assert_cmpint (fixture->n_window, ==, 0);
  g_signal_emit_by_name (window, "drag-begin", 100.0, 100.0);
  g_signal_emit_by_name (window, "drag-update", 50.0, -25.0);
  g_object_get (fixture->view, "level-hu", &level_hu, "window-hu", &window_hu, NULL);
  g_assert_cmpfloat (level_hu, ==, 0);
  g_assert_cmpfloat (window_hu, ==, round (400 * exp (0.2)));
  g_assert_cmpint (fixture->n_window, ==, 1);

  g_signal_emit_by_name (pan, "drag-begin", 100.0, 100.0);
  g_signal_emit_by_name (pan, "drag-update", 10.0, 4.0);
  g_signal_emit_by_name (pan, "drag-update", 30.0, 4.0);
  BrgSliceMap after = *brg_slice_view_get_map (fixture->view);
  double vox[3];
  brg_slice_vox_from_px (&fixture->volume->grid, &before, (double[]){ 170, 196 }, vox);
  for (int a = 0; a < 3; a++)
    if (a != brg_plane_axes (before.plane).normal)
      g_assert_cmpfloat_with_epsilon (after.centre_vox[a], vox[a], 1e-9);
  press_key (fixture, GDK_KEY_plus, 0);
  g_assert_cmpfloat (brg_slice_view_get_map (fixture->view)->mm_per_px, <, before.mm_per_px);
  press_key (fixture, GDK_KEY_r, 0);
  g_assert_cmpmem (brg_slice_view_get_map (fixture->view), sizeof before, &before, sizeof before);
}

static void
test_hover (Fixture *fixture, gconstpointer plane)
{
  BrgPlaneAxes axes = brg_plane_axes ((BrgPlane) GPOINTER_TO_INT (plane));
  double target[3] = { 7.2, 8.3, 5.4 };
  double at[2];

  target[axes.normal] = brg_slice_view_get_index (fixture->view);
  locate (fixture, target, at);
  move_pointer (fixture, at[0], at[1]);
  g_assert_cmpint (fixture->n_hover, ==, 1);
  for (int a = 0; a < 3; a++)
    g_assert_cmpint (fixture->hover.vox[a], ==, brg_vox_round (target[a]));
  g_assert_cmpint (fixture->hover.hu, ==,
                   brg_volume_get (fixture->volume, fixture->hover.vox[0], fixture->hover.vox[1],
                                   fixture->hover.vox[2]));
  scroll (fixture, -1);
  g_assert_cmpint (fixture->n_hover, ==, 2);
  g_assert_cmpint (fixture->hover.vox[axes.normal], ==, (int) target[axes.normal] + 1);
  move_pointer (fixture, 1, 1);
  g_assert_cmpint (fixture->n_hover, ==, 2);
}

static void
test_pixels (Fixture *fixture, gconstpointer plane)
{
  BrgMask *mask = brg_mask_new (&fixture->volume->grid, NULL);
  BrgSliceLayer layers[] = { { NULL, 0, 0, false }, { mask, 0x2EC4B6, 1, false } };
  BrgSlicePreview preview = { true, -30000, 30000, 0xF5C211, 1, NULL };
  BrgPlaneAxes axes = brg_plane_axes ((BrgPlane) GPOINTER_TO_INT (plane));
  double target[3] = { 9, 11, 7 };
  double at[2];
  BrgBox box;

  target[axes.normal] = brg_slice_view_get_index (fixture->view);
  locate (fixture, target, at);
  brg_slice_view_set_layers (fixture->view, layers, G_N_ELEMENTS (layers));
  guint32 plain = pixel_at (fixture, (int) at[0], (int) at[1]);
  g_assert_cmphex (plain & 255, ==, plain >> 16);

  for (int a = 0; a < 3; a++)
    {
      box.lo[a] = (int) target[a];
      box.hi[a] = box.lo[a] + 1;
    }
  brg_mask_set (mask, box.lo[0], box.lo[1], box.lo[2], true);
  brg_slice_view_invalidate (fixture->view, &box);
  g_assert_cmphex (pixel_at (fixture, (int) at[0], (int) at[1]), ==, 0x2EC4B6);
  brg_slice_view_set_layers (fixture->view, NULL, 0);
  g_assert_cmpint (mask->ref_count, ==, 1);
  g_assert_cmphex (pixel_at (fixture, (int) at[0], (int) at[1]), ==, plain);
  brg_slice_view_set_preview (fixture->view, &preview);
  g_assert_cmphex (pixel_at (fixture, (int) at[0], (int) at[1]), ==, 0xF5C211);
  brg_slice_view_set_preview (fixture->view, NULL);
  g_assert_cmphex (pixel_at (fixture, (int) at[0], (int) at[1]), ==, plain);
  brg_mask_unref (mask);
}

/* A mask on another lattice is a message in the view, not a crash. */
static void
test_fault (Fixture *fixture, gconstpointer plane)
{
  const double spacing[3] = { 1.3, 1, 1 };
  BrgGrid grid = brg_grid_simple (8, 8, 8, spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);
  BrgSliceLayer layer = { mask, 0xffffff, 1, false };

  brg_slice_view_set_layers (fixture->view, &layer, 1);
  g_assert_cmphex (pixel_at (fixture, 100, 100), ==, 0);
  brg_mask_unref (mask);
}

static void
test_bound (Fixture *fixture, gconstpointer plane)
{
  static const char *const names[] = { "crosshair", "level-hu",        "window-hu",
                                       "tool",      "brush-radius-mm", "interpolate" };
  g_autoptr (BrgViewState) state = brg_view_state_new ();
  BrgVec3 lps_mm = brg_vec3 (-3, 5, 120);

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    g_object_bind_property (state, names[n], fixture->view, names[n],
                            G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  brg_view_state_set_crosshair (state, lps_mm);
  g_assert_cmpfloat (brg_slice_view_get_crosshair (fixture->view).z, ==, 120);
  press_key (fixture, GDK_KEY_Home, 0);
  g_assert_cmpfloat (brg_view_state_get_crosshair (state).x, ==,
                     brg_slice_view_get_crosshair (fixture->view).x);
  brg_slice_view_set_brush_radius_mm (fixture->view, 7.5);
  g_assert_cmpfloat (brg_view_state_get_brush_radius_mm (state), ==, 7.5);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  static const char *const planes[] = { "axial", "coronal", "sagittal" };

  for (int p = 0; p < BRG_N_PLANES; p++)
    {
      g_autofree char *path = g_strdup_printf ("/slice-view/%s/%s", name, planes[p]);
      g_test_add (path, Fixture, GINT_TO_POINTER (p), set_up, test, tear_down);
    }
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  add ("slices", test_slices);
  add ("crosshair", test_crosshair);
  add ("stroke", test_stroke);
  add ("pick", test_pick);
  add ("drag-defect", test_drag_defect);
  add ("window-and-zoom", test_window_and_zoom);
  add ("hover", test_hover);
  add ("pixels", test_pixels);
  add ("fault", test_fault);
  add ("bound", test_bound);
  return g_test_run ();
}
