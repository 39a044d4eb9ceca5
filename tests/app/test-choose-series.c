/* Folders of DICOM files in the window: one series opens, several are a question, a gap is told. */

#include "pointer.h"
#include "support/dicom-file.h"
#include "widgets/brg-series-dialog.h"
#include "window-fixture.h"

#define COLUMNS 16
#define ROWS    14

/* A ball of bone in air, slices 5 mm apart; slice `missing` is left out. */
static void
put_series (const char *folder, const char *uid, int n, int missing)
{
  gint16 samples[COLUMNS * ROWS];

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (int s = 0; s < n; s++)
    {
      g_autofree char *name = g_strdup_printf ("%s.%d", uid, s);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      DicomSlice slice = { .columns = COLUMNS,
                           .rows = ROWS,
                           .series_uid = uid,
                           .row_mm = 5,
                           .column_mm = 5,
                           .position = { 0, 0, 5 * s },
                           .canary = "CANARY",
                           .samples = samples };
      for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < COLUMNS; x++)
          {
            int dx = x - COLUMNS / 2, dy = y - ROWS / 2, dz = s - n / 2;
            samples[y * COLUMNS + x] = dx * dx + dy * dy + dz * dz < 25 ? 900 : -1000;
          }
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      if (s != missing)
        g_assert_true (g_file_set_contents (path, (char *) bytes->data, bytes->len, NULL));
    }
}

static BrgSeriesDialog *
find_dialog (void)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());

  for (guint w = 0; w < g_list_model_get_n_items (windows); w++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, w);
      if (BRG_IS_SERIES_DIALOG (window))
        return BRG_SERIES_DIALOG (window);
    }
  return NULL;
}

static char *
open_folder (Fixture *fixture)
{
  char *folder = g_build_filename (fixture->folder, "dicom", NULL);

  window_open_path (fixture->window, folder);
  return folder;
}

/* Chooses a row, with or without resampling, and opens it. */
static void
choose (Fixture *fixture, BrgSeriesDialog *dialog, int row, gboolean resample)
{
  GtkWidget *list = widget_find (GTK_WIDGET (dialog), "series_list");
  GtkWidget *check = widget_find (GTK_WIDGET (dialog), "resample_check");
  GtkWidget *open = widget_find (GTK_WIDGET (dialog), "open_button");

  gtk_list_box_select_row (GTK_LIST_BOX (list),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), row));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), resample);
  g_assert_true (gtk_widget_get_sensitive (open));
  g_signal_emit_by_name (open, "clicked");
  pointer_wait_until ("is open", window_is_idle_cb, fixture->window);
  g_assert_null (find_dialog ());
}

static void
assert_slices (Fixture *fixture, int n)
{
  BrgVolume *scan = brg_case_get_scan (fixture->window->the_case);

  g_assert_nonnull (scan);
  g_assert_cmpint (scan->grid.dim[2], ==, n);
  g_assert_nonnull (brg_case_get_result (fixture->window->the_case));
}

static void
test_one (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "dicom", NULL);

  put_series (folder, "1.2.3", 12, -1);
  g_free (open_folder (fixture));
  g_assert_null (find_dialog ());
  assert_slices (fixture, 12);
  g_assert_nonnull (brg_case_get_path (fixture->window->the_case));
}

static void
test_several (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "dicom", NULL);

  put_series (folder, "1.2.3", 12, -1);
  put_series (folder, "1.2.4", 10, -1);
  put_series (folder, "1.2.5", 2, -1);
  g_free (open_folder (fixture));
  g_assert_null (brg_case_get_scan (fixture->window->the_case));
  BrgSeriesDialog *dialog = find_dialog ();
  g_assert_nonnull (dialog);
  GtkListBox *list = GTK_LIST_BOX (widget_find (GTK_WIDGET (dialog), "series_list"));
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (gtk_list_box_get_row_at_index (list, 1))));
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (gtk_list_box_get_row_at_index (list, 2))));
  g_assert_null (gtk_list_box_get_row_at_index (list, 3));
  choose (fixture, dialog, 1, FALSE);
  assert_slices (fixture, 10);
}

static void
test_gap (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "dicom", NULL);

  put_series (folder, "1.2.3", 12, 4);
  g_free (open_folder (fixture));
  BrgSeriesDialog *dialog = find_dialog ();
  g_assert_nonnull (dialog);
  g_assert_false (gtk_widget_get_sensitive (widget_find (GTK_WIDGET (dialog), "open_button")));
  choose (fixture, dialog, 0, TRUE);
  assert_slices (fixture, 12);
  g_assert_cmpstr (brg_case_get_warnings (fixture->window->the_case)[0], ==,
                   "1 slice is missing: the widest gap is 10.00 mm, others are 5.00 mm.");
}

static void
test_none (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "dicom", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_free (open_folder (fixture));
  window_assert_message (fixture->window, "there are no DICOM images in it");
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv, FALSE);
  g_test_add ("/choose-series/one", Fixture, NULL, window_fixture_set_up, test_one,
              window_fixture_tear_down);
  g_test_add ("/choose-series/several", Fixture, NULL, window_fixture_set_up, test_several,
              window_fixture_tear_down);
  g_test_add ("/choose-series/gap", Fixture, NULL, window_fixture_set_up, test_gap,
              window_fixture_tear_down);
  g_test_add ("/choose-series/none", Fixture, NULL, window_fixture_set_up, test_none,
              window_fixture_tear_down);
  return window_fixture_run ();
}
