#pragma once

#include "engine/brg-isa.h"
#include "engine/brg-runs.h"

/* Private to brg-runs.c: one plane of lines at a time. */

typedef enum
{
  BRG_RUNS_DEAD, /* no run and no entries */
  BRG_RUNS_LIVE,
  BRG_RUNS_FULL, /* one run from end to end, in every face */
} BrgRunsLive;

/* What is known of the lines of one plane. Entries of word w of line l are at l * row_words + w;
 * those of faces at l * (row_words + 2) + w + 1, and before and after them is a word of 0. */
typedef struct
{
  uint64_t *words;   /* one buffer for all that follow; brg_free() it */
  uint64_t *begins;  /* bits where a run begins */
  uint64_t *beside;  /* bits where the line and the one before it, if both are live, touch */
  uint64_t *face[4]; /* the rows next to the lines before and after it, along j and along k, read as
                        one; arrays that must be equal are the same */
  uint64_t *scratch; /* BRG_RUNS_SCRATCH rows of words */
  uint32_t *before;  /* the number of the first run that begins in the word or later */
  uint8_t *live;     /* BrgRunsLive of each line */
  bool united;       /* what touches within the plane is, and `beside` is written */
} BrgRunsPlane;

#define BRG_RUNS_SCRATCH 4

/* Number of runs in a plane. */
typedef uint64_t BrgRunsCount (const BrgRuns *runs, int plane);
BRG_ISA_DECLARE (BrgRunsCount, _brg_runs_count);

/* Reads a plane whose first run has the number `first`, and with `extract` also writes line_first,
 * runs and voxels of it. Returns the number after the last run. */
typedef uint32_t
BrgRunsScan (const BrgRuns *runs, int plane, uint32_t first, bool extract, BrgRunsPlane *here);
BRG_ISA_DECLARE (BrgRunsScan, _brg_runs_scan);

/* Unites what touches within a plane that was read, or across two that were read; `component` holds
 * parents. */
typedef void BrgRunsUniteWithin (const BrgRuns *runs, int plane, BrgRunsPlane *here);
BRG_ISA_DECLARE (BrgRunsUniteWithin, _brg_runs_unite_within);

typedef void
BrgRunsUniteAcross (const BrgRuns *runs, int plane, BrgRunsPlane *here, const BrgRunsPlane *below);
BRG_ISA_DECLARE (BrgRunsUniteAcross, _brg_runs_unite_across);

/* Adds the voxels of the runs of a plane to the sizes of their components, but for those with
 * skip[component] != 0; skip may be NULL. */
typedef void BrgRunsAddSizes (const BrgRuns *runs, int plane, const uint8_t *skip, size_t *sizes);
BRG_ISA_DECLARE (BrgRunsAddSizes, _brg_runs_add_sizes);

/* brg_runs_paint() of a plane. */
typedef void BrgRunsPaint (const BrgRuns *runs, int plane, const uint8_t *keep, BrgMask *out);
BRG_ISA_DECLARE (BrgRunsPaint, _brg_runs_paint);
