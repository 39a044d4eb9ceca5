#include "cli/brg-cli-input.h"
#include "cli/brg-cli-values.h"
#include "cli/brg-commands.h"
#include "engine/brg-voxelize.h"
#include "io/brg-nrrd.h"

/* voxelize: the mask of a closed surface, on the grid of another file. */

typedef struct
{
  const char *input, *like, *output;
} Request;

static int
read_request (BrgCli *cli, Request *request)
{
  *request = (Request){ .input = cli->operands[0],
                        .like = brg_cli_value (cli, "like"),
                        .output = brg_cli_value (cli, "output") };
  if (brg_cli_input_kind (request->input) != BRG_INPUT_MESH)
    return brg_cli_usage_error (cli, "%s is no mesh", request->input);
  if (request->like == NULL)
    return brg_cli_usage_error (cli, "--like REF.nrrd is missing");
  if (request->output == NULL)
    return brg_cli_usage_error (cli, "-o MASK.nrrd is missing");
  if (!brg_cli_ends_in (request->output, ".nrrd"))
    return brg_cli_usage_error (cli, "-o must end in .nrrd, got \"%s\"", request->output);
  if (brg_cli_is_same_file (request->output, request->like))
    return brg_cli_usage_error (cli, "-o names the file of --like itself");
  return BRG_CLI_DONE;
}

static int
finish (BrgCli *cli, const Request *request, const BrgImageInfo *header, const BrgMask *mask)
{
  BrgReport *report = brg_report_new ();

  brg_report_text (report, "mask", "Mask", request->output);
  brg_report_count (report, "voxels", "Voxels", brg_mask_count (mask), "");
  brg_report_real (report, "volume_mm3", "Volume", brg_mask_volume_mm3 (mask), 1, "mm³");
  brg_cli_report_warnings (report, header);
  return brg_cli_finish (cli, report);
}

static int
run_voxelize (BrgCli *cli)
{
  Request request;
  BrgError error = { 0 };
  BrgImageInfo header = { 0 };
  BrgGrid grid;
  BrgMask *mask = NULL;
  int outcome = read_request (cli, &request);

  if (outcome != BRG_CLI_DONE)
    return outcome;
  if (brg_image_read_grid (request.like, &grid, &header, &error) != BRG_OK)
    return brg_cli_failed (cli, request.like, error.message);
  BrgMesh *mesh =
    brg_cli_read_surface (request.input, NULL, BRG_CLI_NOT_SMOOTHED, NULL, &cli->job, &error);
  brg_cli_phase (cli, 0.4, 0.7);
  if (mesh != NULL)
    mask = brg_voxelize (mesh, &grid, &cli->job, &error);
  brg_cli_phase (cli, 0.7, 1);
  if (mask == NULL)
    outcome = brg_cli_failed (cli, request.input, error.message);
  else if (brg_nrrd_write_mask (mask, request.output, &cli->job, &error) != BRG_OK)
    outcome = brg_cli_failed (cli, request.output, error.message);
  else
    outcome = finish (cli, &request, &header, mask);
  brg_mask_unref (mask);
  brg_mesh_unref (mesh);
  return outcome;
}

static const BrgCliOption options[] = {
  { "like", 0, "FILE", "Scan or mask whose grid the result lies on." },
  { "output", 'o', "FILE", "The mask to write: .nrrd." },
};

const BrgCommand brg_command_voxelize = {
  .name = "voxelize",
  .usage = "MESH --like REF.nrrd -o MASK.nrrd",
  .summary = "Make the mask of a closed surface: the voxels whose centres lie inside.",
  .notes = "Inside is where a line from afar crosses the surface an odd number of times; a surface "
           "that is not closed is refused. What lies outside the grid is cut off.",
  .options = options,
  .n_options = G_N_ELEMENTS (options),
  .min_operands = 1,
  .max_operands = 1,
  .run = run_voxelize,
};
