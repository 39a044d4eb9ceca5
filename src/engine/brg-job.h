#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "engine/brg-error.h"
#include "engine/brg-pool.h"

/* Progress, cancellation, memory and the number of threads of one long call.
 *
 * Every long function takes a `BrgJob *`; NULL means no progress, no cancel, all cores. The struct
 * is public so that it can live on the stack: `BrgJob job = BRG_JOB_INIT;`. Only brg_job_cancel()
 * and the counts may be used on another thread than the one that runs the long call. */

/* Called on the thread that runs the long call, with the title of the current stage (an English
 * literal, marked by N_() for translation) and the overall fraction in 0..1. */
typedef void (*BrgJobReport) (void *data, const char *title, double fraction);

typedef struct
{
  atomic_bool cancelled;
  int n_threads; /* 0: one per core */
  bool baseline; /* keep to the instructions every processor has; the results are the same */
  BrgPool *pool; /* for scratch and results; borrowed, NULL for none */
  BrgJobReport report;
  void *report_data;
  const char *title;          /* of the current stage */
  double from, span;          /* the part of 0..1 the current stage fills */
  atomic_int n_done, n_known; /* files or the like, for words such as "12 of 210 files" */
} BrgJob;

#define BRG_JOB_INIT                                                                               \
  {                                                                                                \
    .title = "", .span = 1.0                                                                       \
  }

/* Asks the running call to stop; it returns BRG_CANCELLED within some 50 ms. Any thread. */
void brg_job_cancel (BrgJob *job);

/* True once cancelled. Any thread; NULL is never cancelled. */
bool brg_job_is_cancelled (BrgJob *job);

/* Names the stage that begins and the part [from, to] of the whole it fills. */
void brg_job_stage (BrgJob *job, const char *title, double from, double to);

/* Reports `fraction` (0..1) of the current stage; false when the caller must stop. Slab runs do
 * this on their own; only serial loops call it. */
bool brg_job_tick (BrgJob *job, double fraction);

/* How many of the things that the call works on are known so far, and that `n` more of them are
 * done. Any thread; NULL allowed. */
void brg_job_know (BrgJob *job, int n_known);
void brg_job_count (BrgJob *job, int n);

/* Threads to use: n_threads, or the number of online cores for 0 and for a NULL job. At least 1. */
int brg_job_threads (const BrgJob *job);

/* The pool of the job; NULL for a NULL job. */
static inline BrgPool *
brg_job_pool (const BrgJob *job)
{
  return job != NULL ? job->pool : NULL;
}
