#pragma once

/* A job that is cancelled at a report of its own choice. */

#include "voxel-twin.h"

typedef struct
{
  BrgJob job;
  int left; /* reports until the cancel */
} Fuse;

static inline void
fuse_burn_cb (void *data, const char *title, double fraction)
{
  Fuse *fuse = data;

  g_assert_nonnull (title);
  g_assert_true (fraction >= 0 && fraction <= 1 + 1e-9);
  if (fuse->left-- == 0)
    brg_job_cancel (&fuse->job);
}

/* The job of `fuse`, which must not move while it is used: cancelled by its report number `left`,
 * from 0. Only a run on one thread is sure to make as many reports each time: how many others make
 * depends on how threads share the slabs. */
static inline BrgJob *
fuse_light (Fuse *fuse, int n_threads, int left)
{
  *fuse = (Fuse){ .job = twin_job (n_threads), .left = left };
  fuse->job.report = fuse_burn_cb;
  fuse->job.report_data = fuse;
  return &fuse->job;
}
