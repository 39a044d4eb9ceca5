
#include "case/brg-export.h"
#include "cli/brg-cli-input.h"
#include "cli/brg-cli-labels.h"
#include "cli/brg-cli-values.h"
#include "cli/brg-commands.h"
#include "engine/brg-pipeline.h"
#include "engine/brg-place.h"
#include "engine/brg-scidata.h"

/* defect: from the skull to one or more triples, published as a set. */

typedef struct
{
  const char *skull_path, *dir, *name;
  const BrgPreset *preset; /* NULL: none */
  bool has_at;
  BrgVec3 at_mm;
  double size_mm[3];
  int n_sizes; /* 0: as the preset or the series has it */
  const char *scidata;
  uint64_t seed;
  int count;
} Request;

/* Arrays have one entry per defect asked for. */
typedef struct
{
  BrgMask *skull;
  BrgImageInfo header;
  BrgRecipe *recipes;
  BrgPipelineResult *results;
  const BrgMask **flaps; /* borrowed from the results */
  BrgSha256 *cutters;
  BrgExportDefect *for_export;
  int n_made;
} Work;

static int
read_place (BrgCli *cli, Request *request)
{
  const char *preset = brg_cli_value (cli, "preset");
  const char *at = brg_cli_value (cli, "at");
  double lps[3];
  int n_numbers;

  if (preset != NULL && (request->preset = brg_preset_find (preset)) == NULL)
    return brg_cli_usage_error (cli, "--preset \"%.40s\" is not known (see --help)", preset);
  if (at != NULL && !brg_cli_parse_numbers (at, 3, 3, lps, &n_numbers))
    return brg_cli_usage_error (cli, "--at must be L,P,S in mm, got \"%.60s\"", at);
  request->has_at = at != NULL;
  if (request->has_at)
    request->at_mm = brg_vec3 (lps[0], lps[1], lps[2]);
  return BRG_CLI_DONE;
}

static int
read_size (BrgCli *cli, Request *request)
{
  static const char *const keys[] = { "width", "height", "depth" };
  const char *size = brg_cli_value (cli, "size");
  BrgError error;

  if (size == NULL)
    return BRG_CLI_DONE;
  if (!brg_cli_parse_numbers (size, 1, 3, request->size_mm, &request->n_sizes))
    return brg_cli_usage_error (cli, "--size must be W, W,H or W,H,D in mm, got \"%.60s\"", size);
  for (int n = 0; n < request->n_sizes; n++)
    if (brg_param_check (brg_param_find (keys[n]), request->size_mm[n], &error) != BRG_OK)
      return brg_cli_usage_error (cli, "--size: %s", error.message);
  if (request->n_sizes == 1)
    request->size_mm[1] = request->size_mm[0];
  return BRG_CLI_DONE;
}

static int
read_series (BrgCli *cli, Request *request)
{
  const char *count = brg_cli_value (cli, "count");
  const char *seed = brg_cli_value (cli, "seed");

  if (count != NULL && !brg_cli_parse_int (count, 1, BRG_RECIPE_MAX_DEFECTS, &request->count))
    return brg_cli_usage_error (cli, "--count must be a whole number, 1 to %d, got \"%.40s\"",
                                BRG_RECIPE_MAX_DEFECTS, count);
  if (seed != NULL && !brg_cli_parse_seed (seed, &request->seed))
    return brg_cli_usage_error (cli, "--seed must be " BRG_CLI_SEED_RANGE ", got \"%.40s\"", seed);
  if ((request->has_at || request->preset != NULL) && (count != NULL || seed != NULL))
    return brg_cli_usage_error (cli, "--count and --seed place defects at random; they do not go "
                                     "with --at or --preset");
  return BRG_CLI_DONE;
}

/* The published masks bring place, shape and size with them. Whether their numbers fit is known
 * when the skull is read. */
static int
check_scidata (BrgCli *cli, const Request *request)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);
  BrgError error = { 0 };

  if (request->scidata == NULL)
    return BRG_CLI_DONE;
  if (brg_scidata_check (request->scidata, &error) != BRG_OK)
    return brg_cli_usage_error (cli, "--scidata: %s", error.message);
  if (request->has_at || request->preset != NULL || request->n_sizes > 0)
    return brg_cli_usage_error (cli, "--scidata does not go with --at, --preset or --size");
  for (size_t p = 0; p < n_params; p++)
    if (params[p].stage == BRG_STAGE_DEFECT && cli->param_values[p] == cli->param_values[p])
      return brg_cli_usage_error (cli, "--scidata does not go with --%s", params[p].key);
  return BRG_CLI_DONE;
}

static int
read_request (BrgCli *cli, Request *request)
{
  const char *name = brg_cli_value (cli, "name");

  *request = (Request){ .skull_path = cli->operands[0],
                        .dir = brg_cli_value (cli, "output"),
                        .name = name != NULL ? name : "Case01",
                        .scidata = brg_cli_value (cli, "scidata"),
                        .seed = 1,
                        .count = 1 };
  if (request->dir == NULL)
    return brg_cli_usage_error (cli, "-o DIR is missing");
  if (!brg_export_name_is_valid (request->name))
    return brg_cli_usage_error (cli, "--name may hold letters, digits, - and _, got \"%.60s\"",
                                request->name);
  if (brg_export_replaces (request->dir, request->name, request->skull_path))
    return brg_cli_usage_error (cli,
                                "SKULL is a file of case %s in the folder of -o and would be "
                                "replaced; choose another folder or another --name",
                                request->name);

  int outcome = read_place (cli, request);
  if (outcome == BRG_CLI_DONE)
    outcome = read_size (cli, request);
  if (outcome == BRG_CLI_DONE)
    outcome = read_series (cli, request);
  return outcome == BRG_CLI_DONE ? check_scidata (cli, request) : outcome;
}

/* Where the defect is and what it looks like before the options change it. */
static BrgStatus
place_defect (BrgCli *cli, const Request *request, const Work *work, int index, BrgError *error)
{
  BrgDefect *defect = &work->recipes[index].defect;
  BrgStatus status = BRG_OK;

  if (request->preset != NULL)
    status = request->has_at
               ? (*defect = request->preset->defect, BRG_OK)
               : brg_place_preset (work->skull, request->preset, defect, &cli->job, error);
  else if (!request->has_at)
    status = brg_place_random (work->skull, request->seed, index, work->flaps, index, defect,
                               &cli->job, error);
  if (status != BRG_OK)
    return status;
  defect->placed = true;
  if (request->has_at)
    defect->at_mm = request->at_mm;
  if (request->n_sizes > 0)
    {
      defect->width_mm = request->size_mm[0];
      defect->height_mm = request->size_mm[1];
    }
  if (request->n_sizes > 2)
    defect->depth_mm = request->size_mm[2];
  return BRG_OK;
}

/* The defect of a published mask, its missing numbers drawn. */
static BrgStatus
place_scidata (const Request *request, const Work *work, int index, BrgError *error)
{
  BrgDefect *defect = &work->recipes[index].defect;

  defect->placed = true;
  return brg_scidata_parse (request->scidata, &work->skull->grid, request->seed + (uint64_t) index,
                            &defect->scidata, error);
}

static BrgStatus
make_defect (BrgCli *cli, const Request *request, Work *work, int index, BrgError *error)
{
  BrgRecipe *recipe = &work->recipes[index];
  BrgPipelineResult *result = &work->results[index];

  *recipe = brg_recipe_default ();
  work->n_made = index + 1;
  BrgStatus status = request->scidata != NULL ? place_scidata (request, work, index, error)
                                              : place_defect (cli, request, work, index, error);
  brg_cli_apply_params (cli, recipe);
  if (status == BRG_OK)
    status = brg_pipeline_triple (work->skull, recipe, result, &cli->job, error);
  if (status != BRG_OK)
    return status;
  brg_trace_hash_mask (result->cutter, work->cutters[index]);
  g_clear_pointer (&result->cutter, brg_mask_unref);
  g_clear_pointer (&result->drills, brg_mask_unref);
  work->flaps[index] = result->flap;
  work->for_export[index] = (BrgExportDefect){ .recipe = recipe,
                                               .defective = result->defective,
                                               .implant = result->implant,
                                               .cutter_sha256 = work->cutters[index] };
  return BRG_OK;
}

static BrgStatus
make_defects (BrgCli *cli, const Request *request, Work *work, BrgError *error)
{
  BrgStatus status = BRG_OK;

  work->skull = brg_cli_read_skull (request->skull_path, brg_cli_value (cli, "segment"),
                                    &work->header, &cli->job, error);
  if (work->skull == NULL)
    return BRG_FORMAT;
  work->recipes = g_new0 (BrgRecipe, request->count);
  work->results = g_new0 (BrgPipelineResult, request->count);
  work->flaps = g_new0 (const BrgMask *, request->count);
  work->cutters = g_new0 (BrgSha256, request->count);
  work->for_export = g_new0 (BrgExportDefect, request->count);
  for (int d = 0; d < request->count && status == BRG_OK; d++)
    {
      brg_cli_phase (cli, 0.05 + 0.1 * d / request->count, 0.05 + 0.1 * (d + 1) / request->count);
      status = make_defect (cli, request, work, d, error);
    }
  return status;
}

static gboolean
publish (BrgCli *cli, const Request *request, const Work *work, GError **error)
{
  BrgSha256 sha256;
  BrgExport what = { .name = request->name,
                     .recipe = &work->recipes[0],
                     .skull = work->skull,
                     .source_kind = BRG_SOURCE_SKULL,
                     .source_sha256 = sha256,
                     .defects = work->for_export,
                     .n_defects = (gsize) work->n_made };

  brg_export_hash_mask (work->skull, sha256);
  brg_cli_phase (cli, 0.15, 1);
  return brg_export (&what, request->dir, &cli->job, error);
}

static void
report_shape (BrgReport *report, const BrgDefect *defect, const BrgPipelineResult *result)
{
  const double at_mm[3] = { defect->at_mm.x, defect->at_mm.y, defect->at_mm.z };
  const double origin_mm[3] = { result->frame.origin.x, result->frame.origin.y,
                                result->frame.origin.z };
  const double size_mm[3] = { defect->width_mm, defect->height_mm, defect->depth_mm };

  brg_report_text (report, "shape", "Shape", brg_param_find ("shape")->choices[defect->shape]);
  brg_report_reals (report, "at_lps_mm", NULL, at_mm, 3, 1, "mm");
  brg_report_reals (report, "origin_lps_mm", "On the bone at (L, P, S)", origin_mm, 3, 1, "mm");
  brg_report_reals (report, "size_mm", "Size", size_mm, size_mm[2] > 0 ? 3 : 2, 1, "mm");
  brg_report_real (report, "rotate_deg", "Rotation", defect->rotate_deg, 0, "°");
}

/* Says so when the clearance asked for moves nothing. */
static void
report_clearance (BrgReport *report, double clearance_mm, size_t removed_vox, size_t implant_vox)
{
  if (clearance_mm <= 0 || implant_vox != removed_vox)
    return;

  g_autofree char *text = g_strdup_printf ("%g mm of clearance are no more than a voxel and took "
                                           "nothing away; ask for more to open a gap",
                                           clearance_mm);
  brg_report_text (report, "warning", "Warning", text);
}

static void
report_defect (BrgReport *report, const Request *request, const Work *work, int index)
{
  const BrgPipelineResult *result = &work->results[index];
  const BrgFit *fit = &result->fit;
  size_t removed_vox = brg_mask_count (work->skull) - brg_mask_count (result->defective);
  size_t implant_vox = brg_mask_count (result->implant);
  g_autofree char *title = g_strdup_printf ("Defect %02d", index + 1);

  brg_report_begin (report, NULL, title);
  if (request->scidata != NULL)
    brg_report_text (report, "scidata", "Published shape", request->scidata);
  else
    report_shape (report, &work->recipes[index].defect, result);
  brg_report_real (report, "removed_mm3", "Removed", fit->removed_mm3, 1, "mm³");
  brg_report_real (report, "implant_mm3", "Implant", fit->implant_mm3, 1, "mm³");
  brg_report_count (report, "removed_vox", NULL, removed_vox, "");
  brg_report_count (report, "implant_vox", NULL, implant_vox, "");
  brg_report_count (report, "overlap_vox", "Overlap", fit->overlap_vox, "voxels");
  brg_report_real (report, "smallest_gap_mm", "Smallest gap", fit->smallest_gap_mm, 2, "mm");
  brg_report_real (report, "median_gap_mm", "Median gap", fit->median_gap_mm, 2, "mm");
  brg_report_real (report, "smallest_centre_mm", "Smallest, by centres", fit->smallest_centre_mm, 2,
                   "mm");
  brg_report_real (report, "median_centre_mm", "Median, by centres", fit->median_centre_mm, 2,
                   "mm");
  report_clearance (report, work->recipes[index].clearance_mm, removed_vox, implant_vox);
  brg_report_end (report);
}

static int
finish_defect (BrgCli *cli, const Request *request, const Work *work)
{
  BrgReport *report = brg_report_new ();

  brg_report_text (report, "folder", "Folder", request->dir);
  brg_report_text (report, "name", "Case", request->name);
  brg_report_count (report, "skull_vox", "Skull", brg_mask_count (work->skull), "voxels");
  brg_report_real (report, "skull_mm3", "Volume", brg_mask_volume_mm3 (work->skull), 1, "mm³");
  brg_report_begin_list (report, "defects");
  for (int d = 0; d < work->n_made; d++)
    report_defect (report, request, work, d);
  brg_report_end_list (report);
  brg_cli_report_warnings (report, &work->header);
  return brg_cli_finish (cli, report);
}

static void
clear_work (Work *work)
{
  for (int d = 0; d < work->n_made; d++)
    brg_pipeline_result_clear (&work->results[d]);
  g_free (work->results);
  g_free (work->recipes);
  g_free (work->flaps);
  g_free (work->cutters);
  g_free (work->for_export);
  brg_mask_unref (work->skull);
}

static int
run_defect (BrgCli *cli)
{
  Request request;
  Work work = { 0 };
  BrgError error = { 0 };
  g_autoptr (GError) export_error = NULL;
  int outcome = read_request (cli, &request);

  if (outcome != BRG_CLI_DONE)
    return outcome;
  if (make_defects (cli, &request, &work, &error) != BRG_OK)
    outcome = brg_cli_failed (cli, request.skull_path, error.message);
  else if (!publish (cli, &request, &work, &export_error))
    outcome = brg_cli_failed_in (cli, request.dir, request.dir, export_error->message);
  else
    outcome = finish_defect (cli, &request, &work);
  clear_work (&work);
  return outcome;
}

static const BrgCliOption options[] = {
  { "output", 'o', "DIR", "The folder to write to; made if missing." },
  BRG_CLI_SEGMENT_OPTION,
  { "name", 0, "NAME", "Name of the case: letters, digits, - and _ (Case01)" },
  { "preset", 0, "NAME",
    "frontal, fronto-orbital, parieto-temporal, bifrontal, hemicraniectomy, occipital, vertex or "
    "burr-hole; one-sided ones are on the patient's right; other options change what it brings." },
  { "at", 0, "L,P,S", "Middle of the defect in mm; the bone nearest to it is cut." },
  { "size", 0, "W[,H[,D]]",
    "Width, height (as the width) and depth in mm; depth 0 goes through the bone (with --at: "
    "60,50,0)" },
  { "count", 0, "N", "Make N different defects at random, 1 to 1000 (1)" },
  { "seed", 0, "S", "Number the random places and shapes follow from (1)" },
  { "scidata", 0, "SHAPE",
    "A mask of the published toolbox, voxel for voxel: cube[:x,y[,size]], sphere[:x,y[,size]] or "
    "drilled[:loc,loc1,idx,radius]; what is left out is drawn from the seed." },
};

const BrgCommand brg_command_defect = {
  .name = "defect",
  .usage = "SKULL -o DIR",
  .summary = "Make the triple of a skull: complete skull, skull with a defect, implant; masks, "
             "surfaces, pictures, recipe and manifest.",
  .notes = "Without --at, --preset and --scidata the seed chooses place, shape and size; options "
           "given change its choice. --scidata counts in voxels along the axes of the file: x and "
           "y are the middle, size is the edge of the cube (128) or what the sphere has more than "
           "the upper quarter (20); loc and loc1 are 1 or 2, idx 1 to 9, radius the drill's.",
  .options = options,
  .n_options = G_N_ELEMENTS (options),
  .has_params = true,
  .first_stage = BRG_STAGE_DEFECT,
  .last_stage = BRG_STAGE_SURFACE,
  .min_operands = 1,
  .max_operands = 1,
  .run = run_defect,
};
