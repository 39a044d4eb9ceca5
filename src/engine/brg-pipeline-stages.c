#include "engine/brg-fill.h"
#include "engine/brg-job-part.h"
#include "engine/brg-median.h"
#include "engine/brg-morphology.h"
#include "engine/brg-pipeline-private.h"
#include "engine/brg-scidata.h"
#include "engine/brg-threshold.h"

/* Refuses an empty mask with words; passes any other on. */
static BrgMask *
not_empty (BrgPipelineRun *run, BrgMask *mask, const char *what)
{
  if (mask == NULL || !brg_mask_is_empty (mask))
    return mask;
  brg_error_set (run->error, BRG_EMPTY, "%s", what);
  brg_mask_unref (mask);
  return NULL;
}

/* Says why a threshold left nothing. */
static void
explain_threshold (BrgPipelineRun *run)
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
    brg_error_set (run->error, BRG_EMPTY, "no voxel reaches %d HU; the values are %d to %d HU", lo,
                   min, max);
  else if (min > hi)
    brg_error_set (run->error, BRG_EMPTY, "no voxel is as low as %d HU; the values are %d to %d HU",
                   hi, min, max);
  else
    brg_error_set (run->error, BRG_EMPTY,
                   "no voxel lies between %d and %d HU; the values are %d to %d HU", lo, hi, min,
                   max);
}

BrgMask *
_brg_pipeline_threshold (BrgPipelineRun *run, BrgMask *before)
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

/* The island of the recipe's point. */
static BrgMask *
keep_at (BrgPipelineRun *run, const BrgMask *before, int neighbours, BrgIslands *report)
{
  int vox[3];

  if (brg_components_nearest (before, run->recipe->keep_at.at_mm, BRG_KEEP_AT_WITHIN_MM, vox,
                              run->error) != BRG_OK)
    return NULL;
  return brg_components_at (before, neighbours, vox, report, run->job, run->error);
}

/* All islands, but for those out of the limits of size. */
static BrgMask *
keep_all (BrgPipelineRun *run, BrgMask *before, int neighbours, BrgIslands *report)
{
  const BrgRecipe *recipe = run->recipe;
  double max_mm3 = recipe->max_island_mm3 > 0 ? recipe->max_island_mm3 : (double) INFINITY;

  if (recipe->min_island_mm3 > 0 || isfinite (max_mm3))
    return brg_components_keep_sizes (before, neighbours, recipe->min_island_mm3, max_mm3, report,
                                      run->job, run->error);
  return brg_components_count (before, neighbours, report, run->job, run->error) == BRG_OK
           ? brg_mask_ref (before)
           : NULL;
}

/* Says why no island is left. */
static void
explain_islands (BrgPipelineRun *run, const BrgMask *before, const BrgIslands *report)
{
  const BrgRecipe *recipe = run->recipe;
  double largest_mm3 = (double) report->largest_vox * brg_grid_voxel_mm3 (&before->grid);

  if (recipe->max_island_mm3 > 0)
    brg_error_set (run->error, BRG_EMPTY, "no island has %g to %g mm³; the largest has %g mm³",
                   recipe->min_island_mm3, recipe->max_island_mm3, largest_mm3);
  else
    brg_error_set (run->error, BRG_EMPTY, "no island is as large as %g mm³; the largest has %g mm³",
                   recipe->min_island_mm3, largest_mm3);
}

BrgMask *
_brg_pipeline_islands (BrgPipelineRun *run, BrgMask *before)
{
  const BrgRecipe *recipe = run->recipe;
  int neighbours = brg_connectivity_neighbours (recipe->connectivity);
  BrgIslands report;
  BrgMask *mask;

  if (recipe->keep_at.placed)
    mask = keep_at (run, before, neighbours, &report);
  else if (recipe->keep == BRG_KEEP_LARGEST)
    mask = brg_components_keep_largest (before, neighbours, &report, run->job, run->error);
  else
    mask = keep_all (run, before, neighbours, &report);
  if (mask == NULL)
    return NULL;
  if (brg_mask_is_empty (mask))
    {
      explain_islands (run, before, &report);
      brg_mask_unref (mask);
      return NULL;
    }
  run->pipeline->report = report;
  return mask;
}

BrgMask *
_brg_pipeline_median (BrgPipelineRun *run, BrgMask *before)
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

/* One step of the stage: what it does, how far, and its name in a message. */
typedef struct
{
  BrgMask *(*make) (const BrgMask *mask, double amount, BrgJob *job, BrgError *error);
  double amount; /* 0: not at all */
  const char *name;
} HolesStep;

static BrgMask *
take_step (BrgPipelineRun *run, BrgMask *before, const HolesStep *step)
{
  BrgMask *mask = replace (before, step->make (before, step->amount, run->job, run->error));

  if (mask == NULL || !brg_mask_is_empty (mask))
    return mask;
  brg_error_set (run->error, BRG_EMPTY, "%s of %g mm leaves no bone", step->name, step->amount);
  return replace (mask, NULL);
}

BrgMask *
_brg_pipeline_holes (BrgPipelineRun *run, BrgMask *before)
{
  const BrgRecipe *r = run->recipe;
  const HolesStep steps[] = { { brg_fill_slices, r->fill_area_mm2, "filling" },
                              { brg_fill_volume, r->fill_volume_mm3, "filling" },
                              { brg_close, r->close_mm, "a closing" },
                              { brg_open, r->open_mm, "an opening" },
                              { brg_margin, r->margin_mm, "a margin" } };
  const int n_steps = sizeof steps / sizeof *steps;
  BrgJobPart parts = brg_job_parts (run->job);
  BrgMask *mask = brg_mask_ref (before);
  int n_active = 0, done = 0;

  for (int s = 0; s < n_steps; s++)
    n_active += fabs (steps[s].amount) > 0;
  for (int s = 0; s < n_steps && mask != NULL; s++)
    {
      if (!(fabs (steps[s].amount) > 0))
        continue;
      brg_job_part (&parts, (double) done / n_active, (double) (done + 1) / n_active);
      mask = take_step (run, mask, &steps[s]);
      done++;
    }
  brg_job_parts_end (&parts);
  return mask;
}

BrgStatus
_brg_pipeline_check_edits (BrgPipelineRun *run)
{
  const BrgMask *const edits[] = { run->added, run->removed };
  BrgStatus status = BRG_OK;

  for (int e = 0; e < 2 && status == BRG_OK; e++)
    if (edits[e] != NULL)
      status = brg_grid_check_equal (&edits[e]->grid, &run->pipeline->scan->grid, run->error);
  if (status != BRG_OK)
    brg_error_prefix (run->error, "hand edits");
  return status;
}

/* An edit mask on the grid of the pipeline's masks, cropped as the scan is. */
static BrgMask *
crop_edit (BrgPipelineRun *run, const BrgMask *edit)
{
  if (run->pipeline->crop == run->pipeline->scan)
    return brg_mask_copy_in (brg_job_pool (run->job), edit, run->error);
  return brg_mask_crop (edit, &run->recipe->crop_vox, run->error);
}

static BrgStatus
apply_edit (BrgPipelineRun *run, BrgMask *mask, const BrgMask *edit, bool adds)
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

BrgMask *
_brg_pipeline_skull (BrgPipelineRun *run, BrgMask *before)
{
  bool edited = run->added != NULL || run->removed != NULL;

  if (_brg_pipeline_check_edits (run) != BRG_OK)
    return NULL;
  BrgMask *mask =
    edited ? brg_mask_copy_in (brg_job_pool (run->job), before, run->error) : brg_mask_ref (before);

  if (mask == NULL)
    return NULL;
  if (apply_edit (run, mask, run->added, true) != BRG_OK ||
      apply_edit (run, mask, run->removed, false) != BRG_OK)
    return replace (mask, NULL);
  if (run->recipe->keep_again)
    mask = replace (mask, brg_components_keep_largest (
                            mask, brg_connectivity_neighbours (run->recipe->connectivity), NULL,
                            run->job, run->error));
  mask = not_empty (run, mask, "the hand edits remove all bone");
  if (mask != NULL)
    run->pipeline->skull_vox = brg_mask_count (mask);
  return mask;
}

/* The solid of a defect on the bone near it. */
static BrgStatus
make_solid_on (const BrgMask *skull,
               const BrgCalvaria *calvaria,
               const BrgDefect *defect,
               BrgSolid *solid,
               BrgJob *job,
               BrgError *error)
{
  double footprint_mm = fmax (defect->width_mm, defect->height_mm);
  BrgFrame frame;
  BrgStatus status = brg_frame_on_calvaria (skull, calvaria, defect->at_mm, footprint_mm,
                                            defect->rotate_deg, &frame, job, error);

  return status == BRG_OK ? brg_solid_make (skull, defect, &frame, solid, error) : status;
}

static bool
is_published (const BrgDefect *defect)
{
  return defect->scidata.kind != BRG_SCIDATA_NONE;
}

BrgStatus
_brg_pipeline_make_solid (const BrgMask *skull,
                          const BrgDefect *defect,
                          BrgSolid *solid,
                          BrgJob *job,
                          BrgError *error)
{
  BrgCalvaria calvaria;

  if (is_published (defect))
    return BRG_OK;
  BrgStatus status = brg_calvaria_find (skull, &calvaria, job, error);
  return status == BRG_OK ? make_solid_on (skull, &calvaria, defect, solid, job, error) : status;
}

BrgStatus
_brg_pipeline_find_solid (BrgPipelineRun *run, BrgSolid *solid)
{
  BrgPipeline *p = run->pipeline;
  const BrgDefect *defect = &run->recipe->defect;
  BrgCalvaria calvaria;
  BrgStatus status = BRG_OK;

  if (is_published (defect))
    return BRG_OK;
  if (p->survey.whole.n[0] == NULL)
    status = brg_calvaria_survey (p->skull.mask, &p->survey, run->job, run->error);
  if (status == BRG_OK)
    status = brg_calvaria_measure (&p->survey, p->skull.mask, &calvaria, run->job, run->error);
  if (status == BRG_OK)
    status = make_solid_on (p->skull.mask, &calvaria, defect, solid, run->job, run->error);
  return status;
}

/* A published mask has no drills. */
static BrgStatus
raster_published (const BrgScidata *scidata,
                  const BrgGrid *grid,
                  BrgMask **cutter,
                  BrgMask **drills,
                  BrgBox *box,
                  BrgJob *job,
                  BrgError *error)
{
  BrgError own = { 0 };

  *drills = NULL;
  *cutter = brg_scidata_cutter (grid, scidata, job, &own);
  if (*cutter != NULL)
    *drills = brg_mask_new_in (brg_job_pool (job), grid, true, &own);
  if (*drills == NULL)
    {
      brg_mask_unref (*cutter);
      *cutter = NULL;
      return brg_error_set (error, own.status, "%s", own.message);
    }
  *box = brg_mask_bounds (*cutter);
  return BRG_OK;
}

BrgStatus
_brg_pipeline_raster (const BrgDefect *defect,
                      const BrgSolid *solid,
                      const BrgGrid *grid,
                      BrgMask **cutter,
                      BrgMask **drills,
                      BrgBox *box,
                      BrgJob *job,
                      BrgError *error)
{
  return is_published (defect)
           ? raster_published (&defect->scidata, grid, cutter, drills, box, job, error)
           : brg_solid_raster (solid, grid, cutter, drills, box, job, error);
}
