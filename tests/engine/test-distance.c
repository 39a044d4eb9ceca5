/* Distances against the nearest of all set voxels. */

#include <glib.h>
#include <string.h>

#include "engine/brg-distance.h"
#include "voxel-twin.h"

static GArray *
set_voxels (const BrgMask *mask)
{
  GArray *voxels = g_array_new (FALSE, FALSE, 3 * sizeof (int));

  for (int k = 0; k < mask->grid.dim[2]; k++)
    for (int j = 0; j < mask->grid.dim[1]; j++)
      for (int i = 0; i < mask->grid.dim[0]; i++)
        {
          int vox[3] = { i, j, k };
          if (brg_mask_get (mask, i, j, k))
            g_array_append_val (voxels, vox);
        }
  return voxels;
}

static double
nearest (const BrgGrid *grid, const GArray *voxels, int i, int j, int k)
{
  double spacing[3], best = (double) INFINITY;

  for (int a = 0; a < 3; a++)
    spacing[a] = brg_grid_spacing_mm (grid, a);
  for (guint v = 0; v < voxels->len; v++)
    {
      const int *vox = (const int *) (void *) voxels->data + 3 * v;
      double x = (vox[0] - i) * spacing[0], y = (vox[1] - j) * spacing[1];
      double z = (vox[2] - k) * spacing[2];
      best = MIN (best, x * x + y * y + z * z);
    }
  return sqrt (best);
}

static void
assert_distances (const BrgMask *mask, const BrgDistance *got, double limit_mm)
{
  g_autoptr (GArray) voxels = set_voxels (mask);
  const BrgBox *box = &got->box;

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      for (int i = box->lo[0]; i < box->hi[0]; i++)
        {
          double expected = nearest (&mask->grid, voxels, i, j, k);
          double mm = (double) brg_distance_get (got, i, j, k);
          if (isinf (expected) || expected > limit_mm * (1 + 1e-5))
            g_assert_true (isinf (mm));
          else
            g_assert_cmpfloat_with_epsilon (mm, expected, 1e-5);
        }
}

static void
check (const BrgMask *mask, const BrgBox *box, double limit_mm)
{
  BrgDistance first = { 0 };
  size_t n = 0;

  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      BrgDistance got;
      g_assert_cmpint (brg_distance (mask, box, limit_mm, &got, &job, NULL), ==, BRG_OK);
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
  assert_distances (mask, &first, limit_mm);
  brg_distance_clear (&first);
}

static void
test_twin (void)
{
  const double limits[] = { 0.3, 1, 3, INFINITY };

  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    for (size_t l = 0; l < G_N_ELEMENTS (limits); l++)
      {
        TwinCase sparse = twin_cases[c];
        if (sparse.noise < 1)
          sparse.noise *= 0.02;
        BrgMask *mask = twin_mask (&sparse, 17);
        const int *dim = mask->grid.dim;
        BrgBox part = { { dim[0] / 3, dim[1] / 4, dim[2] / 3 },
                        { dim[0] - dim[0] / 4, dim[1], dim[2] - dim[2] / 5 } };
        check (mask, NULL, limits[l]);
        check (mask, &part, limits[l]);
        brg_mask_unref (mask);
      }
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
    g_assert_cmpint (brg_distance (mask, NULL, wrong[w], &got, NULL, NULL), ==, BRG_INVALID);
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
  g_test_add_func ("/distance/outside", test_outside);
  g_test_add_func ("/distance/refuses", test_refuses);
  return g_test_run ();
}
