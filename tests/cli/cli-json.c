#include "cli-json.h"

JsonNode *
cli_json_parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *root = json_from_string (text, &error);

  g_assert_no_error (error);
  g_assert_true (root != NULL && JSON_NODE_HOLDS_OBJECT (root));
  return root;
}

/* The first match. */
static JsonNode *
find (JsonNode *root, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) matches = json_path_query (path, root, &error);

  g_assert_no_error (error);
  JsonArray *array = json_node_get_array (matches);
  if (json_array_get_length (array) == 0)
    g_error ("%s is not in the report", path);
  return json_node_copy (json_array_get_element (array, 0));
}

gint64
cli_json_int (JsonNode *root, const char *path)
{
  g_autoptr (JsonNode) node = find (root, path);

  return json_node_get_int (node);
}

double
cli_json_real (JsonNode *root, const char *path)
{
  g_autoptr (JsonNode) node = find (root, path);

  return json_node_get_double (node);
}

char *
cli_json_text (JsonNode *root, const char *path)
{
  g_autoptr (JsonNode) node = find (root, path);

  return json_node_dup_string (node);
}

gboolean
cli_json_truth (JsonNode *root, const char *path)
{
  g_autoptr (JsonNode) node = find (root, path);

  return json_node_get_boolean (node);
}
