#include <string.h>

#include <glib/gstdio.h>

#include "cli-json.h"
#include "cli-run.h"
#include "engine/brg-volume.h"
#include "io/brg-nrrd.h"

/* eval on folders that are as they should be, and on those that are not. The scores themselves are
 * compared by twin-eval.py. */

typedef struct
{
  char *dir, *predicted, *truth, *defective, *out;
} Fixture;

static char *
in_dir (const char *dir, const char *name)
{
  return g_build_filename (dir, name, NULL);
}

/* A box of set voxels, begin..end along the first axis, in a grid of `n` voxels along it. */
static void
write_mask (const char *dir, const char *name, int n, int begin, int end)
{
  const double spacing_mm[3] = { 1, 2, 0.5 };
  BrgGrid grid = brg_grid_simple (n, 6, 7, spacing_mm, brg_vec3 (0, 0, 0));
  BrgError error = { 0 };
  BrgMask *mask = brg_mask_new (&grid, &error);
  g_autofree char *path = in_dir (dir, name);

  for (int i = begin; i < end; i++)
    for (int j = 0; j < 6; j++)
      for (int k = 0; k < 7; k++)
        brg_mask_set (mask, i, j, k, true);
  brg_nrrd_write_mask (mask, path, NULL, &error);
  g_assert_cmpstr (error.message, ==, "");
  brg_mask_unref (mask);
}

static void
write_case (const Fixture *fixture, const char *name, int shift)
{
  write_mask (fixture->predicted, name, 40, 10 + shift, 20 + shift);
  write_mask (fixture->truth, name, 40, 10, 20);
  write_mask (fixture->defective, name, 40, 0, 10);
}

static void
remove_file (const char *dir, const char *name)
{
  g_autofree char *path = in_dir (dir, name);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  (void) data;
  fixture->dir = cli_make_dir ();
  fixture->predicted = in_dir (fixture->dir, "predicted");
  fixture->truth = in_dir (fixture->dir, "true");
  fixture->defective = in_dir (fixture->dir, "defective");
  fixture->out = in_dir (fixture->dir, "scores.csv");
  g_mkdir (fixture->predicted, 0700);
  g_mkdir (fixture->truth, 0700);
  g_mkdir (fixture->defective, 0700);
  write_case (fixture, "10.nrrd", 2);
  write_case (fixture, "9.nrrd", 0);
  write_case (fixture, "a, \"b\".nrrd", 1);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void) data;
  cli_remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->predicted);
  g_free (fixture->truth);
  g_free (fixture->defective);
  g_free (fixture->out);
}

static CliRun
run_eval (const Fixture *fixture, const char *option)
{
  return cli_run ("eval", fixture->predicted, fixture->truth, fixture->defective, "-o",
                  fixture->out, option, NULL);
}

static void
assert_table (const Fixture *fixture, const char *expected)
{
  g_autoptr (GBytes) bytes = cli_read (fixture->out);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  g_assert_cmpstr (text, ==, expected);
}

/* Fails with the text, and no table. */
static void
assert_fails (const Fixture *fixture, const char *part)
{
  g_auto (CliRun) run = run_eval (fixture, "--json");

  cli_assert_fails (&run, 1, part);
  g_assert_cmpstr (run.out, ==, "");
  g_assert_false (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
}

/* Shifted by one voxel of ten: 2 * 9 / 20; within 10 mm lie nine or ten voxels of each. */
static void
test_table (Fixture *fixture, gconstpointer data)
{
  const char *const threads[] = { "--threads=1", "--threads=2", "--threads=7", "--quiet" };

  (void) data;
  for (gsize t = 0; t < G_N_ELEMENTS (threads); t++)
    {
      g_auto (CliRun) run = run_eval (fixture, threads[t]);
      cli_assert_done (&run);
      g_assert_true ((*run.out == '\0') == (t == 3));
      assert_table (fixture, "case,DSC,bDSC,HD,HD95\n"
                             "9,1,1,0,0\n"
                             "10,0.8,0.8888888888888888,2,2\n"
                             "\"a, \"\"b\"\"\",0.9,0.9473684210526315,1,1\n");
    }
}

static void
test_summary (Fixture *fixture, gconstpointer data)
{
  g_auto (CliRun) text = run_eval (fixture, NULL);
  g_auto (CliRun) run = run_eval (fixture, "--json");
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_autofree char *name = cli_json_text (root, "$.scores[1].case");

  (void) data;
  cli_assert_done (&text);
  g_assert_nonnull (strstr (text.out, "Median"));
  g_assert_cmpint (cli_json_int (root, "$.cases"), ==, 3);
  g_assert_cmpfloat_with_epsilon (cli_json_real (root, "$.dsc.mean"), 0.9, 1e-12);
  g_assert_cmpfloat_with_epsilon (cli_json_real (root, "$.dsc.median"), 0.9, 1e-12);
  g_assert_cmpfloat_with_epsilon (cli_json_real (root, "$.hd_mm.std"), sqrt (2.0 / 3), 1e-12);
  g_assert_cmpfloat_with_epsilon (cli_json_real (root, "$.scores[1].dsc"), 0.8, 1e-12);
  g_assert_cmpstr (name, ==, "10");
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  (void) data;
  remove_file (fixture->predicted, "10.nrrd");
  assert_fails (fixture, "predicted: 10.nrrd is missing");
  remove_file (fixture->predicted, "9.nrrd");
  assert_fails (fixture, "predicted: 9.nrrd and 1 more are missing");

  g_auto (CliRun) run = run_eval (fixture, "--allow-missing");
  cli_assert_done (&run);
  g_assert_nonnull (strstr (run.out, "10.nrrd"));
  assert_table (fixture, "case,DSC,bDSC,HD,HD95\n"
                         "9,nan,nan,nan,nan\n"
                         "10,nan,nan,nan,nan\n"
                         "\"a, \"\"b\"\"\",0.9,0.9473684210526315,1,1\n");
  g_remove (fixture->out);
  remove_file (fixture->defective, "9.nrrd");
  assert_fails (fixture, "defective: 9.nrrd is missing");
}

static void
test_extra (Fixture *fixture, gconstpointer data)
{
  g_autofree char *extra = NULL;

  (void) data;
  write_mask (fixture->predicted, "11.nrrd", 40, 1, 2);
  g_auto (CliRun) run = run_eval (fixture, "--json");
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  extra = cli_json_text (root, "$.extra[0]");
  g_assert_cmpstr (extra, ==, "11.nrrd");
  g_assert_cmpint (cli_json_int (root, "$.cases"), ==, 3);
}

static void
test_odd_masks (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = in_dir (fixture->predicted, "9.nrrd");

  (void) data;
  write_mask (fixture->predicted, "9.nrrd", 41, 10, 20);
  assert_fails (fixture, "9.nrrd: prediction: grids do not match: 40 x 6 x 7 and ");
  assert_fails (fixture, "41 x 6 x 7");
  g_file_set_contents (path, "none of ours", -1, NULL);
  assert_fails (fixture, "9.nrrd: prediction: ");
  cli_write_phantom (path, 0, FALSE);
  assert_fails (fixture, "9.nrrd: prediction: ");
  write_case (fixture, "9.nrrd", 0);
  write_mask (fixture->defective, "9.nrrd", 39, 0, 10);
  assert_fails (fixture, "9.nrrd: defective skull: grids do not match: ");
  write_case (fixture, "9.nrrd", 0);
  write_mask (fixture->defective, "9.nrrd", 40, 0, 0);
  assert_fails (fixture, "9.nrrd: the defective skull is empty");
}

static void
test_empty_masks (Fixture *fixture, gconstpointer data)
{
  (void) data;
  write_mask (fixture->predicted, "9.nrrd", 40, 0, 0);
  write_mask (fixture->predicted, "10.nrrd", 40, 0, 0);
  write_mask (fixture->truth, "10.nrrd", 40, 0, 0);
  g_auto (CliRun) run = run_eval (fixture, NULL);
  cli_assert_done (&run);
  assert_table (fixture, "case,DSC,bDSC,HD,HD95\n"
                         "9,0,0,nan,nan\n"
                         "10,1,1,nan,nan\n"
                         "\"a, \"\"b\"\"\",0.9,0.9473684210526315,1,1\n");
}

/* Cases whose names differ in their endings alone are told apart. */
static void
test_same_stem (Fixture *fixture, gconstpointer data)
{
  const char *const dirs[] = { fixture->predicted, fixture->truth, fixture->defective };

  (void) data;
  for (gsize d = 0; d < G_N_ELEMENTS (dirs); d++)
    {
      g_autofree char *from = in_dir (dirs[d], "9.nrrd");
      g_autofree char *to = in_dir (dirs[d], "9.nhdr");
      g_autoptr (GBytes) bytes = cli_read (from);
      g_assert_true (g_file_set_contents (to, g_bytes_get_data (bytes, NULL),
                                          (gssize) g_bytes_get_size (bytes), NULL));
    }
  g_auto (CliRun) run = run_eval (fixture, NULL);
  cli_assert_done (&run);
  assert_table (fixture, "case,DSC,bDSC,HD,HD95\n"
                         "9.nhdr,1,1,0,0\n"
                         "9.nrrd,1,1,0,0\n"
                         "10.nrrd,0.8,0.8888888888888888,2,2\n"
                         "\"a, \"\"b\"\".nrrd\",0.9,0.9473684210526315,1,1\n");
}

static void
test_folders (Fixture *fixture, gconstpointer data)
{
  g_autofree char *empty = in_dir (fixture->dir, "empty");
  g_autofree char *nowhere = in_dir (fixture->dir, "no/where.csv");

  (void) data;
  g_mkdir (empty, 0700);
  g_auto (CliRun) no_truth =
    cli_run ("eval", fixture->predicted, empty, fixture->defective, "-o", fixture->out, NULL);
  cli_assert_fails (&no_truth, 1, "empty: holds no mask (.nrrd, .nhdr, ");
  g_auto (CliRun) file =
    cli_run ("eval", fixture->predicted, "/dev/null", fixture->defective, "-o", fixture->out, NULL);
  cli_assert_fails (&file, 1, "null: is not a folder");
  g_auto (CliRun) none =
    cli_run ("eval", "missing", fixture->truth, fixture->defective, "-o", fixture->out, NULL);
  cli_assert_fails (&none, 1, "missing: does not exist");
  g_auto (CliRun) no_skulls =
    cli_run ("eval", fixture->predicted, fixture->truth, "nowhere", "-o", fixture->out, NULL);
  cli_assert_fails (&no_skulls, 1, "bregma-cli: nowhere: does not exist");
  g_auto (CliRun) lost =
    cli_run ("eval", fixture->predicted, fixture->truth, fixture->defective, "-o", nowhere, NULL);
  cli_assert_fails (&lost, 1, nowhere);
  cli_assert_fails (&lost, 1, "no/where.csv: cannot open its folder: No such file");
  g_assert_false (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/cli/eval/table", test_table },         { "/cli/eval/summary", test_summary },
    { "/cli/eval/missing", test_missing },     { "/cli/eval/extra", test_extra },
    { "/cli/eval/odd-masks", test_odd_masks }, { "/cli/eval/empty-masks", test_empty_masks },
    { "/cli/eval/folders", test_folders },     { "/cli/eval/same-stem", test_same_stem },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize t = 0; t < G_N_ELEMENTS (tests); t++)
    g_test_add (tests[t].path, Fixture, NULL, set_up, tests[t].test, tear_down);
  return g_test_run ();
}
