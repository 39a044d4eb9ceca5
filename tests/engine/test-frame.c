/* Frames on bone, rays, and the middle of the calvaria. */

#include <string.h>

#include "engine/brg-calvaria.h"
#include "engine/brg-frame.h"
#include "engine/brg-sheet.h"

#include "defect-phantoms.h"

static double
angle_deg (BrgVec3 a, BrgVec3 b)
{
  double c = brg_vec3_dot (brg_vec3_normalize (a), brg_vec3_normalize (b));

  return acos (fmin (fmax (c, -1), 1)) * 180 / BRG_PI;
}

static void
assert_near (BrgVec3 a, BrgVec3 b, double mm)
{
  g_assert_cmpfloat_with_epsilon (brg_vec3_length (brg_vec3_sub (a, b)), 0, mm);
}

static void
test_make (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (int n = 0; n < 200; n++)
    {
      BrgVec3 normal = phantom_random_unit (rand);
      double deg = g_rand_double_range (rand, -360, 360);
      BrgFrame still = brg_frame_make (brg_vec3 (1, 2, 3), brg_vec3_scale (normal, 7), 0);
      BrgFrame f = brg_frame_make (brg_vec3 (1, 2, 3), normal, deg);
      assert_near (brg_vec3_cross (f.u, f.v), f.normal, 1e-12);
      assert_near (f.normal, normal, 1e-12);
      g_assert_cmpfloat_with_epsilon (brg_vec3_dot (f.u, f.v), 0, 1e-12);
      g_assert_cmpfloat_with_epsilon (brg_vec3_length (f.u), 1, 1e-12);
      double turned = atan2 (brg_vec3_dot (f.u, still.v), brg_vec3_dot (f.u, still.u));
      g_assert_cmpfloat_with_epsilon (cos (turned - deg * BRG_PI / 180), 1, 1e-12);
    }
  BrgFrame front = brg_frame_make (brg_vec3 (0, 0, 0), brg_vec3 (0, -1, 0), 0);
  assert_near (front.u, brg_vec3 (1, 0, 0), 1e-12);
  assert_near (front.v, brg_vec3 (0, 0, 1), 1e-12);
  BrgFrame right = brg_frame_make (brg_vec3 (0, 0, 0), brg_vec3 (-1, 0, 0), 0);
  assert_near (right.u, brg_vec3 (0, -1, 0), 1e-12);
  assert_near (right.v, brg_vec3 (0, 0, 1), 1e-12);
  BrgFrame top = brg_frame_make (brg_vec3 (0, 0, 0), brg_vec3 (0, 0, 1), 0);
  assert_near (top.u, brg_vec3 (1, 0, 0), 1e-12);
  assert_near (top.v, brg_vec3 (0, 1, 0), 1e-12);
}

/* From the air, the outer table, the diploe, the inner table and the brain: always the outer
 * table, looking outwards. */
static void
test_on_shell (void)
{
  const double depths[] = { -8, -1, 2, 5, 9 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  BrgGrid grid = phantom_grid (93, 90, 60, 1.5, 1.5, 2.2);
  BrgVec3 radii = { 60, 60, 60 };
  BrgMask *skull = phantom_shell (&grid, brg_vec3 (0, 0, 0), radii, 6);

  for (int n = 0; n < 60; n++)
    {
      BrgVec3 out = phantom_random_unit (rand);
      double depth = depths[n % G_N_ELEMENTS (depths)];
      double footprint = n % 3 == 0 ? 5 : n % 3 == 1 ? 40 : 90;
      BrgFrame frame;
      BrgError error = { 0 };
      out.z = fabs (out.z);
      BrgStatus status = brg_frame_on_bone (skull, brg_vec3_scale (out, 60 - depth), footprint, 30,
                                            &frame, NULL, &error);
      g_assert_cmpstr (error.message, ==, "");
      g_assert_cmpint (status, ==, BRG_OK);
      g_assert_cmpfloat_with_epsilon (brg_vec3_length (frame.origin), 60, 1.6);
      g_assert_cmpfloat (angle_deg (frame.origin, out), <, 4);
      g_assert_cmpfloat (angle_deg (frame.normal, out), <, 5);
    }
  brg_mask_unref (skull);
}

/* On a staircase of voxels the normal is the plane's. */
static void
test_on_plate (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  BrgGrid grid = phantom_grid (80, 80, 80, 1, 1, 1);

  for (int n = 0; n < 12; n++)
    {
      BrgVec3 normal = phantom_random_unit (rand);
      BrgMask *skull = brg_mask_new (&grid, NULL);
      BrgFrame frame;
      normal.z = fabs (normal.z) + 1;
      normal = brg_vec3_normalize (normal);
      phantom_add_plate (skull, brg_vec3 (0, 0, 0), normal, 18, 22);
      phantom_add_plate (skull, brg_vec3 (0, 0, 0), normal, 10, 13); /* inner table */
      BrgStatus status =
        brg_frame_on_bone (skull, brg_vec3_scale (normal, 12), 30, 0, &frame, NULL, NULL);
      g_assert_cmpint (status, ==, BRG_OK);
      g_assert_cmpfloat (angle_deg (frame.normal, normal), <, 1);
      g_assert_cmpfloat_with_epsilon (brg_vec3_dot (frame.origin, normal), 22, 1);
      brg_mask_unref (skull);
    }
}

static void
test_refuses (void)
{
  BrgGrid grid = phantom_grid (40, 40, 40, 2, 2, 2);
  BrgMask *skull = brg_mask_new (&grid, NULL);
  BrgFrame frame;
  BrgError error;

  g_assert_cmpint (brg_frame_on_bone (skull, brg_vec3 (0, 0, 0), 20, 0, &frame, NULL, &error), ==,
                   BRG_EMPTY);
  brg_mask_set (skull, 0, 0, 0, true);
  g_assert_cmpint (brg_frame_on_bone (skull, brg_vec3 (0, 0, 0), 20, 0, &frame, NULL, &error), ==,
                   BRG_EMPTY);
  g_assert_nonnull (strstr (error.message, "30 mm"));
  g_assert_cmpint (brg_frame_on_bone (skull, brg_vec3 (-39, -39, -39), 20, 0, &frame, NULL, &error),
                   ==, BRG_OK);
  g_assert_cmpint (brg_frame_on_bone (skull, brg_vec3 (NAN, 0, 0), 20, 0, &frame, NULL, &error), ==,
                   BRG_INVALID);
  g_assert_cmpint (brg_frame_on_bone (skull, brg_vec3 (0, 0, 0), INFINITY, 0, &frame, NULL, &error),
                   ==, BRG_INVALID);
  BrgJob job = BRG_JOB_INIT;
  brg_job_cancel (&job);
  g_assert_cmpint (brg_frame_on_bone (skull, brg_vec3 (-39, -39, -39), 20, 0, &frame, &job, &error),
                   ==, BRG_CANCELLED);
  brg_mask_unref (skull);
}

/* Where the ray enters the cell of one voxel, by the slab method; INFINITY if it misses. */
static double
enter_cell (const double from[3], const double per_mm[3], const int vox[3])
{
  double in = 0, out = HUGE_VAL;

  for (int a = 0; a < 3; a++)
    {
      double t0 = (vox[a] - 0.5 - from[a]) / per_mm[a], t1 = (vox[a] + 0.5 - from[a]) / per_mm[a];
      in = fmax (in, fmin (t0, t1));
      out = fmin (out, fmax (t0, t1));
    }
  return in <= out ? in : HUGE_VAL;
}

static void
test_ray (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);
  const double spacing[3] = { 0.7, 1.1, 2.3 };
  BrgGrid grid = brg_grid_simple (17, 13, 9, spacing, brg_vec3 (-5, 4, 100));
  int n_hits = 0;

  for (int n = 0; n < 600; n++)
    {
      BrgMask *mask = phantom_random_mask (&grid, n % 3 == 0 ? 0.3 : 0.004, (guint32) n);
      BrgVec3 aim = brg_grid_lps_from_vox (&grid, brg_vec3 (g_rand_double_range (rand, 0, 17),
                                                            g_rand_double_range (rand, 0, 13),
                                                            g_rand_double_range (rand, 0, 9)));
      BrgVec3 unit = phantom_random_unit (rand);
      BrgVec3 origin = brg_vec3_sub (aim, brg_vec3_scale (unit, g_rand_double_range (rand, 0, 40)));
      BrgVec3 start = brg_grid_vox_from_lps (&grid, origin), hit;
      const double from[3] = { start.x, start.y, start.z };
      const double per_mm[3] = { unit.x / 0.7, unit.y / 1.1, unit.z / 2.3 };
      double expected = HUGE_VAL;
      PHANTOM_EACH (mask, i, j, k, p)
      {
        const int vox[3] = { i, j, k };
        if (brg_mask_get (mask, i, j, k))
          expected = fmin (expected, enter_cell (from, per_mm, vox));
      }
      bool found = brg_frame_from_ray (mask, origin, brg_vec3_scale (unit, 3), &hit);
      g_assert_cmpint (found, ==, expected < HUGE_VAL);
      if (found)
        assert_near (hit, brg_vec3_add (origin, brg_vec3_scale (unit, expected)), 1e-9);
      n_hits += found;
      brg_mask_unref (mask);
    }
  g_assert_cmpint (n_hits, >, 200);
  g_assert_cmpint (n_hits, <, 599);
}

/* Along the axes, on the walls between cells, away from the grid. */
static void
test_ray_edges (void)
{
  BrgGrid grid = phantom_grid (5, 5, 5, 1, 1, 1);
  BrgMask *mask = brg_mask_new (&grid, NULL);
  BrgVec3 hit;

  brg_mask_set (mask, 2, 2, 4, true);
  g_assert_true (brg_frame_from_ray (mask, brg_vec3 (0, 0, -50), brg_vec3 (0, 0, 1), &hit));
  assert_near (hit, brg_vec3 (0, 0, 1.5), 1e-12);
  g_assert_true (brg_frame_from_ray (mask, brg_vec3 (0, 0, 50), brg_vec3 (0, 0, -1), &hit));
  assert_near (hit, brg_vec3 (0, 0, 2.5), 1e-12);
  g_assert_true (brg_frame_from_ray (mask, brg_vec3 (0, 0, 2), brg_vec3 (0, 1, 0), &hit));
  assert_near (hit, brg_vec3 (0, 0, 2), 1e-12);
  g_assert_false (brg_frame_from_ray (mask, brg_vec3 (0, 0, 50), brg_vec3 (0, 0, 1), &hit));
  g_assert_false (brg_frame_from_ray (mask, brg_vec3 (9, 9, 0), brg_vec3 (0, 0, 1), &hit));
  g_assert_false (brg_frame_from_ray (mask, brg_vec3 (0, 0, -50), brg_vec3 (0, 0, 0), &hit));
  g_assert_false (brg_frame_from_ray (mask, brg_vec3 (NAN, 0, 0), brg_vec3 (0, 0, 1), &hit));
  brg_mask_unref (mask);
}

/* Neither speckles nor a missing chin move the middle of the head. */
static void
test_calvaria (void)
{
  BrgGrid grid = phantom_grid (90, 110, 80, 2, 2, 2.5);
  BrgVec3 radii = { 70, 88, 80 };
  BrgMask *skull = phantom_shell (&grid, brg_vec3 (0, 0, 0), radii, 6);
  BrgBox upper = { { 0, 0, 30 }, { 90, 110, 80 } };
  BrgMask *crop = brg_mask_crop (skull, &upper, NULL);
  BrgCalvaria whole, cropped;

  brg_mask_set (skull, 0, 0, 79, true);
  g_assert_cmpint (brg_calvaria_find (skull, &whole, NULL, NULL), ==, BRG_OK);
  g_assert_cmpint (brg_calvaria_find (crop, &cropped, NULL, NULL), ==, BRG_OK);
  assert_near (whole.centre, brg_vec3 (0, 0, 10), 4);
  assert_near (cropped.centre, whole.centre, 4);
  g_assert_cmpfloat_with_epsilon (whole.width_mm, 140, 5);
  g_assert_cmpfloat_with_epsilon (whole.length_mm, 176, 5);
  brg_mask_clear (crop);
  g_assert_cmpint (brg_calvaria_find (crop, &cropped, NULL, NULL), ==, BRG_EMPTY);
  brg_mask_unref (skull);
  brg_mask_unref (crop);
}

/* First and last index of an axis beyond which a thousandth or two of the sampled voxels lie. */
static void
twin_extent (const BrgMask *mask, int axis, int k_lo, int *first, int *last)
{
  const int *dim = mask->grid.dim;
  g_autofree size_t *counts = g_new0 (size_t, dim[axis]);
  size_t total = 0, below = 0, above = 0;
  int step_j = MAX (dim[1] / 128, 1), step_k = MAX (dim[2] / 128, 1);

  for (int k = k_lo; k < dim[2]; k += step_k)
    for (int j = 0; j < dim[1]; j += step_j)
      for (int i = 0; i < dim[0]; i++)
        if (brg_mask_get (mask, i, j, k))
          {
            counts[axis == 0 ? i : axis == 1 ? j : k]++;
            total++;
          }
  size_t few = (size_t) ((double) total * 0.002);
  *first = 0;
  *last = dim[axis] - 1;
  while (*first < dim[axis] - 1 && (below += counts[*first]) <= few)
    ++*first;
  while (*last > 0 && (above += counts[*last]) <= few)
    --*last;
}

/* Against counting voxel by voxel, on every set of instructions. */
static void
test_calvaria_twin (void)
{
  const int dims[][3] = { { 1, 1, 1 }, { 64, 300, 3 }, { 131, 17, 270 }, { 70, 40, 50 } };

  for (int n = 0; n < 16; n++)
    {
      const int *dim = dims[n % 4];
      BrgGrid grid = phantom_grid (dim[0], dim[1], dim[2], 0.7, 0.9, 1.3);
      BrgMask *mask = phantom_random_mask (&grid, n < 4 ? 1 : n < 8 ? 0.5 : 0.02, (guint32) n);
      int lo[3], hi[3];
      brg_mask_set (mask, 0, 0, 0, true);
      for (int axis = 0; axis < 3; axis++)
        twin_extent (mask, axis, 0, &lo[axis], &hi[axis]);
      int k_lo = (int) fmax (hi[2] - 0.5 * (hi[0] - lo[0] + 1) * 0.7 / 1.3, 0);
      for (int axis = 0; axis < 2; axis++)
        twin_extent (mask, axis, k_lo, &lo[axis], &hi[axis]);
      for (int baseline = 0; baseline < 2; baseline++)
        {
          BrgJob job = { .baseline = baseline == 1 };
          BrgCalvaria found;
          g_assert_cmpint (brg_calvaria_find (mask, &found, &job, NULL), ==, BRG_OK);
          g_assert_cmpfloat_with_epsilon (found.width_mm, (hi[0] - lo[0] + 1) * 0.7, 1e-9);
          g_assert_cmpfloat_with_epsilon (found.length_mm, (hi[1] - lo[1] + 1) * 0.9, 1e-9);
          BrgVec3 vox = brg_grid_vox_from_lps (&grid, found.centre);
          assert_near (vox,
                       brg_vec3 (0.5 * (lo[0] + hi[0]), 0.5 * (lo[1] + hi[1]),
                                 hi[2] - 0.5 * found.width_mm / 1.3),
                       1e-9);
        }
      brg_mask_unref (mask);
    }
}

/* The sheet ends at a wide gap, goes on over a narrow one, and bridges a hole. */
static void
test_sheet (void)
{
  BrgGrid grid = phantom_grid (60, 60, 60, 1, 1, 1);
  BrgMask *skull = brg_mask_new (&grid, NULL);
  BrgVec3 up = { 0, 0, 1 }, centre = { 0, 0, 0 };
  BrgFrame frame = brg_frame_make (brg_vec3 (0, 0, 20), up, 0);
  BrgSheet sheet;

  phantom_add_plate (skull, centre, up, 17, 20);
  phantom_add_plate (skull, centre, up, 6, 8);    /* 9 mm below: still the sheet */
  phantom_add_plate (skull, centre, up, -20, -8); /* 14 mm below: not */
  for (int j = 36; j < 42; j++)
    for (int k = 0; k < 60; k++)
      brg_mask_set (skull, 30, j, k, false); /* a slit */
  g_assert_cmpint (brg_sheet_follow (skull, &frame, 20, 15, 1, &sheet, NULL), ==, BRG_OK);
  g_assert_cmpint (sheet.n_u, ==, 41);
  g_assert_cmpint (sheet.n_v, ==, 31);
  size_t n_bridged = 0;
  for (int node = 0; node < sheet.n_u * sheet.n_v; node++)
    {
      g_assert_cmpfloat_with_epsilon (sheet.outer_mm[node], 0, 0.8f);
      g_assert_cmpfloat_with_epsilon (sheet.inner_mm[node], -14, 0.8f);
      n_bridged += !sheet.bone[node];
    }
  g_assert_cmpuint (n_bridged, >, 3);
  g_assert_cmpuint (n_bridged, <, 9);
  brg_sheet_clear (&sheet);
  frame.origin.z = 27;
  BrgError error;
  g_assert_cmpint (brg_sheet_follow (skull, &frame, 20, 15, 1, &sheet, &error), ==, BRG_EMPTY);
  g_assert_nonnull (strstr (error.message, "move it onto the skull"));
  brg_mask_unref (skull);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/make", test_make);
  g_test_add_func ("/frame/on-shell", test_on_shell);
  g_test_add_func ("/frame/on-plate", test_on_plate);
  g_test_add_func ("/frame/refuses", test_refuses);
  g_test_add_func ("/frame/ray", test_ray);
  g_test_add_func ("/frame/ray-edges", test_ray_edges);
  g_test_add_func ("/frame/calvaria", test_calvaria);
  g_test_add_func ("/frame/calvaria-twin", test_calvaria_twin);
  g_test_add_func ("/frame/sheet", test_sheet);
  return g_test_run ();
}
