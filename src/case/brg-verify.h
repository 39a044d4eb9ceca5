#pragma once

#include <glib.h>

#include "engine/brg-job.h"

G_BEGIN_DECLS

/* Checks a folder written by brg_export() against its manifest and its own invariants, after what a
 * killed export left in it has been put right (brg_export_recover(); that it could not be is a
 * problem): every file is there with its size and SHA-256, decoded voxels have theirs; defective
 * skull and implant lie within the skull and do not overlap, on one grid; together they are the
 * skull when the recipe says so (clearance 0 and drills in the implant); every surface is closed
 * and encloses, within 1 %, the volume of its voxels or, where parts are thin, of the surface
 * between them. */
typedef struct
{
  guint n_cases;
  guint n_defects;
  guint n_files;
  GPtrArray *problems; /* char *, "FILE: what is wrong", in the order of the manifest */
} BrgVerifyReport;

/* FALSE and `error` when the folder cannot be judged at all (no manifest, unreadable, cancelled);
 * TRUE with report->problems otherwise, empty when all is well. Any thread. */
gboolean brg_verify (const char *dir, BrgVerifyReport *report, BrgJob *job, GError **error);
void brg_verify_report_clear (BrgVerifyReport *report);

G_END_DECLS
