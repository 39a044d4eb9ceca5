/* Cutters against closed forms, written another way than the engine does. */

#include <string.h>

#include "engine/brg-cutter.h"
#include "engine/brg-mesh-check.h"

#include "defect-phantoms.h"

#define UNSURE_MM 1e-5 /* centres this near to a wall are left to the engine */

typedef struct
{
  double u, v, h;
} Local;

static Local
to_local (const BrgFrame *frame, BrgVec3 p)
{
  BrgVec3 d = brg_vec3_sub (p, frame->origin);

  return (Local){ brg_vec3_dot (d, frame->u), brg_vec3_dot (d, frame->v),
                  brg_vec3_dot (d, frame->normal) };
}

static int
sign_of (double inside_when_negative)
{
  return inside_when_negative < -UNSURE_MM ? 1 : inside_when_negative > UNSURE_MM ? -1 : 0;
}

/* Both: inside only if inside all. */
static int
both (int a, int b)
{
  return a < b ? a : b;
}

static int
either (int a, int b)
{
  return a > b ? a : b;
}

static void
corner_of (const BrgDefect *d, int n, int c, double *u, double *v)
{
  double first = n % 2 ? 90 : 90 + 180.0 / n, angle = (first + 360.0 * c / n) * BRG_PI / 180;

  *u = d->width_mm / 2 * cos (angle);
  *v = d->height_mm / 2 * sin (angle);
}

/* The polygon grown (or shrunk) by `offset`, with round corners of at least `radius` when not
 * grown: corner by corner, as walls plus arcs. Negative inside. */
static double
polygon_level (const BrgDefect *d, int n, double radius, Local at)
{
  double worst = -1e9;

  for (int c = 0; c < n; c++)
    {
      double au, av, bu, bv, cu, cv;
      corner_of (d, n, (c + n - 1) % n, &au, &av);
      corner_of (d, n, c, &bu, &bv);
      corner_of (d, n, (c + 1) % n, &cu, &cv);
      double in_u = bu - au, in_v = bv - av, out_u = cu - bu, out_v = cv - bv;
      double in_l = hypot (in_u, in_v), out_l = hypot (out_u, out_v);
      in_u /= in_l, in_v /= in_l, out_u /= out_l, out_v /= out_l;
      double wall = out_v * (at.u - bu) - out_u * (at.v - bv);
      worst = fmax (worst, wall);
      /* the arc of this corner: its centre is `radius` inside both walls */
      double half = acos (in_u * out_u + in_v * out_v) / 2;
      double m_u = -in_v - out_v, m_v = in_u + out_u, m_l = hypot (m_u, m_v);
      double o_u = bu + m_u / m_l * radius / cos (half);
      double o_v = bv + m_v / m_l * radius / cos (half);
      double along_in = in_u * (at.u - o_u) + in_v * (at.v - o_v);
      double along_out = out_u * (at.u - o_u) + out_v * (at.v - o_v);
      if (along_in > 0 && along_out < 0)
        worst = fmax (worst, hypot (at.u - o_u, at.v - o_v) - radius);
    }
  return worst;
}

static int
burr_sign (const BrgDefect *d, Local at)
{
  int inside = -1;

  for (int c = 0; c < d->corners; c++)
    {
      double u, v;
      corner_of (d, d->corners, c, &u, &v);
      inside = either (inside, sign_of (hypot (at.u - u, at.v - v) - d->burr_radius_mm));
    }
  return inside;
}

/* 1 inside, -1 outside, 0 too close to say; explicit depth, bevel only for the box. */
static int
expected_cutter (const BrgDefect *d, Local at, int *drill)
{
  double depth = d->depth_mm, grown = at.h * tan (d->bevel_deg * BRG_PI / 180);
  int height = both (sign_of (-depth - at.h), sign_of (at.h - BRG_CUTTER_RISE_MM));

  *drill = -1;
  switch (d->shape)
    {
    case BRG_SHAPE_BOX:
      return both (height, both (sign_of (fabs (at.u) - d->width_mm / 2 - grown),
                                 sign_of (fabs (at.v) - d->height_mm / 2 - grown)));
    case BRG_SHAPE_CYLINDER:
      {
        double a = d->width_mm / 2 + grown, b = d->height_mm / 2 + grown;
        double q = a > 0 && b > 0 ? sqrt (pow (at.u / a, 2) + pow (at.v / b, 2)) : 2;
        return both (height, sign_of ((q - 1) * 10));
      }
    case BRG_SHAPE_SPHERE:
      {
        double c = depth > 0 ? depth / 2 : (d->width_mm + d->height_mm) / 4;
        double q = sqrt (pow (at.u / (d->width_mm / 2), 2) + pow (at.v / (d->height_mm / 2), 2) +
                         pow (at.h / c, 2));
        return sign_of ((q - 1) * 10);
      }
    case BRG_SHAPE_TRIANGLE:
      return both (height, sign_of (polygon_level (d, 3, 0, at)));
    case BRG_SHAPE_POLYGON:
      return both (height, sign_of (polygon_level (d, d->corners, d->corner_radius_mm, at)));
    default:
      {
        double beyond = polygon_level (d, d->corners, 0, at);
        int burr = burr_sign (d, at), saw = sign_of (fabs (beyond) - d->kerf_mm / 2);
        *drill = both (height, either (burr, saw));
        return both (height, either (burr, sign_of (beyond - d->kerf_mm / 2)));
      }
    }
}

/* Near the corners of the kerf the twin's level is a wall's, not a distance: skip what lies
 * beyond a corner but outside of its burr hole. */
static bool
is_unsure (const BrgDefect *d, Local at)
{
  if (d->shape != BRG_SHAPE_CRANIOTOMY)
    return false;
  for (int c = 0; c < d->corners; c++)
    {
      double u, v;
      corner_of (d, d->corners, c, &u, &v);
      double distance = hypot (at.u - u, at.v - v);
      if (distance > d->burr_radius_mm - UNSURE_MM && distance < d->burr_radius_mm + UNSURE_MM)
        return true;
    }
  return false;
}

static BrgDefect
random_defect (GRand *rand, int shape)
{
  BrgDefect d = brg_recipe_default ().defect;

  d.shape = shape;
  d.width_mm = g_rand_double_range (rand, 12, 34);
  d.height_mm = g_rand_double_range (rand, 12, 34);
  d.depth_mm = g_rand_double_range (rand, 3, 12);
  d.corners = g_rand_int_range (rand, 3, 9);
  d.corner_radius_mm = g_rand_double_range (rand, 0, 2);
  d.burr_radius_mm = g_rand_double_range (rand, 2, 4);
  d.kerf_mm = g_rand_double_range (rand, 0.5, 2);
  if (shape == BRG_SHAPE_BOX || shape == BRG_SHAPE_CYLINDER)
    d.bevel_deg = g_rand_boolean (rand) ? 0 : g_rand_double_range (rand, 0, 45);
  if (shape == BRG_SHAPE_SPHERE && g_rand_boolean (rand))
    d.depth_mm = 0;
  return d;
}

static void
compare_with_twin (const BrgMask *skull, const BrgDefect *d, const BrgFrame *frame)
{
  BrgMask *cutter = NULL, *drills = NULL;
  BrgError error = { 0 };
  size_t n_inside = 0;
  BrgStatus status = brg_cutter (skull, d, frame, &cutter, &drills, NULL, &error);

  g_assert_cmpstr (error.message, ==, "");
  g_assert_cmpint (status, ==, BRG_OK);
  PHANTOM_EACH (skull, i, j, k, p)
  {
    Local at = to_local (frame, p);
    int drill, inside = expected_cutter (d, at, &drill);
    bool in_cutter = brg_mask_get (cutter, i, j, k), in_drills = brg_mask_get (drills, i, j, k);
    if (inside != 0 && !is_unsure (d, at))
      g_assert_cmpint (in_cutter, ==, inside > 0);
    if (inside != 0 && drill != 0 && !is_unsure (d, at))
      g_assert_cmpint (in_drills, ==, drill > 0);
    g_assert_true (in_cutter || !in_drills);
    n_inside += in_cutter;
  }
  g_assert_cmpuint (n_inside, >, 50);
  brg_mask_unref (cutter);
  brg_mask_unref (drills);
}

/* Every shape, in oblique frames, on an anisotropic grid wider than one word. */
static void
test_explicit (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (23);
  BrgGrid grid = phantom_grid (67, 41, 23, 0.7, 1.1, 2.3);
  BrgMask *skull = brg_mask_new (&grid, NULL);

  for (int n = 0; n < 42; n++)
    {
      BrgDefect d = random_defect (rand, n % 6);
      BrgVec3 origin = { g_rand_double_range (rand, -8, 8), g_rand_double_range (rand, -8, 8),
                         g_rand_double_range (rand, -8, 8) };
      BrgFrame frame =
        brg_frame_make (origin, phantom_random_unit (rand), g_rand_double_range (rand, -180, 180));
      if (n < 6)
        frame = brg_frame_make (brg_vec3 (0.1, 0.2, 0.3), brg_vec3 (0, 0, 1), 0);
      compare_with_twin (skull, &d, &frame);
    }
  brg_mask_unref (skull);
}

/* A centre on the wall counts as inside. */
static void
test_wall (void)
{
  BrgGrid grid = phantom_grid (21, 21, 21, 1, 1, 1);
  BrgMask *skull = brg_mask_new (&grid, NULL), *cutter;
  BrgFrame frame = brg_frame_make (brg_vec3 (0, 0, 0), brg_vec3 (0, 0, 1), 0);
  BrgDefect d = brg_recipe_default ().defect;

  d.shape = BRG_SHAPE_BOX;
  d.width_mm = 6, d.height_mm = 4, d.depth_mm = 3;
  g_assert_cmpint (brg_cutter (skull, &d, &frame, &cutter, NULL, NULL, NULL), ==, BRG_OK);
  g_assert_cmpuint (brg_mask_count (cutter), ==, 7 * 5 * 14);
  brg_mask_unref (cutter);
  d.shape = BRG_SHAPE_SPHERE;
  d.width_mm = d.height_mm = d.depth_mm = 6;
  g_assert_cmpint (brg_cutter (skull, &d, &frame, &cutter, NULL, NULL, NULL), ==, BRG_OK);
  g_assert_true (brg_mask_get (cutter, 13, 10, 10));
  g_assert_true (brg_mask_get (cutter, 10, 10, 7));
  g_assert_false (brg_mask_get (cutter, 14, 10, 10));
  g_assert_cmpuint (brg_mask_count (cutter), ==, 123);
  brg_mask_unref (cutter);
  brg_mask_unref (skull);
}

/* What a cutter takes from bone must be exactly the bone for which `column` holds. */
static void
assert_takes (const BrgMask *skull,
              const BrgMask *cutter,
              const BrgFrame *frame,
              double half_u,
              double half_v,
              double above)
{
  PHANTOM_EACH (skull, i, j, k, p)
  {
    Local at = to_local (frame, p);
    double q = pow (at.u / half_u, 2) + pow (at.v / half_v, 2);
    if (brg_mask_get (skull, i, j, k) && fabs (q - 1) > 1e-6)
      g_assert_cmpint (brg_mask_get (cutter, i, j, k), ==, q <= 1 && at.h > above);
  }
}

/* Depth 0 on plates: through both tables of a sheet, not into the next one. */
static void
test_through_plates (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (29);
  BrgGrid grid = phantom_grid (70, 66, 50, 1, 1.1, 1.4);

  for (int n = 0; n < 10; n++)
    {
      BrgMask *skull = brg_mask_new (&grid, NULL), *cutter, *drills;
      BrgVec3 up = phantom_random_unit (rand), origin = { 1, -2, 0.5 };
      BrgFrame frame = brg_frame_make (origin, up, 33);
      BrgDefect d = brg_recipe_default ().defect;
      phantom_add_plate (skull, origin, up, -3, 0);
      phantom_add_plate (skull, origin, up, -12, -9);
      phantom_add_plate (skull, origin, up, -35, -27);
      d.shape = BRG_SHAPE_CYLINDER;
      d.width_mm = 30, d.height_mm = 22;
      g_assert_cmpint (brg_cutter (skull, &d, &frame, &cutter, &drills, NULL, NULL), ==, BRG_OK);
      assert_takes (skull, cutter, &frame, 15, 11, -20);
      g_assert_true (brg_mask_is_empty (drills));
      brg_mask_unref (skull);
      brg_mask_unref (cutter);
      brg_mask_unref (drills);
    }
}

/* Depth 0 on a head: a hemicraniectomy of 130 x 100 mm is cut through everywhere, and the other
 * side of the head stays whole. */
static void
test_through_shell (void)
{
  const double sizes[][2] = { { 130, 100 }, { 14, 14 }, { 60, 80 } };
  const BrgVec3 normals[] = { { -0.9, -0.1, 0.35 }, { 0, 0, 1 }, { 0.3, 0.8, 0.4 } };
  BrgGrid grid = phantom_grid (88, 86, 70, 1.9, 1.9, 2.4);
  BrgMask *skull = phantom_shell (&grid, brg_vec3 (0, 0, 0), brg_vec3 (80, 80, 80), 6);

  for (int n = 0; n < 3; n++)
    {
      BrgVec3 normal = brg_vec3_normalize (normals[n]);
      BrgFrame frame = brg_frame_make (brg_vec3_scale (normal, 80), normal, 10);
      BrgDefect d = brg_recipe_default ().defect;
      BrgMask *cutter;
      d.shape = BRG_SHAPE_CYLINDER;
      d.width_mm = sizes[n][0], d.height_mm = sizes[n][1];
      g_assert_cmpint (brg_cutter (skull, &d, &frame, &cutter, NULL, NULL, NULL), ==, BRG_OK);
      assert_takes (skull, cutter, &frame, d.width_mm / 2, d.height_mm / 2, -70);
      brg_mask_unref (cutter);
    }
  brg_mask_unref (skull);
}

/* A wall that runs inwards from the sheet is the base of the skull: it is entered no deeper than
 * the bone around suggests. */
static void
test_spares_base (void)
{
  BrgGrid grid = phantom_grid (80, 80, 80, 1, 1, 1);
  BrgMask *skull = brg_mask_new (&grid, NULL), *cutter;
  BrgVec3 up = { 0, 0, 1 }, top = { 0, 0, 30 };
  BrgFrame frame = brg_frame_make (top, up, 0);
  BrgDefect d = brg_recipe_default ().defect;

  phantom_add_plate (skull, top, up, -5, 0);
  phantom_add_plate (skull, brg_vec3 (0, 0, 0), brg_vec3 (1, 0, 0), 10, 16);
  for (int k = 70; k < 80; k++)
    for (int j = 0; j < 80; j++)
      brg_mask_row (skull, j, k)[0] = brg_mask_row (skull, j, k)[1] = 0;
  d.shape = BRG_SHAPE_BOX;
  d.width_mm = 50, d.height_mm = 40;
  g_assert_cmpint (brg_cutter (skull, &d, &frame, &cutter, NULL, NULL, NULL), ==, BRG_OK);
  int taken = 0;
  for (int k = 0; k < 80; k++)
    taken += brg_mask_get (cutter, 53, 40, k) && brg_mask_get (skull, 53, 40, k);
  g_assert_cmpint (taken, >=, 6);
  g_assert_cmpint (taken, <, 20);
  brg_mask_unref (cutter);
  brg_mask_unref (skull);
}

/* With bevel and depth 0 the walls lean from the outer table. */
static void
test_bevel_through (void)
{
  BrgGrid grid = phantom_grid (70, 70, 30, 0.8, 0.8, 0.8);
  BrgMask *skull = brg_mask_new (&grid, NULL), *cutter;
  BrgVec3 up = { 0, 0, 1 }, origin = { 0.3, 0.2, 4 };
  BrgFrame frame = brg_frame_make (origin, up, 0);
  BrgDefect d = brg_recipe_default ().defect;
  double t = tan (30 * BRG_PI / 180);

  phantom_add_plate (skull, origin, up, -7, 0);
  d.shape = BRG_SHAPE_BOX;
  d.width_mm = 30, d.height_mm = 24, d.bevel_deg = 30;
  g_assert_cmpint (brg_cutter (skull, &d, &frame, &cutter, NULL, NULL, NULL), ==, BRG_OK);
  PHANTOM_EACH (skull, i, j, k, p)
  {
    Local at = to_local (&frame, p);
    double beyond = fmax (fabs (at.u) - 15, fabs (at.v) - 12) - at.h * t;
    if (brg_mask_get (skull, i, j, k) && fabs (beyond) > 0.5)
      g_assert_cmpint (brg_mask_get (cutter, i, j, k), ==, beyond < 0);
  }
  brg_mask_unref (cutter);
  brg_mask_unref (skull);
}

static void
test_threads (void)
{
  BrgGrid grid = phantom_grid (70, 65, 63, 1.5, 1.5, 1.7);
  BrgMask *skull = phantom_shell (&grid, brg_vec3 (0, 0, 0), brg_vec3 (48, 46, 50), 6);
  BrgFrame frame;
  BrgDefect d = brg_recipe_default ().defect;

  d.bevel_deg = 20;
  g_assert_cmpint (brg_frame_on_bone (skull, brg_vec3 (-30, -10, 40), 60, 12, &frame, NULL, NULL),
                   ==, BRG_OK);
  for (int depth = 0; depth <= 20; depth += 20)
    {
      BrgMask *cutters[3], *drills[3];
      d.depth_mm = depth;
      for (int n = 0; n < 3; n++)
        {
          BrgJob job = phantom_job (phantom_threads[n]);
          g_assert_cmpint (brg_cutter (skull, &d, &frame, &cutters[n], &drills[n], &job, NULL), ==,
                           BRG_OK);
          g_assert_true (brg_mask_equal (cutters[n], cutters[0]));
          g_assert_true (brg_mask_equal (drills[n], drills[0]));
        }
      g_assert_false (brg_mask_is_empty (drills[0]));
      for (int n = 0; n < 3; n++)
        {
          brg_mask_unref (cutters[n]);
          brg_mask_unref (drills[n]);
        }
    }
  brg_mask_unref (skull);
}

static void
test_refuses (void)
{
  BrgGrid grid = phantom_grid (20, 20, 20, 1, 1, 1);
  BrgMask *skull = brg_mask_new (&grid, NULL), *cutter = NULL;
  BrgFrame frame = brg_frame_make (brg_vec3 (0, 0, 0), brg_vec3 (0, 0, 1), 0);
  BrgFrame away = brg_frame_make (brg_vec3 (500, 0, 0), brg_vec3 (0, 0, 1), 0);
  BrgDefect d = brg_recipe_default ().defect;
  BrgError error;

  g_assert_cmpint (brg_cutter (skull, &d, &frame, &cutter, NULL, NULL, &error), ==, BRG_EMPTY);
  g_assert_nonnull (strstr (error.message, "meets no bone"));
  d.depth_mm = 10;
  g_assert_cmpint (brg_cutter (skull, &d, &away, &cutter, NULL, NULL, &error), ==, BRG_EMPTY);
  d.width_mm = NAN;
  g_assert_cmpint (brg_cutter (skull, &d, &frame, &cutter, NULL, NULL, &error), ==, BRG_INVALID);
  g_assert_nonnull (strstr (error.message, "width"));
  d.width_mm = 20;
  BrgJob job = BRG_JOB_INIT;
  brg_job_cancel (&job);
  g_assert_cmpint (brg_cutter (skull, &d, &frame, &cutter, NULL, &job, &error), ==, BRG_CANCELLED);
  g_assert_null (cutter);
  brg_mask_unref (skull);
}

/* The handle is a closed surface around the volume that the shape has. */
static void
test_outline (void)
{
  BrgFrame frame = brg_frame_make (brg_vec3 (3, 4, 5), brg_vec3 (1, 2, 3), 25);
  BrgDefect d = brg_recipe_default ().defect;
  double triangle = 3 * sqrt (3.0) / 4 * 20 * 15, hexagon = 3 * sqrt (3.0) / 2 * 20 * 15;
  const double area[] = { 40 * 30, 0, BRG_PI * 20 * 15, triangle, hexagon, 0 };

  d.width_mm = 40, d.height_mm = 30, d.depth_mm = 10, d.corners = 6, d.corner_radius_mm = 0;
  for (int shape = 0; shape < 6; shape++)
    {
      BrgMeshCheck check;
      d.shape = shape;
      BrgMesh *mesh = brg_cutter_outline (&d, &frame, NULL);
      g_assert_cmpint (brg_mesh_check (mesh, &check, NULL, NULL), ==, BRG_OK);
      g_assert_true (check.closed && check.manifold && check.oriented);
      g_assert_cmpuint (check.n_degenerate, ==, 0);
      g_assert_cmpint (check.euler, ==, 2);
      double volume = area[shape] * (10 + BRG_CUTTER_RISE_MM);
      if (shape == BRG_SHAPE_SPHERE)
        volume = 4 * BRG_PI / 3 * 20 * 15 * 5;
      if (volume > 0)
        g_assert_cmpfloat_with_epsilon (check.volume_mm3 / volume, 1, 0.03);
      else
        g_assert_cmpfloat (check.volume_mm3, >, hexagon * 25);
      brg_mesh_unref (mesh);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cutter/explicit", test_explicit);
  g_test_add_func ("/cutter/wall", test_wall);
  g_test_add_func ("/cutter/through-plates", test_through_plates);
  g_test_add_func ("/cutter/through-shell", test_through_shell);
  g_test_add_func ("/cutter/spares-base", test_spares_base);
  g_test_add_func ("/cutter/bevel-through", test_bevel_through);
  g_test_add_func ("/cutter/threads", test_threads);
  g_test_add_func ("/cutter/refuses", test_refuses);
  g_test_add_func ("/cutter/outline", test_outline);
  return g_test_run ();
}
