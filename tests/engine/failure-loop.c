#include "failure-loop.h"

#include <glib.h>

#include "short-memory.h"

#define MAX_ALLOWED 5000
#define FROM        0.25
#define TO          0.75
#define ROUNDING    1e-12

static int
more_than (int allowed)
{
  return allowed + (allowed < 40 ? 1 : allowed / 10);
}

void
failure_of_memory (FailureFunc func, void *data)
{
  BrgStatus status = BRG_NO_MEMORY;

  for (int allowed = 0; status != BRG_OK; allowed = more_than (allowed))
    {
      BrgJob job = BRG_JOB_INIT;
      BrgError error = { 0 };
      job.n_threads = allowed % 3 + 1;
      short_memory_allow (allowed);
      status = func (data, &job, &error);
      short_memory_end ();
      g_assert_cmpint (allowed, <, MAX_ALLOWED);
      if (status == BRG_OK)
        break;
      g_assert_cmpint (status, ==, BRG_NO_MEMORY);
      g_assert_cmpint (error.status, ==, BRG_NO_MEMORY);
      g_assert_cmpint (error.message[0], !=, '\0');
    }
}

typedef struct
{
  BrgJob job;
  int reports_left;
  double last;
} Watch;

static void
watch_cb (void *data, const char *title, double fraction)
{
  Watch *watch = data;

  (void) title;
  g_assert_cmpfloat (fraction, >=, watch->last - ROUNDING);
  g_assert_cmpfloat (fraction, <=, TO + ROUNDING);
  watch->last = fraction;
  if (watch->reports_left-- == 0)
    brg_job_cancel (&watch->job);
}

void
failure_of_patience (FailureFunc func, void *data)
{
  BrgStatus status = BRG_CANCELLED;

  for (int allowed = 0; status != BRG_OK; allowed = more_than (allowed))
    {
      Watch watch = { .job = BRG_JOB_INIT, .reports_left = allowed };
      BrgError error = { 0 };
      watch.job.n_threads = allowed % 3 + 1;
      watch.job.report = watch_cb;
      watch.job.report_data = &watch;
      brg_job_stage (&watch.job, "Working", FROM, TO);
      status = func (data, &watch.job, &error);
      g_assert_cmpint (allowed, <, MAX_ALLOWED);
      g_assert_cmpfloat_with_epsilon (watch.job.from, FROM, ROUNDING);
      g_assert_cmpfloat_with_epsilon (watch.job.span, TO - FROM, ROUNDING);
      g_assert_true (status == BRG_OK || status == BRG_CANCELLED);
      g_assert_cmpint (error.status, ==, status);
      if (status == BRG_OK && watch.job.n_threads == 1)
        g_assert_cmpfloat_with_epsilon (watch.last, TO, ROUNDING);
    }
}
