#include "case/brg-job-phase-private.h"

static void
report_cb (void *data, const char *title, double fraction)
{
  const BrgJobPhases *self = data;

  if (self->report != NULL)
    self->report (self->report_data, title, self->from + self->span * fraction);
}

void
_brg_job_phases_begin (BrgJobPhases *self, BrgJob *job)
{
  *self = (BrgJobPhases){ .job = job, .span = 1 };
  if (job == NULL)
    return;
  self->report = job->report;
  self->report_data = job->report_data;
  job->report = report_cb;
  job->report_data = self;
}

void
_brg_job_phase (BrgJobPhases *self, double from, double to)
{
  self->from = from;
  self->span = to - from;
}

void
_brg_job_phases_end (BrgJobPhases *self)
{
  if (self->job == NULL)
    return;
  self->job->report = self->report;
  self->job->report_data = self->report_data;
}
