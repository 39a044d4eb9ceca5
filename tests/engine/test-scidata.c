/* The published masks, from their formulas in source indices. */

#include <string.h>

#include "engine/brg-random.h"
#include "engine/brg-scidata.h"

#include "defect-phantoms.h"

/* Is sample (x, y, z) of a file of X x Y x Z samples in the mask? Straight from the formulas,
 * sample by sample. */
static bool
expected (const BrgScidata *s, int X, int Y, int Z, int x, int y, int z)
{
  if (s->kind == BRG_SCIDATA_CUBE)
    return x >= s->centre[0] - s->size / 2 && x < s->centre[0] + s->size / 2 &&
           y >= s->centre[1] - s->size / 2 && y < s->centre[1] + s->size / 2 && z >= 3 * Z / 4;
  if (s->kind == BRG_SCIDATA_SPHERE)
    {
      int z0 = 3 * Z / 4, R = Z + s->size - z0;
      double dx = (double) (x - s->centre[0]) / R, dy = (double) (y - s->centre[1]) / R;
      double dz = (double) (z - z0) / R;
      return dx * dx + dy * dy + dz * dz <= 1; /* rounded as in the toolbox */
    }
  double fx[] = { 0,   s->loc / 4.0, s->loc / 8.0, 0.5,    s->loc / 4.0, s->loc / 8.0,
                  0.5, s->loc / 8.0, s->loc / 4.0, 1 / 3.0 };
  double fy[] = { 0,
                  0.5,
                  0.5,
                  0.5,
                  s->loc1 / 8.0,
                  s->loc1 / 8.0,
                  s->loc / 8.0,
                  s->loc / 4.0,
                  s->loc / 4.0,
                  s->loc / 4.0 };
  int mx = X / 3, my = Y / 3, mz = Z / 3;
  int bx = x - (int) (fx[s->idx] * X), by = y - (int) (fy[s->idx] * Y);
  if (bx < 0 || bx >= mx || by < 0 || by >= my || z < Z - mz)
    return false;
  if (bx >= (int) (mx / 6.0) && bx < (int) (5 / 6.0 * mx) && by >= (int) (my / 6.0) &&
      by < (int) (5 / 6.0 * my))
    return true;
  for (int d = 0; d < 4; d++)
    {
      double cx = (d % 2 ? 5 : 1) / 6.0 * (mx - 1), cy = (d / 2 ? 5 : 1) / 6.0 * (my - 1);
      if (pow ((bx - cx) / s->radius, 2) + pow ((by - cy) / s->radius, 2) <= 1)
        return true;
    }
  return false;
}

/* A grid of a file whose axes are permuted and flipped. */
static BrgGrid
make_grid (int order, const int dim[3])
{
  const int perms[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                            { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  BrgAffine from_source = brg_affine_identity ();
  BrgGrid grid;

  for (int a = 0; a < 3; a++)
    from_source.m[a][a] = 0;
  for (int a = 0; a < 3; a++)
    from_source.m[perms[order % 6][a]][a] = (order / 6 >> a & 1 ? -1 : 1) * (0.5 + 0.3 * a);
  g_assert_cmpint (brg_grid_from_source (dim, &from_source, &grid, NULL), ==, BRG_OK);
  return grid;
}

static void
compare (const BrgGrid *grid, const int dim[3], const BrgScidata *spec)
{
  BrgError error = { 0 };
  BrgMask *mask = brg_scidata_cutter (grid, spec, NULL, &error);

  g_assert_cmpstr (error.message, ==, "");
  for (int z = 0; z < dim[2]; z++)
    for (int y = 0; y < dim[1]; y++)
      for (int x = 0; x < dim[0]; x++)
        {
          const int source[3] = { x, y, z };
          int vox[3];
          brg_grid_vox_from_source (grid, source, vox);
          g_assert_cmpint (brg_mask_get (mask, vox[0], vox[1], vox[2]), ==,
                           expected (spec, dim[0], dim[1], dim[2], x, y, z));
        }
  brg_mask_unref (mask);
}

static void
test_axes (void)
{
  const int dim[3] = { 97, 71, 22 };

  for (int order = 0; order < 48; order += 5)
    {
      BrgGrid grid = make_grid (order, dim);
      BrgScidata cube = { .kind = BRG_SCIDATA_CUBE, .centre = { 40, 33 }, .size = 30 };
      BrgScidata sphere = { .kind = BRG_SCIDATA_SPHERE, .centre = { 31, 40 }, .size = 20 };
      BrgScidata drilled = { BRG_SCIDATA_DRILLED, .loc = 1, .loc1 = 2, .idx = order % 9 + 1,
                             .radius = 6 };
      compare (&grid, dim, &cube);
      compare (&grid, dim, &sphere);
      compare (&grid, dim, &drilled);
    }
}

/* Every place and radius of the published generator, at sizes with every remainder. */
static void
test_drilled (void)
{
  const int sizes[][3] = { { 64, 64, 9 }, { 65, 67, 10 }, { 131, 40, 11 } };

  for (int n = 0; n < 9 * 4; n++)
    {
      const int *dim = sizes[n % 3];
      BrgGrid grid = make_grid (0, dim);
      BrgScidata spec = { BRG_SCIDATA_DRILLED, .loc = n / 9 % 2 + 1, .loc1 = n / 18 + 1,
                          .idx = n % 9 + 1, .radius = 6 + n % 8 };
      compare (&grid, dim, &spec);
    }
}

/* Counted once with the published formulas for a 512 x 512 x 100 file. */
static void
test_counts (void)
{
  const int dim[3] = { 512, 512, 100 };
  BrgGrid grid = make_grid (0, dim);
  BrgScidata cube = { .kind = BRG_SCIDATA_CUBE, .centre = { 256, 200 }, .size = 128 };
  BrgScidata drilled = { BRG_SCIDATA_DRILLED, .loc = 2, .loc1 = 1, .idx = 4, .radius = 13 };
  BrgMask *a = brg_scidata_cutter (&grid, &cube, NULL, NULL);
  BrgMask *b = brg_scidata_cutter (&grid, &drilled, NULL, NULL);
  BrgBox box = brg_mask_bounds (b);

  g_assert_cmpuint (brg_mask_count (a), ==, 128 * 128 * 25);
  /* mx = my = 170: cuboid 28..141, discs about 28.17 and 140.83, 33 layers */
  g_assert_cmpint (box.lo[0], ==, 256 + 16);
  g_assert_cmpint (box.hi[0], ==, 256 + 154);
  g_assert_cmpint (box.lo[1], ==, 64 + 16);
  g_assert_cmpint (box.lo[2], ==, 67);
  g_assert_cmpuint (brg_mask_count (b) % 33, ==, 0);
  brg_mask_unref (a);
  brg_mask_unref (b);
}

static void
assert_refused (const char *text, const BrgGrid *grid, const char *words)
{
  BrgScidata spec;
  BrgError error = { 0 };

  g_assert_cmpint (brg_scidata_parse (text, grid, 1, &spec, &error), ==, BRG_INVALID);
  g_assert_nonnull (strstr (error.message, words));
}

static void
test_parse (void)
{
  const int dim[3] = { 200, 240, 154 };
  BrgGrid grid = make_grid (0, dim);
  BrgScidata spec, again;

  g_assert_cmpint (brg_scidata_parse ("drilled:1,2,9,13", &grid, 1, &spec, NULL), ==, BRG_OK);
  g_assert_true (spec.loc == 1 && spec.loc1 == 2 && spec.idx == 9 && spec.radius == 13);
  g_assert_cmpint (brg_scidata_parse ("cube:90,100", &grid, 1, &spec, NULL), ==, BRG_OK);
  g_assert_true (spec.centre[0] == 90 && spec.centre[1] == 100 && spec.size == 128);
  g_assert_cmpint (brg_scidata_parse ("sphere:90,100,7", &grid, 1, &spec, NULL), ==, BRG_OK);
  g_assert_true (spec.centre[0] == 90 && spec.size == 7);
  for (guint64 seed = 0; seed < 200; seed++)
    {
      const char *const kinds[] = { "cube", "sphere", "drilled" };
      const char *kind = kinds[seed % 3];
      g_assert_cmpint (brg_scidata_parse (kind, &grid, seed, &spec, NULL), ==, BRG_OK);
      g_assert_cmpint (brg_scidata_parse (kind, &grid, seed, &again, NULL), ==, BRG_OK);
      g_assert_cmpmem (&spec, sizeof spec, &again, sizeof again);
      char text[BRG_SCIDATA_TEXT_SIZE];
      brg_scidata_format (&spec, text);
      g_assert_cmpint (brg_scidata_read (text, &again, NULL), ==, BRG_OK);
      g_assert_cmpmem (&spec, sizeof spec, &again, sizeof again);
    }
  assert_refused ("ball", &grid, "ball");
  assert_refused ("cuboid", &grid, "cuboid");
  assert_refused ("cube:", &grid, "cube:");
  assert_refused ("cube:1", &grid, "cube:1");
  assert_refused ("cube:90,100,5", &grid, "even");
  assert_refused ("cube:20,100", &grid, "x must be 64 to 136");
  assert_refused ("cube:90,100,128,4", &grid, "read");
  assert_refused ("cube:90,1e2", &grid, "read");
  assert_refused ("cube:90,100,400", &grid, "too small");
  assert_refused ("drilled:1,2,9", &grid, "read");
  assert_refused ("drilled:3,2,9,6", &grid, "loc must be 1 to 2");
  assert_refused ("drilled:1,2,10,6", &grid, "idx");
  assert_refused ("drilled:1,2,9,99999999999999999999", &grid, "read");
  g_assert_cmpint (brg_scidata_read ("drilled:1,2,9", &spec, NULL), ==, BRG_INVALID);
  g_assert_cmpint (brg_scidata_read ("cube:90,100", &spec, NULL), ==, BRG_INVALID);
  g_assert_cmpint (brg_scidata_read ("sphere", &spec, NULL), ==, BRG_INVALID);
  const int tiny[3] = { 20, 20, 20 };
  BrgGrid small = make_grid (0, tiny);
  assert_refused ("cube", &small, "too small");
  spec = (BrgScidata){ .kind = BRG_SCIDATA_DRILLED };
  g_assert_null (brg_scidata_cutter (&grid, &spec, NULL, NULL));
}

static void
test_cancelled (void)
{
  const int dim[3] = { 200, 200, 150 };
  BrgGrid grid = make_grid (0, dim);
  BrgJob job = BRG_JOB_INIT;
  BrgError error = { 0 };
  BrgScidata spec;

  g_assert_cmpint (brg_scidata_parse ("drilled", &grid, 1, &spec, NULL), ==, BRG_OK);
  brg_job_cancel (&job);
  g_assert_null (brg_scidata_cutter (&grid, &spec, &job, &error));
  g_assert_cmpint (error.status, ==, BRG_CANCELLED);
}

/* Known values of SplitMix64, and uniform draws. */
static void
test_random (void)
{
  BrgRandom random = { 1234567 };
  const guint64 known[] = { G_GUINT64_CONSTANT (6457827717110365317),
                            G_GUINT64_CONSTANT (3203168211198807973),
                            G_GUINT64_CONSTANT (9817491932198370423) };
  int counts[8] = { 0 };
  double sum = 0;

  for (int n = 0; n < 3; n++)
    g_assert_cmpuint (brg_random_next (&random), ==, known[n]);
  for (int n = 0; n < 8000; n++)
    {
      BrgRandom entry = brg_random_new (7, (guint64) n);
      counts[brg_random_int (&entry, 6, 13) - 6]++;
      double real = brg_random_real (&entry, -1, 3);
      g_assert_true (real >= -1 && real < 3);
      sum += real;
    }
  for (int c = 0; c < 8; c++)
    g_assert_true (counts[c] > 880 && counts[c] < 1120);
  g_assert_cmpfloat_with_epsilon (sum / 8000, 1, 0.05);
  g_assert_cmpint (brg_random_int (&random, 5, 5), ==, 5);
  int wide = brg_random_int (&random, G_MININT, G_MAXINT);
  g_assert_true (wide >= G_MININT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scidata/axes", test_axes);
  g_test_add_func ("/scidata/drilled", test_drilled);
  g_test_add_func ("/scidata/counts", test_counts);
  g_test_add_func ("/scidata/parse", test_parse);
  g_test_add_func ("/scidata/random", test_random);
  g_test_add_func ("/scidata/cancelled", test_cancelled);
  return g_test_run ();
}
