#pragma once

#include <stddef.h>

#include "engine/brg-error.h"

/* Large buffers that are used again. Pages fresh from the system cost more than most operations of
 * this engine, so whoever runs many of them (a window, a command, a benchmark) keeps a pool and
 * hands it to each with its job (brg-job.h). Operations take scratch and results from it with
 * brg_alloc_in(); brg_free() gives a buffer back to the pool it came from, on any thread, also
 * after the owner let go of the pool. */
typedef struct BrgPool BrgPool;

/* Keeps up to `limit_bytes` of buffers that nobody uses; what has waited longest goes first. */
BrgPool *brg_pool_new (size_t limit_bytes, BrgError *error);

/* Frees what waits now, and what is still in use when it comes back. Only the owner calls this;
 * NULL allowed. */
void brg_pool_free (BrgPool *pool);

/* Private to brg-alloc.c: a waiting block of *bytes or somewhat more, with its size in *bytes, or
 * NULL. Either way one more block is out and must be put back, be it as NULL. */
void *brg_pool_take (BrgPool *pool, size_t *bytes);

/* Private too: keeps the block (of malloc() and friends) or frees it. */
void brg_pool_put (BrgPool *pool, void *block, size_t bytes);
