#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* How an implant sits in a defective skull, from the two masks alone.
 *
 * A voxel is the cuboid around its centre. The *gap* of an implant voxel is the shortest distance
 * between its cuboid and the cuboid of any bone voxel, 0 when they touch at a face, an edge or a
 * corner; its *centre distance* is that between centres. Both are exact on orthogonal grids.
 *
 * *Rim voxels* are the implant voxels that face bone: those for which no implant voxel lies closer
 * to the bone voxel nearest to them (by centres; if several bone voxels are nearest, for one of
 * them), and which lie at most BRG_FIT_RIM_MM further from bone than the closest implant voxel.
 * Medians are over rim voxels; of an even number the lower middle one. */

#define BRG_FIT_LIMIT_MM 30.0
#define BRG_FIT_RIM_MM   3.0

typedef struct
{
  double removed_mm3; /* skull minus defective skull; brg_fit() does not know it and writes 0 */
  double implant_mm3;
  size_t overlap_vox; /* voxels in both masks; must be 0 */
  double smallest_gap_mm, median_gap_mm;
  double smallest_centre_mm, median_centre_mm;
  size_t n_rim_vox; /* 0, and the four distances INFINITY, if no bone is within BRG_FIT_LIMIT_MM */
} BrgFit;

/* BRG_EMPTY if the implant or the bone is empty, BRG_INVALID if the grids differ. */
BrgStatus brg_fit (const BrgMask *defective,
                   const BrgMask *implant,
                   BrgFit *fit,
                   BrgJob *job,
                   BrgError *error);
