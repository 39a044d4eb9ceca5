#include "cli-json.h"
#include "cli-run.h"

/* The shipped scan gives the numbers of an independent implementation. */

static void
test_info (void)
{
  g_auto (CliRun) run = cli_run ("info", "--json", g_getenv ("BRG_SAMPLE"), NULL);
  static const struct
  {
    const char *key;
    gint64 n, largest;
  } components[] = { { "6", 276, 562507 }, { "18", 89, 562886 }, { "26", 68, 563053 } };

  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_autofree char *axes = cli_json_text (root, "$.files[0].axes");
  g_autofree char *kind = cli_json_text (root, "$.files[0].kind");
  g_autofree char *row = cli_json_text (root, "$.files[0].table_1");
  g_assert_cmpstr (axes, ==, "LPS");
  g_assert_cmpstr (kind, ==, "scan");
  g_assert_cmpstr (row, ==, "200 x 240 x 154 | 1.00 x 1.00 x 1.00 mm");
  g_assert_cmpint (cli_json_int (root, "$.files[0].hu_range[0]"), ==, -1024);
  g_assert_cmpint (cli_json_int (root, "$.files[0].voxels"), ==, 565873);
  g_assert_cmpfloat (cli_json_real (root, "$.files[0].volume_mm3"), ==, 565873.0);
  g_assert_cmpfloat (cli_json_real (root, "$.files[0].origin_lps_mm[2]"), ==, 1580.0);
  for (guint c = 0; c < G_N_ELEMENTS (components); c++)
    {
      g_autofree char *n = g_strdup_printf ("$.files[0].components['%s'].count", components[c].key);
      g_autofree char *largest =
        g_strdup_printf ("$.files[0].components['%s'].largest_vox", components[c].key);
      g_assert_cmpint (cli_json_int (root, n), ==, components[c].n);
      g_assert_cmpint (cli_json_int (root, largest), ==, components[c].largest);
    }
}

/* Options of segment, and the voxels expected after threshold, islands, median and the end. */
static const struct
{
  const char *options[6];
  gint64 threshold, islands, median, skull;
} counts[] = {
  { { NULL }, 565873, 562507, 562507, 562507 },
  { { "--connectivity=18" }, 565873, 562886, 562886, 562886 },
  { { "--connectivity=26" }, 565873, 563053, 563053, 563053 },
  { { "--keep=all" }, 565873, 565873, 565873, 565873 },
  { { "--median=2" }, 565873, 562507, 561166, 561166 },
  { { "--median=3" }, 565873, 562507, 561166, 561166 },
  { { "--median=4" }, 565873, 562507, 552259, 552259 },
  { { "--median=4", "--keep-again" }, 565873, 562507, 552259, 552027 },
  { { "--threshold=200" }, 537264, 534808, 534808, 534808 },
};

static void
test_segment (void)
{
  g_autofree char *dir = cli_make_dir ();
  g_autofree char *skull = g_build_filename (dir, "skull.nrrd", NULL);

  for (guint c = 0; c < G_N_ELEMENTS (counts); c++)
    {
      const char *words[16] = {
        g_getenv ("BRG_CLI"), "segment", g_getenv ("BRG_SAMPLE"), "-o", skull, "--json"
      };
      memcpy (words + 6, counts[c].options, sizeof counts[c].options);
      g_auto (CliRun) run = cli_run_v (words, NULL);
      cli_assert_done (&run);
      g_autoptr (JsonNode) root = cli_json_parse (run.out);
      g_assert_cmpint (cli_json_int (root, "$.stages.threshold"), ==, counts[c].threshold);
      g_assert_cmpint (cli_json_int (root, "$.stages.islands"), ==, counts[c].islands);
      g_assert_cmpint (cli_json_int (root, "$.stages.median"), ==, counts[c].median);
      g_assert_cmpint (cli_json_int (root, "$.voxels"), ==, counts[c].skull);
      BrgMask *mask = cli_read_mask (skull);
      g_assert_cmpuint (brg_mask_count (mask), ==, (gsize) counts[c].skull);
      brg_mask_unref (mask);
    }
  cli_remove_tree (dir);
}

static void
test_segment_reports (void)
{
  g_autofree char *dir = cli_make_dir ();
  g_autofree char *skull = g_build_filename (dir, "skull.nrrd", NULL);
  g_auto (CliRun) run =
    cli_run ("segment", g_getenv ("BRG_SAMPLE"), "-o", skull, "--json", "--median", "4", NULL);

  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_assert_cmpint (cli_json_int (root, "$.islands"), ==, 276);
  g_assert_cmpint (cli_json_int (root, "$.runner_up_vox"), <, 562507);
  g_assert_cmpint (cli_json_int (root, "$.runner_up_vox"), >, 0);
  for (int axis = 0; axis < 3; axis++)
    {
      g_autofree char *path = g_strdup_printf ("$.median_kernel_vox[%d]", axis);
      g_assert_cmpint (cli_json_int (root, path), ==, 5);
    }
  cli_remove_tree (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/sample/info", test_info);
  g_test_add_func ("/cli/sample/segment", test_segment);
  g_test_add_func ("/cli/sample/segment/report", test_segment_reports);
  return g_test_run ();
}
