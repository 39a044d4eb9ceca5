/* A folder in the window before all of it is read: what is there already is seen, and one can turn
 * back. The decoder of these slices is one of the test, which waits at a slice until it is told to
 * go on. */

#include <glib/gstdio.h>
#include <string.h>

#include "pointer.h"
#include "support/dicom-file.h"
#include "widgets/brg-arrival-view.h"
#include "widgets/brg-series-dialog.h"
#include "window-fixture.h"

#define COLUMNS 16
#define ROWS    14
#define SLICES  12
#define THERE   4 /* slices that come at once */
#define SIZE    64

#define HEADER                                                                                     \
  "BRGF\1\0\0\0\0\0\0\0\020\0\0\0\016\0\0\0\1\0\0\0\020\0\0\0\1\0\0\0\300\1\0\0\0\0\0\0"

static void
put_file (const char *folder, const char *name, const void *bytes, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (
    g_file_set_contents_full (path, bytes, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
}

/* A ball of bone in air, as DICOM files and as what the decoder says of each. */
static void
put_slices (const char *dicom, const char *answers)
{
  gint16 samples[COLUMNS * ROWS];
  g_autoptr (GByteArray) stream = g_byte_array_new_take (g_malloc0 (64), 64);

  for (int s = 0; s < SLICES; s++)
    {
      g_autofree char *name = g_strdup_printf ("slice%02d", s);
      DicomSlice slice = { .syntax = DICOM_LOSSLESS,
                           .columns = COLUMNS,
                           .rows = ROWS,
                           .row_mm = 5,
                           .column_mm = 5,
                           .position = { 0, 0, 5 * s },
                           .stream = stream };
      g_autoptr (GByteArray) answer = g_byte_array_new ();
      for (int v = 0; v < COLUMNS * ROWS; v++)
        {
          int dx = v % COLUMNS - COLUMNS / 2, dy = v / COLUMNS - ROWS / 2, dz = s - SLICES / 2;
          samples[v] = dx * dx + dy * dy + dz * dz < 25 ? 900 : -1000;
        }
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      put_file (dicom, name, bytes->data, bytes->len);
      g_byte_array_append (answer, (const guint8 *) HEADER, sizeof HEADER - 1);
      g_byte_array_append (answer, (const guint8 *) samples, sizeof samples);
      put_file (answers, name, answer->data, answer->len);
    }
}

/* Answers for the first slices, and for the others once there is a file "go". */
static void
put_decoder (Fixture *fixture, const char *answers)
{
  g_autofree char *script =
    g_strdup_printf ("#!/bin/bash\n"
                     "while IFS= read -r -d '' path; do\n"
                     "  name=$(basename \"$path\")\n"
                     "  [[ $name < slice%02d ]] || until [ -e '%s/go' ]; do sleep 0.02; done\n"
                     "  cat '%s/'\"$name\"\n"
                     "done\n",
                     THERE, fixture->folder, answers);
  g_autofree char *path = g_build_filename (fixture->folder, "decoder", NULL);

  put_file (fixture->folder, "decoder", script, strlen (script));
  g_setenv ("BREGMA_DICOM", path, TRUE);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  window_fixture_set_up (fixture, unused);
  g_autofree char *dicom = g_build_filename (fixture->folder, "dicom", NULL);
  g_autofree char *answers = g_build_filename (fixture->folder, "answers", NULL);
  g_assert_cmpint (g_mkdir (dicom, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (answers, 0700), ==, 0);
  put_slices (dicom, answers);
  put_decoder (fixture, answers);
}

static void
begin_opening (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "dicom", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  brg_window_open (fixture->window, file);
}

static BrgArrivalView *
find_view (Fixture *fixture)
{
  return BRG_ARRIVAL_VIEW (
    widget_find_type (GTK_WIDGET (fixture->window->opening_page), BRG_TYPE_ARRIVAL_VIEW));
}

static gboolean
has_first_cb (gpointer data)
{
  Fixture *fixture = data;
  BrgArrival *arrival = brg_case_get_arrival (fixture->window->the_case);

  return arrival != NULL && brg_arrival_get_n_done (arrival) == THERE &&
         brg_arrival_view_get_index (find_view (fixture)) == THERE - 1 &&
         gtk_widget_get_height (GTK_WIDGET (find_view (fixture))) > 2 * SIZE;
}

static gboolean
counts_slices_cb (gpointer data)
{
  Fixture *fixture = data;
  GtkWidget *label = widget_find (GTK_WIDGET (fixture->window->opening_page), "count_label");

  return g_strcmp0 (gtk_label_get_label (GTK_LABEL (label)), "4 of 12 slices") == 0;
}

/* The grey of the middle of what the view draws. */
static guint8
draw_middle (GtkWidget *view)
{
  guint8 pixels[SIZE * SIZE * 4];

  gtk_widget_queue_draw (view);
  gtk_test_widget_wait_for_draw (view);
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (view);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  gdk_paintable_snapshot (paintable, snapshot, SIZE, SIZE);
  g_autoptr (GskRenderNode) node = gtk_snapshot_free_to_node (snapshot);
  GskRenderer *renderer = gtk_native_get_renderer (gtk_widget_get_native (view));
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, SIZE, SIZE);
  g_autoptr (GdkTexture) texture = gsk_renderer_render_texture (renderer, node, &bounds);
  gdk_texture_download (texture, pixels, SIZE * 4);
  return pixels[(SIZE / 2 * SIZE + SIZE / 2) * 4];
}

static void
assert_label (Fixture *fixture, const char *id, const char *text)
{
  GtkWidget *label = widget_find (GTK_WIDGET (fixture->window->opening_page), id);

  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), ==, text);
}

/* NULL: there is none. */
static void
assert_note (Fixture *fixture, const char *text)
{
  GtkWidget *label = widget_find (GTK_WIDGET (fixture->window->opening_page), "note_label");

  g_assert_true (gtk_widget_get_visible (label) == (text != NULL));
  if (text != NULL)
    assert_label (fixture, "note_label", text);
}

static void
let_go (Fixture *fixture)
{
  put_file (fixture->folder, "go", "", 0);
  pointer_wait_until ("is idle", window_is_idle_cb, fixture->window);
}

static void
cancel (Fixture *fixture)
{
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.cancel", NULL);
  pointer_wait_until ("is idle", window_is_idle_cb, fixture->window);
}

static void
assert_page (Fixture *fixture, const char *name)
{
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->window->stack), ==, name);
}

/* Of twelve slices four are there: they are seen, the others are not; then the case is. */
static void
test_first_slices (Fixture *fixture, gconstpointer unused)
{
  begin_opening (fixture);
  pointer_wait_until ("shows the first slices", has_first_cb, fixture);
  BrgArrival *arrival = brg_case_get_arrival (fixture->window->the_case);
  BrgArrivalView *view = find_view (fixture);
  assert_page (fixture, "opening");
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (view)));
  g_assert_cmpint (brg_arrival_get_n (arrival), ==, SLICES);
  for (int s = 0; s < SLICES; s++)
    g_assert_cmpint (brg_arrival_has (arrival, s), ==, s < THERE);
  g_assert_null (brg_case_get_scan (fixture->window->the_case));
  assert_label (fixture, "title_label", "Opening series 0 (12 slices)");
  assert_note (fixture, NULL);
  pointer_wait_until ("counts slices", counts_slices_cb, fixture);
  g_assert_cmpint (draw_middle (GTK_WIDGET (view)), >, 150);
  brg_arrival_view_go_to (view, 0);
  g_assert_cmpint (brg_arrival_view_get_index (view), ==, 0);
  g_assert_cmpint (draw_middle (GTK_WIDGET (view)), <, 50);
  brg_arrival_view_go_to (view, SLICES - 1);
  g_assert_cmpint (brg_arrival_view_get_index (view), ==, THERE - 1);
  let_go (fixture);
  assert_page (fixture, "work");
  g_assert_null (brg_case_get_arrival (fixture->window->the_case));
  g_assert_cmpint (brg_case_get_scan (fixture->window->the_case)->grid.dim[2], ==, SLICES);
}

static void
test_keys (Fixture *fixture, gconstpointer unused)
{
  begin_opening (fixture);
  pointer_wait_until ("shows the first slices", has_first_cb, fixture);
  GtkWidget *view = GTK_WIDGET (find_view (fixture));
  gtk_widget_grab_focus (view);
  pointer_key (view, GDK_KEY_Home, FALSE, FALSE);
  g_assert_cmpint (brg_arrival_view_get_index (find_view (fixture)), ==, 0);
  pointer_key (view, GDK_KEY_Page_Up, FALSE, FALSE);
  g_assert_cmpint (brg_arrival_view_get_index (find_view (fixture)), ==, 1);
  pointer_key (view, GDK_KEY_End, FALSE, FALSE);
  g_assert_cmpint (brg_arrival_view_get_index (find_view (fixture)), ==, THERE - 1);
  pointer_key (view, GDK_KEY_Escape, FALSE, FALSE);
  pointer_wait_until ("is idle", window_is_idle_cb, fixture->window);
  assert_page (fixture, "start");
  g_assert_null (brg_case_get_scan (fixture->window->the_case));
}

/* The case that is open is covered meanwhile, untouched, and comes back. */
static void
test_back_to_case (Fixture *fixture, gconstpointer unused)
{
  window_open_path (fixture->window, fixture->scan);
  BrgVolume *scan = brg_case_get_scan (fixture->window->the_case);
  window_set_threshold (fixture->window, 400);
  begin_opening (fixture);
  pointer_wait_until ("shows the first slices", has_first_cb, fixture);
  assert_page (fixture, "opening");
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.undo", NULL);
  cancel (fixture);
  assert_page (fixture, "work");
  g_assert_true (brg_case_get_scan (fixture->window->the_case) == scan);
  g_assert_cmpint (brg_case_get_recipe (fixture->window->the_case)->threshold_lo_hu, ==, 400);
}

static BrgSeriesDialog *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint w = 0; w < g_list_model_get_n_items (windows); w++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, w);
      if (BRG_IS_SERIES_DIALOG (window))
        return BRG_SERIES_DIALOG (window);
    }
  return NULL;
}

static gboolean
asks_cb (gpointer unused)
{
  return find_dialog () != NULL;
}

/* Slices come with the face that will be taken out of the scan, and the page says so. */
static void
test_face (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *dicom = g_build_filename (fixture->folder, "dicom", NULL);
  gint16 samples[COLUMNS * ROWS] = { 0 };
  DicomSlice scout = {
    .columns = COLUMNS, .rows = ROWS, .series_uid = "1.2.9", .samples = samples
  };
  g_autoptr (GByteArray) bytes = dicom_slice (&scout);

  put_file (dicom, "scout", bytes->data, bytes->len);
  begin_opening (fixture);
  pointer_wait_until ("asks which series", asks_cb, NULL);
  GtkWidget *dialog = GTK_WIDGET (find_dialog ());
  gtk_check_button_set_active (GTK_CHECK_BUTTON (widget_find (dialog, "face_check")), TRUE);
  g_signal_emit_by_name (widget_find (dialog, "open_button"), "clicked");
  pointer_wait_until ("shows the first slices", has_first_cb, fixture);
  assert_note (fixture, "The face is taken out once all slices are here.");
  cancel (fixture);
  assert_page (fixture, "start");
}

/* Looking for series is told at once; once it is cancelled nothing is opened. */
static void
test_cancel_search (Fixture *fixture, gconstpointer unused)
{
  begin_opening (fixture);
  assert_page (fixture, "opening");
  assert_label (fixture, "title_label", "Looking for series in dicom");
  cancel (fixture);
  assert_page (fixture, "start");
  g_assert_null (brg_case_get_scan (fixture->window->the_case));
  g_assert_false (gtk_info_bar_get_revealed (fixture->window->message_bar));
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv, TRUE);
  g_test_add ("/arriving/first-slices", Fixture, NULL, set_up, test_first_slices,
              window_fixture_tear_down);
  g_test_add ("/arriving/keys", Fixture, NULL, set_up, test_keys, window_fixture_tear_down);
  g_test_add ("/arriving/back-to-case", Fixture, NULL, set_up, test_back_to_case,
              window_fixture_tear_down);
  g_test_add ("/arriving/face", Fixture, NULL, set_up, test_face, window_fixture_tear_down);
  g_test_add ("/arriving/cancel-search", Fixture, NULL, set_up, test_cancel_search,
              window_fixture_tear_down);
  return window_fixture_run ();
}
