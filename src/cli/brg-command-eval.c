#include <string.h>

#include "cli/brg-cli-folder.h"
#include "cli/brg-cli-input.h"
#include "cli/brg-cli-values.h"
#include "cli/brg-commands.h"
#include "cli/brg-eval-scores.h"

/* eval: predicted implants against the true ones, file by file. */

typedef struct
{
  const char *predicted, *truth, *defective; /* folders */
  const char *output;
  bool allows_missing;
} Request;

static int
read_request (BrgCli *cli, Request *request)
{
  *request = (Request){ .predicted = cli->operands[0],
                        .truth = cli->operands[1],
                        .defective = cli->operands[2],
                        .output = brg_cli_value (cli, "output"),
                        .allows_missing = brg_cli_value (cli, "allow-missing") != NULL };
  if (request->output == NULL)
    return brg_cli_usage_error (cli, "-o SCORES.csv is missing");
  if (!brg_cli_ends_in (request->output, ".csv"))
    return brg_cli_usage_error (cli, "-o must end in .csv, got \"%s\"", request->output);
  return BRG_CLI_DONE;
}

static bool
has_file (const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

/* Names in `names` that `dir` has no file for. */
static GPtrArray *
find_missing (const GPtrArray *names, const char *dir)
{
  GPtrArray *missing = g_ptr_array_new ();

  for (guint n = 0; n < names->len; n++)
    if (!has_file (dir, g_ptr_array_index (names, n)))
      g_ptr_array_add (missing, g_ptr_array_index (names, n));
  return missing;
}

/* "003.nrrd and 2 more" */
static char *
name_some (const GPtrArray *names)
{
  const char *first = g_ptr_array_index (names, 0);

  return names->len == 1 ? g_strdup (first)
                         : g_strdup_printf ("%s and %u more", first, names->len - 1);
}

static int
fail_missing (BrgCli *cli, const char *dir, const GPtrArray *missing, const char *advice)
{
  g_autofree char *some = name_some (missing);
  g_autofree char *message =
    g_strdup_printf ("%s %s missing%s", some, missing->len == 1 ? "is" : "are", advice);

  return brg_cli_failed (cli, dir, message);
}

/* Every folder must hold every case; predictions may be missing where that was allowed. */
static int
check_pairs (BrgCli *cli, const Request *request, const GPtrArray *names)
{
  BrgError error = { 0 };
  g_autoptr (GDir) skulls = brg_cli_open_folder (request->defective, &error);
  if (skulls == NULL)
    return brg_cli_failed (cli, request->defective, error.message);
  g_autoptr (GPtrArray) found = brg_cli_list_masks (request->predicted, &error);
  g_autoptr (GPtrArray) no_skull = find_missing (names, request->defective);
  g_autoptr (GPtrArray) missing = find_missing (names, request->predicted);

  if (found == NULL)
    return brg_cli_failed (cli, request->predicted, error.message);
  if (no_skull->len > 0)
    return fail_missing (cli, request->defective, no_skull, "");
  if (missing->len > 0 && !request->allows_missing)
    return fail_missing (cli, request->predicted, missing, " (see --allow-missing)");
  return BRG_CLI_DONE;
}

/* The mask of a case, which must lie on the grid of its true implant unless that is NULL. */
static BrgMask *
read_mask (const char *dir,
           const char *name,
           const char *role,
           const BrgMask *truth,
           BrgJob *job,
           BrgError *error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  BrgError own = { 0 };
  BrgMask *mask = brg_image_read_mask (path, NULL, job, &own);

  if (mask != NULL && truth != NULL &&
      brg_grid_check_equal (&truth->grid, &mask->grid, &own) != BRG_OK)
    g_clear_pointer (&mask, brg_mask_unref);
  if (mask == NULL)
    {
      const char *reason = own.message;
      size_t length = strlen (name);
      if (strncmp (reason, name, length) == 0 && strncmp (reason + length, ": ", 2) == 0)
        reason += length + 2;
      brg_error_set (error, own.status, "%s: %s", role, reason);
    }
  return mask;
}

static bool
measure (BrgCli *cli,
         const Request *request,
         const char *name,
         BrgMetrics *metrics,
         BrgError *error)
{
  BrgJob *job = &cli->job;
  BrgStatus status = BRG_NO_MEMORY;
  BrgMask *defective = NULL, *predicted = NULL;
  BrgMask *truth = read_mask (request->truth, name, "true implant", NULL, job, error);

  if (truth != NULL)
    predicted = read_mask (request->predicted, name, "prediction", truth, job, error);
  if (predicted != NULL)
    defective = read_mask (request->defective, name, "defective skull", truth, job, error);
  brg_job_stage (job, name, 0.5, 1);
  if (defective != NULL)
    status = brg_metrics (predicted, truth, defective, metrics, job, error);
  brg_mask_unref (truth);
  brg_mask_unref (predicted);
  brg_mask_unref (defective);
  return status == BRG_OK;
}

static char *
stem_of (const char *name)
{
  return g_strndup (name, (gsize) (strrchr (name, '.') - name));
}

/* Do all names differ without their endings, so that they name the cases? */
static bool
stems_differ (const GPtrArray *names)
{
  g_autoptr (GHashTable) stems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint n = 0; n < names->len; n++)
    if (!g_hash_table_add (stems, stem_of (g_ptr_array_index (names, n))))
      return false;
  return true;
}

/* NULL once a failure has been told. */
static GArray *
measure_all (BrgCli *cli, const Request *request, const GPtrArray *names)
{
  g_autoptr (GArray) scores = brg_eval_scores_new ();
  bool are_stems = stems_differ (names);

  for (guint n = 0; n < names->len; n++)
    {
      const char *name = g_ptr_array_index (names, n);
      BrgError error = { 0 };
      BrgEvalScore score = { .is_missing = !has_file (request->predicted, name) };
      brg_cli_phase (cli, (double) n / names->len, (n + 1.0) / names->len);
      brg_job_stage (&cli->job, name, 0, 0.5);
      if (!score.is_missing && !measure (cli, request, name, &score.metrics, &error))
        {
          brg_cli_failed (cli, name, error.message);
          return NULL;
        }
      score.name = are_stems ? stem_of (name) : g_strdup (name);
      g_array_append_val (scores, score);
    }
  return g_steal_pointer (&scores);
}

/* A list in JSON, a line each in the text. */
static void
report_names (BrgReport *report, const char *key, const char *label, const GPtrArray *names)
{
  brg_report_begin_list (report, key);
  for (guint n = 0; n < names->len; n++)
    brg_report_text (report, NULL, NULL, g_ptr_array_index (names, n));
  brg_report_end_list (report);
  for (guint n = 0; n < names->len; n++)
    brg_report_text (report, NULL, label, g_ptr_array_index (names, n));
}

static int
finish_eval (BrgCli *cli, const Request *request, const GPtrArray *names, const GArray *scores)
{
  BrgReport *report = brg_report_new ();
  g_autoptr (GPtrArray) missing = find_missing (names, request->predicted);
  g_autoptr (GPtrArray) found = brg_cli_list_masks (request->predicted, NULL);
  g_autoptr (GPtrArray) extra =
    found != NULL ? find_missing (found, request->truth) : g_ptr_array_new ();

  brg_report_text (report, "table", "Table", request->output);
  brg_eval_scores_report (scores, report);
  report_names (report, "missing", "Missing prediction", missing);
  report_names (report, "extra", "No true implant for", extra);
  return brg_cli_finish (cli, report);
}

static int
run_eval (BrgCli *cli)
{
  Request request;
  BrgError error = { 0 };
  int outcome = read_request (cli, &request);

  if (outcome != BRG_CLI_DONE)
    return outcome;
  g_autoptr (GPtrArray) names = brg_cli_list_masks (request.truth, &error);
  if (names == NULL)
    return brg_cli_failed (cli, request.truth, error.message);
  outcome = check_pairs (cli, &request, names);
  if (outcome != BRG_CLI_DONE)
    return outcome;
  g_autoptr (GArray) scores = measure_all (cli, &request, names);
  if (scores == NULL)
    return BRG_CLI_FAILED;
  if (brg_eval_scores_write (scores, request.output, &error) != BRG_OK)
    return brg_cli_failed (cli, request.output, error.message);
  return finish_eval (cli, &request, names, scores);
}

static const BrgCliOption options[] = {
  { "output", 'o', "FILE", "The table to write: .csv, one line per case." },
  { "allow-missing", 0, NULL, "Let predictions be missing: their lines hold nan." },
};

const BrgCommand brg_command_eval = {
  .name = "eval",
  .usage = "PRED_DIR TRUE_DIR DEFECTIVE_DIR -o SCORES.csv",
  .summary = "Score predicted implants against the true ones, as the AutoImplant challenges do.",
  .notes =
    "Every file of TRUE_DIR with the name of a mask (" BRG_CLI_IMAGE_ENDINGS
    ") is a case; its prediction and its defective skull have "
    "the same name, ending included, in the other folders and lie on the same grid. The table "
    "names the cases without the ending, or with it where two would have one name. DSC is the Dice "
    "coefficient, bDSC that of "
    "the voxels within 10 mm of the defective skull; of two empty masks they are 1. HD is the "
    "Hausdorff distance between the surfaces in mm, HD95 the 95th percentile of the distances both "
    "ways; without voxels on both sides they are nan, and left out of mean, median and standard "
    "deviation (divided by n).",
  .options = options,
  .n_options = G_N_ELEMENTS (options),
  .min_operands = 3,
  .max_operands = 3,
  .run = run_eval,
};
