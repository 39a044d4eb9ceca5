/* JSON of strangers: what is read, what is refused, and what a refusal quotes of it. */

#include <string.h>

#include "case/brg-json-private.h"

#define MAX_BYTES ((gsize) 2 << 20)

static void
test_read (void)
{
  const char *rows[] = {
    "{}",
    " \t\r\n{ \"a\" : [ 1, -2.5e3, true, false, null, \"x\" ] }\n",
    "{\"a\":{\"b\":[[[]]]}}",
    "{ \"a\": \"}]{[ /* no comment */ // \\\" \\b\\f\\n\\r\\t\\/ \\\\\" }",
    "{ \"\\u00e9\\u0001\": \"\\ud83d\\ude00\" }",
    "{ \"a\": 1, \"a\": 2 }", /* the last one counts */
    "{\"a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}",
  };

  for (gsize r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) object =
        _brg_json_parse (rows[r], strlen (rows[r]), MAX_BYTES, &error);
      g_test_message ("%s", rows[r]);
      g_assert_no_error (error);
      g_assert_nonnull (object);
    }
}

static void
assert_refused (const char *text, gsize length, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (_brg_json_parse (text, length, MAX_BYTES, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
test_refused (void)
{
  const struct
  {
    const char *text;
    const char *word;
  } rows[] = {
    { "", "object" },
    { "\xef\xbb\xbf{}", "not JSON" }, /* a byte order mark */
    { "[]", "object" },
    { "true", "object" },
    { "\"a\"", "object" },
    { "{}{}", "object" },
    { "\"a\" {}", "object" },
    { "{} 1", "object" },
    { "}{", "object" },
    { "{", "" },
    { "{\"a\":1", "" },
    { "{\"a\":1]", "" },
    { "{\"a\" 1}", "" },
    { "{\"a\":1,}", "" },
    { "{\"a\":}", "" },
    { "{a:1}", "" },
    { "{\"a\":[\"\\u8011\\u8012\\u8013\\u8014\\u8015\\u8016\\u8017\\u8018\\u8019\\u801a\\u801b\" "
      "1]}",
      "" },
    { "{ue:1}", "" },
    { "{\"a\":tru}", "" },
    { "{\"a\":nan}", "" },
    { "{\"a\":NaN}", "not JSON" },
    { "{\"a\":-Infinity}", "not JSON" },
    { "{\"a\":0x10}", "not JSON" },
    { "{'a':1}", "not JSON" },
    { "{\"a\":1/**/}", "not JSON" },
    { "// x\n{}", "not JSON" },
    { "{\"a\":\"\xff\"}", "UTF-8" },
    { "{\"a\":\"\xed\xa0\x80\"}", "UTF-8" },
    { "\xff\xfe{\0}", "UTF-8" },
    { "{\"a\":\"\\u0000\"}", "escape" },
    { "{\"a\":\"\\ud800\"}", "escape" },
    { "{\"a\":\"\\udc00\"}", "escape" },
    { "{\"a\":\"\\ud800\\ud800\"}", "escape" },
    { "{\"a\":\"\\ud800\\u0041\"}", "escape" },
    { "{\"a\":\"\\ud800x\\udc00\"}", "escape" },
    { "{\"a\":\"\\u00g0\"}", "escape" },
    { "{\"a\":\"\\u", "escape" },
    { "{\"a\":\"\\x20\"}", "escape" },
    { "{\"a\":\"\\256\"}", "escape" },
    { "{\"a\":\"\\0\"}", "escape" },
    { "{\"a\":\"\n\"}", "control" },
    { "{\"a\":\"\x1f\"}", "control" },
    { "{\"a\":\"\\", "" },
    { "{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", "deeply" },
  };

  for (gsize r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_test_message ("row %" G_GSIZE_FORMAT, r);
      assert_refused (rows[r].text, strlen (rows[r].text), rows[r].word);
    }
  assert_refused ("{\0}", 3, "UTF-8");
  assert_refused ("{\"a\":\"\0\"}", 9, "UTF-8");
}

/* The parser would descend into all of them. */
static void
test_depth (void)
{
  const char *begins[] = { "",
                           "{\"a\":", "/* \" */{\"a\":", "{\"\\\\\":", "{\"a\":\"\\\"\",\"b\":" };
  const char *repeated[] = { "[", "{\"a\":", "[[],", "{\"[\":[" };

  for (gsize b = 0; b < G_N_ELEMENTS (begins); b++)
    for (gsize r = 0; r < G_N_ELEMENTS (repeated); r++)
      {
        GString *text = g_string_new (begins[b]);
        while (text->len < MAX_BYTES - 16)
          g_string_append (text, repeated[r]);
        assert_refused (text->str, text->len, "");
        g_string_free (text, TRUE);
      }
}

static void
test_size (void)
{
  g_autofree char *x = g_strnfill (MAX_BYTES - 8, 'x');
  g_autofree char *fits = g_strconcat ("{\"a\":\"", x, "\"}", NULL);
  g_autofree char *key = g_strconcat ("{\"", x, "\":1}", NULL);
  g_autoptr (JsonObject) object = _brg_json_parse (fits, MAX_BYTES, MAX_BYTES, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (object);
  g_assert_cmpuint (strlen (json_object_get_string_member (object, "a")), ==, MAX_BYTES - 8);
  g_autofree char *longer = g_strconcat (fits, " ", NULL);
  assert_refused (longer, MAX_BYTES + 1, "too large");

  /* a key of 2 MiB is not a message of 2 MiB */
  g_autoptr (JsonObject) keyed = _brg_json_parse (key, strlen (key), MAX_BYTES, NULL);
  g_assert_nonnull (keyed);
  g_assert_false (_brg_json_only (keyed, (const char *const[]){ "a", NULL }, &error));
  g_assert_cmpuint (strlen (error->message), <, 120);
}

static void
test_quoted_key (void)
{
  const char *text = "{ \"pa\\ud83d\\ude00x\\u001b\\n\\u00e9\": 1 }";
  g_autoptr (JsonObject) object = _brg_json_parse (text, strlen (text), MAX_BYTES, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (object);
  g_assert_false (_brg_json_only (object, (const char *const[]){ "a", NULL }, &error));
  g_assert_true (g_str_has_prefix (error->message, "pa?"));
  g_assert_true (g_str_has_suffix (error->message, "?: unknown key"));
  for (const char *c = error->message; *c != '\0'; c++)
    g_assert_true (g_ascii_isprint (*c));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/read", test_read);
  g_test_add_func ("/json/refused", test_refused);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/size", test_size);
  g_test_add_func ("/json/quoted-key", test_quoted_key);
  return g_test_run ();
}
