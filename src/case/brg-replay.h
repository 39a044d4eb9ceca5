#pragma once

#include <glib.h>

#include "engine/brg-job.h"
#include "io/brg-image.h"

G_BEGIN_DECLS

/* Makes an export again from its recipe, the hand edits beside it, and what it started from.
 *
 * The source is a scan or a case file of it, or the finished skull, whichever the recipe is of. Its
 * voxels must have the digest in the recipe. When none is named it is looked for beside the recipe:
 * a skull where the export put it, a scan in any image or case file of that folder.
 *
 * With `verify` every stage must be asked and give what it was and gave in the export, to the bit;
 * else nothing is published and the error names the recipe, the first stage that differs and what
 * of it. A recipe without stages (of format 1, or not of an export) is compared with the voxels in
 * the manifest beside it. */
typedef struct
{
  const char *recipe_path;
  const char *source_path; /* nullable */
  const char *dir;         /* to publish to, by brg_export(); never over an input */
  const char *name;        /* of the case; nullable: as the recipe's file is called */
  gboolean verify;
  gboolean no_png; /* leave the pictures out */
} BrgReplay;

typedef struct
{
  char *name;
  char *source_path;
  BrgImageInfo header; /* of the source, if it is no case file */
  gsize n_defects;
  gsize n_stages; /* that were compared; 0: none */
} BrgReplayReport;

/* Any thread. Errors name the file and the reason; cancelled through `job`: G_IO_ERROR_CANCELLED.
 * On failure `report` is zeroed. */
gboolean brg_replay (const BrgReplay *what, BrgReplayReport *report, BrgJob *job, GError **error);
void brg_replay_report_clear (BrgReplayReport *report);

G_END_DECLS
