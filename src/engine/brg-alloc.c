#include "engine/brg-alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64

void *
brg_alloc (size_t count, size_t size, BrgError *error)
{
  size_t bytes;
  void *buffer = NULL;

  if (__builtin_mul_overflow (count, size, &bytes) || bytes > (size_t) PTRDIFF_MAX - ALIGNMENT)
    {
      brg_error_set (error, BRG_NO_MEMORY, "%zu elements of %zu bytes do not fit in memory", count,
                     size);
      return NULL;
    }
  bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  buffer = aligned_alloc (ALIGNMENT, bytes > 0 ? bytes : ALIGNMENT);
  if (buffer == NULL)
    brg_error_set (error, BRG_NO_MEMORY, "not enough memory for %zu bytes", bytes);
  return buffer;
}

void *
brg_alloc_zero (size_t count, size_t size, BrgError *error)
{
  void *buffer = brg_alloc (count, size, error);

  if (buffer != NULL)
    memset (buffer, 0, count * size);
  return buffer;
}

void *
brg_alloc_grow (void *buffer, size_t old_count, size_t count, size_t size, BrgError *error)
{
  void *grown = brg_alloc (count, size, error);

  if (grown == NULL)
    return NULL;
  if (buffer != NULL)
    memcpy (grown, buffer, (old_count < count ? old_count : count) * size);
  brg_free (buffer);
  return grown;
}

void
brg_free (void *buffer)
{
  free (buffer);
}
