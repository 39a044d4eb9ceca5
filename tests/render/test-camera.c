/* The camera's maths against closed forms. */

#include <glib.h>

#include "render/brg-camera.h"

#define WIDTH  640.0
#define HEIGHT 480.0

static void
assert_near (double a, double b, double tolerance)
{
  g_assert_cmpfloat_with_epsilon (a, b, tolerance);
}

static void
assert_vec_near (BrgVec3 a, BrgVec3 b, double tolerance)
{
  assert_near (a.x, b.x, tolerance);
  assert_near (a.y, b.y, tolerance);
  assert_near (a.z, b.z, tolerance);
}

static void
assert_orthonormal (const BrgCamera *camera)
{
  BrgVec3 right, up, back;

  brg_camera_axes (camera, &right, &up, &back);
  assert_near (brg_vec3_length (right), 1, 1e-12);
  assert_near (brg_vec3_length (up), 1, 1e-12);
  assert_near (brg_vec3_dot (right, up), 0, 1e-12);
  assert_vec_near (brg_vec3_cross (right, up), back, 1e-12);
}

static BrgCamera
odd_camera (void)
{
  BrgCamera camera = brg_camera_new ();

  brg_camera_set_scene (&camera, brg_vec3 (-40, 10, 1500), brg_vec3 (120, 200, 1660));
  brg_camera_fit (&camera, WIDTH / HEIGHT);
  brg_camera_turn (&camera, 100, 50, 400, 300, WIDTH, HEIGHT);
  brg_camera_pan (&camera, 30, -55, HEIGHT);
  return camera;
}

/* Where each preset looks from, and what is on the right and on top of the picture. */
static void
test_views (void)
{
  static const struct
  {
    BrgViewDirection view;
    BrgVec3 back, right, up;
  } cases[] = {
    { BRG_VIEW_ANTERIOR, { 0, -1, 0 }, { 1, 0, 0 }, { 0, 0, 1 } },
    { BRG_VIEW_POSTERIOR, { 0, 1, 0 }, { -1, 0, 0 }, { 0, 0, 1 } },
    { BRG_VIEW_LEFT, { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
    { BRG_VIEW_RIGHT, { -1, 0, 0 }, { 0, -1, 0 }, { 0, 0, 1 } },
    { BRG_VIEW_SUPERIOR, { 0, 0, 1 }, { -1, 0, 0 }, { 0, -1, 0 } },
    { BRG_VIEW_INFERIOR, { 0, 0, -1 }, { 1, 0, 0 }, { 0, -1, 0 } },
  };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      BrgCamera camera = odd_camera ();
      BrgVec3 right, up, back;
      brg_camera_look (&camera, cases[c].view);
      brg_camera_axes (&camera, &right, &up, &back);
      assert_vec_near (back, cases[c].back, 1e-12);
      assert_vec_near (right, cases[c].right, 1e-12);
      assert_vec_near (up, cases[c].up, 1e-12);
      assert_near (brg_vec3_length (brg_vec3_sub (brg_camera_eye (&camera), camera.target)),
                   camera.distance_mm, 1e-9);
    }
}

/* A point on the ray of a pixel is projected to that pixel. */
static void
test_ray (void)
{
  BrgCamera camera = odd_camera ();

  for (int n = 0; n < 50; n++)
    {
      double x_px = g_test_rand_double_range (-50, WIDTH + 50);
      double y_px = g_test_rand_double_range (-50, HEIGHT + 50), x, y;
      BrgRay ray = brg_camera_ray (&camera, x_px, y_px, WIDTH, HEIGHT);
      BrgVec3 p = brg_vec3_add (ray.origin, brg_vec3_scale (ray.direction, 37 + 11 * n));
      assert_near (brg_vec3_length (ray.direction), 1, 1e-12);
      g_assert_true (brg_camera_project (&camera, p, WIDTH, HEIGHT, &x, &y));
      assert_near (x, x_px, 1e-6);
      assert_near (y, y_px, 1e-6);
      p = brg_vec3_sub (ray.origin, brg_vec3_scale (ray.direction, 5));
      g_assert_false (brg_camera_project (&camera, p, WIDTH, HEIGHT, &x, &y));
    }
  BrgRay middle = brg_camera_ray (&camera, WIDTH / 2, HEIGHT / 2, WIDTH, HEIGHT);
  BrgVec3 at = brg_vec3_add (middle.origin, brg_vec3_scale (middle.direction, camera.distance_mm));
  assert_vec_near (at, camera.target, 1e-9);
}

/* The GL matrices put points where brg_camera_project() does, and the scene between the planes. */
static void
test_matrices (void)
{
  BrgCamera camera = odd_camera ();
  float eye[16], clip[16];

  brg_camera_matrices (&camera, WIDTH / HEIGHT, eye, clip);
  for (int n = 0; n < 50; n++)
    {
      BrgVec3 p = brg_vec3 (g_test_rand_double_range (-40, 120), g_test_rand_double_range (10, 200),
                            g_test_rand_double_range (1500, 1660));
      double in[4] = { p.x, p.y, p.z, 1 }, e[4] = { 0 }, c[4] = { 0 }, x, y;
      for (int row = 0; row < 4; row++)
        for (int column = 0; column < 4; column++)
          e[row] += (double) eye[4 * column + row] * in[column];
      for (int row = 0; row < 4; row++)
        for (int column = 0; column < 4; column++)
          c[row] += (double) clip[4 * column + row] * e[column];
      g_assert_true (brg_camera_project (&camera, p, WIDTH, HEIGHT, &x, &y));
      assert_near ((c[0] / c[3] + 1) / 2 * WIDTH, x, 0.05);
      assert_near ((1 - c[1] / c[3]) / 2 * HEIGHT, y, 0.05);
      g_assert_cmpfloat (ABS (c[2] / c[3]), <, 1);
    }
}

/* Head on, the box just fills the view but for the margin, whichever side is the tight one. */
static void
test_fit (void)
{
  BrgVec3 lo = brg_vec3 (-80, -100, 1500), hi = brg_vec3 (70, 90, 1650);

  for (int wide = 0; wide < 2; wide++)
    {
      BrgCamera camera = brg_camera_new ();
      double w = wide ? 900 : 300, h = 400, x, y;
      brg_camera_set_scene (&camera, lo, hi);
      brg_camera_look (&camera, BRG_VIEW_LEFT);
      brg_camera_fit (&camera, w / h);
      assert_vec_near (camera.target, brg_vec3_scale (brg_vec3_add (lo, hi), 0.5), 1e-9);
      BrgVec3 edge =
        brg_vec3_add (camera.target, wide ? brg_vec3 (37.5, 0, 75) : brg_vec3 (37.5, 95, 0));
      g_assert_true (brg_camera_project (&camera, edge, w, h, &x, &y));
      assert_near (wide ? y : x, wide ? h / 2 * (1 - 1 / 1.14) : w / 2 * (1 + 1 / 1.14), 1e-6);
    }
}

/* The point grabbed on the trackball's sphere follows the pointer; there and back is nothing. */
static void
test_turn (void)
{
  BrgCamera camera = odd_camera (), turned = camera;
  BrgVec3 right, up, back;

  brg_camera_look (&turned, BRG_VIEW_ANTERIOR);
  brg_camera_turn (&turned, WIDTH / 2, HEIGHT / 2, WIDTH / 2 + HEIGHT / 2 * sin (BRG_PI / 6),
                   HEIGHT / 2, WIDTH, HEIGHT);
  brg_camera_axes (&turned, &right, &up, &back);
  assert_vec_near (up, brg_vec3 (0, 0, 1), 1e-9);
  assert_vec_near (back, brg_vec3 (-0.5, -sqrt (0.75), 0), 1e-9);

  turned = camera;
  for (int n = 0; n < 300; n++)
    {
      brg_camera_turn (&turned, 10 + n, 20, 600 - n, 20 + n, WIDTH, HEIGHT);
      brg_camera_orbit (&turned, 3, -1);
    }
  assert_orthonormal (&turned);

  turned = camera;
  brg_camera_turn (&turned, 200, 200, -90, 700, WIDTH, HEIGHT);
  brg_camera_turn (&turned, -90, 700, 200, 200, WIDTH, HEIGHT);
  for (int c = 0; c < 4; c++)
    assert_near (turned.orientation[c], camera.orientation[c], 1e-9);
  brg_camera_turn (&turned, 200, 200, 200, 200, WIDTH, HEIGHT);
  assert_orthonormal (&turned);
}

static void
test_orbit (void)
{
  BrgCamera camera = brg_camera_new ();
  BrgVec3 right, up, back;

  brg_camera_look (&camera, BRG_VIEW_ANTERIOR);
  brg_camera_orbit (&camera, 90, 0);
  brg_camera_axes (&camera, &right, &up, &back);
  assert_vec_near (back, brg_vec3 (-1, 0, 0), 1e-12);
  brg_camera_look (&camera, BRG_VIEW_ANTERIOR);
  brg_camera_orbit (&camera, 0, 90);
  brg_camera_axes (&camera, &right, &up, &back);
  assert_vec_near (back, brg_vec3 (0, 0, -1), 1e-12);
}

/* What is at the depth of the target moves with the pointer, and stays under it in a zoom. */
static void
test_pan_zoom (void)
{
  BrgCamera camera = odd_camera (), moved = camera;
  double x, y;

  brg_camera_pan (&moved, 40, -25, HEIGHT);
  g_assert_true (brg_camera_project (&moved, camera.target, WIDTH, HEIGHT, &x, &y));
  assert_near (x, WIDTH / 2 + 40, 1e-6);
  assert_near (y, HEIGHT / 2 - 25, 1e-6);

  moved = camera;
  brg_camera_pan (&moved, WIDTH / 2 - 500, HEIGHT / 2 - 100, HEIGHT);
  BrgVec3 under = moved.target;
  moved = camera;
  brg_camera_zoom (&moved, 1.7, 500, 100, WIDTH, HEIGHT);
  assert_near (moved.distance_mm, camera.distance_mm / 1.7, 1e-9);
  g_assert_true (brg_camera_project (&moved, under, WIDTH, HEIGHT, &x, &y));
  assert_near (x, 500, 1e-6);
  assert_near (y, 100, 1e-6);

  for (int n = 0; n < 200; n++)
    brg_camera_zoom (&moved, 2, 500, 100, WIDTH, HEIGHT);
  g_assert_cmpfloat (moved.distance_mm, >, 1);
  for (int n = 0; n < 200; n++)
    brg_camera_zoom (&moved, 0.5, 500, 100, WIDTH, HEIGHT);
  g_assert_cmpfloat (moved.distance_mm, <, 1e4);
}

static void
test_blend (void)
{
  BrgCamera a = odd_camera (), b = a;
  BrgVec3 right, up, back;

  brg_camera_look (&a, BRG_VIEW_ANTERIOR);
  brg_camera_look (&b, BRG_VIEW_LEFT);
  b.distance_mm = a.distance_mm * 4;
  BrgCamera middle = brg_camera_blend (&a, &b, 0.5);
  brg_camera_axes (&middle, &right, &up, &back);
  assert_vec_near (back, brg_vec3 (sqrt (0.5), -sqrt (0.5), 0), 1e-9);
  assert_near (middle.distance_mm, a.distance_mm * 2, 1e-9);
  BrgCamera first = brg_camera_blend (&a, &b, 0), last = brg_camera_blend (&a, &b, 1);
  assert_vec_near (brg_camera_eye (&first), brg_camera_eye (&a), 1e-9);
  assert_vec_near (brg_camera_eye (&last), brg_camera_eye (&b), 1e-9);

  /* Between opposite views, and between equal ones, it stays a rotation. */
  brg_camera_look (&b, BRG_VIEW_POSTERIOR);
  middle = brg_camera_blend (&a, &b, 0.3);
  assert_orthonormal (&middle);
  middle = brg_camera_blend (&a, &a, 0.3);
  assert_vec_near (brg_camera_eye (&middle), brg_camera_eye (&a), 1e-9);
}

/* A flat scene keeps everything finite. */
static void
test_flat_scene (void)
{
  BrgCamera camera = brg_camera_new ();
  double near_mm, far_mm;

  brg_camera_set_scene (&camera, brg_vec3 (5, 5, 5), brg_vec3 (5, 5, 5));
  brg_camera_fit (&camera, 0);
  brg_camera_clip_mm (&camera, &near_mm, &far_mm);
  g_assert_true (isfinite (camera.distance_mm) && camera.distance_mm > 0);
  g_assert_cmpfloat (near_mm, >, 0);
  g_assert_cmpfloat (far_mm, >, near_mm);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camera/views", test_views);
  g_test_add_func ("/camera/ray", test_ray);
  g_test_add_func ("/camera/matrices", test_matrices);
  g_test_add_func ("/camera/fit", test_fit);
  g_test_add_func ("/camera/turn", test_turn);
  g_test_add_func ("/camera/orbit", test_orbit);
  g_test_add_func ("/camera/pan-zoom", test_pan_zoom);
  g_test_add_func ("/camera/blend", test_blend);
  g_test_add_func ("/camera/flat-scene", test_flat_scene);
  return g_test_run ();
}
