#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* Connected components ("islands") of a mask. `connectivity` is 6 (faces), 18 (and edges) or 26
 * (and corners); anything else is BRG_INVALID. Components are ordered by their first voxel in scan
 * order (i fastest, then j, then k), and of equally large ones the first wins.
 *
 * Runs of set voxels along i are united by a union-find over the run table, without a label volume
 * (He, Chao, Suzuki 2008, "A run-based two-scan labeling algorithm"); with 26 neighbours a run goes
 * along two by two rows at once. Memory: 8 bytes a run (12 with 26 neighbours), 9 bytes a component
 * and the result; the most there can be are a run for every two voxels (8 with 26 neighbours), and
 * 2^32 - 2 of them. Results do not depend on the number of threads. All functions read only; an
 * empty mask is not an error. */

typedef struct
{
  size_t n_components;
  size_t largest_vox;   /* 0 when there is none */
  size_t runner_up_vox; /* 0 when there is only one */
} BrgIslands;

/* The reports describe the components of the operand, not of the result; NULL to ignore. */

BrgStatus brg_components_count (const BrgMask *mask,
                                int connectivity,
                                BrgIslands *report,
                                BrgJob *job,
                                BrgError *error);

/* A new mask of the largest component. */
BrgMask *brg_components_keep_largest (const BrgMask *mask,
                                      int connectivity,
                                      BrgIslands *report,
                                      BrgJob *job,
                                      BrgError *error);

/* A new mask of the components of `min_vox` voxels or more. */
BrgMask *brg_components_drop_small (const BrgMask *mask,
                                    int connectivity,
                                    size_t min_vox,
                                    BrgIslands *report,
                                    BrgJob *job,
                                    BrgError *error);

/* A new mask of the component that holds voxel `vox`; BRG_EMPTY if that is background, BRG_INVALID
 * if it is outside the grid. */
BrgMask *brg_components_at (const BrgMask *mask,
                            int connectivity,
                            const int vox[3],
                            BrgJob *job,
                            BrgError *error);
