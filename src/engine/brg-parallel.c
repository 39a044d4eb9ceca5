#include "engine/brg-parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#define MAX_THREADS 64

typedef struct
{
  int n;
  int slab_size;
  int n_slabs;
  BrgSlabFunc func;
  void *data;
  BrgJob *job;
  atomic_int next;
  atomic_int done;
  atomic_bool stop;
  pthread_mutex_t lock;
  int failed_slab; /* lowest failing slab, or n_slabs; guarded by lock with the two below */
  BrgStatus status;
  BrgError error;
} Run;

static void
record_failure (Run *run, int slab, BrgStatus status, const BrgError *error)
{
  pthread_mutex_lock (&run->lock);
  if (slab < run->failed_slab)
    {
      run->failed_slab = slab;
      run->status = status;
      run->error = *error;
    }
  pthread_mutex_unlock (&run->lock);
  atomic_store (&run->stop, true);
}

static void
work (Run *run, bool reports)
{
  int slab;

  while (!atomic_load (&run->stop) && (slab = atomic_fetch_add (&run->next, 1)) < run->n_slabs)
    {
      BrgError error = { 0 };
      int begin = slab * run->slab_size;
      int end = run->n - begin > run->slab_size ? begin + run->slab_size : run->n;
      BrgStatus status = run->func (run->data, slab, begin, end, &error);

      if (status != BRG_OK)
        record_failure (run, slab, status, &error);
      int done = atomic_fetch_add (&run->done, 1) + 1;
      if (reports ? !brg_job_tick (run->job, (double) done / run->n_slabs)
                  : brg_job_is_cancelled (run->job))
        atomic_store (&run->stop, true);
    }
}

static void *
work_in_thread (void *data)
{
  work (data, false);
  return NULL;
}

static BrgStatus
finish (Run *run, BrgError *error)
{
  if (run->status != BRG_OK)
    {
      if (error != NULL)
        *error = run->error;
      return run->status;
    }
  if (brg_job_is_cancelled (run->job))
    return brg_error_set (error, BRG_CANCELLED, "cancelled");
  return BRG_OK;
}

int
brg_parallel_n_slabs (int n, int slab_size)
{
  return n <= 0 ? 0 : (n - 1) / slab_size + 1;
}

BrgStatus
brg_parallel_slabs (int n,
                    int slab_size,
                    BrgSlabFunc func,
                    void *data,
                    BrgJob *job,
                    BrgError *error)
{
  Run run = { .n = n, .slab_size = slab_size, .func = func, .data = data, .job = job };
  pthread_t threads[MAX_THREADS];
  int n_started = 0;
  int n_threads = brg_job_threads (job);

  run.n_slabs = brg_parallel_n_slabs (n, slab_size);
  run.failed_slab = run.n_slabs;
  pthread_mutex_init (&run.lock, NULL);
  if (n_threads > run.n_slabs)
    n_threads = run.n_slabs;
  if (n_threads > MAX_THREADS)
    n_threads = MAX_THREADS;
  atomic_store (&run.stop, brg_job_is_cancelled (job));
  while (n_started < n_threads - 1 &&
         pthread_create (&threads[n_started], NULL, work_in_thread, &run) == 0)
    n_started++;
  work (&run, true);
  for (int i = 0; i < n_started; i++)
    pthread_join (threads[i], NULL);
  pthread_mutex_destroy (&run.lock);
  return finish (&run, error);
}
