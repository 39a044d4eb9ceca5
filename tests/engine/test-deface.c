/* Defacing against the distance to every voxel of bone. */

#include "engine/brg-deface.h"
#include "voxel-twin.h"

#define BONE_HU 150

static BrgVolume *
random_scan (const BrgGrid *grid, GRand *rand)
{
  BrgVolume *scan = brg_volume_new (grid, NULL);

  for (size_t v = 0; v < brg_grid_n_voxels (grid); v++)
    scan->hu[v] =
      (int16_t) (g_rand_int_range (rand, 0, 60) == 0 ? 1000
                                                     : g_rand_int_range (rand, -1024, BONE_HU));
  return scan;
}

static bool
is_near_bone (const BrgVolume *scan, const int at[3], double mm)
{
  const int *dim = scan->grid.dim;

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        {
          double dx = (i - at[0]) * brg_grid_spacing_mm (&scan->grid, 0);
          double dy = (j - at[1]) * brg_grid_spacing_mm (&scan->grid, 1);
          double dz = (k - at[2]) * brg_grid_spacing_mm (&scan->grid, 2);
          if (brg_volume_get (scan, i, j, k) >= BONE_HU &&
              dx * dx + dy * dy + dz * dz <= mm * mm * (1 + 1e-9))
            return true;
        }
  return false;
}

/* What defacing is to make of the scan; *n counts what it changes. */
static BrgVolume *
twin (const BrgVolume *scan, double mm, size_t *n)
{
  const int *dim = scan->grid.dim;
  BrgVolume *out = brg_volume_new (&scan->grid, NULL);

  *n = 0;
  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        {
          const int at[] = { i, j, k };
          int was = brg_volume_get (scan, i, j, k);
          int is = is_near_bone (scan, at, mm) ? was : BRG_DEFACE_AIR_HU;
          brg_volume_row (out, j, k)[i] = (int16_t) is;
          *n += is != was ? 1 : 0;
        }
  return out;
}

static void
test_twin (void)
{
  const double spacing_mm[] = { 0.5, 0.7, 1.3 };
  BrgGrid grid = brg_grid_simple (67, 7, 6, spacing_mm, brg_vec3 (0, 0, 0));
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  BrgVolume *scan = random_scan (&grid, rand);

  for (double mm = 0; mm < 3; mm += 1.3)
    {
      size_t n_expected, n_blanked;
      BrgVolume *expected = twin (scan, mm, &n_expected);
      for (gsize t = 0; t < G_N_ELEMENTS (twin_threads); t++)
        {
          BrgJob job = twin_job (twin_threads[t]);
          BrgVolume *out = brg_deface (scan, BONE_HU, mm, &n_blanked, &job, NULL);
          g_assert_cmpmem (out->hu, 67 * 7 * 6 * 2, expected->hu, 67 * 7 * 6 * 2);
          g_assert_cmpuint (n_blanked, ==, n_expected);
          brg_volume_unref (out);
        }
      brg_volume_unref (expected);
    }
  brg_volume_unref (scan);
}

static void
test_refused (void)
{
  const double spacing_mm[] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (4, 4, 4, spacing_mm, brg_vec3 (0, 0, 0));
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  BrgVolume *scan = random_scan (&grid, rand);
  BrgError error;

  g_assert_null (brg_deface (scan, BONE_HU, -1, NULL, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_INVALID);
  g_assert_null (brg_deface (scan, BONE_HU, NAN, NULL, NULL, &error));
  g_assert_null (brg_deface (scan, BONE_HU, 51, NULL, NULL, &error));
  brg_volume_unref (scan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deface/twin", test_twin);
  g_test_add_func ("/deface/refused", test_refused);
  return g_test_run ();
}
