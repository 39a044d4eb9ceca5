/* Folders of DICOM files: which series there are, what is wrong with them, where their voxels lie.
 */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "case/brg-file-private.h"
#include "case/brg-series.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-slice-map.h"
#include "engine/brg-threshold.h"
#include "io/brg-mesh-file.h"
#include "support/dicom-file.h"

#define COLUMNS 9
#define ROWS    7
#define SLICES  6

static char *folder;

/* A marker in air: sample (x, y) of slice s. */
#define MARKER_X  2
#define MARKER_Y  5
#define MARKER_S  4
#define MARKER_HU 1500

static void
begin_folder (void)
{
  _brg_file_remove_tree (folder);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
}

static void
put_slice (const char *name, DicomSlice *slice, int marked)
{
  gint16 samples[COLUMNS * ROWS];
  g_autofree char *path = g_build_filename (folder, name, NULL);

  for (int s = 0; s < COLUMNS * ROWS; s++)
    samples[s] = 24;
  if (marked)
    samples[MARKER_Y * COLUMNS + MARKER_X] = MARKER_HU + 1024;
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
put_axial (const double *heights_mm, int n, double lean)
{
  begin_folder ();
  for (int s = 0; s < n; s++)
    {
      DicomSlice slice = plain ();
      g_autofree char *name = g_strdup_printf ("IM%03d", n - s);
      slice.number = 100 - s;
      slice.position[1] += lean * heights_mm[s];
      slice.position[2] = heights_mm[s];
      put_slice (name, &slice, s == MARKER_S);
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
assert_remark (const double *heights_mm, int n, double lean, const char *words)
{
  put_axial (heights_mm, n, lean);
  g_autoptr (GPtrArray) all = find (1);
  const BrgSeries *series = all->pdata[0];
  g_autofree char *remarks = g_strjoinv (" ", series->remarks);
  g_assert_null (series->reason);
  if (strstr (remarks, words) == NULL)
    g_error ("\"%s\" lacks \"%s\"", remarks, words);
}

static void
test_faults (void)
{
  const double even[] = { 0, 5, 10, 15, 20, 25 }, missing[] = { 0, 5, 10, 20, 25, 30 };
  const double uneven[] = { 0, 5, 10, 17, 22, 27 }, twice[] = { 0, 5, 10, 10, 15, 20 };
  g_autoptr (GError) error = NULL;

  put_axial (even, SLICES, 0);
  g_autoptr (GPtrArray) all = find (1);
  g_assert_cmpuint (g_strv_length (((BrgSeries *) all->pdata[0])->remarks), ==, 0);
  assert_remark (missing, SLICES, 0, "1 slice is missing: the widest gap is 10.00 mm");
  g_autoptr (GPtrArray) gap = find (1);
  g_assert_null (brg_series_read (gap->pdata[0], BRG_SERIES_AS_IT_IS, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "1 slice is missing"));
  BrgVolume *filled = read_first (BRG_SERIES_RESAMPLE);
  g_assert_cmpint (filled->grid.dim[2], ==, 7);
  brg_volume_unref (filled);
  assert_remark (uneven, SLICES, 0, "1 distance between slices is not 5.00 mm; the widest is 7.00");
  assert_remark (twice, SLICES, 0, "1 slice lies where another one does");
  assert_remark (even, SLICES, tan (18 * G_PI / 180), "tilted by 18.0°");
}

/* The one bright voxel and where it lies. */
static BrgVec3
find_marker (const BrgVolume *scan)
{
  const int *dim = scan->grid.dim;
  BrgVec3 at = { NAN, NAN, NAN };
  guint n = 0;

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        if (brg_volume_get (scan, i, j, k) == MARKER_HU)
          {
            at = brg_grid_lps_from_vox (&scan->grid, brg_vec3 (i, j, k));
            n++;
          }
        else
          g_assert_cmpint (brg_volume_get (scan, i, j, k), ==, -1000);
  g_assert_cmpuint (n, ==, 1);
  return at;
}

/* The surface of the one voxel of bone lies around it, in the file as in memory. */
static void
assert_surface (const BrgVolume *scan, BrgVec3 at)
{
  BrgMask *mask = brg_threshold (scan, 500, INT16_MAX, NULL, NULL);
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL), *again;
  g_autofree char *path = g_build_filename (folder, "marker.stl", NULL);
  BrgVec3 sum = { 0, 0, 0 };

  g_assert_cmpint (brg_mesh_write (mesh, path, false, NULL, NULL), ==, BRG_OK);
  again = brg_mesh_read (path, NULL, NULL);
  g_assert_nonnull (again);
  for (size_t v = 0; v < again->n_vertices; v++)
    sum = brg_vec3_add (sum, brg_vec3 ((double) again->xyz[3 * v], (double) again->xyz[3 * v + 1],
                                       (double) again->xyz[3 * v + 2]));
  sum = brg_vec3_scale (sum, 1 / (double) again->n_vertices);
  g_assert_cmpfloat (brg_vec3_length (brg_vec3_sub (sum, at)), <, 1e-3);
  brg_mesh_unref (again);
  brg_mesh_unref (mesh);
  brg_mask_unref (mask);
}

/* Radiological: the patient's right is on the left of the screen. */
static void
assert_letters (const BrgGrid *grid)
{
  static const char *const expected[BRG_N_PLANES] = {
    [BRG_AXIAL] = "RLAP", [BRG_CORONAL] = "RLSI", [BRG_SAGITTAL] = "APSI"
  };
  char letters[4][3];

  for (int plane = 0; plane < BRG_N_PLANES; plane++)
    {
      brg_slice_letters (grid, (BrgPlane) plane, letters);
      for (int side = 0; side < 4; side++)
        {
          g_assert_cmpint (letters[side][0], ==, expected[plane][side]);
          g_assert_cmpint (letters[side][1], ==, 0);
        }
    }
}

/* A head whose columns, rows and slices run along these axes in these directions. */
typedef struct
{
  int axis[3];
  double sign[3];
} Order;

static Order
order_at (int n)
{
  static const int axes[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                  { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  const int *axis = axes[n % 6];

  return (Order){ { axis[0], axis[1], axis[2] },
                  { n / 6 % 2 > 0 ? -1 : 1, n / 12 % 2 > 0 ? -1 : 1, n / 24 % 2 > 0 ? -1 : 1 } };
}

static const double corner_mm[3] = { 11, -22, 33 };

/* Writes it, and gives where the marker lies. */
static BrgVec3
put_order (const Order *order, const char *patient_position)
{
  const int marker[3] = { MARKER_X, MARKER_Y, MARKER_S };
  const double spacing_mm[3] = { 8, 9, 10 };
  double at[3];

  begin_folder ();
  for (int s = 0; s < SLICES; s++)
    {
      DicomSlice slice = plain ();
      g_autofree char *name = g_strdup_printf ("%d", (s * 5 + 3) % 7);
      memcpy (slice.position, corner_mm, sizeof corner_mm);
      slice.position[order->axis[2]] += order->sign[2] * spacing_mm[2] * s;
      slice.orientation[order->axis[0]] = order->sign[0];
      slice.orientation[3 + order->axis[1]] = order->sign[1];
      slice.patient_position = patient_position;
      put_slice (name, &slice, s == MARKER_S);
    }
  memcpy (at, corner_mm, sizeof at);
  for (int a = 0; a < 3; a++)
    at[order->axis[a]] += order->sign[a] * marker[a] * spacing_mm[a];
  return brg_vec3 (at[0], at[1], at[2]);
}

/* The same head in 48 orders and directions of axes, as scanners that lay the patient this way or
 * that write it: the marker is always where its own slice says, in the scan and in a surface, axes
 * point as they should and the letters of the views agree. */
static void
test_orders (void)
{
  static const char *const positions[] = { "HFS", "FFS", "HFP", "HFDL" };

  for (int n = 0; n < 48; n++)
    for (gsize p = 0; p < G_N_ELEMENTS (positions); p++)
      {
        Order order = order_at (n);
        BrgVec3 truth = put_order (&order, positions[p]);
        BrgVolume *scan = read_first (BRG_SERIES_AS_IT_IS);
        BrgVec3 at = find_marker (scan);
        g_assert_cmpfloat (brg_vec3_length (brg_vec3_sub (at, truth)), <, 1e-9);
        for (int a = 0; a < 3; a++)
          g_assert_cmpfloat (scan->grid.lps_from_vox.m[a][a], >, 0);
        assert_letters (&scan->grid);
        assert_surface (scan, truth);
        brg_volume_unref (scan);
      }
}

static void
test_reasons (void)
{
  const double two[] = { 0, 5 }, even[] = { 0, 5, 10, 15 };
  g_autofree char *text = g_build_filename (folder, "notes.txt", NULL);

  put_axial (two, 2, 0);
  g_autoptr (GPtrArray) few = find (1);
  g_assert_cmpstr (((BrgSeries *) few->pdata[0])->reason, ==, "It has 2 slices only.");

  put_axial (even, 4, 0);
  for (int s = 0; s < 4; s++)
    {
      DicomSlice other = plain ();
      g_autofree char *magnetic = g_strdup_printf ("mr%d", s), *scout = g_strdup_printf ("s%d", s);
      other.position[2] = 5 * s;
      other.modality = "MR";
      other.series_uid = "1.2.4";
      put_slice (magnetic, &other, FALSE);
      other.modality = "CT";
      other.series_uid = "1.2.5";
      other.image_type = "ORIGINAL\\PRIMARY\\LOCALIZER";
      put_slice (scout, &other, FALSE);
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
      put_slice (name, &slice, FALSE);
    }
  g_autoptr (GPtrArray) all = find (2);
  const BrgSeries *first = all->pdata[0], *second = all->pdata[1];
  g_assert_cmpstr (first->uid, ==, "1.2.3");
  g_assert_cmpstr (second->uid, ==, "1.2.3#2");
  g_assert_cmpint (first->stack.n, ==, 4);
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
      put_slice (name, &slice, FALSE);
    }
  BrgVolume *scan = read_first (BRG_SERIES_AS_IT_IS);
  for (int k = 0; k < 4; k++)
    g_assert_cmpint (brg_volume_get (scan, 1, 1, k), ==, 24 * (1 + k) - 1024);
  brg_volume_unref (scan);
}

static void
test_cancel_and_absent (void)
{
  const double even[] = { 0, 5, 10, 15 };
  g_autoptr (GError) cancelled = NULL, absent = NULL;
  BrgJob job = BRG_JOB_INIT;

  put_axial (even, 4, 0);
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
  g_test_add_func ("/series/faults", test_faults);
  g_test_add_func ("/series/orders", test_orders);
  g_test_add_func ("/series/reasons", test_reasons);
  g_test_add_func ("/series/parts", test_parts);
  g_test_add_func ("/series/rescale-by-slice", test_rescale_by_slice);
  g_test_add_func ("/series/cancel-and-absent", test_cancel_and_absent);
  int result = g_test_run ();
  _brg_file_remove_tree (folder);
  g_free (folder);
  return result;
}
