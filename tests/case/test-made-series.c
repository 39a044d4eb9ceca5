/* Made series with one fault each: what is said about them, and how far a surface in the scan read
 * from them is from where it is known to be.
 *
 * The surface is a ball's; values fall by 100 HU per mm, so that rounding to whole HU is 0.005 mm.
 * What limits the rest is that values between two slices are mixed: a chord of length g is
 * g^2 / 8R under an arc of radius R. Along the gaps here, of 1 to 3 mm, that is 0.006 to 0.056 mm.
 */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "case/brg-file-private.h"
#include "case/brg-series.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-restack.h"
#include "support/dicom-file.h"

#define COLUMNS   64
#define ROWS      80
#define PLACES    46 /* at most, 1 mm apart unless a fault is there */
#define COLUMN_MM 0.7
#define ROW_MM    0.8

#define RADIUS_MM  20.0
#define LEVEL_HU   300.5
#define HU_PER_MM  100.0
#define ROUNDED_MM 0.01 /* samples and results are whole HU */

static char *folder;

typedef struct
{
  const char *name;
  guint64 missing; /* a bit per place that is left out */
  int shifted;     /* from this place on slices are shifted along the normal; 0: none */
  double shift_mm; /* by this */
  int twice;       /* this place has another slice of air, with a higher number; 0: none */
  double tilt_deg;
  double widest_mm;    /* of all distances */
  int n_slices;        /* of the scan */
  const char *remarks; /* all of them */
} Fault;

#define BIT(place) ((guint64) 1 << (place))

static const Fault faults[] = {
  { "even", 0, 0, 0, 0, 0, 1, 46, "" },
  { "missing", BIT (20), 0, 0, 0, 0, 2, 46,
    "1 slice is missing: the widest gap is 2.00 mm, others are 1.00 mm." },
  { "many missing", BIT (10) | BIT (23) | BIT (30), 0, 0, 0, 0, 2, 46,
    "3 slices are missing: the widest gap is 2.00 mm, others are 1.00 mm." },
  { "a wide gap", BIT (22) | BIT (23), 0, 0, 0, 0, 3, 46,
    "2 slices are missing: the widest gap is 3.00 mm, others are 1.00 mm." },
  { "uneven", 0, 23, 0.6, 0, 0, 1.6, 47, "1 distance between slices is not 1.00 mm but 1.60 mm." },
  { "narrow", 0, 23, -0.4, 0, 0, 1, 46, "1 distance between slices is not 1.00 mm but 0.60 mm." },
  { "twice", 0, 0, 0, 20, 0, 1, 46, "1 slice lies where another one does and is left out." },
  { "tilted", 0, 0, 0, 0, 18, 1, 46,
    "The gantry was tilted by 18.0°, as the positions of the slices say." },
  { "tilted back", 0, 0, 0, 0, -18, 1, 46,
    "The gantry was tilted by 18.0°, as the positions of the slices say." },
  { "all", BIT (30), 23, 0.6, 20, 18, 2, 47,
    "1 slice lies where another one does and is left out. "
    "1 slice is missing: the widest gap is 2.00 mm, others are 1.00 mm. "
    "1 distance between slices is not 1.00 mm but 1.60 mm. "
    "The gantry was tilted by 18.0°, as the positions of the slices say." },
};

/* What is scanned, in HU at a point. */
typedef double (*Field) (BrgVec3 at);

static const BrgVec3 centre = { 11, -22, 33 };

static double
ball (BrgVec3 at)
{
  return LEVEL_HU + HU_PER_MM * (RADIUS_MM - brg_vec3_length (brg_vec3_sub (at, centre)));
}

static double
ramp (BrgVec3 at)
{
  return HU_PER_MM * brg_vec3_dot (brg_vec3_sub (at, centre), brg_vec3 (0.48, -0.6, 0.64));
}

static double
air (BrgVec3 at)
{
  (void) at;
  return -1000;
}

/* A slice `at_mm` along the normal from the middle, its gantry tilted about the x axis; the table
 * moves along z. */
static DicomSlice
slice_at (double at_mm, double tilt_deg)
{
  const double c = cos (tilt_deg * G_PI / 180), s = sin (tilt_deg * G_PI / 180);
  const BrgVec3 along_row = { 1, 0, 0 }, down = { 0, c, -s };
  BrgVec3 middle = brg_vec3_add (centre, brg_vec3 (0, 0, at_mm / c));
  BrgVec3 first =
    brg_vec3_sub (middle, brg_vec3_add (brg_vec3_scale (along_row, COLUMN_MM * (COLUMNS - 1) / 2),
                                        brg_vec3_scale (down, ROW_MM * (ROWS - 1) / 2)));

  return (DicomSlice){ .columns = COLUMNS,
                       .rows = ROWS,
                       .row_mm = ROW_MM,
                       .column_mm = COLUMN_MM,
                       .position = { first.x, first.y, first.z },
                       .orientation = { 1, 0, 0, 0, c, -s } };
}

/* Slice number `number`; the names of the files have another order. */
static void
put_slice (int number, DicomSlice *slice, Field field)
{
  g_autofree gint16 *samples = g_new (gint16, COLUMNS * ROWS);
  g_autofree char *path = g_strdup_printf ("%s/%03d", folder, number * 37 % 101);
  const double *way = slice->orientation, *at = slice->position;

  for (int y = 0; y < ROWS; y++)
    for (int x = 0; x < COLUMNS; x++)
      {
        double point[3];
        for (int r = 0; r < 3; r++)
          point[r] = at[r] + way[r] * COLUMN_MM * x + way[3 + r] * ROW_MM * y;
        samples[y * COLUMNS + x] =
          (gint16) floor (field (brg_vec3 (point[0], point[1], point[2])) + 0.5);
      }
  slice->samples = samples;
  slice->number = number;
  g_autoptr (GByteArray) bytes = dicom_slice (slice);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
}

/* The only series in a folder of such slices. */
static GPtrArray *
make_series (const Fault *fault, Field field)
{
  _brg_file_remove_tree (folder);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  for (int place = 0; place < PLACES; place++)
    {
      double at_mm = place - (PLACES - 1) / 2.0;
      if (fault->missing >> place & 1)
        continue;
      if (fault->shifted > 0 && place >= fault->shifted)
        at_mm += fault->shift_mm;
      DicomSlice slice = slice_at (at_mm, fault->tilt_deg);
      put_slice (place + 1, &slice, field);
      if (place == fault->twice && place > 0)
        put_slice (PLACES + 1, &slice, air);
    }
  GPtrArray *all = brg_series_find (folder, NULL, NULL);
  g_assert_cmpuint (all->len, ==, 1);
  return all;
}

/* Farthest that a vertex of the surface lies from the ball's. */
static double
surface_off_mm (const BrgVolume *scan)
{
  BrgMesh *mesh = brg_isosurface_hu (scan, LEVEL_HU, NULL, NULL);
  double worst = 0;

  g_assert_cmpuint (mesh->n_vertices, >, 10000);
  for (size_t v = 0; v < mesh->n_vertices; v++)
    {
      BrgVec3 at = brg_vec3 ((double) mesh->xyz[3 * v], (double) mesh->xyz[3 * v + 1],
                             (double) mesh->xyz[3 * v + 2]);
      worst = fmax (worst, fabs (brg_vec3_length (brg_vec3_sub (at, centre)) - RADIUS_MM));
    }
  brg_mesh_unref (mesh);
  return worst;
}

/* Farthest that a value lies from where the ramp has it. */
static double
ramp_off_mm (const BrgVolume *scan)
{
  const int *dim = scan->grid.dim;
  double worst = 0;
  gsize n = 0;

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        {
          int hu = brg_volume_get (scan, i, j, k);
          if (hu == BRG_RESTACK_PAD_HU)
            continue;
          double truth = ramp (brg_grid_lps_from_vox (&scan->grid, brg_vec3 (i, j, k)));
          worst = fmax (worst, fabs (truth - hu) / HU_PER_MM);
          n++;
        }
  g_assert_cmpuint (n, >, COLUMNS * ROWS * (PLACES - 3));
  return worst;
}

static BrgVolume *
read_series (const BrgSeries *series, BrgSeriesMode mode)
{
  GError *error = NULL;
  BrgVolume *scan = brg_series_read (series, mode, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return scan;
}

static void
check_words (const Fault *fault, const BrgSeries *series)
{
  g_autofree char *remarks = g_strjoinv (" ", series->remarks);
  g_autoptr (GError) error = NULL;

  g_assert_null (series->reason);
  g_assert_cmpstr (remarks, ==, fault->remarks);
  if (series->stack.is_even)
    return;
  g_assert_null (brg_series_read (series, BRG_SERIES_AS_IT_IS, NULL, NULL, NULL, &error));
  g_assert_cmpstr (error->message, ==, series->remarks[0]);
}

static void
check_resampled (const Fault *fault, const BrgSeries *series)
{
  g_auto (GStrv) warnings = NULL;
  BrgVolume *scan = brg_series_read (series, BRG_SERIES_RESAMPLE, NULL, &warnings, NULL, NULL);
  double limit_mm =
    ROUNDED_MM + (fault->widest_mm * fault->widest_mm + COLUMN_MM * COLUMN_MM + ROW_MM * ROW_MM) /
                   (8 * RADIUS_MM);
  double off_mm = surface_off_mm (scan);

  g_assert_true (
    g_strv_contains ((const char *const *) warnings, "Resampled to even slices, 1.000 mm apart."));
  g_test_message ("%s: %.4f mm, at most %.4f mm", fault->name, off_mm, limit_mm);
  g_assert_cmpint (scan->grid.dim[2], ==, fault->n_slices);
  g_assert_cmpfloat (brg_grid_shear_deg (&scan->grid), <, 1e-6);
  g_assert_cmpfloat_with_epsilon (brg_grid_spacing_mm (&scan->grid, 2), 1, 1e-6);
  g_assert_cmpfloat (off_mm, <=, limit_mm);
  if (fault->widest_mm < 2.5)
    g_assert_cmpfloat (off_mm, <=, 0.05);
  brg_volume_unref (scan);
}

/* The surface, resampled and, where the slices are a grid, as they are, which may be sheared. */
static void
test_surfaces (void)
{
  for (gsize f = 0; f < G_N_ELEMENTS (faults); f++)
    {
      g_autoptr (GPtrArray) all = make_series (&faults[f], ball);
      const BrgSeries *series = all->pdata[0];
      check_words (&faults[f], series);
      check_resampled (&faults[f], series);
      if (!series->stack.is_even)
        continue;
      BrgVolume *scan = read_series (series, BRG_SERIES_AS_IT_IS);
      g_assert_cmpfloat_with_epsilon (brg_grid_shear_deg (&scan->grid), fabs (faults[f].tilt_deg),
                                      1e-6);
      g_assert_cmpfloat (surface_off_mm (scan), <=, 0.05);
      brg_volume_unref (scan);
    }
}

/* Nothing limits a ramp but whole numbers: one value of a sample, one of the result. */
static void
test_ramps (void)
{
  for (gsize f = 0; f < G_N_ELEMENTS (faults); f++)
    {
      g_autoptr (GPtrArray) all = make_series (&faults[f], ramp);
      BrgVolume *scan = read_series (all->pdata[0], BRG_SERIES_RESAMPLE);
      g_assert_cmpfloat (ramp_off_mm (scan), <=, ROUNDED_MM + 1e-6);
      brg_volume_unref (scan);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("made-XXXXXX", NULL);
  g_test_add_func ("/made-series/surfaces", test_surfaces);
  g_test_add_func ("/made-series/ramps", test_ramps);
  int result = g_test_run ();
  _brg_file_remove_tree (folder);
  g_free (folder);
  return result;
}
