#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* Private to engine/: maximal runs of equal voxels along i, gathered into connected components. */

typedef struct
{
  uint16_t begin, end; /* begin <= i < end; dimensions fit by BRG_GRID_MAX_DIM */
} BrgRun;

typedef struct
{
  int dim[3];
  uint32_t n_runs;
  uint32_t n_components;
  uint32_t *row_first; /* runs of row r = k * dim[1] + j: row_first[r] <= x < row_first[r + 1] */
  BrgRun *runs;        /* in scan order */
  uint32_t *component; /* of each run; components are numbered by their first voxel */
} BrgRuns;

/* Labels the set voxels of `mask`, or the unset ones. `connectivity`: 4 or 8 within each slice (no
 * component spans two), 6, 18 or 26 in the volume. On failure `out` is empty. */
BrgStatus brg_runs_label (const BrgMask *mask,
                          bool unset,
                          int connectivity,
                          BrgRuns *out,
                          BrgJob *job,
                          BrgError *error);

void brg_runs_clear (BrgRuns *runs);

/* Voxels of each component; brg_free() it. */
size_t *brg_runs_sizes (const BrgRuns *runs, BrgError *error);

/* Sets in `mask` (same dimensions) the voxels of the components with keep[component] != 0. */
BrgStatus brg_runs_paint (const BrgRuns *runs,
                          const uint8_t *keep,
                          BrgMask *mask,
                          BrgJob *job,
                          BrgError *error);
