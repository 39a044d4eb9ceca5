#include <string.h>

#include "case/brg-json-private.h"
#include "case/brg-trace-private.h"

static void
append_stage (GString *text, const char *indent, const char *name, const BrgTraceStage *stage)
{
  const struct
  {
    const char *key, *digest;
  } digests[] = { { "parameters", stage->parameters },
                  { "edits", stage->edits },
                  { "voxels", stage->voxels } };

  g_string_append_printf (text, "\n%s  { \"stage\": \"%s\"", indent, name);
  for (gsize d = 0; d < G_N_ELEMENTS (digests); d++)
    if (*digests[d].digest != '\0')
      g_string_append_printf (text, ",\n%s    \"%s\": \"%s\"", indent, digests[d].key,
                              digests[d].digest);
  g_string_append (text, " }");
}

static void
append_stages (GString *text,
               const char *indent,
               const char *const *names,
               const BrgTraceStage *stages,
               int n)
{
  g_string_append_printf (text, "%s\"stages\": [", indent);
  for (int s = 0; s < n; s++)
    {
      g_string_append (text, s > 0 ? "," : "");
      append_stage (text, indent, names[s], &stages[s]);
    }
  g_string_append_printf (text, "\n%s]", indent);
}

void
_brg_trace_append_skull (GString *text, const BrgTrace *trace)
{
  append_stages (text, "  ", _brg_trace_skull_names, trace->skull, BRG_TRACE_N_SKULL);
}

void
_brg_trace_append_defect (GString *text, const BrgTrace *trace, gsize defect)
{
  append_stages (text, "      ", _brg_trace_defect_names, trace->defects[defect],
                 BRG_TRACE_N_DEFECT);
}

/* Absent: "". */
static gboolean
read_digest (JsonObject *object, const char *key, BrgSha256 out, GError **error)
{
  const char *text = "";

  if (json_object_has_member (object, key) &&
      (!_brg_json_string (object, key, &text, NULL) || !_brg_json_is_sha256 (text)))
    return _brg_json_fail (error, key, "must be 64 hex digits");
  g_strlcpy (out, text, sizeof (BrgSha256));
  return TRUE;
}

static gboolean
read_stage (JsonNode *node, const char *name, BrgTraceStage *stage, GError **error)
{
  static const char *const known[] = { "stage", "parameters", "edits", "voxels", NULL };
  const char *found;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return _brg_json_fail (error, "stages", "must hold objects");
  JsonObject *object = json_node_get_object (node);
  if (!_brg_json_only (object, known, error) || !_brg_json_string (object, "stage", &found, error))
    return FALSE;
  if (strcmp (found, name) != 0)
    return _brg_json_fail (error, "stages", "are not the stages of the pipeline in their order");
  return read_digest (object, "parameters", stage->parameters, error) &&
         read_digest (object, "edits", stage->edits, error) &&
         read_digest (object, "voxels", stage->voxels, error);
}

static gboolean
read_stages (JsonObject *object,
             const char *const *names,
             BrgTraceStage *stages,
             guint n,
             GError **error)
{
  JsonArray *array;

  if (!_brg_json_array (object, "stages", &array, error))
    return FALSE;
  if (json_array_get_length (array) != n)
    return _brg_json_fail (error, "stages", "has the wrong number of entries");
  for (guint s = 0; s < n; s++)
    if (!read_stage (json_array_get_element (array, s), names[s], &stages[s], error))
      return FALSE;
  return TRUE;
}

gboolean
_brg_trace_read_skull (JsonObject *root, BrgTrace *trace, GError **error)
{
  return read_stages (root, _brg_trace_skull_names, trace->skull, BRG_TRACE_N_SKULL, error);
}

gboolean
_brg_trace_read_defect (JsonObject *object, BrgTrace *trace, gsize defect, GError **error)
{
  return read_stages (object, _brg_trace_defect_names, trace->defects[defect], BRG_TRACE_N_DEFECT,
                      error);
}
