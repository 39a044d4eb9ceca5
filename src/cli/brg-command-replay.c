#include "case/brg-export.h"
#include "case/brg-replay.h"
#include "cli/brg-cli-input.h"
#include "cli/brg-commands.h"

/* replay: an export made again from its recipe. */

/* The case as it will be called, known when the recipe's file is called "NAME.recipe.json". */
static char *
name_of (const BrgReplay *what)
{
  g_autofree char *file = g_path_get_basename (what->recipe_path);
  g_auto (GStrv) parts = g_strsplit (file, ".", 2);

  return g_strdup (what->name != NULL ? what->name : parts[0]);
}

/* No output is written over an input. */
static int
check_paths (BrgCli *cli, const BrgReplay *what)
{
  const char *const inputs[][2] = { { "RECIPE", what->recipe_path },
                                    { "SOURCE", what->source_path } };
  g_autofree char *name = name_of (what);

  for (size_t i = 0; i < G_N_ELEMENTS (inputs); i++)
    if (inputs[i][1] != NULL && brg_export_replaces (what->dir, name, inputs[i][1]))
      return brg_cli_usage_error (cli,
                                  "%s is a file of case %s in the folder of -o and would be "
                                  "replaced; choose another folder or another --name",
                                  inputs[i][0], name);
  return BRG_CLI_DONE;
}

static int
read_request (BrgCli *cli, BrgReplay *what)
{
  *what = (BrgReplay){ .recipe_path = cli->operands[0],
                       .source_path = cli->n_operands > 1 ? cli->operands[1] : NULL,
                       .dir = brg_cli_value (cli, "output"),
                       .name = brg_cli_value (cli, "name"),
                       .verify = brg_cli_value (cli, "verify") != NULL };
  if (what->dir == NULL)
    return brg_cli_usage_error (cli, "-o DIR is missing");
  if (what->name != NULL && !brg_export_name_is_valid (what->name))
    return brg_cli_usage_error (cli, "--name may hold letters, digits, - and _, got \"%.60s\"",
                                what->name);
  return check_paths (cli, what);
}

static int
finish_replay (BrgCli *cli, const BrgReplay *what, const BrgReplayReport *found)
{
  BrgReport *report = brg_report_new ();

  brg_report_text (report, "folder", "Folder", what->dir);
  brg_report_text (report, "name", "Case", found->name);
  brg_report_text (report, "source", "Made from", found->source_path);
  brg_report_count (report, "defects", "Defects", found->n_defects, "");
  if (what->verify)
    brg_report_truth (report, "verified", "Verified", true);
  if (found->n_stages > 0)
    brg_report_count (report, "stages", "Stages compared", found->n_stages, "");
  brg_cli_report_warnings (report, &found->header);
  return brg_cli_finish (cli, report);
}

static int
run_replay (BrgCli *cli)
{
  BrgReplay what;
  BrgReplayReport found;
  g_autoptr (GError) error = NULL;
  int outcome = read_request (cli, &what);

  if (outcome != BRG_CLI_DONE)
    return outcome;
  if (!brg_replay (&what, &found, &cli->job, &error))
    return brg_cli_failed_in (cli, "replay", what.dir, error->message);
  outcome = finish_replay (cli, &what, &found);
  brg_replay_report_clear (&found);
  return outcome;
}

static const BrgCliOption options[] = {
  { "output", 'o', "DIR", "The folder to write to; made if missing." },
  { "name", 0, "NAME", "Name of the case: letters, digits, - and _ (that of the recipe's file)" },
  { "verify", 0, NULL,
    "Write nothing unless every stage is what it was in the export, to the bit." },
};

const BrgCommand brg_command_replay = {
  .name = "replay",
  .usage = "RECIPE.json [SOURCE] -o DIR",
  .summary = "Make an export again from its recipe and the hand edits beside it.",
  .notes =
    "SOURCE is what the recipe started from: the scan or its case file, or, for a recipe of "
    "defect, the skull. It may be left out when the skull lies where the export put it, or the "
    "scan in the folder of the recipe. Its voxels must be those of the recipe. --verify compares "
    "crop, threshold, islands, median, holes, edits and surface, and of each defect its cutter, "
    "its clearance and its surfaces, with the SHA-256 in the recipe, and names the first that "
    "differs. Recipes of older versions, which have none, are compared with manifest.json.",
  .options = options,
  .n_options = G_N_ELEMENTS (options),
  .min_operands = 1,
  .max_operands = 2,
  .run = run_replay,
};
