#include "cli/brg-eval-scores.h"

#include <math.h>
#include <string.h>

#include "io/brg-number.h"
#include "io/brg-output.h"

typedef struct
{
  const char *title, *key, *unit;
  int decimals;
  size_t offset; /* of the number in BrgMetrics */
} Column;

static const Column columns[] = {
  { "DSC", "dsc", "", 4, offsetof (BrgMetrics, dice) },
  { "bDSC", "bdsc", "", 4, offsetof (BrgMetrics, border_dice) },
  { "HD", "hd_mm", "mm", 3, offsetof (BrgMetrics, hausdorff_mm) },
  { "HD95", "hd95_mm", "mm", 3, offsetof (BrgMetrics, hausdorff95_mm) },
};

static void
clear_score (gpointer data)
{
  g_free (((BrgEvalScore *) data)->name);
}

GArray *
brg_eval_scores_new (void)
{
  GArray *scores = g_array_new (FALSE, FALSE, sizeof (BrgEvalScore));

  g_array_set_clear_func (scores, clear_score);
  return scores;
}

static double
value_of (const GArray *scores, guint s, const Column *column)
{
  const BrgEvalScore *score = &g_array_index (scores, BrgEvalScore, s);
  double value;

  memcpy (&value, (const char *) &score->metrics + column->offset, sizeof value);
  return score->is_missing ? (double) NAN : value;
}

static void
append_field (GString *text, const char *field)
{
  if (strpbrk (field, ",\"\r\n") == NULL)
    {
      g_string_append (text, field);
      return;
    }
  g_string_append_c (text, '"');
  for (const char *c = field; *c != '\0'; c++)
    g_string_append_printf (text, *c == '"' ? "\"\"" : "%c", *c);
  g_string_append_c (text, '"');
}

static GString *
make_table (const GArray *scores)
{
  GString *text = g_string_new ("case");

  for (size_t c = 0; c < G_N_ELEMENTS (columns); c++)
    g_string_append_printf (text, ",%s", columns[c].title);
  g_string_append_c (text, '\n');
  for (guint s = 0; s < scores->len; s++)
    {
      append_field (text, g_array_index (scores, BrgEvalScore, s).name);
      for (size_t c = 0; c < G_N_ELEMENTS (columns); c++)
        {
          char number[BRG_NUMBER_SIZE];
          brg_number_format (value_of (scores, s, &columns[c]), 0, number);
          g_string_append_printf (text, ",%s", number);
        }
      g_string_append_c (text, '\n');
    }
  return text;
}

BrgStatus
brg_eval_scores_write (const GArray *scores, const char *path, BrgError *error)
{
  GString *text = make_table (scores);
  BrgStatus status = brg_output_write_file (path, text->str, text->len, error);

  g_string_free (text, TRUE);
  return status;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static GArray *
defined_values (const GArray *scores, const Column *column)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint s = 0; s < scores->len; s++)
    {
      double value = value_of (scores, s, column);
      if (!isnan (value))
        g_array_append_val (values, value);
    }
  g_array_sort (values, compare_numbers);
  return values;
}

/* NaN of no values. */
static double
mean_of (const double *values, guint n, double power, double about)
{
  double sum = 0;

  for (guint v = 0; v < n; v++)
    sum += pow (values[v] - about, power);
  return sum / n;
}

static void
report_column (const GArray *scores, const Column *column, BrgReport *report)
{
  g_autoptr (GArray) defined = defined_values (scores, column);
  const double *values = (const double *) (void *) defined->data;
  guint n = defined->len;
  double mean = mean_of (values, n, 1, 0);
  double median = n > 0 ? (values[(n - 1) / 2] + values[n / 2]) / 2 : (double) NAN;

  brg_report_begin (report, column->key, column->title);
  brg_report_real (report, "mean", "Mean", mean, column->decimals, column->unit);
  brg_report_real (report, "median", "Median", median, column->decimals, column->unit);
  brg_report_real (report, "std", "Standard deviation", sqrt (mean_of (values, n, 2, mean)),
                   column->decimals, column->unit);
  brg_report_count (report, "n", n < scores->len ? "Cases that have it" : NULL, n, "");
  brg_report_end (report);
}

void
brg_eval_scores_report (const GArray *scores, BrgReport *report)
{
  brg_report_count (report, "cases", "Cases", scores->len, "");
  for (size_t c = 0; c < G_N_ELEMENTS (columns); c++)
    report_column (scores, &columns[c], report);
  brg_report_begin_list (report, "scores");
  for (guint s = 0; s < scores->len; s++)
    {
      brg_report_begin (report, NULL, NULL);
      brg_report_text (report, "case", NULL, g_array_index (scores, BrgEvalScore, s).name);
      for (size_t c = 0; c < G_N_ELEMENTS (columns); c++)
        brg_report_real (report, columns[c].key, NULL, value_of (scores, s, &columns[c]), 0, "");
      brg_report_end (report);
    }
  brg_report_end_list (report);
}
