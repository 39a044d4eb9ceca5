#include "engine/brg-mesh-wave.h"

#include <pthread.h> /* and with it sched_yield() */

#include "engine/brg-alloc.h"
#include "engine/brg-parallel.h"

#define CHUNK     4 /* blocks */
#define SLACK     1 /* chunks between passes, besides, so that threads do not wait for each other */
#define MAX_DEPTH 6 /* passes at once: what they touch should fit the cache */

typedef struct
{
  int pass, chunk;
} Task;

typedef struct
{
  const BrgLinks *links;
  BrgWaveFunc func;
  void *data;
  int n_passes, n_chunks;
  int *low, *high; /* per chunk: the first and the last with neighbours of its vertices */
  int *reach;      /* the last of those of all chunks up to this one */
  Task *tasks;     /* each after those it needs */
  int n_tasks;
  uint8_t *done; /* atomic; [pass * n_chunks + chunk] */
} Wave;

static inline int
min_int (int a, int b)
{
  return a < b ? a : b;
}

static inline int
max_int (int a, int b)
{
  return a > b ? a : b;
}

/* Neighbours both ways: an open mesh may name them in one only. */
static void
find_reach (Wave *wave)
{
  const BrgLinks *links = wave->links;

  for (int c = 0; c < wave->n_chunks; c++)
    wave->low[c] = wave->high[c] = c;
  for (int b = 0; b < links->n_blocks; b++)
    {
      int c = b / CHUNK;
      wave->low[c] = min_int (wave->low[c], (int) links->spans[b].first / CHUNK);
      wave->high[c] = max_int (wave->high[c], (int) links->spans[b].last / CHUNK);
    }
  for (int c = 0; c < wave->n_chunks; c++)
    wave->reach[c] = wave->high[c];
  for (int c = 0; c < wave->n_chunks; c++)
    wave->reach[wave->low[c]] = max_int (wave->reach[wave->low[c]], c);
  for (int c = 1; c < wave->n_chunks; c++)
    wave->reach[c] = max_int (wave->reach[c], wave->reach[c - 1]);
}

/* Appends what pass `pass` can do by now; n_done[] are the chunks of each pass. */
static void
append_ready (Wave *wave, int pass, bool is_first, int *n_done)
{
  int n = wave->n_chunks, end = is_first ? min_int (n, n_done[pass] + 1) : n_done[pass];

  if (!is_first)
    while (end < n && (n_done[pass - 1] == n || wave->reach[end] + SLACK < n_done[pass - 1]))
      end++;
  while (n_done[pass] < end)
    wave->tasks[wave->n_tasks++] = (Task){ pass, n_done[pass]++ };
}

static void
order_tasks (Wave *wave, int *n_done)
{
  for (int pass = 0; pass < wave->n_passes; pass += MAX_DEPTH)
    {
      int end = min_int (wave->n_passes, pass + MAX_DEPTH);
      while (n_done[end - 1] < wave->n_chunks)
        for (int p = pass; p < end; p++)
          append_ready (wave, p, p == pass, n_done);
    }
}

/* All tasks before this one have been begun, so that waiting for them comes to an end. */
static void
wait_for (const Wave *wave, int pass, int chunk)
{
  const uint8_t *done = wave->done + (size_t) pass * (size_t) wave->n_chunks;

  while (!__atomic_load_n (done + chunk, __ATOMIC_ACQUIRE))
    sched_yield ();
}

static BrgStatus
run_task (void *data, int slab, int begin, int end, BrgError *error)
{
  const Wave *wave = data;
  Task task = wave->tasks[slab];
  int first = task.chunk * CHUNK;
  (void) begin, (void) end, (void) error;

  for (int c = wave->low[task.chunk]; task.pass > 0 && c <= wave->high[task.chunk]; c++)
    wait_for (wave, task.pass - 1, c);
  wave->func (wave->data, task.pass, first, min_int (first + CHUNK, wave->links->n_blocks));
  __atomic_store_n (wave->done + (size_t) task.pass * (size_t) wave->n_chunks + (size_t) task.chunk,
                    1, __ATOMIC_RELEASE);
  return BRG_OK;
}

static BrgStatus
allocate (Wave *wave, int **n_done, BrgPool *pool, BrgError *error)
{
  size_t n_chunks = (size_t) wave->n_chunks, n_passes = (size_t) wave->n_passes;

  wave->low = brg_alloc_in (pool, n_chunks, sizeof *wave->low, error);
  wave->high = brg_alloc_in (pool, n_chunks, sizeof *wave->high, error);
  wave->reach = brg_alloc_in (pool, n_chunks, sizeof *wave->reach, error);
  wave->tasks = brg_alloc_in (pool, n_chunks * n_passes, sizeof *wave->tasks, error);
  wave->done = brg_alloc_zero_in (pool, n_chunks * n_passes, sizeof *wave->done, error);
  *n_done = brg_alloc_zero_in (pool, n_passes, sizeof **n_done, error);
  return wave->low && wave->high && wave->reach && wave->tasks && wave->done && *n_done
           ? BRG_OK
           : BRG_NO_MEMORY;
}

BrgStatus
brg_wave_run (const BrgLinks *links,
              int n_passes,
              BrgWaveFunc func,
              void *data,
              BrgJob *job,
              BrgError *error)
{
  Wave wave = { .links = links, .func = func, .data = data, .n_passes = n_passes };
  int *n_done = NULL;

  wave.n_chunks = (links->n_blocks + CHUNK - 1) / CHUNK;
  BrgStatus status = allocate (&wave, &n_done, brg_job_pool (job), error);
  if (status == BRG_OK)
    {
      find_reach (&wave);
      order_tasks (&wave, n_done);
      status = brg_parallel_slabs (wave.n_tasks, 1, run_task, &wave, job, error);
    }
  brg_free (n_done);
  brg_free (wave.low);
  brg_free (wave.high);
  brg_free (wave.reach);
  brg_free (wave.tasks);
  brg_free (wave.done);
  return status;
}
