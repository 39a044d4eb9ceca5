/* The window without a pointer: what it says when things go wrong, and that nothing is lost then.
 */

#include <glib/gstdio.h>

#include "pointer.h"
#include "support/frames.h"
#include "widgets/brg-defect-list.h"
#include "window-fixture.h"

/* Notes, in `seen`, that the 3-D view has said so. */
static void
look_cb (BrgCase *the_case, GParamSpec *pspec, gpointer seen)
{
  BrgWindow *window = g_object_get_data (G_OBJECT (the_case), "window");
  GtkWidget *label = widget_find (GTK_WIDGET (window->mesh_view), "empty");

  if (g_strcmp0 (gtk_label_get_label (GTK_LABEL (label)), "The skull is being made…") == 0)
    *(gboolean *) seen = TRUE;
}

/* The 3-D view without a skull: before a scan, while the first one is made, and with none. */
static void
test_empty_text (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;
  GtkWidget *label = widget_find (GTK_WIDGET (window->mesh_view), "empty");
  gboolean seen = FALSE;

  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), ==,
                   "The skull appears here once a scan is open");
  g_object_set_data (G_OBJECT (window->the_case), "window", window);
  gulong id = g_signal_connect (window->the_case, "notify::busy", G_CALLBACK (look_cb), &seen);
  window_open_path (window, fixture->scan);
  g_assert_true (seen);
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), ==,
                   "There is no skull with these settings");
  g_signal_handler_disconnect (window->the_case, id);
}

static void
cancel_cb (BrgCase *the_case, GParamSpec *pspec, gpointer unused)
{
  BrgTask *task = brg_case_get_task (the_case);

  if (brg_case_get_busy (the_case) && task != NULL)
    brg_task_cancel (task);
}

/* Work that was cancelled before it began is not a skull that cannot be. */
static void
test_cancelled (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;
  GtkWidget *label = widget_find (GTK_WIDGET (window->mesh_view), "empty");

  window_open_path (window, fixture->scan);
  gulong id = g_signal_connect (window->the_case, "notify::busy", G_CALLBACK (cancel_cb), NULL);
  window_set_threshold (window, 400);
  g_assert_true (brg_case_get_stopped (window->the_case));
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), ==,
                   "Cancelled: the next change makes the skull");
  g_signal_handler_disconnect (window->the_case, id);
  window_set_threshold (window, 450);
  g_assert_false (brg_case_get_stopped (window->the_case));
  g_assert_false (brg_case_get_stale (window->the_case));
}

static void
test_start (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;

  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "start");
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "export"));
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "open"));
  window_open_path (fixture->window, fixture->scan);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "work");
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "export"));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "undo"));
  g_assert_false (gtk_info_bar_get_revealed (window->message_bar));
}

/* A file that cannot be read: one sentence with its name, and the case at hand stays. */
static void
test_bad_file (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;
  g_autofree char *bad = g_build_filename (fixture->folder, "cut.nrrd", NULL);
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (fixture->scan, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (bad, contents, (gssize) length / 2, NULL));
  window_open_path (fixture->window, bad);
  window_assert_message (fixture->window, "cut.nrrd: ");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "start");
  window_open_path (fixture->window, fixture->scan);
  g_assert_false (gtk_info_bar_get_revealed (window->message_bar));
  BrgVolume *scan = brg_case_get_scan (window->the_case);
  window_open_path (fixture->window, bad);
  window_assert_message (fixture->window, "cut.nrrd: ");
  g_assert_true (brg_case_get_scan (window->the_case) == scan);
  g_signal_emit_by_name (window->message_bar, "response", GTK_RESPONSE_CLOSE);
  g_assert_false (gtk_info_bar_get_revealed (window->message_bar));
  g_remove (bad);
}

/* A threshold above every voxel is said in words; the last skull stays until the next one. */
static void
test_empty_threshold (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;

  window_open_path (fixture->window, fixture->scan);
  size_t bone = brg_mask_count (brg_case_get_result (window->the_case)->skull);
  BrgRecipe recipe = *brg_case_get_recipe (window->the_case);
  recipe.threshold_lo_hu = 3000;
  window_set_recipe (fixture->window, &recipe);
  window_assert_message (fixture->window, "3000 HU");
  g_assert_cmpuint (brg_mask_count (brg_case_get_result (window->the_case)->skull), ==, bone);
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "export"));
  g_action_group_activate_action (G_ACTION_GROUP (window), "undo", NULL);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  g_assert_false (gtk_info_bar_get_revealed (window->message_bar));
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "export"));
}

static void
test_defect_off_bone (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;

  window_open_path (fixture->window, fixture->scan);
  BrgRecipe recipe = *brg_case_get_recipe (window->the_case);
  recipe.defect.shape = BRG_SHAPE_CYLINDER;
  recipe.defect.width_mm = recipe.defect.height_mm = 12;
  window_set_recipe (fixture->window, &recipe);
  _brg_window_place_defect (window, brg_vec3 (500, 500, 500), FALSE);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  window_assert_message (fixture->window, "bone");
  g_assert_null (brg_case_get_result (window->the_case)->implant);
  _brg_window_place_defect (window, brg_vec3 (19.5, 19.5, 35), FALSE);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  g_assert_nonnull (brg_case_get_result (window->the_case)->implant);
  g_assert_false (gtk_info_bar_get_revealed (window->message_bar));
  g_assert_true (brg_case_remove_defect (window->the_case, 0));
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  g_assert_null (brg_case_get_result (window->the_case)->implant);
}

/* The first of this type below `widget`, depth first. */
static GtkWidget *
find_child (GtkWidget *widget, GType type)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found =
        G_TYPE_CHECK_INSTANCE_TYPE (child, type) ? child : find_child (child, type);
      if (found != NULL)
        return found;
    }
  return NULL;
}

/* The list of defects of a window with a scan, at its step. */
typedef struct
{
  Fixture *fixture;
  BrgCase *the_case;
  GtkWidget *list;
  GtkListBox *rows;
  GtkWidget *add; /* the button */
} Defects;

static Defects
open_defects (Fixture *fixture)
{
  Defects defects = { .fixture = fixture, .the_case = fixture->window->the_case };

  window_open_path (fixture->window, fixture->scan);
  _brg_window_set_step (fixture->window, BRG_STEP_DEFECT);
  BrgRecipe recipe = *brg_case_get_recipe (defects.the_case);
  recipe.defect.shape = BRG_SHAPE_CYLINDER;
  recipe.defect.width_mm = recipe.defect.height_mm = 12;
  window_set_recipe (fixture->window, &recipe);
  defects.list = find_child (GTK_WIDGET (fixture->window), BRG_TYPE_DEFECT_LIST);
  defects.rows = GTK_LIST_BOX (find_child (defects.list, GTK_TYPE_LIST_BOX));
  defects.add = find_child (defects.list, GTK_TYPE_BUTTON);
  return defects;
}

static void
place (Defects *defects, double z_mm)
{
  _brg_window_place_defect (defects->fixture->window, brg_vec3 (19.5, 19.5, z_mm), FALSE);
  pointer_wait_until ("is idle", window_is_idle_cb, defects->fixture->window);
}

/* As many rows as defects, the active one selected, and what the title bar says. */
static void
assert_defects (Defects *defects, guint n, guint active, const char *subtitle)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (defects->rows);

  pointer_wait_until ("is idle", window_is_idle_cb, defects->fixture->window);
  g_assert_cmpuint (brg_case_get_n_defects (defects->the_case), ==, n);
  g_assert_cmpuint (brg_case_get_active (defects->the_case), ==, active);
  g_assert_cmpint (gtk_list_box_row_get_index (row), ==, active);
  g_assert_null (gtk_list_box_get_row_at_index (defects->rows, (int) n));
  g_assert_cmpstr (gtk_label_get_label (defects->fixture->window->subtitle_label), ==, subtitle);
}

static void
click_first (gpointer data)
{
  pointer_click (GTK_WIDGET (gtk_list_box_get_row_at_index (((Defects *) data)->rows, 0)));
}

static gboolean
is_first_active_cb (gpointer data)
{
  return brg_case_get_active (((Defects *) data)->the_case) == 0;
}

/* Placing, adding, choosing and removing. */
static void
test_defect_list (Fixture *fixture, gconstpointer unused)
{
  Defects defects = open_defects (fixture);

  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (defects.rows)));
  g_assert_false (gtk_widget_get_sensitive (defects.add));
  place (&defects, 35);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (defects.rows)));
  assert_defects (&defects, 1, 0, "skull, defect and implant");
  g_signal_emit_by_name (defects.add, "clicked");
  assert_defects (&defects, 2, 1, "skull, defect and implant");
  g_assert_cmpint (brg_view_state_get_tool (fixture->window->view_state), ==, BRG_TOOL_DEFECT);
  g_assert_false (gtk_widget_get_sensitive (defects.add));
  place (&defects, 4);
  g_assert_true (gtk_widget_get_sensitive (defects.add));
  assert_defects (&defects, 2, 1, "skull, 2 defects");

  const BrgRecipe *recipe = brg_case_get_recipe (defects.the_case);
  g_autofree char *text = brg_defect_list_describe (recipe, 1);
  g_assert_cmpstr (text, ==, "Defect 2 — Cylinder, 12 × 12 mm");
  GtkWidget *first = GTK_WIDGET (gtk_list_box_get_row_at_index (defects.rows, 0));
  pointer_do_until ("chooses the first", click_first, is_first_active_cb, &defects);
  assert_defects (&defects, 2, 0, "skull, 2 defects");
  g_assert_cmpfloat (brg_view_state_get_crosshair (fixture->window->view_state).z, ==, 35);
  g_signal_emit_by_name (find_child (first, GTK_TYPE_BUTTON), "clicked");
  assert_defects (&defects, 1, 0, "skull, defect and implant");
  g_assert_cmpfloat (brg_case_get_recipe (defects.the_case)->defect.at_mm.z, ==, 4);
  g_signal_emit_by_name (find_child (first, GTK_TYPE_BUTTON), "clicked");
  assert_defects (&defects, 1, 0, "skull");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (defects.rows)));
}

static gboolean
shows_selected_cb (gpointer data)
{
  Defects *defects = data;
  GtkWidget *row = GTK_WIDGET (gtk_list_box_get_selected_row (defects->rows));
  GtkWidget *scroll = gtk_widget_get_ancestor (row, GTK_TYPE_SCROLLED_WINDOW);
  graphene_rect_t bounds;

  return gtk_widget_compute_bounds (row, scroll, &bounds) && bounds.size.height > 0 &&
         bounds.origin.y >= 0 &&
         bounds.origin.y + bounds.size.height <= gtk_widget_get_height (scroll);
}

/* From the fifth defect on the list keeps its height and shows the one that is chosen. */
static void
test_defect_many (Fixture *fixture, gconstpointer unused)
{
  Defects defects = open_defects (fixture);
  int height = 0;

  for (guint d = 0; d < 7; d++)
    {
      if (d > 0)
        g_assert_true (brg_case_add_defect (defects.the_case));
      place (&defects, d % 2 == 0 ? 35 : 4);
      pointer_wait_until ("shows the new row", shows_selected_cb, &defects);
      if (d == 3)
        height = gtk_widget_get_height (defects.list);
    }
  g_assert_cmpint (height, >, 100);
  g_assert_cmpint (ABS (gtk_widget_get_height (defects.list) - height), <=, 6);
  brg_case_set_active (defects.the_case, 0);
  pointer_wait_until ("shows the first row", shows_selected_cb, &defects);
}

/* Arrow keys choose, Delete removes, undo brings back what it was. */
static void
test_defect_keys (Fixture *fixture, gconstpointer unused)
{
  Defects defects = open_defects (fixture);

  place (&defects, 35);
  g_signal_emit_by_name (defects.add, "clicked");
  place (&defects, 4);
  gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_row_at_index (defects.rows, 1)));
  pointer_key (GTK_WIDGET (fixture->window), GDK_KEY_Up, FALSE, FALSE);
  assert_defects (&defects, 2, 0, "skull, 2 defects");
  pointer_key (GTK_WIDGET (fixture->window), GDK_KEY_Down, FALSE, FALSE);
  assert_defects (&defects, 2, 1, "skull, 2 defects");
  pointer_key (GTK_WIDGET (fixture->window), GDK_KEY_Delete, FALSE, FALSE);
  assert_defects (&defects, 1, 0, "skull, defect and implant");
  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "undo", NULL);
  assert_defects (&defects, 2, 1, "skull, 2 defects");
  pointer_key (GTK_WIDGET (fixture->window), GDK_KEY_Up, FALSE, FALSE);
  assert_defects (&defects, 2, 0, "skull, 2 defects");
}

static gboolean
is_history_shown_cb (gpointer data)
{
  return gtk_widget_get_mapped (GTK_WIDGET (((BrgWindow *) data)->history_list));
}

/* The list opens by its action, a row leads back and forth, and it follows what happens. */
static void
test_history (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;

  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "history"));
  window_open_path (fixture->window, fixture->scan);
  BrgRecipe first = *brg_case_get_recipe (window->the_case), second = first;
  second.threshold_lo_hu = 200;
  window_set_recipe (fixture->window, &second);
  g_action_group_activate_action (G_ACTION_GROUP (window), "history", NULL);
  pointer_wait_until ("shows the history", is_history_shown_cb, window);
  g_signal_emit_by_name (window->history_list, "jump", 0);
  g_assert_cmpint (brg_case_get_recipe (window->the_case)->threshold_lo_hu, ==,
                   first.threshold_lo_hu);
  g_assert_true (brg_case_can_redo (window->the_case));
  g_signal_emit_by_name (window->history_list, "jump", 1);
  g_assert_cmpint (brg_case_get_recipe (window->the_case)->threshold_lo_hu, ==, 200);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
}

/* An export that cannot be written says where and why, and the case is as it was. */
static void
test_export_fails (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GFile) file = g_file_new_for_path (fixture->scan); /* a file is no folder */

  window_open_path (fixture->window, fixture->scan);
  brg_export_panel_set_folder (fixture->window->export_panel, file);
  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "export", NULL);
  pointer_wait_until ("is idle", window_is_idle_cb, fixture->window);
  window_assert_message (fixture->window, "phantom.nrrd");
  g_assert_false (fixture->window->exported);
}

/* Every layout, step and tool can be chosen without a warning. */
static void
test_walk (Fixture *fixture, gconstpointer unused)
{
  static const char *const layouts[] = { "axial", "3d", "coronal", "sagittal", "four" };
  static const char *const tools[] = { "paint", "erase", "defect", "navigate" };
  BrgWindow *window = fixture->window;

  window_open_path (fixture->window, fixture->scan);
  for (gsize l = 0; l < G_N_ELEMENTS (layouts); l++)
    {
      g_action_group_change_action_state (G_ACTION_GROUP (window), "layout",
                                          g_variant_new_string (layouts[l]));
      frames_settle (GTK_WIDGET (window));
    }
  g_assert_cmpint (brg_view_grid_get_alone (window->view_grid), ==, BRG_VIEW_GRID_ALL);
  for (BrgStep step = 0; step < BRG_N_STEPS; step++)
    {
      _brg_window_set_step (window, step);
      g_assert_cmpint (window->step, ==, step);
      frames_settle (GTK_WIDGET (window));
    }
  for (gsize t = 0; t < G_N_ELEMENTS (tools); t++)
    g_action_group_change_action_state (G_ACTION_GROUP (window), "tool",
                                        g_variant_new_string (tools[t]));
  g_action_group_activate_action (G_ACTION_GROUP (window), "last-tool", NULL);
  g_assert_cmpint (brg_view_state_get_tool (window->view_state), ==, BRG_TOOL_DEFECT);
  g_action_group_activate_action (G_ACTION_GROUP (window), "reset-views", NULL);
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv, TRUE);
#define ADD(name)                                                                                  \
  g_test_add ("/window/" #name, Fixture, NULL, window_fixture_set_up, test_##name,                 \
              window_fixture_tear_down)
  ADD (start);
  ADD (empty_text);
  ADD (cancelled);
  ADD (bad_file);
  ADD (empty_threshold);
  ADD (defect_off_bone);
  ADD (defect_list);
  ADD (defect_keys);
  ADD (defect_many);
  ADD (history);
  ADD (export_fails);
  ADD (walk);
#undef ADD
  return window_fixture_run ();
}
