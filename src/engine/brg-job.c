#include "engine/brg-job.h"

#include <stddef.h>
#include <unistd.h>

void
brg_job_cancel (BrgJob *job)
{
  atomic_store (&job->cancelled, true);
}

bool
brg_job_is_cancelled (BrgJob *job)
{
  return job != NULL && atomic_load_explicit (&job->cancelled, memory_order_relaxed);
}

void
brg_job_stage (BrgJob *job, const char *title, double from, double to)
{
  if (job == NULL)
    return;
  job->title = title;
  job->from = from;
  job->span = to - from;
  brg_job_tick (job, 0.0);
}

bool
brg_job_tick (BrgJob *job, double fraction)
{
  if (job == NULL)
    return true;
  if (job->report != NULL)
    job->report (job->report_data, job->title, job->from + job->span * fraction);
  return !brg_job_is_cancelled (job);
}

void
brg_job_know (BrgJob *job, int n_known)
{
  if (job != NULL)
    atomic_store (&job->n_known, n_known);
}

void
brg_job_count (BrgJob *job, int n)
{
  if (job != NULL)
    atomic_fetch_add (&job->n_done, n);
}

int
brg_job_threads (const BrgJob *job)
{
  if (job != NULL && job->n_threads > 0)
    return job->n_threads;

  long cores = sysconf (_SC_NPROCESSORS_ONLN);
  return cores > 0 ? (int) cores : 1;
}
