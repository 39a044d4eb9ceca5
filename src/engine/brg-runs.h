#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* Private to engine/: maximal runs of equal voxels along i, gathered into connected components by a
 * union-find over the run table, without a label volume (He, Chao, Suzuki 2008, "A run-based
 * two-scan labeling algorithm").
 *
 * A line is a bundle of rows read as one row, which holds a voxel wherever one of them does. With
 * connectivity 8 a line is two rows along j, with 26 two by two rows along j and k: their voxels
 * at i and i + 1 are all neighbours, so a run of such a line is connected although its voxels lie
 * in several rows. Otherwise a line is one row. */

typedef struct
{
  uint16_t begin, end; /* begin <= i < end; dimensions fit by BRG_GRID_MAX_DIM */
} BrgRun;

typedef struct
{
  const BrgMask *mask; /* borrowed */
  uint64_t flip;       /* all ones when the unset voxels are labelled, else 0 */
  int connectivity;
  int first_slice, end_slice;
  int tall, deep;        /* rows of a line along j and k; fewer at the end of the mask */
  int n_lines, n_planes; /* lines of a plane, along j, and planes, along k */
  uint32_t n_runs;
  uint32_t n_components;
  uint32_t *line_first; /* runs of line l = plane * n_lines + place: line_first[l] <= x < [l + 1] */
  BrgRun *runs;
  uint32_t *voxels;    /* of each run; NULL when they must be counted, or are end - begin */
  uint32_t *component; /* of each run; components are numbered by their first run */
} BrgRuns;

/* The rows of a line: lo <= j, k < hi. */
typedef struct
{
  int lo[2], hi[2];
} BrgRunsLine;

static inline BrgRunsLine
brg_runs_line (const BrgRuns *runs, int plane, int place)
{
  int j = place * runs->tall, k = runs->first_slice + plane * runs->deep;
  int n_j = runs->mask->grid.dim[1] - j, n_k = runs->end_slice - k;

  return (BrgRunsLine){ { j, k },
                        { j + (n_j < runs->tall ? n_j : runs->tall),
                          k + (n_k < runs->deep ? n_k : runs->deep) } };
}

/* Labels the set voxels of `mask`, or the unset ones, in the slices begin <= k < end; what lies in
 * the others is not seen. `connectivity`: 4 or 8 within each slice (no component spans two), 6, 18
 * or 26 in the volume. The mask must stay as it is while `out` is used. Results do not depend on
 * the number of threads. Memory: 8 bytes a run, 12 where set voxels are labelled by lines of more
 * than a row, and two planes of lines per thread. On failure `out` is empty. */
BrgStatus brg_runs_label (const BrgMask *mask,
                          bool unset,
                          int connectivity,
                          int begin,
                          int end,
                          BrgRuns *out,
                          BrgJob *job,
                          BrgError *error);

/* The set voxels of the whole mask; BRG_INVALID unless `connectivity` is 6, 18 or 26. */
BrgStatus brg_runs_label_volume (const BrgMask *mask,
                                 int connectivity,
                                 BrgRuns *out,
                                 BrgJob *job,
                                 BrgError *error);

void brg_runs_clear (BrgRuns *runs);

/* Looks at the job for step x of a serial loop, often enough and seldom enough. */
static inline BrgStatus
brg_runs_poll (size_t x, BrgJob *job, BrgError *error)
{
  if (x % ((size_t) 1 << 20) != 0 || !brg_job_is_cancelled (job))
    return BRG_OK;
  return brg_error_set (error, BRG_CANCELLED, "cancelled");
}

/* Voxels of each component; brg_free() them. Components with skip[component] != 0 are not counted
 * and have 0; skip may be NULL. On failure *sizes is NULL. */
BrgStatus brg_runs_sizes (const BrgRuns *runs,
                          const uint8_t *skip,
                          size_t **sizes,
                          BrgJob *job,
                          BrgError *error);

/* Index in scan order (i fastest, then j, then k) of each component's first voxel; brg_free() them.
 * Where a line is one row they only grow, as components are numbered that way. On failure *firsts
 * is NULL. */
BrgStatus brg_runs_firsts (const BrgRuns *runs, size_t **firsts, BrgJob *job, BrgError *error);

/* Writes the slices first_slice to end_slice of `out`, a mask like the labelled one and not that
 * one: the set voxels of the components with keep[component] != 0, or, when the unset voxels are
 * labelled, the labelled mask with the voxels of those components set. Every word is written. */
BrgStatus brg_runs_paint (const BrgRuns *runs,
                          const uint8_t *keep,
                          BrgMask *out,
                          BrgJob *job,
                          BrgError *error);
