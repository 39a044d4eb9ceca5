#include <math.h>
#include <signal.h>
#include <string.h>

#include "cli-json.h"
#include "cli-run.h"

/* defect and verify on a phantom: the triple on disk is the triple asked for. */

typedef struct
{
  char *dir, *skull, *out;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *scan = NULL;

  (void) data;
  fixture->dir = cli_make_dir ();
  fixture->skull = g_build_filename (fixture->dir, "skull.nrrd", NULL);
  fixture->out = g_build_filename (fixture->dir, "out", NULL);
  scan = g_build_filename (fixture->dir, "scan.nrrd", NULL);
  cli_write_phantom (scan, 0, FALSE);
  g_auto (CliRun) run = cli_run ("segment", scan, "-o", fixture->skull, NULL);
  cli_assert_done (&run);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void) data;
  cli_remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->skull);
  g_free (fixture->out);
}

/* A file of the triple by its path under the output folder. */
static BrgMask *
read_part (const Fixture *fixture, const char *part)
{
  g_autofree char *path = g_build_filename (fixture->out, part, NULL);

  return cli_read_mask (path);
}

static void
assert_file (const Fixture *fixture, const char *part)
{
  g_autofree char *path = g_build_filename (fixture->out, part, NULL);

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    g_error ("%s is missing", part);
}

/* Clearance 0 with drills in the implant: a partition of the skull, voxel for voxel. */
static void
assert_partition (const Fixture *fixture, const char *number)
{
  g_autofree char *defects = g_strdup_printf ("Case01_Defects/Case01_Defects%s.nrrd", number);
  g_autofree char *implants = g_strdup_printf ("Case01_Implants/Case01_Implants%s.nrrd", number);
  BrgMask *skull = cli_read_mask (fixture->skull);
  BrgMask *copy = read_part (fixture, "Case01/Case01.nrrd");
  BrgMask *defective = read_part (fixture, defects);
  BrgMask *implant = read_part (fixture, implants);

  g_assert_true (brg_mask_equal (skull, copy));
  g_assert_false (brg_mask_is_empty (implant));
  g_assert_cmpuint (brg_mask_count_and (defective, implant), ==, 0);
  g_assert_cmpint (brg_mask_or (implant, defective, NULL), ==, BRG_OK);
  g_assert_true (brg_mask_equal (skull, implant));
  brg_mask_unref (skull);
  brg_mask_unref (copy);
  brg_mask_unref (defective);
  brg_mask_unref (implant);
}

static const char *const places[][6] = {
  { "--preset", "vertex", "--size", "30,20" },
  { "--at", "-70,10,90", "--shape", "cylinder", "--size", "40" },
  { "--scidata", "drilled:1,1,3,6" },
};

static void
test_partition (Fixture *fixture, gconstpointer data)
{
  (void) data;
  for (guint p = 0; p < G_N_ELEMENTS (places); p++)
    {
      const char *words[16] = { g_getenv ("BRG_CLI"), "defect", fixture->skull, "-o",
                                fixture->out,         "--json" };
      memcpy (words + 6, places[p], sizeof places[p]);
      g_auto (CliRun) run = cli_run_v (words, NULL);
      cli_assert_done (&run);
      g_autoptr (JsonNode) root = cli_json_parse (run.out);
      g_assert_cmpint (cli_json_int (root, "$.defects[0].overlap_vox"), ==, 0);
      g_assert_cmpint (cli_json_int (root, "$.defects[0].removed_vox"), ==,
                       cli_json_int (root, "$.defects[0].implant_vox"));
      assert_partition (fixture, "01");
    }
}

/* Smallest distance between voxel centres of two masks, in mm; every pair near enough is tried. */
static double
smallest_centre_mm (const BrgMask *a, const BrgMask *b)
{
  const int reach = 3;
  const int *dim = a->grid.dim;
  double best = INFINITY;

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        for (int n = 0; brg_mask_get (a, i, j, k) && n < 343; n++)
          {
            int di = n % 7 - reach, dj = n / 7 % 7 - reach, dk = n / 49 - reach;
            if (i + di < 0 || j + dj < 0 || k + dk < 0 || i + di >= dim[0] || j + dj >= dim[1] ||
                k + dk >= dim[2] || !brg_mask_get (b, i + di, j + dj, k + dk))
              continue;
            double dx = di * brg_grid_spacing_mm (&a->grid, 0);
            double dy = dj * brg_grid_spacing_mm (&a->grid, 1);
            double dz = dk * brg_grid_spacing_mm (&a->grid, 2);
            best = fmin (best, sqrt (dx * dx + dy * dy + dz * dz));
          }
  return best;
}

/* The options after the clearance, and the clearance. Voxels of 2 mm: 3 mm is more than one. */
static void
test_clearance (Fixture *fixture, gconstpointer data)
{
  static const char *const from[] = { "implant", "skull" };

  (void) data;
  for (guint f = 0; f < G_N_ELEMENTS (from); f++)
    {
      g_auto (CliRun) run = cli_run (
        "defect", fixture->skull, "-o", fixture->out, "--name", "Head-2", "--preset", "frontal",
        "--clearance", "3", "--clearance-from", from[f], "--drills", "defect", "--json", NULL);
      cli_assert_done (&run);
      g_assert_null (strstr (run.out, "\"warning\""));
      BrgMask *defective = read_part (fixture, "Head-2_Defects/Head-2_Defects01.nrrd");
      BrgMask *implant = read_part (fixture, "Head-2_Implants/Head-2_Implants01.nrrd");
      double centre_mm = smallest_centre_mm (implant, defective);
      g_assert_cmpfloat (centre_mm, >=, 3.0);
      g_autoptr (JsonNode) root = cli_json_parse (run.out);
      g_assert_cmpfloat_with_epsilon (cli_json_real (root, "$.defects[0].smallest_centre_mm"),
                                      centre_mm, 1e-9);
      brg_mask_unref (defective);
      brg_mask_unref (implant);
    }
}

/* Voxels of 2 mm: a clearance of 1 mm moves nothing, and the report says so. */
static void
test_clearance_too_small (Fixture *fixture, gconstpointer data)
{
  (void) data;
  g_auto (CliRun) small = cli_run ("defect", fixture->skull, "-o", fixture->out, "--preset",
                                   "frontal", "--clearance", "1", NULL);
  cli_assert_done (&small);
  g_assert_nonnull (strstr (small.out, "Warning"));
  assert_partition (fixture, "01");
}

static void
test_series (Fixture *fixture, gconstpointer data)
{
  g_auto (CliRun) run =
    cli_run ("defect", fixture->skull, "-o", fixture->out, "--count", "2", "--seed", "12", NULL);
  BrgMask *implants[2];

  (void) data;
  cli_assert_done (&run);
  for (int d = 0; d < 2; d++)
    {
      g_autofree char *number = g_strdup_printf ("%02d", d + 1);
      g_autofree char *part = g_strdup_printf ("Case01_Implants/Case01_Implants%s.nrrd", number);
      assert_partition (fixture, number);
      implants[d] = read_part (fixture, part);
    }
  g_assert_false (brg_mask_equal (implants[0], implants[1]));
  for (int d = 0; d < 2; d++)
    brg_mask_unref (implants[d]);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* All bytes of all files of a folder, in the order of their names. */
static void
hash_tree (const char *path, GChecksum *sum)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint n = 0; n < names->len; n++)
    {
      g_autofree char *child = g_build_filename (path, g_ptr_array_index (names, n), NULL);
      g_checksum_update (sum, g_ptr_array_index (names, n), -1);
      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        {
          hash_tree (child, sum);
          continue;
        }
      g_autoptr (GBytes) bytes = cli_read (child);
      g_checksum_update (sum, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
    }
}

static void
assert_verify_finds (const Fixture *fixture)
{
  g_autofree char *stl = g_build_filename (fixture->out, "Case01", "Case01.stl", NULL);
  g_autoptr (GBytes) bytes = cli_read (stl);
  gsize size = g_bytes_get_size (bytes);
  g_autofree char *changed = g_memdup2 (g_bytes_get_data (bytes, NULL), size);

  g_auto (CliRun) whole = cli_run ("verify", fixture->out, NULL);
  cli_assert_done (&whole);
  changed[size / 2] ^= 1;
  g_assert_true (g_file_set_contents (stl, changed, (gssize) size, NULL));
  g_auto (CliRun) flipped = cli_run ("verify", fixture->out, NULL);
  cli_assert_fails (&flipped, 1, "Case01.stl");
  cli_remove_tree (stl);
  g_auto (CliRun) absent = cli_run ("verify", fixture->out, "--json", NULL);
  cli_assert_fails (&absent, 1, "Case01.stl");
  g_autoptr (JsonNode) root = cli_json_parse (absent.out);
  g_assert_false (cli_json_truth (root, "$.verified"));
  g_auto (CliRun) nothing = cli_run ("verify", fixture->dir, NULL);
  cli_assert_fails (&nothing, 1, "manifest.json");
}

static void
assert_layout (const Fixture *fixture)
{
  static const char *const parts[] = {
    "Case01/Case01.nrrd",
    "Case01/Case01.stl",
    "Case01/Case01.png",
    "Case01_Defects/Case01_Defects01.nrrd",
    "Case01_Defects/Case01_Defects01.stl",
    "Case01_Defects/Case01_Defects01.png",
    "Case01_Implants/Case01_Implants01.nrrd",
    "Case01_Implants/Case01_Implants01.stl",
    "Case01_Implants/Case01_Implants01.png",
    "Case01.recipe.json",
    "Case01.edits.nrrd",
    "manifest.json",
  };

  for (guint p = 0; p < G_N_ELEMENTS (parts); p++)
    assert_file (fixture, parts[p]);
  g_assert_cmpuint (cli_count_entries (fixture->out), ==, 6);
}

/* The triple nobody asked anything special of: complete, exact, the same bytes on any number of
 * threads; and a changed byte or a missing file is found in it. */
static void
test_default (Fixture *fixture, gconstpointer data)
{
  static const char *const threads[] = { "1", "2", "7" };
  g_autofree char *first = NULL;

  (void) data;
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    {
      g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
      cli_remove_tree (fixture->out);
      g_auto (CliRun) run =
        cli_run ("defect", fixture->skull, "-o", fixture->out, "--threads", threads[t], NULL);
      cli_assert_done (&run);
      hash_tree (fixture->out, sum);
      if (first == NULL)
        first = g_strdup (g_checksum_get_string (sum));
      g_assert_cmpstr (first, ==, g_checksum_get_string (sum));
    }
  assert_layout (fixture);
  assert_partition (fixture, "01");
  assert_verify_finds (fixture);
}

/* Without --view the picture faces the implant, or else the defect; alone it has no side. */
static void
test_preview_faces_it (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *skull, *cut, *option, *view;
  } cases[] = {
    { ":skull", ":implant", NULL, "right" },         { ":skull", ":defect", NULL, "right" },
    { ":skull", ":skull", NULL, "three-quarter" },   { NULL, ":implant", NULL, "three-quarter" },
    { ":skull", ":implant", "--view=left", "left" },
  };
  g_autofree char *png = g_build_filename (fixture->dir, "picture.png", NULL);
  g_autofree char *skull = g_build_filename (fixture->out, "Case01/Case01.stl", NULL);
  g_autofree char *cut =
    g_build_filename (fixture->out, "Case01_Implants/Case01_Implants01.stl", NULL);
  g_auto (CliRun) made = cli_run ("defect", fixture->skull, "-o", fixture->out, "--preset",
                                  "parieto-temporal", "--size=30", NULL);

  (void) data;
  cli_assert_done (&made);
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autofree char *first = g_strconcat (cut, cases[c].cut, NULL);
      g_autofree char *second =
        cases[c].skull != NULL ? g_strconcat (skull, cases[c].skull, NULL) : g_strdup (first);
      g_auto (CliRun) run =
        cli_run ("preview", first, second, "-o", png, "--json", cases[c].option, NULL);
      cli_assert_done (&run);
      g_autoptr (JsonNode) root = cli_json_parse (run.out);
      g_autofree char *view = cli_json_text (root, "$.view");
      g_assert_cmpstr (view, ==, cases[c].view);
    }
}

static void
test_misses_bone (Fixture *fixture, gconstpointer data)
{
  g_auto (CliRun) run =
    cli_run ("defect", fixture->skull, "-o", fixture->out, "--at", "0,0,500", NULL);

  (void) data;
  cli_assert_fails (&run, 1, "bregma-cli: skull.nrrd: ");
  g_assert_false (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
}

/* A file where the folder should be is told and left as it is. */
static void
test_folder_is_a_file (Fixture *fixture, gconstpointer data)
{
  (void) data;
  g_assert_true (g_file_set_contents (fixture->out, "mine", -1, NULL));
  g_auto (CliRun) run =
    cli_run ("defect", fixture->skull, "-o", fixture->out, "--preset", "vertex", NULL);
  cli_assert_fails (&run, 1, "/out: is a file, not a folder");
  g_autoptr (GBytes) left = cli_read (fixture->out);
  g_assert_cmpuint (g_bytes_get_size (left), ==, 4);
  g_assert_cmpmem (g_bytes_get_data (left, NULL), 4, "mine", 4);
}

/* A skull that the export would replace or remove is left as it is, by whatever path. */
static void
test_skull_in_folder (Fixture *fixture, gconstpointer data)
{
  static const char *const parts[] = { "Case01/Case01.nrrd", "Case01_Defects/Case01_Defects02.nrrd",
                                       "Case01_Implants/Case01_Implants01.nrrd" };
  g_autofree char *dots = g_build_filename (fixture->out, "Case01", "..", NULL);
  g_autofree char *other = g_build_filename (fixture->dir, "other", NULL);
  g_auto (CliRun) made = cli_run ("defect", fixture->skull, "-o", fixture->out, "--count=2", NULL);

  (void) data;
  cli_assert_done (&made);
  for (guint p = 0; p < G_N_ELEMENTS (parts); p++)
    {
      g_autofree char *path = g_build_filename (fixture->out, parts[p], NULL);
      g_autoptr (GBytes) before = cli_read (path);
      g_auto (CliRun) run = cli_run ("defect", path, "-o", dots, "--preset=vertex", NULL);
      cli_assert_fails (&run, 2, "SKULL is a file of case Case01 in the folder of -o");
      g_autoptr (GBytes) after = cli_read (path);
      g_assert_true (g_bytes_equal (before, after));
    }
  g_autofree char *whole = g_build_filename (fixture->out, parts[0], NULL);
  g_auto (CliRun) elsewhere = cli_run ("defect", whole, "-o", other, "--preset=vertex", NULL);
  cli_assert_done (&elsewhere);
  g_auto (CliRun) named =
    cli_run ("defect", whole, "-o", fixture->out, "--name=Case02", "--preset=vertex", NULL);
  cli_assert_done (&named);
}

/* Whenever a signal comes, there is a whole set or none. */
static void
test_signals (Fixture *fixture, gconstpointer data)
{
  (void) data;
  for (int t = 0; t < 4; t++)
    {
      g_autoptr (GSubprocess) process = g_subprocess_new (
        G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE, NULL,
        g_getenv ("BRG_CLI"), "defect", fixture->skull, "-o", fixture->out, NULL);
      g_usleep ((gulong) t * 300000);
      g_subprocess_send_signal (process, SIGTERM);
      g_subprocess_wait (process, NULL, NULL);
      if (g_subprocess_get_if_exited (process) && g_subprocess_get_exit_status (process) == 0)
        {
          g_auto (CliRun) verify = cli_run ("verify", fixture->out, NULL);
          cli_assert_done (&verify);
        }
      else
        g_assert_false (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
      cli_remove_tree (fixture->out);
    }
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/cli/", name, NULL);

  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("defect/default", test_default);
  add ("defect/partition", test_partition);
  add ("defect/clearance", test_clearance);
  add ("defect/clearance-too-small", test_clearance_too_small);
  add ("defect/series", test_series);
  add ("defect/preview-faces-it", test_preview_faces_it);
  add ("defect/misses-bone", test_misses_bone);
  add ("defect/folder-is-a-file", test_folder_is_a_file);
  add ("defect/skull-in-folder", test_skull_in_folder);
  add ("defect/signals", test_signals);
  return g_test_run ();
}
