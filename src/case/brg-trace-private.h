#pragma once

#include <json-glib/json-glib.h>

#include "case/brg-trace.h"

G_BEGIN_DECLS

/* The stages of the skull or of a defect as a member "stages" of recipe.json:
 *
 *   "stages": [ { "stage": "crop", "parameters": "...", "voxels": "..." }, ... ]
 *
 * Digests that are empty are left out; the list has every stage in its order. */
void _brg_trace_append_skull (GString *text, const BrgTrace *trace);
void _brg_trace_append_defect (GString *text, const BrgTrace *trace, gsize defect);

/* Reads them; the object has the member. */
gboolean _brg_trace_read_skull (JsonObject *root, BrgTrace *trace, GError **error);
gboolean _brg_trace_read_defect (JsonObject *object, BrgTrace *trace, gsize defect, GError **error);

/* Room for `n_defects`, all empty. */
BrgTrace *_brg_trace_new_empty (gsize n_defects);

/* Name of a stage as it is written. */
extern const char *const _brg_trace_skull_names[BRG_TRACE_N_SKULL];
extern const char *const _brg_trace_defect_names[BRG_TRACE_N_DEFECT];

G_END_DECLS
