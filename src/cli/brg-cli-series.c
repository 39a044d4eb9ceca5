#include "cli/brg-cli-series.h"

#include <math.h>
#include <string.h>

#include "cli/brg-cli-values.h"

#define MAX_LISTED 8

static const char *
modality_of (const BrgSeries *series)
{
  return *series->modality != '\0' ? series->modality : "no modality";
}

/* Slices, or images where they make no stack. */
static int
count_of (const BrgSeries *series)
{
  return series->stack.n > 0 ? series->stack.n : (int) series->images->len;
}

/* The distance of neighbours, which is not the same everywhere when slices are missing or uneven.
 */
static void
describe_step (BrgReport *report, const BrgStack *stack)
{
  double range_mm[2] = { INFINITY, -INFINITY };

  for (int s = 0; s + 1 < stack->n; s++)
    {
      double gap_mm = stack->at_mm[s + 1] - stack->at_mm[s];
      range_mm[0] = fmin (range_mm[0], gap_mm);
      range_mm[1] = fmax (range_mm[1], gap_mm);
    }
  bool is_even = range_mm[1] - range_mm[0] <= BRG_STACK_ROUND_MM;
  g_autofree char *text = is_even ? g_strdup_printf ("%.3f mm", stack->step_mm)
                                  : g_strdup_printf ("%.3f mm, from %.3f to %.3f", stack->step_mm,
                                                     range_mm[0], range_mm[1]);
  brg_report_text (report, NULL, "Step", text);
  brg_report_real (report, "step_mm", NULL, stack->step_mm, 3, "mm");
  brg_report_reals (report, "step_range_mm", NULL, range_mm, 2, 3, "mm");
}

/* Columns, rows and slices, as the slices lie. */
static void
describe_geometry (BrgReport *report, const BrgSeries *series)
{
  const BrgStack *stack = &series->stack;
  const int size[3] = { brg_series_get_columns (series), brg_series_get_rows (series),
                        count_of (series) };

  if (size[0] > 0)
    brg_report_ints (report, "size", "Size", size, 3, "voxels");
  if (stack->n == 0)
    return;
  const double spacing_mm[3] = { brg_grid_spacing_mm (&stack->grid, stack->grid.source_axis[0]),
                                 brg_grid_spacing_mm (&stack->grid, stack->grid.source_axis[1]),
                                 stack->step_mm };
  brg_report_reals (report, "spacing_mm", "Spacing", spacing_mm, 3, 3, "mm");
  describe_step (report, stack);
  brg_report_real (report, "tilt_deg", NULL, stack->tilt_deg, 3, "°");
}

static void
describe_coding (BrgReport *report, const BrgSeries *series)
{
  const BrgSeriesFile *first = series->files->pdata[0];
  const char *name = brg_series_get_coding (series);
  bool is_lossy = brg_series_is_lossy (series);
  const char *loss = is_lossy                            ? ", compressed with loss"
                     : strstr (name, "lossless") != NULL ? ""
                                                         : ", without loss";
  g_autofree char *text = g_strconcat (name, loss, NULL);

  if (*name == '\0')
    return;
  brg_report_text (report, NULL, "Coding", text);
  brg_report_begin (report, "coding", NULL);
  brg_report_text (report, "name", NULL, name);
  brg_report_text (report, "syntax", NULL, first->image.syntax);
  brg_report_truth (report, "lossy", NULL, is_lossy);
  brg_report_end (report);
}

static void
describe_use (BrgReport *report, const BrgSeries *series)
{
  brg_report_truth (report, "usable", "Usable", series->reason == NULL);
  if (series->reason != NULL)
    brg_report_text (report, "reason", "Reason", series->reason);
  brg_report_truth (report, "must_resample", NULL, brg_series_must_resample (series));
  if (brg_series_must_resample (series))
    brg_report_text (report, NULL, "Needs", "--resample");
  brg_report_begin_list (report, "remarks");
  for (char **remark = series->remarks; *remark != NULL; remark++)
    brg_report_text (report, NULL, NULL, *remark);
  brg_report_end_list (report);
  for (char **remark = series->remarks; *remark != NULL; remark++)
    brg_report_text (report, NULL, "Note", *remark);
}

static void
describe_one (BrgReport *report, const BrgSeries *series, guint row)
{
  g_autofree char *title =
    g_strdup_printf ("%u: %s, series %d: %s", row, modality_of (series), series->number,
                     *series->description != '\0' ? series->description : "(no description)");

  brg_report_begin (report, NULL, title);
  brg_report_count (report, "row", NULL, row, "");
  brg_report_text (report, "series", "UID", series->uid);
  brg_report_text (report, "modality", NULL, series->modality);
  brg_report_int (report, "number", NULL, series->number, "");
  brg_report_text (report, "description", NULL, series->description);
  if (*series->patient != '\0')
    brg_report_text (report, "patient", "Patient", series->patient);
  brg_report_count (report, "images", "Images", series->images->len, "");
  describe_geometry (report, series);
  describe_coding (report, series);
  describe_use (report, series);
  brg_report_end (report);
}

void
brg_cli_describe_series (BrgReport *report, const GPtrArray *all)
{
  brg_report_begin_list (report, "series");
  for (guint s = 0; s < all->len; s++)
    describe_one (report, all->pdata[s], s + 1);
  brg_report_end_list (report);
}

/* "1 (CT 201, 28 slices), 2 (CT 202, 8 slices)": those that can be used, or all. */
static char *
list_rows (const GPtrArray *all, bool only_usable)
{
  GString *text = g_string_new (NULL);
  int n = 0;

  for (guint s = 0; s < all->len; s++)
    {
      const BrgSeries *series = all->pdata[s];
      if ((only_usable && series->reason != NULL) || n++ >= MAX_LISTED)
        continue;
      g_string_append_printf (text, "%s%u (%s %d, %d %s)", n > 1 ? ", " : "", s + 1,
                              modality_of (series), series->number, count_of (series),
                              count_of (series) == 1 ? "slice" : "slices");
    }
  if (n > MAX_LISTED)
    g_string_append_printf (text, " and %d more", n - MAX_LISTED);
  return g_string_free (text, FALSE);
}

/* The only one that can be used. */
static const BrgSeries *
pick_usable (const GPtrArray *all, BrgError *error)
{
  const BrgSeries *found = NULL;
  guint n = 0;

  for (guint s = 0; s < all->len; s++)
    {
      const BrgSeries *series = all->pdata[s];
      found = series->reason == NULL && n++ == 0 ? series : found;
    }
  g_autofree char *rows = list_rows (all, true);
  if (n > 1)
    brg_error_set (error, BRG_INVALID,
                   "has several series; choose one with --series ROW|UID (see --list): %s", rows);
  else if (n == 0 && all->len == 1)
    brg_error_set (error, BRG_INVALID, "%s", ((const BrgSeries *) all->pdata[0])->reason);
  else if (n == 0)
    brg_error_set (error, BRG_INVALID,
                   "has %u series, none of which can be used (see --list); of the first: %s",
                   all->len, ((const BrgSeries *) all->pdata[0])->reason);
  return n == 1 ? found : NULL;
}

static const BrgSeries *
pick_uid (const GPtrArray *all, const char *uid, guint *n)
{
  const BrgSeries *found = NULL;

  *n = 0;
  for (guint s = 0; s < all->len; s++)
    {
      const BrgSeries *series = all->pdata[s];
      found = strcmp (series->uid, uid) == 0 && (*n)++ == 0 ? series : found;
    }
  return *n == 1 ? found : NULL;
}

const BrgSeries *
brg_cli_pick_series (const GPtrArray *all, const char *name, BrgError *error)
{
  g_autofree char *rows = list_rows (all, false);
  int row;
  guint n = 0;

  if (all->len == 0)
    {
      brg_error_set (
        error, BRG_EMPTY,
        "has no DICOM images (an image of another format is imported by its own name)");
      return NULL;
    }
  if (name == NULL)
    return pick_usable (all, error);
  if (brg_cli_parse_int (name, 1, (int) all->len, &row))
    return all->pdata[row - 1];
  const BrgSeries *found = pick_uid (all, name, &n);
  if (n > 1)
    brg_error_set (error, BRG_INVALID,
                   "has %u series of that UID; choose one with --series ROW (see --list): %s", n,
                   rows);
  else if (n == 0)
    brg_error_set (error, BRG_INVALID,
                   "has no series \"%.80s\"; choose one by row or UID (see --list): %s", name,
                   rows);
  return found;
}
