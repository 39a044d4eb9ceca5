#pragma once

#include <stddef.h>
#include <string.h>

#include "engine/brg-error.h"
#include "engine/brg-pool.h"

/* Large buffers: overflow-checked, 64-byte aligned, on huge pages where the system offers them.
 * They may fail, and a failure is a clean BRG_NO_MEMORY error, never an abort. Free with
 * brg_free(). Thread-safe. */

/* `count` elements of `size` bytes, contents undefined. NULL and `error` on overflow or shortage.
 * A zero count gives a valid, non-NULL pointer. */
void *brg_alloc (size_t count, size_t size, BrgError *error);

/* The same, filled with zero bytes. */
void *brg_alloc_zero (size_t count, size_t size, BrgError *error);

/* The same two from a pool, brg_job_pool (job) as a rule; with NULL they are those above. */
void *brg_alloc_in (BrgPool *pool, size_t count, size_t size, BrgError *error);
void *brg_alloc_zero_in (BrgPool *pool, size_t count, size_t size, BrgError *error);

/* As realloc(), for a buffer of any of these: moves `old_count` elements into a buffer of `count`,
 * from the same pool. `buffer` may be NULL. On failure returns NULL and leaves `buffer` untouched.
 */
void *brg_alloc_grow (void *buffer, size_t old_count, size_t count, size_t size, BrgError *error);

/* Overwrites what nobody may find in memory later, as a compiler cannot leave out. */
static inline void
brg_wipe (void *bytes, size_t size)
{
  memset (bytes, 0, size);
  __asm__ volatile("" : : "r"(bytes) : "memory");
}

/* The same for what functions that have returned may have left on the stack of this thread. */
void brg_wipe_stack (void);

/* Frees a buffer, or gives it back to its pool; NULL is allowed. */
void brg_free (void *buffer);
