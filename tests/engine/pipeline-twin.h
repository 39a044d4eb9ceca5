#pragma once

/* How results of the pipeline are compared. */

#include "engine/brg-pipeline.h"
#include "voxel-twin.h"

static inline void
pipeline_assert_same_mask (const BrgMask *a, const BrgMask *b)
{
  g_assert_cmpint (a != NULL, ==, b != NULL);
  if (a != NULL)
    twin_assert_equal (a, b);
}

/* Every mask, voxel by voxel, and the frame, to the last bit. */
static inline void
pipeline_assert_same_masks (const BrgPipelineResult *a, const BrgPipelineResult *b)
{
  pipeline_assert_same_mask (a->stages, b->stages);
  pipeline_assert_same_mask (a->skull, b->skull);
  pipeline_assert_same_mask (a->cutter, b->cutter);
  pipeline_assert_same_mask (a->drills, b->drills);
  pipeline_assert_same_mask (a->flap, b->flap);
  pipeline_assert_same_mask (a->defective, b->defective);
  pipeline_assert_same_mask (a->implant, b->implant);
  g_assert_cmpmem (&a->frame, sizeof a->frame, &b->frame, sizeof b->frame);
}
