#include "case/brg-manifest-private.h"

#include <string.h>

#include "brg-config.h"
#include "case/brg-file-private.h"
#include "case/brg-json-private.h"

#define FORMAT    1
#define MAX_BYTES ((gsize) 16 << 20)

static void
file_free (gpointer data)
{
  BrgManifestFile *file = data;

  g_free (file->path);
  g_free (file);
}

static void
case_free (gpointer data)
{
  _brg_manifest_case_free (data);
}

BrgManifest *
_brg_manifest_new (void)
{
  BrgManifest *manifest = g_new0 (BrgManifest, 1);

  manifest->cases = g_ptr_array_new_with_free_func (case_free);
  return manifest;
}

void
_brg_manifest_free (BrgManifest *manifest)
{
  g_ptr_array_unref (manifest->cases);
  g_free (manifest);
}

BrgManifestCase *
_brg_manifest_case_new (const char *name, guint n_defects)
{
  BrgManifestCase *one = g_new0 (BrgManifestCase, 1);

  one->name = g_strdup (name);
  one->n_defects = n_defects;
  one->files = g_ptr_array_new_with_free_func (file_free);
  return one;
}

void
_brg_manifest_case_free (BrgManifestCase *one)
{
  g_free (one->name);
  g_ptr_array_unref (one->files);
  g_free (one);
}

BrgManifestFile *
_brg_manifest_case_add (BrgManifestCase *one, const char *path)
{
  BrgManifestFile *file = g_new0 (BrgManifestFile, 1);

  file->path = g_strdup (path);
  g_ptr_array_add (one->files, file);
  return file;
}

void
_brg_manifest_take_case (BrgManifest *manifest, BrgManifestCase *one)
{
  guint at = 0;

  while (at < manifest->cases->len)
    {
      const BrgManifestCase *other = g_ptr_array_index (manifest->cases, at);
      int order = strcmp (other->name, one->name);
      if (order == 0)
        g_ptr_array_remove_index (manifest->cases, at);
      if (order >= 0)
        break;
      at++;
    }
  g_ptr_array_insert (manifest->cases, (int) at, one);
}

BrgManifestCase *
_brg_manifest_find (const BrgManifest *manifest, const char *name)
{
  for (guint c = 0; c < manifest->cases->len; c++)
    {
      BrgManifestCase *one = g_ptr_array_index (manifest->cases, c);
      if (strcmp (one->name, name) == 0)
        return one;
    }
  return NULL;
}

BrgManifestCase *
_brg_manifest_steal (BrgManifest *manifest, const char *name)
{
  BrgManifestCase *one = _brg_manifest_find (manifest, name);
  guint at;

  if (one == NULL || !g_ptr_array_find (manifest->cases, one, &at))
    return NULL;
  return g_ptr_array_steal_index (manifest->cases, at);
}

static void
append_file (GString *text, const BrgManifestFile *file)
{
  g_string_append_printf (text,
                          "        { \"path\": \"%s\", \"bytes\": %" G_GINT64_FORMAT
                          ",\n          \"sha256\": \"%s\"",
                          file->path, file->bytes, file->sha256);
  if (*file->voxels != '\0')
    g_string_append_printf (text, ",\n          \"voxels\": \"%s\"", file->voxels);
  g_string_append (text, " }");
}

static void
append_case (GString *text, const BrgManifestCase *one)
{
  g_string_append_printf (text,
                          "    {\n      \"name\": \"%s\",\n      \"defects\": %u,\n"
                          "      \"files\": [",
                          one->name, one->n_defects);
  for (guint f = 0; f < one->files->len; f++)
    {
      g_string_append (text, f > 0 ? ",\n" : "\n");
      append_file (text, g_ptr_array_index (one->files, f));
    }
  g_string_append (text, "\n      ]\n    }");
}

char *
_brg_manifest_to_json (const BrgManifest *manifest)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "{\n  \"bregma\": \"%s\",\n  \"format\": %d,\n  \"cases\": [",
                          BRG_VERSION, FORMAT);
  for (guint c = 0; c < manifest->cases->len; c++)
    {
      g_string_append (text, c > 0 ? ",\n" : "\n");
      append_case (text, g_ptr_array_index (manifest->cases, c));
    }
  g_string_append (text, "\n  ]\n}\n");
  return g_string_free (text, FALSE);
}

#define PATH_SIGNS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_./"

/* "Case01/x.nrrd", "Case01_Defects/x.stl" or "Case01.x": what an export of this case may hold. */
static gboolean
path_belongs (const char *path, const char *name)
{
  gsize length = strlen (name);

  if (strncmp (path, name, length) != 0 || strlen (path) > 512 ||
      path[strspn (path, PATH_SIGNS)] != '\0')
    return FALSE;
  const char *rest = path + length;
  if (*rest == '.')
    return strchr (rest, '/') == NULL;
  if (g_str_has_prefix (rest, "_Defects/"))
    rest += strlen ("_Defects");
  else if (g_str_has_prefix (rest, "_Implants/"))
    rest += strlen ("_Implants");
  return rest[0] == '/' && rest[1] != '.' && rest[1] != '\0' && strchr (rest + 1, '/') == NULL;
}

static JsonObject *
element_object (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
read_sha256 (JsonObject *object, const char *key, BrgSha256 out, GError **error)
{
  const char *text;

  if (!_brg_json_string (object, key, &text, error))
    return FALSE;
  if (!_brg_json_is_sha256 (text))
    return _brg_json_fail (error, key, "must be 64 hex digits");
  g_strlcpy (out, text, sizeof (BrgSha256));
  return TRUE;
}

static gboolean
read_file (JsonObject *object, BrgManifestCase *one, GError **error)
{
  static const char *const known[] = { "path", "bytes", "sha256", "voxels", NULL };
  const char *path;

  if (object == NULL)
    return _brg_json_fail (error, "files", "must hold objects");
  if (!_brg_json_only (object, known, error) || !_brg_json_string (object, "path", &path, error))
    return FALSE;
  if (!path_belongs (path, one->name))
    return _brg_json_fail (error, "path", "is not a file of its case");
  BrgManifestFile *file = _brg_manifest_case_add (one, path);
  return _brg_json_int (object, "bytes", &file->bytes, error) &&
         read_sha256 (object, "sha256", file->sha256, error) &&
         (!json_object_has_member (object, "voxels") ||
          read_sha256 (object, "voxels", file->voxels, error));
}

static gboolean
read_case (JsonObject *object, BrgManifest *manifest, GError **error)
{
  static const char *const known[] = { "name", "defects", "files", NULL };
  const char *name;
  gint64 n_defects;
  JsonArray *files;

  if (object == NULL)
    return _brg_json_fail (error, "cases", "must hold objects");
  if (!_brg_json_only (object, known, error) || !_brg_json_string (object, "name", &name, error) ||
      !_brg_json_int (object, "defects", &n_defects, error) ||
      !_brg_json_array (object, "files", &files, error))
    return FALSE;
  if (!brg_export_name_is_valid (name))
    return _brg_json_fail (error, "name", "is not the name of a case");
  if (n_defects < 0 || n_defects > BRG_RECIPE_MAX_DEFECTS)
    return _brg_json_fail (error, "defects", "must be 0 to 1000");

  g_autoptr (BrgManifestCase) one = _brg_manifest_case_new (name, (guint) n_defects);
  for (guint f = 0; f < json_array_get_length (files); f++)
    if (!read_file (element_object (files, f), one, error))
      return FALSE;
  _brg_manifest_take_case (manifest, g_steal_pointer (&one));
  return TRUE;
}

static BrgManifest *
read_manifest (const char *text, gsize length, GError **error)
{
  static const char *const known[] = { "bregma", "format", "cases", NULL };
  g_autoptr (JsonObject) root = _brg_json_parse (text, length, MAX_BYTES, error);
  g_autoptr (BrgManifest) manifest = _brg_manifest_new ();
  JsonArray *cases;
  gint64 format;

  if (root == NULL || !_brg_json_int (root, "format", &format, error))
    return NULL;
  if (format != FORMAT)
    {
      _brg_json_fail (error, "format", "is of another version of this program");
      return NULL;
    }
  if (!_brg_json_only (root, known, error) || !_brg_json_array (root, "cases", &cases, error))
    return NULL;
  for (guint c = 0; c < json_array_get_length (cases); c++)
    if (!read_case (element_object (cases, c), manifest, error))
      return NULL;
  return g_steal_pointer (&manifest);
}

BrgManifest *
_brg_manifest_load (const char *dir, gboolean may_be_absent, GError **error)
{
  g_autofree char *path = g_build_filename (dir, BRG_MANIFEST_NAME, NULL);
  gsize length;

  if (may_be_absent && !g_file_test (path, G_FILE_TEST_EXISTS))
    return _brg_manifest_new ();
  g_autofree char *text = _brg_file_read (path, MAX_BYTES, &length, error);
  if (text == NULL)
    return NULL;
  BrgManifest *manifest = read_manifest (text, length, error);
  if (manifest == NULL)
    _brg_file_name_error (error, path);
  return manifest;
}

char *
_brg_path_skull (const char *name)
{
  return g_strdup_printf ("%s/%s", name, name);
}

char *
_brg_path_defective (const char *name, guint defect)
{
  return g_strdup_printf ("%s_Defects/%s_Defects%02u", name, name, defect);
}

char *
_brg_path_implant (const char *name, guint defect)
{
  return g_strdup_printf ("%s_Implants/%s_Implants%02u", name, name, defect);
}

char *
_brg_path_edits (const char *name)
{
  return g_strdup_printf ("%s.edits.nrrd", name);
}

char *
_brg_path_recipe (const char *name)
{
  return g_strdup_printf ("%s.recipe.json", name);
}
