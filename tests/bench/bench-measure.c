#include "bench-measure.h"

#include <malloc.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "engine/brg-alloc.h"
#include "engine/brg-parallel.h"

#define MAX_RUNS         101
#define READ_BYTES       (INT64_C (256) << 20)
#define READ_SLAB_WORDS  (1 << 17)
#define READ_REPETITIONS 5

typedef struct
{
  const uint64_t *words;
  uint64_t *sums; /* per slab */
} ReadWork;

static double
clock_ms (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);
  return (double) time.tv_sec * 1e3 + (double) time.tv_nsec * 1e-6;
}

/* Of all threads, and of the programs that were started and have ended. */
static double
processor_ms (void)
{
  struct rusage children;
  double ms = clock_ms (CLOCK_PROCESS_CPUTIME_ID);

  if (getrusage (RUSAGE_CHILDREN, &children) == 0)
    ms += (double) (children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1e3 +
          (double) (children.ru_utime.tv_usec + children.ru_stime.tv_usec) * 1e-3;
  return ms;
}

double
bench_now_ms (void)
{
  return clock_ms (CLOCK_MONOTONIC);
}

/* A field of /proc/self/status in MiB; negative when there is none. */
static double
status_mib (const char *field)
{
  FILE *file = fopen ("/proc/self/status", "r");
  char line[256];
  double mib = -1;

  while (file != NULL && fgets (line, sizeof line, file) != NULL)
    if (strncmp (line, field, strlen (field)) == 0)
      mib = strtod (line + strlen (field), NULL) / 1024;
  if (file != NULL)
    fclose (file);
  return mib;
}

/* Sets the high-water mark to what is resident now; false where the system does not offer it. */
static bool
reset_peak (void)
{
  FILE *file = fopen ("/proc/self/clear_refs", "w");

  malloc_trim (0);
  if (file == NULL)
    return false;
  bool is_written = fputs ("5", file) >= 0;
  return fclose (file) == 0 && is_written;
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

bool
bench_measure (BenchFunc func, void *data, int n_runs, BenchTime *time, double *bytes)
{
  double ms[MAX_RUNS], cpu_ms[MAX_RUNS];
  bool has_peak = reset_peak ();
  double before_mib = status_mib ("VmRSS:");

  if (n_runs < 1 || n_runs > MAX_RUNS || !func (data, bytes))
    return false;
  time->peak_mib = has_peak ? fmax (status_mib ("VmHWM:") - before_mib, 0) : -1;
  for (int r = 0; r < n_runs; r++)
    {
      double start_ms = bench_now_ms ();
      double start_cpu_ms = processor_ms ();
      if (!func (data, bytes))
        return false;
      ms[r] = bench_now_ms () - start_ms;
      cpu_ms[r] = processor_ms () - start_cpu_ms;
    }
  qsort (ms, (size_t) n_runs, sizeof *ms, compare_doubles);
  qsort (cpu_ms, (size_t) n_runs, sizeof *cpu_ms, compare_doubles);
  time->cpu_ms = cpu_ms[n_runs / 2];
  time->median_ms = ms[n_runs / 2];
  time->min_ms = ms[0];
  time->max_ms = ms[n_runs - 1];
  return true;
}

static BrgStatus
read_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  ReadWork *work = data;
  uint64_t sum = 0;

  (void) error;
  for (int w = begin; w < end; w++)
    sum += work->words[w];
  work->sums[slab] = sum;
  return BRG_OK;
}

double
bench_streaming_read (int n_threads)
{
  BrgJob job = BRG_JOB_INIT;
  int n_words = (int) (READ_BYTES / (int64_t) sizeof (uint64_t));
  int n_slabs = brg_parallel_n_slabs (n_words, READ_SLAB_WORDS);
  uint64_t *words = brg_alloc ((size_t) n_words, sizeof *words, NULL);
  uint64_t *sums = brg_alloc_zero ((size_t) n_slabs, sizeof *sums, NULL);
  double best_ms = INFINITY;

  job.n_threads = n_threads;
  if (words != NULL && sums != NULL)
    {
      ReadWork work = { words, sums };
      memset (words, 1, (size_t) READ_BYTES);
      for (int r = 0; r < READ_REPETITIONS; r++)
        {
          double start_ms = bench_now_ms ();
          brg_parallel_slabs (n_words, READ_SLAB_WORDS, read_slab, &work, &job, NULL);
          best_ms = fmin (best_ms, bench_now_ms () - start_ms);
        }
    }
  brg_free (words);
  brg_free (sums);
  return (double) READ_BYTES / best_ms;
}
