#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What recipe.json and manifest.json have in common. Files may come from strangers: size and depth
 * are limited before the parser sees them, and errors (BRG_CASE_ERROR) name the file and the key.
 */

#define BRG_JSON_MAX_DEPTH 16

/* The object a text holds; new reference. `length` is at most `max_bytes`. */
JsonObject *_brg_json_parse (const char *text, gsize length, gsize max_bytes, GError **error);

/* Sets "`key`: `reason`" and returns FALSE; a key of a file may be anything, what is shown of it is
 * printable and short. */
gboolean _brg_json_fail (GError **error, const char *key, const char *reason);

/* FALSE and an error that names the first member not in `keys` (NULL-terminated). */
gboolean _brg_json_only (JsonObject *object, const char *const *keys, GError **error);

/* Members by type; FALSE and an error when missing or of another type. Values are borrowed. */
gboolean _brg_json_object (JsonObject *in, const char *key, JsonObject **out, GError **error);
gboolean _brg_json_array (JsonObject *in, const char *key, JsonArray **out, GError **error);
gboolean _brg_json_string (JsonObject *in, const char *key, const char **out, GError **error);
gboolean _brg_json_int (JsonObject *in, const char *key, gint64 *out, GError **error);

/* TRUE for a number, whole or not. */
gboolean _brg_json_number (JsonNode *node, double *out);

/* 64 lower-case hex digits. */
gboolean _brg_json_is_sha256 (const char *text);

G_END_DECLS
