/* What the window tells of a source, takes out of a scan, and keeps nothing of. */

#include <string.h>

#include "io/brg-nrrd.h"
#include "pointer.h"
#include "support/canary-sources.h"
#include "support/canary.h"
#include "widgets/brg-series-dialog.h"
#include "window-fixture.h"

#define DIM 40

/* A ball of bone in a thick skin; where a voxel is from the middle, in mm. */
static double
radius_at (int i, int j, int k)
{
  double x = i - 19.5, y = j - 19.5, z = k - 19.5;

  return sqrt (x * x + y * y + z * z);
}

/* In HU, or in values that begin at 0 as those of some scanners do. */
static char *
write_head (const Fixture *fixture, gboolean is_hu)
{
  const double spacing_mm[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (DIM, DIM, DIM, spacing_mm, brg_vec3 (0, 0, 0));
  BrgVolume *volume = brg_volume_new (&grid, NULL);
  char *path = g_build_filename (fixture->folder, "head.nrrd", NULL);

  for (int v = 0; v < DIM * DIM * DIM; v++)
    {
      double radius = radius_at (v % DIM, v / DIM % DIM, v / DIM / DIM);
      int hu = radius < 10 ? 1000 : radius < 18 ? 40 : -1000;
      volume->hu[v] = (int16_t) (is_hu ? hu : hu + 1000 + v % 150); /* too many for labels */
    }
  g_assert_cmpint (brg_nrrd_write_volume (volume, path, NULL, NULL), ==, BRG_OK);
  brg_volume_unref (volume);
  return path;
}

static gboolean
may_deface (Fixture *fixture)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "deface");
}

static char *
caption_of (Fixture *fixture, const char *id)
{
  GtkWidget *row = widget_find (GTK_WIDGET (fixture->window), id);
  char *caption;

  g_object_get (row, "caption", &caption, NULL);
  return caption;
}

static void
assert_caption (Fixture *fixture, const char *id, const char *part)
{
  g_autofree char *caption = caption_of (fixture, id);

  if (strstr (caption, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, caption);
}

static void
assert_face_button (Fixture *fixture, gboolean sensitive, const char *tooltip)
{
  GtkWidget *button = widget_find (GTK_WIDGET (fixture->window), "face_button");

  g_assert_true (gtk_widget_get_sensitive (button) == sensitive);
  g_assert_cmpstr (gtk_widget_get_tooltip_text (button), ==, tooltip);
}

static void
assert_range (Fixture *fixture, const char *expected)
{
  GtkWidget *label = widget_find (GTK_WIDGET (fixture->window), "range_label");

  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), ==, expected);
}

/* A new case, in which work goes on; the one before stays as it was. */
static void
test_face (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = write_head (fixture, TRUE);
  BrgCase *the_case = fixture->window->the_case;

  g_assert_false (may_deface (fixture));
  window_open_path (fixture->window, path);
  assert_caption (fixture, "face_row", "Masks and surfaces of bone do not.");
  assert_range (fixture, "−1000 to 1000 HU");
  g_autofree char *caption = caption_of (fixture, "range_row");
  g_assert_cmpstr (caption, ==, "");
  g_assert_true (may_deface (fixture));
  assert_face_button (fixture, TRUE, NULL);
  window_set_threshold (fixture->window, 300);
  g_autofree char *before = g_strdup (brg_case_get_path (the_case));
  _brg_window_set_step (fixture->window, BRG_STEP_BONE);
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.deface", "d", 3.0);
  pointer_wait_until ("is idle", window_is_idle_cb, fixture->window);

  const BrgImport *import = brg_case_get_import (the_case);
  BrgVolume *scan = brg_case_get_scan (the_case);
  g_assert_true (import->is_defaced);
  g_assert_cmpfloat (import->deface_mm, ==, 3);
  for (int i = 0; i < DIM; i++)
    {
      double radius = radius_at (i, 19, 19);
      int hu = brg_volume_get (scan, i, 19, 19);
      if (radius < 9.5)
        g_assert_cmpint (hu, ==, 1000);
      else if (radius > 14 && radius < 17.5)
        g_assert_cmpint (hu, ==, -1024);
    }
  g_assert_cmpint (brg_case_get_recipe (the_case)->threshold_lo_hu, ==, 300);
  g_assert_cmpint (fixture->window->step, ==, BRG_STEP_BONE);
  g_assert_cmpstr (brg_case_get_path (the_case), !=, before);
  g_assert_true (g_file_test (before, G_FILE_TEST_EXISTS));
  g_assert_false (may_deface (fixture));
  assert_caption (fixture, "face_row", "Taken out beyond 3 mm from bone.");
  assert_face_button (fixture, FALSE, "It has been taken out.");
}

/* Values without air are not called HU, and what is taken for bone may be skin. */
static void
test_no_air (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = write_head (fixture, FALSE);

  window_open_path (fixture->window, path);
  assert_range (fixture, "0 to 2149");
  assert_caption (fixture, "range_row", "None is as low as air");
  assert_caption (fixture, "face_row", "So may masks");
}

static BrgSeriesDialog *
find_dialog (void)
{
  return (BrgSeriesDialog *) window_find_toplevel (BRG_TYPE_SERIES_DIALOG);
}

/* Off unless it is asked for. */
static void
test_chooser (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "two", NULL);
  double keep_mm;

  for (int s = 0; s < 2; s++)
    {
      g_autofree char *name = g_strdup_printf ("%d", s);
      g_autofree char *below = g_build_filename (folder, name, NULL);
      g_free (canary_source_write (CANARY_DICOM, below, FALSE));
    }
  window_open_path (fixture->window, folder);
  BrgSeriesDialog *dialog = find_dialog ();
  g_assert_nonnull (dialog);
  g_assert_false (brg_series_dialog_get_deface (dialog, &keep_mm));
  GtkWidget *check = widget_find (GTK_WIDGET (dialog), "face_check");
  GtkWidget *spin = widget_find (GTK_WIDGET (dialog), "face_spin");
  g_assert_false (gtk_widget_get_sensitive (spin));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  g_assert_true (gtk_widget_get_sensitive (spin));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), 7);
  g_signal_emit_by_name (widget_find (GTK_WIDGET (dialog), "open_button"), "clicked");
  pointer_wait_until ("is open", window_is_idle_cb, fixture->window);
  const BrgImport *import = brg_case_get_import (fixture->window->the_case);
  g_assert_true (import->is_defaced);
  g_assert_cmpfloat (import->deface_mm, ==, 7);
}

static void
test_copy (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = write_head (fixture, TRUE);
  g_autofree char *copy = g_build_filename (fixture->folder, "Copy.bregma", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (copy);

  window_open_path (fixture->window, path);
  _brg_window_save_as_file (fixture->window, file);
  pointer_wait_until ("is idle", window_is_idle_cb, fixture->window);
  window_assert_message (fixture->window, "Copy.bregma holds the scan, and in it the face");
}

/* Names and texts of the source are in no file of the application: cases, recent ones, settings. */
static void
test_canaries (Fixture *fixture, gconstpointer unused)
{
  static const CanarySource sources[] = { CANARY_DICOM, CANARY_NRRD, CANARY_METAIMAGE };

  for (gsize s = 0; s < G_N_ELEMENTS (sources); s++)
    {
      g_autofree char *path = canary_source_write (sources[s], fixture->folder, TRUE);
      window_open_path (fixture->window, path);
      g_assert_nonnull (brg_case_get_scan (fixture->window->the_case));
      g_assert_nonnull (brg_case_get_path (fixture->window->the_case));
      assert_caption (fixture, "source_row", "dropped");
    }
  g_assert_cmpuint (canary_assert_none (g_getenv ("HOME")), >=, G_N_ELEMENTS (sources));
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv, FALSE);
  g_test_add ("/anonymity/face", Fixture, NULL, window_fixture_set_up, test_face,
              window_fixture_tear_down);
  g_test_add ("/anonymity/no-air", Fixture, NULL, window_fixture_set_up, test_no_air,
              window_fixture_tear_down);
  g_test_add ("/anonymity/chooser", Fixture, NULL, window_fixture_set_up, test_chooser,
              window_fixture_tear_down);
  g_test_add ("/anonymity/copy", Fixture, NULL, window_fixture_set_up, test_copy,
              window_fixture_tear_down);
  g_test_add ("/anonymity/canaries", Fixture, NULL, window_fixture_set_up, test_canaries,
              window_fixture_tear_down);
  return window_fixture_run ();
}
