#pragma once

#include "engine/brg-job.h"

/* The only way the engine uses threads.
 *
 * The range 0..n is cut into slabs of `slab_size`, a number that depends on the data and never on
 * the core count. Each slab is handed exactly once to `func`, in any order and on any thread, so
 * `func` writes only what belongs to its slab (or to entry `slab` of a per-slab array that the
 * caller then reduces in order). Slabs are begun in ascending order and, once begun, finished, so
 * that one may wait for those before it. That makes results byte-identical on 1..N threads. Threads
 * are started for the call and joined before it returns; there is no global state. The first
 * failing slab (lowest index) decides status and error. */

/* Works on begin <= x < end; `slab` is begin / slab_size. Returns BRG_OK or sets `error`. */
typedef BrgStatus (*BrgSlabFunc) (void *data, int slab, int begin, int end, BrgError *error);

/* Number of slabs that brg_parallel_slabs (n, slab_size, ...) makes. */
int brg_parallel_n_slabs (int n, int slab_size);

/* Runs `func` over all slabs with brg_job_threads (job) threads, reporting progress and polling
 * cancel between slabs. */
BrgStatus brg_parallel_slabs (int n,
                              int slab_size,
                              BrgSlabFunc func,
                              void *data,
                              BrgJob *job,
                              BrgError *error);
