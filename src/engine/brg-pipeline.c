#include "engine/brg-pipeline.h"

#include "engine/brg-alloc.h"
#include "engine/brg-median.h"
#include "engine/brg-param.h"
#include "engine/brg-pipeline-private.h"
#include "engine/brg-translate.h"

/* Makes the output of a stage from the mask before it. */
typedef BrgMask *(*MakeFunc) (BrgPipelineRun *run, BrgMask *before);

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
         a->at_mm.z == b->at_mm.z && brg_scidata_equal (&a->scidata, &b->scidata);
}

static bool
same_keep_at (const BrgKeepAt *a, const BrgKeepAt *b)
{
  return a->placed == b->placed &&
         (!a->placed ||
          (a->at_mm.x == b->at_mm.x && a->at_mm.y == b->at_mm.y && a->at_mm.z == b->at_mm.z));
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
         (stage < BRG_STAGE_ISLANDS || same_keep_at (&a->keep_at, &b->keep_at)) &&
         (stage < BRG_STAGE_DEFECT || same_place (&a->defect, &b->defect));
}

bool
_brg_pipeline_is_of (const BrgPipelineKey *key, const BrgRecipe *recipe, BrgStage stage)
{
  return key->valid && same_until (&key->recipe, recipe, stage);
}

static bool
is_current (const BrgPipelineRun *run, const BrgPipelineKey *key, BrgStage stage)
{
  return _brg_pipeline_is_of (key, run->recipe, stage) &&
         (stage < BRG_STAGE_EDITS || key->edits_revision == run->edits_revision);
}

static BrgPipelineKey
make_key (const BrgPipelineRun *run)
{
  return (BrgPipelineKey){ true, *run->recipe, run->edits_revision };
}

void
_brg_pipeline_note (BrgPipelineBehind *behind, const BrgBox *box)
{
  behind->box = brg_box_union (&behind->box, box);
}

/* Brings one stage up to date. An output that is the same mask as before is kept as it is. */
static BrgStatus
update (BrgPipelineRun *run, BrgPipelineSlot *slot, BrgStage stage, BrgMask *before, MakeFunc make)
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

static BrgStatus
update_crop (BrgPipelineRun *run)
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

static BrgStatus
make_skull (BrgPipelineRun *run)
{
  BrgPipeline *p = run->pipeline;
  BrgStatus status = update (run, &p->skull, BRG_STAGE_EDITS, p->holes.mask, _brg_pipeline_skull);

  if (status != BRG_OK)
    return status;
  brg_spare_clear (&p->spare_skull);
  brg_calvaria_survey_clear (&p->survey);
  p->cutter_behind.unknown = p->triple_behind.unknown = p->skull_told.unknown = true;
  return BRG_OK;
}

static BrgStatus
update_skull (BrgPipelineRun *run)
{
  BrgPipeline *p = run->pipeline;
  bool is_done = is_current (run, &p->skull.key, BRG_STAGE_EDITS);

  if (is_done)
    return BRG_OK;
  BrgStatus status = _brg_pipeline_edit_skull (run, &is_done);
  if (status == BRG_OK && !is_done)
    status = make_skull (run);
  if (status == BRG_OK)
    p->skull.key = make_key (run);
  return status;
}

static BrgStatus
make_cutter (BrgPipelineRun *run)
{
  BrgPipeline *p = run->pipeline;
  BrgSolid solid = { 0 };
  BrgMask *cutter, *drills;
  BrgBox box;
  BrgStatus status = _brg_pipeline_find_solid (run, &solid);

  if (status == BRG_OK)
    status = _brg_pipeline_raster (&run->recipe->defect, &solid, &p->skull.mask->grid, &cutter,
                                   &drills, &box, run->job, run->error);
  if (status != BRG_OK)
    {
      brg_solid_clear (&solid);
      return status;
    }
  brg_solid_clear (&p->solid);
  brg_mask_unref (p->cutter);
  brg_mask_unref (p->drills);
  brg_spare_clear (&p->spare_cutter);
  brg_spare_clear (&p->spare_drills);
  p->solid = solid;
  p->cutter = cutter;
  p->drills = drills;
  p->cutter_box = box;
  p->triple_behind.unknown = true;
  return BRG_OK;
}

static BrgStatus
update_cutter (BrgPipelineRun *run)
{
  BrgPipeline *p = run->pipeline;
  bool is_done = is_current (run, &p->defect_key, BRG_STAGE_DEFECT);

  if (is_done)
    return BRG_OK;
  BrgStatus status = _brg_pipeline_edit_cutter (run, &is_done);
  if (status == BRG_OK && !is_done)
    status = make_cutter (run);
  if (status != BRG_OK)
    return status;
  p->defect_key = make_key (run);
  p->cutter_behind = (BrgPipelineBehind){ 0 };
  return BRG_OK;
}

static BrgStatus
make_triple (BrgPipelineRun *run)
{
  BrgPipeline *p = run->pipeline;
  BrgTriple triple;
  BrgStatus status = brg_triple_make (p->skull.mask, p->cutter, p->drills, run->recipe, &triple,
                                      run->job, run->error);

  if (status != BRG_OK)
    return status;
  brg_triple_clear (&p->triple);
  p->triple = triple;
  p->fit_is_due = false;
  brg_spare_clear (&p->spare_defective);
  brg_spare_clear (&p->spare_implant);
  brg_spare_clear (&p->spare_flap);
  p->defective_told.unknown = p->implant_told.unknown = true;
  return BRG_OK;
}

/* Masks first, then the fit, if it is wanted now. */
static BrgStatus
update_triple (BrgPipelineRun *run)
{
  BrgPipeline *p = run->pipeline;
  bool is_done = is_current (run, &p->triple_key, BRG_STAGE_CLEARANCE);
  bool is_wanted = run->edit == NULL || !run->edit->may_put_off_fit;
  BrgStatus status = BRG_OK;

  if (!is_done)
    {
      status = _brg_pipeline_edit_triple (run, &is_done);
      if (status == BRG_OK && !is_done)
        status = make_triple (run);
      if (status != BRG_OK)
        return status;
      p->triple_key = make_key (run);
      p->triple_behind = (BrgPipelineBehind){ 0 };
    }
  if (p->fit_is_due && is_wanted)
    status = brg_triple_fit (&p->triple, p->skull_vox, run->job, run->error);
  if (is_wanted)
    p->fit_is_due = p->fit_is_due && status != BRG_OK;
  return status;
}

static BrgStatus
run_skull (BrgPipelineRun *run)
{
  BrgPipeline *p = run->pipeline;

  brg_job_stage (run->job, N_ ("Threshold"), 0, 0.1);
  BrgStatus status = update_crop (run);
  if (status == BRG_OK)
    status = update (run, &p->threshold, BRG_STAGE_THRESHOLD, NULL, _brg_pipeline_threshold);
  brg_job_stage (run->job, N_ ("Islands"), 0.1, 0.25);
  if (status == BRG_OK)
    status = update (run, &p->islands, BRG_STAGE_ISLANDS, p->threshold.mask, _brg_pipeline_islands);
  brg_job_stage (run->job, N_ ("Smoothing"), 0.25, 0.45);
  if (status == BRG_OK)
    status = update (run, &p->median, BRG_STAGE_MEDIAN, p->islands.mask, _brg_pipeline_median);
  brg_job_stage (run->job, N_ ("Holes"), 0.45, 0.65);
  if (status == BRG_OK)
    status = update (run, &p->holes, BRG_STAGE_HOLES, p->median.mask, _brg_pipeline_holes);
  brg_job_stage (run->job, N_ ("Hand edits"), 0.65, 0.7);
  if (status == BRG_OK)
    status = update_skull (run);
  return status;
}

static BrgStatus
run_defect (BrgPipelineRun *run)
{
  brg_job_stage (run->job, N_ ("Defect"), 0.7, 0.85);
  BrgStatus status = update_cutter (run);
  brg_job_stage (run->job, N_ ("Implant"), 0.85, 1);
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

/* Where a mask may differ from that of the last result; begins anew. */
static BrgBox
tell_changes (BrgPipelineBehind *told, const BrgGrid *grid)
{
  BrgBox box = told->unknown ? brg_grid_box (grid) : told->box;

  *told = (BrgPipelineBehind){ 0 };
  return box;
}

static void
fill_result (const BrgPipelineRun *run, BrgPipelineResult *result)
{
  BrgPipeline *p = run->pipeline;
  const BrgRecipe *recipe = run->recipe;
  const BrgGrid *grid = &p->skull.mask->grid;

  result->stages = brg_mask_ref (p->holes.mask);
  result->skull = brg_mask_ref (p->skull.mask);
  result->islands = p->report;
  result->threshold_vox = p->threshold_vox;
  result->skull_vox = p->skull_vox;
  result->changed_skull = tell_changes (&p->skull_told, grid);
  if (recipe->median_mm > 0)
    brg_median_kernel_vox (&p->crop->grid, recipe->median_mm, (BrgKernel) recipe->median_kernel,
                           result->median_kernel_vox);
  if (!recipe->defect.placed)
    {
      p->defective_told.unknown = p->implant_told.unknown = true;
      return;
    }
  result->changed_defective = tell_changes (&p->defective_told, grid);
  result->changed_implant = tell_changes (&p->implant_told, grid);
  result->frame = p->solid.frame;
  result->fit_is_due = p->fit_is_due;
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
  BrgPipelineSlot *const slots[] = { &pipeline->threshold, &pipeline->islands, &pipeline->median,
                                     &pipeline->holes, &pipeline->skull };
  for (size_t s = 0; s < sizeof slots / sizeof *slots; s++)
    brg_mask_unref (slots[s]->mask);
  brg_mask_unref (pipeline->cutter);
  brg_mask_unref (pipeline->drills);
  brg_triple_clear (&pipeline->triple);
  brg_solid_clear (&pipeline->solid);
  brg_calvaria_survey_clear (&pipeline->survey);
  BrgSpare *const spares[] = { &pipeline->spare_skull,   &pipeline->spare_cutter,
                               &pipeline->spare_drills,  &pipeline->spare_defective,
                               &pipeline->spare_implant, &pipeline->spare_flap };
  for (size_t m = 0; m < sizeof spares / sizeof *spares; m++)
    brg_spare_clear (spares[m]);
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
  return brg_pipeline_edit (pipeline, recipe, added, removed, edits_revision, NULL, result, job,
                            error);
}

BrgStatus
brg_pipeline_edit (BrgPipeline *pipeline,
                   const BrgRecipe *recipe,
                   const BrgMask *added,
                   const BrgMask *removed,
                   uint64_t edits_revision,
                   const BrgPipelineEdit *edit,
                   BrgPipelineResult *result,
                   BrgJob *job,
                   BrgError *error)
{
  BrgError own = { 0 };
  BrgPipelineRun run = { pipeline, recipe, added, removed, edits_revision, edit, job, &own };

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

void
brg_pipeline_ref_stages (const BrgPipeline *pipeline, BrgPipelineStages *stages)
{
  *stages =
    (BrgPipelineStages){ brg_volume_ref (pipeline->crop), brg_mask_ref (pipeline->threshold.mask),
                         brg_mask_ref (pipeline->islands.mask),
                         brg_mask_ref (pipeline->median.mask),
                         brg_mask_ref (pipeline->holes.mask) };
}

void
brg_pipeline_stages_clear (BrgPipelineStages *stages)
{
  brg_volume_unref (stages->crop);
  brg_mask_unref (stages->threshold);
  brg_mask_unref (stages->islands);
  brg_mask_unref (stages->median);
  brg_mask_unref (stages->holes);
  *stages = (BrgPipelineStages){ 0 };
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
  BrgSolid solid = { 0 };
  BrgBox whole = brg_grid_box (&skull->grid), box;

  *result = (BrgPipelineResult){ 0 };
  BrgStatus status = brg_recipe_check (recipe, error);
  brg_job_stage (job, N_ ("Defect"), 0, 0.4);
  if (status == BRG_OK)
    status = _brg_pipeline_make_solid (skull, &recipe->defect, &solid, job, error);
  if (status == BRG_OK)
    status = _brg_pipeline_raster (&recipe->defect, &solid, &skull->grid, &cutter, &drills, &box,
                                   job, error);
  brg_job_stage (job, N_ ("Implant"), 0.4, 1);
  if (status == BRG_OK)
    status = brg_triple_make (skull, cutter, drills, recipe, &triple, job, error);
  if (status == BRG_OK)
    {
      *result = (BrgPipelineResult){ .stages = brg_mask_ref (skull),
                                     .skull = brg_mask_ref (skull),
                                     .median_kernel_vox = { 1, 1, 1 },
                                     .skull_vox = brg_mask_count (skull),
                                     .frame = solid.frame,
                                     .changed_skull = whole,
                                     .changed_defective = whole,
                                     .changed_implant = whole };
      fill_triple (result, cutter, drills, &triple);
    }
  brg_solid_clear (&solid);
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
