/* Exports of every option, made again from recipe, edits and source: to the byte, on any number of
 * threads and in a German locale; and what is said when edits or source are not what they were. */

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "case/brg-recipe-json.h"
#include "case/brg-store.h"
#include "io/brg-nrrd.h"
#include "replay-fixture.h"

/* Every file of `a` is in `b` with the same bytes; gives their number. */
static guint
compare_trees (const char *a, const char *b)
{
  g_autoptr (GDir) dir = g_dir_open (a, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *first = g_build_filename (a, name, NULL);
      g_autofree char *second = g_build_filename (b, name, NULL);
      g_autofree char *bytes = NULL, *other = NULL;
      gsize length, other_length;
      if (g_file_test (first, G_FILE_TEST_IS_DIR))
        {
          n += compare_trees (first, second);
          continue;
        }
      g_assert_true (g_file_get_contents (first, &bytes, &length, NULL));
      g_assert_true (g_file_get_contents (second, &other, &other_length, NULL));
      g_test_message ("%s", second);
      g_assert_cmpuint (length, ==, other_length);
      g_assert_cmpint (memcmp (bytes, other, length), ==, 0);
      n++;
    }
  return n;
}

static void
assert_same_again (const ReplayFixture *fixture, int n_threads)
{
  g_autofree char *name = g_strdup_printf ("again%d", n_threads);
  g_autofree char *dir = g_build_filename (fixture->dir, name, NULL);
  g_autoptr (GError) error = NULL;

  replay_fixture_replay (fixture, dir, TRUE, n_threads, &error);
  g_assert_no_error (error);
  guint n_files = compare_trees (fixture->out, dir);
  g_assert_cmpuint (n_files, ==, 2 + 4 * fixture->n + 3);
  g_assert_cmpuint (test_folder_count (fixture->out), ==, test_folder_count (dir));
}

static void
test_same_bytes (gconstpointer data)
{
  BrgRecipe common = data == NULL ? replay_one_island () : replay_all_islands ();
  const int n_threads[] = { 1, 2, 7 };
  ReplayFixture fixture;

  replay_fixture_init (&fixture, &common, TRUE);
  for (guint t = 0; t < G_N_ELEMENTS (n_threads); t++)
    assert_same_again (&fixture, n_threads[t]);
  replay_fixture_clear (&fixture);
}

/* A German locale made for the occasion, where the system can. */
static gboolean
set_german (const char *dir)
{
  g_autofree char *made = g_build_filename (dir, "de_DE.UTF-8", NULL);
  const char *const words[] = { "localedef", "-i", "de_DE", "-f", "UTF-8", made, NULL };

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_spawn_sync (NULL, (char **) words, NULL,
                    G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                    NULL, NULL, NULL, NULL, NULL, NULL);
      g_setenv ("LOCPATH", dir, TRUE);
    }
  return setlocale (LC_ALL, "de_DE.UTF-8") != NULL;
}

static void
test_german (void)
{
  BrgRecipe common = replay_one_island ();
  ReplayFixture fixture;

  replay_fixture_init (&fixture, &common, FALSE);
  replay_fixture_place_one (&fixture);
  if (set_german (fixture.dir))
    {
      g_assert_cmpstr (localeconv ()->decimal_point, ==, ",");
      assert_same_again (&fixture, 2);
      replay_fixture_export (&fixture, fixture.out);
    }
  else
    g_test_skip ("there is no German locale");
  setlocale (LC_ALL, "C");
  g_unsetenv ("LOCPATH");
  assert_same_again (&fixture, 1); /* of what was written there */
  replay_fixture_clear (&fixture);
}

/* One voxel of the hand edits, one of the scan. */
static void
test_voxels (void)
{
  BrgRecipe common = replay_all_islands ();
  g_autoptr (GError) of_edits = NULL, of_scan = NULL, of_grid = NULL;
  ReplayFixture fixture;

  replay_fixture_init (&fixture, &common, FALSE);
  g_autofree char *dir = g_build_filename (fixture.dir, "none", NULL);
  g_autofree char *path = g_build_filename (fixture.out, "Case07.edits.nrrd", NULL);
  brg_mask_set (fixture.added, 0, 0, 43, true);
  brg_nrrd_write_labels (&fixture.scan->grid, fixture.added, fixture.removed, path, NULL, NULL);
  g_assert_false (replay_fixture_replay (&fixture, dir, TRUE, 0, &of_edits));
  g_assert_cmpstr (of_edits->message, ==,
                   "Case07.recipe.json: stage edits: the hand edits are not those of the export");
  BrgMask *other = phantom_skull ();
  brg_nrrd_write_labels (&other->grid, other, NULL, path, NULL, NULL);
  brg_mask_unref (other);
  g_assert_false (replay_fixture_replay (&fixture, dir, FALSE, 0, &of_grid));
  g_assert_true (g_str_has_prefix (of_grid->message, "Case07.edits.nrrd: "));
  fixture.scan->hu[77]++;
  brg_nrrd_write_volume (fixture.scan, fixture.scan_path, NULL, NULL);
  g_assert_false (replay_fixture_replay (&fixture, dir, FALSE, 0, &of_scan));
  g_assert_cmpstr (of_scan->message, ==,
                   "scan.nrrd: is not the scan the recipe was made from: its voxels have another "
                   "SHA-256");
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
  replay_fixture_clear (&fixture);
}

/* Without verify a changed recipe makes what it says now. */
static void
test_changed (void)
{
  BrgRecipe common = replay_all_islands ();
  g_autofree char *text = NULL;
  ReplayFixture fixture;

  replay_fixture_init (&fixture, &common, FALSE);
  g_autofree char *dir = g_build_filename (fixture.dir, "changed", NULL);
  g_autofree char *other = g_build_filename (fixture.dir, "other", NULL);
  g_assert_true (g_file_get_contents (fixture.recipe_path, &text, NULL, NULL));
  g_autofree char *changed = replay_replace_nth (text, "\"median\": 7.5", 0, "\"median\": 12.50");
  replay_write_text (fixture.recipe_path, changed);
  g_assert_true (replay_fixture_replay (&fixture, dir, FALSE, 0, NULL));
  replay_set (&fixture.recipes[0], "median", "12.5");
  replay_fixture_export (&fixture, other);
  g_assert_cmpuint (compare_trees (other, dir), ==, 5);
  replay_fixture_clear (&fixture);
}

static char *
fail_replay (const BrgReplay *what)
{
  g_autoptr (GError) error = NULL;
  BrgReplayReport report;

  g_assert_false (brg_replay (what, &report, NULL, &error));
  g_assert_null (report.name);
  g_test_message ("%s", error->message);
  return g_strdup (error->message);
}

/* A case file of the scan in the folder of the recipe. */
static char *
write_case (const ReplayFixture *fixture)
{
  BrgRecipe recipe = brg_recipe_default ();
  BrgStoreContents contents = { .name = g_strdup ("Any"),
                                .scan = brg_volume_ref (fixture->scan),
                                .recipes = brg_recipes_new (&recipe, 1) };
  char *path = g_build_filename (fixture->out, "x.bregma", NULL);
  g_autoptr (GError) error = NULL;

  brg_export_hash_volume (contents.scan, contents.sha256);
  BrgStore *store = brg_store_create (path, &contents, FALSE, NULL, &error);
  g_assert_no_error (error);
  brg_store_close (store, NULL);
  brg_store_contents_clear (&contents);
  return path;
}

/* The source that is not named lies in the folder of the recipe. */
static void
test_find_source (void)
{
  BrgRecipe common = replay_one_island ();
  BrgReplayReport report;
  ReplayFixture fixture;

  replay_fixture_init (&fixture, &common, FALSE);
  g_autofree char *dir = g_build_filename (fixture.dir, "found", NULL);
  g_autofree char *decoy = g_build_filename (fixture.out, "a.nrrd", NULL);
  g_autofree char *broken = g_build_filename (fixture.out, "b.nrrd", NULL);
  g_autofree char *copy = g_build_filename (fixture.out, "scan.NRRD", NULL);
  BrgReplay what = {
    .recipe_path = fixture.recipe_path, .dir = dir, .verify = TRUE, .no_png = TRUE, .name = "Other"
  };
  g_autofree char *nowhere = fail_replay (&what);
  g_assert_nonnull (strstr (nowhere, "Case07.recipe.json: the scan it was made from is not in"));
  g_assert_cmpint (brg_nrrd_write_mask (fixture.added, decoy, NULL, NULL), ==, BRG_OK);
  replay_write_text (broken, "NRRD0004\n");
  g_rename (fixture.scan_path, copy);
  g_assert_true (brg_replay (&what, &report, NULL, NULL));
  g_assert_cmpstr (report.source_path, ==, copy);
  g_assert_cmpstr (report.name, ==, "Other");
  brg_replay_report_clear (&report);
  g_remove (copy);
  g_autofree char *in_case = write_case (&fixture);
  g_assert_true (brg_replay (&what, &report, NULL, NULL));
  g_assert_cmpstr (report.source_path, ==, in_case);
  brg_replay_report_clear (&report);
  replay_fixture_clear (&fixture);
}

/* Nothing is written over what it is made from. */
static void
test_over_inputs (void)
{
  BrgRecipe common = replay_one_island ();
  ReplayFixture fixture;

  replay_fixture_init (&fixture, &common, FALSE);
  BrgReplay what = { .recipe_path = fixture.recipe_path,
                     .source_path = fixture.scan_path,
                     .dir = fixture.out };
  g_autofree char *over = fail_replay (&what);
  g_assert_nonnull (strstr (over, "Case07.recipe.json: would be replaced"));
  g_autofree char *renamed = g_build_filename (fixture.dir, "a b.recipe.json", NULL);
  g_rename (fixture.recipe_path, renamed);
  what.recipe_path = renamed;
  g_autofree char *name = fail_replay (&what);
  g_assert_nonnull (strstr (name, "a b.recipe.json: cannot be the name of a case"));
  what.recipe_path = fixture.recipe_path;
  g_autofree char *missing = fail_replay (&what);
  g_assert_cmpstr (missing, ==, "Case07.recipe.json: No such file or directory");
  replay_fixture_clear (&fixture);
}

/* A recipe without stages is verified with the manifest beside it. */
static void
test_format_1 (void)
{
  BrgRecipe common = replay_one_island ();
  g_autoptr (GError) error = NULL;
  BrgRecipeSource source;
  ReplayFixture fixture;

  replay_fixture_init (&fixture, &common, FALSE);
  replay_fixture_place_one (&fixture);
  g_autofree char *dir = g_build_filename (fixture.dir, "again", NULL);
  g_autofree char *manifest = g_build_filename (fixture.out, "manifest.json", NULL);
  g_autoptr (GArray) recipes = brg_recipe_load (fixture.recipe_path, &source, NULL);
  g_autofree char *plain =
    brg_recipe_to_json ((const BrgRecipe *) (const void *) recipes->data, recipes->len, &source);
  g_autofree char *old = replay_replace_nth (plain, "\"format\": 3", 0, "\"format\": 1");
  g_autofree char *changed = replay_replace_nth (old, "\"width\": 60", 0, "\"width\": 40");
  BrgReplay what = { .recipe_path = fixture.recipe_path,
                     .source_path = fixture.scan_path,
                     .dir = dir,
                     .verify = TRUE,
                     .no_png = TRUE };
  BrgReplayReport report;

  replay_write_text (fixture.recipe_path, changed);
  g_autofree char *differs = fail_replay (&what);
  g_assert_cmpstr (differs, ==,
                   "Case07.recipe.json: Case07_Defects/Case07_Defects01.nrrd has other voxels than "
                   "in manifest.json");
  replay_write_text (fixture.recipe_path, old);
  brg_replay (&what, &report, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.n_stages, ==, 0);
  brg_replay_report_clear (&report);
  g_remove (manifest);
  g_autofree char *none = fail_replay (&what);
  g_assert_nonnull (strstr (none, "has no stages to compare with, and no manifest.json"));
  replay_fixture_clear (&fixture);
}

/* At every report of progress: it only grows, a cancel is heeded, and nothing is left. */
typedef struct
{
  BrgJob job;
  int calls_left;
  double last;
} Watch;

static void
watch_cb (void *data, const char *title, double fraction)
{
  Watch *watch = data;
  (void) title;

  g_assert_cmpfloat (fraction, >=, watch->last - 1e-9);
  g_assert_cmpfloat (fraction, <=, 1 + 1e-9);
  watch->last = fraction;
  if (watch->calls_left-- == 0)
    brg_job_cancel (&watch->job);
}

static void
test_cancel (void)
{
  BrgRecipe common = replay_one_island ();
  gboolean ok = FALSE;
  int calls = 0;
  ReplayFixture fixture;

  replay_fixture_init (&fixture, &common, FALSE);
  g_autofree char *dir = g_build_filename (fixture.dir, "none", NULL);
  BrgReplay what = {
    .recipe_path = fixture.recipe_path, .source_path = fixture.scan_path, .dir = dir, .no_png = TRUE
  };
  for (; !ok; calls += 1 + calls / 3)
    {
      Watch watch = { .job = BRG_JOB_INIT, .calls_left = calls };
      BrgReplayReport report;
      g_autoptr (GError) error = NULL;
      watch.job.report = watch_cb;
      watch.job.report_data = &watch;
      ok = brg_replay (&what, &report, &watch.job, &error);
      g_assert_true (ok || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
      g_assert_true (ok == g_file_test (dir, G_FILE_TEST_EXISTS));
      brg_replay_report_clear (&report);
    }
  g_assert_cmpint (calls, >, 5);
  replay_fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/replay/same-bytes/one-island", NULL, test_same_bytes);
  g_test_add_data_func ("/replay/same-bytes/all-islands", "", test_same_bytes);
  g_test_add_func ("/replay/german", test_german);
  g_test_add_func ("/replay/voxels", test_voxels);
  g_test_add_func ("/replay/changed", test_changed);
  g_test_add_func ("/replay/find-source", test_find_source);
  g_test_add_func ("/replay/over-inputs", test_over_inputs);
  g_test_add_func ("/replay/format-1", test_format_1);
  g_test_add_func ("/replay/cancel", test_cancel);
  return g_test_run ();
}
