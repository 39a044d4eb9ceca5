#pragma once

/* Lets allocations of large buffers fail, and fills new ones with set bits, as numbers NaN, so that
 * nobody gets by with memory that happens to be 0. Link with -Wl,--wrap=aligned_alloc. */

/* From now on `n` succeed and all later ones fail. */
void short_memory_allow (int n);

/* All succeed again. */
void short_memory_end (void);
