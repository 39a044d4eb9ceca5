/* Scores against a twin that looks at every pair of voxels. */

#include <glib.h>
#include <stdlib.h>

#include "engine/brg-alloc.h"
#include "engine/brg-metrics.h"
#include "engine/brg-nearest.h"
#include "voxel-twin.h"

typedef struct
{
  int vox[3];
} Voxel;

static bool
is_surface (const BrgMask *mask, int i, int j, int k)
{
  for (int d = 0; d < 6; d++)
    {
      int step = d % 2 == 0 ? 1 : -1, axis = d / 2;
      int near_i = i + (axis == 0) * step, near_j = j + (axis == 1) * step;
      int near_k = k + (axis == 2) * step;
      if (!twin_inside (mask, near_i, near_j, near_k) ||
          !brg_mask_get (mask, near_i, near_j, near_k))
        return true;
    }
  return false;
}

static GArray *
voxels_of (const BrgMask *mask, bool surface_only)
{
  GArray *voxels = g_array_new (FALSE, FALSE, sizeof (Voxel));

  for (int k = 0; k < mask->grid.dim[2]; k++)
    for (int j = 0; j < mask->grid.dim[1]; j++)
      for (int i = 0; i < mask->grid.dim[0]; i++)
        {
          Voxel voxel = { { i, j, k } };
          if (brg_mask_get (mask, i, j, k) && (!surface_only || is_surface (mask, i, j, k)))
            g_array_append_val (voxels, voxel);
        }
  return voxels;
}

static double
nearest_mm (const double spacing_mm[3], const Voxel *from, const GArray *to)
{
  const Voxel *voxels = (const Voxel *) (void *) to->data;
  double best = (double) INFINITY;

  for (guint v = 0; v < to->len; v++)
    {
      double i = (voxels[v].vox[0] - from->vox[0]) * spacing_mm[0];
      double j = (voxels[v].vox[1] - from->vox[1]) * spacing_mm[1];
      double k = (voxels[v].vox[2] - from->vox[2]) * spacing_mm[2];
      double square = i * i + j * j + k * k;
      best = square < best ? square : best;
    }
  return sqrt (best);
}

static void
get_spacing (const BrgMask *mask, double spacing_mm[3])
{
  for (int axis = 0; axis < 3; axis++)
    spacing_mm[axis] = brg_grid_spacing_mm (&mask->grid, axis);
}

static double
twin_dice (const BrgMask *a, const BrgMask *b)
{
  size_t n = brg_mask_count (a) + brg_mask_count (b);

  return n > 0 ? 2.0 * (double) brg_mask_count_and (a, b) / (double) n : 1;
}

/* The voxels of `mask` up to 10 mm from bone. */
static BrgMask *
twin_border (const BrgMask *mask, const GArray *bone)
{
  g_autoptr (GArray) voxels = voxels_of (mask, false);
  BrgMask *border = brg_mask_new (&mask->grid, NULL);
  double spacing_mm[3];

  get_spacing (mask, spacing_mm);
  for (guint v = 0; v < voxels->len; v++)
    {
      const Voxel *voxel = &g_array_index (voxels, Voxel, v);
      if (nearest_mm (spacing_mm, voxel, bone) <= 10 * (1 + 1e-9))
        brg_mask_set (border, voxel->vox[0], voxel->vox[1], voxel->vox[2], true);
    }
  return border;
}

static int
compare_numbers (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static GArray *
twin_distances (const BrgMask *a, const BrgMask *b)
{
  g_autoptr (GArray) from = voxels_of (a, true);
  g_autoptr (GArray) to = voxels_of (b, true);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (double));
  double spacing_mm[3];

  get_spacing (a, spacing_mm);
  for (int way = 0; way < 2; way++)
    for (guint v = 0; v < (way == 0 ? from : to)->len; v++)
      {
        double mm = nearest_mm (spacing_mm, &g_array_index (way == 0 ? from : to, Voxel, v),
                                way == 0 ? to : from);
        g_array_append_val (all, mm);
      }
  qsort (all->data, all->len, sizeof (double), compare_numbers);
  return all;
}

static void
assert_surfaces (const BrgMetrics *got, const BrgMask *a, const BrgMask *b)
{
  if (brg_mask_is_empty (a) || brg_mask_is_empty (b))
    {
      g_assert_true (isnan (got->hausdorff_mm) && isnan (got->hausdorff95_mm));
      return;
    }
  g_autoptr (GArray) mm = twin_distances (a, b);
  double rank = 0.95 * (mm->len - 1);
  guint below = (guint) rank, above = MIN (below + 1, mm->len - 1);
  double low = g_array_index (mm, double, below), high = g_array_index (mm, double, above);
  g_assert_cmpfloat_with_epsilon (got->hausdorff_mm, g_array_index (mm, double, mm->len - 1),
                                  1e-12);
  g_assert_cmpfloat_with_epsilon (got->hausdorff95_mm, low + (high - low) * (rank - below), 1e-12);
}

static void
assert_metrics (const BrgMask *predicted, const BrgMask *truth, const BrgMask *bone)
{
  g_autoptr (GArray) bone_voxels = voxels_of (bone, false);
  BrgMask *a = twin_border (predicted, bone_voxels), *b = twin_border (truth, bone_voxels);
  BrgMetrics first = { 0 };

  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      BrgMetrics got = { 0 };
      g_assert_cmpint (brg_metrics (predicted, truth, bone, &got, &job, NULL), ==, BRG_OK);
      first = t == 0 ? got : first;
      g_assert_true (memcmp (&got, &first, sizeof got) == 0);
    }
  g_assert_cmpfloat (first.dice, ==, twin_dice (predicted, truth));
  g_assert_cmpfloat (first.border_dice, ==, twin_dice (a, b));
  g_assert_cmpuint (first.n_predicted_vox, ==, brg_mask_count (predicted));
  g_assert_cmpuint (first.n_true_vox, ==, brg_mask_count (truth));
  g_assert_cmpuint (first.n_common_vox, ==, brg_mask_count_and (predicted, truth));
  assert_surfaces (&first, predicted, truth);
  brg_mask_unref (a);
  brg_mask_unref (b);
}

/* On spacings so large that 10 mm is a few voxels, and on small ones. */
static void
test_twin (void)
{
  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    for (int scale = 1; scale <= 5; scale += 4)
      {
        TwinCase at = twin_cases[c], sparse = at;
        for (int axis = 0; axis < 3; axis++)
          sparse.spacing[axis] = at.spacing[axis] *= scale;
        sparse.noise = at.noise < 1 ? at.noise * 0.1 : 1;
        BrgMask *predicted = twin_mask (&sparse, 1), *truth = twin_mask (&sparse, 2);
        BrgMask *bone = twin_mask (&at, 3);
        brg_mask_set (bone, 0, 0, 0, true);
        assert_metrics (predicted, truth, bone);
        brg_mask_unref (predicted);
        brg_mask_unref (truth);
        brg_mask_unref (bone);
      }
}

static void
assert_nearest (const BrgNearest *tree, const GArray *voxels, const Voxel *from, size_t hint)
{
  double mm = brg_nearest_mm (tree, from->vox, &hint);
  Voxel found = { { tree->voxels[hint][0], tree->voxels[hint][1], tree->voxels[hint][2] } };

  g_assert_cmpfloat_with_epsilon (mm, nearest_mm (tree->spacing_mm, from, voxels), 1e-12);
  g_assert_true (nearest_mm (tree->spacing_mm, &found, voxels) == 0);
}

static Voxel
random_voxel (GRand *rand, int begin, int end)
{
  Voxel voxel;

  for (int axis = 0; axis < 3; axis++)
    voxel.vox[axis] = g_rand_int_range (rand, begin, end);
  return voxel;
}

/* Few voxels and many, spread thinly, on top of each other, over a plane or a line, looked for from
 * among them and from afar, with any hint. */
static void
test_nearest (void)
{
  const double spacing_mm[3] = { 0.9, 1, 1.1 };
  BrgGrid grid = brg_grid_simple (200, 200, 200, spacing_mm, brg_vec3 (0, 0, 0));
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (int t = 0; t < 100; t++)
    {
      g_autoptr (GArray) voxels = g_array_new (FALSE, FALSE, sizeof (Voxel));
      int n = g_rand_int_range (rand, 1, 1000), size = g_rand_int_range (rand, 1, 100);
      BrgNearest tree;
      for (int v = 0; v < n; v++)
        {
          Voxel voxel = random_voxel (rand, 0, size);
          if (t % 2 == 0)
            voxel.vox[1] = size - voxel.vox[0];
          if (t % 4 == 0)
            voxel.vox[2] = 0;
          g_array_append_val (voxels, voxel);
        }
      int (*taken)[3] = brg_alloc ((size_t) n, sizeof *taken, NULL);
      memcpy (taken, voxels->data, (size_t) n * sizeof *taken);
      g_assert_cmpint (brg_nearest_make (&grid, taken, (size_t) n, &tree, NULL, NULL), ==, BRG_OK);
      for (int q = 0; q < 100; q++)
        {
          Voxel from = random_voxel (rand, -150, 250);
          assert_nearest (&tree, voxels, &from, (size_t) g_rand_int_range (rand, 0, n));
        }
      brg_nearest_clear (&tree);
    }
}

/* Corners of a grid far apart; bone that reaches one of them by exactly 10 mm, or just not. */
static void
test_far (void)
{
  const TwinCase c = { { 300, 40, 30 }, { 0.4, 0.5, 0.3 }, 0 };
  BrgMask *predicted = twin_mask (&c, 0), *truth = twin_mask (&c, 0), *bone = twin_mask (&c, 0);
  BrgMetrics got;

  brg_mask_set (predicted, 0, 0, 0, true);
  brg_mask_set (truth, 299, 39, 29, true);
  brg_mask_set (bone, 25, 0, 0, true);
  assert_metrics (predicted, truth, bone);
  g_assert_cmpint (brg_metrics (predicted, truth, bone, &got, NULL, NULL), ==, BRG_OK);
  g_assert_cmpfloat (got.border_dice, ==, 0);
  brg_mask_clear (bone);
  brg_mask_set (bone, 25, 1, 0, true);
  assert_metrics (predicted, truth, bone);
  g_assert_cmpint (brg_metrics (predicted, truth, bone, &got, NULL, NULL), ==, BRG_OK);
  g_assert_cmpfloat (got.border_dice, ==, 1);
  brg_mask_unref (predicted);
  brg_mask_unref (truth);
  brg_mask_unref (bone);
}

static void
test_empty (void)
{
  BrgMask *empty = twin_mask (&twin_cases[8], 0), *full = twin_mask (&twin_cases[8], 0);
  BrgMetrics got = { .dice = 7 };
  BrgError error = { 0 };

  brg_mask_invert (full);
  assert_metrics (empty, empty, full);
  assert_metrics (empty, full, full);
  assert_metrics (full, empty, full);
  assert_metrics (full, full, full);
  g_assert_cmpint (brg_metrics (full, full, empty, &got, NULL, &error), ==, BRG_EMPTY);
  g_assert_cmpstr (error.message, ==, "the defective skull is empty");
  g_assert_cmpfloat (got.dice, ==, 7);
  brg_mask_unref (empty);
  brg_mask_unref (full);
}

static void
test_refuses (void)
{
  BrgMask *a = twin_mask (&twin_cases[2], 1), *b = twin_mask (&twin_cases[3], 1);
  BrgMetrics got = { .dice = 7 };

  for (int odd = 0; odd < 3; odd++)
    {
      BrgError error = { 0 };
      g_assert_cmpint (
        brg_metrics (odd == 0 ? b : a, odd == 1 ? b : a, odd == 2 ? b : a, &got, NULL, &error), ==,
        BRG_INVALID);
      g_assert_nonnull (strstr (error.message, "63"));
      g_assert_nonnull (strstr (error.message, "64"));
      g_assert_cmpfloat (got.dice, ==, 7);
    }
  brg_mask_unref (a);
  brg_mask_unref (b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/twin", test_twin);
  g_test_add_func ("/metrics/nearest", test_nearest);
  g_test_add_func ("/metrics/far", test_far);
  g_test_add_func ("/metrics/empty", test_empty);
  g_test_add_func ("/metrics/refuses", test_refuses);
  return g_test_run ();
}
