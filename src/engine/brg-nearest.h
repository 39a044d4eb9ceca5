#pragma once

#include "engine/brg-grid.h"
#include "engine/brg-job.h"

/* The nearest of many voxels, exact at any distance: a k-d tree over their centres (Friedman,
 * Bentley, Finkel 1977), for voxels that are few but may be far away. The axes of the grid are
 * taken as orthogonal. Once made it may be read on any thread. */
typedef struct
{
  int axis, at;
} BrgNearestSplit;

typedef struct
{
  int (*voxels)[3];        /* owned */
  BrgNearestSplit *splits; /* [n]: where a range is split, at the index of its middle; owned */
  size_t n;
  double spacing_mm[3];
} BrgNearest;

/* Takes the n > 0 voxels, a buffer of brg_alloc(), and changes their order. On failure they are
 * freed and `tree` is empty. */
BrgStatus brg_nearest_make (const BrgGrid *grid,
                            int (*voxels)[3],
                            size_t n,
                            BrgNearest *tree,
                            BrgJob *job,
                            BrgError *error);

/* Distance in mm between the centre of `vox` and the nearest one. *hint is the position of any
 * voxel in the tree, best one that is near; it receives that of the nearest. */
double brg_nearest_mm (const BrgNearest *tree, const int vox[3], size_t *hint);

void brg_nearest_clear (BrgNearest *tree); /* zeroed allowed */
