#define _DEFAULT_SOURCE /* madvise() */

#include "engine/brg-alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT ((size_t) 64)
#define HUGE_PAGE ((size_t) 2 << 20)

/* Stands before every buffer, at the start of the block that malloc() knows. */
typedef struct
{
  BrgPool *pool; /* that the block goes back to; NULL for none */
  size_t bytes;  /* of the block */
} Head;

_Static_assert(sizeof (Head) <= ALIGNMENT, "the head must fit before the buffer");

static Head *
head_of (void *buffer)
{
  return (Head *) ((char *) buffer - ALIGNMENT);
}

/* A block from the system; huge pages are asked for where at least one is filled. */
static void *
new_block (size_t *bytes)
{
  size_t unit = *bytes >= HUGE_PAGE ? HUGE_PAGE : ALIGNMENT;

  *bytes = (*bytes + unit - 1) / unit * unit;
  void *block = aligned_alloc (unit, *bytes);
#ifdef MADV_HUGEPAGE
  if (block != NULL && unit == HUGE_PAGE)
    madvise (block, *bytes, MADV_HUGEPAGE); /* advice: without it all is well but slower */
#endif
  return block;
}

void *
brg_alloc_in (BrgPool *pool, size_t count, size_t size, BrgError *error)
{
  size_t bytes;

  if (__builtin_mul_overflow (count, size, &bytes) ||
      bytes > (size_t) PTRDIFF_MAX - ALIGNMENT - HUGE_PAGE)
    {
      brg_error_set (error, BRG_NO_MEMORY, "%zu elements of %zu bytes do not fit in memory", count,
                     size);
      return NULL;
    }
  bytes += ALIGNMENT;
  char *block = pool != NULL ? brg_pool_take (pool, &bytes) : NULL;
  if (block == NULL)
    block = new_block (&bytes);
  if (block == NULL)
    {
      if (pool != NULL)
        brg_pool_put (pool, NULL, 0);
      brg_error_set (error, BRG_NO_MEMORY, "not enough memory for %zu bytes", bytes);
      return NULL;
    }
  *(Head *) block = (Head){ pool, bytes };
  return block + ALIGNMENT;
}

void *
brg_alloc_zero_in (BrgPool *pool, size_t count, size_t size, BrgError *error)
{
  void *buffer = brg_alloc_in (pool, count, size, error);

  if (buffer != NULL)
    memset (buffer, 0, count * size);
  return buffer;
}

void *
brg_alloc (size_t count, size_t size, BrgError *error)
{
  return brg_alloc_in (NULL, count, size, error);
}

void *
brg_alloc_zero (size_t count, size_t size, BrgError *error)
{
  return brg_alloc_zero_in (NULL, count, size, error);
}

void *
brg_alloc_grow (void *buffer, size_t old_count, size_t count, size_t size, BrgError *error)
{
  void *grown = brg_alloc_in (buffer != NULL ? head_of (buffer)->pool : NULL, count, size, error);

  if (grown == NULL)
    return NULL;
  if (buffer != NULL)
    memcpy (grown, buffer, (old_count < count ? old_count : count) * size);
  brg_free (buffer);
  return grown;
}

/* More than the readers of headers are deep. */
__attribute__ ((noinline)) void
brg_wipe_stack (void)
{
  char left[16384];

  brg_wipe (left, sizeof left);
}

void
brg_free (void *buffer)
{
  if (buffer == NULL)
    return;
  Head *head = head_of (buffer);
  if (head->pool != NULL)
    brg_pool_put (head->pool, head, head->bytes);
  else
    free (head);
}
