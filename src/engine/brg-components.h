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
 * (17 where 26 neighbours tie, 21 for a list) and the result; in the worst case there is a run for
 * every second voxel (every eighth with 26 neighbours). More than 2^32 - 2 runs are BRG_NO_MEMORY.
 * Results do not depend on the number of threads. All functions read only; an empty mask is not an
 * error. */

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

/* A new mask of the components of min_mm3 to max_mm3, both included; INFINITY for no upper limit.
 * A limit below 0, NaN or upside down is BRG_INVALID. */
BrgMask *brg_components_keep_sizes (const BrgMask *mask,
                                    int connectivity,
                                    double min_mm3,
                                    double max_mm3,
                                    BrgIslands *report,
                                    BrgJob *job,
                                    BrgError *error);

/* A new mask of the component that holds voxel `vox`, and one of all the others. BRG_EMPTY if that
 * voxel is background, BRG_INVALID if it is outside the grid. */
BrgMask *brg_components_at (const BrgMask *mask,
                            int connectivity,
                            const int vox[3],
                            BrgIslands *report,
                            BrgJob *job,
                            BrgError *error);
BrgMask *brg_components_without (const BrgMask *mask,
                                 int connectivity,
                                 const int vox[3],
                                 BrgIslands *report,
                                 BrgJob *job,
                                 BrgError *error);

/* The set voxel whose centre is nearest to an LPS point, at most within_mm away; of equally near
 * ones the first in scan order. BRG_EMPTY if there is none, BRG_INVALID unless the distance is
 * finite and at least 0; the message names the point or the number. */
BrgStatus brg_components_nearest (const BrgMask *mask,
                                  BrgVec3 lps_mm,
                                  double within_mm,
                                  int vox[3],
                                  BrgError *error);

typedef struct
{
  size_t n_vox;
  double mm3;
  int first_vox[3]; /* in scan order */
  BrgBox box_vox;   /* tight */
} BrgComponent;

/* The `max` (0: none) largest components, the largest first; of equally large ones that whose first
 * voxel comes first. On success *list is an array of *n_list entries for brg_free(), else NULL. */
BrgStatus brg_components_list (const BrgMask *mask,
                               int connectivity,
                               size_t max,
                               BrgComponent **list,
                               size_t *n_list,
                               BrgJob *job,
                               BrgError *error);
