#include "cli/brg-cli-input.h"
#include "cli/brg-cli-labels.h"
#include "cli/brg-cli-values.h"
#include "cli/brg-commands.h"
#include "io/brg-points-file.h"

/* points: an even sample of the surface of a mask or a mesh. */

typedef struct
{
  const char *input, *output, *segment;
  int n_points;
  uint64_t seed;
} Request;

static int
read_request (BrgCli *cli, Request *request)
{
  const char *count = brg_cli_value (cli, "count"), *seed = brg_cli_value (cli, "seed");

  *request = (Request){ .input = cli->operands[0],
                        .output = brg_cli_value (cli, "output"),
                        .segment = brg_cli_value (cli, "segment"),
                        .seed = 1 };
  if (count == NULL)
    return brg_cli_usage_error (cli, "-n N is missing");
  if (!brg_cli_parse_int (count, 1, BRG_POINTS_MAX, &request->n_points))
    return brg_cli_usage_error (cli, "-n must be a whole number from 1 to %d, got \"%.40s\"",
                                BRG_POINTS_MAX, count);
  if (seed != NULL && !brg_cli_parse_seed (seed, &request->seed))
    return brg_cli_usage_error (cli, "--seed must be " BRG_CLI_SEED_RANGE ", got \"%.40s\"", seed);
  if (request->output == NULL)
    return brg_cli_usage_error (cli, "-o OUT.ply|.xyz is missing");
  if (!brg_cli_ends_in (request->output, ".ply") && !brg_cli_ends_in (request->output, ".xyz"))
    return brg_cli_usage_error (cli, "-o must end in .ply or .xyz, got \"%s\"", request->output);
  if (brg_cli_is_same_file (request->output, request->input))
    return brg_cli_usage_error (cli, "-o names the input itself");
  return BRG_CLI_DONE;
}

static int
finish (BrgCli *cli, const Request *request, const BrgImageInfo *header)
{
  BrgReport *report = brg_report_new ();
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, request->seed);

  brg_report_text (report, "output", "Output", request->output);
  brg_report_count (report, "points", "Points", (size_t) request->n_points, "");
  brg_report_text (report, "seed", "Seed", seed);
  brg_cli_report_warnings (report, header);
  return brg_cli_finish (cli, report);
}

static int
run_points (BrgCli *cli)
{
  Request request;
  BrgError error = { 0 };
  BrgImageInfo header = { 0 };
  BrgPoints points = { 0 };
  int outcome = read_request (cli, &request);

  if (outcome != BRG_CLI_DONE)
    return outcome;
  brg_cli_phase (cli, 0, 0.4);
  BrgMesh *mesh = brg_cli_read_surface (request.input, request.segment, BRG_CLI_NOT_SMOOTHED,
                                        &header, &cli->job, &error);
  brg_cli_phase (cli, 0.4, 0.7);
  if (mesh == NULL || brg_points_sample (mesh, request.n_points, request.seed, &points, &cli->job,
                                         &error) != BRG_OK)
    outcome = brg_cli_failed (cli, request.input, error.message);
  brg_cli_phase (cli, 0.7, 1);
  if (outcome == BRG_CLI_DONE &&
      brg_points_write (&points, request.output, &cli->job, &error) != BRG_OK)
    outcome = brg_cli_failed (cli, request.output, error.message);
  if (outcome == BRG_CLI_DONE)
    outcome = finish (cli, &request, &header);
  brg_points_clear (&points);
  brg_mesh_unref (mesh);
  return outcome;
}

static const BrgCliOption options[] = {
  { "count", 'n', "N", "How many points: 1 to 100000000." },
  { "seed", 0, "S", "Number the random points follow from. (1)" },
  BRG_CLI_SEGMENT_OPTION,
  { "output", 'o', "FILE", "The points to write: .ply (binary, with normals) or .xyz (text)." },
};

const BrgCommand brg_command_points = {
  .name = "points",
  .usage = "MASK|MESH -n N -o OUT.ply|.xyz",
  .summary = "Lay points evenly over the surface of a mask or a mesh, in LPS mm.",
  .notes = "Equal areas get equally many points. The surface of a mask is not smoothed: for a "
           "smooth one make a mesh of it first.",
  .options = options,
  .n_options = G_N_ELEMENTS (options),
  .min_operands = 1,
  .max_operands = 1,
  .run = run_points,
};
