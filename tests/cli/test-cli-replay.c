/* replay: what segment and defect wrote, made again from recipe, edits and source. */

#include <string.h>

#include <glib/gstdio.h>

#include "cli-json.h"
#include "cli-run.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"

typedef struct
{
  CliScene scene;
  char *out, *back, *recipe;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  cli_scene_set_up (&fixture->scene, data);
  fixture->out = g_build_filename (fixture->scene.dir, "out", NULL);
  fixture->back = g_build_filename (fixture->scene.dir, "back", NULL);
  fixture->recipe = g_build_filename (fixture->out, "Case01.recipe.json", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cli_scene_tear_down (&fixture->scene, data);
  g_free (fixture->out);
  g_free (fixture->back);
  g_free (fixture->recipe);
}

static void
run_segment (const Fixture *fixture)
{
  g_auto (CliRun) run = cli_run ("segment", fixture->scene.scan, "-o", fixture->scene.skull, NULL);

  cli_assert_done (&run);
}

static const char *const series[][10] = {
  { "--count", "2", "--seed", "77", "--drills", "defect", "--clearance", "3" },
  { "--scidata", "drilled", "--seed", "3" },
};

/* Random places, presets and published masks, from the skull beside the recipe; the source need
 * not be named. */
static void
test_defects (Fixture *fixture, gconstpointer data)
{
  (void) data;
  run_segment (fixture);
  for (guint s = 0; s < G_N_ELEMENTS (series); s++)
    {
      const char *words[16] = { g_getenv ("BRG_CLI"), "defect", fixture->scene.skull, "-o",
                                fixture->out,         "-q" };
      memcpy (words + 6, series[s], sizeof series[s]);
      g_auto (CliRun) run = cli_run_v (words, NULL);
      cli_assert_done (&run);
      g_auto (CliRun) again =
        cli_run ("replay", fixture->recipe, "-o", fixture->back, "--verify", "--json", NULL);
      cli_assert_done (&again);
      g_autoptr (JsonNode) root = cli_json_parse (again.out);
      g_assert_cmpint (cli_json_int (root, "$.defects"), ==, s == 0 ? 2 : 1);
      g_assert_cmpint (cli_json_int (root, "$.stages"), ==, s == 0 ? 13 : 10);
      g_assert_true (cli_json_truth (root, "$.verified"));
      cli_assert_same_files (fixture->out, fixture->back);
      cli_remove_tree (fixture->out);
      cli_remove_tree (fixture->back);
    }
}

/* The recipe of segment with hand edits: a skull with its files, which replays in turn. */
static void
test_segment (Fixture *fixture, gconstpointer data)
{
  const char *dir = fixture->scene.dir;
  g_autofree char *edits = g_build_filename (dir, "mine.nrrd", NULL);
  g_autofree char *recipe = g_build_filename (dir, "Head.recipe.json", NULL);
  g_autofree char *made = g_build_filename (fixture->out, "Head/Head.nrrd", NULL);
  g_autofree char *next = g_build_filename (fixture->out, "Head.recipe.json", NULL);
  BrgGrid grid;

  (void) data;
  g_assert_cmpint (brg_image_read_grid (fixture->scene.scan, &grid, NULL, NULL), ==, BRG_OK);
  BrgMask *added = brg_mask_new (&grid, NULL);
  brg_mask_set (added, 44, 44, 44, true);
  g_assert_cmpint (brg_nrrd_write_labels (&grid, added, NULL, edits, NULL, NULL), ==, BRG_OK);
  brg_mask_unref (added);
  g_auto (CliRun) run =
    cli_run ("segment", fixture->scene.scan, "-o", fixture->scene.skull, "--edits", edits,
             "--recipe", recipe, "--median", "6", "--crop", "2:,:,1:88", "-q", NULL);
  cli_assert_done (&run);
  g_auto (CliRun) none = cli_run ("replay", recipe, "-o", fixture->out, "--verify", NULL);
  cli_assert_fails (&none, 1, "Head.recipe.json: has no stages to compare with");
  g_auto (CliRun) first = cli_run ("replay", recipe, "-o", fixture->out, NULL);
  cli_assert_done (&first);
  BrgMask *skull = cli_read_mask (fixture->scene.skull), *again = cli_read_mask (made);
  g_assert_true (brg_mask_equal (skull, again));
  brg_mask_unref (skull);
  brg_mask_unref (again);

  g_auto (CliRun) second =
    cli_run ("replay", next, fixture->scene.scan, "-o", fixture->back, "--verify", NULL);
  cli_assert_done (&second);
  g_assert_nonnull (strstr (second.out, "Verified"));
  cli_assert_same_files (fixture->out, fixture->back);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *manifest = g_build_filename (fixture->out, "manifest.json", NULL);

  (void) data;
  run_segment (fixture);
  g_auto (CliRun) run = cli_run ("defect", fixture->scene.skull, "-o", fixture->out, "--preset",
                                 "burr-hole", "-q", NULL);
  cli_assert_done (&run);
  g_assert_true (g_file_get_contents (fixture->recipe, &text, NULL, NULL));
  g_auto (CliRun) over = cli_run ("replay", fixture->recipe, "-o", fixture->out, NULL);
  cli_assert_fails (&over, 2, "RECIPE is a file of case Case01 in the folder of -o");
  g_auto (CliRun) folder = cli_run ("replay", fixture->scene.dir, "-o", fixture->back, NULL);
  cli_assert_fails (&folder, 1, "Is a directory");
  g_auto (CliRun) scan = cli_run ("replay", fixture->scene.scan, "-o", fixture->back, NULL);
  cli_assert_fails (&scan, 1, "scan.nrrd: is no recipe: ");
  g_auto (CliRun) json = cli_run ("replay", manifest, "-o", fixture->back, NULL);
  cli_assert_fails (&json, 1, "manifest.json: is no recipe: has no \"parameters\"");
  g_auto (CliRun) file = cli_run ("verify", manifest, NULL);
  cli_assert_fails (&file, 1, "manifest.json: is a file; name the folder of an export");
  g_auto (CliRun) nowhere = cli_run ("verify", fixture->back, NULL);
  cli_assert_fails (&nowhere, 1, "back: does not exist");
  g_auto (CliRun) other =
    cli_run ("replay", fixture->recipe, fixture->scene.scan, "-o", fixture->back, NULL);
  cli_assert_fails (&other, 1, "scan.nrrd: is not a mask");

  g_auto (GStrv) parts = g_strsplit (text, "\"clearance\": 0", 2);
  g_autofree char *changed = g_strjoinv ("\"clearance\": 1e-3", parts);
  g_assert_true (g_file_set_contents (fixture->recipe, changed, -1, NULL));
  g_auto (CliRun) differs =
    cli_run ("replay", fixture->recipe, "-o", fixture->back, "--verify", NULL);
  cli_assert_fails (&differs, 1,
                    "bregma-cli: replay: Case01.recipe.json: defect 1, stage clearance: its "
                    "parameters are not those of the export");
  g_assert_false (g_file_test (fixture->back, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/cli-replay/defects", Fixture, GINT_TO_POINTER (TRUE), set_up, test_defects,
              tear_down);
  g_test_add ("/cli-replay/segment", Fixture, GINT_TO_POINTER (TRUE), set_up, test_segment,
              tear_down);
  g_test_add ("/cli-replay/refused", Fixture, NULL, set_up, test_refused, tear_down);
  return g_test_run ();
}
