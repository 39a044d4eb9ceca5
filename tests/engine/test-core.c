/* Errors, allocation, slabs, affines, grids, masks: the ground everything stands on. */

#include <glib.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-mask.h"
#include "engine/brg-parallel.h"

static void
test_error (void)
{
  BrgError error = { 0 };

  g_assert_cmpint (brg_error_set (&error, BRG_INVALID, "got %d", 7), ==, BRG_INVALID);
  brg_error_prefix (&error, "a.nrrd");
  g_assert_cmpstr (error.message, ==, "a.nrrd: got 7");
  g_assert_cmpint (brg_error_set (NULL, BRG_IO, "nobody listens"), ==, BRG_IO);
}

static void
test_alloc (void)
{
  BrgError error = { 0 };
  void *buffer = brg_alloc (3, 5, &error);

  g_assert_cmpuint ((uintptr_t) buffer % 64, ==, 0);
  brg_free (buffer);
  g_assert_null (brg_alloc (SIZE_MAX / 2, 3, &error));
  g_assert_cmpint (error.status, ==, BRG_NO_MEMORY);
  g_assert_null (brg_alloc (SIZE_MAX / 4, 2, &error));
}

typedef struct
{
  int seen[103];
  int fail_at;
} Slabs;

static BrgStatus
mark_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Slabs *slabs = data;

  for (int x = begin; x < end; x++)
    slabs->seen[x]++;
  if (slabs->fail_at == slab)
    return brg_error_set (error, BRG_INVALID, "slab %d", slab);
  return BRG_OK;
}

static void
test_parallel (void)
{
  for (int n_threads = 1; n_threads <= 7; n_threads++)
    {
      BrgJob job = BRG_JOB_INIT;
      Slabs slabs = { .fail_at = -1 };
      BrgError error = { 0 };

      job.n_threads = n_threads;
      g_assert_cmpint (brg_parallel_slabs (103, 10, mark_slab, &slabs, &job, &error), ==, BRG_OK);
      for (int x = 0; x < 103; x++)
        g_assert_cmpint (slabs.seen[x], ==, 1);
      slabs.fail_at = 0;
      g_assert_cmpint (brg_parallel_slabs (103, 10, mark_slab, &slabs, &job, &error), ==,
                       BRG_INVALID);
      g_assert_cmpstr (error.message, ==, "slab 0");
      brg_job_cancel (&job);
      g_assert_cmpint (brg_parallel_slabs (103, 10, mark_slab, &slabs, &job, &error), ==,
                       BRG_CANCELLED);
    }
  g_assert_cmpint (brg_parallel_slabs (0, 10, mark_slab, NULL, NULL, NULL), ==, BRG_OK);
}

static void
test_affine (void)
{
  BrgAffine a = { { { 0, -2, 0, 5 }, { 0.5, 0, 0.1, -7 }, { 0, 0, 3, 11 }, { 0, 0, 0, 1 } } };
  BrgAffine inverse;
  BrgVec3 p = { 3, -4, 5 };

  g_assert_true (brg_affine_invert (&a, &inverse));
  BrgVec3 q = brg_affine_point (&inverse, brg_affine_point (&a, p));
  g_assert_cmpfloat_with_epsilon (brg_vec3_length (brg_vec3_sub (p, q)), 0, 1e-12);
  g_assert_cmpfloat_with_epsilon (brg_affine_determinant (&a), 3, 1e-12);
  memset (a.m[0], 0, sizeof a.m[0]);
  g_assert_false (brg_affine_invert (&a, &inverse));
}

/* The 48 signed axis orders of one physical grid all become the same canonical grid. */
static void
test_grid_orders (void)
{
  const int perms[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                            { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  const int dim[3] = { 3, 5, 7 };
  const double step[3] = { 0.5, 0.75, 2 };
  const double origin[3] = { -10, 20, 30 };

  for (int order = 0; order < 48; order++)
    {
      BrgAffine from_source = brg_affine_identity ();
      int source_dim[3], back_dim[3];
      BrgGrid grid;
      BrgAffine back;

      for (int axis = 0; axis < 3; axis++)
        {
          from_source.m[axis][axis] = 0;
          from_source.m[axis][3] = origin[axis];
        }
      for (int a = 0; a < 3; a++)
        {
          int axis = perms[order % 6][a];
          bool flipped = order / 6 >> a & 1;
          source_dim[a] = dim[axis];
          from_source.m[axis][a] = flipped ? -step[axis] : step[axis];
          if (flipped)
            from_source.m[axis][3] += step[axis] * (dim[axis] - 1);
        }
      g_assert_cmpint (brg_grid_from_source (source_dim, &from_source, &grid, NULL), ==, BRG_OK);
      BrgGrid expected = brg_grid_simple (3, 5, 7, step, brg_vec3 (-10, 20, 30));
      g_assert_true (brg_grid_equal (&grid, &expected));
      brg_grid_to_source (&grid, back_dim, &back);
      g_assert_cmpmem (back_dim, sizeof back_dim, source_dim, sizeof source_dim);
      for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
          g_assert_cmpfloat_with_epsilon (back.m[r][c], from_source.m[r][c], 1e-12);
      int source_vox[3] = { 0, 0, 1 }, vox[3];
      brg_grid_vox_from_source (&grid, source_vox, vox);
      BrgVec3 by_source = brg_affine_point (&from_source, brg_vec3 (0, 0, 1));
      BrgVec3 by_grid = brg_grid_lps_from_vox (&grid, brg_vec3 (vox[0], vox[1], vox[2]));
      g_assert_cmpfloat_with_epsilon (brg_vec3_length (brg_vec3_sub (by_source, by_grid)), 0,
                                      1e-12);
    }
}

static void
test_grid_refuses (void)
{
  const int dim[3] = { 4, 4, 4 }, flat[3] = { 0, 4, 4 }, huge[3] = { 65535, 65535, 65535 };
  BrgAffine good = brg_affine_identity ();
  BrgGrid grid;
  BrgError error;
  const double wrong[] = { 0, NAN, INFINITY, 1e300, 1e-300, 0.001, 51 };

  g_assert_cmpint (brg_grid_from_source (flat, &good, &grid, &error), ==, BRG_INVALID);
  g_assert_nonnull (strstr (error.message, "0 samples"));
  g_assert_cmpint (brg_grid_from_source (huge, &good, &grid, &error), ==, BRG_INVALID);
  for (size_t w = 0; w < G_N_ELEMENTS (wrong); w++)
    {
      BrgAffine bad = good;
      bad.m[1][1] = wrong[w];
      g_assert_cmpint (brg_grid_from_source (dim, &bad, &grid, &error), ==, BRG_INVALID);
    }
  BrgAffine singular = good;
  singular.m[0][1] = 1;
  singular.m[1][1] = 0;
  g_assert_cmpint (brg_grid_from_source (dim, &singular, &grid, &error), ==, BRG_INVALID);
  good.m[0][3] = NAN;
  g_assert_cmpint (brg_grid_from_source (dim, &good, &grid, &error), ==, BRG_INVALID);
}

static BrgMask *
random_mask (const BrgGrid *grid, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  BrgMask *mask = brg_mask_new (grid, NULL);

  for (int k = 0; k < grid->dim[2]; k++)
    for (int j = 0; j < grid->dim[1]; j++)
      for (int i = 0; i < grid->dim[0]; i++)
        brg_mask_set (mask, i, j, k, g_rand_boolean (rand));
  return mask;
}

/* Word-wise algebra, bounds, crop and counts against one voxel at a time. */
static void
test_mask_algebra (void)
{
  const int widths[] = { 1, 63, 64, 65, 130 };
  const double spacing[3] = { 1, 2, 0.5 };

  for (size_t w = 0; w < G_N_ELEMENTS (widths); w++)
    {
      BrgGrid grid = brg_grid_simple (widths[w], 5, 3, spacing, brg_vec3 (0, 0, 0));
      BrgMask *a = random_mask (&grid, 1), *b = random_mask (&grid, 2);
      BrgMask *and = brg_mask_copy (a, NULL), *minus = brg_mask_copy (a, NULL);
      BrgMask *either = brg_mask_copy (a, NULL), *not_a = brg_mask_copy (a, NULL);
      BrgBox box = { { widths[w] / 3, 1, 0 }, { widths[w], 4, 2 } };
      BrgMask *crop = brg_mask_crop (a, &box, NULL);
      size_t count = 0;

      g_assert_cmpint (brg_mask_and (and, b, NULL), ==, BRG_OK);
      g_assert_cmpint (brg_mask_and_not (minus, b, NULL), ==, BRG_OK);
      g_assert_cmpint (brg_mask_or (either, b, NULL), ==, BRG_OK);
      brg_mask_invert (not_a);
      for (int k = 0; k < 3; k++)
        for (int j = 0; j < 5; j++)
          for (int i = 0; i < widths[w]; i++)
            {
              bool in_a = brg_mask_get (a, i, j, k), in_b = brg_mask_get (b, i, j, k);
              count += in_a;
              g_assert_cmpint (brg_mask_get (and, i, j, k), ==, in_a && in_b);
              g_assert_cmpint (brg_mask_get (minus, i, j, k), ==, in_a && !in_b);
              g_assert_cmpint (brg_mask_get (either, i, j, k), ==, in_a || in_b);
              g_assert_cmpint (brg_mask_get (not_a, i, j, k), ==, !in_a);
              if (i >= box.lo[0] && j >= 1 && j < 4 && k < 2)
                g_assert_cmpint (brg_mask_get (crop, i - box.lo[0], j - 1, k), ==, in_a);
            }
      g_assert_cmpuint (brg_mask_count (a), ==, count);
      g_assert_cmpuint (brg_mask_count (not_a), ==, brg_grid_n_voxels (&grid) - count);
      g_assert_cmpuint (brg_mask_count_and (a, b), ==, brg_mask_count (and));
      BrgMask *all[] = { a, b, and, minus, either, not_a, crop };
      for (size_t m = 0; m < G_N_ELEMENTS (all); m++)
        brg_mask_unref (all[m]);
    }
}

static void
test_mask_bounds (void)
{
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (130, 9, 8, spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);
  BrgBox box = brg_mask_bounds (mask);

  g_assert_true (brg_box_is_empty (&box));
  brg_mask_set (mask, 64, 2, 3, true);
  brg_mask_set (mask, 129, 7, 5, true);
  brg_mask_set (mask, 63, 4, 4, true);
  box = brg_mask_bounds (mask);
  const BrgBox expected = { { 63, 2, 3 }, { 130, 8, 6 } };
  g_assert_cmpmem (&box, sizeof box, &expected, sizeof expected);
  brg_mask_unref (mask);
}

static void
test_grid_mismatch (void)
{
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid one = brg_grid_simple (4, 4, 4, spacing, brg_vec3 (0, 0, 0));
  BrgGrid two = brg_grid_simple (4, 4, 4, spacing, brg_vec3 (0, 0, 0.1));
  BrgMask *a = brg_mask_new (&one, NULL), *b = brg_mask_new (&two, NULL);
  BrgError error;

  brg_mask_set (b, 1, 1, 1, true);
  g_assert_cmpint (brg_mask_or (a, b, &error), ==, BRG_INVALID);
  g_assert_true (brg_mask_is_empty (a));
  brg_mask_unref (a);
  brg_mask_unref (b);
}

/* What differs is told: the sizes, or else how far apart they are. */
static void
test_grid_difference (void)
{
  const double spacing_mm[3] = { 1, 1, 1 };
  BrgGrid a = brg_grid_simple (4, 5, 6, spacing_mm, brg_vec3 (0, 0, 0));
  BrgGrid b = brg_grid_simple (4, 5, 6, spacing_mm, brg_vec3 (0.3, 0, -0.4));
  BrgGrid longer = brg_grid_simple (4, 5, 7, spacing_mm, brg_vec3 (0, 0, 0));
  BrgError error = { 0 };

  g_assert_cmpint (brg_grid_check_equal (&a, &a, &error), ==, BRG_OK);
  g_assert_cmpint (brg_grid_check_equal (&a, &b, &error), ==, BRG_INVALID);
  g_assert_cmpstr (error.message, ==,
                   "grids do not match: same size but apart by 0.5 mm at a corner");
  g_assert_cmpint (brg_grid_check_equal (&a, &longer, &error), ==, BRG_INVALID);
  g_assert_cmpstr (error.message, ==, "grids do not match: 4 x 5 x 6 and 4 x 5 x 7");
  b = a;
  b.lps_from_vox.m[0][3] = (double) NAN;
  g_assert_false (brg_grid_equal (&a, &b));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/error", test_error);
  g_test_add_func ("/core/alloc", test_alloc);
  g_test_add_func ("/core/parallel", test_parallel);
  g_test_add_func ("/core/affine", test_affine);
  g_test_add_func ("/core/grid-difference", test_grid_difference);
  g_test_add_func ("/core/grid-orders", test_grid_orders);
  g_test_add_func ("/core/grid-refuses", test_grid_refuses);
  g_test_add_func ("/core/mask-algebra", test_mask_algebra);
  g_test_add_func ("/core/mask-bounds", test_mask_bounds);
  g_test_add_func ("/core/grid-mismatch", test_grid_mismatch);
  return g_test_run ();
}
