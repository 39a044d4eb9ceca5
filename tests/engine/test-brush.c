/* Brush strokes against a definition by distance and by walking the segment, and their gaps. */

#include <glib.h>
#include <string.h>

#include "engine/brg-brush.h"

#define N_STEPS 1500

typedef struct
{
  BrgPlane plane;
  double from[3], to[3];
  double radius_mm;
} Stroke;

static BrgMask *
new_mask (int ni, int nj, int nk)
{
  double spacing[3] = { 0.5, 0.8, 2.5 };
  BrgGrid grid = brg_grid_simple (ni, nj, nk, spacing, brg_vec3 (-10, 4, 7));

  return brg_mask_new (&grid, NULL);
}

/* Distance in mm from a voxel centre to the segment, by a fine search along it. */
static double
searched_distance_mm (const BrgGrid *grid, const Stroke *stroke, const int vox[3])
{
  double best = INFINITY;

  for (int s = 0; s <= N_STEPS; s++)
    {
      double sum = 0;
      for (int a = 0; a < 3; a++)
        {
          double at = stroke->from[a] + (stroke->to[a] - stroke->from[a]) * s / (double) N_STEPS;
          double gap = a == brg_plane_axes (stroke->plane).normal
                         ? 0
                         : (at - vox[a]) * brg_grid_spacing_mm (grid, a);
          sum += gap * gap;
        }
      best = fmin (best, sqrt (sum));
    }
  return best;
}

/* 1 inside, 0 outside, -1 too close to call for a search in steps. */
static int
searched_inside (const BrgGrid *grid, const Stroke *stroke, const int vox[3])
{
  if (vox[brg_plane_axes (stroke->plane).normal] !=
      brg_vox_round (stroke->from[brg_plane_axes (stroke->plane).normal]))
    return 0;
  for (int s = 0; s <= N_STEPS; s++)
    {
      bool same = true;
      for (int a = 0; a < 3; a++)
        if (a != brg_plane_axes (stroke->plane).normal &&
            brg_vox_round (stroke->from[a] +
                           (stroke->to[a] - stroke->from[a]) * s / (double) N_STEPS) != vox[a])
          same = false;
      if (same)
        return 1;
    }
  double distance = searched_distance_mm (grid, stroke, vox);
  if (fabs (distance - stroke->radius_mm) < 1e-4)
    return -1;
  return distance < stroke->radius_mm;
}

static void
check_stroke (const Stroke *stroke, int ni, int nj, int nk)
{
  BrgMask *set = new_mask (ni, nj, nk);
  BrgBox touched =
    brg_brush_stroke (set, NULL, stroke->plane, stroke->from, stroke->to, stroke->radius_mm);
  BrgBox bounds = brg_mask_bounds (set);
  int n_undecided = 0;

  for (int k = 0; k < nk; k++)
    for (int j = 0; j < nj; j++)
      for (int i = 0; i < ni; i++)
        {
          int vox[3] = { i, j, k };
          int inside = searched_inside (&set->grid, stroke, vox);
          if (inside < 0)
            n_undecided++;
          else
            g_assert_cmpint (brg_mask_get (set, i, j, k), ==, inside);
        }
  g_assert_cmpint (n_undecided, <, 8);
  g_assert_true (memcmp (&touched, &bounds, sizeof bounds) == 0 ||
                 (brg_box_is_empty (&touched) && brg_box_is_empty (&bounds)));
  brg_mask_unref (set);
}

static void
test_shape (void)
{
  const Stroke strokes[] = {
    { BRG_AXIAL, { 8, 9, 3 }, { 8, 9, 3 }, 3 },
    { BRG_AXIAL, { 2.3, 4.1, 3.4 }, { 30.7, 12.9, 3 }, 1.7 },
    { BRG_AXIAL, { 62.2, 3.3, 0 }, { 66.4, 15.9, 0 }, 0.9 },
    { BRG_AXIAL, { -6, 4, 2 }, { 5, 4, 2 }, 2 },
    { BRG_CORONAL, { 40.2, 5, 0.3 }, { 12.4, 5, 5.8 }, 2.2 },
    { BRG_SAGITTAL, { 64, 3.1, 1.2 }, { 64, 16.7, 4.4 }, 3.1 },
    { BRG_AXIAL, { 10.2, 9.7, 1 }, { 19.9, 2.2, 1 }, 0 },
    { BRG_SAGITTAL, { 0, 3.4, 5 }, { 0, 3.4, 0 }, 0.1 },
  };

  for (size_t s = 0; s < G_N_ELEMENTS (strokes); s++)
    check_stroke (&strokes[s], 67, 19, 7);
}

static void
test_narrow (void)
{
  const Stroke stroke = { BRG_AXIAL, { 0, 0, 0 }, { 0.4, 6, 0 }, 1 };
  const int widths[] = { 1, 63, 64, 65, 130 };

  for (size_t w = 0; w < G_N_ELEMENTS (widths); w++)
    check_stroke (&stroke, widths[w], 9, 1);
}

/* A polyline painted with no radius is one path of voxels that share a side. */
static void
test_gap_free (void)
{
  BrgMask *set = new_mask (130, 90, 1);
  double at[3] = { 5, 5, 0 };
  int last[3] = { 5, 5, 0 };

  g_random_set_seed (7);
  for (int step = 0; step < 60; step++)
    {
      double next[3] = { g_random_double_range (0, 129), g_random_double_range (0, 89), 0 };
      brg_brush_stroke (set, NULL, BRG_AXIAL, at, next, 0);
      for (int s = 0; s <= 20000; s++)
        {
          int vox[3] = { brg_vox_round (at[0] + (next[0] - at[0]) * s / 20000),
                         brg_vox_round (at[1] + (next[1] - at[1]) * s / 20000), 0 };
          g_assert_true (brg_mask_get (set, vox[0], vox[1], vox[2]));
          g_assert_cmpint (abs (vox[0] - last[0]) + abs (vox[1] - last[1]), <=, 2);
          memcpy (last, vox, sizeof last);
        }
      memcpy (at, next, sizeof at);
    }
  brg_mask_unref (set);
}

static void
test_clear (void)
{
  BrgMask *set = new_mask (20, 20, 3);
  BrgMask *clear = new_mask (20, 20, 3);
  BrgMask *other = new_mask (21, 20, 3);
  double at[3] = { 10, 10, 1 };
  double aside[3] = { 10, 3, 1 };
  double nowhere[3] = { 10, NAN, 1 };
  double far[3] = { 1e300, -1e300, 1 };

  brg_brush_stroke (clear, NULL, BRG_AXIAL, at, at, 4);
  brg_brush_stroke (set, NULL, BRG_AXIAL, at, at, 2);
  size_t before = brg_mask_count (clear);
  size_t small = brg_mask_count (set);
  BrgBox touched = brg_brush_stroke (set, clear, BRG_AXIAL, at, at, 2);
  g_assert_false (brg_box_is_empty (&touched));
  g_assert_cmpuint (brg_mask_count (clear), ==, before - small);
  g_assert_cmpuint (brg_mask_count_and (set, clear), ==, 0);

  touched = brg_brush_stroke (set, clear, BRG_AXIAL, at, at, 2);
  g_assert_true (brg_box_is_empty (&touched));
  touched = brg_brush_stroke (set, other, BRG_AXIAL, aside, aside, 2);
  g_assert_true (brg_box_is_empty (&touched));
  touched = brg_brush_stroke (set, clear, BRG_AXIAL, at, nowhere, 2);
  g_assert_true (brg_box_is_empty (&touched));
  brg_brush_stroke (set, NULL, BRG_AXIAL, at, far, 1);
  at[2] = 3;
  touched = brg_brush_stroke (set, clear, BRG_AXIAL, at, at, 2);
  g_assert_true (brg_box_is_empty (&touched));

  brg_mask_unref (set);
  brg_mask_unref (clear);
  brg_mask_unref (other);
}

/* The definition, voxel by voxel: within the radius of the segment, in the order of operations of
 * the engine. */
static bool
defined_inside (const BrgGrid *grid, const Stroke *stroke, bool ball, const int vox[3])
{
  int normal = ball ? -1 : brg_plane_axes (stroke->plane).normal;
  double along = 0, length = 0, squared = 0;
  double a[3], b[3];

  if (!ball && vox[normal] != brg_vox_round (stroke->from[normal]))
    return false;
  for (int x = 0; x < 3; x++)
    {
      double mm = brg_grid_spacing_mm (grid, x);
      a[x] = x == normal ? 0 : (stroke->to[x] - stroke->from[x]) * mm;
      b[x] = x == normal ? 0 : (vox[x] - stroke->from[x]) * mm;
      length += a[x] * a[x];
      along += a[x] * b[x];
    }
  double t = length > 0 ? fmin (fmax (along / length, 0), 1) : 0;
  for (int x = 0; x < 3; x++)
    squared += (b[x] - t * a[x]) * (b[x] - t * a[x]);
  return squared <= stroke->radius_mm * stroke->radius_mm;
}

/* Does the segment run through this voxel, or so near that a search in steps cannot tell? */
static bool
may_cross (const Stroke *stroke, bool ball, const int vox[3])
{
  for (int s = 0; s <= N_STEPS; s++)
    {
      bool near = true;
      for (int x = 0; x < 3; x++)
        if (ball || x != brg_plane_axes (stroke->plane).normal)
          near &= fabs (stroke->from[x] + (stroke->to[x] - stroke->from[x]) * s / (double) N_STEPS -
                        vox[x]) < 0.55;
      if (near)
        return true;
    }
  return false;
}

static Stroke
random_stroke (GRand *rand, const int dim[3])
{
  Stroke stroke = { .plane = (BrgPlane) g_rand_int_range (rand, 0, BRG_N_PLANES),
                    .radius_mm = g_rand_double_range (rand, 0, 9) };
  bool whole = g_rand_boolean (rand), dab = g_rand_int_range (rand, 0, 4) == 0;

  for (int x = 0; x < 3; x++)
    {
      stroke.from[x] = g_rand_double_range (rand, -6, dim[x] + 6);
      stroke.to[x] = dab ? stroke.from[x] : g_rand_double_range (rand, -6, dim[x] + 6);
      if (!dab && g_rand_int_range (rand, 0, 4) == 0)
        stroke.to[x] = stroke.from[x];
      if (whole)
        {
          stroke.from[x] = floor (stroke.from[x]);
          stroke.to[x] = floor (stroke.to[x]);
        }
    }
  if (whole) /* voxel centres at exactly the radius */
    stroke.radius_mm = g_rand_int_range (rand, 0, 12) * 0.5;
  return stroke;
}

/* Random strokes and balls against the definition: what changes, what is reported, and only voxels
 * on the segment beside it. */
static void
test_definition (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  const int dims[][3] = { { 67, 19, 7 }, { 1, 30, 9 }, { 130, 8, 5 }, { 64, 12, 12 } };
  size_t n_inside = 0;

  for (int n = 0; n < 240; n++)
    {
      const int *dim = dims[n % 4];
      BrgMask *set = new_mask (dim[0], dim[1], dim[2]), *clear = new_mask (dim[0], dim[1], dim[2]);
      Stroke stroke = random_stroke (rand, dim);
      bool ball = n % 3 != 0;
      brg_mask_invert (clear);
      BrgBox touched = ball ? brg_brush_ball (set, clear, stroke.from, stroke.to, stroke.radius_mm)
                            : brg_brush_stroke (set, clear, stroke.plane, stroke.from, stroke.to,
                                                stroke.radius_mm);
      BrgBox bounds = brg_mask_bounds (set);
      g_assert_true (brg_box_is_empty (&bounds) ? brg_box_is_empty (&touched)
                                                : memcmp (&touched, &bounds, sizeof bounds) == 0);
      for (int v = 0; v < dim[0] * dim[1] * dim[2]; v++)
        {
          int vox[3] = { v % dim[0], v / dim[0] % dim[1], v / dim[0] / dim[1] };
          bool is_set = brg_mask_get (set, vox[0], vox[1], vox[2]);
          bool inside = defined_inside (&set->grid, &stroke, ball, vox);
          n_inside += inside;
          g_assert_true (is_set || !inside);
          g_assert_true (!is_set || inside || may_cross (&stroke, ball, vox));
          g_assert_true (is_set != brg_mask_get (clear, vox[0], vox[1], vox[2]));
        }
      brg_mask_invert (clear);
      g_assert_true (brg_mask_equal (set, clear));
      brg_mask_unref (set);
      brg_mask_unref (clear);
    }
  g_test_message ("%zu voxels inside", n_inside);
}

/* A ball without a radius leaves no gap in space. */
static void
test_ball_gap_free (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);
  BrgMask *set = new_mask (70, 40, 30);
  double at[3] = { 5, 5, 5 };

  for (int step = 0; step < 40; step++)
    {
      double next[3] = { g_rand_double_range (rand, 0, 69), g_rand_double_range (rand, 0, 39),
                         g_rand_double_range (rand, 0, 29) };
      brg_brush_ball (set, NULL, at, next, 0);
      for (int s = 0; s <= 20000; s++)
        {
          int vox[3];
          for (int x = 0; x < 3; x++)
            vox[x] = brg_vox_round (at[x] + (next[x] - at[x]) * s / 20000);
          g_assert_true (brg_mask_get (set, vox[0], vox[1], vox[2]));
        }
      memcpy (at, next, sizeof at);
    }
  brg_mask_unref (set);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/brush/shape", test_shape);
  g_test_add_func ("/brush/narrow", test_narrow);
  g_test_add_func ("/brush/gap-free", test_gap_free);
  g_test_add_func ("/brush/clear", test_clear);
  g_test_add_func ("/brush/definition", test_definition);
  g_test_add_func ("/brush/ball-gap-free", test_ball_gap_free);
  return g_test_run ();
}
