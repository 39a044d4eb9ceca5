#pragma once

#include "engine/brg-pipeline.h"

/* The inside of a pipeline, shared by its two files: brg-pipeline.c keeps the caches,
 * brg-pipeline-stages.c makes what goes into them. */

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
  BrgFrame frame;
  BrgMask *cutter, *drills;
  BrgPipelineKey triple_key;
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
} BrgPipelineRun;

/* Each makes the output of a stage from the mask before it (none before the threshold): a new
 * reference, or NULL with the run's error, which says in words what left no bone. */
BrgMask *_brg_pipeline_threshold (BrgPipelineRun *run, BrgMask *before);
BrgMask *_brg_pipeline_islands (BrgPipelineRun *run, BrgMask *before);
BrgMask *_brg_pipeline_median (BrgPipelineRun *run, BrgMask *before);
BrgMask *_brg_pipeline_holes (BrgPipelineRun *run, BrgMask *before);
BrgMask *_brg_pipeline_skull (BrgPipelineRun *run, BrgMask *before);
