/* Folders of DICOM files in the window: one series opens, several are a question, a gap is told. */

#include <string.h>

#include "engine/brg-palette.h"
#include "pointer.h"
#include "support/dicom-file.h"
#include "widgets/brg-resampling-view.h"
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

/* Of slices that were compressed with loss, and cannot be decoded. */
static void
put_lossy (const char *folder)
{
  g_autoptr (GByteArray) stream = g_byte_array_new_take (g_malloc0 (64), 64);

  for (int s = 0; s < 3; s++)
    {
      g_autofree char *name = g_strdup_printf ("lossy.%d", s);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      DicomSlice slice = { .syntax = "1.2.840.10008.1.2.4.51",
                           .columns = COLUMNS,
                           .rows = ROWS,
                           .series_uid = "1.2.6",
                           .row_mm = 5,
                           .column_mm = 5,
                           .position = { 0, 0, 5 * s },
                           .stream = stream };
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      g_assert_true (g_file_set_contents (path, (char *) bytes->data, bytes->len, NULL));
    }
}

static BrgSeriesDialog *
find_dialog (void)
{
  return (BrgSeriesDialog *) window_find_toplevel (BRG_TYPE_SERIES_DIALOG);
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

static gboolean
has_preview_cb (gpointer dialog)
{
  return brg_resampling_view_is_done (
    BRG_RESAMPLING_VIEW (widget_find_type (dialog, BRG_TYPE_RESAMPLING_VIEW)));
}

static void
assert_text (BrgSeriesDialog *dialog, const char *id, const char *part)
{
  const char *text = gtk_label_get_label (GTK_LABEL (widget_find (GTK_WIDGET (dialog), id)));

  if (strstr (text, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, text);
}

/* What `view` draws, pixel by pixel; NULL: nothing yet. */
static GdkTexture *
draw (GtkWidget *view, int width, int height)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (view);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  g_autoptr (GskRenderNode) node = gtk_snapshot_free_to_node (snapshot);
  return node != NULL ? gsk_renderer_render_texture (
                          gtk_native_get_renderer (gtk_widget_get_native (view)), node, &bounds)
                      : NULL;
}

/* There are two ticks beside the resampled picture, in the right half, and none on the left. */
static gboolean
has_ticks_cb (gpointer dialog)
{
  GtkWidget *view = widget_find_type (dialog, BRG_TYPE_RESAMPLING_VIEW);
  int width = gtk_widget_get_width (view), height = gtk_widget_get_height (view), n[2] = { 0 };
  g_autoptr (GdkTexture) texture = width > 0 && height > 0 ? draw (view, width, height) : NULL;
  g_autofree guint32 *pixels = g_new (guint32, width * height);

  if (texture == NULL)
    return FALSE;
  gdk_texture_download (texture, (guchar *) pixels, (gsize) width * 4);
  for (int p = 0; p < width * height; p++)
    n[p % width > width / 2] += (pixels[p] & 0xFFFFFF) == BRG_RGB_MADE_UP;
  return n[0] == 0 && n[1] >= 2 * 12 * 2;
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
  assert_text (dialog, "advice_label", "Tick “Resample to even slices” to open");
  assert_text (dialog, "made_up_label", "Made up: slice 5 of 12");
  g_assert_true (gtk_widget_get_visible (widget_find (GTK_WIDGET (dialog), "made_up_box")));
  pointer_wait_until ("has a preview", has_preview_cb, dialog);
  pointer_wait_until ("has ticks", has_ticks_cb, dialog);
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

/* All words of a row. */
static char *
read_row (BrgSeriesDialog *dialog, int index)
{
  GtkListBox *list = GTK_LIST_BOX (widget_find (GTK_WIDGET (dialog), "series_list"));
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (list, index);
  GtkWidget *words = gtk_widget_get_last_child (gtk_list_box_row_get_child (row));
  GString *text = g_string_new (NULL);

  for (GtkWidget *label = gtk_widget_get_first_child (words); label != NULL;
       label = gtk_widget_get_next_sibling (label))
    g_string_append_printf (text, "%s\n", gtk_label_get_label (GTK_LABEL (label)));
  return g_string_free (text, FALSE);
}

/* A series that was compressed with loss says how; one that was not does not. */
static void
test_coding (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "dicom", NULL);
  int n_lossy = 0;

  put_series (folder, "1.2.3", 12, -1);
  put_lossy (folder);
  g_free (open_folder (fixture));
  BrgSeriesDialog *dialog = find_dialog ();
  g_assert_nonnull (dialog);
  for (int row = 0; row < 2; row++)
    {
      g_autofree char *words = read_row (dialog, row);
      gboolean is_lossy = strstr (words, "3 slices") != NULL;
      g_assert_true ((strstr (words, "mm · JPEG") != NULL) == is_lossy);
      g_assert_true ((strstr (words, ", lossy\n") != NULL) == is_lossy);
      n_lossy += is_lossy;
    }
  g_assert_cmpint (n_lossy, ==, 1);
  gtk_window_close (GTK_WINDOW (dialog));
}

/* Nothing can be opened, and that is said. */
static void
test_unusable (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "dicom", NULL);

  put_series (folder, "1.2.3", 2, -1);
  g_free (open_folder (fixture));
  BrgSeriesDialog *dialog = find_dialog ();
  g_assert_nonnull (dialog);
  assert_text (dialog, "advice_label", "There is no series here that can be opened.");
  g_assert_false (gtk_widget_get_sensitive (widget_find (GTK_WIDGET (dialog), "open_button")));
  GtkListBox *list = GTK_LIST_BOX (widget_find (GTK_WIDGET (dialog), "series_list"));
  g_assert_null (gtk_list_box_get_selected_row (list));
  g_assert_false (gtk_widget_get_visible (widget_find (GTK_WIDGET (dialog), "face_box")));
  g_autofree char *words = read_row (dialog, 0);
  g_assert_nonnull (strstr (words, "It has 2 slices only."));
  gtk_window_close (GTK_WINDOW (dialog));
}

static GtkDropTarget *
find_drop_target (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint c = 0; c < g_list_model_get_n_items (controllers); c++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, c);
      if (GTK_IS_DROP_TARGET (controller))
        return GTK_DROP_TARGET (controller);
    }
  return NULL;
}

/* Lets files of the folder fall onto the window; NULL-terminated. */
static gboolean
drop (Fixture *fixture, const char *const *names)
{
  g_autoslist (GFile) files = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  for (; *names != NULL; names++)
    files = g_slist_append (files, g_file_new_build_filename (fixture->folder, *names, NULL));
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (files));
  g_signal_emit_by_name (find_drop_target (GTK_WIDGET (fixture->window)), "drop", &value, 10.0,
                         10.0, &taken);
  pointer_wait_until ("is idle", window_is_idle_cb, fixture->window);
  return taken;
}

/* A folder, one of its files, several of them, and what has nothing to do with each other. */
static void
test_drop (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "dicom", NULL);
  const char *const whole[] = { "dicom", NULL }, *const one[] = { "dicom/1.2.3.0", NULL };
  const char *const two[] = { "dicom/1.2.3.4", "dicom/1.2.3.5", NULL };
  const char *const scan[] = { "phantom.nrrd", NULL };
  const char *const others[] = { "phantom.nrrd", "dicom/1.2.3.0", NULL };

  put_series (folder, "1.2.3", 12, -1);
  g_assert_false (drop (fixture, others));
  window_assert_message (fixture->window, "Drop one file or folder");
  g_assert_null (brg_case_get_scan (fixture->window->the_case));
  g_assert_true (drop (fixture, whole));
  assert_slices (fixture, 12);
  g_assert_true (drop (fixture, scan));
  assert_slices (fixture, 40);
  g_assert_true (drop (fixture, one));
  assert_slices (fixture, 12);
  g_assert_true (drop (fixture, scan));
  g_assert_true (drop (fixture, two));
  assert_slices (fixture, 12);
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
  g_test_add ("/choose-series/coding", Fixture, NULL, window_fixture_set_up, test_coding,
              window_fixture_tear_down);
  g_test_add ("/choose-series/unusable", Fixture, NULL, window_fixture_set_up, test_unusable,
              window_fixture_tear_down);
  g_test_add ("/choose-series/drop", Fixture, NULL, window_fixture_set_up, test_drop,
              window_fixture_tear_down);
  g_test_add ("/choose-series/none", Fixture, NULL, window_fixture_set_up, test_none,
              window_fixture_tear_down);
  return window_fixture_run ();
}
