#include <string.h>

#include "cli-run.h"

/* What is said before any file is touched: help, version, wrong usage. */

static const char *const commands[] = { "info", "mesh", "preview" };

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
  { { "replay", "x.json" }, "unknown command" },
  { { "dataset", "x.json" }, "unknown command" },
  { { "info" }, "a file is missing" },
  { { "info", "" }, "empty" },
  { { "info", "x.nrrd", "--frobnicate" }, "unknown option --frobnicate" },
  { { "info", "x.nrrd", "-z" }, "unknown option -z" },
  { { "info", "x.nrrd", "--median", "3" }, "unknown option --median" },
  { { "info", "x.nrrd", "--json=yes" }, "takes no value" },
  { { "info", "x.nrrd", "--threads", "many" }, "--threads" },
  { { "info", "x.nrrd", "--threads=-1" }, "--threads" },
  { { "mesh", "x.nrrd", "-o", "x.step" }, ".stl, .ply or .obj" },
  { { "mesh", "x.nrrd", "-o", "x.stl", "--frame", "xyz" }, "--frame" },
  { { "mesh", "x.nrrd", "-o", "x.stl", "--reduce", "1" }, "--reduce" },
  { { "mesh", "x.nrrd", "-o", "x.stl", "--smooth", "2" }, "--smooth" },
  { { "preview", "x.nrrd", "-o", "x.jpg" }, ".png" },
  { { "preview", "x.nrrd", "-o", "x.png", "--view", "inside" }, "--view" },
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/help", test_help);
  g_test_add_func ("/cli/version", test_version);
  g_test_add_func ("/cli/wrong-usage", test_wrong_usage);
  return g_test_run ();
}
