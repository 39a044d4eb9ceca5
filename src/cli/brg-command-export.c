#include "case/brg-store-export.h"
#include "cli/brg-commands.h"

/* export: what a case makes, published as the application does. */

typedef struct
{
  const char *path, *dir, *name;
} Request;

static int
read_request (BrgCli *cli, Request *request)
{
  *request = (Request){ .path = cli->operands[0],
                        .dir = brg_cli_value (cli, "output"),
                        .name = brg_cli_value (cli, "name") };
  if (request->dir == NULL)
    return brg_cli_usage_error (cli, "-o DIR is missing");
  if (request->name != NULL && !brg_export_name_is_valid (request->name))
    return brg_cli_usage_error (cli, "--name may hold letters, digits, - and _, got \"%.60s\"",
                                request->name);
  return BRG_CLI_DONE;
}

static void
report_defect (BrgReport *report, const BrgFit *fit, gsize number)
{
  g_autofree char *title = g_strdup_printf ("Defect %02" G_GSIZE_FORMAT, number);

  brg_report_begin (report, NULL, title);
  brg_report_real (report, "removed_mm3", "Removed", fit->removed_mm3, 1, "mm³");
  brg_report_real (report, "implant_mm3", "Implant", fit->implant_mm3, 1, "mm³");
  brg_report_count (report, "overlap_vox", "Overlap", fit->overlap_vox, "voxels");
  brg_report_real (report, "smallest_gap_mm", "Smallest gap", fit->smallest_gap_mm, 2, "mm");
  brg_report_end (report);
}

static int
finish_export (BrgCli *cli, const Request *request, const BrgStoreExportReport *found)
{
  BrgReport *report = brg_report_new ();

  brg_report_text (report, "folder", "Folder", request->dir);
  brg_report_text (report, "name", "Case", found->name);
  brg_report_count (report, "skull_vox", "Skull", found->skull_vox, "voxels");
  brg_report_begin_list (report, "defects");
  for (gsize d = 0; d < found->n_defects; d++)
    report_defect (report, &found->fits[d], d + 1);
  brg_report_end_list (report);
  return brg_cli_finish (cli, report);
}

static int
run_export (BrgCli *cli)
{
  Request request;
  BrgStoreExportReport found;
  g_autoptr (GError) error = NULL;
  int outcome = read_request (cli, &request);

  if (outcome != BRG_CLI_DONE)
    return outcome;
  if (!brg_store_export (request.path, request.dir, request.name, &found, &cli->job, &error))
    return brg_cli_failed_in (cli, "export", request.dir, error->message);
  outcome = finish_export (cli, &request, &found);
  brg_store_export_report_clear (&found);
  return outcome;
}

static const BrgCliOption options[] = {
  { "output", 'o', "DIR", "The folder to write to; made if missing." },
  { "name", 0, "NAME", "Name of the case: letters, digits, - and _ (the one it has)" },
};

const BrgCommand brg_command_export = {
  .name = "export",
  .usage = "CASE.bregma -o DIR",
  .summary = "Publish what a case makes: complete skull and, of every defect, skull and implant; "
             "masks, surfaces, pictures, recipe, hand edits and manifest.",
  .notes = "The case may be open in the application: what is finished there is in the file.",
  .options = options,
  .n_options = G_N_ELEMENTS (options),
  .min_operands = 1,
  .max_operands = 1,
  .run = run_export,
};
