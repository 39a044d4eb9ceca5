/* Task and view state: properties, notification, threads. */

#include <gio/gio.h>

#include "case/brg-task.h"
#include "case/brg-view-state.h"

static void
count_cb (GObject *object, GParamSpec *pspec, gpointer data)
{
  guint *count = data;
  (void) object;
  (void) pspec;

  (*count)++;
}

static gpointer
report_thread (gpointer data)
{
  BrgTask *task = data;
  BrgJob *job = brg_task_get_job (task);

  brg_job_stage (job, "Median", 0.5, 1.0);
  for (int tick = 0; tick <= 1000; tick++)
    brg_job_tick (job, tick / 1000.0);
  return NULL;
}

/* However much a worker reports, the main thread hears of it once per turn, and there only. */
static void
test_task_coalesces (void)
{
  BrgTask *task = brg_task_new ("Opening");
  guint n_fraction = 0, n_title = 0;
  g_autofree char *first = brg_task_dup_title (task);

  g_assert_cmpstr (first, ==, "Opening");
  g_signal_connect (task, "notify::fraction", G_CALLBACK (count_cb), &n_fraction);
  g_signal_connect (task, "notify::title", G_CALLBACK (count_cb), &n_title);
  g_thread_join (g_thread_new ("report", report_thread, task));
  g_assert_cmpuint (n_fraction, ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_fraction, ==, 1);
  g_assert_cmpuint (n_title, ==, 1);
  g_assert_cmpfloat (brg_task_get_fraction (task), ==, 1.0);
  g_autofree char *title = brg_task_dup_title (task);
  g_assert_cmpstr (title, ==, "Median");

  brg_task_report (task, "Other", 7);
  g_assert_cmpfloat (brg_task_get_fraction (task), ==, 1.0);
  g_assert_false (brg_task_is_cancelled (task));
  brg_task_cancel (task);
  g_assert_true (brg_task_is_cancelled (task));
  g_assert_false (brg_job_tick (brg_task_get_job (task), 0.2));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_fraction, ==, 2);
  g_assert_finalize_object (task);
}

static void
test_view_state (void)
{
  BrgViewState *state = brg_view_state_new ();
  guint count = 0;

  g_signal_connect (state, "notify", G_CALLBACK (count_cb), &count);
  brg_view_state_set_crosshair (state, brg_vec3 (1, 2, 3));
  brg_view_state_set_crosshair (state, brg_vec3 (1, 2, 3));
  brg_view_state_set_crosshair (state, brg_vec3 (NAN, 2, 3));
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpfloat (brg_view_state_get_crosshair (state).z, ==, 3);

  brg_view_state_set_window (state, 40, 0);
  g_assert_cmpuint (count, ==, 3);
  g_assert_cmpfloat (brg_view_state_get_level_hu (state), ==, 40);
  g_assert_cmpfloat (brg_view_state_get_window_hu (state), ==, 1);
  brg_view_state_set_window (state, NAN, NAN);
  g_assert_cmpuint (count, ==, 3);

  g_object_set (state, "tool", BRG_TOOL_PAINT, "brush-radius-mm", 4.5, "overlay", FALSE,
                "overlay-opacity", 0.5, "interpolate", FALSE, "threshold-dragging", TRUE,
                "defect-dragging", TRUE, NULL);
  g_assert_cmpuint (count, ==, 10);
  g_assert_cmpint (brg_view_state_get_tool (state), ==, BRG_TOOL_PAINT);
  g_assert_cmpfloat (brg_view_state_get_brush_radius_mm (state), ==, 4.5);
  g_assert_false (brg_view_state_get_overlay (state));
  g_assert_false (brg_view_state_get_interpolate (state));
  g_assert_true (brg_view_state_get_threshold_dragging (state));
  g_assert_true (brg_view_state_get_defect_dragging (state));

  BrgVec3 *at = NULL;
  g_object_get (state, "crosshair", &at, NULL);
  g_assert_cmpfloat (at->y, ==, 2);
  g_boxed_free (BRG_TYPE_VEC3, at);
  g_assert_finalize_object (state);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task/coalesces", test_task_coalesces);
  g_test_add_func ("/view-state/properties", test_view_state);
  return g_test_run ();
}
