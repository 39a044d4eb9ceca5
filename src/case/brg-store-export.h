#pragma once

#include "case/brg-export.h"
#include "case/brg-store.h"
#include "engine/brg-fit.h"

G_BEGIN_DECLS

/* A case file read for what it makes. */

/* The contents of the case at `path` with `added` and `removed` as the live hand edits: both are
 * there, on the grid of the scan. */
gboolean
brg_store_load_live (const char *path, BrgStoreContents *contents, BrgJob *job, GError **error);

typedef struct
{
  char *name;
  gsize skull_vox;
  gsize n_defects;
  BrgFit *fits; /* by defect */
} BrgStoreExportReport;

/* Publishes the case in the file at `path` by brg_export(): the skull and all defects that are
 * placed. `name` is that of the case if NULL. The file is only read, and never replaced. Errors
 * name the file and the reason; cancelled through `job`: G_IO_ERROR_CANCELLED. On failure `report`
 * is zeroed. */
gboolean brg_store_export (const char *path,
                           const char *dir,
                           const char *name,
                           BrgStoreExportReport *report,
                           BrgJob *job,
                           GError **error);
void brg_store_export_report_clear (BrgStoreExportReport *report);

G_END_DECLS
