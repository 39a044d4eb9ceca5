#include "engine/brg-pipeline.h"

#include "engine/brg-alloc.h"
#include "engine/brg-fill.h"
#include "engine/brg-median.h"
#include "engine/brg-morphology.h"
#include "engine/brg-param.h"
#include "engine/brg-threshold.h"

/* What a cached output was made from. */
typedef struct
{
  bool valid;
  BrgRecipe recipe;
  uint64_t edits_revision;
} Key;

typedef struct
{
  Key key;
  BrgMask *mask;
} Slot;

struct BrgPipeline
{
  BrgVolume *scan;
  Key crop_key;
  BrgVolume *crop;
  Slot threshold, islands, median, holes, skull;
  BrgIslands report;    /* of the islands slot */
  size_t threshold_vox; /* of the threshold slot */
  Key defect_key;
  BrgFrame frame;
  BrgMask *cutter, *drills;
  Key triple_key;
  BrgTriple triple;
};

/* One run: what the stages read. */
typedef struct
{
  BrgPipeline *pipeline;
  const BrgRecipe *recipe;
  const BrgMask *added, *removed;
  uint64_t edits_revision;
  BrgJob *job;
  BrgError *error; /* never NULL */
} Run;

/* Makes the output of a stage from the mask before it. */
typedef BrgMask *(*MakeFunc) (Run *run, BrgMask *before);

static bool
same_box (const BrgBox *a, const BrgBox *b)
{
  for (int axis = 0; axis < 3; axis++)
    if (a->lo[axis] != b->lo[axis] || a->hi[axis] != b->hi[axis])
      return false;
  return true;
}

static bool
same_place (const BrgDefect *a, const BrgDefect *b)
{
  return a->placed == b->placed && a->at_mm.x == b->at_mm.x && a->at_mm.y == b->at_mm.y &&
         a->at_mm.z == b->at_mm.z;
}

/* Do both recipes agree in everything that stages up to `stage` read? */
static bool
same_until (const BrgRecipe *a, const BrgRecipe *b, BrgStage stage)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  for (size_t p = 0; p < n_params; p++)
    if (params[p].stage <= stage && brg_param_get (&params[p], a) != brg_param_get (&params[p], b))
      return false;
  return same_box (&a->crop_vox, &b->crop_vox) &&
         (stage < BRG_STAGE_DEFECT || same_place (&a->defect, &b->defect));
}

static bool
is_current (const Run *run, const Key *key, BrgStage stage)
{
  return key->valid && same_until (&key->recipe, run->recipe, stage) &&
         (stage < BRG_STAGE_EDITS || key->edits_revision == run->edits_revision);
}

static Key
make_key (const Run *run)
{
  return (Key){ true, *run->recipe, run->edits_revision };
}

/* Brings one stage up to date. An output that is the same mask as before is kept as it is. */
static BrgStatus
update (Run *run, Slot *slot, BrgStage stage, BrgMask *before, MakeFunc make)
{
  if (is_current (run, &slot->key, stage))
    return BRG_OK;
  BrgMask *mask = make (run, before);
  if (mask == NULL)
    return run->error->status;
  brg_mask_unref (slot->mask);
  slot->mask = mask;
  slot->key = make_key (run);
  return BRG_OK;
}

/* Refuses an empty mask with words; passes any other on. */
static BrgMask *
not_empty (Run *run, BrgMask *mask, const char *what)
{
  if (mask == NULL || !brg_mask_is_empty (mask))
    return mask;
  brg_error_set (run->error, BRG_EMPTY, "%s", what);
  brg_mask_unref (mask);
  return NULL;
}

static BrgStatus
update_crop (Run *run)
{
  BrgPipeline *p = run->pipeline;
  const BrgBox *box = &run->recipe->crop_vox;

  if (p->crop_key.valid && same_box (&p->crop_key.recipe.crop_vox, box))
    return BRG_OK;
  const int *lo = box->lo, *hi = box->hi;
  bool unset = lo[0] == 0 && lo[1] == 0 && lo[2] == 0 && hi[0] == 0 && hi[1] == 0 && hi[2] == 0;
  BrgVolume *crop = unset ? brg_volume_ref (p->scan) : brg_volume_crop (p->scan, box, run->error);
  if (crop == NULL)
    return run->error->status;
  brg_volume_unref (p->crop);
  p->crop = crop;
  p->crop_key = make_key (run);
  return BRG_OK;
}

/* Says why a threshold left nothing. */
static void
explain_threshold (Run *run)
{
  const BrgVolume *scan = run->pipeline->crop;
  int lo = run->recipe->threshold_lo_hu, hi = run->recipe->threshold_hi_hu;
  int min = INT16_MAX, max = INT16_MIN;
  size_t n = brg_grid_n_voxels (&scan->grid);

  for (size_t v = 0; v < n; v++)
    {
      min = scan->hu[v] < min ? scan->hu[v] : min;
      max = scan->hu[v] > max ? scan->hu[v] : max;
    }
  if (max < lo)
    brg_error_set (run->error, BRG_EMPTY,
                   "no voxel reaches %d HU; the scan's highest value is %d HU", lo, max);
  else if (min > hi)
    brg_error_set (run->error, BRG_EMPTY,
                   "no voxel is as low as %d HU; the scan's lowest value is %d HU", hi, min);
  else
    brg_error_set (run->error, BRG_EMPTY, "no voxel lies between %d and %d HU", lo, hi);
}

static BrgMask *
make_threshold (Run *run, BrgMask *before)
{
  const BrgRecipe *recipe = run->recipe;
  BrgMask *mask = brg_threshold (run->pipeline->crop, recipe->threshold_lo_hu,
                                 recipe->threshold_hi_hu, run->job, run->error);

  (void) before;
  if (mask == NULL)
    return NULL;
  size_t count = brg_mask_count (mask);
  if (count == 0)
    {
      explain_threshold (run);
      brg_mask_unref (mask);
      return NULL;
    }
  run->pipeline->threshold_vox = count;
  return mask;
}

static BrgMask *
make_islands (Run *run, BrgMask *before)
{
  const BrgRecipe *recipe = run->recipe;
  int neighbours = brg_connectivity_neighbours (recipe->connectivity);
  double least_vox = ceil (recipe->min_island_mm3 / brg_grid_voxel_mm3 (&before->grid) - 1e-9);
  BrgIslands report;
  BrgMask *mask;

  if (recipe->keep == BRG_KEEP_LARGEST)
    mask = brg_components_keep_largest (before, neighbours, &report, run->job, run->error);
  else if (least_vox > 1)
    mask = brg_components_drop_small (before, neighbours, (size_t) least_vox, &report, run->job,
                                      run->error);
  else
    mask = brg_components_count (before, neighbours, &report, run->job, run->error) == BRG_OK
             ? brg_mask_ref (before)
             : NULL;
  if (mask == NULL)
    return NULL;
  if (brg_mask_is_empty (mask))
    {
      brg_error_set (
        run->error, BRG_EMPTY, "no island is as large as %g mm³; the largest has %g mm³",
        recipe->min_island_mm3, (double) report.largest_vox * brg_grid_voxel_mm3 (&before->grid));
      brg_mask_unref (mask);
      return NULL;
    }
  run->pipeline->report = report;
  return mask;
}

static BrgMask *
make_median (Run *run, BrgMask *before)
{
  const BrgRecipe *recipe = run->recipe;

  if (!(recipe->median_mm > 0))
    return brg_mask_ref (before);
  BrgMask *mask =
    brg_median (before, recipe->median_mm, (BrgKernel) recipe->median_kernel, run->job, run->error);
  if (mask != NULL && brg_mask_is_empty (mask))
    {
      brg_mask_unref (mask);
      brg_error_set (run->error, BRG_EMPTY, "a median of %g mm leaves no bone", recipe->median_mm);
      return NULL;
    }
  return mask;
}

/* Drops `before` and passes on what was made of it. */
static BrgMask *
replace (BrgMask *before, BrgMask *after)
{
  brg_mask_unref (before);
  return after;
}

static BrgMask *
make_holes (Run *run, BrgMask *before)
{
  const BrgRecipe *r = run->recipe;
  BrgMask *mask = brg_mask_ref (before);

  if (r->fill_area_mm2 > 0)
    mask = replace (mask, brg_fill_slices (mask, r->fill_area_mm2, run->job, run->error));
  if (mask != NULL && r->fill_volume_mm3 > 0)
    mask = replace (mask, brg_fill_volume (mask, r->fill_volume_mm3, run->job, run->error));
  if (mask != NULL && r->close_mm > 0)
    mask = replace (mask, brg_close (mask, r->close_mm, run->job, run->error));
  return mask;
}

/* An edit mask on the grid of the pipeline's masks, cropped as the scan is. */
static BrgMask *
crop_edit (Run *run, const BrgMask *edit)
{
  const BrgGrid *scan = &run->pipeline->scan->grid;

  if (brg_grid_check_equal (&edit->grid, scan, run->error) != BRG_OK)
    {
      brg_error_prefix (run->error, "hand edits");
      return NULL;
    }
  if (run->pipeline->crop == run->pipeline->scan)
    return brg_mask_copy (edit, run->error);
  return brg_mask_crop (edit, &run->recipe->crop_vox, run->error);
}

static BrgStatus
apply_edit (Run *run, BrgMask *mask, const BrgMask *edit, bool adds)
{
  BrgMask *crop = edit != NULL ? crop_edit (run, edit) : NULL;

  if (edit == NULL)
    return BRG_OK;
  if (crop == NULL)
    return run->error->status;
  BrgStatus status =
    adds ? brg_mask_or (mask, crop, run->error) : brg_mask_and_not (mask, crop, run->error);
  brg_mask_unref (crop);
  return status;
}

static BrgMask *
make_skull (Run *run, BrgMask *before)
{
  bool edited = run->added != NULL || run->removed != NULL;
  BrgMask *mask = edited ? brg_mask_copy (before, run->error) : brg_mask_ref (before);

  if (mask == NULL)
    return NULL;
  if (apply_edit (run, mask, run->added, true) != BRG_OK ||
      apply_edit (run, mask, run->removed, false) != BRG_OK)
    return replace (mask, NULL);
  if (run->recipe->keep_again)
    mask = replace (mask, brg_components_keep_largest (
                            mask, brg_connectivity_neighbours (run->recipe->connectivity), NULL,
                            run->job, run->error));
  return not_empty (run, mask, "the hand edits remove all bone");
}

static double
footprint_mm (const BrgDefect *defect)
{
  return fmax (defect->width_mm, defect->height_mm);
}

/* Frame, cutter and drills of the recipe's defect. */
static BrgStatus
make_cutter (const BrgMask *skull,
             const BrgDefect *defect,
             BrgFrame *frame,
             BrgMask **cutter,
             BrgMask **drills,
             BrgJob *job,
             BrgError *error)
{
  BrgStatus status = brg_frame_on_bone (skull, defect->at_mm, footprint_mm (defect),
                                        defect->rotate_deg, frame, job, error);

  if (status == BRG_OK)
    status = brg_cutter (skull, defect, frame, cutter, drills, job, error);
  return status;
}

static BrgStatus
update_cutter (Run *run)
{
  BrgPipeline *p = run->pipeline;
  BrgMask *cutter, *drills;
  BrgFrame frame;

  if (is_current (run, &p->defect_key, BRG_STAGE_DEFECT))
    return BRG_OK;
  BrgStatus status = make_cutter (p->skull.mask, &run->recipe->defect, &frame, &cutter, &drills,
                                  run->job, run->error);
  if (status != BRG_OK)
    return status;
  brg_mask_unref (p->cutter);
  brg_mask_unref (p->drills);
  p->cutter = cutter;
  p->drills = drills;
  p->frame = frame;
  p->defect_key = make_key (run);
  return BRG_OK;
}

static BrgStatus
update_triple (Run *run)
{
  BrgPipeline *p = run->pipeline;
  BrgTriple triple;

  if (is_current (run, &p->triple_key, BRG_STAGE_CLEARANCE))
    return BRG_OK;
  BrgStatus status = brg_triple_make (p->skull.mask, p->cutter, p->drills, run->recipe, &triple,
                                      run->job, run->error);
  if (status != BRG_OK)
    return status;
  brg_triple_clear (&p->triple);
  p->triple = triple;
  p->triple_key = make_key (run);
  return BRG_OK;
}

static BrgStatus
run_skull (Run *run)
{
  BrgPipeline *p = run->pipeline;

  brg_job_stage (run->job, "Threshold", 0, 0.1);
  BrgStatus status = update_crop (run);
  if (status == BRG_OK)
    status = update (run, &p->threshold, BRG_STAGE_THRESHOLD, NULL, make_threshold);
  brg_job_stage (run->job, "Islands", 0.1, 0.25);
  if (status == BRG_OK)
    status = update (run, &p->islands, BRG_STAGE_ISLANDS, p->threshold.mask, make_islands);
  brg_job_stage (run->job, "Smoothing", 0.25, 0.45);
  if (status == BRG_OK)
    status = update (run, &p->median, BRG_STAGE_MEDIAN, p->islands.mask, make_median);
  brg_job_stage (run->job, "Holes", 0.45, 0.65);
  if (status == BRG_OK)
    status = update (run, &p->holes, BRG_STAGE_HOLES, p->median.mask, make_holes);
  brg_job_stage (run->job, "Hand edits", 0.65, 0.7);
  if (status == BRG_OK)
    status = update (run, &p->skull, BRG_STAGE_EDITS, p->holes.mask, make_skull);
  return status;
}

static BrgStatus
run_defect (Run *run)
{
  brg_job_stage (run->job, "Defect", 0.7, 0.85);
  BrgStatus status = update_cutter (run);
  brg_job_stage (run->job, "Implant", 0.85, 1);
  if (status == BRG_OK)
    status = update_triple (run);
  return status;
}

static void
fill_triple (BrgPipelineResult *result, BrgMask *cutter, BrgMask *drills, const BrgTriple *triple)
{
  result->cutter = brg_mask_ref (cutter);
  result->drills = brg_mask_ref (drills);
  result->flap = brg_mask_ref (triple->flap);
  result->defective = brg_mask_ref (triple->defective);
  result->implant = brg_mask_ref (triple->implant);
  result->fit = triple->fit;
}

static void
fill_result (const Run *run, BrgPipelineResult *result)
{
  BrgPipeline *p = run->pipeline;
  const BrgRecipe *recipe = run->recipe;

  result->stages = brg_mask_ref (p->holes.mask);
  result->skull = brg_mask_ref (p->skull.mask);
  result->islands = p->report;
  result->threshold_vox = p->threshold_vox;
  if (recipe->median_mm > 0)
    brg_median_kernel_vox (&p->crop->grid, recipe->median_mm, (BrgKernel) recipe->median_kernel,
                           result->median_kernel_vox);
  if (!recipe->defect.placed)
    return;
  result->frame = p->frame;
  fill_triple (result, p->cutter, p->drills, &p->triple);
}

BrgPipeline *
brg_pipeline_new (BrgVolume *scan, BrgError *error)
{
  BrgPipeline *pipeline = brg_alloc_zero (1, sizeof *pipeline, error);

  if (pipeline != NULL)
    pipeline->scan = brg_volume_ref (scan);
  return pipeline;
}

void
brg_pipeline_free (BrgPipeline *pipeline)
{
  if (pipeline == NULL)
    return;
  Slot *const slots[] = { &pipeline->threshold, &pipeline->islands, &pipeline->median,
                          &pipeline->holes, &pipeline->skull };
  for (size_t s = 0; s < sizeof slots / sizeof *slots; s++)
    brg_mask_unref (slots[s]->mask);
  brg_mask_unref (pipeline->cutter);
  brg_mask_unref (pipeline->drills);
  brg_triple_clear (&pipeline->triple);
  brg_volume_unref (pipeline->crop);
  brg_volume_unref (pipeline->scan);
  brg_free (pipeline);
}

BrgStatus
brg_pipeline_run (BrgPipeline *pipeline,
                  const BrgRecipe *recipe,
                  const BrgMask *added,
                  const BrgMask *removed,
                  uint64_t edits_revision,
                  BrgPipelineResult *result,
                  BrgJob *job,
                  BrgError *error)
{
  BrgError own = { 0 };
  Run run = { pipeline, recipe, added, removed, edits_revision, job, &own };

  *result = (BrgPipelineResult){ .median_kernel_vox = { 1, 1, 1 } };
  BrgStatus status = brg_recipe_check (recipe, &own);
  if (status == BRG_OK)
    status = run_skull (&run);
  if (status == BRG_OK && recipe->defect.placed)
    status = run_defect (&run);
  if (status == BRG_OK && !brg_job_tick (job, 1))
    status = brg_error_set (&own, BRG_CANCELLED, "cancelled");
  if (status == BRG_OK)
    {
      fill_result (&run, result);
      return BRG_OK;
    }
  *result = (BrgPipelineResult){ 0 };
  return brg_error_set (error, status, "%s", own.message);
}

BrgStatus
brg_pipeline_triple (BrgMask *skull,
                     const BrgRecipe *recipe,
                     BrgPipelineResult *result,
                     BrgJob *job,
                     BrgError *error)
{
  BrgMask *cutter = NULL, *drills = NULL;
  BrgTriple triple = { 0 };

  *result = (BrgPipelineResult){ .median_kernel_vox = { 1, 1, 1 } };
  BrgStatus status = brg_recipe_check (recipe, error);
  brg_job_stage (job, "Defect", 0, 0.4);
  if (status == BRG_OK)
    status = make_cutter (skull, &recipe->defect, &result->frame, &cutter, &drills, job, error);
  brg_job_stage (job, "Implant", 0.4, 1);
  if (status == BRG_OK)
    status = brg_triple_make (skull, cutter, drills, recipe, &triple, job, error);
  if (status == BRG_OK)
    {
      result->stages = brg_mask_ref (skull);
      result->skull = brg_mask_ref (skull);
      fill_triple (result, cutter, drills, &triple);
    }
  else
    *result = (BrgPipelineResult){ 0 };
  brg_triple_clear (&triple);
  brg_mask_unref (cutter);
  brg_mask_unref (drills);
  return status;
}

void
brg_pipeline_result_clear (BrgPipelineResult *result)
{
  BrgMask *const masks[] = { result->stages, result->skull,     result->cutter, result->drills,
                             result->flap,   result->defective, result->implant };

  for (size_t m = 0; m < sizeof masks / sizeof *masks; m++)
    brg_mask_unref (masks[m]);
  *result = (BrgPipelineResult){ 0 };
}
