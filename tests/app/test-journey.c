/* The main job by hand: a real pointer opens the sample, drags the threshold, paints a hole fill,
 * undoes and redoes it, places a defect, exports; then the files are read back. */

#include "io/brg-image.h"
#include "pointer.h"
#include "support/frames.h"
#include "widgets/brg-histogram-view-private.h"
#include "window-fixture.h"

#define WIDTH  1500
#define HEIGHT 1120

typedef struct
{
  BrgApplication *application;
  BrgWindow *window;
  BrgCase *the_case;
  char *folder;
  BrgStep step;          /* waited for */
  BrgTool tool;          /* waited for */
  const char *button;    /* to click */
  double from[2], to[2]; /* of the drag, in the widget */
  BrgVec3 placed_mm;     /* where the defect was before it was moved */
  size_t painted;        /* voxels added by hand, waited for */
} Journey;

static GtkWidget *
find_by_id (GtkWidget *root, const char *id)
{
  if (g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (root)), id) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_by_id (child, id);
      if (found != NULL && gtk_widget_get_mapped (found))
        return found;
    }
  return NULL;
}

static GtkWidget *
find (Journey *journey, const char *id)
{
  GtkWidget *widget = find_by_id (GTK_WIDGET (journey->window), id);

  g_assert_nonnull (widget);
  return widget;
}

static gboolean
has_skull_cb (gpointer data)
{
  Journey *journey = data;

  return brg_case_get_result (journey->the_case) != NULL && !brg_case_get_busy (journey->the_case);
}

static gboolean
has_implant_cb (gpointer data)
{
  Journey *journey = data;

  return has_skull_cb (data) && brg_case_get_result (journey->the_case)->implant != NULL;
}

static gboolean
is_exporting_cb (gpointer data)
{
  BrgWindow *window = ((Journey *) data)->window;

  return window->exported || window->cancellable != NULL;
}

static gboolean
is_exported_cb (gpointer data)
{
  return ((Journey *) data)->window->exported;
}

static gboolean
is_at_step_cb (gpointer data)
{
  Journey *journey = data;

  return journey->window->step == journey->step;
}

static gboolean
has_tool_cb (gpointer data)
{
  Journey *journey = data;

  return brg_view_state_get_tool (journey->window->view_state) == journey->tool;
}

static gboolean
has_painted_cb (gpointer data)
{
  Journey *journey = data;

  return brg_mask_count (brg_case_get_added (journey->the_case)) == journey->painted;
}

static gboolean
is_settled_cb (gpointer data)
{
  Journey *journey = data;

  return !brg_case_get_busy (journey->the_case) &&
         brg_mesh_view_is_settled (journey->window->mesh_view);
}

/* Lets the last picture be drawn. */
static void
settle (Journey *journey)
{
  pointer_wait_until ("is settled", is_settled_cb, journey);
  frames_settle (GTK_WIDGET (journey->window));
}

static void
click_step (gpointer data)
{
  Journey *journey = data;
  GtkListBox *list = journey->window->step_list;

  pointer_click (GTK_WIDGET (gtk_list_box_get_row_at_index (list, (int) journey->step)));
}

static void
choose_step (Journey *journey, BrgStep step)
{
  settle (journey);
  journey->step = step;
  pointer_do_until ("choose the step", click_step, is_at_step_cb, journey);
  settle (journey);
}

/* Nothing when a click before has taken the button away and its effect is still to come. */
static void
click_button (gpointer data)
{
  Journey *journey = data;
  GtkWidget *button = find_by_id (GTK_WIDGET (journey->window), journey->button);

  if (button != NULL)
    pointer_click (button);
}

static void
choose_tool (Journey *journey, const char *button, BrgTool tool)
{
  journey->tool = tool;
  journey->button = button;
  pointer_do_until ("choose the tool", click_button, has_tool_cb, journey);
  settle (journey);
}

static void
open_sample (Journey *journey)
{
  journey->button = "start_sample_button";
  pointer_do_until ("open the sample", click_button, has_skull_cb, journey);
  pointer_wait_until ("has skull", has_skull_cb, journey);
  g_assert_cmpuint (brg_mask_count (brg_case_get_result (journey->the_case)->skull), ==, 562507);
}

static gboolean
has_new_threshold_cb (gpointer data)
{
  Journey *journey = data;

  return brg_case_get_recipe (journey->the_case)->threshold_lo_hu > 230 &&
         !brg_view_state_get_threshold_dragging (journey->window->view_state);
}

static void
drag_handle (gpointer data)
{
  Journey *journey = data;
  GtkWidget *histogram = find (journey, "histogram");
  double y = gtk_widget_get_height (histogram) * 0.5;

  pointer_drag (histogram, _brg_histogram_view_x_from_hu (BRG_HISTOGRAM_VIEW (histogram), 150), y,
                _brg_histogram_view_x_from_hu (BRG_HISTOGRAM_VIEW (histogram), 250), y, 8);
}

/* The lower handle goes right; the recipe and the mask follow. */
static void
drag_threshold (Journey *journey)
{
  size_t before = brg_mask_count (brg_case_get_result (journey->the_case)->skull);

  pointer_do_until ("drag the threshold", drag_handle, has_new_threshold_cb, journey);
  pointer_wait_until ("has skull", has_skull_cb, journey);
  g_assert_cmpint (brg_case_get_recipe (journey->the_case)->threshold_lo_hu, <, 270);
  g_assert_cmpuint (brg_mask_count (brg_case_get_result (journey->the_case)->skull), <, before);
}

/* Where LPS point or voxel `vox` is in the axial view, in widget coordinates. */
static void
axial_point (Journey *journey, const double vox[3], double *x, double *y)
{
  BrgSliceView *axial = journey->window->slices[BRG_AXIAL];
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (axial));
  double px[2];

  brg_slice_px_from_vox (&brg_case_get_scan (journey->the_case)->grid,
                         brg_slice_view_get_map (axial), vox, px);
  *x = px[0] / scale;
  *y = px[1] / scale;
}

static gboolean
can_undo_stroke_cb (gpointer data)
{
  g_autofree char *label = brg_case_get_undo_label (((Journey *) data)->the_case);

  return label != NULL && g_str_has_prefix (label, "Paint");
}

static void
draw_stroke (gpointer data)
{
  Journey *journey = data;

  pointer_drag (GTK_WIDGET (journey->window->slices[BRG_AXIAL]), journey->from[0], journey->from[1],
                journey->to[0], journey->to[1], 6);
}

static void
press_undo (gpointer data)
{
  pointer_key (GTK_WIDGET (((Journey *) data)->window), GDK_KEY_z, TRUE, FALSE);
}

static void
press_redo (gpointer data)
{
  pointer_key (GTK_WIDGET (((Journey *) data)->window), GDK_KEY_z, TRUE, TRUE);
}

static void
paint_hole_fill (Journey *journey)
{
  const int *dim = brg_case_get_scan (journey->the_case)->grid.dim;
  double from[3] = { dim[0] * 0.45, dim[1] * 0.5, 0 }, to[3] = { dim[0] * 0.55, dim[1] * 0.5, 0 };

  choose_tool (journey, "paint_button", BRG_TOOL_PAINT);
  axial_point (journey, from, &journey->from[0], &journey->from[1]);
  axial_point (journey, to, &journey->to[0], &journey->to[1]);
  pointer_do_until ("paint", draw_stroke, can_undo_stroke_cb, journey);
  size_t painted = brg_mask_count (brg_case_get_added (journey->the_case));
  /* A 6 mm wide capsule of about 20 mm in 1 mm voxels. */
  g_assert_cmpuint (painted, >, 100);
  g_assert_cmpuint (painted, <, 220);

  journey->painted = 0;
  pointer_do_until ("undo", press_undo, has_painted_cb, journey);
  journey->painted = painted;
  pointer_do_until ("redo", press_redo, has_painted_cb, journey);
  pointer_wait_until ("has skull", has_skull_cb, journey);
}

static void
click_bone (gpointer data)
{
  Journey *journey = data;

  pointer_click_at (GTK_WIDGET (journey->window->slices[BRG_CORONAL]), journey->to[0],
                    journey->to[1]);
}

/* The topmost bone under the middle of a coronal line: a point of the vertex. */
static void
place_defect (Journey *journey)
{
  BrgWindow *window = journey->window;
  const BrgMask *skull = brg_case_get_result (journey->the_case)->skull;
  BrgSliceView *coronal = window->slices[BRG_CORONAL];
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (coronal));
  double vox[3] = { skull->grid.dim[0] / 2, brg_slice_view_get_index (coronal), 0 };
  int top = skull->grid.dim[2] - 1;
  double px[2];

  while (top > 0 && !brg_mask_get (skull, (int) vox[0], (int) vox[1], top))
    top--;
  vox[2] = top;
  choose_tool (journey, "place_button", BRG_TOOL_DEFECT);
  brg_slice_px_from_vox (&skull->grid, brg_slice_view_get_map (coronal), vox, px);
  journey->to[0] = px[0] / scale;
  journey->to[1] = px[1] / scale;
  pointer_do_until ("place the defect", click_bone, has_implant_cb, journey);
  g_assert_cmpfloat (brg_case_get_result (journey->the_case)->fit.removed_mm3, >, 1000);
}

static gboolean
has_moved_cb (gpointer data)
{
  Journey *journey = data;
  BrgVec3 at_mm = brg_case_get_recipe (journey->the_case)->defect.at_mm;

  return has_implant_cb (data) && brg_vec3_length (brg_vec3_sub (at_mm, journey->placed_mm)) > 10;
}

static void
click_skull (gpointer data)
{
  pointer_click (GTK_WIDGET (((Journey *) data)->window->mesh_view));
}

/* A click on the skull in 3-D takes the defect there. */
static void
move_defect_in_3d (Journey *journey)
{
  settle (journey);
  if (brg_mesh_view_get_problem (journey->window->mesh_view) != NULL)
    return;
  journey->placed_mm = brg_case_get_recipe (journey->the_case)->defect.at_mm;
  pointer_do_until ("move the defect in 3-D", click_skull, has_moved_cb, journey);
}

static BrgMask *
read_mask (Journey *journey, const char *name)
{
  g_autofree char *path = g_build_filename (journey->folder, name, NULL);
  BrgError error = { 0 };
  BrgMask *mask = brg_image_read_mask (path, NULL, NULL, &error);

  g_assert_cmpstr (error.message, ==, "");
  return mask;
}

static void
check_files (Journey *journey)
{
  BrgMask *skull = read_mask (journey, "Case01/Case01.nrrd");
  BrgMask *defective = read_mask (journey, "Case01_Defects/Case01_Defects01.nrrd");
  BrgMask *implant = read_mask (journey, "Case01_Implants/Case01_Implants01.nrrd");
  BrgMask *added = brg_case_get_added (journey->the_case);
  const BrgPipelineResult *result = brg_case_get_result (journey->the_case);

  g_assert_true (brg_mask_equal (skull, result->skull));
  g_assert_true (brg_mask_equal (defective, result->defective));
  g_assert_true (brg_mask_equal (implant, result->implant));
  g_assert_cmpuint (brg_mask_count (added), >, 0);
  g_assert_cmpuint (brg_mask_count_and (skull, added), ==, brg_mask_count (added));
  g_assert_cmpuint (brg_mask_count_and (defective, implant), ==, 0);
  g_assert_cmpint (brg_mask_or (defective, implant, NULL), ==, BRG_OK);
  g_assert_true (brg_mask_equal (defective, skull));
  brg_mask_unref (skull);
  brg_mask_unref (defective);
  brg_mask_unref (implant);
}

static void
export_triple (Journey *journey)
{
  g_autoptr (GFile) folder = g_file_new_for_path (journey->folder);

  brg_export_panel_set_folder (journey->window->export_panel, folder);
  journey->button = "export_button";
  pointer_do_until ("start the export", click_button, is_exporting_cb, journey);
  pointer_wait_until ("is exported", is_exported_cb, journey);
  check_files (journey);
}

static void
save_screenshot (Journey *journey, const char *name)
{
  const char *folder = g_getenv ("BRG_SCREENSHOTS");

  if (folder == NULL)
    return;
  g_autofree char *command =
    g_strdup_printf ("import -window root -crop %dx%d+0+0 %s/%s.png", WIDTH, HEIGHT, folder, name);
  pointer_wait_ms (2500);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
}

static gboolean
is_closed_cb (gpointer data)
{
  return ((Journey *) data)->window == NULL;
}

static void
press_close (gpointer data)
{
  Journey *journey = data;

  if (journey->window != NULL)
    pointer_key (GTK_WIDGET (journey->window), GDK_KEY_w, TRUE, FALSE);
}

static gboolean
has_card_cb (gpointer data)
{
  return find_by_id (GTK_WIDGET (((Journey *) data)->window), "name_label") != NULL;
}

static void
show_window (Journey *journey)
{
  journey->window = brg_window_new (journey->application);
  journey->the_case = brg_window_get_case (journey->window);
  g_object_add_weak_pointer (G_OBJECT (journey->window), (gpointer *) &journey->window);
  gtk_window_set_default_size (GTK_WINDOW (journey->window), WIDTH, HEIGHT);
  gtk_window_present (GTK_WINDOW (journey->window));
  frames_settle (GTK_WIDGET (journey->window));
}

/* Closes the window without saving anything, as there is nothing to save; the case is on the start
 * page of the next one, and a click brings all of it back, to be undone and redone. */
static void
close_and_reopen (Journey *journey)
{
  BrgRecipe recipe = *brg_case_get_recipe (journey->the_case);
  guint n_history = brg_case_get_n_history (journey->the_case);
  size_t painted = brg_mask_count (brg_case_get_added (journey->the_case));
  size_t skull = brg_mask_count (brg_case_get_result (journey->the_case)->skull);

  settle (journey);
  pointer_do_until ("close the window", press_close, is_closed_cb, journey);
  show_window (journey);
  pointer_wait_until ("has a card", has_card_cb, journey);
  save_screenshot (journey, "6-start");
  journey->button = "name_label";
  pointer_do_until ("open the case", click_button, has_skull_cb, journey);
  g_assert_true (brg_recipe_equal (brg_case_get_recipe (journey->the_case), &recipe));
  g_assert_cmpuint (brg_case_get_n_history (journey->the_case), ==, n_history);
  g_assert_cmpuint (brg_mask_count (brg_case_get_added (journey->the_case)), ==, painted);
  g_assert_cmpuint (brg_mask_count (brg_case_get_result (journey->the_case)->skull), ==, skull);
  g_assert_cmpuint (n_history, >=, 3);

  settle (journey);
  g_assert_true (brg_case_jump (journey->the_case, 0));
  g_assert_cmpuint (brg_mask_count (brg_case_get_added (journey->the_case)), ==, 0);
  g_assert_true (brg_case_jump (journey->the_case, n_history));
  g_assert_cmpuint (brg_mask_count (brg_case_get_added (journey->the_case)), ==, painted);
  settle (journey);
}

static void
test_journey (void)
{
  Journey journey = { 0 };

  journey.application = brg_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (journey.application), NULL, NULL));
  window_fixture_settings ();
  journey.folder = g_dir_make_tmp ("bregma-journey-XXXXXX", NULL);
  show_window (&journey);

  save_screenshot (&journey, "0-start");
  open_sample (&journey);
  save_screenshot (&journey, "1-scan");
  choose_step (&journey, BRG_STEP_BONE);
  drag_threshold (&journey);
  save_screenshot (&journey, "2-bone");
  choose_step (&journey, BRG_STEP_REPAIR);
  paint_hole_fill (&journey);
  save_screenshot (&journey, "3-repair");
  choose_step (&journey, BRG_STEP_DEFECT);
  place_defect (&journey);
  move_defect_in_3d (&journey);
  save_screenshot (&journey, "4-defect");
  choose_step (&journey, BRG_STEP_EXPORT);
  export_triple (&journey);
  save_screenshot (&journey, "5-export");
  close_and_reopen (&journey);

  gtk_window_destroy (GTK_WINDOW (journey.window));
  frames_drain ();
  g_object_unref (journey.application);
  remove_folder (journey.folder);
  g_free (journey.folder);
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv, TRUE);
  g_test_add_func ("/app/journey", test_journey);
  return window_fixture_run ();
}
