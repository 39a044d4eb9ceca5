#include "cli/brg-cli-input.h"
#include "cli/brg-cli-labels.h"
#include "cli/brg-cli-values.h"
#include "cli/brg-commands.h"
#include "engine/brg-mesh-check.h"
#include "engine/brg-mesh-reduce.h"
#include "io/brg-mesh-file.h"

/* mesh: the surface of a mask, or a surface in another format or frame. */

#define MAX_CHANGE 0.01 /* of the volume by a reduction, without a warning */

typedef struct
{
  const char *input, *output, *segment;
  BrgCliSmoothing smoothing;
  double reduce;
  double level_hu; /* NaN: the input is no scan */
  bool ras;
} Request;

/* The surface of a level is not smoothed unless that is asked for: its vertices lie where the HU
 * put them. */
static int
read_level (BrgCli *cli, double *level_hu, BrgRecipe *recipe)
{
  const char *text = brg_cli_value (cli, "hu");
  int n_numbers;

  *level_hu = NAN;
  if (text == NULL)
    return BRG_CLI_DONE;
  if (!brg_cli_parse_numbers (text, 1, 1, level_hu, &n_numbers) || !(*level_hu >= INT16_MIN) ||
      !(*level_hu <= INT16_MAX))
    return brg_cli_usage_error (cli, "--hu must be from %d to %d, got \"%.40s\"", INT16_MIN,
                                INT16_MAX, text);
  if (brg_cli_value (cli, "segment") != NULL)
    return brg_cli_usage_error (cli,
                                "--hu takes the input as a scan; it does not go with --segment");
  if (brg_cli_input_kind (cli->operands[0]) == BRG_INPUT_MESH)
    return brg_cli_usage_error (cli, "--hu needs a scan, and %.200s is a mesh", cli->operands[0]);
  recipe->smooth = 0;
  return BRG_CLI_DONE;
}

static int
read_method (BrgCli *cli, BrgCliSmoothingMethod *method)
{
  static const char *const names[] = { "bregma", "slicer", "slicer-nuttall" };
  const char *text = brg_cli_value (cli, "smoothing");

  *method = BRG_CLI_SMOOTHING_BREGMA;
  if (text == NULL)
    return BRG_CLI_DONE;
  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    if (strcmp (text, names[n]) == 0)
      {
        *method = (BrgCliSmoothingMethod) n;
        return BRG_CLI_DONE;
      }
  return brg_cli_usage_error (
    cli, "--smoothing must be bregma, slicer or slicer-nuttall, got \"%.40s\"", text);
}

/* Smoothing must not be asked for where there is none. */
static int
check_smoothing (BrgCli *cli, bool is_level)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);
  bool has_method = brg_cli_value (cli, "smoothing") != NULL;
  bool has_factor = !isnan (cli->param_values[brg_param_find ("smooth") - params]);

  if (brg_cli_input_kind (cli->operands[0]) == BRG_INPUT_MESH && (has_method || has_factor))
    return brg_cli_usage_error (cli,
                                "%s needs a mask or a scan: %.200s is a mesh, which is not "
                                "smoothed",
                                has_method ? "--smoothing" : "--smooth", cli->operands[0]);
  if (is_level && has_method && !has_factor)
    return brg_cli_usage_error (cli, "--smoothing needs --smooth with --hu: a level is smoothed "
                                     "only by the factor given");
  return BRG_CLI_DONE;
}

static int
read_request (BrgCli *cli, Request *request)
{
  const char *reduce = brg_cli_value (cli, "reduce");
  const char *frame = brg_cli_value (cli, "frame");
  BrgRecipe recipe = brg_recipe_default ();
  BrgCliSmoothingMethod method;
  double level_hu;
  int n_numbers, outcome = read_level (cli, &level_hu, &recipe);

  if (outcome == BRG_CLI_DONE)
    outcome = read_method (cli, &method);
  if (outcome == BRG_CLI_DONE)
    outcome = check_smoothing (cli, !isnan (level_hu));
  if (outcome != BRG_CLI_DONE)
    return outcome;
  brg_cli_apply_params (cli, &recipe);
  *request = (Request){ .input = cli->operands[0],
                        .level_hu = level_hu,
                        .segment = brg_cli_value (cli, "segment"),
                        .output = brg_cli_value (cli, "output"),
                        .smoothing = { recipe.smooth, method },
                        .ras = g_strcmp0 (frame, "ras") == 0 };
  if (request->output == NULL)
    return brg_cli_usage_error (cli, "-o OUT.stl|.ply|.obj is missing");
  if (!brg_cli_ends_in (request->output, ".stl") && !brg_cli_ends_in (request->output, ".ply") &&
      !brg_cli_ends_in (request->output, ".obj"))
    return brg_cli_usage_error (cli, "-o must end in .stl, .ply or .obj, got \"%s\"",
                                request->output);
  if (brg_cli_is_same_file (request->output, request->input))
    return brg_cli_usage_error (cli, "-o names the input itself");
  if (frame != NULL && !request->ras && strcmp (frame, "lps") != 0)
    return brg_cli_usage_error (cli, "--frame must be lps or ras, got \"%.40s\"", frame);
  if (reduce != NULL && (!brg_cli_parse_numbers (reduce, 1, 1, &request->reduce, &n_numbers) ||
                         request->reduce < 0 || request->reduce >= 1))
    return brg_cli_usage_error (cli, "--reduce must be from 0 to below 1, got \"%.40s\"", reduce);
  return BRG_CLI_DONE;
}

static BrgMesh *
read_surface (const Request *request, BrgImageInfo *header, BrgJob *job, BrgError *error)
{
  if (isnan (request->level_hu))
    return brg_cli_read_surface (request->input, request->segment, request->smoothing, header, job,
                                 error);
  return brg_cli_read_level (request->input, request->level_hu, request->smoothing, header, job,
                             error);
}

/* *before_mm3: the volume of the surface as it was if it is to be reduced and is closed, or NaN. */
static BrgStatus
reduce_mesh (const Request *request,
             BrgMesh **mesh,
             double *before_mm3,
             BrgJob *job,
             BrgError *error)
{
  BrgMeshCheck check;

  *before_mm3 = NAN;
  if (request->reduce <= 0)
    return BRG_OK;
  if (brg_mesh_check (*mesh, &check, job, error) != BRG_OK)
    return BRG_INVALID;
  if (check.closed)
    *before_mm3 = check.volume_mm3;
  BrgMesh *reduced = brg_mesh_reduce (*mesh, 1 - request->reduce, job, error);
  brg_mesh_unref (*mesh);
  *mesh = reduced;
  return reduced != NULL ? BRG_OK : BRG_INVALID;
}

/* Says so when the surface encloses another volume than before it was reduced. */
static void
report_reduction (BrgReport *report, const Request *request, double before_mm3, double after_mm3)
{
  double change_mm3 = after_mm3 - before_mm3;

  if (!(fabs (change_mm3) > MAX_CHANGE * fabs (before_mm3)))
    return;

  g_autofree char *text =
    g_strdup_printf ("--reduce %.10g changed the volume from %.1f to %.1f mm³ (%+.1f %%)",
                     request->reduce, before_mm3, after_mm3, 100 * change_mm3 / fabs (before_mm3));
  brg_report_text (report, "warning", "Warning", text);
}

static int
finish_mesh (BrgCli *cli,
             const Request *request,
             const BrgImageInfo *header,
             const BrgMesh *mesh,
             double before_mm3,
             const BrgMeshCheck *check)
{
  BrgReport *report = brg_report_new ();

  brg_report_text (report, "mesh", "Mesh", request->output);
  if (!isnan (request->level_hu))
    brg_report_real (report, "level_hu", "Level", request->level_hu, 2, "HU");
  brg_report_text (report, "frame", "Frame", request->ras ? "RAS" : "LPS");
  brg_report_count (report, "vertices", "Vertices", mesh->n_vertices, "");
  brg_report_count (report, "triangles", "Triangles", mesh->n_triangles, "");
  brg_report_real (report, "area_mm2", "Area", check->area_mm2, 1, "mm²");
  brg_report_real (report, "volume_mm3", "Volume", check->volume_mm3, 1, "mm³");
  brg_report_truth (report, "closed", "Closed", check->closed);
  brg_report_truth (report, "manifold", "Manifold", check->manifold);
  report_reduction (report, request, before_mm3, check->volume_mm3);
  brg_cli_report_warnings (report, header);
  return brg_cli_finish (cli, report);
}

static int
run_mesh (BrgCli *cli)
{
  Request request;
  BrgError error = { 0 };
  BrgMeshCheck check;
  BrgImageInfo header = { 0 };
  double before_mm3;
  int outcome = read_request (cli, &request);

  if (outcome != BRG_CLI_DONE)
    return outcome;
  brg_cli_phase (cli, 0, 0.7);
  BrgMesh *mesh = read_surface (&request, &header, &cli->job, &error);
  brg_cli_phase (cli, 0.7, 1);
  if (mesh == NULL || reduce_mesh (&request, &mesh, &before_mm3, &cli->job, &error) != BRG_OK ||
      brg_mesh_check (mesh, &check, &cli->job, &error) != BRG_OK)
    outcome = brg_cli_failed (cli, request.input, error.message);
  else if (brg_mesh_write (mesh, request.output, request.ras, &cli->job, &error) != BRG_OK)
    outcome = brg_cli_failed (cli, request.output, error.message);
  else
    outcome = finish_mesh (cli, &request, &header, mesh, before_mm3, &check);
  brg_mesh_unref (mesh);
  return outcome;
}

static const BrgCliOption options[] = {
  { "output", 'o', "FILE", "The mesh to write: .stl (binary), .ply or .obj." },
  BRG_CLI_SEGMENT_OPTION,
  { "hu", 0, "LEVEL", "The input is a scan: make the surface of this HU, bone inside." },
  { "smoothing", 0, "bregma|slicer|slicer-nuttall",
    "How to smooth; slicer is as 3D Slicer 4.8, --smooth its factor. (bregma)" },
  { "reduce", 0, "X",
    "Take away this part of the triangles; vertices move, and thin parts may keep more triangles. "
    "0 to below 1 (0)" },
  { "frame", 0, "lps|ras", "Frame of the coordinates, in mm. (lps)" },
};

const BrgCommand brg_command_mesh = {
  .name = "mesh",
  .usage = "MASK|SCAN|MESH -o OUT.stl|.ply|.obj",
  .summary = "Make the surface of a mask, or of a level in a scan: closed, outward, in mm.",
  .notes =
    "MESH is an .stl, .ply or .obj file, which is reduced or rewritten but not smoothed.\n"
    "With --hu the surface lies where the HU, linear between voxels, are at the level; it is "
    "smoothed only if --smooth is given.\n"
    "A reduction that changes the volume by more than 1 % is told of.\n"
    "With --smoothing slicer the surface compares with those that 3D Slicer exported until March "
    "2024 (slicer-nuttall: since then); it may shrink and move by more than half a voxel.",
  .options = options,
  .n_options = G_N_ELEMENTS (options),
  .has_params = true,
  .first_stage = BRG_STAGE_SURFACE,
  .last_stage = BRG_STAGE_SURFACE,
  .min_operands = 1,
  .max_operands = 1,
  .run = run_mesh,
};
