/* Points on surfaces: on their triangles, as many as asked for, and even. */

#include <glib.h>

#include "engine/brg-points.h"
#include "surface-phantoms.h"
#include "voxel-twin.h"

static BrgVec3
corner (const BrgMesh *mesh, size_t triangle, size_t c)
{
  const float *v = mesh->xyz + 3 * (size_t) mesh->triangles[3 * triangle + c];

  return brg_vec3 ((double) v[0], (double) v[1], (double) v[2]);
}

static double
area (const BrgMesh *mesh, size_t t)
{
  BrgVec3 a = corner (mesh, t, 0);

  return brg_vec3_length (brg_vec3_cross (brg_vec3_sub (corner (mesh, t, 1), a),
                                          brg_vec3_sub (corner (mesh, t, 2), a))) /
         2;
}

/* Shares of the three corners in `p`, and its distance from the plane in *off_mm. */
static void
shares (const BrgMesh *mesh, size_t t, BrgVec3 p, double share[3], double *off_mm)
{
  BrgVec3 a = corner (mesh, t, 0), b = corner (mesh, t, 1), c = corner (mesh, t, 2);
  BrgVec3 normal = brg_vec3_cross (brg_vec3_sub (b, a), brg_vec3_sub (c, a));
  double square = brg_vec3_dot (normal, normal);

  share[1] =
    brg_vec3_dot (normal, brg_vec3_cross (brg_vec3_sub (p, a), brg_vec3_sub (c, a))) / square;
  share[2] =
    brg_vec3_dot (normal, brg_vec3_cross (brg_vec3_sub (b, a), brg_vec3_sub (p, a))) / square;
  share[0] = 1 - share[1] - share[2];
  *off_mm = fabs (brg_vec3_dot (normal, brg_vec3_sub (p, a))) / sqrt (square);
}

static bool
is_on (const BrgMesh *mesh, size_t t, BrgVec3 p, BrgVec3 normal, double share[3])
{
  double off_mm, size = area (mesh, t);

  BrgVec3 across = brg_vec3_cross (brg_vec3_sub (corner (mesh, t, 1), corner (mesh, t, 0)),
                                   brg_vec3_sub (corner (mesh, t, 2), corner (mesh, t, 0)));

  if (!(size > 0) || brg_vec3_length (brg_vec3_sub (normal, brg_vec3_normalize (across))) > 1e-5)
    return false;
  shares (mesh, t, p, share, &off_mm);
  /* a share of s is a distance of at least s times a height of the triangle */
  double slack = 1e-4 * 4 / sqrt (size);
  return off_mm <= 1e-4 && share[0] >= -slack && share[1] >= -slack && share[2] >= -slack;
}

static BrgVec3
point_at (const float *xyz, size_t p)
{
  return brg_vec3 ((double) xyz[3 * p], (double) xyz[3 * p + 1], (double) xyz[3 * p + 2]);
}

/* Walks along points and triangles: every point lies on the triangle that holds its share of the
 * area and carries its normal. quarter[] counts points by the
 * corner they are near, or in the middle. */
static void
check_points (const BrgMesh *mesh, const BrgPoints *points, size_t quarter[4])
{
  g_autofree double *until = g_new (double, mesh->n_triangles + 1);
  size_t t = 0;

  until[0] = 0;
  for (size_t u = 0; u < mesh->n_triangles; u++)
    until[u + 1] = until[u] + area (mesh, u);
  for (size_t p = 0; p < points->n; p++)
    {
      double lo = (double) p / (double) points->n * until[mesh->n_triangles] - 1e-6;
      double hi = ((double) p + 1) / (double) points->n * until[mesh->n_triangles] + 1e-6;
      double share[3] = { 0 };
      BrgVec3 at = point_at (points->xyz, p), normal = point_at (points->normals, p);
      while (t < mesh->n_triangles && (until[t + 1] < lo || !is_on (mesh, t, at, normal, share)))
        t++;
      g_assert_cmpuint (t, <, mesh->n_triangles);
      g_assert_cmpfloat (until[t], <=, hi);
      int near = share[0] > 0.5 ? 0 : share[1] > 0.5 ? 1 : share[2] > 0.5 ? 2 : 3;
      quarter[near]++;
    }
}

/* Three degrees of freedom: above 21.1 once in ten thousand. */
static void
assert_even (const size_t *counts, const double *expected, size_t n, double limit)
{
  double chi_square = 0;

  for (size_t i = 0; i < n; i++)
    chi_square +=
      ((double) counts[i] - expected[i]) * ((double) counts[i] - expected[i]) / expected[i];
  g_test_message ("chi square %g of %zu", chi_square, n);
  g_assert_cmpfloat (chi_square, <, limit);
}

static void
check_mesh (const BrgMesh *mesh, int n_points, uint64_t seed)
{
  BrgPoints points;
  size_t quarter[4] = { 0 };
  const double expected[4] = { n_points / 4.0, n_points / 4.0, n_points / 4.0, n_points / 4.0 };

  g_assert_cmpint (brg_points_sample (mesh, n_points, seed, &points, NULL, NULL), ==, BRG_OK);
  g_assert_cmpuint (points.n, ==, (size_t) n_points);
  check_points (mesh, &points, quarter);
  if (n_points >= 1000)
    assert_even (quarter, expected, 4, 21.1);
  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      BrgPoints again;
      g_assert_cmpint (brg_points_sample (mesh, n_points, seed, &again, &job, NULL), ==, BRG_OK);
      g_assert_true (memcmp (again.xyz, points.xyz, 12 * points.n) == 0);
      g_assert_true (memcmp (again.normals, points.normals, 12 * points.n) == 0);
      brg_points_clear (&again);
    }
  brg_points_clear (&points);
}

static void
test_on_triangles (void)
{
  const int counts[] = { 1, 2, 999, 30000 };
  BrgGrid grid = phantom_oblique_grid (24, 20, 16);
  BrgMask *mask = phantom_noise_mask (&grid, 3, 0.2);
  BrgMesh *noise = brg_isosurface (mask, NULL, NULL);
  BrgMesh *ball = phantom_ball_mesh (brg_vec3 (40, -70, 200), 14, 0.6);

  for (size_t c = 0; c < G_N_ELEMENTS (counts); c++)
    {
      check_mesh (noise, counts[c], 5);
      check_mesh (ball, counts[c], UINT64_MAX);
    }
  brg_mesh_unref (ball);
  brg_mesh_unref (noise);
  brg_mask_unref (mask);
}

/* A fan of triangles of very different areas, some of none. */
static void
test_areas (void)
{
  enum
  {
    N = 40,
    POINTS = 200000
  };
  BrgMesh *mesh = brg_mesh_new (3 * N, N, NULL);
  BrgPoints points;
  double total = 0, expected[N];
  size_t counts[N] = { 0 }, n = 0;

  for (size_t t = 0; t < N; t++)
    {
      float side = t % 5 == 4 ? 0 : (float) (0.1 + 0.37 * (double) (t * 7 % N));
      const float xyz[9] = { 0, 0, (float) t, side, 0, (float) t, 0, side, (float) t };
      memcpy (mesh->xyz + 9 * t, xyz, sizeof xyz);
      for (size_t c = 0; c < 3; c++)
        mesh->triangles[3 * t + c] = (uint32_t) (3 * t + c);
      total += area (mesh, t);
    }
  g_assert_cmpint (brg_points_sample (mesh, POINTS, 2, &points, NULL, NULL), ==, BRG_OK);
  for (size_t p = 0; p < POINTS; p++)
    counts[(size_t) points.xyz[3 * p + 2]]++;
  for (size_t t = 0; t < N; t++)
    {
      double share = POINTS * area (mesh, t) / total;
      g_assert_cmpfloat (fabs ((double) counts[t] - share), <=, 2);
      if (!(share > 0))
        continue;
      counts[n] = counts[t];
      expected[n++] = share;
    }
  assert_even (counts, expected, n, (double) n);
  brg_points_clear (&points);
  brg_mesh_unref (mesh);
}

static void
test_seed (void)
{
  BrgMesh *ball = phantom_ball_mesh (brg_vec3 (0, 0, 0), 6, 0.5);
  BrgPoints a, b;

  brg_points_sample (ball, 500, 1, &a, NULL, NULL);
  brg_points_sample (ball, 500, 2, &b, NULL, NULL);
  g_assert_true (memcmp (a.xyz, b.xyz, 12 * a.n) != 0);
  brg_points_clear (&a);
  brg_points_clear (&b);
  brg_mesh_unref (ball);
}

static void
expect_refusal (const BrgMesh *mesh, int n_points, BrgStatus status, const char *part)
{
  BrgPoints points;
  BrgError error = { 0 };

  g_assert_cmpint (brg_points_sample (mesh, n_points, 1, &points, NULL, &error), ==, status);
  g_assert_nonnull (strstr (error.message, part));
  g_assert_null (points.xyz);
  g_assert_null (points.normals);
}

static void
test_refuses (void)
{
  BrgMesh *ball = phantom_ball_mesh (brg_vec3 (0, 0, 0), 4, 0.5);

  expect_refusal (ball, 0, BRG_INVALID, "got 0");
  expect_refusal (ball, -3, BRG_INVALID, "got -3");
  expect_refusal (ball, BRG_POINTS_MAX + 1, BRG_INVALID, "100000001");
  ball->triangles[4] = 99999999;
  expect_refusal (ball, 5, BRG_INVALID, "triangle 1 names vertex 99999999");
  ball->triangles[4] = ball->triangles[3];
  ball->xyz[0] = NAN;
  expect_refusal (ball, 5, BRG_INVALID, "nan");
  ball->n_triangles = 0;
  expect_refusal (ball, 5, BRG_EMPTY, "no area");
  brg_mesh_unref (ball);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/points/on-triangles", test_on_triangles);
  g_test_add_func ("/points/areas", test_areas);
  g_test_add_func ("/points/seed", test_seed);
  g_test_add_func ("/points/refuses", test_refuses);
  return g_test_run ();
}
