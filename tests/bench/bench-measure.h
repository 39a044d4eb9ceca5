#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Times and memory of one operation. */

typedef struct
{
  double median_ms, min_ms, max_ms;
  double cpu_ms;   /* median of the processor time of all threads: steady on a busy machine */
  double peak_mib; /* high-water mark above the memory before the call; negative: not known */
} BenchTime;

/* Does the work once; false if it failed. The bytes it has to move at the least are returned in
 * *bytes. */
typedef bool (*BenchFunc) (void *data, double *bytes);

/* Runs `func` once to warm up and to measure its memory, then `n_runs` times. False when a run
 * failed. */
bool bench_measure (BenchFunc func, void *data, int n_runs, BenchTime *time, double *bytes);

/* A clock that only goes forward, ms. */
double bench_now_ms (void);

/* Bytes per ms of a streaming read of 256 MiB on `n_threads`, the best of five. */
double bench_streaming_read (int n_threads);
