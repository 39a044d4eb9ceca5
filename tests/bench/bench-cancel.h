#pragma once

#include "bench-operations.h"

/* Cancels an operation of `run_ms` after `n_cancels` even shares of that time, from another thread,
 * and gives the longest time, in ms, that it then took to come back; 0 when it was always done
 * before. */
double bench_cancel (const BenchOperation *operation, Bench *bench, double run_ms, int n_cancels);
