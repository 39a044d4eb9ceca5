#include "case/brg-json-private.h"

#include <string.h>

#include "case/brg-case-error.h"

/* The parser descends recursively, so depth is bounded here. */
static gboolean
depth_is_sane (const char *text, gsize length)
{
  gboolean in_string = FALSE;
  int depth = 0;

  for (gsize c = 0; c < length; c++)
    {
      if (in_string && text[c] == '\\')
        c++;
      else if (text[c] == '"')
        in_string = !in_string;
      else if (!in_string && (text[c] == '{' || text[c] == '['))
        depth++;
      else if (!in_string && (text[c] == '}' || text[c] == ']'))
        depth--;
      if (depth > BRG_JSON_MAX_DEPTH)
        return FALSE;
    }
  return TRUE;
}

static gboolean
fail_text (GError **error, const char *reason)
{
  g_set_error_literal (error, BRG_CASE_ERROR, BRG_FORMAT, reason);
  return FALSE;
}

static gboolean
check_text (const char *text, gsize length, gsize max_bytes, GError **error)
{
  if (length > max_bytes)
    return fail_text (error, "too large");
  if (!g_utf8_validate_len (text, length, NULL))
    return fail_text (error, "not UTF-8 text");
  if (!depth_is_sane (text, length))
    return fail_text (error, "nested too deeply");
  return TRUE;
}

JsonObject *
_brg_json_parse (const char *text, gsize length, gsize max_bytes, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) fault = NULL;

  if (!check_text (text, length, max_bytes, error))
    return NULL;
  if (!json_parser_load_from_data (parser, text, (gssize) length, &fault))
    {
      fail_text (error, fault->message);
      return NULL;
    }
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      fail_text (error, "not a JSON object");
      return NULL;
    }
  return json_node_dup_object (root);
}

gboolean
_brg_json_fail (GError **error, const char *key, const char *reason)
{
  g_set_error (error, BRG_CASE_ERROR, BRG_FORMAT, "%s: %s", key, reason);
  return FALSE;
}

gboolean
_brg_json_only (JsonObject *object, const char *const *keys, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *m = members; m != NULL; m = m->next)
    if (!g_strv_contains (keys, m->data))
      return _brg_json_fail (error, m->data, "unknown key");
  return TRUE;
}

gboolean
_brg_json_object (JsonObject *in, const char *key, JsonObject **out, GError **error)
{
  JsonNode *node = json_object_get_member (in, key);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return _brg_json_fail (error, key, "must be an object");
  *out = json_node_get_object (node);
  return TRUE;
}

gboolean
_brg_json_array (JsonObject *in, const char *key, JsonArray **out, GError **error)
{
  JsonNode *node = json_object_get_member (in, key);

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return _brg_json_fail (error, key, "must be a list");
  *out = json_node_get_array (node);
  return TRUE;
}

gboolean
_brg_json_string (JsonObject *in, const char *key, const char **out, GError **error)
{
  JsonNode *node = json_object_get_member (in, key);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    return _brg_json_fail (error, key, "must be a text");
  *out = json_node_get_string (node);
  return TRUE;
}

gboolean
_brg_json_int (JsonObject *in, const char *key, gint64 *out, GError **error)
{
  JsonNode *node = json_object_get_member (in, key);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_INT64)
    return _brg_json_fail (error, key, "must be a whole number");
  *out = json_node_get_int (node);
  return TRUE;
}

gboolean
_brg_json_number (JsonNode *node, double *out)
{
  GType type = json_node_get_value_type (node);

  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return FALSE;
  *out = json_node_get_double (node);
  return TRUE;
}

gboolean
_brg_json_is_sha256 (const char *text)
{
  return strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}
