#include "case/brg-json-private.h"

#include <string.h>

#include "case/brg-case-error.h"
#include "io/brg-message.h"

#define MAX_NAMED 80 /* bytes of a key in a message */
#define SPACES    " \t\r\n"
#define SIGNS     SPACES "{}[]:,\"+-.0123456789eEtrufalsn" /* of JSON outside of texts */
#define ESCAPED   "\"\\/bfnrt"                             /* after a backslash, but for u */

#define UNIT_BYTES         6 /* of "\\u" and four hex digits */
#define FIRST_LOW          0xdc00
#define IS_SURROGATE(unit) ((unit) >= 0xd800 && (unit) <= 0xdfff)

/* Where a text stands that is looked at byte by byte. */
typedef struct
{
  gboolean in_string;
  gboolean begun; /* the object has */
  int depth;
} Scan;

/* A byte outside of texts; NULL or what is wrong with it. */
static const char *
scan_sign (Scan *scan, char sign)
{
  gboolean opens = sign == '{' || sign == '[', closes = sign == '}' || sign == ']';

  if (strchr (SIGNS, sign) == NULL)
    return "not JSON";
  if (scan->depth == 0 && strchr (SPACES, sign) == NULL && (scan->begun || sign != '{'))
    return "not a JSON object";
  scan->begun = scan->begun || opens;
  scan->in_string = sign == '"';
  scan->depth += opens - closes;
  return scan->depth > BRG_JSON_MAX_DEPTH ? "nested too deeply" : NULL;
}

/* The code unit that the escape at `at` names by four hex digits, or -1. */
static int
unit_at (const char *text, gsize length, gsize at)
{
  int unit = 0;

  if (length < at + UNIT_BYTES || text[at] != '\\' || text[at + 1] != 'u')
    return -1;
  for (gsize c = at + 2; c < at + UNIT_BYTES; c++)
    {
      if (!g_ascii_isxdigit (text[c]))
        return -1;
      unit = unit * 16 + g_ascii_xdigit_value (text[c]);
    }
  return unit;
}

/* Bytes of the escape at the backslash `at`; 0 when it is none of JSON or stands for no character
 * or for NUL. */
static gsize
escape_size (const char *text, gsize length, gsize at)
{
  if (length < at + 2)
    return 0;
  if (text[at + 1] != 'u')
    return strchr (ESCAPED, text[at + 1]) != NULL ? 2 : 0;

  int unit = unit_at (text, length, at);
  if (!IS_SURROGATE (unit))
    return unit > 0 ? UNIT_BYTES : 0;
  int second = unit_at (text, length, at + UNIT_BYTES);
  return unit < FIRST_LOW && IS_SURROGATE (second) && second >= FIRST_LOW ? 2 * UNIT_BYTES : 0;
}

/* A byte of a text that is no escape. */
static const char *
scan_text (Scan *scan, char byte)
{
  scan->in_string = byte != '"';
  return byte >= 0 && byte < ' ' ? "a text holds a control character" : NULL;
}

/* The parser takes more than JSON: comments, octal numbers, half surrogates, several values in a
 * row; some of it gets lost. And it descends recursively. So only what may be one object is given
 * to it, of a depth that is counted as it does. */
static const char *
find_fault (const char *text, gsize length)
{
  Scan scan = { 0 };
  const char *fault = NULL;
  gsize step;

  for (gsize c = 0; c < length && fault == NULL; c += step)
    {
      step = scan.in_string && text[c] == '\\' ? escape_size (text, length, c) : 1;
      if (step == 0)
        fault = "an escape stands for no character";
      else if (step == 1)
        fault = scan.in_string ? scan_text (&scan, text[c]) : scan_sign (&scan, text[c]);
    }
  return fault;
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
  const char *fault = find_fault (text, length);
  return fault == NULL || fail_text (error, fault);
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
      g_autofree char *quoting = g_utf8_make_valid (fault->message, -1); /* what it quotes is cut */
      fail_text (error, quoting);
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
  char name[MAX_NAMED + 1];

  brg_message_clean (name, sizeof name, key, TRUE);
  g_set_error (error, BRG_CASE_ERROR, BRG_FORMAT, "%s: %s", name, reason);
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
