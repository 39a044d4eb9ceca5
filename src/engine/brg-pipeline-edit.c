#include "engine/brg-box-words.h"
#include "engine/brg-pipeline-private.h"

#define FIT_ERROR_MM 0.05 /* what a fit sees, with a margin for rounding */

/* The word that begins at `bit` of a row; what lies beyond the row is unset. */
static inline uint64_t
word_at (const uint64_t *row, size_t n_words, size_t bit)
{
  size_t w = bit / 64;
  uint64_t low = w < n_words ? row[w] >> (bit % 64) : 0;

  return bit % 64 != 0 && w + 1 < n_words ? low | row[w + 1] << (64 - bit % 64) : low;
}

/* Row (j, k) of an edit's crop that begins at voxel `at`; NULL without an edit. */
static inline const uint64_t *
edit_row (const BrgMask *edit, const int at[3], int j, int k)
{
  return edit != NULL ? brg_mask_row (edit, j + at[1], k + at[2]) : NULL;
}

/* skull = (stages OR added) minus removed in the words of a box; the crop begins at voxel `at`. */
static void
put_skull (const BrgPipelineRun *run,
           BrgMask *skull,
           const int at[3],
           const BrgBox *box,
           BrgBoxChange *change)
{
  size_t n_words = ((size_t) run->pipeline->scan->grid.dim[0] + 63) / 64;
  uint64_t last = brg_mask_last_word_bits (skull);

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      {
        const uint64_t *stages = brg_mask_row (run->pipeline->holes.mask, j, k);
        const uint64_t *added = edit_row (run->added, at, j, k);
        const uint64_t *removed = edit_row (run->removed, at, j, k);
        uint64_t *to = brg_mask_row (skull, j, k);
        for (size_t w = brg_box_first_word (box); w <= brg_box_last_word (box); w++)
          {
            size_t bit = w * 64 + (size_t) at[0];
            uint64_t bone = stages[w];
            if (added != NULL)
              bone |= word_at (added, n_words, bit);
            if (removed != NULL)
              bone &= ~word_at (removed, n_words, bit);
            brg_box_put (to, w, j, k, w + 1 == skull->row_words ? bone & last : bone, change);
          }
      }
}

/* The box of the edit on the cropped grid, and where that begins in the scan. */
static BrgBox
edited_box (const BrgPipelineRun *run, int at[3])
{
  BrgBox scan = brg_grid_box (&run->pipeline->scan->grid), crop = run->recipe->crop_vox;

  crop = brg_box_is_empty (&crop) ? scan : brg_box_intersect (&crop, &scan);
  BrgBox box = brg_box_intersect (&run->edit->box, &crop);
  for (int axis = 0; axis < 3; axis++)
    {
      at[axis] = crop.lo[axis];
      box.lo[axis] -= at[axis];
      box.hi[axis] -= at[axis];
    }
  return box;
}

static void
note_skull (BrgPipeline *p, const BrgBox *changed)
{
  _brg_pipeline_note (&p->cutter_behind, changed);
  _brg_pipeline_note (&p->triple_behind, changed);
  _brg_pipeline_note (&p->skull_told, changed);
}

/* The skull is about to become another one. */
static void
follow_survey (BrgPipeline *p, const BrgMask *skull, const BrgBox *changed)
{
  if (p->survey.whole.n[0] != NULL)
    brg_calvaria_survey_follow (&p->survey, p->skull.mask, skull, changed);
}

/* All of the skull again; what follows learns where it differs. */
static BrgStatus
make_and_compare (BrgPipelineRun *run, bool *is_done)
{
  BrgPipeline *p = run->pipeline;
  BrgMask *skull = _brg_pipeline_skull (run, p->holes.mask);

  if (skull == NULL)
    return run->error->status;
  BrgBox whole = brg_grid_box (&skull->grid);
  BrgBox changed = brg_box_difference (skull, p->skull.mask, &whole);
  follow_survey (p, skull, &changed);
  brg_mask_unref (p->skull.mask);
  p->skull.mask = skull;
  brg_spare_clear (&p->spare_skull);
  note_skull (p, &changed);
  *is_done = true;
  return BRG_OK;
}

/* Puts the written mask in place of *now, which keeps its pointer where nothing has changed. */
static void
take_written (BrgSpare *spare, BrgMask **now, BrgMask *written, const BrgBox *changed)
{
  if (brg_box_is_empty (changed))
    brg_spare_give_back (spare, written, changed);
  else
    brg_spare_commit (spare, now, written, changed);
}

static BrgStatus
write_skull (BrgPipelineRun *run, const int at[3], const BrgBox *box, bool *is_done)
{
  BrgPipeline *p = run->pipeline;
  BrgBoxChange change = { 0 };
  BrgMask *skull =
    brg_spare_take (&p->spare_skull, p->skull.mask, brg_job_pool (run->job), run->error);

  if (skull == NULL)
    return BRG_NO_MEMORY;
  put_skull (run, skull, at, box, &change);
  size_t skull_vox = p->skull_vox + change.n_set - change.n_unset;
  *is_done = skull_vox > 0;
  if (skull_vox == 0)
    {
      brg_spare_give_back (&p->spare_skull, skull, &change.changed);
      return BRG_OK;
    }
  follow_survey (p, skull, &change.changed);
  take_written (&p->spare_skull, &p->skull.mask, skull, &change.changed);
  p->skull_vox = skull_vox;
  note_skull (p, &change.changed);
  return BRG_OK;
}

BrgStatus
_brg_pipeline_edit_skull (BrgPipelineRun *run, bool *is_done)
{
  const BrgPipelineKey *key = &run->pipeline->skull.key;
  int at[3];

  *is_done = false;
  if (run->edit == NULL || !_brg_pipeline_is_of (key, run->recipe, BRG_STAGE_EDITS) ||
      key->edits_revision != run->edit->since)
    return BRG_OK;
  if (run->recipe->keep_again)
    return make_and_compare (run, is_done);
  BrgStatus status = _brg_pipeline_check_edits (run);
  if (status != BRG_OK)
    return status;
  BrgBox box = edited_box (run, at);
  *is_done = brg_box_is_empty (&box);
  return *is_done ? BRG_OK : write_skull (run, at, &box, is_done);
}

/* Rasterises another cutter over copies of the old one. */
static BrgStatus
write_cutter (BrgPipelineRun *run,
              const BrgSolid *solid,
              BrgMask *cutter,
              BrgMask *drills,
              BrgBox *written)
{
  const BrgBox *old = &run->pipeline->cutter_box;
  BrgStatus status = BRG_OK;

  brg_box_clear (cutter, old);
  brg_box_clear (drills, old);
  *written = brg_grid_box (&cutter->grid);
  BrgBox box;
  status = brg_solid_raster_into (solid, cutter, drills, &box, run->job, run->error);
  if (status == BRG_OK)
    *written = brg_box_union (old, &box);
  return status;
}

/* Another cutter; the triple learns where it differs. */
static BrgStatus
replace_cutter (BrgPipelineRun *run, BrgSolid *solid)
{
  BrgPipeline *p = run->pipeline;
  BrgPool *pool = brg_job_pool (run->job);
  BrgBox written = { 0 };
  BrgMask *cutter = brg_spare_take (&p->spare_cutter, p->cutter, pool, run->error);
  BrgMask *drills =
    cutter != NULL ? brg_spare_take (&p->spare_drills, p->drills, pool, run->error) : NULL;
  BrgStatus status = BRG_NO_MEMORY;

  if (drills != NULL)
    status = write_cutter (run, solid, cutter, drills, &written);
  if (status != BRG_OK)
    {
      brg_spare_give_back (&p->spare_cutter, cutter, &written);
      brg_spare_give_back (&p->spare_drills, drills, &written);
      return status;
    }
  BrgBox cut = brg_box_difference (cutter, p->cutter, &written);
  BrgBox drilled = brg_box_difference (drills, p->drills, &written);
  _brg_pipeline_note (&p->triple_behind, &cut);
  _brg_pipeline_note (&p->triple_behind, &drilled);
  brg_spare_commit (&p->spare_cutter, &p->cutter, cutter, &written);
  brg_spare_commit (&p->spare_drills, &p->drills, drills, &written);
  p->cutter_box = brg_box_bounds (cutter, &written);
  brg_solid_clear (&p->solid);
  p->solid = *solid;
  *solid = (BrgSolid){ 0 };
  return BRG_OK;
}

BrgStatus
_brg_pipeline_edit_cutter (BrgPipelineRun *run, bool *is_done)
{
  BrgPipeline *p = run->pipeline;
  BrgSolid solid = { 0 };

  *is_done = _brg_pipeline_is_of (&p->defect_key, run->recipe, BRG_STAGE_DEFECT) &&
             !p->cutter_behind.unknown;
  bool follows_bone = run->recipe->defect.scidata.kind == BRG_SCIDATA_NONE;
  if (!*is_done || !follows_bone || brg_box_is_empty (&p->cutter_behind.box))
    return BRG_OK;
  BrgStatus status = _brg_pipeline_find_solid (run, &solid);
  if (status == BRG_OK && !brg_solid_equal (&solid, &p->solid))
    status = replace_cutter (run, &solid);
  brg_solid_clear (&solid);
  return status;
}

/* May bone that changed inside a box have an influence on the fit of an implant that did not? The
 * fit looks at bone as far from the implant as the nearest, and the rim and a voxel further. */
static bool
reaches_fit (const BrgPipeline *p, const BrgBox *changed)
{
  const BrgGrid *grid = &p->skull.mask->grid;
  double squares = 0;

  for (int axis = 0; axis < 3; axis++)
    squares += pow (brg_grid_spacing_mm (grid, axis), 2);
  double closest_mm = fmin (p->triple.fit.smallest_centre_mm, BRG_FIT_LIMIT_MM);
  double reach_mm = closest_mm + fmax (BRG_FIT_RIM_MM, sqrt (squares)) + sqrt (squares);
  BrgBox implant = brg_box_bounds (p->triple.implant, &p->cutter_box);
  BrgBox seen = brg_box_grow_mm (grid, &implant, reach_mm + FIT_ERROR_MM);
  BrgBox both = brg_box_intersect (&seen, changed);
  return !brg_box_is_empty (changed) && !brg_box_is_empty (&both);
}

/* After the masks: volumes now, distances when they are wanted. */
static void
note_triple (BrgPipeline *p, const BrgTripleBoxes *changed)
{
  double voxel_mm3 = brg_grid_voxel_mm3 (&p->skull.mask->grid);
  BrgFit *fit = &p->triple.fit;

  fit->removed_mm3 =
    (double) p->skull_vox * voxel_mm3 - (double) p->triple.defective_vox * voxel_mm3;
  fit->implant_mm3 = (double) p->triple.implant_vox * voxel_mm3;
  p->fit_is_due =
    p->fit_is_due || !brg_box_is_empty (&changed->implant) || reaches_fit (p, &changed->defective);
  _brg_pipeline_note (&p->defective_told, &changed->defective);
  _brg_pipeline_note (&p->implant_told, &changed->implant);
}

static void
give_back (BrgPipeline *p, const BrgTriple *next, const BrgBox *touched)
{
  brg_spare_give_back (&p->spare_flap, next->flap, touched);
  brg_spare_give_back (&p->spare_defective, next->defective, touched);
  brg_spare_give_back (&p->spare_implant, next->implant, touched);
}

/* Masks to write the next triple into, equal to those of this one. */
static BrgStatus
take_masks (BrgPipelineRun *run, BrgTriple *next)
{
  BrgPipeline *p = run->pipeline;
  BrgPool *pool = brg_job_pool (run->job);
  const BrgBox nothing = { 0 };

  *next = p->triple;
  next->defective = next->implant = NULL;
  next->flap = brg_spare_take (&p->spare_flap, p->triple.flap, pool, run->error);
  if (next->flap != NULL)
    next->defective = brg_spare_take (&p->spare_defective, p->triple.defective, pool, run->error);
  if (next->defective != NULL)
    next->implant = brg_spare_take (&p->spare_implant, p->triple.implant, pool, run->error);
  if (next->implant != NULL)
    return BRG_OK;
  give_back (p, next, &nothing);
  return BRG_NO_MEMORY;
}

BrgStatus
_brg_pipeline_edit_triple (BrgPipelineRun *run, bool *is_done)
{
  BrgPipeline *p = run->pipeline;
  const BrgBox box = p->triple_behind.box;
  BrgTripleBoxes changed = { 0 };
  BrgTriple next;

  *is_done = false;
  if (!_brg_pipeline_is_of (&p->triple_key, run->recipe, BRG_STAGE_CLEARANCE) ||
      p->triple_behind.unknown)
    return BRG_OK;
  *is_done = brg_box_is_empty (&box);
  BrgStatus status = *is_done ? BRG_OK : take_masks (run, &next);
  if (*is_done || status != BRG_OK)
    return status;
  status = brg_triple_edit (p->skull.mask, p->cutter, p->drills, run->recipe, &box, &next, &changed,
                            run->job, run->error);
  *is_done =
    status == BRG_OK && next.flap_vox > 0 && next.defective_vox > 0 && next.implant_vox > 0;
  if (!*is_done)
    {
      BrgBox touched = brg_triple_reach (&p->skull.mask->grid, run->recipe, &box);
      give_back (p, &next, &touched);
      return status;
    }
  take_written (&p->spare_flap, &p->triple.flap, next.flap, &changed.flap);
  take_written (&p->spare_defective, &p->triple.defective, next.defective, &changed.defective);
  take_written (&p->spare_implant, &p->triple.implant, next.implant, &changed.implant);
  p->triple.flap_vox = next.flap_vox;
  p->triple.defective_vox = next.defective_vox;
  p->triple.implant_vox = next.implant_vox;
  note_triple (p, &changed);
  return BRG_OK;
}
