/* Masks and files of labels in the window: a mask opens as the skull it is and is told, several
 * labels are a question. */

#include "io/brg-image-content.h"
#include "io/brg-nrrd.h"
#include "pointer.h"
#include "widgets/brg-labels-dialog.h"
#include "window-fixture.h"

#define SIDE 24

static gboolean
is_near (int i, int j, int k, int at, int radius)
{
  int di = i - at, dj = j - at, dk = k - at;

  return di * di + dj * dj + dk * dk < radius * radius;
}

/* A ball of label 3 in the middle, and a small one of label 7 in a corner, apart from it; label 9
 * is declared without a voxel. */
static char *
put_labels (const Fixture *fixture, const char *keys)
{
  char *path = g_build_filename (fixture->folder, "labels.seg.nrrd", NULL);
  GString *text = g_string_new (NULL);

  g_string_printf (text,
                   "NRRD0004\ntype: uint8\ndimension: 3\nspace: LPS\nsizes: %d %d %d\n"
                   "space directions: (5,0,0) (0,5,0) (0,0,5)\nencoding: raw\n%s\n",
                   SIDE, SIDE, SIDE, keys);
  for (int k = 0; k < SIDE; k++)
    for (int j = 0; j < SIDE; j++)
      for (int i = 0; i < SIDE; i++)
        g_string_append_c (text, is_near (i, j, k, 13, 9) ? 3 : is_near (i, j, k, 2, 3) ? 7 : 0);
  g_assert_true (g_file_set_contents (path, text->str, (gssize) text->len, NULL));
  g_string_free (text, TRUE);
  return path;
}

static BrgLabelsDialog *
find_dialog (void)
{
  return (BrgLabelsDialog *) window_find_toplevel (BRG_TYPE_LABELS_DIALOG);
}

static GtkListBox *
list_of (BrgLabelsDialog *dialog)
{
  return GTK_LIST_BOX (widget_find (GTK_WIDGET (dialog), "label_list"));
}

static void
choose (Fixture *fixture, int row)
{
  BrgLabelsDialog *dialog = find_dialog ();

  g_assert_nonnull (dialog);
  g_assert_null (brg_case_get_scan (fixture->window->the_case));
  gtk_list_box_select_row (list_of (dialog), gtk_list_box_get_row_at_index (list_of (dialog), row));
  g_signal_emit_by_name (widget_find (GTK_WIDGET (dialog), "open_button"), "clicked");
  pointer_wait_until ("is open", window_is_idle_cb, fixture->window);
  g_assert_null (find_dialog ());
}

/* Every voxel of the balls that were chosen is skull, and no other. */
static void
assert_skull (Fixture *fixture, gboolean large, gboolean small)
{
  const BrgPipelineResult *result = brg_case_get_result (fixture->window->the_case);

  g_assert_nonnull (result);
  for (int k = 0; k < SIDE; k++)
    for (int j = 0; j < SIDE; j++)
      for (int i = 0; i < SIDE; i++)
        {
          gboolean in_large = is_near (i, j, k, 13, 9), in_small = is_near (i, j, k, 2, 3);
          g_assert_cmpint (brg_mask_get (result->skull, i, j, k), ==,
                           (large && in_large) || (small && in_small && !in_large));
        }
}

static const char *const segments =
  "Segment0_ID:=a\nSegment0_Name:=Impl\xc3\xa4ntat\nSegment0_LabelValue:=7\n"
  "Segment1_ID:=b\nSegment1_Name:=Skull\nSegment1_LabelValue:=3\n"
  "Segment2_ID:=c\nSegment2_Name:=Nothing\nSegment2_LabelValue:=9\n";

/* Rows: the segments in their order, of which the first is chosen, then all together. */
static void
test_segments (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = put_labels (fixture, segments);

  window_open_path (fixture->window, path);
  BrgLabelsDialog *dialog = find_dialog ();
  g_assert_nonnull (dialog);
  g_assert_cmpint (gtk_list_box_row_get_index (gtk_list_box_get_selected_row (list_of (dialog))),
                   ==, 0);
  g_assert_false (
    gtk_widget_get_sensitive (GTK_WIDGET (gtk_list_box_get_row_at_index (list_of (dialog), 2))));
  g_assert_nonnull (gtk_list_box_get_row_at_index (list_of (dialog), 3));
  g_assert_null (gtk_list_box_get_row_at_index (list_of (dialog), 4));
  choose (fixture, 0);
  assert_skull (fixture, FALSE, TRUE);
  window_assert_message (fixture->window, "Label 7 of the file is the skull.");
}

static void
test_all (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = put_labels (fixture, segments);

  window_open_path (fixture->window, path);
  choose (fixture, 3);
  assert_skull (fixture, TRUE, TRUE);
  window_assert_message (fixture->window, "All labels of the file together are the skull.");
}

/* Without segments the file may also be a scan. */
static void
test_scan (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = put_labels (fixture, "");

  window_open_path (fixture->window, path);
  choose (fixture, 3);
  g_assert_cmpint (brg_case_get_histogram (fixture->window->the_case)->max_hu, ==, 7);
  g_assert_false (brg_case_get_is_skull (fixture->window->the_case));
}

/* Closed without a choice: nothing is opened. */
static void
test_cancel (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = put_labels (fixture, segments);

  window_open_path (fixture->window, path);
  gtk_window_close (GTK_WINDOW (find_dialog ()));
  pointer_wait_until ("is idle", window_is_idle_cb, fixture->window);
  g_assert_null (find_dialog ());
  g_assert_null (brg_case_get_scan (fixture->window->the_case));
}

/* There is nothing to take out of a mask, and its button says why. */
static void
assert_no_face (Fixture *fixture)
{
  GtkWidget *button = widget_find (GTK_WIDGET (fixture->window), "face_button");

  g_assert_false (gtk_widget_get_sensitive (button));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (button), ==,
                   "There is none to take out: this is a mask.");
}

/* No question about a mask; it is told what it is, once. */
static void
test_mask (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *labels = put_labels (fixture, ""), *kept = NULL;
  const BrgImagePick all = { .is_any = true };
  BrgMask *mask = brg_image_read_picked (labels, &all, NULL, NULL, NULL);
  g_autofree char *path = g_build_filename (fixture->folder, "mask.nrrd", NULL);

  g_assert_cmpint (brg_nrrd_write_mask (mask, path, NULL, NULL), ==, BRG_OK);
  brg_mask_unref (mask);
  window_open_path (fixture->window, path);
  g_assert_null (find_dialog ());
  assert_skull (fixture, TRUE, TRUE);
  g_assert_true (brg_case_get_is_skull (fixture->window->the_case));
  window_assert_message (fixture->window, "The file is a mask, not a scan");
  assert_no_face (fixture);
  kept = g_strdup (brg_case_get_path (fixture->window->the_case));
  window_open_path (fixture->window, fixture->scan);
  g_assert_false (brg_case_get_is_skull (fixture->window->the_case));
  gtk_info_bar_set_revealed (fixture->window->message_bar, FALSE);
  window_open_path (fixture->window, kept);
  g_assert_false (gtk_info_bar_get_revealed (fixture->window->message_bar));
  g_assert_true (brg_case_get_is_skull (fixture->window->the_case));
  assert_skull (fixture, TRUE, TRUE);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, window_fixture_set_up, test, window_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv, FALSE);
  add ("/choose-labels/segments", test_segments);
  add ("/choose-labels/all", test_all);
  add ("/choose-labels/scan", test_scan);
  add ("/choose-labels/cancel", test_cancel);
  add ("/choose-labels/mask", test_mask);
  return window_fixture_run ();
}
