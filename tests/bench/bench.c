#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench-cancel.h"
#include "bench-operations.h"
#include "bench-report.h"
#include "bench-volume.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"

/* bregma-bench [--json] [--as-is | --size IxJxK] [--runs N] [--only TEXT] [--cancel]
 *              [--save NRRD] SCAN
 *
 * Times every operation on one and two threads: median and spread of N runs, processor time, memory
 * above what was there before, and how far it is from the time a streaming read of the same number
 * of bytes takes on this machine, now. A scan of fewer voxels than a clinical one is resampled to
 * 512 x 512 x 210 unless --as-is is given, and any scan to what --size says. --cancel
 * cancels every operation at twenty points and gives the longest time it took to come back. --save
 * writes the volume that was timed, so that other programs can be timed on it. A program for
 * people, not a test: it has no verdict. */

static const int clinical_dim[3] = { 512, 512, 210 };
static const int thread_counts[] = { 1, 2 };

#define N_THREAD_COUNTS 2
#define DEFAULT_RUNS    5
#define N_CANCELS       20
#define POOL_BYTES      ((size_t) 1 << 30)

typedef struct
{
  BenchReport report;
  bool as_is;
  int n_runs;
  int dim[3]; /* 0: as the scan is, or clinical */
  const char *only, *save, *path;
} Options;

/* Takes the option at argv[*at] and what belongs to it; false for a wrong one. */
static bool
parse_option (int argc, char **argv, int *at, Options *options)
{
  const char *name = argv[*at], *value = *at + 1 < argc ? argv[*at + 1] : NULL;
  int *dim = options->dim;

  if (strcmp (name, "--json") == 0)
    return options->report.is_json = true;
  if (strcmp (name, "--as-is") == 0)
    return options->as_is = true;
  if (strcmp (name, "--cancel") == 0)
    return options->report.with_cancel = true;
  if (name[0] != '-' && options->path == NULL)
    return (options->path = name) != NULL;
  ++*at;
  if (value != NULL && strcmp (name, "--runs") == 0)
    return (options->n_runs = atoi (value)) >= 1 && options->n_runs <= 100;
  if (value != NULL && strcmp (name, "--size") == 0)
    return sscanf (value, "%dx%dx%d", &dim[0], &dim[1], &dim[2]) == 3 && dim[0] > 1 && dim[1] > 1 &&
           dim[2] > 1 && dim[0] <= 4096 && dim[1] <= 4096 && dim[2] <= 4096;
  if (value != NULL && strcmp (name, "--only") == 0)
    return (options->only = value) != NULL;
  if (value != NULL && strcmp (name, "--save") == 0)
    return (options->save = value) != NULL;
  return false;
}

static bool
parse_options (int argc, char **argv, Options *options)
{
  *options = (Options){ .n_runs = DEFAULT_RUNS };
  for (int a = 1; a < argc; a++)
    if (!parse_option (argc, argv, &a, options))
      return false;
  return options->path != NULL;
}

/* The scan, or what it is resampled to; takes it. */
static BrgVolume *
resample (const Options *options, BrgVolume *scan)
{
  size_t clinical = (size_t) clinical_dim[0] * clinical_dim[1] * clinical_dim[2];
  bool is_sized = options->dim[0] > 0;

  if (!is_sized && (options->as_is || brg_grid_n_voxels (&scan->grid) >= clinical))
    return scan;
  BrgVolume *resampled = bench_resample (scan, is_sized ? options->dim : clinical_dim);
  brg_volume_unref (scan);
  if (resampled == NULL)
    fprintf (stderr, "bregma-bench: not enough memory, or a scan of one slice\n");
  return resampled;
}

static BrgVolume *
load_scan (const Options *options)
{
  BrgError error = { 0 };
  BrgVolume *scan = brg_image_read_volume (options->path, NULL, NULL, &error);

  if (scan != NULL)
    scan = resample (options, scan);
  else
    fprintf (stderr, "bregma-bench: %s\n", error.message);
  if (scan == NULL || options->save == NULL ||
      brg_nrrd_write_volume (scan, options->save, NULL, &error) == BRG_OK)
    return scan;
  fprintf (stderr, "bregma-bench: %s\n", error.message);
  brg_volume_unref (scan);
  return NULL;
}

/* Times one operation on each number of threads, each with a pool of its own so that its memory can
 * be seen. */
static bool
run_operation (const Options *options,
               Bench *bench,
               const BenchOperation *operation,
               const double *floors,
               bool *is_first)
{
  bool is_good = true;

  for (int t = 0; t < N_THREAD_COUNTS; t++)
    {
      BenchRow row = { .name = operation->name, .n_threads = thread_counts[t] };
      bench->job.n_threads = thread_counts[t];
      bench->job.pool = brg_pool_new (POOL_BYTES, NULL);
      if (bench_measure (operation->run, bench, options->n_runs, &row.time, &row.bytes))
        {
          row.floor_ms = row.bytes / floors[t];
          if (options->report.with_cancel)
            row.cancel_ms = bench_cancel (operation, bench, row.time.median_ms, N_CANCELS);
          bench_report_row (&options->report, &row, *is_first);
        }
      else
        is_good = fprintf (stderr, "bregma-bench: %s failed\n", operation->name) < 0;
      *is_first = false;
      brg_pool_free (bench->job.pool);
    }
  return is_good;
}

static bool
run_operations (const Options *options, Bench *bench, const double *floors)
{
  bool is_first = true, is_good = true;

  for (const BenchOperation *const *group = bench_groups; *group != NULL; group++)
    for (const BenchOperation *operation = *group; operation->name != NULL; operation++)
      if (options->only == NULL || strstr (operation->name, options->only) != NULL)
        is_good = run_operation (options, bench, operation, floors, &is_first) && is_good;
  return is_good;
}

int
main (int argc, char **argv)
{
  Options options;
  Bench bench;
  double floors[N_THREAD_COUNTS];

  if (!parse_options (argc, argv, &options))
    {
      fprintf (
        stderr,
        "usage: bregma-bench [--json] [--as-is | --size IxJxK] [--runs N] [--only TEXT] [--cancel] "
        "[--save NRRD] SCAN\n");
      return 2;
    }
  BrgVolume *scan = load_scan (&options);
  if (scan == NULL)
    return 1;
  for (int t = 0; t < N_THREAD_COUNTS; t++)
    floors[t] = bench_streaming_read (thread_counts[t]);
  bool is_good = bench_prepare (&bench, scan);
  if (is_good)
    {
      bench_report_head (&options.report, &bench.scan->grid, options.n_runs, floors);
      is_good = run_operations (&options, &bench, floors);
      bench_report_tail (&options.report);
    }
  bench_clear (&bench);
  return is_good ? 0 : 1;
}
