#pragma once

#include <stddef.h>

#include "engine/brg-job.h"

/* Lets one long call run several passes under the progress of a single stage:
 *   BrgJobPart parts = brg_job_parts (job);
 *   brg_job_part (&parts, 0.0, 0.4); ... a pass that reports 0..1 ...
 *   brg_job_part (&parts, 0.4, 1.0); ... another ...
 *   brg_job_parts_end (&parts);
 * A NULL job is allowed. Only the thread that runs the job may call these. */
typedef struct
{
  BrgJob *job;
  double from, span;
} BrgJobPart;

static inline BrgJobPart
brg_job_parts (BrgJob *job)
{
  return job != NULL ? (BrgJobPart){ job, job->from, job->span } : (BrgJobPart){ NULL, 0, 1 };
}

/* What follows fills [from, to] of the stage. */
static inline void
brg_job_part (const BrgJobPart *parts, double from, double to)
{
  if (parts->job == NULL)
    return;
  parts->job->from = parts->from + parts->span * from;
  parts->job->span = parts->span * (to - from);
}

static inline void
brg_job_parts_end (const BrgJobPart *parts)
{
  brg_job_part (parts, 0.0, 1.0);
}
