#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "case/brg-export.h"
#include "case/brg-recipe-json.h"
#include "cli/brg-cli-input.h"
#include "cli/brg-cli-labels.h"
#include "cli/brg-cli-values.h"
#include "cli/brg-commands.h"
#include "engine/brg-mask-scan.h"
#include "engine/brg-pipeline.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"
#include "io/brg-output.h"

/* segment: from a scan to the skull, by the pipeline of the application. */

typedef struct
{
  const char *scan_path, *output, *edits_path, *recipe_path;
  bool is_mask; /* the scan is one */
  const char *segment;
  bool has_crop;
  BrgCliCrop crop;
  BrgRecipe recipe;
} Request;

/* Stages after which voxels are counted; the threshold's own count comes with the result. */
static const struct
{
  BrgStage stage;
  const char *key, *label;
} counted[] = {
  { BRG_STAGE_ISLANDS, "islands", "Islands" },
  { BRG_STAGE_MEDIAN, "median", "Median" },
  { BRG_STAGE_HOLES, "holes", "Holes to margin" },
  { BRG_STAGE_EDITS, "edits", "Edits" },
};

typedef struct
{
  BrgVolume *scan;
  BrgImageInfo header;
  BrgMask *added, *removed;
  BrgPipeline *pipeline;
  BrgPipelineResult result;
  size_t n_vox[G_N_ELEMENTS (counted)];
  const char *at_fault; /* after a failure: path of the file that it is about */
} Work;

static bool
parse_point (const char *text, BrgKeepAt *keep_at)
{
  double lps[3];
  int n_numbers;

  if (!brg_cli_parse_numbers (text, 3, 3, lps, &n_numbers))
    return false;
  *keep_at = (BrgKeepAt){ true, brg_vec3 (lps[0], lps[1], lps[2]) };
  return true;
}

/* No output is written over an input or over the other output. */
static int
check_paths (BrgCli *cli, const Request *request)
{
  const char *const outputs[][2] = { { "-o", request->output },
                                     { "--recipe", request->recipe_path } };
  const char *const others[][2] = { { "the scan itself", request->scan_path },
                                    { "the file of --edits", request->edits_path },
                                    { "the file of -o", request->output } };

  if (request->output == NULL)
    return brg_cli_usage_error (cli, "-o SKULL.nrrd is missing");
  if (!brg_cli_ends_in (request->output, ".nrrd"))
    return brg_cli_usage_error (cli, "-o must end in .nrrd, got \"%s\"", request->output);
  if (request->recipe_path != NULL && !brg_cli_ends_in (request->recipe_path, ".json"))
    return brg_cli_usage_error (cli, "--recipe must end in .json, got \"%s\"",
                                request->recipe_path);
  for (size_t o = 0; o < G_N_ELEMENTS (outputs); o++)
    for (size_t f = 0; f < G_N_ELEMENTS (others); f++)
      if (outputs[o][1] != NULL && others[f][1] != NULL && outputs[o][1] != others[f][1] &&
          brg_cli_is_same_file (outputs[o][1], others[f][1]))
        return brg_cli_usage_error (cli, "%s names %s", outputs[o][0], others[f][0]);
  return BRG_CLI_DONE;
}

/* Options that would change nothing beside the others. */
static int
check_unused (BrgCli *cli, const BrgRecipe *recipe)
{
  static const char *const limits[] = { "min-island", "max-island" };
  bool keeps_one = recipe->keep_at.placed, keeps_all = recipe->keep == BRG_KEEP_ALL;

  if (keeps_one && keeps_all)
    return brg_cli_usage_error (cli, "--keep-at keeps one island; it does not go with --keep all");
  for (size_t l = 0; l < G_N_ELEMENTS (limits); l++)
    if (keeps_one && brg_cli_has_param (cli, limits[l]))
      return brg_cli_usage_error (cli, "--keep-at keeps one island; it does not go with --%s",
                                  limits[l]);
    else if (!keeps_all && brg_cli_has_param (cli, limits[l]))
      return brg_cli_usage_error (cli, "--%s does nothing without --keep all; add it", limits[l]);
  if (brg_cli_has_param (cli, "kernel") && !brg_cli_has_param (cli, "median"))
    return brg_cli_usage_error (cli, "--kernel does nothing without --median MM; add it");
  return BRG_CLI_DONE;
}

/* Is the input to be taken as a mask? Of that all islands are kept unless something else is asked
 * for. */
static int
read_kind (BrgCli *cli, Request *request)
{
  const char *as = brg_cli_value (cli, "as"), *segment = brg_cli_value (cli, "segment");

  request->segment = segment;
  request->is_mask = as != NULL ? strcmp (as, "mask") == 0 : segment != NULL;
  if (as != NULL && !request->is_mask && strcmp (as, "scan") != 0)
    return brg_cli_usage_error (cli, "--as must be scan or mask, got \"%.40s\"", as);
  if (!request->is_mask)
    return segment == NULL
             ? BRG_CLI_DONE
             : brg_cli_usage_error (cli, "--segment is of a mask; it does not go with --as scan");
  if (brg_cli_value (cli, "threshold") != NULL)
    return brg_cli_usage_error (cli, "a mask has no HU; --threshold does not go with it");
  if (!brg_cli_has_param (cli, "keep") && brg_cli_value (cli, "keep-at") == NULL)
    request->recipe.keep = BRG_KEEP_ALL;
  return BRG_CLI_DONE;
}

static int
read_request (BrgCli *cli, Request *request)
{
  const char *threshold = brg_cli_value (cli, "threshold");
  const char *crop = brg_cli_value (cli, "crop");
  const char *keep_at = brg_cli_value (cli, "keep-at");
  BrgRecipe *recipe = &request->recipe;

  *request = (Request){ .scan_path = cli->operands[0],
                        .output = brg_cli_value (cli, "output"),
                        .edits_path = brg_cli_value (cli, "edits"),
                        .recipe_path = brg_cli_value (cli, "recipe"),
                        .has_crop = crop != NULL,
                        .recipe = brg_recipe_default () };
  brg_cli_apply_params (cli, recipe);
  if (threshold != NULL &&
      !brg_cli_parse_threshold (threshold, &recipe->threshold_lo_hu, &recipe->threshold_hi_hu))
    return brg_cli_usage_error (cli,
                                "--threshold must be LO or LO:HI in whole HU within %d..%d, LO not "
                                "above HI, got \"%.40s\" (info tells the values of a scan)",
                                INT16_MIN, INT16_MAX, threshold);
  if (keep_at != NULL && !parse_point (keep_at, &recipe->keep_at))
    return brg_cli_usage_error (cli, "--keep-at must be L,P,S in mm, got \"%.60s\"", keep_at);
  if (crop != NULL && !brg_cli_parse_crop (crop, &request->crop))
    return brg_cli_usage_error (cli, "--crop must be i0:i1,j0:j1,k0:k1, got \"%.60s\"", crop);
  int outcome = read_kind (cli, request);
  if (outcome == BRG_CLI_DONE)
    outcome = check_paths (cli, request);
  return outcome == BRG_CLI_DONE ? check_unused (cli, recipe) : outcome;
}

/* On failure work->at_fault is the edits file. */
static BrgStatus
read_edits (const Request *request, Work *work, BrgJob *job, BrgError *error)
{
  const BrgGrid *grid = &work->scan->grid;

  work->at_fault = request->edits_path;
  BrgStatus status =
    brg_image_read_labels (request->edits_path, &work->added, &work->removed, job, error);
  if (status != BRG_OK)
    return status;
  const BrgGrid *own = &work->added->grid;
  if (!brg_grid_equal (own, grid))
    return brg_error_set (error, BRG_INVALID,
                          "not on the grid of the scan: %d x %d x %d and %d x %d x %d voxels, or "
                          "shifted",
                          own->dim[0], own->dim[1], own->dim[2], grid->dim[0], grid->dim[1],
                          grid->dim[2]);
  work->at_fault = request->scan_path;
  return BRG_OK;
}

static BrgVolume *
read_scan (const Request *request, Work *work, BrgJob *job, BrgError *error)
{
  if (!request->is_mask)
    return brg_image_read_volume (request->scan_path, &work->header, job, error);
  BrgMask *mask =
    brg_cli_read_skull (request->scan_path, request->segment, &work->header, job, error);
  BrgVolume *scan = mask != NULL ? brg_mask_scan (mask, job, error) : NULL;
  brg_mask_unref (mask);
  return scan;
}

static BrgStatus
read_inputs (const Request *request, Work *work, BrgJob *job, BrgError *error)
{
  work->at_fault = request->scan_path;
  work->scan = read_scan (request, work, job, error);
  if (work->scan == NULL)
    return BRG_IO;
  return request->edits_path != NULL ? read_edits (request, work, job, error) : BRG_OK;
}

static BrgStatus
set_crop (Request *request, const Work *work, BrgError *error)
{
  return request->has_crop
           ? brg_cli_crop_box (&request->crop, &work->scan->grid, &request->recipe.crop_vox, error)
           : BRG_OK;
}

/* The recipe up to `stage`: parameters of later stages at their defaults, which are "off". */
static BrgRecipe
recipe_until (const BrgRecipe *recipe, BrgStage stage)
{
  BrgRecipe until = *recipe;
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  for (size_t p = 0; p < n_params; p++)
    if (params[p].stage > stage)
      brg_param_set (&params[p], &until, params[p].initial);
  return until;
}

/* Runs the pipeline stage by stage. It keeps what it has done, so the counts cost no extra work;
 * the last run is the whole recipe. */
static BrgStatus
run_stages (BrgCli *cli, const Request *request, Work *work, BrgError *error)
{
  BrgStatus status = BRG_OK;

  work->pipeline = brg_pipeline_new (work->scan, error);
  if (work->pipeline == NULL)
    return BRG_NO_MEMORY;
  for (size_t s = 0; s < G_N_ELEMENTS (counted) && status == BRG_OK; s++)
    {
      bool with_edits = counted[s].stage == BRG_STAGE_EDITS;
      BrgRecipe until = recipe_until (&request->recipe, counted[s].stage);
      brg_cli_phase (cli, 0.3 + 0.12 * (double) s, 0.42 + 0.12 * (double) s);
      brg_pipeline_result_clear (&work->result);
      status = brg_pipeline_run (work->pipeline, &until, with_edits ? work->added : NULL,
                                 with_edits ? work->removed : NULL, with_edits ? 1 : 0,
                                 &work->result, &cli->job, error);
      if (status == BRG_OK)
        work->n_vox[s] = work->result.skull_vox;
    }
  return status;
}

static BrgStatus
make_skull (BrgCli *cli, Request *request, Work *work, BrgError *error)
{
  brg_cli_phase (cli, 0, 0.3);
  BrgStatus status = read_inputs (request, work, &cli->job, error);
  if (status == BRG_OK)
    status = set_crop (request, work, error);
  return status == BRG_OK ? run_stages (cli, request, work, error) : status;
}

/* The recipe names the edits by base name: it looks for them beside itself. */
static char *
recipe_text (const Request *request, const Work *work)
{
  BrgRecipeSource source = { .kind = BRG_SOURCE_SCAN };

  brg_export_hash_volume (work->scan, source.sha256);
  if (request->edits_path != NULL)
    {
      g_autofree char *name = g_path_get_basename (request->edits_path);
      g_strlcpy (source.edits, name, sizeof source.edits);
    }
  return brg_recipe_to_json (&request->recipe, 1, &source);
}

/* The recipe without its name yet, which it gets when the skull is there; NULL on failure. */
static BrgOutput *
begin_recipe (const Request *request, const Work *work, BrgError *error)
{
  BrgOutput *recipe = brg_output_open (request->recipe_path, error);

  if (recipe == NULL)
    return NULL;
  g_autofree char *text = recipe_text (request, work);
  if (brg_output_write (recipe, text, strlen (text), error) == BRG_OK)
    return recipe;
  brg_output_discard (recipe);
  return NULL;
}

/* Skull and recipe, or neither. On failure work->at_fault is the file that failed. */
static BrgStatus
write_outputs (BrgCli *cli, const Request *request, Work *work, BrgError *error)
{
  BrgOutput *recipe = NULL;

  work->at_fault = request->recipe_path;
  if (request->recipe_path != NULL && (recipe = begin_recipe (request, work, error)) == NULL)
    return BRG_IO;
  work->at_fault = request->output;
  brg_cli_phase (cli, 0.78, 1);
  BrgStatus status = brg_nrrd_write_mask (work->result.skull, request->output, &cli->job, error);
  if (status != BRG_OK || recipe == NULL)
    {
      brg_output_discard (recipe);
      return status;
    }
  work->at_fault = request->recipe_path;
  status = brg_output_commit (recipe, error);
  if (status != BRG_OK)
    g_remove (request->output);
  return status;
}

static void
report_stages (BrgReport *report, const Work *work)
{
  brg_report_begin (report, "stages", "Voxels after");
  brg_report_count (report, "threshold", "Threshold", work->result.threshold_vox, "");
  for (size_t s = 0; s < G_N_ELEMENTS (counted); s++)
    brg_report_count (report, counted[s].key, counted[s].label, work->n_vox[s], "");
  brg_report_end (report);
}

/* Says so when a ball is the single voxel in its middle. */
static void
report_unchanged (BrgReport *report, const Request *request, const Work *work)
{
  const BrgRecipe *recipe = &request->recipe;
  const struct
  {
    const char *key, *name;
    double radius_mm;
  } steps[] = { { "close_warning", "a closing", recipe->close_mm },
                { "open_warning", "an opening", recipe->open_mm },
                { "margin_warning", "a margin", recipe->margin_mm } };
  double voxel_mm = INFINITY;

  for (int a = 0; a < 3; a++)
    voxel_mm = fmin (voxel_mm, brg_grid_spacing_mm (&work->scan->grid, a));
  for (size_t s = 0; s < G_N_ELEMENTS (steps); s++)
    {
      double radius_mm = fabs (steps[s].radius_mm) * (1 + 1e-9); /* as brg-morphology.h counts */
      g_autofree char *text = g_strdup_printf (
        "%s of %g mm is less than a voxel and changed nothing", steps[s].name, steps[s].radius_mm);
      if (radius_mm > 0 && radius_mm < voxel_mm)
        brg_report_text (report, steps[s].key, "Warning", text);
    }
}

static int
finish_segment (BrgCli *cli, const Request *request, const Work *work)
{
  const BrgPipelineResult *result = &work->result;
  const int range_hu[2] = { request->recipe.threshold_lo_hu, request->recipe.threshold_hi_hu };
  BrgReport *report = brg_report_new ();
  g_autofree char *range = range_hu[1] == BRG_THRESHOLD_NONE_HU
                             ? g_strdup_printf ("%d HU and above", range_hu[0])
                             : g_strdup_printf ("%d to %d HU", range_hu[0], range_hu[1]);

  brg_report_text (report, "skull", "Skull", request->output);
  if (!request->is_mask)
    brg_report_text (report, NULL, "Threshold", range);
  brg_report_ints (report, "threshold_hu", NULL, range_hu, 2, "HU");
  report_stages (report, work);
  brg_report_count (report, "islands", "Islands found", result->islands.n_components, "");
  brg_report_count (report, "largest_vox", "Largest", result->islands.largest_vox, "voxels");
  brg_report_count (report, "runner_up_vox", "Runner-up", result->islands.runner_up_vox, "voxels");
  brg_report_ints (report, "median_kernel_vox", "Median kernel", result->median_kernel_vox, 3,
                   "voxels");
  brg_report_count (report, "voxels", "Skull", result->skull_vox, "voxels");
  brg_report_real (report, "volume_mm3", "Volume", brg_mask_volume_mm3 (result->skull), 1, "mm³");
  report_unchanged (report, request, work);
  brg_cli_report_warnings (report, &work->header);
  return brg_cli_finish (cli, report);
}

static bool
is_bone (const BrgRecipe *recipe, int hu)
{
  return hu >= recipe->threshold_lo_hu && hu <= recipe->threshold_hi_hu;
}

static bool
has_bone (const BrgRecipe *recipe, const BrgImageContent *content)
{
  bool has = is_bone (recipe, 0) || is_bone (recipe, (int) content->value);

  for (int l = 0; l < content->n_labels; l++)
    has = has || is_bone (recipe, content->labels[l].label);
  return has;
}

/* If it was the threshold that left nothing, and the values may be no HU: say so. */
static void
explain_labels (const Request *request, BrgJob *job, BrgError *error)
{
  g_autoptr (GString) list = g_string_new (NULL);
  BrgImageContent content;

  if (brg_image_read_content (request->scan_path, &content, job, NULL) != BRG_OK ||
      has_bone (&request->recipe, &content))
    return;
  brg_cli_list_labels (&content, list);
  if (content.kind == BRG_IMAGE_IS_MASK && content.value > 0)
    brg_error_set (error, BRG_EMPTY,
                   "this is a mask already, not a scan; to work on it all the same add --as mask");
  else if (content.kind == BRG_IMAGE_IS_LABELS)
    {
      g_autofree char *message = g_strdup (error->message);
      brg_error_set (error, BRG_EMPTY,
                     "%s; if the values are labels, choose one with --segment: %s", message,
                     list->str);
    }
  brg_image_content_clear (&content);
}

/* A case, a folder or a DICOM file given as the scan: say what it is. A mask has no bone at any
 * sensible threshold: say what it is. */
static void
explain (const Request *request, const Work *work, BrgJob *job, BrgError *error)
{
  const char *advice = work->scan == NULL && !request->is_mask && error->status != BRG_CANCELLED
                         ? brg_cli_advice (request->scan_path)
                         : NULL;

  if (advice != NULL)
    brg_error_set (error, error->status, "%s", advice);
  else if (error->status == BRG_EMPTY && work->pipeline != NULL && !request->is_mask)
    explain_labels (request, job, error);
}

static int
run_segment (BrgCli *cli)
{
  Request request;
  Work work = { 0 };
  BrgError error = { 0 };
  int outcome = read_request (cli, &request);

  if (outcome != BRG_CLI_DONE)
    return outcome;
  if (make_skull (cli, &request, &work, &error) != BRG_OK)
    {
      explain (&request, &work, &cli->job, &error);
      outcome = brg_cli_failed (cli, work.at_fault, error.message);
    }
  else if (write_outputs (cli, &request, &work, &error) != BRG_OK)
    outcome = brg_cli_failed (cli, work.at_fault, error.message);
  else
    outcome = finish_segment (cli, &request, &work);
  brg_pipeline_result_clear (&work.result);
  brg_pipeline_free (work.pipeline);
  brg_mask_unref (work.added);
  brg_mask_unref (work.removed);
  brg_volume_unref (work.scan);
  return outcome;
}

static const BrgCliOption options[] = {
  { "as", 0, "scan|mask",
    "What the input is: with mask its voxels are the bone, and all islands are kept unless --keep "
    "says otherwise. (scan, or mask with --segment)" },
  BRG_CLI_SEGMENT_OPTION,
  { "output", 'o', "FILE", "The mask to write, in the scan's own axis order: .nrrd" },
  { "crop", 0, "i0:i1,j0:j1,k0:k1",
    "Work on these voxels alone. Indices count along the axes of the file, fastest first, from 0; "
    "the end is not included (i0 <= i < i1); a bound left out is the end of the axis." },
  { "threshold", 0, "LO[:HI]",
    "Bone is every voxel of LO to HI HU, both included (150, no limit)" },
  { "keep-at", 0, "L,P,S",
    "Instead of the largest island keep the one at this point in mm, or at the bone nearest to it "
    "within 5 mm." },
  { "edits", 0, "FILE", "Hand edits on the grid of the scan: 0 none, 1 added, 2 removed." },
  { "recipe", 0, "FILE", "Also write every parameter to this .json file." },
};

const BrgCommand brg_command_segment = {
  .name = "segment",
  .usage = "SCAN -o SKULL.nrrd",
  .summary = "Make the skull of a scan: crop, threshold, islands, median, holes, hand edits.",
  .notes = "Stages run in this order; of the holes: per axial slice, in 3-D, closing, opening, "
           "margin. The report "
           "has the voxels after each stage (\"Holes to margin\": after all of these), the largest "
           "island and its runner-up, and the median "
           "kernel in voxels. The paper's \"radius of 2 mm\" is --median 4.",
  .options = options,
  .n_options = G_N_ELEMENTS (options),
  .has_params = true,
  .first_stage = BRG_STAGE_THRESHOLD,
  .last_stage = BRG_STAGE_EDITS,
  .min_operands = 1,
  .max_operands = 1,
  .run = run_segment,
};
