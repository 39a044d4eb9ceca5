/* Distances against the nearest of all set voxels. */

#include <glib.h>
#include <string.h>

#include "engine/brg-distance.h"
#include "voxel-twin.h"

/* Coordinates in mm of the voxels with a value, one axis after the other. */
static double *
centres_of (const BrgMask *mask, bool value, size_t *n)
{
  const int *dim = mask->grid.dim;
  size_t stride = brg_grid_n_voxels (&mask->grid);
  double *centres = g_new (double, 3 * stride);

  *n = 0;
  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        if (brg_mask_get (mask, i, j, k) == value)
          {
            centres[*n] = i * brg_grid_spacing_mm (&mask->grid, 0);
            centres[stride + *n] = j * brg_grid_spacing_mm (&mask->grid, 1);
            centres[2 * stride + (*n)++] = k * brg_grid_spacing_mm (&mask->grid, 2);
          }
  return centres;
}

static double
nearest (const BrgGrid *grid, const double *centres, size_t n, int i, int j, int k)
{
  const double *x = centres, *y = x + brg_grid_n_voxels (grid), *z = y + brg_grid_n_voxels (grid);
  double at_x = i * brg_grid_spacing_mm (grid, 0), at_y = j * brg_grid_spacing_mm (grid, 1);
  double at_z = k * brg_grid_spacing_mm (grid, 2), best = (double) INFINITY;

  for (size_t v = 0; v < n; v++)
    {
      double dx = x[v] - at_x, dy = y[v] - at_y, dz = z[v] - at_z;
      double square = dx * dx + dy * dy + dz * dz;
      best = square < best ? square : best;
    }
  return sqrt (best);
}

/* Of every voxel, to the nearest set voxel; with both sides, in the mask minus the distance to the
 * nearest that is not. */
static double *
twin_distances (const BrgMask *mask, bool both_sides)
{
  size_t n_set, n_clear;
  g_autofree double *set = centres_of (mask, true, &n_set);
  g_autofree double *clear = centres_of (mask, false, &n_clear);
  const int *dim = mask->grid.dim;
  double *mm = g_new (double, brg_grid_n_voxels (&mask->grid)), *out = mm;

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        if (both_sides && brg_mask_get (mask, i, j, k))
          *out++ = -nearest (&mask->grid, clear, n_clear, i, j, k);
        else
          *out++ = nearest (&mask->grid, set, n_set, i, j, k);
  return mm;
}

static void
assert_distances (const BrgMask *mask, const BrgDistance *got, const double *twin, double limit_mm)
{
  const BrgBox *box = &got->box;
  const int *dim = mask->grid.dim;

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      for (int i = box->lo[0]; i < box->hi[0]; i++)
        {
          double expected = twin[(k * dim[1] + j) * dim[0] + i];
          double mm = (double) brg_distance_get (got, i, j, k);
          if (isinf (expected) || fabs (expected) > limit_mm * (1 + 1e-5))
            g_assert_true (mm == copysign ((double) INFINITY, expected));
          else
            g_assert_cmpfloat_with_epsilon (mm, expected, 1e-5);
        }
}

static void
check_sides (const BrgMask *mask,
             const BrgBox *box,
             double limit_mm,
             bool both_sides,
             const double *twin)
{
  BrgDistance first = { 0 };
  size_t n = 0;

  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      BrgDistance got;
      g_assert_cmpint (
        (both_sides ? brg_distance_signed : brg_distance) (mask, box, limit_mm, &got, &job, NULL),
        ==, BRG_OK);
      if (t == 0)
        {
          first = got;
          const BrgBox *b = &got.box;
          n = (size_t) (b->hi[0] - b->lo[0]) * (size_t) (b->hi[1] - b->lo[1]) *
              (size_t) (b->hi[2] - b->lo[2]);
          continue;
        }
      g_assert_true (memcmp (got.mm, first.mm, n * sizeof (float)) == 0);
      brg_distance_clear (&got);
    }
  assert_distances (mask, &first, twin, limit_mm);
  brg_distance_clear (&first);
}

static void
check (const BrgMask *mask, const BrgBox *box, double limit_mm)
{
  g_autofree double *twin = twin_distances (mask, false);

  check_sides (mask, box, limit_mm, false, twin);
}

static void
check_twin (const TwinCase *c, bool both_sides)
{
  const double limits[] = { 0.3, 1, 3, INFINITY };
  BrgMask *mask = twin_mask (c, 17);
  g_autofree double *twin = twin_distances (mask, both_sides);
  const int *dim = mask->grid.dim;
  BrgBox part = { { dim[0] / 3, dim[1] / 4, dim[2] / 3 },
                  { dim[0] - dim[0] / 4, dim[1], dim[2] - dim[2] / 5 } };

  for (size_t l = 0; l < G_N_ELEMENTS (limits); l++)
    {
      check_sides (mask, NULL, limits[l], both_sides, twin);
      check_sides (mask, &part, limits[l], both_sides, twin);
    }
  brg_mask_unref (mask);
}

static void
check_twins (bool both_sides)
{
  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    {
      TwinCase sparse = twin_cases[c];
      if (sparse.noise < 1)
        sparse.noise *= 0.02;
      check_twin (&sparse, both_sides);
    }
}

static void
test_twin (void)
{
  check_twins (false);
}

static void
test_signed (void)
{
  check_twins (true);
}

/* Nothing near most tiles, whole tiles inside, and a surface that crosses all borders. */
static void
test_solid (void)
{
  const TwinCase c = { { 75, 21, 19 }, { 0.4, 0.9, 0.7 }, 0 };
  BrgMask *mask = twin_mask (&c, 0);

  for (int k = 0; k < 19; k++)
    for (int j = 0; j < 21; j++)
      for (int i = 0; i < 75; i++)
        brg_mask_set (mask, i, j, k, i + 2 * j - k > 30 && i < 70 && (k != 9 || j != 3));
  g_autofree double *twin = twin_distances (mask, true);
  for (int limit = 1; limit <= 6; limit++)
    check_sides (mask, NULL, limit, true, twin);
  brg_mask_unref (mask);
}

/* A single voxel far outside the box, at the limit and just beyond it. */
static void
test_outside (void)
{
  const TwinCase c = { { 140, 30, 25 }, { 0.1, 0.4, 0.3 }, 0 };
  const BrgBox box = { { 130, 20, 20 }, { 132, 21, 21 } };
  BrgMask *mask = twin_mask (&c, 0);
  BrgDistance got;

  brg_mask_set (mask, 90, 20, 10, true);
  check (mask, &box, 5);
  check (mask, &box, 4.9999);
  g_assert_cmpint (brg_distance (mask, &box, 5, &got, NULL, NULL), ==, BRG_OK);
  g_assert_cmpfloat_with_epsilon (got.mm[0], 5, 1e-5);
  g_assert_true (got.mm[1] == INFINITY);
  brg_distance_clear (&got);
  g_assert_null (got.mm);
  brg_mask_unref (mask);
}

static void
test_refuses (void)
{
  const double wrong[] = { 0, -1, NAN };
  const BrgBox boxes[] = { { { 0, 0, 0 }, { 64, 6, 5 } },
                           { { -1, 0, 0 }, { 3, 6, 5 } },
                           { { 0, 2, 0 }, { 63, 2, 5 } } };
  BrgMask *mask = twin_mask (&twin_cases[2], 1);
  BrgDistance got;

  for (size_t w = 0; w < G_N_ELEMENTS (wrong); w++)
    {
      g_assert_cmpint (brg_distance (mask, NULL, wrong[w], &got, NULL, NULL), ==, BRG_INVALID);
      g_assert_cmpint (brg_distance_signed (mask, NULL, wrong[w], &got, NULL, NULL), ==,
                       BRG_INVALID);
    }
  for (size_t b = 0; b < G_N_ELEMENTS (boxes); b++)
    {
      g_assert_cmpint (brg_distance (mask, &boxes[b], 1, &got, NULL, NULL), ==, BRG_INVALID);
      g_assert_null (got.mm);
    }
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/distance/twin", test_twin);
  g_test_add_func ("/distance/signed", test_signed);
  g_test_add_func ("/distance/solid", test_solid);
  g_test_add_func ("/distance/outside", test_outside);
  g_test_add_func ("/distance/refuses", test_refuses);
  return g_test_run ();
}
