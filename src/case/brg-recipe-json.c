#include "case/brg-recipe-json.h"

#include <string.h>

#include "brg-config.h"
#include "case/brg-case-error.h"
#include "case/brg-file-private.h"
#include "case/brg-json-private.h"
#include "engine/brg-grid.h"
#include "engine/brg-param.h"
#include "io/brg-number.h"

#define FORMAT    1
#define MAX_BYTES ((gsize) 1 << 20)
#define MAX_MM    1e6
#define MAX_WHOLE 1e15 /* written without a decimal point */

static const char *const kinds[] = { "scan", "skull" };

static void
append_number (GString *text, double value)
{
  char number[BRG_NUMBER_SIZE];

  if (fabs (value) < MAX_WHOLE && value >= floor (value) && value <= floor (value))
    {
      g_string_append_printf (text, "%" G_GINT64_FORMAT, (gint64) value);
      return;
    }
  brg_number_format (value, 0, number);
  g_string_append (text, number);
}

static void
append_param (GString *text, const BrgParam *param, const BrgRecipe *recipe)
{
  double value = brg_param_get (param, recipe);

  g_string_append_printf (text, "\"%s\": ", param->key);
  if (param->type == BRG_PARAM_CHOICE)
    g_string_append_printf (text, "\"%s\"", param->choices[(int) value]);
  else if (param->type == BRG_PARAM_BOOL)
    g_string_append (text, value > 0 ? "true" : "false");
  else
    append_number (text, value);
}

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
        append_param (text, &params[p], recipe);
        comma = ",";
      }
}

static void
append_crop (GString *text, const BrgBox *crop)
{
  if (brg_box_is_empty (crop))
    g_string_append (text, "  \"crop\": null,\n");
  else
    g_string_append_printf (text, "  \"crop\": [%d, %d, %d, %d, %d, %d],\n", crop->lo[0],
                            crop->hi[0], crop->lo[1], crop->hi[1], crop->lo[2], crop->hi[2]);
}

static void
append_point (GString *text, BrgVec3 point)
{
  g_string_append (text, "[");
  append_number (text, point.x);
  g_string_append (text, ", ");
  append_number (text, point.y);
  g_string_append (text, ", ");
  append_number (text, point.z);
  g_string_append (text, "]");
}

static void
append_keep_at (GString *text, const BrgKeepAt *keep_at)
{
  if (!keep_at->placed)
    return;
  g_string_append (text, "  \"keep-at\": ");
  append_point (text, keep_at->at_mm);
  g_string_append (text, ",\n");
}

static void
append_defect (GString *text, const BrgRecipe *recipe)
{
  g_string_append_printf (text, "\n    {\n      \"placed\": %s,\n      \"at\": ",
                          recipe->defect.placed ? "true" : "false");
  append_point (text, recipe->defect.at_mm);
  append_params (text, recipe, TRUE, "      ");
  g_string_append (text, "\n    }");
}

char *
brg_recipe_to_json (const BrgRecipe *recipes, gsize n, const BrgRecipeSource *source)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "{\n  \"bregma\": \"%s\",\n  \"format\": %d,\n", BRG_VERSION,
                          FORMAT);
  g_string_append_printf (text, "  \"source\": { \"kind\": \"%s\", \"sha256\": \"%s\" },\n",
                          kinds[source->kind], source->sha256);
  if (*source->edits != '\0')
    g_string_append_printf (text, "  \"edits\": \"%s\",\n", source->edits);
  else
    g_string_append (text, "  \"edits\": null,\n");
  append_crop (text, &recipes[0].crop_vox);
  append_keep_at (text, &recipes[0].keep_at);
  g_string_append (text, "  \"parameters\": {");
  append_params (text, &recipes[0], FALSE, "    ");
  g_string_append (text, "\n  },\n  \"defects\": [");
  for (gsize d = 0; d < n; d++)
    {
      g_string_append (text, d > 0 ? "," : "");
      append_defect (text, &recipes[d]);
    }
  g_string_append (text, "\n  ]\n}\n");
  return g_string_free (text, FALSE);
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
read_defect (JsonNode *node, BrgRecipe *recipe, GError **error)
{
  static const char *const others[] = { "placed", "at", NULL };
  double at[3];

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return _brg_json_fail (error, "defects", "must hold objects");
  JsonObject *object = json_node_get_object (node);
  JsonNode *placed = json_object_get_member (object, "placed");
  if (placed == NULL || json_node_get_value_type (placed) != G_TYPE_BOOLEAN)
    return _brg_json_fail (error, "placed", "must be true or false");
  if (!read_numbers (object, "at", at, 3, MAX_MM, error) ||
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
  return TRUE;
}

static gboolean
read_head (JsonObject *root, GError **error)
{
  static const char *const known[] = { "bregma",  "format",     "source",  "edits", "crop",
                                       "keep-at", "parameters", "defects", NULL };
  const char *version;
  gint64 format;

  if (!_brg_json_string (root, "bregma", &version, error) ||
      !_brg_json_int (root, "format", &format, error))
    return FALSE;
  if (format != FORMAT)
    return _brg_json_fail (error, "format", "is of another version of this program");
  return _brg_json_only (root, known, error);
}

static gboolean
read_recipes (JsonObject *root, GArray *recipes, GError **error)
{
  static const char *const others[] = { NULL };
  BrgRecipe common = brg_recipe_default ();
  JsonObject *parameters;
  JsonArray *defects;

  if (!_brg_json_object (root, "parameters", &parameters, error) ||
      !_brg_json_array (root, "defects", &defects, error) ||
      !read_params (parameters, FALSE, others, &common, error) ||
      !read_crop (root, &common.crop_vox, error) || !read_keep_at (root, &common.keep_at, error))
    return FALSE;
  guint n = json_array_get_length (defects);
  if (n < 1 || n > BRG_RECIPE_MAX_DEFECTS)
    return _brg_json_fail (error, "defects", "must have 1 to 1000 entries");
  for (guint d = 0; d < n; d++)
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

GArray *
brg_recipe_from_json (const char *text, gsize length, BrgRecipeSource *source, GError **error)
{
  g_autoptr (JsonObject) root = _brg_json_parse (text, length, MAX_BYTES, error);
  g_autoptr (GArray) recipes = g_array_new (FALSE, TRUE, sizeof (BrgRecipe));
  BrgRecipeSource found;

  if (root == NULL || !read_head (root, error) || !read_source (root, &found, error) ||
      !read_recipes (root, recipes, error))
    return NULL;
  if (source != NULL)
    *source = found;
  return g_steal_pointer (&recipes);
}

GArray *
brg_recipe_load (const char *path, BrgRecipeSource *source, GError **error)
{
  gsize length;
  g_autofree char *text = _brg_file_read (path, MAX_BYTES, &length, error);

  if (text == NULL)
    return NULL;
  GArray *recipes = brg_recipe_from_json (text, length, source, error);
  if (recipes == NULL)
    _brg_file_name_error (error, path);
  return recipes;
}

gboolean
brg_recipe_save (const char *path,
                 const BrgRecipe *recipes,
                 gsize n,
                 const BrgRecipeSource *source,
                 GError **error)
{
  g_autofree char *text = brg_recipe_to_json (recipes, n, source);

  return _brg_file_write (path, text, error);
}
