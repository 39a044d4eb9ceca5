#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "case/brg-recipe-json.h"
#include "cli-json.h"
#include "cli-run.h"
#include "engine/brg-morphology.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"

/* segment, info and mesh on small phantoms: options, bad files, outputs complete or absent. */

/* A link to a file, so that a name may have any ending. */
static char *
add_link (const CliScene *fixture, const char *name, const char *target)
{
  char *path = g_build_filename (fixture->dir, name, NULL);

  g_assert_cmpint (symlink (target, path), ==, 0);
  return path;
}

static void
test_same_on_any_threads (CliScene *fixture, gconstpointer data)
{
  static const char *const threads[] = { "1", "2", "7" };
  g_autoptr (GBytes) first = NULL;

  (void) data;
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    {
      g_auto (CliRun) run = cli_run ("segment", fixture->scan, "-o", fixture->skull, "--median=4",
                                     "--close=3", "--threads", threads[t], NULL);
      cli_assert_done (&run);
      g_autoptr (GBytes) bytes = cli_read (fixture->skull);
      if (first == NULL)
        first = g_bytes_ref (bytes);
      g_assert_true (g_bytes_equal (first, bytes));
    }
}

/* The mask lies on its scan whatever the axes of the file. */
static void
test_lies_on_scan (CliScene *fixture, gconstpointer data)
{
  g_auto (CliRun) run =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--keep=all", NULL);
  BrgError error = { 0 };

  (void) data;
  cli_assert_done (&run);
  BrgVolume *scan = brg_image_read_volume (fixture->scan, NULL, NULL, &error);
  BrgMask *mask = cli_read_mask (fixture->skull);
  g_assert_true (brg_grid_equal (&scan->grid, &mask->grid));
  g_assert_cmpmem (scan->grid.source_axis, sizeof scan->grid.source_axis, mask->grid.source_axis,
                   sizeof mask->grid.source_axis);
  for (int k = 0; k < mask->grid.dim[2]; k++)
    for (int j = 0; j < mask->grid.dim[1]; j++)
      for (int i = 0; i < mask->grid.dim[0]; i++)
        g_assert_true (brg_mask_get (mask, i, j, k) == (brg_volume_get (scan, i, j, k) >= 150));
  brg_mask_unref (mask);
  brg_volume_unref (scan);
}

/* A crop counts along the axes of the file. */
static void
test_crop (CliScene *fixture, gconstpointer data)
{
  g_auto (CliRun) run =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--crop", "5:80,:88,10:", NULL);

  (void) data;
  cli_assert_done (&run);
  BrgMask *mask = cli_read_mask (fixture->skull);
  BrgAffine lps;
  int dim[3];
  brg_grid_to_source (&mask->grid, dim, &lps);
  g_assert_cmpint (dim[0], ==, 75);
  g_assert_cmpint (dim[1], ==, 88);
  g_assert_cmpint (dim[2], ==, 80);
  brg_mask_unref (mask);

  g_auto (CliRun) outside =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--crop", "0:91,:,:", NULL);
  cli_assert_fails (&outside, 1, "scan.nrrd: crop 0:91");
  g_auto (CliRun) empty =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--crop", "7:7,:,:", NULL);
  cli_assert_fails (&empty, 1, "crop 7:7 of axis i is empty");
}

static void
test_empty_threshold (CliScene *fixture, gconstpointer data)
{
  g_auto (CliRun) run =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--threshold", "1001", NULL);

  (void) data;
  cli_assert_fails (&run, 1, "scan.nrrd: ");
  g_assert_false (g_file_test (fixture->skull, G_FILE_TEST_EXISTS));
}

/* info lists the islands and where they are; segment keeps the one asked for. */
static void
test_keep_at (CliScene *fixture, gconstpointer data)
{
  g_autofree char *recipe_path = g_build_filename (fixture->dir, "skull.json", NULL);
  g_autoptr (GError) error = NULL;
  g_auto (CliRun) info = cli_run ("info", fixture->scan, "--json", NULL);

  (void) data;
  cli_assert_done (&info);
  g_autoptr (JsonNode) root = cli_json_parse (info.out);
  gint64 n_vox = cli_json_int (root, "$.files[0].largest_islands[1].voxels");
  g_assert_cmpint (cli_json_int (root, "$.files[0].largest_islands[0].voxels"), ==,
                   cli_json_int (root, "$.files[0].components['6'].largest_vox"));
  g_assert_cmpint (n_vox, ==, cli_json_int (root, "$.files[0].components['6'].runner_up_vox"));
  g_autofree char *at = g_strdup_printf (
    "--keep-at=%.6f,%.6f,%.6f", cli_json_real (root, "$.files[0].largest_islands[1].at_lps_mm[0]"),
    cli_json_real (root, "$.files[0].largest_islands[1].at_lps_mm[1]"),
    cli_json_real (root, "$.files[0].largest_islands[1].at_lps_mm[2]"));
  g_auto (CliRun) run =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, at, "--recipe", recipe_path, NULL);
  cli_assert_done (&run);
  BrgMask *mask = cli_read_mask (fixture->skull);
  BrgBox box = brg_mask_bounds (mask);
  g_assert_cmpint ((gint64) brg_mask_count (mask), ==, n_vox);
  for (int a = 0; a < 3; a++)
    {
      int c = mask->grid.source_axis[a];
      int begin = mask->grid.source_flipped[a] ? mask->grid.dim[c] - box.hi[c] : box.lo[c];
      g_autofree char *path = g_strdup_printf ("$.files[0].largest_islands[1].begin[%d]", a);
      g_autofree char *end = g_strdup_printf ("$.files[0].largest_islands[1].end[%d]", a);
      g_assert_cmpint (cli_json_int (root, path), ==, begin);
      g_assert_cmpint (cli_json_int (root, end), ==, begin + box.hi[c] - box.lo[c]);
    }
  brg_mask_unref (mask);

  g_autoptr (GArray) recipes = brg_recipe_load (recipe_path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_array_index (recipes, BrgRecipe, 0).keep_at.placed);

  g_auto (CliRun) far =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--keep-at=900,0,-7.5", NULL);
  cli_assert_fails (&far, 1, "no bone within 5 mm of 900, 0, -7.5");
  g_auto (CliRun) bad =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--keep-at=1,2", NULL);
  cli_assert_fails (&bad, 2, "--keep-at must be L,P,S in mm, got \"1,2\"");
}

static void
test_recipe (CliScene *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "skull.json", NULL);
  g_autoptr (GError) error = NULL;
  BrgRecipeSource source;
  g_auto (CliRun) run = cli_run ("segment", fixture->scan, "-o", fixture->skull, "--recipe", path,
                                 "--threshold=-50:1200", "--median", "2.5", NULL);

  (void) data;
  cli_assert_done (&run);
  g_autoptr (GArray) recipes = brg_recipe_load (path, &source, &error);
  g_assert_no_error (error);
  const BrgRecipe *recipe = &g_array_index (recipes, BrgRecipe, 0);
  g_assert_cmpint (recipe->threshold_lo_hu, ==, -50);
  g_assert_cmpint (recipe->threshold_hi_hu, ==, 1200);
  g_assert_cmpfloat (recipe->median_mm, ==, 2.5);
  g_assert_cmpint (source.kind, ==, BRG_SOURCE_SCAN);
  g_assert_cmpuint (strlen (source.sha256), ==, 64);
}

/* Voxels added and removed by hand, on the grid of the scan. */
static void
test_edits (CliScene *fixture, gconstpointer data)
{
  g_autofree char *edits = g_build_filename (fixture->dir, "skull.edits.nrrd", NULL);
  g_auto (CliRun) plain = cli_run ("segment", fixture->scan, "-o", fixture->skull, NULL);

  (void) data;
  cli_assert_done (&plain);
  BrgMask *skull = cli_read_mask (fixture->skull);
  BrgMask *added = brg_mask_new (&skull->grid, NULL);
  BrgMask *removed = brg_mask_copy (skull, NULL);
  for (int k = 0; k < 45; k++)
    for (int j = 0; j < removed->grid.dim[1]; j++)
      memset (brg_mask_row (removed, j, k), 0, removed->row_words * sizeof (uint64_t));
  brg_mask_set (added, 44, 44, 20, true);
  g_assert_cmpint (brg_nrrd_write_labels (&skull->grid, added, removed, edits, NULL, NULL), ==,
                   BRG_OK);
  g_auto (CliRun) run =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--edits", edits, NULL);
  cli_assert_done (&run);
  BrgMask *edited = cli_read_mask (fixture->skull);
  brg_mask_or (skull, added, NULL);
  brg_mask_and_not (skull, removed, NULL);
  g_assert_true (brg_mask_equal (skull, edited));
  brg_mask_unref (skull);
  brg_mask_unref (added);
  brg_mask_unref (removed);
  brg_mask_unref (edited);
}

/* Closing, opening and margin in this order; the recipe has them. */
static void
test_morphology (CliScene *fixture, gconstpointer data)
{
  g_autofree char *recipe = g_build_filename (fixture->dir, "skull.json", NULL);
  g_autofree char *text = NULL;

  (void) data;
  g_auto (CliRun) plain = cli_run ("segment", fixture->scan, "-o", fixture->skull, NULL);
  cli_assert_done (&plain);
  BrgMask *mask = cli_read_mask (fixture->skull);
  g_auto (CliRun) run = cli_run ("segment", fixture->scan, "-o", fixture->skull, "--margin=2.5",
                                 "--open", "2.5", "--close=4", "--recipe", recipe, NULL);
  cli_assert_done (&run);
  BrgMask *closed = brg_close (mask, 4, NULL, NULL), *opened = brg_open (closed, 2.5, NULL, NULL);
  BrgMask *expected = brg_margin (opened, 2.5, NULL, NULL), *got = cli_read_mask (fixture->skull);
  g_assert_false (brg_mask_equal (closed, opened));
  g_assert_true (brg_mask_equal (got, expected));
  g_assert_true (g_file_get_contents (recipe, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "\"open\": 2.5,"));
  g_assert_nonnull (strstr (text, "\"margin\": 2.5,"));
  brg_mask_unref (mask);
  brg_mask_unref (closed);
  brg_mask_unref (opened);
  brg_mask_unref (expected);
  brg_mask_unref (got);
}

/* Files that are not what they should be: one line, exit 1, nothing written. */
static void
test_bad_files (CliScene *fixture, gconstpointer data)
{
  g_autofree char *bad = g_build_filename (fixture->dir, "bad.nrrd", NULL);
  g_autoptr (GBytes) good = cli_read (fixture->scan);
  gsize size = g_bytes_get_size (good);
  const gsize kept[] = { 0, 3, 40, 200, size / 2, size - 1 };

  (void) data;
  for (guint k = 0; k < G_N_ELEMENTS (kept); k++)
    {
      g_assert_true (
        g_file_set_contents (bad, g_bytes_get_data (good, NULL), (gssize) kept[k], NULL));
      g_auto (CliRun) run = cli_run ("segment", bad, "-o", fixture->skull, NULL);
      cli_assert_fails (&run, 1, "bregma-cli: bad.nrrd: ");
      g_auto (CliRun) info = cli_run ("info", bad, NULL);
      cli_assert_fails (&info, 1, "bregma-cli: bad.nrrd: ");
    }
  g_assert_cmpuint (cli_count_entries (fixture->dir), ==, 2);
}

static void
test_wrong_kind (CliScene *fixture, gconstpointer data)
{
  g_autofree char *out = g_build_filename (fixture->dir, "out", NULL);
  g_autofree char *text = g_build_filename (fixture->dir, "notes.txt", NULL);
  g_autofree char *twice = g_build_filename (fixture->dir, "twice.nrrd", NULL);

  (void) data;
  g_auto (CliRun) scan = cli_run ("defect", fixture->scan, "-o", out, NULL);
  cli_assert_fails (&scan, 1, "scan.nrrd: this is a scan, not a mask; make one first");
  g_auto (CliRun) folder = cli_run ("defect", fixture->dir, "-o", out, NULL);
  cli_assert_fails (&folder, 1, "folder");
  g_auto (CliRun) missing = cli_run ("segment", "/nowhere/x.nrrd", "-o", out, NULL);
  cli_assert_fails (&missing, 2, "-o must end in .nrrd");
  g_auto (CliRun) absent = cli_run ("segment", "/nowhere/x.nrrd", "-o", fixture->skull, NULL);
  cli_assert_fails (&absent, 1, "No such file");
  g_auto (CliRun) made = cli_run ("segment", fixture->scan, "-o", fixture->skull, NULL);
  cli_assert_done (&made);
  g_auto (CliRun) again = cli_run ("segment", fixture->skull, "-o", twice, NULL);
  cli_assert_fails (&again, 1, "skull.nrrd: this is a mask already");
  g_auto (CliRun) itself = cli_run ("segment", fixture->scan, "-o", fixture->scan, NULL);
  cli_assert_fails (&itself, 2, "the scan itself");
  g_auto (CliRun) newline = cli_run ("info", "a\nb.nrrd", NULL);
  cli_assert_fails (&newline, 1, "bregma-cli: a?b.nrrd: cannot open");
  g_assert_true (g_file_set_contents (text, "hello", -1, NULL));
  g_auto (CliRun) other = cli_run ("info", text, NULL);
  cli_assert_fails (&other, 1, "notes.txt: ");
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
}

/* What was odd about an input is told by every command that goes on with it. */
static void
test_warnings (CliScene *fixture, gconstpointer data)
{
  static const char text[] = "NRRD0001\ntype: uchar\ndimension: 3\nsizes: 3 3 3\nspacings: 1 1 1\n"
                             "encoding: ascii\n\n0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0 0 0 0 0 "
                             "0 0\n";
  g_autofree char *in = g_build_filename (fixture->dir, "bare.nrrd", NULL);
  g_autofree char *stl = g_build_filename (fixture->dir, "bare.stl", NULL);
  g_autofree char *png = g_build_filename (fixture->dir, "bare.png", NULL);

  (void) data;
  g_assert_true (g_file_set_contents (in, text, -1, NULL));
  g_auto (CliRun) segment =
    cli_run ("segment", in, "-o", fixture->skull, "--threshold=1", "--json", NULL);
  cli_assert_done (&segment);
  g_autoptr (JsonNode) root = cli_json_parse (segment.out);
  g_autofree char *warning = cli_json_text (root, "$.warnings[0]");
  g_assert_nonnull (strstr (warning, "orientation"));
  g_auto (CliRun) mesh = cli_run ("mesh", in, "-o", stl, NULL);
  cli_assert_done (&mesh);
  g_assert_nonnull (strstr (mesh.out, "Warning"));
  g_auto (CliRun) preview = cli_run ("preview", in, "-o", png, NULL);
  cli_assert_done (&preview);
  g_assert_nonnull (strstr (preview.out, "Warning"));
}

/* A report that cannot be printed is a failure, and so is an output that cannot be written. */
static void
test_full_disk (CliScene *fixture, gconstpointer data)
{
  const char *const words[] = { g_getenv ("BRG_CLI"), "info", fixture->scan, NULL };
  const char *const help[] = { g_getenv ("BRG_CLI"), "--help", NULL };

  (void) data;
  g_auto (CliRun) report = cli_run_v (words, "/dev/full");
  cli_assert_fails (&report, 1, "standard output: ");
  g_auto (CliRun) usage = cli_run_v (help, "/dev/full");
  cli_assert_fails (&usage, 1, "standard output: ");
  g_auto (CliRun) folder = cli_run ("segment", fixture->scan, "-o", "/nowhere/skull.nrrd", NULL);
  cli_assert_fails (&folder, 1, "skull.nrrd: ");
}

static void
test_info_of_folder (CliScene *fixture, gconstpointer data)
{
  g_autofree char *stl = g_build_filename (fixture->dir, "skull.stl", NULL);
  g_auto (CliRun) segment = cli_run ("segment", fixture->scan, "-o", fixture->skull, NULL);
  g_auto (CliRun) mesh = cli_run ("mesh", fixture->skull, "-o", stl, NULL);
  g_auto (CliRun) run = cli_run ("info", fixture->dir, "--json", NULL);
  static const char *const kinds[] = { "scan", "mask", "mesh" };

  (void) data;
  cli_assert_done (&segment);
  cli_assert_done (&mesh);
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autofree char *path = g_strdup_printf ("$.files[%u].kind", k);
      g_autofree char *kind = cli_json_text (root, path);
      g_assert_cmpstr (kind, ==, kinds[k]);
    }
  double mask_mm3 = cli_json_real (root, "$.files[1].volume_mm3");
  g_assert_cmpfloat_with_epsilon (cli_json_real (root, "$.files[2].volume_mm3"), mask_mm3,
                                  0.01 * mask_mm3);
  g_assert_true (cli_json_truth (root, "$.files[2].closed"));
  g_assert_true (cli_json_truth (root, "$.files[2].oriented"));
  g_assert_cmpint (cli_json_int (root, "$.files[1].components['6'].count"), ==, 1);
  g_assert_cmpint (cli_json_int (root, "$.files[0].components['26'].count"), ==, 4);
}

static void
test_mesh_options (CliScene *fixture, gconstpointer data)
{
  static const char *const endings[] = { ".stl", ".ply", ".obj" };
  g_auto (CliRun) segment = cli_run ("segment", fixture->scan, "-o", fixture->skull, NULL);

  (void) data;
  for (guint e = 0; e < G_N_ELEMENTS (endings); e++)
    {
      g_autofree char *path = g_strdup_printf ("%s/mesh%s", fixture->dir, endings[e]);
      g_auto (CliRun) whole = cli_run ("mesh", fixture->skull, "-o", path, "--json", NULL);
      g_auto (CliRun) part = cli_run ("mesh", fixture->skull, "-o", path, "--json", "--reduce=0.75",
                                      "--frame=ras", NULL);
      cli_assert_done (&whole);
      cli_assert_done (&part);
      g_autoptr (JsonNode) before = cli_json_parse (whole.out);
      g_autoptr (JsonNode) after = cli_json_parse (part.out);
      gint64 n = cli_json_int (before, "$.triangles");
      g_assert_cmpint (cli_json_int (after, "$.triangles"), <, n * 3 / 10);
      g_assert_true (cli_json_truth (after, "$.closed"));
      g_auto (CliRun) info = cli_run ("info", path, "--json", NULL);
      cli_assert_done (&info);
      g_autoptr (JsonNode) read = cli_json_parse (info.out);
      g_assert_cmpint (cli_json_int (read, "$.files[0].triangles"), ==,
                       cli_json_int (after, "$.triangles"));
      g_assert_cmpfloat_with_epsilon (cli_json_real (read, "$.files[0].volume_mm3"),
                                      cli_json_real (after, "$.volume_mm3"), 0.1);
      g_assert_true (cli_json_truth (read, "$.files[0].closed"));
    }
}

/* The ways to smooth differ, that of Slicer by default from ours; the factor counts. */
static void
test_mesh_smoothing (CliScene *fixture, gconstpointer data)
{
  static const char *const options[] = { "--smoothing=bregma", "--smoothing=slicer",
                                         "--smoothing=slicer-nuttall", "--smooth=0" };
  double area[G_N_ELEMENTS (options)];
  g_autofree char *path = g_build_filename (fixture->dir, "mesh.stl", NULL);
  g_auto (CliRun) segment = cli_run ("segment", fixture->scan, "-o", fixture->skull, NULL);
  g_auto (CliRun) usual = cli_run ("mesh", fixture->skull, "-o", path, "--json", NULL);

  (void) data;
  g_autoptr (JsonNode) expected = cli_json_parse (usual.out);
  for (guint n = 0; n < G_N_ELEMENTS (options); n++)
    {
      g_auto (CliRun) run =
        cli_run ("mesh", fixture->skull, "-o", path, "--json", options[n], NULL);
      cli_assert_done (&run);
      g_autoptr (JsonNode) root = cli_json_parse (run.out);
      g_assert_true (cli_json_truth (root, "$.closed"));
      area[n] = cli_json_real (root, "$.area_mm2");
    }
  g_assert_cmpfloat (area[0], ==, cli_json_real (expected, "$.area_mm2"));
  g_assert_cmpfloat (fabs (area[1] - area[0]), >, 0.001 * area[0]);
  g_assert_cmpfloat (area[2], !=, area[1]);
  g_assert_cmpfloat (area[3], >, area[0]);
}

/* The preview of a scan is refused, of masks and meshes drawn; same bytes twice. */
static void
test_preview (CliScene *fixture, gconstpointer data)
{
  g_autofree char *png = g_build_filename (fixture->dir, "picture.png", NULL);
  g_autofree char *stl = g_build_filename (fixture->dir, "none.stl", NULL);
  g_autofree char *role = g_strconcat (fixture->skull, ":implant", NULL);
  g_autofree char *link = add_link (fixture, "link.png", fixture->skull);
  g_auto (CliRun) segment = cli_run ("segment", fixture->scan, "-o", fixture->skull, NULL);
  g_auto (CliRun) refused = cli_run ("preview", fixture->scan, "-o", png, NULL);

  (void) data;
  cli_assert_fails (&refused, 1, "this is a scan");
  g_auto (CliRun) itself = cli_run ("preview", stl, role, "-o", link, NULL);
  cli_assert_fails (&itself, 2, "preview: -o names an input, ");
  g_assert_true (g_file_set_contents (stl, "solid x\nendsolid x\n", -1, NULL));
  g_auto (CliRun) nothing = cli_run ("preview", stl, "-o", png, NULL);
  cli_assert_fails (&nothing, 1, "none.stl: has no triangles");
  g_assert_false (g_file_test (png, G_FILE_TEST_EXISTS));
  g_auto (CliRun) first = cli_run ("preview", role, "-o", png, "--view=left", "--threads=1", NULL);
  cli_assert_done (&first);
  g_autoptr (GBytes) a = cli_read (png);
  g_auto (CliRun) second = cli_run ("preview", role, "-o", png, "--view=left", "--threads=7", NULL);
  cli_assert_done (&second);
  g_autoptr (GBytes) b = cli_read (png);
  g_assert_true (g_bytes_equal (a, b));
  g_assert_cmpmem (g_bytes_get_data (a, NULL), 4, "\x89PNG", 4);
}

static void
test_quiet (CliScene *fixture, gconstpointer data)
{
  g_auto (CliRun) run = cli_run ("segment", fixture->scan, "-o", fixture->skull, "-q", NULL);

  (void) data;
  cli_assert_done (&run);
  g_assert_cmpstr (run.out, ==, "");
}

/* Inputs are never written over, nor is one output by the other: told before anything is read. */
static void
test_outputs_differ (CliScene *fixture, gconstpointer data)
{
  const char *scan = fixture->scan, *skull = fixture->skull;
  g_autofree char *edits = g_build_filename (fixture->dir, "edits.nrrd", NULL);
  g_autofree char *dots = g_build_filename (fixture->dir, ".", "edits.nrrd", NULL);
  g_autofree char *to_scan = add_link (fixture, "scan.json", scan);
  g_autofree char *to_edits = add_link (fixture, "edits.json", edits);
  g_autofree char *to_skull = add_link (fixture, "skull.json", skull);
  const char *const cases[][4] = {
    /* -o, --recipe, --edits, message */
    { scan, "x.json", edits, "segment: -o names the scan itself" },
    { edits, "x.json", edits, "segment: -o names the file of --edits" },
    { dots, "x.json", edits, "segment: -o names the file of --edits" },
    { skull, scan, edits, "segment: --recipe must end in .json" },
    { skull, skull, edits, "segment: --recipe must end in .json" },
    { skull, to_scan, edits, "segment: --recipe names the scan itself" },
    { skull, to_edits, edits, "segment: --recipe names the file of --edits" },
    { skull, to_skull, edits, "segment: --recipe names the file of -o" },
  };

  (void) data;
  g_assert_true (g_file_set_contents (edits, "edits", -1, NULL));
  g_assert_true (g_file_set_contents (skull, "skull", -1, NULL));
  g_autoptr (GBytes) before = cli_read (scan);
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_auto (CliRun) run = cli_run ("segment", scan, "-o", cases[c][0], "--recipe", cases[c][1],
                                     "--edits", cases[c][2], NULL);
      cli_assert_fails (&run, 2, cases[c][3]);
    }
  g_autoptr (GBytes) after = cli_read (scan), left = cli_read (edits), old = cli_read (skull);
  g_assert_true (g_bytes_equal (before, after));
  g_assert_cmpmem (g_bytes_get_data (left, NULL), (int) g_bytes_get_size (left), "edits", 5);
  g_assert_cmpmem (g_bytes_get_data (old, NULL), (int) g_bytes_get_size (old), "skull", 5);
  g_assert_cmpuint (cli_count_entries (fixture->dir), ==, 6);
}

/* Without its recipe there is no skull, and without the skull no recipe. */
static void
test_both_or_none (CliScene *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->dir, "folder.json", NULL);
  g_autofree char *recipe = g_build_filename (fixture->dir, "skull.json", NULL);
  g_autofree char *taken = g_build_filename (fixture->dir, "taken.nrrd", NULL);

  (void) data;
  g_assert_cmpint (g_mkdir (folder, 0777), ==, 0);
  g_assert_cmpint (g_mkdir (taken, 0777), ==, 0);
  g_auto (CliRun) nowhere =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--recipe=/nowhere/x.json", NULL);
  cli_assert_fails (&nowhere, 1, "x.json: cannot open its folder");
  g_auto (CliRun) is_folder =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--recipe", folder, NULL);
  cli_assert_fails (&is_folder, 1, "folder.json: cannot be replaced");
  g_auto (CliRun) no_skull =
    cli_run ("segment", fixture->scan, "-o", taken, "--recipe", recipe, NULL);
  cli_assert_fails (&no_skull, 1, "taken.nrrd: cannot be replaced");
  g_assert_cmpuint (cli_count_entries (fixture->dir), ==, 3);
}

/* Whenever a signal comes, there is a whole file or none, and nothing hidden beside it. */
static void
test_signals (CliScene *fixture, gconstpointer data)
{
  (void) data;
  for (int t = 0; t < 12; t++)
    {
      g_autoptr (GSubprocess) process = g_subprocess_new (
        G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE, NULL,
        g_getenv ("BRG_CLI"), "segment", fixture->scan, "-o", fixture->skull, "--close=20", NULL);
      g_usleep ((gulong) t * 15000);
      g_subprocess_send_signal (process, t % 2 ? SIGINT : SIGTERM);
      g_subprocess_wait (process, NULL, NULL);
      if (g_subprocess_get_if_exited (process) && g_subprocess_get_exit_status (process) == 0)
        {
          BrgMask *mask = cli_read_mask (fixture->skull);
          brg_mask_unref (mask);
        }
      cli_remove_tree (fixture->skull);
      g_assert_cmpuint (cli_count_entries (fixture->dir), ==, 1);
    }
}

/* A limit on the size of files is told like a full disk; the signal that comes with it kills
 * nobody. */
static void
test_file_size_limit (CliScene *fixture, gconstpointer data)
{
  struct rlimit old, tight;

  (void) data;
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  tight = (struct rlimit){ 512, old.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &tight), ==, 0);
  g_auto (CliRun) run = cli_run ("segment", fixture->scan, "-o", fixture->skull, NULL);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  cli_assert_fails (&run, 1, "skull.nrrd: cannot write: File too large");
  g_assert_false (g_file_test (fixture->skull, G_FILE_TEST_EXISTS));
}

static void
add (const char *name, gboolean is_odd, void (*test) (CliScene *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/cli/", name, NULL);

  g_test_add (path, CliScene, GINT_TO_POINTER (is_odd), cli_scene_set_up, test,
              cli_scene_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("segment/threads", FALSE, test_same_on_any_threads);
  add ("segment/lies-on-scan", FALSE, test_lies_on_scan);
  add ("segment/lies-on-scan-odd-axes", TRUE, test_lies_on_scan);
  add ("segment/crop", FALSE, test_crop);
  add ("segment/crop-odd-axes", TRUE, test_crop);
  add ("segment/empty-threshold", FALSE, test_empty_threshold);
  add ("segment/keep-at", FALSE, test_keep_at);
  add ("segment/keep-at-odd-axes", TRUE, test_keep_at);
  add ("segment/recipe", FALSE, test_recipe);
  add ("segment/edits", FALSE, test_edits);
  add ("segment/morphology", FALSE, test_morphology);
  add ("segment/bad-files", FALSE, test_bad_files);
  add ("segment/wrong-kind", FALSE, test_wrong_kind);
  add ("segment/warnings", FALSE, test_warnings);
  add ("segment/full-disk", FALSE, test_full_disk);
  add ("segment/file-size-limit", FALSE, test_file_size_limit);
  add ("segment/outputs-differ", FALSE, test_outputs_differ);
  add ("segment/both-or-none", FALSE, test_both_or_none);
  add ("segment/quiet", FALSE, test_quiet);
  add ("segment/signals", FALSE, test_signals);
  add ("info/folder", FALSE, test_info_of_folder);
  add ("mesh/options", FALSE, test_mesh_options);
  add ("mesh/smoothing", FALSE, test_mesh_smoothing);
  add ("preview", FALSE, test_preview);
  return g_test_run ();
}
