/* Zips in the window: a series in one opens like that of a folder, an image like its file. */

#include <zip.h>

#include "io/brg-nrrd.h"
#include "pointer.h"
#include "support/dicom-file.h"
#include "widgets/brg-labels-dialog.h"
#include "window-fixture.h"

#define COLUMNS 16
#define ROWS    14
#define SLICES  12

/* A ball of bone in air. */
static int
hu_at (int x, int y, int z)
{
  int dx = x - COLUMNS / 2, dy = y - ROWS / 2, dz = z - SLICES / 2;

  return dx * dx + dy * dy + dz * dz < 25 ? 900 : -1000;
}

static GByteArray *
slice_bytes (int z)
{
  gint16 samples[COLUMNS * ROWS];
  DicomSlice slice = { .columns = COLUMNS,
                       .rows = ROWS,
                       .row_mm = 5,
                       .column_mm = 5,
                       .position = { 0, 0, 5 * z },
                       .samples = samples };

  for (int v = 0; v < COLUMNS * ROWS; v++)
    samples[v] = (gint16) hu_at (v % COLUMNS, v / COLUMNS, z);
  return dicom_slice (&slice);
}

static zip_t *
begin_zip (const Fixture *fixture, char **path)
{
  *path = g_build_filename (fixture->folder, "scans.zip", NULL);
  return zip_open (*path, ZIP_CREATE | ZIP_EXCL, NULL);
}

static void
assert_opened (const Fixture *fixture)
{
  BrgVolume *scan = brg_case_get_scan (fixture->window->the_case);

  g_assert_nonnull (scan);
  g_assert_cmpint (scan->grid.dim[2], ==, SLICES);
  for (int z = 0; z < SLICES; z++)
    g_assert_cmpint (brg_volume_get (scan, COLUMNS / 2, ROWS / 2, z), ==,
                     hu_at (COLUMNS / 2, ROWS / 2, z));
}

static void
test_series (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = NULL;
  zip_t *zip = begin_zip (fixture, &path);

  for (int z = 0; z < SLICES; z++)
    {
      g_autofree char *name = g_strdup_printf ("SCAN/%02d", z);
      GByteArray *bytes = slice_bytes (z);
      gsize size = bytes->len;
      zip_source_t *source = zip_source_buffer (zip, g_byte_array_free (bytes, FALSE), size, 1);
      g_assert_cmpint (zip_file_add (zip, name, source, 0), >=, 0);
    }
  g_assert_cmpint (zip_close (zip), ==, 0);
  window_open_path (fixture->window, path);
  assert_opened (fixture);
}

static char *
put_image (const Fixture *fixture)
{
  const double spacing_mm[3] = { 5, 5, 5 };
  BrgGrid grid = brg_grid_simple (COLUMNS, ROWS, SLICES, spacing_mm, brg_vec3 (0, 0, 0));
  BrgVolume *volume = brg_volume_new (&grid, NULL);
  char *path = g_build_filename (fixture->folder, "image.nrrd", NULL);

  for (int v = 0; v < COLUMNS * ROWS * SLICES; v++)
    volume->hu[v] = (int16_t) (hu_at (v % COLUMNS, v / COLUMNS % ROWS, v / COLUMNS / ROWS) + v % 3);
  volume->hu[0] = -1000;
  for (int z = 0; z < SLICES; z++)
    volume->hu[(z * ROWS + ROWS / 2) * COLUMNS + COLUMNS / 2] =
      (int16_t) hu_at (COLUMNS / 2, ROWS / 2, z);
  g_assert_cmpint (brg_nrrd_write_volume (volume, path, NULL, NULL), ==, BRG_OK);
  brg_volume_unref (volume);
  return path;
}

static void
test_image (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = NULL, *image = put_image (fixture);
  zip_t *zip = begin_zip (fixture, &path);

  g_assert_cmpint (zip_file_add (zip, "image.nrrd", zip_source_file (zip, image, 0, -1), 0), >=, 0);
  g_assert_cmpint (zip_close (zip), ==, 0);
  window_open_path (fixture->window, path);
  assert_opened (fixture);
}

/* Labels in a zip are asked about like those in a file. */
static void
test_labels (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = NULL;
  zip_t *zip = begin_zip (fixture, &path);
  GString *text = g_string_new ("NRRD0004\ntype: uint8\ndimension: 3\nspace: LPS\nsizes: 8 8 8\n"
                                "space directions: (5,0,0) (0,5,0) (0,0,5)\nencoding: raw\n\n");

  for (int v = 0; v < 8 * 8 * 8; v++)
    g_string_append_c (text, (char) (v % 8 > 2 && v % 8 < 6 ? 4 : v % 8 == 7 ? 2 : 0));
  gsize size = text->len;
  zip_source_t *source = zip_source_buffer (zip, g_string_free (text, FALSE), size, 1);
  g_assert_cmpint (zip_file_add (zip, "labels.nrrd", source, 0), >=, 0);
  g_assert_cmpint (zip_close (zip), ==, 0);
  window_open_path (fixture->window, path);
  GtkWindow *dialog = window_find_toplevel (BRG_TYPE_LABELS_DIALOG);
  g_assert_nonnull (dialog);
  GtkListBox *list = GTK_LIST_BOX (widget_find (GTK_WIDGET (dialog), "label_list"));
  gtk_list_box_select_row (list, gtk_list_box_get_row_at_index (list, 1));
  g_signal_emit_by_name (widget_find (GTK_WIDGET (dialog), "open_button"), "clicked");
  pointer_wait_until ("is open", window_is_idle_cb, fixture->window);
  const BrgPipelineResult *result = brg_case_get_result (fixture->window->the_case);
  g_assert_nonnull (result);
  g_assert_cmpuint (brg_mask_count (result->skull), ==, 3 * 8 * 8);
  window_assert_message (fixture->window, "Label 4 of the file is the skull.");
}

static void
test_neither (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = NULL;
  zip_t *zip = begin_zip (fixture, &path);

  g_assert_cmpint (zip_file_add (zip, "notes", zip_source_buffer (zip, "text", 4, 0), 0), >=, 0);
  g_assert_cmpint (zip_close (zip), ==, 0);
  window_open_path (fixture->window, path);
  g_assert_null (brg_case_get_scan (fixture->window->the_case));
  window_assert_message (fixture->window, "images: 0, DICOM files: 0, other files: 1");
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv, FALSE);
  g_test_add ("/zip/series", Fixture, NULL, window_fixture_set_up, test_series,
              window_fixture_tear_down);
  g_test_add ("/zip/image", Fixture, NULL, window_fixture_set_up, test_image,
              window_fixture_tear_down);
  g_test_add ("/zip/labels", Fixture, NULL, window_fixture_set_up, test_labels,
              window_fixture_tear_down);
  g_test_add ("/zip/neither", Fixture, NULL, window_fixture_set_up, test_neither,
              window_fixture_tear_down);
  return window_fixture_run ();
}
