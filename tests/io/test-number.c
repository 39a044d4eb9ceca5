/* Numbers in text: the strict grammar, shortest output, and independence of the locale. */

#include <glib.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "io/brg-number.h"

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    double value;
  } good[] = {
    { "0", 0 },
    { "-0", 0 },
    { "7", 7 },
    { "-32", -32 },
    { "+4", 4 },
    { "0.957031", 0.957031 },
    { ".5", 0.5 },
    { "5.", 5 },
    { "1e3", 1000 },
    { "-1.5E-2", -0.015 },
    { "1e400", INFINITY },
    { "inf", INFINITY },
    { "-Infinity", -INFINITY },
    { "123456789012345678", 123456789012345678.0 },
    { "0.1000000000000000055511151231257827", 0.1 },
  };
  static const char *bad[] = { "",    " 1",  "1 ",        "1,5",   "0x10",  "1e",    "e5",
                               ".",   "-",   "--1",       "1.2.3", "1e1.5", "infin", "nan(1)",
                               "0b1", "1_0", "1\xc2\xa0", "٣",     "1e+",   "+-1" };
  double value;

  for (size_t i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (brg_number_parse (good[i].text, strlen (good[i].text), &value));
      g_assert_cmpfloat (value, ==, good[i].value);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (brg_number_parse (bad[i], strlen (bad[i]), &value));
  g_assert_true (brg_number_parse ("NaN", 3, &value) && isnan (value));
  g_assert_true (brg_number_parse ("12)", 2, &value) && value == 12);
}

static void
test_parse_int (void)
{
  static const char *bad[] = { "",
                               "+",
                               "1.0",
                               "1e3",
                               "9223372036854775808",
                               "-9223372036854775809",
                               "99999999999999999999999",
                               "0x4",
                               "nan",
                               " 4" };
  int64_t value;

  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (brg_number_parse_int (bad[i], strlen (bad[i]), &value));
  g_assert_true (brg_number_parse_int ("9223372036854775807", 19, &value));
  g_assert_cmpint (value, ==, INT64_MAX);
  g_assert_true (brg_number_parse_int ("-9223372036854775808", 20, &value));
  g_assert_cmpint (value, ==, INT64_MIN);
}

static void
test_format (void)
{
  char text[BRG_NUMBER_SIZE];

  brg_number_format (12.3 + 100.1 - 100.1, 1e-8, text);
  g_assert_cmpstr (text, ==, "12.3");
  brg_number_format (-0.0, 0, text);
  g_assert_cmpstr (text, ==, "0");
  brg_number_format (1580, 1e-8, text);
  g_assert_cmpstr (text, ==, "1580");
  brg_number_format (-150.0000000001, 1e-8, text);
  g_assert_cmpstr (text, ==, "-150");
  brg_number_format (9.9999999999, 1e-8, text);
  g_assert_cmpstr (text, ==, "10");
  brg_number_format (0.95703125, 0, text);
  g_assert_cmpstr (text, ==, "0.95703125");
  for (int i = 0; i < 2000; i++)
    {
      double back, value = g_test_rand_double_range (-1e3, 1e3);
      brg_number_format (value, 0, text);
      g_assert_cmpuint (strlen (text), <, BRG_NUMBER_SIZE);
      g_assert_true (brg_number_parse (text, strlen (text), &back));
      g_assert_cmpfloat (back, ==, value);
    }
}

static void
test_locale (void)
{
  char text[BRG_NUMBER_SIZE];
  double value;

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("the German locale is not installed");
      return;
    }
  g_assert_cmpstr (localeconv ()->decimal_point, ==, ",");
  g_assert_true (brg_number_parse ("-2.5", 4, &value) && value == -2.5);
  g_assert_false (brg_number_parse ("-2,5", 4, &value));
  brg_number_format (-2.5, 0, text);
  g_assert_cmpstr (text, ==, "-2.5");
  g_assert_cmpstr (localeconv ()->decimal_point, ==, ",");
  setlocale (LC_ALL, "C");
}

static void
test_put (void)
{
  static const struct
  {
    double value;
    const char *text;
  } cases[] = { { 0, "0" },
                { -0.0, "0" },
                { -1e-9, "0" },
                { 12.5, "12.5" },
                { -100, "-100" },
                { 0.0000014, "0.000001" },
                { 1e8, "100000000" },
                { -2.25e-3, "-0.00225" },
                { 999999.9999996, "1000000" } };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      char text[BRG_NUMBER_SIZE];
      *brg_number_put (text, cases[c].value) = '\0';
      g_assert_cmpstr (text, ==, cases[c].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/number/parse", test_parse);
  g_test_add_func ("/io/number/parse-int", test_parse_int);
  g_test_add_func ("/io/number/format", test_format);
  g_test_add_func ("/io/number/locale", test_locale);
  g_test_add_func ("/io/number/put", test_put);
  return g_test_run ();
}
