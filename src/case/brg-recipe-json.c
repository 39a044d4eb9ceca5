#include "case/brg-recipe-json.h"

#include <glib/gstdio.h>
#include <string.h>

#include "brg-config.h"
#include "case/brg-case-error.h"
#include "case/brg-file-private.h"
#include "case/brg-import-json-private.h"
#include "case/brg-json-private.h"
#include "case/brg-recipe-text-private.h"
#include "case/brg-trace-private.h"
#include "engine/brg-grid.h"
#include "engine/brg-param.h"
#include "engine/brg-scidata.h"

#define FORMAT    3 /* format 1 had no stages, 2 no import */
#define MAX_BYTES ((gsize) 4 << 20)
#define MAX_MM    1e6

static const char *const kinds[] = { "scan", "skull" };

/* The members of one section, each on its own line after `before`. */
static void
append_params (GString *text, const BrgRecipe *recipe, gboolean defect, const char *before)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);
  const char *comma = defect ? "," : "";

  for (size_t p = 0; p < n_params; p++)
    if (brg_param_is_of_defect (&params[p]) == defect)
      {
        g_string_append_printf (text, "%s\n%s", comma, before);
        _brg_recipe_append_param (text, &params[p], recipe);
        comma = ",";
      }
}

static void
append_keep_at (GString *text, const BrgKeepAt *keep_at)
{
  if (!keep_at->placed)
    return;
  g_string_append (text, "  \"keep-at\": ");
  _brg_recipe_append_point (text, keep_at->at_mm);
  g_string_append (text, ",\n");
}

static void
append_scidata (GString *text, const BrgScidata *scidata)
{
  char spelled[BRG_SCIDATA_TEXT_SIZE];

  if (scidata->kind == BRG_SCIDATA_NONE)
    return;
  brg_scidata_format (scidata, spelled);
  g_string_append_printf (text, ",\n      \"scidata\": \"%s\"", spelled);
}

static void
append_defect (GString *text, const BrgRecipe *recipe, const BrgTrace *trace, gsize d)
{
  g_string_append_printf (text, "\n    {\n      \"placed\": %s,\n      \"at\": ",
                          recipe->defect.placed ? "true" : "false");
  _brg_recipe_append_point (text, recipe->defect.at_mm);
  append_scidata (text, &recipe->defect.scidata);
  append_params (text, recipe, TRUE, "      ");
  if (trace != NULL)
    {
      g_string_append (text, ",\n");
      _brg_trace_append_defect (text, trace, d);
    }
  g_string_append (text, "\n    }");
}

static void
append_head (GString *text, const BrgRecipeSource *source)
{
  g_string_append_printf (text, "{\n  \"bregma\": \"%s\",\n  \"format\": %d,\n", BRG_VERSION,
                          FORMAT);
  g_string_append_printf (text, "  \"source\": { \"kind\": \"%s\", \"sha256\": \"%s\" },\n",
                          kinds[source->kind], source->sha256);
  if (brg_import_is_known (&source->import))
    {
      g_string_append (text, "  \"import\": ");
      _brg_import_append (text, &source->import, "    ");
      g_string_append (text, ",\n");
    }
  if (*source->edits != '\0')
    g_string_append_printf (text, "  \"edits\": \"%s\",\n", source->edits);
  else
    g_string_append (text, "  \"edits\": null,\n");
}

char *
brg_recipe_to_json_traced (const BrgRecipe *recipes,
                           gsize n,
                           const BrgRecipeSource *source,
                           const BrgTrace *trace)
{
  GString *text = g_string_new (NULL);

  append_head (text, source);
  g_string_append (text, "  \"crop\": ");
  _brg_recipe_append_box (text, &recipes[0].crop_vox);
  g_string_append (text, ",\n");
  append_keep_at (text, &recipes[0].keep_at);
  g_string_append (text, "  \"parameters\": {");
  append_params (text, &recipes[0], FALSE, "    ");
  g_string_append (text, "\n  },\n");
  if (trace != NULL)
    {
      _brg_trace_append_skull (text, trace);
      g_string_append (text, ",\n");
    }
  g_string_append (text, "  \"defects\": [");
  for (gsize d = 0; d < n; d++)
    {
      g_string_append (text, d > 0 ? "," : "");
      append_defect (text, &recipes[d], trace, d);
    }
  g_string_append (text, "\n  ]\n}\n");
  return g_string_free (text, FALSE);
}

char *
brg_recipe_to_json (const BrgRecipe *recipes, gsize n, const BrgRecipeSource *source)
{
  return brg_recipe_to_json_traced (recipes, n, source, NULL);
}

static gboolean
read_value (const BrgParam *param, JsonNode *node, double *value, GError **error)
{
  GType type = json_node_get_value_type (node);
  BrgError fault;

  if (param->type == BRG_PARAM_CHOICE)
    {
      if (type != G_TYPE_STRING)
        return _brg_json_fail (error, param->key, "must be a text");
      return brg_param_parse (param, json_node_get_string (node), value, &fault) == BRG_OK ||
             brg_case_error_set (error, &fault);
    }
  if (param->type == BRG_PARAM_BOOL)
    {
      *value = type == G_TYPE_BOOLEAN && json_node_get_boolean (node);
      return type == G_TYPE_BOOLEAN || _brg_json_fail (error, param->key, "must be true or false");
    }
  if (!_brg_json_number (node, value))
    return _brg_json_fail (error, param->key, "must be a number");
  return brg_param_check (param, *value, &fault) == BRG_OK || brg_case_error_set (error, &fault);
}

/* The parameters of one section; members named in `others` are left to the caller. */
static gboolean
read_params (JsonObject *object,
             gboolean defect,
             const char *const *others,
             BrgRecipe *recipe,
             GError **error)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *m = members; m != NULL; m = m->next)
    {
      const BrgParam *param = brg_param_find (m->data);
      double value;

      if (g_strv_contains (others, m->data))
        continue;
      if (param == NULL || brg_param_is_of_defect (param) != defect)
        return _brg_json_fail (error, m->data, "unknown key");
      if (!read_value (param, json_object_get_member (object, m->data), &value, error))
        return FALSE;
      brg_param_set (param, recipe, value);
    }
  return TRUE;
}

/* A list of `n` numbers within +-limit. */
static gboolean
read_numbers (JsonObject *object,
              const char *key,
              double *out,
              guint n,
              double limit,
              GError **error)
{
  JsonArray *array;

  if (!_brg_json_array (object, key, &array, error))
    return FALSE;
  if (json_array_get_length (array) != n)
    return _brg_json_fail (error, key, "has the wrong number of entries");
  for (guint e = 0; e < n; e++)
    if (!_brg_json_number (json_array_get_element (array, e), &out[e]) || !(fabs (out[e]) <= limit))
      return _brg_json_fail (error, key, "holds what is no number or out of range");
  return TRUE;
}

static gboolean
read_crop (JsonObject *root, BrgBox *crop, GError **error)
{
  double ends[6];

  if (!json_object_has_member (root, "crop") || json_object_get_null_member (root, "crop"))
    return TRUE;
  if (!read_numbers (root, "crop", ends, 6, BRG_GRID_MAX_DIM, error))
    return FALSE;
  for (int axis = 0; axis < 3; axis++)
    {
      crop->lo[axis] = (int) ends[2 * axis];
      crop->hi[axis] = (int) ends[2 * axis + 1];
      if (!(crop->lo[axis] >= 0 && crop->lo[axis] < crop->hi[axis]) ||
          ends[2 * axis] > crop->lo[axis] || ends[2 * axis + 1] > crop->hi[axis])
        return _brg_json_fail (error, "crop", "is not a box of voxels");
    }
  return TRUE;
}

static gboolean
read_keep_at (JsonObject *root, BrgKeepAt *keep_at, GError **error)
{
  double at[3];

  if (!json_object_has_member (root, "keep-at") || json_object_get_null_member (root, "keep-at"))
    return TRUE;
  if (!read_numbers (root, "keep-at", at, 3, MAX_MM, error))
    return FALSE;
  *keep_at = (BrgKeepAt){ true, brg_vec3 (at[0], at[1], at[2]) };
  return TRUE;
}

static gboolean
read_scidata (JsonObject *object, BrgScidata *scidata, GError **error)
{
  const char *text;
  BrgError fault;

  if (!json_object_has_member (object, "scidata"))
    return TRUE;
  if (!_brg_json_string (object, "scidata", &text, error))
    return FALSE;
  if (brg_scidata_read (text, scidata, &fault) == BRG_OK)
    return TRUE;
  return _brg_json_fail (error, "scidata", fault.message);
}

static gboolean
read_defect (JsonNode *node, BrgRecipe *recipe, GError **error)
{
  static const char *const others[] = { "placed", "at", "scidata", "stages", NULL };
  double at[3];

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return _brg_json_fail (error, "defects", "must hold objects");
  JsonObject *object = json_node_get_object (node);
  JsonNode *placed = json_object_get_member (object, "placed");
  if (placed == NULL || json_node_get_value_type (placed) != G_TYPE_BOOLEAN)
    return _brg_json_fail (error, "placed", "must be true or false");
  if (!read_numbers (object, "at", at, 3, MAX_MM, error) ||
      !read_scidata (object, &recipe->defect.scidata, error) ||
      !read_params (object, TRUE, others, recipe, error))
    return FALSE;
  recipe->defect.placed = json_node_get_boolean (placed);
  recipe->defect.at_mm = brg_vec3 (at[0], at[1], at[2]);
  return TRUE;
}

/* A file name made by brg_export(): nothing that leads to another folder. */
static gboolean
is_plain_name (const char *name)
{
  gsize length = strlen (name);

  for (gsize c = 0; c < length; c++)
    if (!g_ascii_isalnum (name[c]) && strchr ("-_.", name[c]) == NULL)
      return FALSE;
  return length > 0 && length < sizeof ((BrgRecipeSource *) NULL)->edits && name[0] != '.';
}

static gboolean
read_import (JsonObject *root, BrgImport *import, GError **error)
{
  JsonObject *object;

  return !json_object_has_member (root, "import") ||
         (_brg_json_object (root, "import", &object, error) &&
          _brg_import_read (object, import, error));
}

static gboolean
read_source (JsonObject *root, BrgRecipeSource *source, GError **error)
{
  static const char *const known[] = { "kind", "sha256", NULL };
  JsonObject *object;
  const char *kind, *sha256, *edits = "";

  *source = (BrgRecipeSource){ 0 };
  if (!_brg_json_object (root, "source", &object, error) ||
      !_brg_json_only (object, known, error) || !_brg_json_string (object, "kind", &kind, error) ||
      !_brg_json_string (object, "sha256", &sha256, error))
    return FALSE;
  if (strcmp (kind, kinds[BRG_SOURCE_SCAN]) != 0 && strcmp (kind, kinds[BRG_SOURCE_SKULL]) != 0)
    return _brg_json_fail (error, "kind", "must be \"scan\" or \"skull\"");
  if (*sha256 != '\0' && !_brg_json_is_sha256 (sha256))
    return _brg_json_fail (error, "sha256", "must be 64 hex digits");
  if (json_object_has_member (root, "edits") && !json_object_get_null_member (root, "edits") &&
      (!_brg_json_string (root, "edits", &edits, NULL) || !is_plain_name (edits)))
    return _brg_json_fail (error, "edits", "must be the name of a file beside the recipe");
  source->kind = strcmp (kind, kinds[BRG_SOURCE_SKULL]) == 0 ? BRG_SOURCE_SKULL : BRG_SOURCE_SCAN;
  g_strlcpy (source->sha256, sha256, sizeof source->sha256);
  g_strlcpy (source->edits, edits, sizeof source->edits);
  return read_import (root, &source->import, error);
}

/* JSON of something else, as a manifest: said before its first unknown key. */
static gboolean
check_kind (JsonObject *root, GError **error)
{
  if (json_object_has_member (root, "parameters") || json_object_has_member (root, "source"))
    return TRUE;
  g_set_error_literal (error, BRG_CASE_ERROR, BRG_FORMAT,
                       "is no recipe: has no \"parameters\" and no \"source\"");
  return FALSE;
}

/* Gives the format. */
static gboolean
read_head (JsonObject *root, gint64 *format, GError **error)
{
  static const char *const known[] = { "bregma", "format",  "source",  "import",
                                       "edits",  "crop",    "keep-at", "parameters",
                                       "stages", "defects", NULL };
  const char *version;

  if (!_brg_json_string (root, "bregma", &version, error) ||
      !_brg_json_int (root, "format", format, error))
    return FALSE;
  if (*format < 1)
    return _brg_json_fail (error, "format", "must be 1 or above");
  if (*format > FORMAT)
    {
      g_set_error (error, BRG_CASE_ERROR, BRG_FORMAT,
                   "format: %" G_GINT64_FORMAT " is newer than this program, which reads up to %d",
                   *format, FORMAT);
      return FALSE;
    }
  return check_kind (root, error) && _brg_json_only (root, known, error);
}

/* The list of defects, 1 to BRG_RECIPE_MAX_DEFECTS. */
static gboolean
read_defects (JsonObject *root, JsonArray **defects, GError **error)
{
  if (!_brg_json_array (root, "defects", defects, error))
    return FALSE;
  guint n = json_array_get_length (*defects);
  return (n >= 1 && n <= BRG_RECIPE_MAX_DEFECTS) ||
         _brg_json_fail (error, "defects", "must have 1 to 1000 entries");
}

static gboolean
read_recipes (JsonObject *root, GArray *recipes, GError **error)
{
  static const char *const others[] = { NULL };
  BrgRecipe common = brg_recipe_default ();
  JsonObject *parameters;
  JsonArray *defects;

  if (!_brg_json_object (root, "parameters", &parameters, error) ||
      !read_defects (root, &defects, error) ||
      !read_params (parameters, FALSE, others, &common, error) ||
      !read_crop (root, &common.crop_vox, error) || !read_keep_at (root, &common.keep_at, error))
    return FALSE;
  for (guint d = 0; d < json_array_get_length (defects); d++)
    {
      BrgRecipe recipe = common;
      BrgError fault;
      if (!read_defect (json_array_get_element (defects, d), &recipe, error))
        return FALSE;
      if (brg_recipe_check (&recipe, &fault) != BRG_OK)
        return brg_case_error_set (error, &fault);
      g_array_append_val (recipes, recipe);
    }
  return TRUE;
}

/* The stages, if the recipe has them: with the skull and with every defect, or with none. */
static gboolean
read_trace (JsonObject *root, gint64 format, BrgTrace **out, GError **error)
{
  gboolean has_stages = json_object_has_member (root, "stages");
  JsonArray *defects;

  *out = NULL;
  if (has_stages && format < 2)
    return _brg_json_fail (error, "stages", "unknown key of format 1");
  if (!read_defects (root, &defects, error))
    return FALSE;
  guint n = json_array_get_length (defects);
  g_autoptr (BrgTrace) trace = _brg_trace_new_empty (n);
  if (has_stages && !_brg_trace_read_skull (root, trace, error))
    return FALSE;
  for (guint d = 0; d < n; d++)
    {
      JsonObject *defect = json_node_get_object (json_array_get_element (defects, d));
      if (!has_stages && json_object_has_member (defect, "stages"))
        return _brg_json_fail (error, "stages", "are of a defect, but not of the skull");
      if (has_stages && !_brg_trace_read_defect (defect, trace, d, error))
        return FALSE;
    }
  if (has_stages)
    *out = g_steal_pointer (&trace);
  return TRUE;
}

GArray *
brg_recipe_from_json_traced (const char *text,
                             gsize length,
                             BrgRecipeSource *source,
                             BrgTrace **trace,
                             GError **error)
{
  g_autoptr (JsonObject) root = _brg_json_parse (text, length, MAX_BYTES, error);
  g_autoptr (GArray) recipes = g_array_new (FALSE, TRUE, sizeof (BrgRecipe));
  g_autoptr (BrgTrace) found_trace = NULL;
  BrgRecipeSource found;
  gint64 format;

  if (root == NULL)
    g_prefix_error (error, "is no recipe: ");
  if (root == NULL || !read_head (root, &format, error) || !read_source (root, &found, error) ||
      !read_recipes (root, recipes, error) || !read_trace (root, format, &found_trace, error))
    return NULL;
  if (source != NULL)
    *source = found;
  if (trace != NULL)
    *trace = g_steal_pointer (&found_trace);
  return g_steal_pointer (&recipes);
}

GArray *
brg_recipe_from_json (const char *text, gsize length, BrgRecipeSource *source, GError **error)
{
  return brg_recipe_from_json_traced (text, length, source, NULL, error);
}

/* A file too large for a recipe is something else, a scan for one. */
static gboolean
check_size (const char *path, GError **error)
{
  GStatBuf about;

  if (g_stat (path, &about) != 0 || !S_ISREG (about.st_mode) ||
      (guint64) about.st_size <= (guint64) MAX_BYTES)
    return TRUE;
  g_set_error (error, BRG_CASE_ERROR, BRG_FORMAT,
               "is no recipe: has %" G_GUINT64_FORMAT
               " bytes, a recipe has at most %" G_GSIZE_FORMAT,
               (guint64) about.st_size, MAX_BYTES);
  _brg_file_name_error (error, path);
  return FALSE;
}

GArray *
brg_recipe_load_traced (const char *path, BrgRecipeSource *source, BrgTrace **trace, GError **error)
{
  gsize length;

  if (!check_size (path, error))
    return NULL;
  g_autofree char *text = _brg_file_read (path, MAX_BYTES, &length, error);
  if (text == NULL)
    return NULL;
  GArray *recipes = brg_recipe_from_json_traced (text, length, source, trace, error);
  if (recipes == NULL)
    _brg_file_name_error (error, path);
  return recipes;
}

GArray *
brg_recipe_load (const char *path, BrgRecipeSource *source, GError **error)
{
  return brg_recipe_load_traced (path, source, NULL, error);
}

gboolean
brg_recipe_save_traced (const char *path,
                        const BrgRecipe *recipes,
                        gsize n,
                        const BrgRecipeSource *source,
                        const BrgTrace *trace,
                        GError **error)
{
  g_autofree char *text = brg_recipe_to_json_traced (recipes, n, source, trace);

  return _brg_file_write (path, text, error);
}

gboolean
brg_recipe_save (const char *path,
                 const BrgRecipe *recipes,
                 gsize n,
                 const BrgRecipeSource *source,
                 GError **error)
{
  return brg_recipe_save_traced (path, recipes, n, source, NULL, error);
}
