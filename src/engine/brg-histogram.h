#pragma once

#include "engine/brg-job.h"
#include "engine/brg-volume.h"

#define BRG_HISTOGRAM_BINS 512

/* Bin b counts the voxels with lo_hu + b * bin_hu <= HU < lo_hu + (b + 1) * bin_hu. Every voxel is
 * in a bin: bin_hu is the smallest power of two with which the bins reach from min_hu to max_hu,
 * and lo_hu is the multiple of bin_hu at or below min_hu. */
typedef struct
{
  int lo_hu, bin_hu;
  uint64_t counts[BRG_HISTOGRAM_BINS];
  int min_hu, max_hu;
  size_t n_voxels;
} BrgHistogram;

/* Counts the whole scan. `out` is untouched on failure. */
BrgStatus brg_histogram (const BrgVolume *scan, BrgHistogram *out, BrgJob *job, BrgError *error);
