#pragma once

#include <stdint.h>

#include "engine/brg-components.h"
#include "engine/brg-cutter.h"
#include "engine/brg-implant.h"
#include "engine/brg-volume.h"

/* From a scan and a recipe to the triple:
 *
 *   crop, threshold, islands, median, holes (per slice, in 3-D, closing, opening, margin), edits,
 *   largest again -> skull -> frame, cutter, drills -> defective skull, implant, fit
 *
 * The output of each stage is kept together with the parameters that made it. A run starts again
 * at the first stage whose parameters (or the edits' revision) differ; equal parameters give the
 * same mask pointer as before. A stage is replaced only when it has succeeded, so a run that was
 * cancelled or failed leaves everything valid. One run at a time; the caller may be any thread. */
typedef struct BrgPipeline BrgPipeline;

/* Takes a reference of the scan. */
BrgPipeline *brg_pipeline_new (BrgVolume *scan, BrgError *error);
void brg_pipeline_free (BrgPipeline *pipeline); /* NULL allowed */

/* All masks are on the cropped grid, immutable, and references of the result. */
typedef struct
{
  BrgMask *stages;    /* before the edits */
  BrgMask *skull;     /* after them */
  BrgMask *cutter;    /* this and the four below: NULL without a defect */
  BrgMask *drills;    /* burr holes and saw cuts, a part of the cutter */
  BrgMask *flap;      /* skull AND cutter */
  BrgMask *defective; /* the skull with the hole */
  BrgMask *implant;
  BrgIslands islands;       /* of the thresholded bone, before the choice */
  int median_kernel_vox[3]; /* realised; 1 1 1 when off */
  size_t threshold_vox;     /* voxels in the threshold range */
  size_t skull_vox;         /* voxels of the skull */
  BrgFit fit;               /* zero without a defect */
  bool fit_is_due;          /* the fit is that of an earlier run; see BrgPipelineEdit */
  BrgFrame frame;           /* of the defect */

  /* Where the masks may differ from those of the pipeline's last result: empty where they are
   * equal, the whole grid the first time and when the grid is another. */
  BrgBox changed_skull, changed_defective, changed_implant;
} BrgPipelineResult;

/* `added` and `removed` (either may be NULL) are on the scan's own, uncropped grid;
 * `edits_revision` must change whenever their voxels do. They are read during the call only.
 * `result` is overwritten (clear an old one first) and zeroed on failure. BRG_EMPTY says in words
 * which stage left nothing: a threshold above every voxel, a crop outside the scan, a median, an
 * opening or a margin that takes all bone, a defect that meets no bone. */
BrgStatus brg_pipeline_run (BrgPipeline *pipeline,
                            const BrgRecipe *recipe,
                            const BrgMask *added,
                            const BrgMask *removed,
                            uint64_t edits_revision,
                            BrgPipelineResult *result,
                            BrgJob *job,
                            BrgError *error);

/* What is known about hand edits besides their masks. */
typedef struct
{
  uint64_t since;       /* an earlier edits_revision */
  BrgBox box;           /* of the scan: outside of it the edits are as they were then */
  bool may_put_off_fit; /* a fit that the edits may have changed is left for a later run */
} BrgPipelineEdit;

/* As brg_pipeline_run(), with the same result, at the cost of what the edits touch where the last
 * run was that of `edit->since`:
 *
 * - The skull is made inside the box; all of it when the largest island is kept again.
 * - Frame and cutter are looked at again when the skull changed, some 2 ms. The cutter is made
 *   again only if the bone under the footprint changed; the triple then follows there.
 * - The triple is made inside the box grown by the clearance.
 * - The fit is measured again when bone or implant changed within its reach, or put off.
 *
 * The first such run copies the masks it changes; later ones write the version before the last, as
 * soon as no result holds it any more. */
BrgStatus brg_pipeline_edit (BrgPipeline *pipeline,
                             const BrgRecipe *recipe,
                             const BrgMask *added,
                             const BrgMask *removed,
                             uint64_t edits_revision,
                             const BrgPipelineEdit *edit,
                             BrgPipelineResult *result,
                             BrgJob *job,
                             BrgError *error);

/* What the stages before the edits gave, as references. */
typedef struct
{
  BrgVolume *crop;
  BrgMask *threshold, *islands, *median, *holes;
} BrgPipelineStages;

/* Those of the last run, which has succeeded; not while one is under way. Costs nothing. */
void brg_pipeline_ref_stages (const BrgPipeline *pipeline, BrgPipelineStages *stages);
void brg_pipeline_stages_clear (BrgPipelineStages *stages); /* zeroed allowed */

/* The part after the skull, on a finished skull: frame, cutter, defective skull, implant, fit.
 * `result->skull` and `stages` are new references of `skull`. */
BrgStatus brg_pipeline_triple (BrgMask *skull,
                               const BrgRecipe *recipe,
                               BrgPipelineResult *result,
                               BrgJob *job,
                               BrgError *error);

void brg_pipeline_result_clear (BrgPipelineResult *result); /* zeroed allowed */
