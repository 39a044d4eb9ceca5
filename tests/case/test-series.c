/* Folders of DICOM files: which series there are and what is wrong with them. */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "case/brg-file-private.h"
#include "case/brg-series.h"
#include "support/dicom-file.h"

#define COLUMNS 9
#define ROWS    7
#define SLICES  6

static char *folder;

static void
begin_folder (void)
{
  _brg_file_remove_tree (folder);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
}

static void
put_slice (const char *name, DicomSlice *slice)
{
  gint16 samples[COLUMNS * ROWS];
  g_autofree char *path = g_build_filename (folder, name, NULL);

  for (int s = 0; s < COLUMNS * ROWS; s++)
    samples[s] = 24;
  slice->samples = samples;
  g_autoptr (GByteArray) bytes = dicom_slice (slice);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
}

static DicomSlice
plain (void)
{
  return (DicomSlice){ .columns = COLUMNS,
                       .rows = ROWS,
                       .row_mm = 9,
                       .column_mm = 8,
                       .intercept = -1024,
                       .position = { -40, -30, 0 } };
}

/* Axial slices at these heights, the last of them being the first file. */
static void
put_axial (const double *heights_mm, int n)
{
  begin_folder ();
  for (int s = 0; s < n; s++)
    {
      DicomSlice slice = plain ();
      g_autofree char *name = g_strdup_printf ("IM%03d", n - s);
      slice.number = 100 - s;
      slice.position[2] = heights_mm[s];
      put_slice (name, &slice);
    }
}

static GPtrArray *
find (guint n_expected)
{
  GError *error = NULL;
  GPtrArray *all = brg_series_find (folder, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, n_expected);
  return all;
}

static BrgVolume *
read_first (BrgSeriesMode mode)
{
  g_autoptr (GPtrArray) all = find (1);
  g_auto (GStrv) warnings = NULL;
  GError *error = NULL;
  BrgVolume *scan = brg_series_read (all->pdata[0], mode, NULL, &warnings, NULL, &error);

  g_assert_no_error (error);
  return scan;
}

static void
test_reasons (void)
{
  const double two[] = { 0, 5 }, even[] = { 0, 5, 10, 15 };
  g_autofree char *text = g_build_filename (folder, "notes.txt", NULL);

  put_axial (two, 2);
  g_autoptr (GPtrArray) few = find (1);
  g_assert_cmpstr (((BrgSeries *) few->pdata[0])->reason, ==, "It has 2 slices only.");

  put_axial (even, 4);
  for (int s = 0; s < 4; s++)
    {
      DicomSlice other = plain ();
      g_autofree char *magnetic = g_strdup_printf ("mr%d", s), *scout = g_strdup_printf ("s%d", s);
      other.position[2] = 5 * s;
      other.modality = "MR";
      other.series_uid = "1.2.4";
      put_slice (magnetic, &other);
      other.modality = "CT";
      other.series_uid = "1.2.5";
      other.image_type = "ORIGINAL\\PRIMARY\\LOCALIZER";
      put_slice (scout, &other);
    }
  g_assert_true (g_file_set_contents (text, "no image", -1, NULL));
  g_autoptr (GPtrArray) all = find (3);
  const BrgSeries *first = all->pdata[0], *second = all->pdata[1], *third = all->pdata[2];
  g_assert_null (first->reason);
  g_assert_cmpstr (first->uid, ==, "1.2.3");
  g_assert_cmpstr (second->reason, ==, "It is MR, not CT.");
  g_assert_cmpstr (third->reason, ==, "It is a scout view.");
}

/* One series whose slices do not go together falls into parts. */
static void
test_parts (void)
{
  begin_folder ();
  for (int s = 0; s < 8; s++)
    {
      DicomSlice slice = plain ();
      g_autofree char *name = g_strdup_printf ("%d", s);
      slice.position[2] = 5 * s;
      if (s % 2 > 0)
        slice.column_mm = 7;
      put_slice (name, &slice);
    }
  g_autoptr (GPtrArray) all = find (2);
  const BrgSeries *first = all->pdata[0], *second = all->pdata[1];
  g_assert_cmpstr (first->uid, ==, "1.2.3");
  g_assert_cmpstr (second->uid, ==, "1.2.3#2");
  g_assert_cmpint (first->stack.n, ==, 4);
  g_assert_null (first->remarks[0]); /* nothing is lost: each is a scan */
  g_assert_null (second->remarks[0]);
}

/* Cuts `n_bytes` off the end of a file. */
static void
cut (const char *name, gsize n_bytes)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) (size - n_bytes), NULL));
}

/* What of a series is broken, or does not go with the rest, is told: a stack whose last slice is
 * cut off looks whole otherwise. Junk that begins like DICOM is none. */
static void
test_rest (void)
{
  const double even[] = { 0, 5, 10, 15, 20, 25 };
  g_autofree char *junk = g_build_filename (folder, "junk", NULL);

  put_axial (even, 6);
  cut ("IM001", 2);
  g_autoptr (GPtrArray) first = find (1);
  const BrgSeries *series = first->pdata[0];
  g_assert_cmpint (series->stack.n, ==, 5);
  g_assert_cmpstr (series->remarks[0], ==,
                   "1 file of the series is broken and left out (IM001: has 124 bytes of "
                   "pixels, needs 126).");
  g_assert_null (series->remarks[1]);

  DicomSlice other = plain ();
  other.column_mm = 7;
  put_slice ("other", &other);
  cut ("IM002", 3 * COLUMNS * ROWS);
  g_assert_true (g_file_set_contents (junk, "\10\0 junk without end", -1, NULL));
  g_autoptr (GPtrArray) second = find (2);
  series = second->pdata[0];
  g_assert_cmpint (series->stack.n, ==, 4);
  g_assert_cmpstr (series->remarks[1], ==,
                   "1 image of the series differs in size, spacing, direction, coding, stack "
                   "or time and is left out.");
  g_assert_true (g_str_has_prefix (series->remarks[0], "2 files of the series are broken"));
  series = second->pdata[1];
  g_assert_cmpstr (series->uid, ==, "1.2.3#2");
  g_assert_cmpstr (series->reason, ==, "It has 1 slice only.");
}

static void
test_broken (void)
{
  const double even[] = { 0, 5, 10, 15 };
  guint8 grey[64];

  put_axial (even, 4);
  for (int s = 1; s <= 4; s++)
    {
      g_autofree char *name = g_strdup_printf ("IM%03d", s);
      cut (name, 100);
    }
  g_autoptr (GPtrArray) all = find (1);
  const BrgSeries *series = all->pdata[0];
  g_assert_cmpuint (series->n_broken, ==, 4);
  g_assert_cmpstr (series->reason, ==,
                   "Its files cannot be read (the first: IM001: has 26 bytes of pixels, needs "
                   "126).");
  g_assert_false (brg_series_draw_middle (series, 8, grey, NULL));
  g_assert_null (brg_series_read (series, BRG_SERIES_RESAMPLE, NULL, NULL, NULL, NULL));
}

/* A slice that is missing because its file is broken is told as that, with the name of the file;
 * what is kept has no name. */
static void
test_broken_inside (void)
{
  const double even[] = { 0, 5, 10, 15, 20, 25 };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) warnings = NULL;

  put_axial (even, 6);
  cut ("IM003", 2);
  g_autoptr (GPtrArray) all = find (1);
  g_assert_null (brg_series_read (all->pdata[0], BRG_SERIES_AS_IT_IS, NULL, NULL, NULL, &error));
  g_assert_cmpstr (error->message, ==,
                   "1 file of the series is broken and left out (IM003: has 124 bytes of pixels, "
                   "needs 126). 1 slice is missing: the widest gap is 10.00 mm, others are 5.00 "
                   "mm.");
  BrgVolume *scan =
    brg_series_read (all->pdata[0], BRG_SERIES_RESAMPLE, NULL, &warnings, NULL, NULL);
  g_assert_cmpstr (warnings[0], ==,
                   "1 file of the series is broken and left out (has 124 bytes of pixels, needs "
                   "126).");
  for (char **warning = warnings; *warning != NULL; warning++)
    g_assert_null (strstr (*warning, "IM003"));
  brg_volume_unref (scan);
}

/* Why six slices of 8 mm pixels are refused that lack one at 15 mm, when there is one more image
 * that begins `right_mm` and `up_mm` from the first of them; NULL: they are not. */
static char *
judge_with (double right_mm, double up_mm, double column_mm, gboolean is_coronal)
{
  const double gap[] = { 0, 5, 10, 20, 25, 30 };
  DicomSlice other = plain ();

  put_axial (gap, 6);
  other.number = 7;
  other.position[0] += right_mm;
  other.position[2] = up_mm;
  other.column_mm = column_mm;
  other.orientation[0] = is_coronal ? 1 : 0;
  other.orientation[5] = is_coronal ? -1 : 0;
  put_slice ("other", &other);
  g_autoptr (GPtrArray) all = find (2);
  const BrgSeries *first = all->pdata[0], *second = all->pdata[1];
  return g_strdup (first->images->len == 6 ? first->reason : second->reason);
}

static void
check_misfit (double right_mm, double up_mm, double column_mm)
{
  g_autofree char *reason = judge_with (right_mm, up_mm, column_mm, FALSE);
  g_autofree char *words = g_strdup_printf (
    "Image 7 does not fit among the slices: it has 9 × 7 pixels of %.3f × 9.000 mm, they have 9 × "
    "7 of 8.000 × 9.000 mm.",
    column_mm);

  g_assert_cmpstr (reason, ==, words);
}

static void
check_scout (double right_mm, double up_mm, gboolean is_coronal)
{
  g_autofree char *reason = judge_with (right_mm, up_mm, 7, is_coronal);

  g_assert_null (reason);
}

/* A slice of other pixels where one is lacking is no scout. */
static void
test_misfit (void)
{
  check_misfit (0, 15, 7);
  check_misfit (0, 35, 7);
  check_misfit (0, -5, 7);
  check_misfit (16, 15, 4);  /* of the same centre */
  check_scout (0, 5, FALSE); /* nothing is lacking there */
  check_scout (0, 41, FALSE);
  check_scout (0, -11, FALSE);
  check_scout (60, 15, FALSE);
  check_scout (0, 15, TRUE);
}

static void
test_rescale_by_slice (void)
{
  begin_folder ();
  for (int s = 0; s < 4; s++)
    {
      DicomSlice slice = plain ();
      g_autofree char *name = g_strdup_printf ("%d", s);
      slice.position[2] = 5 * s;
      slice.slope = 1 + s;
      put_slice (name, &slice);
    }
  BrgVolume *scan = read_first (BRG_SERIES_AS_IT_IS);
  for (int k = 0; k < 4; k++)
    g_assert_cmpint (brg_volume_get (scan, 1, 1, k), ==, 24 * (1 + k) - 1024);
  brg_volume_unref (scan);
}

/* Slices of a slope, so that every voxel has a value of its own. */
static void
put_slope (const double *heights_mm, int n, double lean)
{
  gint16 samples[COLUMNS * ROWS];

  begin_folder ();
  for (int s = 0; s < n; s++)
    {
      DicomSlice slice = plain ();
      g_autofree char *name = g_strdup_printf ("%d", s);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      slice.position[1] += lean * heights_mm[s];
      slice.position[2] = heights_mm[s];
      slice.samples = samples;
      for (int v = 0; v < COLUMNS * ROWS; v++)
        samples[v] = (gint16) (1024 + 100 * s + v);
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
    }
}

/* The slices that are marked in the picture are those in `list`, "4–5" or none. */
static void
check_marks (const BrgSeriesPreview *preview, const char *list)
{
  int first = 0, last = -1;

  if (*list != '\0')
    g_assert_cmpint (sscanf (list, "%d–%d", &first, &last), ==, 2);
  g_assert_cmpint (preview->across, ==, 2);
  for (int s = 0; s < preview->after->grid.dim[2]; s++)
    g_assert_cmpint (preview->made_up[s], ==, s + 1 >= first && s + 1 <= last);
}

/* What is shown before resampling are the samples as they are, and after it those that are read. */
static void
check_preview (const double *heights_mm, double lean, const char *made_up)
{
  BrgSeriesPreview preview;
  GError *error = NULL;

  put_slope (heights_mm, SLICES, lean);
  g_autoptr (GPtrArray) all = find (1);
  g_autofree char *list = brg_series_list_made_up (all->pdata[0]);
  g_assert_cmpstr (list, ==, made_up);
  g_assert_true (brg_series_preview (all->pdata[0], &preview, NULL, &error));
  g_assert_cmpint (preview.plane, ==, BRG_SAGITTAL);
  g_assert_cmpint (preview.before->grid.dim[0], ==, 1);
  g_assert_cmpint (preview.before->grid.dim[2], ==, SLICES);
  for (int s = 0; s < SLICES; s++)
    for (int y = 0; y < ROWS; y++)
      g_assert_cmpint (brg_volume_get (preview.before, 0, y, s), ==,
                       100 * s + y * COLUMNS + COLUMNS / 2);
  check_marks (&preview, made_up);
  BrgVolume *scan = read_first (BRG_SERIES_RESAMPLE);
  const int *dim = scan->grid.dim;
  BrgBox box = { { dim[0] / 2, 0, 0 }, { dim[0] / 2 + 1, dim[1], dim[2] } };
  BrgVolume *cut = brg_volume_crop (scan, &box, NULL);
  g_assert_true (brg_grid_equal (&cut->grid, &preview.after->grid));
  g_assert_cmpint (
    memcmp (cut->hu, preview.after->hu, brg_grid_n_voxels (&cut->grid) * sizeof *cut->hu), ==, 0);
  brg_volume_unref (cut);
  brg_volume_unref (scan);
  brg_series_preview_clear (&preview);
}

static void
test_preview (void)
{
  const double even[] = { 0, 5, 10, 15, 20, 25 }, missing[] = { 0, 5, 10, 25, 30, 35 };
  const double uneven[] = { 0, 5, 10, 17, 22, 27 };

  check_preview (even, tan (18 * G_PI / 180), "");
  check_preview (missing, 0, "4–5");
  check_preview (uneven, 0, "4–7");
}

/* Whoever reads a series may look at its slices as they come. */
static void
test_arrival (void)
{
  const double even[] = { 0, 5, 10, 15, 20, 25 };

  put_slope (even, SLICES, 0);
  g_autoptr (GPtrArray) all = find (1);
  g_autoptr (BrgArrival) arrival = brg_arrival_new ();
  BrgVolume *scan = brg_series_read (all->pdata[0], BRG_SERIES_AS_IT_IS, arrival, NULL, NULL, NULL);
  g_assert_cmpint (brg_arrival_get_n (arrival), ==, SLICES);
  g_assert_cmpint (brg_arrival_get_n_done (arrival), ==, SLICES);
  g_assert_null (brg_arrival_copy (arrival, 0));
  brg_volume_unref (scan);
}

static void
test_cancel_and_absent (void)
{
  const double even[] = { 0, 5, 10, 15 };
  g_autoptr (GError) cancelled = NULL, absent = NULL;
  BrgJob job = BRG_JOB_INIT;

  put_axial (even, 4);
  brg_job_cancel (&job);
  g_assert_null (brg_series_find (folder, &job, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (brg_series_find ("/nonexistent/folder", NULL, &absent));
  g_assert_nonnull (absent);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("series-XXXXXX", NULL);
  g_test_add_func ("/series/reasons", test_reasons);
  g_test_add_func ("/series/parts", test_parts);
  g_test_add_func ("/series/rest", test_rest);
  g_test_add_func ("/series/broken", test_broken);
  g_test_add_func ("/series/broken-inside", test_broken_inside);
  g_test_add_func ("/series/misfit", test_misfit);
  g_test_add_func ("/series/rescale-by-slice", test_rescale_by_slice);
  g_test_add_func ("/series/preview", test_preview);
  g_test_add_func ("/series/arrival", test_arrival);
  g_test_add_func ("/series/cancel-and-absent", test_cancel_and_absent);
  int result = g_test_run ();
  _brg_file_remove_tree (folder);
  g_free (folder);
  return result;
}
