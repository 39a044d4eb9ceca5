/* Bit-sliced medians against counting, kernel voxels off the grid left out. */

#include <glib.h>

#include "engine/brg-median.h"
#include "voxel-twin.h"

typedef struct
{
  const BrgMask *mask;
  int size[3];
  double spacing[3];
  double radius_mm; /* of the ball; INFINITY for the box */
} Twin;

static bool
in_kernel (const Twin *twin, int di, int dj, int dk)
{
  double sum = 0;
  int offset[3] = { di, dj, dk };

  for (int a = 0; a < 3; a++)
    {
      double mm = offset[a] * twin->spacing[a];
      sum += mm * mm;
    }
  return sum <= twin->radius_mm * twin->radius_mm * (1 + 1e-9);
}

static bool
median_at (const Twin *twin, int i, int j, int k)
{
  int half[3] = { twin->size[0] / 2, twin->size[1] / 2, twin->size[2] / 2 };
  int count = 0, valid = 0;

  for (int dk = -MIN (half[2], k); dk <= half[2] && k + dk < twin->mask->grid.dim[2]; dk++)
    for (int dj = -MIN (half[1], j); dj <= half[1] && j + dj < twin->mask->grid.dim[1]; dj++)
      for (int di = -half[0]; di <= half[0]; di++)
        if (twin_inside (twin->mask, i + di, j + dj, k + dk) && in_kernel (twin, di, dj, dk))
          {
            valid++;
            count += brg_mask_get (twin->mask, i + di, j + dj, k + dk);
          }
  return 2 * count > valid;
}

static BrgMask *
twin_median (const BrgMask *mask, double diameter_mm, BrgKernel kernel)
{
  Twin twin = { .mask = mask };
  BrgMask *out = brg_mask_new (&mask->grid, NULL);

  twin.radius_mm = kernel == BRG_KERNEL_BALL ? diameter_mm / 2 : (double) INFINITY;
  for (int a = 0; a < 3; a++)
    twin.spacing[a] = brg_grid_spacing_mm (&mask->grid, a);
  brg_median_kernel_vox (&mask->grid, diameter_mm, kernel, twin.size);
  for (int k = 0; k < mask->grid.dim[2]; k++)
    for (int j = 0; j < mask->grid.dim[1]; j++)
      for (int i = 0; i < mask->grid.dim[0]; i++)
        brg_mask_set (out, i, j, k, median_at (&twin, i, j, k));
  return out;
}

static void
check (const TwinCase *c, double diameter_mm, BrgKernel kernel)
{
  BrgMask *mask = twin_mask (c, 9);
  BrgMask *expected = twin_median (mask, diameter_mm, kernel);

  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      twin_take_equal (brg_median (mask, diameter_mm, kernel, &job, NULL), expected);
    }
  brg_mask_unref (mask);
  brg_mask_unref (expected);
}

static void
test_twin (void)
{
  const double diameters[] = { 0, 1, 2, 3, 4.2, 6 };

  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    for (size_t d = 0; d < G_N_ELEMENTS (diameters); d++)
      {
        check (&twin_cases[c], diameters[d], BRG_KERNEL_BOX);
        check (&twin_cases[c], diameters[d], BRG_KERNEL_BALL);
      }
}

/* Kernels wider than a word, and larger than the grid. */
static void
test_large (void)
{
  const TwinCase fine = { { 140, 2, 2 }, { 0.1, 3, 3 }, 0.45 };
  const TwinCase small = { { 9, 4, 18 }, { 1, 1, 1 }, 0.4 };

  check (&fine, 15, BRG_KERNEL_BOX);
  check (&fine, 13.4, BRG_KERNEL_BALL);
  check (&fine, 30, BRG_KERNEL_BOX);
  check (&fine, 30, BRG_KERNEL_BALL);
  check (&small, 21, BRG_KERNEL_BOX);
  check (&small, 21, BRG_KERNEL_BALL);
}

/* Rows of 5 and 15 words. */
static void
test_wide (void)
{
  const TwinCase cases[] = { { { 270, 4, 3 }, { 0.5, 0.6, 0.8 }, 0.3 },
                             { { 901, 3, 3 }, { 0.4, 0.5, 0.75 }, 0.45 } };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    for (double diameter_mm = 2; diameter_mm < 4; diameter_mm += 0.9)
      {
        check (&cases[c], diameter_mm, BRG_KERNEL_BOX);
        check (&cases[c], diameter_mm, BRG_KERNEL_BALL);
      }
}

/* Half of an even number of valid voxels is not more than half. */
static void
test_tie (void)
{
  const TwinCase c = { { 4, 2, 2 }, { 1, 1, 1 }, 0 };
  BrgMask *mask = twin_mask (&c, 0), *expected = twin_mask (&c, 0);

  for (int v = 0; v < 4; v++)
    brg_mask_set (mask, 0, v % 2, v / 2, true);
  twin_take_equal (brg_median (mask, 3, BRG_KERNEL_BOX, NULL, NULL), expected);
  brg_mask_set (mask, 1, 0, 0, true);
  for (int v = 0; v < 4; v++)
    brg_mask_set (expected, 0, v % 2, v / 2, true);
  twin_take_equal (brg_median (mask, 3, BRG_KERNEL_BOX, NULL, NULL), expected);
  brg_mask_unref (mask);
  brg_mask_unref (expected);
}

/* The kernels of published cases, 4 mm being a radius of 2 mm. */
static void
test_kernel_sizes (void)
{
  const struct
  {
    double spacing[3];
    double diameter_mm;
    int size[3];
  } cases[] = {
    { { 0.59, 0.59, 1 }, 2, { 3, 3, 3 } },           { { 0.59, 0.59, 1 }, 4, { 7, 7, 5 } },
    { { 0.98, 0.98, 1.25 }, 2, { 3, 3, 1 } },        { { 0.98, 0.98, 1.25 }, 4, { 5, 5, 3 } },
    { { 0.41, 0.41, 1 }, 2, { 5, 5, 3 } },           { { 0.46, 0.46, 1 }, 4, { 9, 9, 5 } },
    { { 0.42, 0.42, 2 }, 2, { 5, 5, 1 } },           { { 0.42, 0.42, 2 }, 4, { 9, 9, 3 } },
    { { 0.51, 0.51, 1 }, 4, { 7, 7, 5 } },           { { 0.47, 0.47, 0.75 }, 4, { 9, 9, 5 } },
    { { 1.0000001, 1, 1 }, 2, { 3, 3, 3 } },         { { 5, 5, 5 }, 1, { 1, 1, 1 } },
    { { 0.957031, 0.957031, 1.5 }, 3, { 3, 3, 3 } },
  };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      BrgGrid grid = brg_grid_simple (4, 4, 4, cases[c].spacing, brg_vec3 (0, 0, 0));
      int size[3];
      brg_median_kernel_vox (&grid, cases[c].diameter_mm, BRG_KERNEL_BOX, size);
      g_assert_cmpmem (size, sizeof size, cases[c].size, sizeof cases[c].size);
    }
  const double tenth[3] = { 0.1, 0.2, 0.3 };
  BrgGrid grid = brg_grid_simple (4, 4, 4, tenth, brg_vec3 (0, 0, 0));
  const int ball[3] = { 7, 3, 3 };
  int size[3];
  brg_median_kernel_vox (&grid, 0.6, BRG_KERNEL_BALL, size);
  g_assert_cmpmem (size, sizeof size, ball, sizeof ball);
}

static void
test_refuses (void)
{
  const double wrong[] = { -1, NAN, INFINITY, BRG_MEDIAN_MAX_MM + 1 };
  BrgMask *mask = twin_mask (&twin_cases[2], 1);

  for (size_t w = 0; w < G_N_ELEMENTS (wrong); w++)
    {
      BrgError error = { 0 };
      g_assert_null (brg_median (mask, wrong[w], BRG_KERNEL_BOX, NULL, &error));
      g_assert_cmpint (error.status, ==, BRG_INVALID);
    }
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/median/twin", test_twin);
  g_test_add_func ("/median/large", test_large);
  g_test_add_func ("/median/wide", test_wide);
  g_test_add_func ("/median/tie", test_tie);
  g_test_add_func ("/median/kernel-sizes", test_kernel_sizes);
  g_test_add_func ("/median/refuses", test_refuses);
  return g_test_run ();
}
