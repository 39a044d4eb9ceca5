/* info, log, export and replay on a case file. */

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "case/brg-store.h"
#include "cli-json.h"
#include "cli-run.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"

typedef struct
{
  CliScene scene;
  char *path, *out, *back;
} Fixture;

/* A crop of the skull with two defects: random in place, the second with a gap. */
static BrgRecipes *
make_recipes (void)
{
  BrgRecipe recipes[2] = { brg_recipe_default () };

  recipes[0].crop_vox = (BrgBox){ { 1, 0, 0 }, { 90, 90, 88 } };
  recipes[0].defect = (BrgDefect){ .placed = true,
                                   .shape = BRG_SHAPE_CYLINDER,
                                   .at_mm = brg_vec3 (0, 10, 170),
                                   .width_mm = 21.5,
                                   .height_mm = 30,
                                   .corners = 5 };
  recipes[1] = recipes[0];
  recipes[1].defect.at_mm = brg_vec3 (-70, 10, 90);
  recipes[1].clearance_mm = 3;
  return brg_recipes_new (recipes, 2);
}

/* One stroke of the brush, as a history has it. */
static void
apply_stroke (BrgStore *store, const BrgGrid *grid, const char *log)
{
  BrgMask *added = brg_mask_new (grid, NULL), *removed = brg_mask_new (grid, NULL);
  const BrgBox box = { { 40, 40, 40 }, { 50, 50, 50 } };
  g_autoptr (GError) error = NULL;

  for (int i = 40; i < 50; i++)
    brg_mask_set (added, i, 44, 44, true);
  BrgStoreChange change = { .has_history = TRUE, .log = (char *) log };
  change.history.entries = brg_history_entries_new ();
  g_ptr_array_add (
    change.history.entries,
    brg_history_entry_new_edit (brg_edit_delta_new (NULL, NULL, added, removed, &box), "Brush"));
  change.history.position_seq = 1;
  brg_store_apply (store, &change, &error);
  g_assert_no_error (error);
  brg_history_change_clear (&change.history);
  brg_mask_unref (added);
  brg_mask_unref (removed);
}

static void
make_case (const Fixture *fixture, const char *name)
{
  g_autoptr (GError) error = NULL;
  BrgStoreContents contents = { .name = g_strdup (name), .recipes = make_recipes () };

  contents.scan = brg_image_read_volume (fixture->scene.scan, NULL, NULL, NULL);
  brg_export_hash_volume (contents.scan, contents.sha256);
  BrgStore *store = brg_store_create (fixture->path, &contents, TRUE, NULL, &error);
  g_assert_no_error (error);
  apply_stroke (store, &contents.scan->grid, "Brush stroke, \302\233axial");
  brg_store_apply (store, &(BrgStoreChange){ .log = (char *) "Threshold 150 → 172 HU" }, &error);
  g_assert_no_error (error);
  g_assert_true (brg_store_close (store, NULL));
  brg_store_contents_clear (&contents);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  cli_scene_set_up (&fixture->scene, data);
  fixture->path = g_build_filename (fixture->scene.dir, "Mine.bregma", NULL);
  fixture->out = g_build_filename (fixture->scene.dir, "out", NULL);
  fixture->back = g_build_filename (fixture->scene.dir, "back", NULL);
  make_case (fixture, "Head-3");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cli_scene_tear_down (&fixture->scene, data);
  g_free (fixture->path);
  g_free (fixture->out);
  g_free (fixture->back);
}

static void
test_info (Fixture *fixture, gconstpointer data)
{
  g_auto (CliRun) text = cli_run ("info", fixture->path, NULL);
  g_auto (CliRun) run = cli_run ("info", fixture->scene.dir, "--json", NULL);

  (void) data;
  cli_assert_done (&text);
  g_assert_nonnull (strstr (text.out, "Head-3"));
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_autofree char *kind = cli_json_text (root, "$.files[0].kind");
  g_autofree char *name = cli_json_text (root, "$.files[0].name");
  g_assert_cmpstr (kind, ==, "case");
  g_assert_cmpstr (name, ==, "Head-3");
  g_assert_cmpint (cli_json_int (root, "$.files[0].defects"), ==, 2);
  g_assert_cmpint (cli_json_int (root, "$.files[0].history_entries"), ==, 1);
  g_assert_cmpint (cli_json_int (root, "$.files[0].size[0]"), ==, 90);
  g_assert_true (cli_json_truth (root, "$.files[0].has_edits"));
  g_assert_false (cli_json_truth (root, "$.files[0].was_left_open"));
}

/* Changes the file as a stranger would. */
static void
forge (const Fixture *fixture, const char *statement)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, statement, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
test_log (Fixture *fixture, gconstpointer data)
{
  g_auto (CliRun) text = cli_run ("log", fixture->path, NULL);
  g_auto (CliRun) run = cli_run ("log", fixture->path, "--json", NULL);

  (void) data;
  cli_assert_done (&text);
  g_assert_nonnull (strstr (text.out, "  0:00:0"));
  g_assert_nonnull (strstr (text.out, "Brush stroke, ?axial\n"));
  g_assert_nonnull (strstr (text.out, "Threshold 150 → 172 HU\n"));
  g_assert_nonnull (strstr (text.out, "yes"));
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  gint64 n = cli_json_int (root, "$.n_records");
  g_autofree char *last = g_strdup_printf ("$.records[%d].text", (int) n - 1);
  g_autofree char *words = cli_json_text (root, last);
  g_assert_true (cli_json_truth (root, "$.whole"));
  g_assert_cmpint (n, >=, 2);
  g_assert_cmpstr (words, ==, "Threshold 150 → 172 HU");

  forge (fixture, "UPDATE log SET text = 'Threshold 150 → 173 HU' WHERE text LIKE 'Threshold%'");
  g_auto (CliRun) broken = cli_run ("log", fixture->path, "--json", NULL);
  g_autofree char *number = g_strdup_printf ("record %d", (int) n - 1);
  cli_assert_fails (&broken, 1, number);
  g_autoptr (JsonNode) rest = cli_json_parse (broken.out);
  g_assert_false (cli_json_truth (rest, "$.whole"));
  g_assert_cmpint (cli_json_int (rest, "$.n_records"), ==, n - 1);
}

/* What is exported has the stroke and both defects; it is made again from the case, which is not
 * changed by a byte. */
static void
test_export (Fixture *fixture, gconstpointer data)
{
  g_autofree char *recipe = g_build_filename (fixture->out, "Head-3.recipe.json", NULL);
  g_autofree char *edits = g_build_filename (fixture->out, "Head-3.edits.nrrd", NULL);
  g_autoptr (GBytes) before = cli_read (fixture->path);
  BrgMask *added, *removed;

  (void) data;
  g_auto (CliRun) run = cli_run ("export", fixture->path, "-o", fixture->out, "--json", NULL);
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_assert_cmpfloat (cli_json_real (root, "$.defects[0].removed_mm3"), >, 1000);
  g_assert_cmpfloat (cli_json_real (root, "$.defects[1].implant_mm3"), <,
                     0.9 * cli_json_real (root, "$.defects[1].removed_mm3"));
  g_assert_cmpint (brg_image_read_labels (edits, &added, &removed, NULL, NULL), ==, BRG_OK);
  g_assert_cmpuint (brg_mask_count (added), ==, 10);
  g_assert_cmpint (added->grid.dim[0], ==, 90);
  brg_mask_unref (added);
  brg_mask_unref (removed);

  g_auto (CliRun) named =
    cli_run ("replay", recipe, fixture->path, "-o", fixture->back, "--verify", "-q", NULL);
  cli_assert_done (&named);
  cli_assert_same_files (fixture->out, fixture->back);
  g_autoptr (GBytes) after = cli_read (fixture->path);
  g_assert_true (g_bytes_equal (before, after));
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (fixture->scene.dir, "no.bregma", NULL);
  const char *const commands[] = { "log", "export" };
  const char *const folders[] = { "/proc/self/none", "/proc/self/none/below/" };

  (void) data;
  for (guint c = 0; c < G_N_ELEMENTS (commands); c++)
    {
      const char *const dir = c == 1 ? "-o" : NULL;
      g_auto (CliRun) none = cli_run (commands[c], missing, dir, fixture->out, NULL);
      cli_assert_fails (&none, 1, "no.bregma: ");
      g_auto (CliRun) scan = cli_run (commands[c], fixture->scene.scan, dir, fixture->out, NULL);
      cli_assert_fails (&scan, 1, "scan.nrrd: ");
    }
  g_assert_cmpint (g_file_set_contents (missing, "nothing", -1, NULL), ==, TRUE);
  g_auto (CliRun) info = cli_run ("info", missing, NULL);
  cli_assert_fails (&info, 1, "no.bregma: ");
  make_case (fixture, "Kopf Nr. 3");
  g_auto (CliRun) segment = cli_run ("segment", fixture->path, "-o", fixture->scene.skull, NULL);
  cli_assert_fails (&segment, 1,
                    "Mine.bregma: is a case; what it makes is written by: bregma-cli export");
  g_auto (CliRun) defect =
    cli_run ("defect", fixture->path, "-o", fixture->out, "--preset", "burr-hole", NULL);
  cli_assert_fails (&defect, 1, "bregma-cli export CASE.bregma -o DIR");
  g_auto (CliRun) name = cli_run ("export", fixture->path, "-o", fixture->out, NULL);
  cli_assert_fails (&name, 1, "Mine.bregma: its name has more than letters");
  for (guint f = 0; f < G_N_ELEMENTS (folders); f++)
    {
      g_auto (CliRun) folder =
        cli_run ("export", fixture->path, "--name", "A", "-o", folders[f], NULL);
      cli_assert_fails (&folder, 1, "bregma-cli: export: /proc/self/none: ");
    }
  g_assert_false (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/cli-case/info", Fixture, NULL, set_up, test_info, tear_down);
  g_test_add ("/cli-case/log", Fixture, NULL, set_up, test_log, tear_down);
  g_test_add ("/cli-case/export", Fixture, GINT_TO_POINTER (TRUE), set_up, test_export, tear_down);
  g_test_add ("/cli-case/refused", Fixture, NULL, set_up, test_refused, tear_down);
  return g_test_run ();
}
