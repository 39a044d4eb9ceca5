#include "bench-operations.h"

#include "engine/brg-distance.h"
#include "engine/brg-fill.h"
#include "engine/brg-histogram.h"
#include "engine/brg-interpolate.h"
#include "engine/brg-median.h"
#include "engine/brg-metrics.h"
#include "engine/brg-morphology.h"
#include "engine/brg-threshold.h"

/* An operation that gives a mask read from a mask. */
static bool
take_mask (const Bench *bench, BrgMask *mask, double *bytes)
{
  *bytes = 2 * bench_mask_bytes (bench);
  brg_mask_unref (mask);
  return mask != NULL;
}

static bool
run_histogram (void *data, double *bytes)
{
  Bench *bench = data;
  BrgHistogram histogram;

  *bytes = bench_scan_bytes (bench);
  return brg_histogram (bench->scan, &histogram, &bench->job, NULL) == BRG_OK;
}

static bool
run_threshold (void *data, double *bytes)
{
  Bench *bench = data;
  bool is_done = take_mask (
    bench, brg_threshold (bench->scan, BENCH_BONE_HU, INT16_MAX, &bench->job, NULL), bytes);

  *bytes = bench_scan_bytes (bench) + bench_mask_bytes (bench);
  return is_done;
}

static bool
run_islands_6 (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_components_keep_largest (bench->bone, 6, NULL, &bench->job, NULL),
                    bytes);
}

static bool
run_islands_26 (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_components_keep_largest (bench->bone, 26, NULL, &bench->job, NULL),
                    bytes);
}

static bool
run_median_box (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_median (bench->skull, 4, BRG_KERNEL_BOX, &bench->job, NULL), bytes);
}

static bool
run_median_ball (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_median (bench->skull, 4, BRG_KERNEL_BALL, &bench->job, NULL), bytes);
}

static bool
run_fill_slices (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_fill_slices (bench->skull, 400, &bench->job, NULL), bytes);
}

static bool
run_fill_volume (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_fill_volume (bench->skull, 5000, &bench->job, NULL), bytes);
}

static bool
run_close (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_close (bench->skull, 3, &bench->job, NULL), bytes);
}

static bool
run_open (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_open (bench->skull, 1, &bench->job, NULL), bytes);
}

static bool
run_grow (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_margin (bench->skull, 2, &bench->job, NULL), bytes);
}

static bool
run_shrink (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_margin (bench->skull, -1, &bench->job, NULL), bytes);
}

static bool
run_close_wide (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_close (bench->skull, 10, &bench->job, NULL), bytes);
}

static bool
take_distance (const Bench *bench, BrgStatus status, BrgDistance *distance, double *bytes)
{
  *bytes = bench_mask_bytes (bench) + 2 * bench_scan_bytes (bench);
  if (status == BRG_OK)
    brg_distance_clear (distance);
  return status == BRG_OK;
}

static bool
run_distance_5 (void *data, double *bytes)
{
  Bench *bench = data;
  BrgDistance d;

  return take_distance (bench, brg_distance (bench->skull, NULL, 5, &d, &bench->job, NULL), &d,
                        bytes);
}

static bool
run_distance_10 (void *data, double *bytes)
{
  Bench *bench = data;
  BrgDistance d;

  return take_distance (bench, brg_distance (bench->skull, NULL, 10, &d, &bench->job, NULL), &d,
                        bytes);
}

static bool
run_distance_signed (void *data, double *bytes)
{
  Bench *bench = data;
  BrgDistance d;

  return take_distance (bench, brg_distance_signed (bench->skull, NULL, 10, &d, &bench->job, NULL),
                        &d, bytes);
}

static bool
run_interpolate (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_interpolate (bench->slices, 2, &bench->job, NULL), bytes);
}

static bool
run_metrics (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMetrics metrics;

  *bytes = 3 * bench_mask_bytes (bench);
  return brg_metrics (bench->prediction, bench->triple.implant, bench->triple.defective, &metrics,
                      &bench->job, NULL) == BRG_OK;
}

const BenchOperation bench_voxel_operations[] = {
  { "histogram", run_histogram },
  { "threshold", run_threshold },
  { "largest island, 6", run_islands_6 },
  { "largest island, 26", run_islands_26 },
  { "median box 4 mm", run_median_box },
  { "median ball 4 mm", run_median_ball },
  { "fill slices 400 mm2", run_fill_slices },
  { "fill volume 5000 mm3", run_fill_volume },
  { "close 3 mm", run_close },
  { "close 10 mm", run_close_wide },
  { "open 1 mm", run_open },
  { "margin 2 mm", run_grow },
  { "margin -1 mm", run_shrink },
  { "distance to 5 mm", run_distance_5 },
  { "distance to 10 mm", run_distance_10 },
  { "signed distance to 10 mm", run_distance_signed },
  { "score of an implant", run_metrics },
  { "fill between 21 slices", run_interpolate },
  { NULL, NULL },
};
