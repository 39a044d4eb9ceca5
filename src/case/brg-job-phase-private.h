#pragma once

#include "engine/brg-job.h"

/* Lets one call run several long calls, each with stages of its own, under the progress of one:
 *   BrgJobPhases phases;
 *   _brg_job_phases_begin (&phases, job);
 *   _brg_job_phase (&phases, 0.0, 0.4); ... a call that reports 0..1 ...
 *   _brg_job_phase (&phases, 0.4, 1.0); ... another ...
 *   _brg_job_phases_end (&phases);
 * They nest. A NULL job is allowed. Only the thread that runs the job may call these. */
typedef struct
{
  BrgJob *job;
  BrgJobReport report; /* the caller's */
  void *report_data;
  double from, span;
} BrgJobPhases;

static inline void
_brg_job_phases_report_cb (void *data, const char *title, double fraction)
{
  const BrgJobPhases *self = data;

  if (self->report != NULL)
    self->report (self->report_data, title, self->from + self->span * fraction);
}

static inline void
_brg_job_phases_begin (BrgJobPhases *self, BrgJob *job)
{
  *self = (BrgJobPhases){ .job = job, .span = 1 };
  if (job == NULL)
    return;
  self->report = job->report;
  self->report_data = job->report_data;
  job->report = _brg_job_phases_report_cb;
  job->report_data = self;
}

/* What follows fills [from, to]. */
static inline void
_brg_job_phase (BrgJobPhases *self, double from, double to)
{
  self->from = from;
  self->span = to - from;
}

static inline void
_brg_job_phases_end (BrgJobPhases *self)
{
  if (self->job == NULL)
    return;
  self->job->report = self->report;
  self->job->report_data = self->report_data;
}
