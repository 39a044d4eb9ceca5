/* Slices put in order, and resampled: against closed forms and one sample at a time. */

#include <glib.h>
#include <string.h>

#include "engine/brg-restack.h"
#include "voxel-twin.h"

#define COLUMNS 23
#define ROWS    17
#define N       12

/* A made series: slice s lies at start + at_mm[s] * normal + shift * at_mm[s] * down. */
typedef struct
{
  BrgVec3 start, along_row, down, normal;
  double row_mm, column_mm;
  double tilt_deg;
} Series;

static BrgStackSlice
slice_at (const Series *series, double at_mm)
{
  double lean_mm = at_mm * tan (series->tilt_deg * BRG_PI / 180);
  BrgVec3 position =
    brg_vec3_add (series->start, brg_vec3_add (brg_vec3_scale (series->normal, at_mm),
                                               brg_vec3_scale (series->down, lean_mm)));

  return (BrgStackSlice){ position, series->along_row, series->down, series->row_mm,
                          series->column_mm };
}

static Series
axial (double tilt_deg)
{
  return (Series){ brg_vec3 (-100, -120, 33),
                   brg_vec3 (1, 0, 0),
                   brg_vec3 (0, 1, 0),
                   brg_vec3 (0, 0, 1),
                   0.7,
                   0.5,
                   tilt_deg };
}

/* Turned about an oblique axis, in one of 48 axis orders and directions. */
static Series
turned (int order)
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  const double c = cos (0.2), s = sin (0.2);
  const BrgVec3 axes[3] = { { c, s, 0 }, { -s * c, c * c, s }, { s * s, -c * s, c } };
  const int *axis = orders[order % 6];
  Series series = axial (0);

  series.along_row = brg_vec3_scale (axes[axis[0]], order / 6 % 2 > 0 ? -1 : 1);
  series.down = brg_vec3_scale (axes[axis[1]], order / 12 % 2 > 0 ? -1 : 1);
  series.normal = brg_vec3_cross (series.along_row, series.down);
  series.start = brg_vec3 (10, order, -20);
  return series;
}

static void
shuffle (BrgStackSlice *slices, int n, GRand *rand)
{
  for (int s = n - 1; s > 0; s--)
    {
      int other = g_rand_int_range (rand, 0, s + 1);
      BrgStackSlice kept = slices[s];
      slices[s] = slices[other];
      slices[other] = kept;
    }
}

static void
assert_near (BrgVec3 a, BrgVec3 b, double tolerance)
{
  g_assert_cmpfloat (brg_vec3_length (brg_vec3_sub (a, b)), <=, tolerance);
}

/* Every order of axes and of slices: sample (x, y) of the s-th slice along the normal lies where
 * the slice itself says. */
static void
test_even (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (int order = 0; order < 48; order++)
    {
      Series series = turned (order);
      BrgStackSlice slices[N];
      BrgStack stack;
      double sign = order / 24 > 0 ? -1 : 1;
      for (int s = 0; s < N; s++)
        slices[s] = slice_at (&series, sign * s * 1.25);
      shuffle (slices, N, rand);
      g_assert_cmpint (brg_stack_make (slices, N, COLUMNS, ROWS, &stack, NULL), ==, BRG_OK);
      g_assert_cmpint (stack.n, ==, N);
      g_assert_true (stack.is_even && !stack.is_tilted);
      g_assert_cmpfloat_with_epsilon (stack.step_mm, 1.25, 1e-9);
      g_assert_cmpfloat (stack.off_corner_mm, <, BRG_STACK_CORNER_MM);
      g_assert_cmpint (stack.n_missing + stack.n_uneven + stack.n_duplicates, ==, 0);
      for (int s = 0; s < N; s++)
        {
          const int sample[3] = { 3, 5, s };
          int vox[3];
          const BrgStackSlice *slice = &slices[stack.order[s]];
          BrgVec3 by_slice =
            brg_vec3_add (slice->position, brg_vec3_add (brg_vec3_scale (slice->along_row, 3 * 0.5),
                                                         brg_vec3_scale (slice->down, 5 * 0.7)));
          brg_grid_vox_from_source (&stack.grid, sample, vox);
          assert_near (brg_grid_lps_from_vox (&stack.grid, brg_vec3 (vox[0], vox[1], vox[2])),
                       by_slice, 1e-9);
        }
      brg_stack_clear (&stack);
    }
}

/* Slices at these distances from the first. */
static BrgStack
make_at (const double *at_mm, int n, double tilt_deg)
{
  Series series = axial (tilt_deg);
  BrgStackSlice slices[32];
  BrgStack stack;

  for (int s = 0; s < n; s++)
    slices[s] = slice_at (&series, at_mm[s]);
  g_assert_cmpint (brg_stack_make (slices, n, COLUMNS, ROWS, &stack, NULL), ==, BRG_OK);
  return stack;
}

static void
test_faults (void)
{
  const double missing[] = { 0, 2, 4, 10, 12, 14, 16 },
               uneven[] = { 0, 2, 4, 6.7, 8.7, 9.5, 11.5, 13.5 };
  const double twice[] = { 0, 2, 4, 4.004, 6, 6.001, 8 }, rounded[] = { 0, 2.004, 4, 5.996, 8 };
  BrgStack stack = make_at (missing, G_N_ELEMENTS (missing), 0);

  g_assert_cmpint (stack.n_missing, ==, 2);
  g_assert_cmpint (stack.n_gaps, ==, 1);
  g_assert_cmpint (stack.n_uneven, ==, 0);
  g_assert_cmpint (stack.worst_gap, ==, 2);
  g_assert_cmpfloat_with_epsilon (stack.worst_gap_mm, 6, 1e-9);
  g_assert_cmpfloat_with_epsilon (stack.step_mm, 2, 1e-9);
  g_assert_false (stack.is_even);
  brg_stack_clear (&stack);

  stack = make_at (uneven, G_N_ELEMENTS (uneven), 0);
  g_assert_cmpint (stack.n_missing, ==, 0);
  g_assert_cmpint (stack.n_uneven, ==, 2);
  g_assert_cmpfloat_with_epsilon (stack.uneven_mm, 0.8, 1e-9);
  g_assert_cmpint (stack.worst_gap, ==, -1);
  g_assert_false (stack.is_even);
  brg_stack_clear (&stack);

  stack = make_at (twice, G_N_ELEMENTS (twice), 0);
  g_assert_cmpint (stack.n, ==, 5);
  g_assert_cmpint (stack.n_duplicates, ==, 2);
  g_assert_cmpint (stack.first_duplicate, ==, 3);
  g_assert_true (stack.is_even);
  brg_stack_clear (&stack);

  stack = make_at (rounded, G_N_ELEMENTS (rounded), 0);
  g_assert_true (stack.is_even);
  g_assert_cmpfloat_with_epsilon (stack.off_corner_mm, 0.004, 1e-9);
  g_assert_cmpint (stack.n_uneven, ==, 0);
  brg_stack_clear (&stack);
}

static void
test_tilt (void)
{
  const double even[] = { 0, 2.5, 5, 7.5, 10 };

  for (double tilt_deg = -30; tilt_deg <= 30; tilt_deg += 6)
    {
      BrgStack stack = make_at (even, G_N_ELEMENTS (even), tilt_deg);
      g_assert_cmpfloat_with_epsilon (stack.tilt_deg, fabs (tilt_deg), 1e-9);
      g_assert_cmpfloat_with_epsilon (stack.lean_mm[1], 2.5 * tan (tilt_deg * BRG_PI / 180), 1e-9);
      g_assert_true (stack.is_tilted == (fabs (tilt_deg) > 1));
      g_assert_true (stack.is_even);
      brg_stack_clear (&stack);
    }
}

/* Positions off the line: even along the normal, but no grid. */
static void
test_shifted (void)
{
  Series series = axial (0);
  BrgStackSlice slices[5];
  BrgStack stack;

  for (int s = 0; s < 5; s++)
    slices[s] = slice_at (&series, 2 * s);
  slices[2].position.x += 1.5;
  g_assert_cmpint (brg_stack_make (slices, 5, COLUMNS, ROWS, &stack, NULL), ==, BRG_OK);
  g_assert_cmpfloat_with_epsilon (stack.off_line_mm, 1.5, 1e-9);
  g_assert_false (stack.is_even);
  g_assert_cmpint (stack.n_uneven, ==, 0);
  brg_stack_clear (&stack);
}

static void
assert_refused (const BrgStackSlice *slices, int n, int columns, const char *words)
{
  BrgStack stack;
  BrgError error;

  g_assert_cmpint (brg_stack_make (slices, n, columns, ROWS, &stack, &error), !=, BRG_OK);
  g_assert_nonnull (strstr (error.message, words));
  g_assert_null (stack.order);
}

static void
test_refused (void)
{
  Series series = axial (0);
  BrgStackSlice slices[4];

  for (int s = 0; s < 4; s++)
    slices[s] = slice_at (&series, 2 * s);
  assert_refused (slices, 1, COLUMNS, "1 slice");
  assert_refused (slices, 4, 70000, "70000");
  slices[2].row_mm = 0.71;
  assert_refused (slices, 4, COLUMNS, "slice 3");
  slices[2].row_mm = 0.7;
  slices[3].along_row = brg_vec3 (cos (0.01), sin (0.01), 0);
  assert_refused (slices, 4, COLUMNS, "slice 4");
  slices[3] = slices[2] = slices[1] = slices[0];
  assert_refused (slices, 4, COLUMNS, "one place");
}

/* Something to sample. */
typedef double (*Field) (BrgVec3 at);

static double
ramp (BrgVec3 at)
{
  return 3 * at.x - 2 * at.y + 5 * at.z + 100;
}

/* 100 HU for every mm inside of a sphere. */
static double
ball (BrgVec3 at)
{
  return 100 * (60 - brg_vec3_length (brg_vec3_sub (at, brg_vec3 (-90, -110, 45))));
}

static int16_t *
sample_slices (const BrgStackSlice *slices,
               const BrgStack *stack,
               int columns,
               int rows,
               Field field)
{
  int16_t *hu = g_new (int16_t, (gsize) stack->n * (gsize) (columns * rows));

  for (int s = 0; s < stack->n; s++)
    for (int y = 0; y < rows; y++)
      for (int x = 0; x < columns; x++)
        {
          const BrgStackSlice *slice = &slices[stack->order[s]];
          BrgVec3 at = brg_vec3_add (
            slice->position, brg_vec3_add (brg_vec3_scale (slice->along_row, x * slice->column_mm),
                                           brg_vec3_scale (slice->down, y * slice->row_mm)));
          hu[(s * rows + y) * columns + x] =
            (int16_t) floor (CLAMP (field (at), INT16_MIN, INT16_MAX) + 0.5);
        }
  return hu;
}

/* Tilted, uneven and with a gap, so that all of it is at work. */
static void
make_hard (BrgStackSlice *slices, BrgStack *stack, int columns, int rows, GRand *rand)
{
  Series series = axial (18);
  double at_mm = 0;

  for (int s = 0; s < N; s++)
    {
      slices[s] = slice_at (&series, at_mm);
      at_mm += s == 4 ? 6 : s == 7 ? 2.6 : 2;
    }
  shuffle (slices, N, rand);
  g_assert_cmpint (brg_stack_make (slices, N, columns, rows, stack, NULL), ==, BRG_OK);
}

/* Farthest that a resampled value is from the field, in HU, and how many there are. */
static double
worst_difference (const BrgVolume *volume, Field field, double near_hu, guint *n)
{
  const int *dim = volume->grid.dim;
  double worst = 0;

  *n = 0;
  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        {
          double truth = field (brg_grid_lps_from_vox (&volume->grid, brg_vec3 (i, j, k)));
          int hu = brg_volume_get (volume, i, j, k);
          if (hu == BRG_RESTACK_PAD_HU || fabs (truth) > near_hu)
            continue;
          worst = fmax (worst, fabs (truth - hu));
          ++*n;
        }
  return worst;
}

/* A linear field comes back but for the rounding of samples and results. */
static void
test_resample_ramp (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  BrgStackSlice slices[N];
  BrgStack stack;
  guint n;

  make_hard (slices, &stack, COLUMNS, ROWS, rand);
  g_assert_cmpint (stack.n_missing, ==, 2);
  g_assert_cmpint (stack.n_uneven, ==, 1);
  g_autofree int16_t *hu = sample_slices (slices, &stack, COLUMNS, ROWS, ramp);
  BrgVolume *volume = brg_restack (hu, slices, &stack, COLUMNS, ROWS, NULL, NULL);
  g_assert_nonnull (volume);
  g_assert_cmpfloat (worst_difference (volume, ramp, 1e9, &n), <=, 1.0 + 1e-9);
  g_assert_cmpuint (n, >, 3000);
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < a; b++)
      g_assert_cmpfloat (brg_grid_shear_deg (&volume->grid), <, 1e-9);
  g_assert_cmpint (volume->grid.dim[0], ==, COLUMNS);
  g_assert_cmpint (volume->grid.dim[2], ==, 15);
  brg_volume_unref (volume);
  brg_stack_clear (&stack);
}

/* The surface of a ball is where it was: 100 HU are 1 mm. */
static void
test_resample_ball (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  BrgStackSlice slices[N];
  BrgStack stack;
  guint n;

  make_hard (slices, &stack, 150, 140, rand);
  g_autofree int16_t *hu = sample_slices (slices, &stack, 150, 140, ball);
  BrgVolume *volume = brg_restack (hu, slices, &stack, 150, 140, NULL, NULL);
  double worst_mm = worst_difference (volume, ball, 100, &n) / 100;
  g_test_message ("worst %.3f mm of %u samples near the surface", worst_mm, n);
  g_assert_cmpuint (n, >, 1000);
  g_assert_cmpfloat (worst_mm, <=, 0.1);
  brg_volume_unref (volume);
  brg_stack_clear (&stack);
}

/* Trilinear interpolation in plain words. */
static int
naive_value (const int16_t *hu, const BrgStackSlice *slices, const BrgStack *stack, BrgVec3 at)
{
  const BrgStackSlice *first = &slices[stack->order[0]];
  double along = brg_vec3_dot (brg_vec3_sub (at, first->position), stack->normal), value = 0;

  for (int s = 0; s + 1 < stack->n; s++)
    {
      double share = (along - stack->at_mm[s]) / (stack->at_mm[s + 1] - stack->at_mm[s]);
      if (share < -1e-9 || share > 1 + 1e-9)
        continue;
      BrgVec3 a = slices[stack->order[s]].position, b = slices[stack->order[s + 1]].position;
      BrgVec3 from =
        brg_vec3_sub (at, brg_vec3_add (a, brg_vec3_scale (brg_vec3_sub (b, a), share)));
      double x = brg_vec3_dot (from, first->along_row) / first->column_mm;
      double y = brg_vec3_dot (from, first->down) / first->row_mm;
      if (x < -1e-7 || y < -1e-7 || x > COLUMNS - 1 + 1e-7 || y > ROWS - 1 + 1e-7)
        return BRG_RESTACK_PAD_HU;
      for (int c = 0; c < 8; c++)
        {
          int column = (int) floor (x + 1e-9) + c % 2, row = (int) floor (y + 1e-9) + c / 2 % 2;
          double weight =
            (1 - fabs (x - column)) * (1 - fabs (y - row)) * (c / 4 > 0 ? share : 1 - share);
          if (weight > 1e-8)
            value += weight * hu[((s + c / 4) * ROWS + row) * COLUMNS + column];
        }
      return (int) floor (value + 0.5);
    }
  return BRG_RESTACK_PAD_HU;
}

static double
noise (BrgVec3 at)
{
  return 2000 * sin (13 * at.x + 7 * at.y * at.z) * cos (5 * at.z);
}

/* Every sample against the plain words; the same bytes on any number of threads. */
static void
test_resample_twin (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  BrgStackSlice slices[N];
  BrgStack stack;
  guint n_off = 0, n = 0;

  make_hard (slices, &stack, COLUMNS, ROWS, rand);
  g_autofree int16_t *hu = sample_slices (slices, &stack, COLUMNS, ROWS, noise);
  BrgVolume *volume = brg_restack (hu, slices, &stack, COLUMNS, ROWS, NULL, NULL);
  const int *dim = volume->grid.dim;
  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++, n++)
        {
          int expected = naive_value (hu, slices, &stack,
                                      brg_grid_lps_from_vox (&volume->grid, brg_vec3 (i, j, k)));
          int off = ABS (expected - brg_volume_get (volume, i, j, k));
          g_assert_cmpint (off, <=, 1);
          n_off += off > 0 ? 1 : 0;
        }
  g_assert_cmpuint (n_off, <=, n / 1000); /* sums that end at a half */
  for (gsize t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      BrgVolume *again = brg_restack (hu, slices, &stack, COLUMNS, ROWS, &job, NULL);
      gsize size = brg_grid_n_voxels (&volume->grid) * sizeof *volume->hu;
      g_assert_cmpint (memcmp (again->hu, volume->hu, size), ==, 0);
      brg_volume_unref (again);
    }
  brg_volume_unref (volume);
  brg_stack_clear (&stack);
}

/* An even stack comes back as it is, in any order of axes. */
static void
test_resample_even (void)
{
  for (int order = 0; order < 24; order++)
    {
      Series series = turned (order);
      BrgStackSlice slices[N];
      BrgStack stack;
      for (int s = 0; s < N; s++)
        slices[s] = slice_at (&series, s * 1.25);
      g_assert_cmpint (brg_stack_make (slices, N, COLUMNS, ROWS, &stack, NULL), ==, BRG_OK);
      g_autofree int16_t *hu = sample_slices (slices, &stack, COLUMNS, ROWS, noise);
      BrgVolume *volume = brg_restack (hu, slices, &stack, COLUMNS, ROWS, NULL, NULL);
      g_assert_true (brg_grid_equal (&volume->grid, &stack.grid));
      for (int s = 0; s < N; s++)
        for (int y = 0; y < ROWS; y++)
          for (int x = 0; x < COLUMNS; x++)
            {
              const int sample[3] = { x, y, s };
              int vox[3];
              brg_grid_vox_from_source (&volume->grid, sample, vox);
              g_assert_cmpint (brg_volume_get (volume, vox[0], vox[1], vox[2]), ==,
                               hu[(s * ROWS + y) * COLUMNS + x]);
            }
      brg_volume_unref (volume);
      brg_stack_clear (&stack);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stack/even", test_even);
  g_test_add_func ("/stack/faults", test_faults);
  g_test_add_func ("/stack/tilt", test_tilt);
  g_test_add_func ("/stack/shifted", test_shifted);
  g_test_add_func ("/stack/refused", test_refused);
  g_test_add_func ("/restack/ramp", test_resample_ramp);
  g_test_add_func ("/restack/ball", test_resample_ball);
  g_test_add_func ("/restack/twin", test_resample_twin);
  g_test_add_func ("/restack/even", test_resample_even);
  return g_test_run ();
}
