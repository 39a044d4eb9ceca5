#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench-operations.h"
#include "bench-volume.h"
#include "io/brg-nrrd.h"

/* bregma-bench [--json] [--as-is] [--runs N] [--only TEXT] SCAN
 *
 * Times every operation on one and two threads: median and spread of N runs, memory above what was
 * there before, and how far it is from the time a streaming read of the same number of bytes takes
 * on this machine, now. A scan of fewer voxels than a clinical one is resampled to 512 x 512 x 210
 * unless --as-is is given. A program for people, not a test: it has no verdict. */

static const int clinical_dim[3] = { 512, 512, 210 };
static const int thread_counts[] = { 1, 2 };

#define N_THREAD_COUNTS 2
#define DEFAULT_RUNS    5
#define POOL_BYTES      ((size_t) 1 << 30)

typedef struct
{
  bool json, as_is;
  int n_runs;
  const char *only, *path;
} Options;

static bool
parse_options (int argc, char **argv, Options *options)
{
  *options = (Options){ .n_runs = DEFAULT_RUNS };
  for (int a = 1; a < argc; a++)
    {
      if (strcmp (argv[a], "--json") == 0)
        options->json = true;
      else if (strcmp (argv[a], "--as-is") == 0)
        options->as_is = true;
      else if (strcmp (argv[a], "--runs") == 0 && a + 1 < argc)
        options->n_runs = atoi (argv[++a]);
      else if (strcmp (argv[a], "--only") == 0 && a + 1 < argc)
        options->only = argv[++a];
      else if (options->path == NULL && argv[a][0] != '-')
        options->path = argv[a];
      else
        return false;
    }
  return options->path != NULL && options->n_runs >= 1 && options->n_runs <= 100;
}

static BrgVolume *
load_scan (const Options *options)
{
  BrgError error = { 0 };
  BrgVolume *scan = brg_nrrd_read_volume (options->path, NULL, NULL, &error);
  size_t clinical = (size_t) clinical_dim[0] * clinical_dim[1] * clinical_dim[2];

  if (scan == NULL)
    {
      fprintf (stderr, "bregma-bench: %s\n", error.message);
      return NULL;
    }
  if (options->as_is || brg_grid_n_voxels (&scan->grid) >= clinical)
    return scan;
  BrgVolume *resampled = bench_resample (scan, clinical_dim);
  brg_volume_unref (scan);
  return resampled;
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
      fprintf (stderr, "usage: bregma-bench [--json] [--as-is] [--runs N] [--only TEXT] SCAN\n");
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
      if (options.json)
        puts ("\n  ]\n}");
    }
  bench_clear (&bench);
  return is_good ? 0 : 1;
}
