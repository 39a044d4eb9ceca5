#include <string.h>

#include "cli-run.h"

/* What is said before any file is touched: help, version, wrong usage. */

static const char *const commands[] = { "info",     "segment", "defect",  "mesh",
                                        "voxelize", "points",  "preview", "eval",
                                        "verify",   "replay",  "export",  "log" };

static void
test_help (void)
{
  g_auto (CliRun) all = cli_run ("--help", NULL);

  cli_assert_done (&all);
  for (guint c = 0; c < G_N_ELEMENTS (commands); c++)
    {
      g_auto (CliRun) run = cli_run (commands[c], "--help", NULL);
      cli_assert_done (&run);
      g_assert_nonnull (strstr (run.out, "Usage: bregma-cli "));
      g_assert_nonnull (strstr (run.out, "--threads N"));
      g_assert_nonnull (strstr (all.out, commands[c]));
    }
  g_assert_null (strstr (all.out, "dataset"));
  g_auto (CliRun) log = cli_run ("log", "--help", NULL);
  g_assert_nonnull (strstr (log.out, " cut ")); /* what the chain does not show */
}

static void
test_help_lists_parameters (void)
{
  g_auto (CliRun) segment = cli_run ("segment", "--help", NULL);
  g_auto (CliRun) defect = cli_run ("defect", "--help", NULL);

  g_assert_nonnull (strstr (segment.out, "--median MM"));
  g_assert_nonnull (strstr (segment.out, "--connectivity 6|18|26"));
  g_assert_nonnull (strstr (segment.out, "--keep-again"));
  g_assert_nonnull (strstr (segment.out, "--threshold LO[:HI]"));
  g_assert_null (strstr (segment.out, "--threshold-lo"));
  g_assert_null (strstr (segment.out, "--clearance"));
  g_assert_nonnull (strstr (defect.out, "--clearance-from implant|skull"));
  g_assert_nonnull (strstr (defect.out, "--burr-radius MM"));
  g_assert_null (strstr (defect.out, "--median"));
  g_auto (CliRun) mesh = cli_run ("mesh", "--help", NULL);
  g_assert_nonnull (strstr (mesh.out, "MASK|SCAN|MESH -o"));
  g_assert_nonnull (strstr (mesh.out, "--smoothing bregma|slicer|slicer-nuttall"));
}

static void
test_version (void)
{
  g_auto (CliRun) run = cli_run ("--version", NULL);

  cli_assert_done (&run);
  g_assert_true (g_str_has_prefix (run.out, "bregma-cli "));
  g_assert_nonnull (strstr (run.out, "Not a medical device"));
}

/* Words of a command line and a part of what is said about them. */
static const struct
{
  const char *words[8];
  const char *part;
} wrong[] = {
  { { NULL }, "a command is missing" },
  { { "replay" }, "a file is missing" },
  { { "export", "x.bregma" }, "-o DIR is missing" },
  { { "export", "x.bregma", "-o", "d", "--name", "a.b" }, "--name may hold" },
  { { "log" }, "a file is missing" },
  { { "log", "x.bregma", "y.bregma" }, "y.bregma" },
  { { "replay", "x.json" }, "-o DIR is missing" },
  { { "replay", "x.json", "x.nrrd", "y.nrrd", "-o", "d" }, "y.nrrd" },
  { { "replay", "x.json", "-o", "d", "--name", "a/b" }, "--name may hold" },
  { { "dataset", "x.json" }, "unknown command" },
  { { "info" }, "a file is missing" },
  { { "info", "" }, "empty" },
  { { "info", "x.nrrd", "--frobnicate" }, "unknown option --frobnicate" },
  { { "info", "x.nrrd", "-z" }, "unknown option -z" },
  { { "info", "x.nrrd", "--median", "3" }, "unknown option --median" },
  { { "info", "x.nrrd", "--json=yes" }, "takes no value" },
  { { "info", "x.nrrd", "--threads", "many" }, "--threads" },
  { { "info", "x.nrrd", "--threads=-1" }, "--threads" },
  { { "segment", "x.nrrd" }, "-o SKULL.nrrd is missing" },
  { { "segment", "x.nrrd", "-o" }, "-o needs a value" },
  { { "segment", "x.nrrd", "-o", "y.stl" }, ".nrrd" },
  { { "segment", "x.nrrd", "y.nrrd", "-o", "z.nrrd" }, "one file too many: y.nrrd" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--threshold", "200:100" }, "--threshold" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--threshold", "1.5" }, "--threshold" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--threshold", "1:2:3" }, "--threshold" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--threshold", "99999" }, "--threshold" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--crop", "1:2,3:4" }, "--crop" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--crop", "1:2,3:4,5" }, "--crop" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--crop", "-1:2,3:4,5:6" }, "--crop" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--median", "nan" }, "--median" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--median", "1,5" }, "--median" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--open", "-0.5" }, "--open" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--margin", "nan" }, "--margin" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--margin=-30.5" }, "--margin" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--median", "-1" }, "--median" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--median=2", "--median=3" }, "given twice" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--kernel", "cube" }, "box, ball" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--connectivity", "8" }, "6, 18, 26" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--recipe", "z.nrrd" }, "--recipe must end in .json" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--min-island=5" },
    "--min-island does nothing without --keep all" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--keep=largest", "--max-island=5" },
    "--max-island does nothing without --keep all" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--keep-at=1,2,3", "--keep=all" },
    "--keep-at keeps one island; it does not go with --keep all" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--keep-at=1,2,3", "--max-island=5" },
    "--keep-at keeps one island; it does not go with --max-island" },
  { { "segment", "x.nrrd", "-o", "y.nrrd", "--kernel=box" },
    "--kernel does nothing without --median MM" },
  { { "defect", "x.nrrd" }, "-o DIR is missing" },
  { { "defect", "x.nrrd", "-o", "d", "--name", "../x" }, "--name" },
  { { "defect", "x.nrrd", "-o", "d", "--preset", "nose" }, "--preset" },
  { { "defect", "x.nrrd", "-o", "d", "--at", "1,2" }, "--at" },
  { { "defect", "x.nrrd", "-o", "d", "--at", "1,2,inf" }, "--at" },
  { { "defect", "x.nrrd", "-o", "d", "--size", "0" }, "width" },
  { { "defect", "x.nrrd", "-o", "d", "--size", "1,2,3,4" }, "--size" },
  { { "defect", "x.nrrd", "-o", "d", "--count", "0" }, "--count" },
  { { "defect", "x.nrrd", "-o", "d", "--seed", "-5" },
    "--seed must be a whole number from 0 to 18446744073709551615" },
  { { "defect", "x.nrrd", "-o", "d", "--seed=5", "--at=1,2,3" }, "--at" },
  { { "defect", "x.nrrd", "-o", "d", "--scidata=cube", "--shape=box" }, "--shape" },
  { { "defect", "x.nrrd", "-o", "d", "--scidata=cube", "--at=1,2,3" }, "--scidata" },
  { { "defect", "x.nrrd", "-o", "d", "--scidata=foo" }, "--scidata: the shape must be cube, " },
  { { "defect", "x.nrrd", "-o", "d", "--scidata=drilled:1,2" }, "drilled:loc,loc1,idx,radius" },
  { { "mesh", "x.nrrd", "-o", "x.step" }, ".stl, .ply or .obj" },
  { { "mesh", "x.nrrd", "-o", "x.stl", "--frame", "xyz" }, "--frame" },
  { { "mesh", "x.nrrd", "-o", "x.stl", "--reduce", "1" }, "--reduce" },
  { { "mesh", "x.nrrd", "-o", "x.stl", "--smooth", "2" }, "--smooth" },
  { { "mesh", "x.nrrd", "-o", "x.stl", "--smoothing=soft" },
    "--smoothing must be bregma, slicer or slicer-nuttall, got \"soft\"" },
  { { "mesh", "x.nrrd", "-o", "x.stl", "--hu", "bone" }, "--hu must be from -32768 to 32767" },
  { { "mesh", "x.nrrd", "-o", "x.stl", "--hu", "32768" }, "--hu must be from -32768 to 32767" },
  { { "mesh", "x.nrrd", "-o", "x.stl", "--hu", "nan" }, "--hu must be from -32768 to 32767" },
  { { "mesh", "y.stl", "-o", "x.stl", "--smooth=0.5" }, "y.stl is a mesh, which is not smoothed" },
  { { "mesh", "y.stl", "-o", "x.stl", "--smoothing=slicer" },
    "--smoothing needs a mask or a scan" },
  { { "mesh", "x.nrrd", "-o", "x.stl", "--hu=150", "--smoothing=slicer" },
    "--smoothing needs --smooth with --hu" },
  { { "mesh", "y.stl", "-o", "x.stl", "--hu=150" }, "--hu needs a scan, and y.stl is a mesh" },
  { { "voxelize", "x.stl", "-o", "y.nrrd" }, "--like REF.nrrd is missing" },
  { { "voxelize", "x.stl", "--like", "y.nrrd" }, "-o MASK.nrrd is missing" },
  { { "voxelize", "x.stl", "--like", "y.nrrd", "-o", "z.stl" }, ".nrrd" },
  { { "voxelize", "x.nrrd", "--like", "y.nrrd", "-o", "z.nrrd" }, "x.nrrd is no mesh" },
  { { "points", "x.nrrd", "-o", "y.ply" }, "-n N is missing" },
  { { "points", "x.nrrd", "-n", "0", "-o", "y.ply" }, "-n must be a whole number from 1 to " },
  { { "points", "x.nrrd", "-n", "100000001", "-o", "y.ply" }, "got \"100000001\"" },
  { { "points", "x.nrrd", "-n", "5", "--seed=18446744073709551616", "-o", "y.ply" },
    "--seed must be a whole number from 0 to 18446744073709551615" },
  { { "points", "x.nrrd", "-n", "5", "-o", "y.stl" }, ".ply or .xyz" },
  { { "points", "x.nrrd", "-n", "5" }, "-o OUT.ply|.xyz is missing" },
  { { "preview", "x.nrrd", "-o", "x.jpg" }, ".png" },
  { { "preview", "x.nrrd", "-o", "x.png", "--view", "inside" }, "--view" },
  { { "preview", "x.nrrd:bone", "-o", "x.png" }, "x.nrrd:bone must end in :skull" },
  { { "eval", "p", "t" }, "a file is missing" },
  { { "eval", "p", "t", "d" }, "-o SCORES.csv is missing" },
  { { "eval", "p", "t", "d", "-o", "x.txt" }, "-o must end in .csv" },
  { { "eval", "p", "t", "d", "e", "-o", "x.csv" }, "one file too many: e" },
  { { "verify" }, "a file is missing" },
};

static void
test_wrong_usage (void)
{
  for (guint w = 0; w < G_N_ELEMENTS (wrong); w++)
    {
      const char *words[10] = { g_getenv ("BRG_CLI") };
      memcpy (words + 1, wrong[w].words, sizeof wrong[w].words);
      g_auto (CliRun) run = cli_run_v (words, NULL);
      g_test_message ("%s", run.err);
      cli_assert_fails (&run, 2, wrong[w].part);
      g_assert_cmpstr (run.out, ==, "");
    }
}

/* A server without a display can run it. */
static void
test_needs_no_gtk (void)
{
  const char *const words[] = { "ldd", g_getenv ("BRG_CLI"), NULL };
  g_auto (CliRun) run = cli_run_v (words, NULL);

  cli_assert_done (&run);
  g_assert_nonnull (strstr (run.out, "libgio-2.0"));
  g_assert_null (strstr (run.out, "libgtk"));
  g_assert_null (strstr (run.out, "libX11"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/help", test_help);
  g_test_add_func ("/cli/help/parameters", test_help_lists_parameters);
  g_test_add_func ("/cli/version", test_version);
  g_test_add_func ("/cli/needs-no-gtk", test_needs_no_gtk);
  g_test_add_func ("/cli/wrong-usage", test_wrong_usage);
  return g_test_run ();
}
