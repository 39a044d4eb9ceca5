#include "short-memory.h"

#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

void *__wrap_aligned_alloc (size_t alignment, size_t size);
void *__real_aligned_alloc (size_t alignment, size_t size);

static atomic_int allocations_left = INT_MAX;

void *
__wrap_aligned_alloc (size_t alignment, size_t size)
{
  if (atomic_fetch_sub (&allocations_left, 1) <= 0)
    return NULL;

  void *block = __real_aligned_alloc (alignment, size);
  if (block != NULL)
    memset (block, 0xff, size);
  return block;
}

void
short_memory_allow (int n)
{
  atomic_store (&allocations_left, n);
}

void
short_memory_end (void)
{
  short_memory_allow (INT_MAX);
}
