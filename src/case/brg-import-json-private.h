#pragma once

#include "case/brg-import.h"
#include "case/brg-json-private.h"

G_BEGIN_DECLS

/* A BrgImport as JSON:
 *
 *   { "format": "DICOM", "files": 210,
 *     "dropped": { "patient": 840, "dates": 1680, ... },
 *     "resampled": { "step-mm": 5, "made-up": 3 } | null,
 *     "defaced": { "keep-mm": 10, "bone-hu": 150, "voxels": 123456 } | null,
 *     "deidentification": ["113100", "113102"] }
 *
 * Kinds that were not there are left out of "dropped". */

/* `before` stands in front of every line but the first. */
void _brg_import_append (GString *text, const BrgImport *import, const char *before);

/* Checks everything. FALSE and `error` (BRG_CASE_ERROR) that names the key otherwise. */
gboolean _brg_import_read (JsonObject *object, BrgImport *import, GError **error);

G_END_DECLS
