/* import of zips: the same as of the folder, and nothing left of them, however it ends. */

#include <glib/gstdio.h>
#include <string.h>
#include <zip.h>

#include "cli-run.h"
#include "io/brg-nrrd.h"
#include "support/dicom-file.h"

#define COLUMNS 12
#define ROWS    10
#define SLICES  5
#define RLE     "1.2.840.10008.1.2.5"

/* `temporary` is where the program is told to have its temporary files. */
typedef struct
{
  char *dir, *series, *zip, *out, *temporary;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  (void) data;
  fixture->dir = cli_make_dir ();
  fixture->series = g_build_filename (fixture->dir, "dicom", NULL);
  fixture->zip = g_build_filename (fixture->dir, "scans.zip", NULL);
  fixture->out = g_build_filename (fixture->dir, "scan.nrrd", NULL);
  fixture->temporary = g_build_filename (fixture->dir, "temporary", NULL);
  g_assert_cmpint (g_mkdir (fixture->series, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (fixture->temporary, 0700), ==, 0);
  g_setenv ("TMPDIR", fixture->temporary, TRUE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void) data;
  g_assert_cmpuint (cli_count_entries (fixture->temporary), ==, 0);
  g_unsetenv ("BREGMA_DICOM");
  g_unsetenv ("TMPDIR");
  cli_remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->series);
  g_free (fixture->zip);
  g_free (fixture->out);
  g_free (fixture->temporary);
}

static void
put_u32 (GByteArray *bytes, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (bytes, (const guint8 *) &value, sizeof value);
}

/* Run lengths of one frame (PS3.5, G): high bytes, low bytes, none repeated. */
static GByteArray *
rle_frame (const gint16 *samples)
{
  const guint8 run = COLUMNS * ROWS - 1;
  GByteArray *frame = g_byte_array_new ();

  put_u32 (frame, 2);
  put_u32 (frame, 64);
  put_u32 (frame, 64 + COLUMNS * ROWS + 2);
  while (frame->len < 64)
    put_u32 (frame, 0);
  for (int shift = 8; shift >= 0; shift -= 8)
    {
      g_byte_array_append (frame, &run, 1);
      for (int v = 0; v <= COLUMNS * ROWS; v++)
        {
          int sample = v < COLUMNS * ROWS ? samples[v] >> shift : 128; /* which is a run of none */
          guint8 byte = (guint8) (sample & 0xff);
          g_byte_array_append (frame, &byte, 1);
        }
    }
  return frame;
}

static void
add_file (zip_t *zip, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  zip_source_t *source = zip_source_file (zip, path, 0, -1);

  g_assert_cmpint (zip_file_add (zip, name, source, 0), >=, 0);
}

/* The slices in a folder, and all of that zipped. */
static void
put_series (const Fixture *fixture, const char *syntax)
{
  zip_t *zip = zip_open (fixture->zip, ZIP_CREATE | ZIP_TRUNCATE, NULL);
  gint16 samples[COLUMNS * ROWS];

  for (int s = 0; s < SLICES; s++)
    {
      for (int v = 0; v < COLUMNS * ROWS; v++)
        samples[v] = (gint16) (1000 + v * 7 - s * 300);
      g_autoptr (GByteArray) frame = rle_frame (samples);
      DicomSlice slice = { .syntax = syntax,
                           .columns = COLUMNS,
                           .rows = ROWS,
                           .row_mm = 10,
                           .column_mm = 9,
                           .position = { -50, -40, 4 * s },
                           .intercept = -1000,
                           .samples = samples,
                           .stream = strcmp (syntax, RLE) == 0 ? frame : NULL };
      g_autofree char *name = g_strdup_printf ("IM%d", s);
      g_autofree char *path = g_build_filename (fixture->series, name, NULL);
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      g_assert_true (g_file_set_contents (path, (char *) bytes->data, bytes->len, NULL));
      add_file (zip, path);
    }
  g_assert_cmpint (zip_close (zip), ==, 0);
}

static void
test_same (Fixture *fixture, gconstpointer data)
{
  static const char *const syntaxes[] = { DICOM_EXPLICIT, DICOM_DEFLATED, RLE };

  (void) data;
  for (gsize s = 0; s < G_N_ELEMENTS (syntaxes); s++)
    {
      put_series (fixture, syntaxes[s]);
      g_auto (CliRun) zipped =
        cli_run ("import", fixture->zip, "-o", fixture->out, "--quiet", NULL);
      cli_assert_done (&zipped);
      g_autoptr (GBytes) of_zip = cli_read (fixture->out);
      g_auto (CliRun) plain =
        cli_run ("import", fixture->series, "-o", fixture->out, "--quiet", NULL);
      cli_assert_done (&plain);
      g_autoptr (GBytes) of_folder = cli_read (fixture->out);
      g_assert_true (g_bytes_equal (of_zip, of_folder));
      g_auto (CliRun) list = cli_run ("import", fixture->zip, "--list", NULL);
      cli_assert_done (&list);
      g_assert_nonnull (strstr (list.out, "1.2.3"));
    }
}

/* Killed while slices are decoded, when all of the zip has been inflated. */
static void
test_killed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *decoder = g_build_filename (fixture->dir, "decoder", NULL);
  const char *script = "#!/bin/sh\nkill -9 $PPID\n";

  (void) data;
  put_series (fixture, RLE);
  g_assert_true (
    g_file_set_contents_full (decoder, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_setenv ("BREGMA_DICOM", decoder, TRUE);
  g_auto (CliRun) run = cli_run ("import", fixture->zip, "-o", fixture->out, NULL);
  g_assert_cmpint (run.status, ==, -1);
  g_assert_cmpuint (cli_count_entries (fixture->temporary), ==, 0);
  g_assert_false (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
}

static char *
put_image (const Fixture *fixture, const char *name)
{
  const double spacing_mm[3] = { 1, 2, 3 };
  BrgGrid grid = brg_grid_simple (4, 5, 6, spacing_mm, brg_vec3 (0, 0, 0));
  BrgVolume *volume = brg_volume_new (&grid, NULL);
  char *path = g_build_filename (fixture->dir, name, NULL);

  for (int v = 0; v < 4 * 5 * 6; v++)
    volume->hu[v] = (int16_t) (v * 10);
  g_assert_cmpint (brg_nrrd_write_volume (volume, path, NULL, NULL), ==, BRG_OK);
  brg_volume_unref (volume);
  return path;
}

/* A zip without DICOM files: its one image, or what there is. */
static void
test_image (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = put_image (fixture, "a.nrrd"), *second = put_image (fixture, "b.nrrd");
  zip_t *zip = zip_open (fixture->zip, ZIP_CREATE, NULL);

  (void) data;
  add_file (zip, first);
  g_assert_cmpint (zip_close (zip), ==, 0);
  g_auto (CliRun) one = cli_run ("import", fixture->zip, "-o", fixture->out, "--quiet", NULL);
  cli_assert_done (&one);
  g_autoptr (GBytes) expected = cli_read (first), written = cli_read (fixture->out);
  g_assert_true (g_bytes_equal (expected, written));
  zip = zip_open (fixture->zip, 0, NULL);
  add_file (zip, second);
  g_assert_cmpint (zip_close (zip), ==, 0);
  g_auto (CliRun) two = cli_run ("import", fixture->zip, "-o", fixture->out, NULL);
  cli_assert_fails (&two, 1, "scans.zip: It holds images: 2, DICOM files: 0, other files: 0.");
}

static void
test_broken_image (Fixture *fixture, gconstpointer data)
{
  g_autofree char *bad = g_build_filename (fixture->dir, "bad.nrrd", NULL);
  zip_t *zip = zip_open (fixture->zip, ZIP_CREATE, NULL);

  (void) data;
  g_assert_true (g_file_set_contents (bad, "NRRD0005\ntype: int16\n", -1, NULL));
  add_file (zip, bad);
  g_assert_cmpint (zip_close (zip), ==, 0);
  g_auto (CliRun) run = cli_run ("import", fixture->zip, "-o", fixture->out, NULL);
  cli_assert_fails (&run, 1, "scans.zip: bad.nrrd: ");
}

static void
test_advice (Fixture *fixture, gconstpointer data)
{
  (void) data;
  put_series (fixture, DICOM_EXPLICIT);
  g_auto (CliRun) run = cli_run ("segment", fixture->zip, "-o", fixture->out, NULL);
  cli_assert_fails (&run, 1, "scans.zip: is a zip; make a scan of what is in it first");
}

/* A mask in a zip is told to be one like any other. */
static void
test_mask (Fixture *fixture, gconstpointer data)
{
  const char *text = "NRRD0005\ntype: short\ndimension: 3\nspace: LPS\nsizes: 2 1 2\n"
                     "space directions: (2,0,0) (0,2,0) (0,0,3)\nencoding: text\n\n0 7 7 0\n";
  g_autofree char *mask = g_build_filename (fixture->dir, "mask.nrrd", NULL);
  zip_t *zip = zip_open (fixture->zip, ZIP_CREATE, NULL);

  (void) data;
  g_assert_true (g_file_set_contents (mask, text, -1, NULL));
  add_file (zip, mask);
  g_assert_cmpint (zip_close (zip), ==, 0);
  g_auto (CliRun) run = cli_run ("import", fixture->zip, "-o", fixture->out, NULL);
  cli_assert_fails (&run, 1, "scans.zip: mask.nrrd: is a mask, not a scan");
  g_auto (CliRun) list = cli_run ("import", fixture->zip, "--list", NULL);
  cli_assert_fails (&list, 1, "scans.zip: has no DICOM images");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/import-zip/same", Fixture, NULL, set_up, test_same, tear_down);
  g_test_add ("/import-zip/killed", Fixture, NULL, set_up, test_killed, tear_down);
  g_test_add ("/import-zip/image", Fixture, NULL, set_up, test_image, tear_down);
  g_test_add ("/import-zip/broken-image", Fixture, NULL, set_up, test_broken_image, tear_down);
  g_test_add ("/import-zip/mask", Fixture, NULL, set_up, test_mask, tear_down);
  g_test_add ("/import-zip/advice", Fixture, NULL, set_up, test_advice, tear_down);
  return g_test_run ();
}
