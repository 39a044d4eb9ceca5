#include "bench-cancel.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "bench-measure.h"

typedef struct
{
  BrgJob *job;
  double delay_ms;
  double cancelled_ms; /* when */
} Cancel;

static void *
cancel_later (void *data)
{
  Cancel *cancel = data;
  struct timespec delay = { .tv_sec = (time_t) (cancel->delay_ms / 1e3),
                            .tv_nsec = (long) (fmod (cancel->delay_ms, 1e3) * 1e6) };

  nanosleep (&delay, NULL);
  cancel->cancelled_ms = bench_now_ms ();
  brg_job_cancel (cancel->job);
  return NULL;
}

/* How long the operation went on after it was cancelled. */
static double
cancel_once (const BenchOperation *operation, Bench *bench, double delay_ms)
{
  Cancel cancel = { .job = &bench->job, .delay_ms = delay_ms };
  pthread_t thread;
  double bytes;

  atomic_store (&bench->job.cancelled, false);
  if (pthread_create (&thread, NULL, cancel_later, &cancel) != 0)
    return 0;
  operation->run (bench, &bytes);
  double end_ms = bench_now_ms ();
  pthread_join (thread, NULL);
  atomic_store (&bench->job.cancelled, false);
  return fmax (end_ms - cancel.cancelled_ms, 0);
}

double
bench_cancel (const BenchOperation *operation, Bench *bench, double run_ms, int n_cancels)
{
  double longest_ms = 0;

  for (int c = 0; c < n_cancels; c++)
    longest_ms = fmax (longest_ms, cancel_once (operation, bench, run_ms * (c + 0.5) / n_cancels));
  return longest_ms;
}
