#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench-operations.h"
#include "bench-volume.h"
#include "io/brg-nrrd.h"

/* bregma-bench [--json] [--as-is | --size IxJxK] [--runs N] [--only TEXT] [--save NRRD] SCAN
 *
 * Times every operation on one and two threads: median and spread of N runs, processor time, memory
 * above what was there before, and how far it is from the time a streaming read of the same number
 * of bytes takes on this machine, now. A scan of fewer voxels than a clinical one is resampled to
 * 512 x 512 x 210 unless --as-is is given, and any scan to what --size says. --save writes the
 * volume that was timed, so that other programs can be timed on it. A program for people, not a
 * test: it has no verdict. */

static const int clinical_dim[3] = { 512, 512, 210 };
static const int thread_counts[] = { 1, 2 };

#define N_THREAD_COUNTS 2
#define DEFAULT_RUNS    5
#define POOL_BYTES      ((size_t) 1 << 30)

typedef struct
{
  bool json, as_is;
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
    return options->json = true;
  if (strcmp (name, "--as-is") == 0)
    return options->as_is = true;
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
  BrgVolume *scan = brg_nrrd_read_volume (options->path, NULL, NULL, &error);

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

static void
print_head (const Options *options, const BrgGrid *grid, const double *floors)
{
  const int *dim = grid->dim;

  if (options->json)
    printf ("{\n  \"size\": [%d, %d, %d],\n  \"runs\": %d,\n"
            "  \"streaming_read_gb_s\": [%.2f, %.2f],\n  \"operations\": [",
            dim[0], dim[1], dim[2], options->n_runs, floors[0] / 1e6, floors[1] / 1e6);
  else
    printf ("%d x %d x %d voxels, median of %d; streaming read %.1f GB/s on 1 thread, %.1f on 2\n\n"
            "%-28s %2s %10s %10s %21s %9s %9s %9s %8s\n",
            dim[0], dim[1], dim[2], options->n_runs, floors[0] / 1e6, floors[1] / 1e6, "operation",
            "T", "ms", "cpu ms", "fastest..slowest", "peak MiB", "MB", "floor ms", "x floor");
}

static void
print_row (const Options *options,
           bool is_first,
           const char *name,
           int n_threads,
           const BenchTime *time,
           double bytes,
           double floor_ms)
{
  if (options->json)
    printf ("%s\n    { \"name\": \"%s\", \"threads\": %d, \"median_ms\": %.4f, \"cpu_ms\": %.4f, "
            "\"min_ms\": %.4f, "
            "\"max_ms\": %.4f, \"peak_mib\": %.2f, \"bytes\": %.0f, \"floor_ms\": %.4f, "
            "\"times_floor\": %.2f }",
            is_first ? "" : ",", name, n_threads, time->median_ms, time->cpu_ms, time->min_ms,
            time->max_ms, time->peak_mib, bytes, floor_ms, time->median_ms / floor_ms);
  else
    printf ("%-28s %2d %10.3f %10.3f %10.3f..%9.3f %9.1f %9.2f %9.3f %8.1f\n", name, n_threads,
            time->median_ms, time->cpu_ms, time->min_ms, time->max_ms, time->peak_mib, bytes / 1e6,
            floor_ms, time->median_ms / floor_ms);
  fflush (stdout);
}

static void
print_tail (const Options *options)
{
  struct rusage usage;
  double mib = getrusage (RUSAGE_SELF, &usage) == 0 ? (double) usage.ru_maxrss / 1024 : -1;

  printf (options->json ? "\n  ],\n  \"process_peak_mib\": %.1f\n}\n"
                        : "\npeak of the whole process %.1f MiB\n",
          mib);
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
      BenchTime time;
      double bytes;
      bench->job.n_threads = thread_counts[t];
      bench->job.pool = brg_pool_new (POOL_BYTES, NULL);
      if (bench_measure (operation->run, bench, options->n_runs, &time, &bytes))
        print_row (options, *is_first, operation->name, thread_counts[t], &time, bytes,
                   bytes / floors[t]);
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
      fprintf (stderr,
               "usage: bregma-bench [--json] [--as-is | --size IxJxK] [--runs N] [--only TEXT] "
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
      print_head (&options, &bench.scan->grid, floors);
      is_good = run_operations (&options, &bench, floors);
      print_tail (&options);
    }
  bench_clear (&bench);
  return is_good ? 0 : 1;
}
