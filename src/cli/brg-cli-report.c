#include "cli/brg-cli-report.h"

#include <math.h>
#include <stdio.h>

#include <json-glib/json-glib.h>

#define LABEL_WIDTH 24

struct BrgReport
{
  GString *text;
  JsonBuilder *json;
  int depth; /* of titled objects */
};

static void
set_key (BrgReport *report, const char *key)
{
  if (key != NULL)
    json_builder_set_member_name (report->json, key);
}

static void
add_line (BrgReport *report, const char *label, const char *value, const char *unit)
{
  if (label == NULL)
    return;
  glong width = LABEL_WIDTH - 2 * report->depth - g_utf8_strlen (label, -1);
  g_string_append_printf (report->text, "%*s%s%*s%s%s%s\n", 2 * report->depth, "", label,
                          (int) MAX (width, 1), "", value, *unit != '\0' ? " " : "", unit);
}

static void
add_json_real (BrgReport *report, double value)
{
  if (isfinite (value))
    json_builder_add_double_value (report->json, value);
  else
    json_builder_add_null_value (report->json);
}

BrgReport *
brg_report_new (void)
{
  BrgReport *report = g_new0 (BrgReport, 1);

  report->text = g_string_new (NULL);
  report->json = json_builder_new ();
  json_builder_begin_object (report->json);
  return report;
}

void
brg_report_free (BrgReport *report)
{
  g_string_free (report->text, TRUE);
  g_object_unref (report->json);
  g_free (report);
}

void
brg_report_begin (BrgReport *report, const char *key, const char *title)
{
  set_key (report, key);
  json_builder_begin_object (report->json);
  if (title != NULL)
    g_string_append_printf (report->text, "%*s%s\n", 2 * report->depth, "", title);
  report->depth++;
}

void
brg_report_end (BrgReport *report)
{
  json_builder_end_object (report->json);
  report->depth--;
}

void
brg_report_begin_list (BrgReport *report, const char *key)
{
  set_key (report, key);
  json_builder_begin_array (report->json);
}

void
brg_report_end_list (BrgReport *report)
{
  json_builder_end_array (report->json);
}

void
brg_report_text (BrgReport *report, const char *key, const char *label, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  add_line (report, label, valid, "");
  if (label != NULL && key == NULL)
    return;
  set_key (report, key);
  json_builder_add_string_value (report->json, valid);
}

void
brg_report_truth (BrgReport *report, const char *key, const char *label, bool value)
{
  add_line (report, label, value ? "yes" : "no", "");
  set_key (report, key);
  json_builder_add_boolean_value (report->json, value);
}

void
brg_report_count (BrgReport *report,
                  const char *key,
                  const char *label,
                  size_t value,
                  const char *unit)
{
  char text[32];

  snprintf (text, sizeof text, "%zu", value);
  add_line (report, label, text, unit);
  set_key (report, key);
  json_builder_add_int_value (report->json, (gint64) value);
}

void
brg_report_int (BrgReport *report, const char *key, const char *label, int value, const char *unit)
{
  char text[16];

  snprintf (text, sizeof text, "%d", value);
  add_line (report, label, text, unit);
  set_key (report, key);
  json_builder_add_int_value (report->json, value);
}

void
brg_report_ints (BrgReport *report,
                 const char *key,
                 const char *label,
                 const int *values,
                 int n_values,
                 const char *unit)
{
  g_autoptr (GString) text = g_string_new (NULL);

  set_key (report, key);
  json_builder_begin_array (report->json);
  for (int v = 0; v < n_values; v++)
    {
      g_string_append_printf (text, "%s%d", v > 0 ? " x " : "", values[v]);
      json_builder_add_int_value (report->json, values[v]);
    }
  json_builder_end_array (report->json);
  add_line (report, label, text->str, unit);
}

void
brg_report_reals (BrgReport *report,
                  const char *key,
                  const char *label,
                  const double *values,
                  int n_values,
                  int decimals,
                  const char *unit)
{
  g_autoptr (GString) text = g_string_new (NULL);
  bool is_finite = true;

  set_key (report, key);
  json_builder_begin_array (report->json);
  for (int v = 0; v < n_values; v++)
    {
      g_string_append_printf (text, "%s%.*f", v > 0 ? ", " : "", decimals, values[v]);
      add_json_real (report, values[v]);
      is_finite = is_finite && isfinite (values[v]);
    }
  json_builder_end_array (report->json);
  add_line (report, label, is_finite ? text->str : "none", is_finite ? unit : "");
}

void
brg_report_real (BrgReport *report,
                 const char *key,
                 const char *label,
                 double value,
                 int decimals,
                 const char *unit)
{
  char text[64];

  snprintf (text, sizeof text, "%.*f", decimals, value);
  add_line (report, label, isfinite (value) ? text : "none", isfinite (value) ? unit : "");
  set_key (report, key);
  add_json_real (report, value);
}

static char *
to_json (BrgReport *report)
{
  g_autoptr (JsonNode) root = NULL;

  json_builder_end_object (report->json);
  root = json_builder_get_root (report->json);
  return json_to_string (root, TRUE);
}

bool
brg_report_print (BrgReport *report, bool json)
{
  g_autofree char *text = json ? to_json (report) : g_strdup (report->text->str);

  return fputs (text, stdout) >= 0 && (!json || putchar ('\n') != EOF) && fflush (stdout) == 0;
}
