/* Multi-frame files end to end: places, spacing and rescaling in every frame or once for all,
 * several stacks and times in one file. */

#include <glib/gstdio.h>
#include <string.h>

#include "case/brg-file-private.h"
#include "case/brg-series.h"
#include "io/files.h"
#include "support/object-slice.h"

#define MAX_FRAMES 18
#define N_ORDERS   48

#define SMALL "It has not the size of a head: are its lengths in mm?"

/* Frames on their way into one file. */
typedef struct
{
  DicomSlice frames[MAX_FRAMES];
  gint16 samples[MAX_FRAMES][OBJECT_SLICE_MAX];
  guint n;
} Frames;

static int
n_slices_of (const BrgGrid *grid)
{
  BrgAffine lps;
  int sizes[3];

  brg_grid_to_source (grid, sizes, &lps);
  return sizes[2];
}

static DicomSlice *
add_frame (Frames *self, const BrgGrid *grid, int s)
{
  guint n = self->n++;

  g_assert_cmpuint (n, <, MAX_FRAMES);
  self->frames[n] = object_slice (grid, s, self->samples[n]);
  return &self->frames[n];
}

/* Stores the frame's values so that it takes slope and intercept to get them back. */
static void
rescale_frame (Frames *self, guint n, double slope, double intercept)
{
  DicomSlice *frame = &self->frames[n];

  frame->slope = slope;
  frame->intercept = intercept;
  for (int s = 0; s < frame->rows * frame->columns; s++)
    self->samples[n][s] = (gint16) ((self->samples[n][s] - intercept) / slope);
}

/* All series of the one file, alone in its folder. */
static GPtrArray *
find (const Frames *frames, guint shared, guint n_expected)
{
  g_autofree char *folder = files_path ("series"), *path = g_build_filename (folder, "one", NULL);
  g_autoptr (GByteArray) bytes = dicom_frames (frames->frames, frames->n, shared);

  _brg_file_remove_tree (folder);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  GPtrArray *all = brg_series_find (folder, NULL, NULL);
  g_assert_cmpuint (all->len, ==, n_expected);
  return all;
}

static BrgVolume *
read_series (const BrgSeries *series)
{
  GError *error = NULL;

  g_assert_cmpstr (series->reason, ==, NULL);
  BrgVolume *scan = brg_series_read (series, BRG_SERIES_AS_IT_IS, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return scan;
}

static void
assert_object (const BrgSeries *series, const BrgGrid *grid)
{
  BrgGrid expected = object_slice_grid (grid);
  BrgVolume *scan = read_series (series);

  image_object_assert (scan, &expected, "int16", 1e-6);
  brg_volume_unref (scan);
}

static void
assert_remarks (const BrgSeries *series, const char *expected)
{
  g_autofree char *remarks = g_strjoinv (" ", series->remarks);

  g_assert_cmpstr (remarks, ==, expected);
}

/* The object in every order of axes, its frames in no order, by turns in all codings, as patients
 * lie, and with every choice of what is said once for all frames. */
static void
test_orders (void)
{
  static const char *const syntaxes[] = { DICOM_EXPLICIT, DICOM_IMPLICIT, DICOM_BIG_ENDIAN };
  static const char *const positions[] = { "HFS", "FFS", "HFP", "FFDR", "HFDL" };

  for (int order = 0; order < N_ORDERS; order++)
    {
      BrgGrid grid = image_object_reordered (image_object_grid (9, 7, 6), order);
      guint shared = (guint) order % 8 * DICOM_FRAME_ORIENTATION; /* and spacing and rescaling */
      gboolean is_alike = (shared & DICOM_FRAME_RESCALE) > 0;
      int n = n_slices_of (&grid);
      Frames frames = { .n = 0 };
      for (int f = 0; f < n; f++)
        {
          DicomSlice *frame = add_frame (&frames, &grid, f * 5 % n);
          frame->syntax = syntaxes[order % 3];
          frame->patient_position = positions[order % 5];
          rescale_frame (&frames, (guint) f, is_alike || f % 2 > 0 ? 0.5 : 1,
                         is_alike ? -1024 : -1000 - f);
        }
      g_autoptr (GPtrArray) all = find (&frames, shared, 1);
      const BrgSeries *series = all->pdata[0];
      assert_remarks (series, SMALL);
      assert_object (series, &grid);
    }
}

/* Two stacks of one file, their frames taking turns, each of which is the object on its grid. */
static void
check_stacks (const BrgGrid grids[2], const char *const names[2])
{
  Frames frames = { .n = 0 };

  for (int s = 0; s < 6; s++)
    for (int g = 0; g < 2; g++)
      add_frame (&frames, &grids[g], s)->stack = names[g];
  g_autoptr (GPtrArray) all = find (&frames, 0, 2);
  for (guint g = 0; g < 2; g++)
    {
      const BrgSeries *series = all->pdata[g];
      g_assert_cmpstr (series->uid, ==, g == 0 ? "1.2.3" : "1.2.3#2");
      assert_remarks (series, SMALL);
      assert_object (series, &grids[g]);
    }
}

/* They run along different axes, or are told apart by their names alone. */
static void
test_stacks (void)
{
  BrgGrid grid = image_object_grid (6, 6, 6), above = grid;

  above.lps_from_vox.m[2][3] += 30;
  check_stacks ((const BrgGrid[]){ grid, image_object_reordered (grid, 8) },
                (const char *const[]){ NULL, NULL });
  check_stacks ((const BrgGrid[]){ grid, above }, (const char *const[]){ "HEAD", "NECK" });
}

/* The same places three times, 500 HU more each time. */
static void
test_times (void)
{
  BrgGrid grid = image_object_grid (9, 7, 6);
  Frames frames = { .n = 0 };

  for (int s = 0; s < 6; s++)
    for (guint32 time = 1; time <= 3; time++)
      {
        DicomSlice *frame = add_frame (&frames, &grid, s);
        frame->phase = time;
        frame->intercept = 500 * (time - 1);
      }
  g_autoptr (GPtrArray) all = find (&frames, 0, 3);
  for (guint time = 0; time < 3; time++)
    {
      BrgVolume *scan = read_series (all->pdata[time]);
      g_assert_cmpint (scan->grid.dim[2], ==, 6);
      for (int k = 0; k < 6; k++)
        g_assert_cmpint (brg_volume_get (scan, 4, 3, k), ==,
                         image_object_value ("int16", 4, 3, k) + 500 * (int) time);
      brg_volume_unref (scan);
    }
}

static void
test_faults (void)
{
  BrgGrid grid = image_object_grid (9, 7, 6);
  Frames frames = { .n = 0 };

  for (int s = 0; s < 6; s++)
    if (s != 3)
      add_frame (&frames, &grid, s);
  g_autoptr (GPtrArray) gap = find (&frames, 0, 1);
  assert_remarks (gap->pdata[0],
                  "1 slice is missing: the widest gap is 4.00 mm, others are 2.00 mm. " SMALL);
  g_autoptr (GPtrArray) one_place = find (&frames, DICOM_FRAME_POSITION, 1);
  g_assert_cmpstr (((BrgSeries *) one_place->pdata[0])->reason, ==,
                   "Its slices make no volume: 5 slices in one place make no volume.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/frames/orders", test_orders);
  g_test_add_func ("/frames/stacks", test_stacks);
  g_test_add_func ("/frames/times", test_times);
  g_test_add_func ("/frames/faults", test_faults);
  int result = g_test_run ();
  files_end ();
  return result;
}
