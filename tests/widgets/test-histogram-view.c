/* The histogram view without a pointer: gestures are driven through their own signals. */

#include <gtk/gtk.h>

#include "engine/brg-recipe.h"
#include "frames.h"
#include "widgets/brg-histogram-view.h"

#define WIDTH  330
#define HEIGHT 120
#define INSET  12.0 /* of the axis */
#define NONE   BRG_THRESHOLD_NONE_HU

typedef struct
{
  GtkWidget *window;
  BrgHistogramView *view;
  int n_lo, n_hi, n_dragging, n_ended;
} Fixture;

static void
count_cb (int *counter)
{
  *counter += 1;
}

/* Soft tissue at 0..100 HU, bone up to 1900 HU, one bright voxel at 3000. */
static BrgHistogram
make_histogram (void)
{
  BrgHistogram histogram = { .lo_hu = -1024, .bin_hu = 8, .min_hu = -1000, .max_hu = 3000 };

  for (int hu = -1000; hu < 1900; hu += 8)
    histogram.counts[(hu + 1024) / 8] = hu < 0 ? 90 : hu < 100 ? 90000 : 5000;
  histogram.counts[(3000 + 1024) / 8] = 1;
  for (int b = 0; b < BRG_HISTOGRAM_BINS; b++)
    histogram.n_voxels += histogram.counts[b];
  return histogram;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  BrgHistogram histogram = make_histogram ();

  fixture->window = gtk_window_new ();
  fixture->view = BRG_HISTOGRAM_VIEW (brg_histogram_view_new ());
  gtk_window_set_decorated (GTK_WINDOW (fixture->window), FALSE);
  gtk_widget_set_size_request (GTK_WIDGET (fixture->view), WIDTH, HEIGHT);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
  g_signal_connect_swapped (fixture->view, "notify::lo-hu", G_CALLBACK (count_cb), &fixture->n_lo);
  g_signal_connect_swapped (fixture->view, "notify::hi-hu", G_CALLBACK (count_cb), &fixture->n_hi);
  g_signal_connect_swapped (fixture->view, "notify::dragging", G_CALLBACK (count_cb),
                            &fixture->n_dragging);
  g_signal_connect_swapped (fixture->view, "drag-ended", G_CALLBACK (count_cb), &fixture->n_ended);
  gtk_widget_show (fixture->window);
  frames_settle (fixture->window);
  brg_histogram_view_set_histogram (fixture->view, &histogram);
  frames_settle (fixture->window);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (fixture->view)), ==, WIDTH);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->view), (gpointer *) &fixture->view);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  frames_drain ();
  g_assert_null (fixture->view);
}

static GtkEventController *
find_controller (Fixture *fixture, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (fixture->view));

  for (guint c = 0; c < g_list_model_get_n_items (controllers); c++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, c);
      if (G_OBJECT_TYPE (controller) == type)
        return controller;
    }
  g_assert_not_reached ();
}

static gboolean
press_key (Fixture *fixture, guint key, GdkModifierType state)
{
  gboolean handled = FALSE;

  g_signal_emit_by_name (find_controller (fixture, GTK_TYPE_EVENT_CONTROLLER_KEY), "key-pressed",
                         key, 0, state, &handled);
  return handled;
}

static void
drag (Fixture *fixture, double from, double to)
{
  GtkEventController *gesture = find_controller (fixture, GTK_TYPE_GESTURE_DRAG);

  g_signal_emit_by_name (gesture, "drag-begin", from, 60.0);
  g_assert_true (brg_histogram_view_get_dragging (fixture->view));
  g_signal_emit_by_name (gesture, "drag-update", (to - from) / 2, 1.0);
  g_signal_emit_by_name (gesture, "drag-update", to - from, 2.0);
  g_signal_emit_by_name (gesture, "drag-end", to - from, 2.0);
  g_assert_false (brg_histogram_view_get_dragging (fixture->view));
}

/* The axis goes from -250 HU to where the bone ends, 2000 HU: the bright voxel is ignored. */
static double
x_of (int hu)
{
  return INSET + (hu + 250) * (WIDTH - 2 * INSET) / 2250.0;
}

static void
assert_range (Fixture *fixture, int lo_hu, int hi_hu)
{
  g_assert_cmpint (brg_histogram_view_get_lo_hu (fixture->view), ==, lo_hu);
  g_assert_cmpint (brg_histogram_view_get_hi_hu (fixture->view), ==, hi_hu);
}

static void
test_drag (Fixture *fixture, gconstpointer data)
{
  assert_range (fixture, 150, NONE);
  drag (fixture, x_of (150) + 3, x_of (300) + 3);
  assert_range (fixture, 300, NONE);
  g_assert_cmpint (fixture->n_lo, ==, 2);
  g_assert_cmpint (fixture->n_hi, ==, 0);
  g_assert_cmpint (fixture->n_dragging, ==, 2);
  g_assert_cmpint (fixture->n_ended, ==, 1);

  drag (fixture, x_of (2000), x_of (1250));
  assert_range (fixture, 300, 1250);
  drag (fixture, x_of (1250), WIDTH);
  assert_range (fixture, 300, NONE);
  drag (fixture, x_of (1500), x_of (1000));
  assert_range (fixture, 300, 1000);
  drag (fixture, x_of (1000), x_of (100));
  assert_range (fixture, 300, 300);
  drag (fixture, x_of (300) - 2, 0);
  assert_range (fixture, -250, 300);
  drag (fixture, x_of (-250), x_of (900));
  assert_range (fixture, 300, 300);
}

static void
test_keys (Fixture *fixture, gconstpointer data)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_GET_CLASS (fixture->view);
  GtkWidget *widget = GTK_WIDGET (fixture->view);

  gtk_widget_grab_focus (widget);
  g_assert_true (press_key (fixture, GDK_KEY_Right, 0));
  g_assert_true (press_key (fixture, GDK_KEY_Right, GDK_SHIFT_MASK));
  g_assert_true (press_key (fixture, GDK_KEY_Page_Up, 0));
  assert_range (fixture, 211, NONE);
  g_assert_true (widget_class->focus (widget, GTK_DIR_TAB_FORWARD));
  press_key (fixture, GDK_KEY_Page_Down, 0);
  assert_range (fixture, 211, 1950);
  press_key (fixture, GDK_KEY_End, 0);
  assert_range (fixture, 211, NONE);
  press_key (fixture, GDK_KEY_Home, 0);
  assert_range (fixture, 211, 211);
  g_assert_false (widget_class->focus (widget, GTK_DIR_TAB_FORWARD));
  g_assert_true (widget_class->focus (widget, GTK_DIR_TAB_BACKWARD));
  press_key (fixture, GDK_KEY_Left, 0);
  assert_range (fixture, 210, 211);
  g_assert_false (press_key (fixture, GDK_KEY_Left, GDK_CONTROL_MASK));
  g_assert_false (press_key (fixture, GDK_KEY_a, 0));
  g_assert_cmpint (fixture->n_ended, ==, 0);
}

static void
test_properties (Fixture *fixture, gconstpointer data)
{
  brg_histogram_view_set_range_hu (fixture->view, 500, 400);
  assert_range (fixture, 500, 400);
  g_object_set (fixture->view, "lo-hu", -30000, "hi-hu", 30000, NULL);
  assert_range (fixture, -30000, 30000);
  gtk_widget_queue_draw (GTK_WIDGET (fixture->view));
  frames_settle (fixture->window);
  g_assert_cmpint (fixture->n_lo, ==, 2);
  g_object_set (fixture->view, "lo-hu", -30000, NULL);
  g_assert_cmpint (fixture->n_lo, ==, 2);
  brg_histogram_view_set_histogram (fixture->view, NULL);
  g_signal_emit_by_name (find_controller (fixture, GTK_TYPE_GESTURE_DRAG), "drag-begin", 50.0,
                         50.0);
  g_assert_false (brg_histogram_view_get_dragging (fixture->view));
  g_assert_false (press_key (fixture, GDK_KEY_Right, 0));
  frames_settle (fixture->window);
}

/* Opening another scan while a handle is held lets it go. */
static void
test_replaced (Fixture *fixture, gconstpointer data)
{
  GtkEventController *gesture = find_controller (fixture, GTK_TYPE_GESTURE_DRAG);
  BrgHistogram empty = { .bin_hu = 1 };

  g_signal_emit_by_name (gesture, "drag-begin", x_of (150), 60.0);
  brg_histogram_view_set_histogram (fixture->view, &empty);
  g_assert_cmpint (fixture->n_ended, ==, 1);
  g_signal_emit_by_name (gesture, "drag-update", 50.0, 0.0);
  g_signal_emit_by_name (gesture, "drag-end", 50.0, 0.0);
  g_assert_cmpint (fixture->n_ended, ==, 1);
  assert_range (fixture, 150, NONE);
  frames_settle (fixture->window);
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add ("/histogram-view/drag", Fixture, NULL, set_up, test_drag, tear_down);
  g_test_add ("/histogram-view/keys", Fixture, NULL, set_up, test_keys, tear_down);
  g_test_add ("/histogram-view/properties", Fixture, NULL, set_up, test_properties, tear_down);
  g_test_add ("/histogram-view/replaced", Fixture, NULL, set_up, test_replaced, tear_down);
  return g_test_run ();
}
