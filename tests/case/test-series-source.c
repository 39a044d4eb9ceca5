/* What a path stands for: a folder, one file of it, the directory of a medium, a zip. */

#include <glib/gstdio.h>
#include <zip.h>

#include "case/brg-file-private.h"
#include "case/brg-series.h"
#include "support/dicom-file.h"

#define COLUMNS 9
#define ROWS    7
#define SLICES  4

static char *folder;

static void
write_bytes (const char *name, GByteArray *bytes)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  g_byte_array_unref (bytes);
}

/* Four slices in files PREFIX0 to PREFIX3. */
static void
put_series (const char *prefix, const char *uid)
{
  gint16 samples[COLUMNS * ROWS];

  for (int s = 0; s < SLICES; s++)
    {
      for (int v = 0; v < COLUMNS * ROWS; v++)
        samples[v] = (gint16) (v * 3 + s * 100);
      g_autofree char *name = g_strdup_printf ("%s%d", prefix, s);
      DicomSlice slice = { .series_uid = uid,
                           .columns = COLUMNS,
                           .rows = ROWS,
                           .row_mm = 9,
                           .column_mm = 8,
                           .position = { 0, 0, 10 * s },
                           .samples = samples };
      write_bytes (name, dicom_slice (&slice));
    }
}

/* Two series side by side, and some slices of the first and a third series in a folder below. */
static void
begin (void)
{
  g_autofree char *below = g_build_filename (folder, "below", NULL);

  _brg_file_remove_tree (folder);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (below, 0700), ==, 0);
  put_series ("a", "1.2.3");
  put_series ("b", "1.2.4");
  put_series ("below/a", "1.2.3");
  put_series ("below/c", "1.2.5");
}

/* "UID images" of all series found. */
static void
assert_finds (const char *name, const char *expected)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GString) found = g_string_new (NULL);
  GError *error = NULL;
  g_autoptr (GPtrArray) all = brg_series_find (path, NULL, &error);

  g_assert_no_error (error);
  for (guint s = 0; s < all->len; s++)
    {
      const BrgSeries *series = all->pdata[s];
      g_string_append_printf (found, "%s%s %u", s > 0 ? ", " : "", series->uid, series->files->len);
    }
  g_assert_cmpstr (found->str, ==, expected);
}

static void
assert_fails (const char *name, const char *words)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (brg_series_find (path, NULL, &error));
  g_assert_cmpstr (error->message, ==, words);
}

static void
test_folder (void)
{
  begin ();
  assert_finds ("", "1.2.3 8, 1.2.4 4, 1.2.5 4");
  assert_finds ("below", "1.2.3 4, 1.2.5 4");
}

/* Its own series, of its own folder. */
static void
test_file (void)
{
  begin ();
  assert_finds ("a2", "1.2.3 4");
  assert_finds ("b0", "1.2.4 4");
  assert_finds ("below/c3", "1.2.5 4");
}

static void
test_no_image (void)
{
  DicomFile report = dicom_begin (DICOM_EXPLICIT);

  begin ();
  dicom_text (&report, 0x0020000e, "UI", "1.2.9");
  write_bytes ("report", report.bytes);
  assert_finds ("report", "");
  write_bytes ("notes.txt", g_byte_array_append (g_byte_array_new (), (const guint8 *) "text", 4));
  assert_fails ("notes.txt", "notes.txt: is no DICOM file");
  assert_fails ("absent", "absent: cannot open: No such file or directory");
}

/* All there is below, whatever it is called and whatever it holds. */
static void
test_directory (void)
{
  DicomFile directory = dicom_begin_media ("1.2.840.10008.1.3.10", DICOM_EXPLICIT);

  begin ();
  dicom_sequence (&directory, 0x00041220);
  dicom_item (&directory);
  dicom_text (&directory, 0x00041500, "CS", "B0");
  dicom_end_item (&directory);
  dicom_end_sequence (&directory);
  write_bytes ("index", directory.bytes);
  assert_finds ("index", "1.2.3 8, 1.2.4 4, 1.2.5 4");
  g_byte_array_append (directory.bytes = g_byte_array_new (), (const guint8 *) "broken", 6);
  write_bytes ("DicomDir", directory.bytes);
  assert_finds ("DicomDir", "1.2.3 8, 1.2.4 4, 1.2.5 4");
}

static void
test_is_source (void)
{
  static const char *const names[] = { "", "a0" };

  begin ();
  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = g_build_filename (folder, names[n], NULL);
      g_assert_true (brg_series_is_source (path));
    }
  g_assert_false (brg_series_is_source (__FILE__));
  g_assert_false (brg_series_is_source ("/nonexistent"));
}

/* Puts files of the folder into a zip, under names that have a folder of their own. */
static void
zip_files (const char *zip_name, const char *const *names)
{
  g_autofree char *path = g_build_filename (folder, zip_name, NULL);
  zip_t *zip = zip_open (path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

  g_assert_nonnull (zip);
  for (; *names != NULL; names++)
    {
      g_autofree char *from = g_build_filename (folder, *names, NULL);
      g_autofree char *inside = g_build_filename ("SCANS", *names, NULL);
      zip_source_t *source = zip_source_file (zip, from, 0, -1);
      g_assert_cmpint (zip_file_add (zip, inside, source, 0), >=, 0);
    }
  g_assert_cmpint (zip_close (zip), ==, 0);
}

static BrgVolume *
read_first (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  GError *error = NULL;
  g_autoptr (GPtrArray) all = brg_series_find (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (all->len, >, 0);
  BrgVolume *scan = brg_series_read (all->pdata[0], BRG_SERIES_AS_IT_IS, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return scan;
}

/* A zip gives what its folder gives, series by series and bit by bit. */
static void
test_zip (void)
{
  static const char *const names[] = { "b3",       "a2",       "a0",       "b0",       "below/a0",
                                       "a3",       "b1",       "a1",       "below/c2", "b2",
                                       "below/c1", "below/c3", "below/c0", NULL };
  DicomFile directory = dicom_begin_media ("1.2.840.10008.1.3.10", DICOM_EXPLICIT);

  begin ();
  zip_files ("scans.zip", names);
  assert_finds ("scans.zip", "1.2.3 5, 1.2.4 4, 1.2.5 4");
  write_bytes ("DICOMDIR", directory.bytes);
  zip_files ("disc.zip", (const char *const[]){ "DICOMDIR", "b0", "b1", "b2", "b3", NULL });
  assert_finds ("disc.zip", "1.2.4 4");
  BrgVolume *zipped = read_first ("disc.zip"), *plain = read_first ("b0");
  g_assert_true (brg_grid_equal (&zipped->grid, &plain->grid));
  g_assert_cmpmem (zipped->hu, COLUMNS * ROWS * SLICES * 2, plain->hu, COLUMNS * ROWS * SLICES * 2);
  brg_volume_unref (zipped);
  brg_volume_unref (plain);
  write_bytes ("text", g_byte_array_append (g_byte_array_new (), (const guint8 *) "text", 4));
  zip_files ("none.zip", (const char *const[]){ "text", NULL });
  assert_finds ("none.zip", "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("source-XXXXXX", NULL);
  g_test_add_func ("/series-source/folder", test_folder);
  g_test_add_func ("/series-source/file", test_file);
  g_test_add_func ("/series-source/no-image", test_no_image);
  g_test_add_func ("/series-source/directory", test_directory);
  g_test_add_func ("/series-source/zip", test_zip);
  g_test_add_func ("/series-source/is-source", test_is_source);
  int result = g_test_run ();
  _brg_file_remove_tree (folder);
  g_free (folder);
  return result;
}
