#pragma once

#include "engine/brg-param.h"
#include "engine/brg-pipeline.h"
#include "engine/brg-solid.h"
#include "engine/brg-spare.h"

/* The inside of a pipeline, shared by its files: brg-pipeline.c keeps the caches,
 * brg-pipeline-stages.c makes what goes into them, brg-pipeline-edit.c brings it up to date where
 * hand edits changed. */

/* What a cached output was made from. */
typedef struct
{
  bool valid;
  BrgRecipe recipe;
  uint64_t edits_revision;
} BrgPipelineKey;

typedef struct
{
  BrgPipelineKey key;
  BrgMask *mask;
} BrgPipelineSlot;

/* Where the inputs of an output have changed since it was made. */
typedef struct
{
  bool unknown; /* anywhere */
  BrgBox box;   /* else inside this */
} BrgPipelineBehind;

struct BrgPipeline
{
  BrgVolume *scan;
  BrgPipelineKey crop_key;
  BrgVolume *crop;
  BrgPipelineSlot threshold, islands, median, holes, skull;
  BrgIslands report;    /* of the islands slot */
  size_t threshold_vox; /* of the threshold slot */
  size_t skull_vox;     /* of the skull slot */
  BrgPipelineKey defect_key;
  BrgCalvariaSurvey survey; /* of the skull; zeroed when there is none */
  BrgSolid solid;
  BrgMask *cutter, *drills;
  BrgBox cutter_box; /* tight */
  BrgPipelineKey triple_key;
  BrgTriple triple;
  bool fit_is_due; /* the triple has changed since its fit was measured */

  BrgPipelineBehind cutter_behind, triple_behind;
  BrgSpare spare_skull, spare_cutter, spare_drills, spare_defective, spare_implant, spare_flap;
  BrgPipelineBehind skull_told, defective_told, implant_told; /* changes since the last result */
};

/* One run: what the stages read. */
typedef struct
{
  BrgPipeline *pipeline;
  const BrgRecipe *recipe;
  const BrgMask *added, *removed;
  uint64_t edits_revision;
  const BrgPipelineEdit *edit; /* NULL: the edits may have changed anywhere */
  BrgJob *job;
  BrgError *error; /* never NULL */
} BrgPipelineRun;

/* brg-pipeline.c: is the output there, of a recipe that agrees in everything that stages up to
 * `stage` read? */
bool _brg_pipeline_is_of (const BrgPipelineKey *key, const BrgRecipe *recipe, BrgStage stage);

/* A mask that is now another one inside `box` (empty allowed). */
void _brg_pipeline_note (BrgPipelineBehind *behind, const BrgBox *box);

/* Each makes the output of a stage from the mask before it (none before the threshold): a new
 * reference, or NULL with the run's error, which says in words what left no bone. */
BrgMask *_brg_pipeline_threshold (BrgPipelineRun *run, BrgMask *before);
BrgMask *_brg_pipeline_islands (BrgPipelineRun *run, BrgMask *before);
BrgMask *_brg_pipeline_median (BrgPipelineRun *run, BrgMask *before);
BrgMask *_brg_pipeline_holes (BrgPipelineRun *run, BrgMask *before);
BrgMask *_brg_pipeline_skull (BrgPipelineRun *run, BrgMask *before);

/* The edit masks (NULL allowed) are on the scan's grid. */
BrgStatus _brg_pipeline_check_edits (BrgPipelineRun *run);

/* The solid of a defect on the bone near it; it stays empty for a published mask. The second is of
 * the recipe's defect on the pipeline's skull. */
BrgStatus _brg_pipeline_make_solid (const BrgMask *skull,
                                    const BrgDefect *defect,
                                    BrgSolid *solid,
                                    BrgJob *job,
                                    BrgError *error);
BrgStatus _brg_pipeline_find_solid (BrgPipelineRun *run, BrgSolid *solid);

/* Cutter, drills and the tight box of the cutter from the solid, or a published mask. */
BrgStatus _brg_pipeline_raster (const BrgDefect *defect,
                                const BrgSolid *solid,
                                const BrgGrid *grid,
                                BrgMask **cutter,
                                BrgMask **drills,
                                BrgBox *box,
                                BrgJob *job,
                                BrgError *error);

/* brg-pipeline-edit.c: these bring an output up to date where edits changed its inputs, if that is
 * known and worth while, with *is_done then true. Without it, and without an error, nothing has
 * changed and the output is to be made anew. */
BrgStatus _brg_pipeline_edit_skull (BrgPipelineRun *run, bool *is_done);
BrgStatus _brg_pipeline_edit_cutter (BrgPipelineRun *run, bool *is_done);
BrgStatus _brg_pipeline_edit_triple (BrgPipelineRun *run, bool *is_done);
