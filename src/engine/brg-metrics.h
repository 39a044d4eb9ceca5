#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* How close a predicted implant comes to the true one: the scores of the AutoImplant challenges
 * (Li et al. 2021, "AutoImplant 2020: first MICCAI challenge on automatic cranial implant design",
 * and its public evaluation code).
 *
 * The Dice coefficient of two masks is 2 |A and B| / (|A| + |B|), and 1 for two empty ones. The
 * border Dice coefficient is that of their voxels within BRG_METRICS_BORDER_MM of the nearest set
 * voxel of the defective skull, by centres; a relative 1e-9 beyond still counts.
 *
 * The surface of a mask is its voxels with a face neighbour outside of it; beyond the grid all is
 * outside. The Hausdorff distance is the largest distance, by centres, between a surface voxel of
 * one mask and the nearest surface voxel of the other; the 95 % one is the 95th percentile of these
 * distances over both surfaces together, with linear interpolation. Both are exact at any distance,
 * and NaN unless both masks have voxels. The axes of the grid are taken as orthogonal. */

#define BRG_METRICS_BORDER_MM 10.0

typedef struct
{
  double dice, border_dice;
  double hausdorff_mm, hausdorff95_mm;
  size_t n_predicted_vox, n_true_vox, n_common_vox;
} BrgMetrics;

/* BRG_INVALID if the grids differ, BRG_EMPTY if the defective skull is empty; `out` is written on
 * success only. */
BrgStatus brg_metrics (const BrgMask *predicted,
                       const BrgMask *truth,
                       const BrgMask *defective,
                       BrgMetrics *out,
                       BrgJob *job,
                       BrgError *error);
