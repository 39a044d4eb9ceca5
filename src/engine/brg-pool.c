#include "engine/brg-pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/brg-alloc.h"

#define MAX_WAITING 64

/* A block may be this much larger than what is asked for: half as large again. */
#define MAX_SURPLUS(bytes) ((bytes) / 2)

typedef struct
{
  void *block;
  size_t bytes;
} Waiting;

struct BrgPool
{
  pthread_mutex_t lock; /* guards all below */
  size_t limit_bytes, waiting_bytes;
  size_t n_out;
  bool owned;
  int n_waiting;
  Waiting waiting[MAX_WAITING]; /* the oldest first */
};

BrgPool *
brg_pool_new (size_t limit_bytes, BrgError *error)
{
  BrgPool *pool = brg_alloc (1, sizeof *pool, error);

  if (pool == NULL)
    return NULL;
  *pool = (BrgPool){ .limit_bytes = limit_bytes, .owned = true };
  pthread_mutex_init (&pool->lock, NULL);
  return pool;
}

static Waiting
remove_waiting (BrgPool *pool, int index)
{
  Waiting removed = pool->waiting[index];

  pool->n_waiting--;
  pool->waiting_bytes -= removed.bytes;
  memmove (pool->waiting + index, pool->waiting + index + 1,
           (size_t) (pool->n_waiting - index) * sizeof *pool->waiting);
  return removed;
}

static void
free_waiting (BrgPool *pool)
{
  while (pool->n_waiting > 0)
    free (remove_waiting (pool, 0).block);
}

/* Lets go of the lock, and of the pool when nobody can need it any more. */
static void
leave (BrgPool *pool)
{
  bool is_last = !pool->owned && pool->n_out == 0;

  pthread_mutex_unlock (&pool->lock);
  if (!is_last)
    return;
  pthread_mutex_destroy (&pool->lock);
  brg_free (pool);
}

void
brg_pool_free (BrgPool *pool)
{
  if (pool == NULL)
    return;
  pthread_mutex_lock (&pool->lock);
  free_waiting (pool);
  pool->owned = false;
  leave (pool);
}

/* The smallest that is large enough and not much too large; of equals the one used last. */
static int
best_fit (const BrgPool *pool, size_t bytes)
{
  int best = -1;

  for (int w = 0; w < pool->n_waiting; w++)
    {
      size_t offered = pool->waiting[w].bytes;
      if (offered >= bytes && offered - bytes <= MAX_SURPLUS (bytes) &&
          (best < 0 || offered <= pool->waiting[best].bytes))
        best = w;
    }
  return best;
}

void *
brg_pool_take (BrgPool *pool, size_t *bytes)
{
  void *block = NULL;

  pthread_mutex_lock (&pool->lock);
  pool->n_out++;
  int best = best_fit (pool, *bytes);
  if (best >= 0)
    {
      Waiting taken = remove_waiting (pool, best);
      block = taken.block;
      *bytes = taken.bytes;
    }
  pthread_mutex_unlock (&pool->lock);
  return block;
}

static void
keep (BrgPool *pool, void *block, size_t bytes)
{
  if (!pool->owned || block == NULL || bytes > pool->limit_bytes)
    {
      free (block);
      return;
    }
  while (pool->n_waiting == MAX_WAITING || pool->waiting_bytes + bytes > pool->limit_bytes)
    free (remove_waiting (pool, 0).block);
  pool->waiting[pool->n_waiting++] = (Waiting){ block, bytes };
  pool->waiting_bytes += bytes;
}

void
brg_pool_put (BrgPool *pool, void *block, size_t bytes)
{
  pthread_mutex_lock (&pool->lock);
  pool->n_out--;
  keep (pool, block, bytes);
  leave (pool);
}
