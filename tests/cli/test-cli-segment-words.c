#include <string.h>

#include "cli-run.h"
#include "io/brg-nrrd.h"

/* What segment says when something is wrong: about the right file, and the true cause. */

/* What is wrong with the edits is told of their file alone. */
static void
test_bad_edits (CliScene *fixture, gconstpointer data)
{
  const double spacing_mm[3] = { 2, 2, 2 };
  BrgGrid grid = brg_grid_simple (4, 5, 6, spacing_mm, brg_vec3 (0, 0, 0));
  g_autofree char *edits = g_build_filename (fixture->dir, "ed.nrrd", NULL);
  g_autofree char *copy = g_build_filename (fixture->dir, "copy.nrrd", NULL);

  (void) data;
  cli_write_phantom (copy, 0, FALSE);
  g_auto (CliRun) values =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--edits", copy, NULL);
  cli_assert_fails (&values, 1, "bregma-cli: copy.nrrd: ");
  g_assert_cmpint (brg_nrrd_write_labels (&grid, NULL, NULL, edits, NULL, NULL), ==, BRG_OK);
  g_auto (CliRun) size =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--edits", edits, NULL);
  cli_assert_fails (&size, 1,
                    "bregma-cli: ed.nrrd: not on the grid of the scan: 4 x 5 x 6 and 90 x 90 x 90 "
                    "voxels");
  g_auto (CliRun) absent =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--edits=/nowhere/e.nrrd", NULL);
  cli_assert_fails (&absent, 1, "bregma-cli: e.nrrd: ");
  g_assert_false (g_file_test (fixture->skull, G_FILE_TEST_EXISTS));
}

/* Where nothing is bone, the values that there are. */
static void
test_no_bone (CliScene *fixture, gconstpointer data)
{
  static const char *const cases[][2] = {
    { "--threshold=3000", "scan.nrrd: no voxel reaches 3000 HU; the values are -1000 to 1000 HU" },
    { "--threshold=-3000:-2000",
      "scan.nrrd: no voxel is as low as -2000 HU; the values are -1000 to 1000 HU" },
    { "--threshold=200:300",
      "scan.nrrd: no voxel lies between 200 and 300 HU; the values are -1000 to 1000 HU" },
    { "--threshold=99999", "within -32768..32767, LO not above HI, got \"99999\" (info tells" },
  };

  (void) data;
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_auto (CliRun) run =
        cli_run ("segment", fixture->scan, "-o", fixture->skull, cases[c][0], NULL);
      cli_assert_fails (&run, c < 3 ? 1 : 2, cases[c][1]);
    }
}

/* A mask is told to be one only where the threshold, and not a later stage, left nothing of it. */
static void
test_mask_as_scan (CliScene *fixture, gconstpointer data)
{
  g_autofree char *twice = g_build_filename (fixture->dir, "twice.nrrd", NULL);
  g_auto (CliRun) made = cli_run ("segment", fixture->scan, "-o", fixture->skull, NULL);
  static const char *const cases[][3] = {
    { "--threshold=2", "--keep=all", "skull.nrrd: this is a mask already, not a scan" },
    { "--threshold=1", "--open=30", "skull.nrrd: an opening of 30 mm leaves no bone" },
    { "--threshold=1", "--margin=-30", "skull.nrrd: a margin of -30 mm leaves no bone" },
    { "--threshold=1", "--crop=0:1,0:1,0:1", "skull.nrrd: no voxel reaches 1 HU" },
    { "--threshold=2", "--crop=7:7,:,:", "skull.nrrd: crop 7:7 of axis i is empty" },
  };

  (void) data;
  cli_assert_done (&made);
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_auto (CliRun) run =
        cli_run ("segment", fixture->skull, "-o", twice, cases[c][0], cases[c][1], NULL);
      cli_assert_fails (&run, 1, cases[c][2]);
    }
}

/* Less than a voxel of 2 mm changes nothing, and the report says so; a voxel changes something. */
static void
test_less_than_a_voxel (CliScene *fixture, gconstpointer data)
{
  g_auto (CliRun) plain = cli_run ("segment", fixture->scan, "-o", fixture->skull, NULL);

  (void) data;
  cli_assert_done (&plain);
  g_assert_null (strstr (plain.out, "Warning"));
  g_autoptr (GBytes) before = cli_read (fixture->skull);
  g_auto (CliRun) less = cli_run ("segment", fixture->scan, "-o", fixture->skull, "--close=1.9",
                                  "--open=1", "--margin=-0.5", NULL);
  cli_assert_done (&less);
  g_assert_nonnull (strstr (less.out, "a closing of 1.9 mm is less than a voxel and changed"));
  g_assert_nonnull (strstr (less.out, "an opening of 1 mm is less than a voxel and changed"));
  g_assert_nonnull (strstr (less.out, "a margin of -0.5 mm is less than a voxel and changed"));
  g_autoptr (GBytes) after = cli_read (fixture->skull);
  g_assert_true (g_bytes_equal (before, after));
  g_auto (CliRun) voxel =
    cli_run ("segment", fixture->scan, "-o", fixture->skull, "--margin=2", NULL);
  cli_assert_done (&voxel);
  g_assert_null (strstr (voxel.out, "Warning"));
}

static void
add (const char *name, void (*test) (CliScene *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/cli/segment/", name, NULL);

  g_test_add (path, CliScene, NULL, cli_scene_set_up, test, cli_scene_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("bad-edits", test_bad_edits);
  add ("no-bone", test_no_bone);
  add ("mask-as-scan", test_mask_as_scan);
  add ("less-than-a-voxel", test_less_than_a_voxel);
  return g_test_run ();
}
