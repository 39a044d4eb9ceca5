/* Threshold and histogram against one voxel at a time. */

#include <glib.h>

#include "engine/brg-histogram.h"
#include "engine/brg-threshold.h"
#include "voxel-twin.h"

static const int extremes[] = { INT16_MIN, INT16_MIN + 1, -1, 0, 1, 149, 150, 151, INT16_MAX };

static BrgVolume *
random_volume (const TwinCase *c, int lo, int hi)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  BrgGrid grid = twin_grid (c);
  BrgVolume *volume = brg_volume_new (&grid, NULL);

  for (size_t v = 0; v < brg_grid_n_voxels (&grid); v++)
    {
      int hu = g_rand_int_range (rand, lo, hi + 1);
      int extreme = extremes[g_rand_int_range (rand, 0, G_N_ELEMENTS (extremes))];
      volume->hu[v] = (int16_t) (v % 3 == 0 && extreme >= lo && extreme <= hi ? extreme : hu);
    }
  return volume;
}

static void
test_threshold (void)
{
  const int ranges[][2] = {
    { 150, 3071 },        { 150, 150 },         { INT16_MIN, INT16_MAX }, { -1, 1 },
    { INT16_MIN, -1 },    { 0, INT_MAX },       { INT_MIN, -40000 },      { 40000, INT_MAX },
    { INT_MIN, INT_MAX }, { INT16_MAX, 99999 }, { -99999, INT16_MIN }
  };

  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    for (size_t r = 0; r < G_N_ELEMENTS (ranges); r++)
      {
        BrgVolume *scan = random_volume (&twin_cases[c], INT16_MIN, INT16_MAX);
        BrgMask *expected = brg_mask_new (&scan->grid, NULL);
        for (int k = 0; k < scan->grid.dim[2]; k++)
          for (int j = 0; j < scan->grid.dim[1]; j++)
            for (int i = 0; i < scan->grid.dim[0]; i++)
              brg_mask_set (expected, i, j, k,
                            brg_volume_get (scan, i, j, k) >= ranges[r][0] &&
                              brg_volume_get (scan, i, j, k) <= ranges[r][1]);
        for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
          {
            BrgJob job = twin_job (twin_threads[t]);
            twin_take_equal (brg_threshold (scan, ranges[r][0], ranges[r][1], &job, NULL),
                             expected);
          }
        brg_mask_unref (expected);
        brg_volume_unref (scan);
      }
}

static void
test_threshold_refuses (void)
{
  BrgVolume *scan = random_volume (&twin_cases[1], 0, 10);
  BrgError error = { 0 };

  g_assert_null (brg_threshold (scan, 300, 299, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_INVALID);
  g_assert_nonnull (strstr (error.message, "300"));
  g_assert_nonnull (strstr (error.message, "299"));
  brg_volume_unref (scan);
}

static void
check_histogram (const BrgVolume *scan, int n_threads)
{
  BrgHistogram h, expected = { .min_hu = INT16_MAX, .max_hu = INT16_MIN };
  BrgJob job = twin_job (n_threads);
  size_t n = brg_grid_n_voxels (&scan->grid);

  g_assert_cmpint (brg_histogram (scan, &h, &job, NULL), ==, BRG_OK);
  for (size_t v = 0; v < n; v++)
    {
      int bin = (scan->hu[v] - h.lo_hu) / h.bin_hu;
      g_assert_cmpint (scan->hu[v], >=, h.lo_hu);
      g_assert_cmpint (bin, <, BRG_HISTOGRAM_BINS);
      expected.counts[bin]++;
      expected.min_hu = MIN (expected.min_hu, scan->hu[v]);
      expected.max_hu = MAX (expected.max_hu, scan->hu[v]);
    }
  g_assert_cmpmem (h.counts, sizeof h.counts, expected.counts, sizeof expected.counts);
  g_assert_cmpint (h.min_hu, ==, expected.min_hu);
  g_assert_cmpint (h.max_hu, ==, expected.max_hu);
  g_assert_cmpuint (h.n_voxels, ==, n);
  g_assert_cmpint (h.lo_hu % h.bin_hu, ==, 0);
  g_assert_cmpint (h.lo_hu, <=, h.min_hu);
  g_assert_cmpint (h.min_hu - h.lo_hu, <, h.bin_hu);
}

static void
test_histogram (void)
{
  const int ranges[][2] = {
    { INT16_MIN, INT16_MAX }, { -1024, 3071 }, { 7, 7 }, { -1, 510 }, { -1, 511 }
  };
  const int bins[] = { 128, 8, 1, 1, 2 };

  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    for (size_t r = 0; r < G_N_ELEMENTS (ranges); r++)
      {
        BrgVolume *scan = random_volume (&twin_cases[c], ranges[r][0], ranges[r][1]);
        BrgHistogram h;

        for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
          check_histogram (scan, twin_threads[t]);
        if (brg_grid_n_voxels (&scan->grid) > 1)
          {
            scan->hu[0] = (int16_t) ranges[r][0];
            scan->hu[1] = (int16_t) ranges[r][1];
            g_assert_cmpint (brg_histogram (scan, &h, NULL, NULL), ==, BRG_OK);
            g_assert_cmpint (h.bin_hu, ==, bins[r]);
          }
        brg_volume_unref (scan);
      }
}

/* Large enough for two slabs. */
static void
test_histogram_slabs (void)
{
  const TwinCase c = { { 257, 91, 100 }, { 1, 1, 1 }, 0 };
  BrgVolume *scan = random_volume (&c, -1100, 3071);
  BrgHistogram first = { 0 };

  check_histogram (scan, 1);
  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      BrgHistogram h;
      g_assert_cmpint (brg_histogram (scan, &h, &job, NULL), ==, BRG_OK);
      if (t == 0)
        first = h;
      g_assert_cmpmem (&h, sizeof h, &first, sizeof first);
    }
  brg_volume_unref (scan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/threshold/twin", test_threshold);
  g_test_add_func ("/threshold/refuses", test_threshold_refuses);
  g_test_add_func ("/threshold/histogram", test_histogram);
  g_test_add_func ("/threshold/histogram-slabs", test_histogram_slabs);
  return g_test_run ();
}
