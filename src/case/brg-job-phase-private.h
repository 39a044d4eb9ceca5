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

void _brg_job_phases_begin (BrgJobPhases *self, BrgJob *job);

/* What follows fills [from, to]. */
void _brg_job_phase (BrgJobPhases *self, double from, double to);

void _brg_job_phases_end (BrgJobPhases *self);
