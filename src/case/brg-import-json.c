#include "case/brg-import-json-private.h"

#include <math.h>
#include <string.h>

#include "case/brg-recipe-text-private.h"
#include "engine/brg-grid.h"
#include "engine/brg-morphology.h"

static void
append_dropped (GString *text, const BrgDataTally *held)
{
  const char *comma = "";

  g_string_append (text, "\"dropped\": {");
  for (int kind = 0; kind < BRG_DATA_N_KINDS; kind++)
    if (held->n[kind] > 0)
      {
        g_string_append_printf (text, "%s \"%s\": %" G_GUINT64_FORMAT, comma,
                                brg_data_kind_key ((BrgDataKind) kind), held->n[kind]);
        comma = ",";
      }
  g_string_append (text, " }");
}

static void
append_done (GString *text, const BrgImport *import, const char *before)
{
  g_string_append_printf (text, "%s\"resampled\": ", before);
  if (import->is_resampled)
    {
      g_string_append (text, "{ \"step-mm\": ");
      _brg_recipe_append_number (text, import->step_mm);
      g_string_append_printf (text, ", \"made-up\": %u },\n", import->n_made_up);
    }
  else
    g_string_append (text, "null,\n");
  g_string_append_printf (text, "%s\"defaced\": ", before);
  if (import->is_defaced)
    {
      g_string_append (text, "{ \"keep-mm\": ");
      _brg_recipe_append_number (text, import->deface_mm);
      g_string_append_printf (text, ", \"bone-hu\": %d, \"voxels\": %" G_GUINT64_FORMAT " },\n",
                              import->bone_hu, import->n_blanked);
    }
  else
    g_string_append (text, "null,\n");
}

void
_brg_import_append (GString *text, const BrgImport *import, const char *before)
{
  const char *const *codes = brg_import_codes (import);
  g_autofree char *listed = g_strjoinv ("\", \"", (char **) codes);

  g_string_append_printf (text, "{ \"format\": \"%s\", \"files\": %u,\n%s", import->format,
                          import->n_files, before);
  append_dropped (text, &import->held);
  g_string_append (text, ",\n");
  append_done (text, import, before);
  g_string_append_printf (text, "%s\"deidentification\": [\"%s\"] }", before, listed);
}

static gboolean
read_count (JsonObject *object,
            const char *key,
            gint64 least,
            gint64 most,
            gint64 *n,
            GError **error)
{
  if (!_brg_json_int (object, key, n, error))
    return FALSE;
  return (*n >= least && *n <= most) || _brg_json_fail (error, key, "is out of range");
}

static gboolean
read_mm (JsonObject *object, const char *key, double most, double *mm, GError **error)
{
  JsonNode *node = json_object_get_member (object, key);

  return (node != NULL && _brg_json_number (node, mm) && *mm >= 0 && *mm <= most) ||
         _brg_json_fail (error, key, "is no length in mm, or out of range");
}

/* A member that is an object of these keys, or null: then *object is NULL. */
static gboolean
read_part (JsonObject *in,
           const char *key,
           const char *const *keys,
           JsonObject **object,
           GError **error)
{
  *object = NULL;
  if (json_object_has_member (in, key) && json_object_get_null_member (in, key))
    return TRUE;
  return _brg_json_object (in, key, object, error) && _brg_json_only (*object, keys, error);
}

static gboolean
read_format (JsonObject *object, BrgImport *import, GError **error)
{
  const char *format;
  gint64 n_files;

  if (!_brg_json_string (object, "format", &format, error) ||
      !read_count (object, "files", 1, BRG_IMPORT_MAX_FILES, &n_files, error))
    return FALSE;
  gsize length = strlen (format);
  gboolean is_plain = length > 0 && length < sizeof import->format;
  for (gsize c = 0; is_plain && c < length; c++)
    is_plain = g_ascii_isalnum (format[c]) || format[c] == '-';
  if (!is_plain)
    return _brg_json_fail (error, "format", "is no name of a format");
  g_strlcpy (import->format, format, sizeof import->format);
  import->n_files = (guint) n_files;
  return TRUE;
}

static gboolean
read_dropped (JsonObject *object, BrgDataTally *held, GError **error)
{
  const char *keys[BRG_DATA_N_KINDS + 1] = { NULL };
  JsonObject *dropped;

  for (int kind = 0; kind < BRG_DATA_N_KINDS; kind++)
    keys[kind] = brg_data_kind_key ((BrgDataKind) kind);
  if (!_brg_json_object (object, "dropped", &dropped, error) ||
      !_brg_json_only (dropped, keys, error))
    return FALSE;
  for (int kind = 0; kind < BRG_DATA_N_KINDS; kind++)
    {
      gint64 n = 0;
      if (json_object_has_member (dropped, keys[kind]) &&
          !read_count (dropped, keys[kind], 1, BRG_IMPORT_MAX_COUNT, &n, error))
        return FALSE;
      held->n[kind] = (guint64) n;
    }
  return TRUE;
}

static gboolean
read_resampled (JsonObject *object, BrgImport *import, GError **error)
{
  static const char *const known[] = { "step-mm", "made-up", NULL };
  JsonObject *part;
  gint64 n;

  if (!read_part (object, "resampled", known, &part, error))
    return FALSE;
  import->is_resampled = part != NULL;
  if (part == NULL)
    return TRUE;
  if (!read_mm (part, "step-mm", BRG_GRID_MAX_SPACING_MM, &import->step_mm, error) ||
      !read_count (part, "made-up", 0, BRG_GRID_MAX_DIM, &n, error))
    return FALSE;
  import->n_made_up = (guint) n;
  return TRUE;
}

static gboolean
read_defaced (JsonObject *object, BrgImport *import, GError **error)
{
  static const char *const known[] = { "keep-mm", "bone-hu", "voxels", NULL };
  JsonObject *part;
  gint64 bone_hu, n;

  if (!read_part (object, "defaced", known, &part, error))
    return FALSE;
  import->is_defaced = part != NULL;
  if (part == NULL)
    return TRUE;
  if (!read_mm (part, "keep-mm", BRG_MORPHOLOGY_MAX_MM, &import->deface_mm, error) ||
      !read_count (part, "bone-hu", G_MININT16, G_MAXINT16, &bone_hu, error) ||
      !read_count (part, "voxels", 0, BRG_IMPORT_MAX_COUNT, &n, error))
    return FALSE;
  import->bone_hu = (int) bone_hu;
  import->n_blanked = (guint64) n;
  return TRUE;
}

/* Must be what follows from the rest. */
static gboolean
read_codes (JsonObject *object, const BrgImport *import, GError **error)
{
  const char *const *codes = brg_import_codes (import);
  JsonArray *array;

  if (!_brg_json_array (object, "deidentification", &array, error))
    return FALSE;
  gboolean same = json_array_get_length (array) == g_strv_length ((char **) codes);
  for (guint c = 0; same && c < json_array_get_length (array); c++)
    {
      JsonNode *node = json_array_get_element (array, c);
      same = json_node_get_value_type (node) == G_TYPE_STRING &&
             g_str_equal (json_node_get_string (node), codes[c]);
    }
  return same || _brg_json_fail (error, "deidentification", "is not what was done");
}

gboolean
_brg_import_read (JsonObject *object, BrgImport *import, GError **error)
{
  static const char *const known[] = { "format",    "files",   "dropped",
                                       "resampled", "defaced", "deidentification",
                                       NULL };

  *import = (BrgImport){ 0 };
  return _brg_json_only (object, known, error) && read_format (object, import, error) &&
         read_dropped (object, &import->held, error) && read_resampled (object, import, error) &&
         read_defaced (object, import, error) && read_codes (object, import, error);
}
