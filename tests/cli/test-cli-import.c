/* import: lists, chooses, reads, refuses. */

#include <string.h>

#include "cli-json.h"
#include "cli-run.h"
#include "io/brg-image.h"
#include "support/dicom-file.h"

#define COLUMNS 12
#define ROWS    10

typedef struct
{
  char *dir, *series, *out;
} Fixture;

/* Slices 4 mm apart; 1 HU more from one to the next. */
static void
put_series (const char *folder, const char *uid, const char *modality, int n, int gap_before)
{
  gint16 samples[COLUMNS * ROWS];

  for (int s = 0; s < n; s++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%02d", uid, n - s);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      DicomSlice slice = { .columns = COLUMNS,
                           .rows = ROWS,
                           .series_uid = uid,
                           .modality = modality,
                           .row_mm = 10,
                           .column_mm = 9,
                           .position = { -50, -40, 4 * s + (s >= gap_before ? 4 : 0) },
                           .intercept = -1000,
                           .canary = "CANARY",
                           .samples = samples };
      for (int v = 0; v < COLUMNS * ROWS; v++)
        samples[v] = (gint16) (1000 + s);
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      g_assert_true (g_file_set_contents (path, (char *) bytes->data, bytes->len, NULL));
    }
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  (void) data;
  fixture->dir = cli_make_dir ();
  fixture->series = g_build_filename (fixture->dir, "dicom", NULL);
  fixture->out = g_build_filename (fixture->dir, "scan.nrrd", NULL);
  g_assert_cmpint (g_mkdir_with_parents (fixture->series, 0700), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void) data;
  cli_remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->series);
  g_free (fixture->out);
}

static void
assert_scan (const Fixture *fixture, int n_slices)
{
  BrgVolume *scan = brg_image_read_volume (fixture->out, NULL, NULL, NULL);

  g_assert_nonnull (scan);
  g_assert_cmpint (scan->grid.dim[2], ==, n_slices);
  for (int k = 0; k < n_slices; k++)
    g_assert_cmpint (brg_volume_get (scan, 3, 4, k), ==, k);
  brg_volume_unref (scan);
}

static void
test_import (Fixture *fixture, gconstpointer data)
{
  (void) data;
  put_series (fixture->series, "1.2.3", "CT", 8, 99);
  put_series (fixture->series, "1.2.4", "MR", 8, 99);
  g_auto (CliRun) run = cli_run ("import", fixture->series, "-o", fixture->out, "--json", NULL);
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_assert_cmpint (cli_json_int (root, "$.size[2]"), ==, 8);
  g_assert_cmpfloat (cli_json_real (root, "$.spacing_mm[0]"), ==, 9);
  assert_scan (fixture, 8);
  g_autoptr (GBytes) bytes = cli_read (fixture->out);
  g_assert_null (
    g_strstr_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), "CANARY"));

  g_autofree char *one = g_build_filename (fixture->series, "1.2.3-04", NULL);
  g_auto (CliRun) again = cli_run ("import", one, "-o", fixture->out, "--quiet", NULL);
  cli_assert_done (&again);
  assert_scan (fixture, 8);
}

/* Other commands say what to do with DICOM files. */
static void
test_advice (Fixture *fixture, gconstpointer data)
{
  static const char *const commands[] = { "info", "segment" };

  (void) data;
  put_series (fixture->series, "1.2.3", "CT", 2, 99);
  g_autofree char *file = g_build_filename (fixture->series, "1.2.3-01", NULL);
  for (guint c = 0; c < G_N_ELEMENTS (commands); c++)
    {
      const char *const output = c == 1 ? "-o" : NULL;
      g_auto (CliRun) folder = cli_run (commands[c], fixture->series, output, fixture->out, NULL);
      cli_assert_fails (&folder, 1, "bregma-cli import FOLDER -o SCAN.nrrd");
      g_auto (CliRun) one = cli_run (commands[c], file, output, fixture->out, NULL);
      cli_assert_fails (&one, 1, "1.2.3-01: is a DICOM file; make a scan of its series first");
    }
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  (void) data;
  put_series (fixture->series, "1.2.3", "CT", 8, 99);
  put_series (fixture->series, "1.2.4", "MR", 8, 99);
  g_auto (CliRun) run = cli_run ("import", fixture->series, "--list", "--json", NULL);
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_autofree char *uid = cli_json_text (root, "$.series[0].series");
  g_autofree char *patient = cli_json_text (root, "$.series[0].patient");
  g_autofree char *reason = cli_json_text (root, "$.series[1].reason");
  g_assert_cmpstr (uid, ==, "1.2.3");
  g_assert_cmpstr (patient, ==, "CANARY (CANARY)");
  g_assert_true (cli_json_truth (root, "$.series[0].usable"));
  g_assert_false (cli_json_truth (root, "$.series[1].usable"));
  g_assert_cmpstr (reason, ==, "It is MR, not CT.");
  g_auto (CliRun) text = cli_run ("import", fixture->series, "--list", NULL);
  cli_assert_done (&text);
  g_assert_nonnull (strstr (text.out, "It is MR, not CT."));
}

/* All that is told of a series; slices lie 4 mm apart but for one gap of 8 mm. */
static void
test_list_whole (Fixture *fixture, gconstpointer data)
{
  (void) data;
  put_series (fixture->series, "1.2.3", "CT", 8, 5);
  g_auto (CliRun) run = cli_run ("import", fixture->series, "--list", "--json", NULL);
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_autofree char *modality = cli_json_text (root, "$.series[0].modality");
  g_autofree char *description = cli_json_text (root, "$.series[0].description");
  g_autofree char *coding = cli_json_text (root, "$.series[0].coding.name");
  g_autofree char *syntax = cli_json_text (root, "$.series[0].coding.syntax");
  g_autofree char *remark = cli_json_text (root, "$.series[0].remarks[0]");
  g_assert_cmpint (cli_json_int (root, "$.series[0].row"), ==, 1);
  g_assert_cmpint (cli_json_int (root, "$.series[0].number"), ==, 0);
  g_assert_cmpstr (modality, ==, "CT");
  g_assert_cmpstr (description, ==, "CANARY");
  g_assert_cmpstr (coding, ==, "explicit little endian");
  g_assert_cmpstr (syntax, ==, DICOM_EXPLICIT);
  g_assert_false (cli_json_truth (root, "$.series[0].coding.lossy"));
  g_assert_true (cli_json_truth (root, "$.series[0].must_resample"));
  g_assert_true (g_str_has_prefix (remark, "1 slice is missing"));
  g_assert_cmpint (cli_json_int (root, "$.series[0].size[0]"), ==, COLUMNS);
  g_assert_cmpint (cli_json_int (root, "$.series[0].size[2]"), ==, 8);
  g_assert_cmpfloat (cli_json_real (root, "$.series[0].spacing_mm[0]"), ==, 9);
  g_assert_cmpfloat (cli_json_real (root, "$.series[0].spacing_mm[2]"), ==, 4);
  g_assert_cmpfloat (cli_json_real (root, "$.series[0].step_mm"), ==, 4);
  g_assert_cmpfloat (cli_json_real (root, "$.series[0].step_range_mm[0]"), ==, 4);
  g_assert_cmpfloat (cli_json_real (root, "$.series[0].step_range_mm[1]"), ==, 8);
  g_auto (CliRun) text = cli_run ("import", fixture->series, "--list", NULL);
  cli_assert_done (&text);
  g_assert_true (g_str_has_prefix (text.out, "1: CT, series 0: CANARY\n"));
  g_assert_nonnull (strstr (text.out, "4.000 mm, from 4.000 to 8.000\n"));
  g_assert_nonnull (strstr (text.out, "explicit little endian, without loss\n"));
}

/* By its row or by its UID; of errors every one says what there is, and nothing of a patient. */
static void
test_rows (Fixture *fixture, gconstpointer data)
{
  static const char *const unknown[] = { "0", "4", "9.9", "1.2", "CT" };

  (void) data;
  put_series (fixture->series, "1.2.3", "CT", 8, 99);
  put_series (fixture->series, "1.2.5", "CT", 6, 99);
  put_series (fixture->series, "1.2.4", "MR", 8, 99);
  g_auto (CliRun) second =
    cli_run ("import", fixture->series, "-o", fixture->out, "--series", "2", NULL);
  cli_assert_done (&second);
  assert_scan (fixture, 6);
  g_auto (CliRun) third =
    cli_run ("import", fixture->series, "-o", fixture->out, "--series", "3", NULL);
  cli_assert_fails (&third, 1, "It is MR, not CT.");
  for (guint u = 0; u < G_N_ELEMENTS (unknown); u++)
    {
      g_auto (CliRun) run =
        cli_run ("import", fixture->series, "-o", fixture->out, "--series", unknown[u], NULL);
      cli_assert_fails (&run, 1,
                        "choose one by row or UID (see --list): 1 (CT 0, 8 slices), "
                        "2 (CT 0, 6 slices), 3 (MR 0, 8 slices)");
      g_assert_null (strstr (run.err, "CANARY"));
    }
}

/* None can be used. */
static void
test_useless (Fixture *fixture, gconstpointer data)
{
  (void) data;
  put_series (fixture->series, "1.2.3", "MR", 8, 99);
  g_auto (CliRun) one = cli_run ("import", fixture->series, "-o", fixture->out, NULL);
  cli_assert_fails (&one, 1, "dicom: It is MR, not CT.");
  put_series (fixture->series, "1.2.4", "PT", 8, 99);
  g_auto (CliRun) two = cli_run ("import", fixture->series, "-o", fixture->out, NULL);
  cli_assert_fails (&two, 1,
                    "has 2 series, none of which can be used (see --list); of the first: It is MR");
}

static void
test_choose (Fixture *fixture, gconstpointer data)
{
  (void) data;
  put_series (fixture->series, "1.2.3", "CT", 8, 99);
  put_series (fixture->series, "1.2.5", "CT", 6, 99);
  g_auto (CliRun) several = cli_run ("import", fixture->series, "-o", fixture->out, NULL);
  cli_assert_fails (&several, 1,
                    "has several series; choose one with --series ROW|UID (see --list): "
                    "1 (CT 0, 8 slices), 2 (CT 0, 6 slices)");
  g_assert_false (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
  g_auto (CliRun) chosen =
    cli_run ("import", fixture->series, "-o", fixture->out, "--series", "1.2.5", NULL);
  cli_assert_done (&chosen);
  assert_scan (fixture, 6);
  g_auto (CliRun) unknown =
    cli_run ("import", fixture->series, "-o", fixture->out, "--series", "9.9", NULL);
  cli_assert_fails (&unknown, 1, "has no series \"9.9\"");
}

static void
test_gap (Fixture *fixture, gconstpointer data)
{
  (void) data;
  put_series (fixture->series, "1.2.3", "CT", 8, 5);
  g_auto (CliRun) refused = cli_run ("import", fixture->series, "-o", fixture->out, NULL);
  cli_assert_fails (&refused, 1, "1 slice is missing: the widest gap is 8.00 mm");
  g_assert_nonnull (strstr (refused.err, "Add --resample"));
  g_assert_false (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
  g_auto (CliRun) resampled =
    cli_run ("import", fixture->series, "-o", fixture->out, "--resample", NULL);
  cli_assert_done (&resampled);
  g_assert_nonnull (strstr (resampled.out, "Resampled to even slices, 4.000 mm apart."));
  BrgVolume *scan = brg_image_read_volume (fixture->out, NULL, NULL, NULL);
  g_assert_cmpint (scan->grid.dim[2], ==, 9);
  g_assert_cmpint (brg_volume_get (scan, 1, 1, 5), ==, 5);
  g_assert_cmpint (brg_volume_get (scan, 1, 1, 6), ==, 5);
  brg_volume_unref (scan);
}

/* Nothing of the series is bone: with --deface all of it goes. */
static void
test_deface (Fixture *fixture, gconstpointer data)
{
  (void) data;
  put_series (fixture->series, "1.2.3", "CT", 8, 99);
  g_auto (CliRun) shown = cli_run ("import", fixture->series, "-o", fixture->out, NULL);
  cli_assert_done (&shown);
  g_assert_nonnull (strstr (shown.out, "is in the scan, by which the person may be known"));
  g_auto (CliRun) no_hu =
    cli_run ("import", fixture->series, "-o", fixture->out, "--deface", "5", NULL);
  cli_assert_fails (&no_hu, 1, "so these are no HU");
  g_auto (CliRun) run = cli_run ("import", fixture->series, "-o", fixture->out, "--deface", "5",
                                 "--bone", "150", "--json", NULL);
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_assert_false (cli_json_truth (root, "$.has_face"));
  g_assert_cmpint (cli_json_int (root, "$.import.defaced.voxels"), ==, COLUMNS * ROWS * 8);
  BrgVolume *scan = brg_image_read_volume (fixture->out, NULL, NULL, NULL);
  g_assert_cmpint (brg_volume_get (scan, 1, 1, 5), ==, -1024);
  brg_volume_unref (scan);
  g_auto (CliRun) wide =
    cli_run ("import", fixture->series, "-o", fixture->out, "--deface", "51", NULL);
  cli_assert_fails (&wide, 2, "--deface must be 0 to 50 mm");
}

/* How many of each kind there were; no value is among the words. */
static void
test_report (Fixture *fixture, gconstpointer data)
{
  (void) data;
  put_series (fixture->series, "1.2.3", "CT", 8, 99);
  g_auto (CliRun) brief = cli_run ("import", fixture->series, "-o", fixture->out, NULL);
  cli_assert_done (&brief);
  g_assert_nonnull (strstr (brief.out, "entries of the source (--report lists them)"));
  g_assert_null (strstr (brief.out, "Private elements"));
  g_auto (CliRun) whole = cli_run ("import", fixture->series, "-o", fixture->out, "--report", NULL);
  cli_assert_done (&whole);
  g_assert_nonnull (strstr (whole.out, "Private elements"));
  g_assert_nonnull (strstr (whole.out, "the voxels, their size and where they lie"));
  g_assert_nonnull (strstr (whole.out, "113100"));
  g_assert_null (strstr (whole.out, "CANARY"));
  g_auto (CliRun) json = cli_run ("import", fixture->series, "-o", fixture->out, "--json", NULL);
  cli_assert_done (&json);
  g_autoptr (JsonNode) root = cli_json_parse (json.out);
  g_assert_cmpint (cli_json_int (root, "$.import.files"), ==, 8);
  g_assert_cmpint (cli_json_int (root, "$.import.dropped.patient"), ==, 8 * 5);
  g_assert_cmpint (cli_json_int (root, "$.import.dropped.private"), ==, 8 * 2);
  g_assert_null (strstr (json.out, "CANARY"));
}

static void
test_usage (Fixture *fixture, gconstpointer data)
{
  (void) data;
  g_auto (CliRun) empty = cli_run ("import", fixture->series, "-o", fixture->out, NULL);
  cli_assert_fails (&empty, 1, "has no DICOM images");
  g_auto (CliRun) nothing = cli_run ("import", fixture->series, "--list", "--json", NULL);
  cli_assert_fails (&nothing, 1, "dicom: has no DICOM images");
  g_assert_cmpstr (nothing.out, ==, "");
  g_auto (CliRun) without = cli_run ("import", fixture->series, NULL);
  cli_assert_fails (&without, 2, "-o SCAN.nrrd is missing");
  g_auto (CliRun) both = cli_run ("import", fixture->series, "--list", "-o", fixture->out, NULL);
  cli_assert_fails (&both, 2, "--list writes nothing");
  g_auto (CliRun) ending = cli_run ("import", fixture->series, "-o", "scan.txt", NULL);
  cli_assert_fails (&ending, 2, "must end in .nrrd");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/import/import", Fixture, NULL, set_up, test_import, tear_down);
  g_test_add ("/import/advice", Fixture, NULL, set_up, test_advice, tear_down);
  g_test_add ("/import/list", Fixture, NULL, set_up, test_list, tear_down);
  g_test_add ("/import/list-whole", Fixture, NULL, set_up, test_list_whole, tear_down);
  g_test_add ("/import/rows", Fixture, NULL, set_up, test_rows, tear_down);
  g_test_add ("/import/useless", Fixture, NULL, set_up, test_useless, tear_down);
  g_test_add ("/import/choose", Fixture, NULL, set_up, test_choose, tear_down);
  g_test_add ("/import/gap", Fixture, NULL, set_up, test_gap, tear_down);
  g_test_add ("/import/deface", Fixture, NULL, set_up, test_deface, tear_down);
  g_test_add ("/import/report", Fixture, NULL, set_up, test_report, tear_down);
  g_test_add ("/import/usage", Fixture, NULL, set_up, test_usage, tear_down);
  return g_test_run ();
}
