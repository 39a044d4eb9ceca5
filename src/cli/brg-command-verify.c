#include "case/brg-verify.h"
#include "cli/brg-commands.h"

/* verify: a folder of triples against its manifest and its own invariants. */

static int
finish_verify (BrgCli *cli, const BrgVerifyReport *found)
{
  BrgReport *report = brg_report_new ();
  guint n_problems = found->problems->len;

  brg_report_text (report, "folder", "Folder", cli->operands[0]);
  brg_report_count (report, "cases", "Cases", found->n_cases, "");
  brg_report_count (report, "defects", "Defects", found->n_defects, "");
  brg_report_count (report, "files", "Files", found->n_files, "");
  brg_report_truth (report, "verified", "Verified", n_problems == 0);
  brg_report_begin_list (report, "problems");
  for (guint p = 0; p < n_problems; p++)
    brg_report_text (report, NULL, NULL, g_ptr_array_index (found->problems, p));
  brg_report_end_list (report);
  for (guint p = 0; p < n_problems; p++)
    brg_report_text (report, NULL, "Problem", g_ptr_array_index (found->problems, p));

  int outcome = brg_cli_finish (cli, report);
  if (n_problems == 0)
    return outcome;
  g_autofree char *reason =
    g_strdup_printf ("%u problem%s, first %s", n_problems, n_problems > 1 ? "s" : "",
                     (char *) g_ptr_array_index (found->problems, 0));
  return brg_cli_failed (cli, cli->operands[0], reason);
}

static int
run_verify (BrgCli *cli)
{
  g_autoptr (GError) error = NULL;
  BrgVerifyReport found = { 0 };

  if (!g_file_test (cli->operands[0], G_FILE_TEST_IS_DIR))
    return brg_cli_failed (cli, cli->operands[0],
                           g_file_test (cli->operands[0], G_FILE_TEST_EXISTS)
                             ? "is a file; name the folder of an export, with its manifest.json"
                             : "does not exist");
  if (!brg_verify (cli->operands[0], &found, &cli->job, &error))
    return brg_cli_failed (cli, cli->operands[0], error->message);

  int outcome = finish_verify (cli, &found);
  brg_verify_report_clear (&found);
  return outcome;
}

const BrgCommand brg_command_verify = {
  .name = "verify",
  .usage = "DIR",
  .summary = "Check a folder of triples: manifest, checksums, partition, surfaces.",
  .notes =
    "Every file of manifest.json must be there with its SHA-256; defective skull and implant "
    "must lie in the skull without overlap, and be the skull together where the recipe says "
    "so; surfaces must be closed and enclose what their masks do, within 1 %.",
  .min_operands = 1,
  .max_operands = 1,
  .run = run_verify,
};
