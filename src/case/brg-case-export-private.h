#pragma once

#include "case/brg-case-private.h"
#include "case/brg-export.h"

G_BEGIN_DECLS

/* One waiting or running export: a snapshot of the case, so that it may go on changing. */
typedef struct
{
  BrgTask *task;
  char *dir;
  char *name;
  gulong cancel_id;

  BrgVolume *scan;
  BrgImport import; /* of it */
  BrgRecipes *recipes;
  guint active;
  BrgCaseEdits edits;
  BrgPipelineStages stages;
  BrgMask *skull;
  BrgMask *cutter, *defective, *implant; /* of the active defect; NULL: it is not placed */
  BrgMesh *meshes[BRG_CASE_N_MESHES];    /* those that are up to date */
  BrgSha256 manifest_sha256;             /* once it is done */
} BrgCaseExport;

/* In the export's thread: makes the triples of the other defects from the same skull and publishes
 * all that are placed, in the order of the recipes. */
gboolean _brg_case_export_publish (const BrgCaseExport *self, GError **error);

G_END_DECLS
