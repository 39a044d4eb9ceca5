/* Voxelisation against a ray that runs another way, against half-spaces, and back to the mask. */

#include <glib.h>

#include "engine/brg-voxelize.h"
#include "surface-phantoms.h"
#include "voxel-twin.h"

__extension__ typedef __int128 Wide;

#define UNITS 1048576.0 /* in a voxel */

static void
to_units (const BrgMesh *mesh, const BrgGrid *grid, uint32_t vertex, gint64 out[3])
{
  const float *v = mesh->xyz + 3 * (size_t) vertex;
  BrgVec3 p = brg_grid_vox_from_lps (grid, brg_vec3 ((double) v[0], (double) v[1], (double) v[2]));

  out[0] = (gint64) nearbyint (p.x * UNITS);
  out[1] = (gint64) nearbyint (p.y * UNITS);
  out[2] = (gint64) nearbyint (p.z * UNITS);
}

/* Twice the area that p, q and the origin span in the plane of axes a and b. When the origin lies
 * on the line of p and q it is taken to lie where the infinitesimals of the header move it: a
 * first, then b. The result has the sign alone. */
static int
side (const gint64 *p, const gint64 *q, int a, int b)
{
  Wide area = (Wide) p[a] * q[b] - (Wide) p[b] * q[a];
  gint64 by_a = p[b] - q[b], by_b = q[a] - p[a];

  if (area != 0)
    return area > 0 ? 1 : -1;
  if (by_a != 0)
    return by_a > 0 ? 1 : -1;
  return by_b > 0 ? 1 : by_b < 0 ? -1 : 0;
}

/* Does a line from the origin towards +k meet the triangle? Corners are counted from the origin,
 * which is moved by the infinitesimals. */
static bool
is_met (gint64 p[3][3])
{
  int first = side (p[0], p[1], 0, 1);
  Wide normal[3], height;

  if (first == 0 || side (p[1], p[2], 0, 1) != first || side (p[2], p[0], 0, 1) != first)
    return false;
  for (int a = 0; a < 3; a++)
    {
      int b = (a + 1) % 3, c = (a + 2) % 3;
      normal[a] = (Wide) (p[1][b] - p[0][b]) * (p[2][c] - p[0][c]) -
                  (Wide) (p[1][c] - p[0][c]) * (p[2][b] - p[0][b]);
    }
  height = normal[0] * p[0][0] + normal[1] * p[0][1] + normal[2] * p[0][2];
  if (normal[2] < 0)
    {
      height = -height;
      for (int a = 0; a < 3; a++)
        normal[a] = -normal[a];
    }
  for (int a = 0; a < 3 && height == 0; a++)
    height = -normal[a];
  return height > 0;
}

static BrgMask *
reference (const BrgMesh *mesh, const BrgGrid *grid)
{
  BrgMask *mask = brg_mask_new (grid, NULL);
  g_autofree gint64 *units = g_new (gint64, 3 * mesh->n_vertices);

  for (uint32_t v = 0; v < mesh->n_vertices; v++)
    to_units (mesh, grid, v, units + 3 * (size_t) v);
  for (int k = 0; k < grid->dim[2]; k++)
    for (int j = 0; j < grid->dim[1]; j++)
      for (int i = 0; i < grid->dim[0]; i++)
        {
          const gint64 origin[3] = { i * 1048576, j * 1048576, k * 1048576 };
          bool inside = false;
          for (size_t t = 0; t < mesh->n_triangles; t++)
            {
              gint64 p[3][3];
              for (int c = 0; c < 9; c++)
                p[c / 3][c % 3] =
                  units[3 * (size_t) mesh->triangles[3 * t + c / 3] + c % 3] - origin[c % 3];
              inside ^= is_met (p);
            }
          brg_mask_set (mask, i, j, k, inside);
        }
  return mask;
}

static void
check_all_threads (const BrgMesh *mesh, const BrgGrid *grid, const BrgMask *expected)
{
  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      BrgError error = { 0 };
      BrgMask *got = brg_voxelize (mesh, grid, &job, &error);
      if (got == NULL)
        {
          g_assert_cmpint (error.status, ==, BRG_EMPTY);
          g_assert_true (brg_mask_is_empty (expected));
        }
      else
        twin_take_equal (got, expected);
    }
}

static void
check_round_trip (const BrgMask *mask)
{
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);

  g_assert_nonnull (mesh);
  check_all_threads (mesh, &mask->grid, mask);
  brg_mesh_unref (mesh);
}

static void
test_round_trip (void)
{
  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    for (guint32 seed = 0; seed < 4; seed++)
      {
        BrgMask *mask = twin_mask (&twin_cases[c], seed);
        if (!brg_mask_is_empty (mask))
          check_round_trip (mask);
        brg_mask_unref (mask);
      }
}

/* Turned, sheared, left-handed and far from the origin, where single precision moves vertices by a
 * good part of a voxel. */
static void
test_round_trip_grids (void)
{
  const double spacing[3] = { 0.5, 0.5, 0.5 };
  BrgGrid grids[5];

  grids[0] = phantom_oblique_grid (20, 13, 17);
  grids[1] = grids[0];
  for (int a = 0; a < 3; a++)
    grids[1].lps_from_vox.m[a][1] *= -1;
  grids[2] = grids[0];
  grids[2].lps_from_vox.m[0][1] += 0.2;
  grids[3] = brg_grid_simple (21, 15, 9, spacing, brg_vec3 (-500000, 499000, 500000));
  grids[4] = phantom_oblique_grid (15, 15, 15);
  grids[4].lps_from_vox.m[2][3] = -480000;
  for (size_t g = 0; g < G_N_ELEMENTS (grids); g++)
    for (guint32 seed = 0; seed < 4; seed++)
      {
        BrgMask *mask = phantom_noise_mask (&grids[g], seed, 0.15 + 0.2 * seed);
        check_round_trip (mask);
        brg_mask_unref (mask);
      }
}

/* Corners anywhere, at voxel centres as often as not, joined to a closed surface that crosses
 * itself: an octahedron of `n` sides about an axis, and its mirror image at another place. */
static BrgMesh *
random_mesh (GRand *rand, const BrgGrid *grid, guint32 n_around, double snap)
{
  BrgMesh *mesh = brg_mesh_new (n_around + 2, 2 * n_around, NULL);

  for (size_t v = 0; v < mesh->n_vertices; v++)
    {
      double vox[3];
      for (int a = 0; a < 3; a++)
        {
          vox[a] = g_rand_double_range (rand, -3, grid->dim[a] + 2);
          if (g_rand_double (rand) < snap)
            vox[a] = round (vox[a]);
        }
      BrgVec3 p = brg_grid_lps_from_vox (grid, brg_vec3 (vox[0], vox[1], vox[2]));
      mesh->xyz[3 * v] = (float) p.x;
      mesh->xyz[3 * v + 1] = (float) p.y;
      mesh->xyz[3 * v + 2] = (float) p.z;
    }
  for (guint32 s = 0; s < n_around; s++)
    for (guint32 pole = 0; pole < 2; pole++)
      {
        uint32_t *corner = mesh->triangles + 3 * (2 * (size_t) s + pole);
        corner[0] = n_around + pole;
        corner[1 + pole] = s;
        corner[2 - pole] = (s + 1) % n_around;
      }
  return mesh;
}

/* The same triangles in another order, each begun at another corner and some turned over. */
static void
shuffle (GRand *rand, BrgMesh *mesh)
{
  for (size_t t = mesh->n_triangles; t > 1; t--)
    {
      size_t other = (size_t) g_rand_int_range (rand, 0, (gint32) t);
      for (size_t c = 0; c < 3; c++)
        {
          uint32_t kept = mesh->triangles[3 * (t - 1) + c];
          mesh->triangles[3 * (t - 1) + c] = mesh->triangles[3 * other + (c + 1) % 3];
          mesh->triangles[3 * other + (c + 1) % 3] = kept;
        }
    }
}

static void
test_twin (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  const double spacing[3] = { 1, 0.5, 2 };

  for (int n = 0; n < 40; n++)
    {
      BrgGrid grid = n % 2 ? phantom_oblique_grid (11, 9, 8)
                           : brg_grid_simple (70, 7, 6, spacing, brg_vec3 (-8, 16, 4));
      BrgMesh *mesh =
        random_mesh (rand, &grid, (guint32) g_rand_int_range (rand, 3, 24), n % 4 < 2 ? 0.7 : 0.1);
      BrgMask *expected = reference (mesh, &grid);
      check_all_threads (mesh, &grid, expected);
      shuffle (rand, mesh);
      check_all_threads (mesh, &grid, expected);
      brg_mask_unref (expected);
      brg_mesh_unref (mesh);
    }
}

/* Four corners of a box far larger than the grid, which cut it in two. */
static void
test_huge (void)
{
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (66, 5, 4, spacing, brg_vec3 (0, 0, 0));
  const float xyz[12] = {
    20.25f, 2, 2, -900000, -900000, 0, -900000, 900000, 900000, 0, 0, -900000
  };
  const uint32_t triangles[12] = { 0, 1, 2, 0, 2, 3, 0, 3, 1, 1, 3, 2 };
  BrgMesh *mesh = brg_mesh_new (4, 4, NULL);

  memcpy (mesh->xyz, xyz, sizeof xyz);
  memcpy (mesh->triangles, triangles, sizeof triangles);
  BrgMask *expected = reference (mesh, &grid);
  g_assert_true (brg_mask_get (expected, 20, 2, 2));
  g_assert_false (brg_mask_get (expected, 21, 2, 2));
  check_all_threads (mesh, &grid, expected);
  brg_mask_unref (expected);
  brg_mesh_unref (mesh);
}

/* A convex mesh: a centre is inside when it lies below every face. */
static size_t
check_convex (const BrgMesh *mesh, const BrgGrid *grid)
{
  BrgMask *mask = brg_voxelize (mesh, grid, NULL, NULL);
  size_t n_compared = 0;

  for (int k = 0; k < grid->dim[2]; k++)
    for (int j = 0; j < grid->dim[1]; j++)
      for (int i = 0; i < grid->dim[0]; i++)
        {
          BrgVec3 at = brg_grid_lps_from_vox (grid, brg_vec3 (i, j, k));
          double highest = -INFINITY;
          for (size_t t = 0; t < mesh->n_triangles; t++)
            {
              BrgVec3 p[3];
              for (int c = 0; c < 3; c++)
                {
                  const float *v = mesh->xyz + 3 * (size_t) mesh->triangles[3 * t + (size_t) c];
                  p[c] = brg_vec3 ((double) v[0], (double) v[1], (double) v[2]);
                }
              BrgVec3 normal = brg_vec3_normalize (
                brg_vec3_cross (brg_vec3_sub (p[1], p[0]), brg_vec3_sub (p[2], p[0])));
              highest = fmax (highest, brg_vec3_dot (normal, brg_vec3_sub (at, p[0])));
            }
          if (fabs (highest) <= 1e-6)
            continue;
          n_compared++;
          g_assert_cmpint (brg_mask_get (mask, i, j, k), ==, highest < 0);
        }
  brg_mask_unref (mask);
  return n_compared;
}

/* A ball with 2 * n circles of latitude: its quads are flat, hence so are all pairs of triangles.
 */
static BrgMesh *
ellipsoid (BrgVec3 centre, BrgVec3 radius, guint32 n)
{
  BrgMesh *mesh = brg_mesh_new (2 + (n - 1) * 2 * n, 4 * n * (n - 1), NULL);
  uint32_t *out = mesh->triangles;

  for (guint32 v = 0; v < mesh->n_vertices; v++)
    {
      double lat = v == 0 ? 0 : v == 1 ? BRG_PI : BRG_PI * (1 + (v - 2) / (2 * n)) / n;
      double lon = v < 2 ? 0 : BRG_PI * ((v - 2) % (2 * n)) / n;
      mesh->xyz[3 * v] = (float) (centre.x + radius.x * sin (lat) * cos (lon));
      mesh->xyz[3 * v + 1] = (float) (centre.y + radius.y * sin (lat) * sin (lon));
      mesh->xyz[3 * v + 2] = (float) (centre.z + radius.z * cos (lat));
    }
  for (guint32 s = 0; s < 2 * n; s++)
    {
      guint32 next = (s + 1) % (2 * n), last = 2 + (n - 2) * 2 * n;
      const uint32_t caps[6] = { 0, 2 + s, 2 + next, 1, last + next, last + s };
      memcpy (out, caps, sizeof caps);
      out += 6;
      for (guint32 c = 0; c + 2 < n; c++)
        {
          uint32_t a = 2 + c * 2 * n + s, b = 2 + c * 2 * n + next, d = a + 2 * n, e = b + 2 * n;
          const uint32_t quad[6] = { a, d, b, b, d, e };
          memcpy (out, quad, sizeof quad);
          out += 6;
        }
    }
  return mesh;
}

static void
test_ellipsoids (void)
{
  const double spacing[3] = { 1, 0.75, 1.5 };
  BrgGrid grids[2] = { brg_grid_simple (40, 50, 26, spacing, brg_vec3 (-18, -20, -19)),
                       phantom_oblique_grid (30, 34, 16) };
  size_t n_compared = 0;

  for (int g = 0; g < 2; g++)
    for (guint32 n = 3; n < 12; n += 4)
      {
        const int *dim = grids[g].dim;
        BrgVec3 centre = brg_grid_lps_from_vox (
          &grids[g], brg_vec3 (dim[0] / 2.0 - 0.5, dim[1] / 2.0, dim[2] / 2.0 - 0.25));
        BrgMesh *mesh = ellipsoid (centre, brg_vec3 (7.3, 6.1, 9.2), n);
        n_compared += check_convex (mesh, &grids[g]);
        brg_mesh_unref (mesh);
      }
  g_test_message ("%zu voxels", n_compared);
  g_assert_cmpuint (n_compared, >, 190000);
}

/* A shell in a shell is a cavity, whichever way it is wound; and loose triangles count like joined
 * ones. */
static void
test_cavity_and_loose_triangles (void)
{
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (40, 40, 40, spacing, brg_vec3 (-20, -20, -20));
  BrgMesh *outer = ellipsoid (brg_vec3 (0, 0, 0), brg_vec3 (15, 14, 16), 8);
  BrgMesh *inner = ellipsoid (brg_vec3 (1, 2, 0), brg_vec3 (6, 5, 7), 6);
  size_t n = outer->n_triangles + inner->n_triangles;
  BrgMesh *loose = brg_mesh_new (3 * n, n, NULL);
  BrgMask *expected = brg_voxelize (outer, &grid, NULL, NULL);
  BrgMask *hole = brg_voxelize (inner, &grid, NULL, NULL);

  for (size_t c = 0; c < 3 * n; c++)
    {
      bool is_outer = c < 3 * outer->n_triangles;
      const BrgMesh *from = is_outer ? outer : inner;
      size_t v = from->triangles[is_outer ? c : c - 3 * outer->n_triangles];
      memcpy (loose->xyz + 3 * c, from->xyz + 3 * v, 3 * sizeof (float));
      loose->triangles[c] = (uint32_t) c;
    }
  g_assert_cmpint (brg_mask_and_not (expected, hole, NULL), ==, BRG_OK);
  check_all_threads (loose, &grid, expected);
  brg_mask_unref (hole);
  brg_mask_unref (expected);
  brg_mesh_unref (loose);
  brg_mesh_unref (inner);
  brg_mesh_unref (outer);
}

static void
expect_refusal (const BrgMesh *mesh, const BrgGrid *grid, BrgStatus status, const char *part)
{
  BrgError error = { 0 };

  g_assert_null (brg_voxelize (mesh, grid, NULL, &error));
  g_assert_cmpint (error.status, ==, status);
  if (strstr (error.message, part) == NULL)
    g_error ("expected \"%s\", got \"%s\"", part, error.message);
}

static void
test_refuses (void)
{
  const double spacing[3] = { 0.5, 1, 1 };
  BrgGrid grid = brg_grid_simple (20, 20, 20, spacing, brg_vec3 (0, 0, 0));
  BrgMesh *mesh = ellipsoid (brg_vec3 (5, 5, 5), brg_vec3 (3, 3, 3), 6);
  const float bad[] = { NAN, INFINITY, -INFINITY, 600000 };
  float kept = mesh->xyz[3];

  mesh->n_triangles--;
  expect_refusal (mesh, &grid, BRG_INVALID, "3 open edges");
  mesh->n_triangles--;
  expect_refusal (mesh, &grid, BRG_INVALID, "4 open edges");
  mesh->n_triangles += 2;
  for (size_t b = 0; b < G_N_ELEMENTS (bad); b++)
    {
      mesh->xyz[3] = bad[b];
      expect_refusal (mesh, &grid, BRG_INVALID, "vertex 1 lies ");
    }
  mesh->xyz[3] = kept;
  mesh->triangles[7] = 1000000;
  expect_refusal (mesh, &grid, BRG_INVALID, "triangle 2 ");
  mesh->n_triangles = 0;
  expect_refusal (mesh, &grid, BRG_EMPTY, "no voxel");
  brg_mesh_unref (mesh);
  mesh = ellipsoid (brg_vec3 (-50, 5, 5), brg_vec3 (3, 3, 3), 6);
  expect_refusal (mesh, &grid, BRG_EMPTY, "no voxel");
  brg_mesh_unref (mesh);
}

/* Three triangles on one edge of two closed sheets: nothing is open, yet there is no inside. */
static void
test_refuses_odd_edges (void)
{
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (10, 10, 10, spacing, brg_vec3 (0, 0, 0));
  const float xyz[15] = { 1, 1, 1, 7, 1, 1, 1, 7, 1, 1, 1, 7, 5, 5, 5 };
  const uint32_t triangles[21] = { 0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3, 0, 1, 4, 1, 2, 4, 2, 0, 4 };
  BrgMesh *mesh = brg_mesh_new (5, 7, NULL);

  memcpy (mesh->xyz, xyz, sizeof xyz);
  memcpy (mesh->triangles, triangles, sizeof triangles);
  expect_refusal (mesh, &grid, BRG_INVALID, "3 edges");
  brg_mesh_unref (mesh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/voxelize/round-trip", test_round_trip);
  g_test_add_func ("/voxelize/round-trip/grids", test_round_trip_grids);
  g_test_add_func ("/voxelize/twin", test_twin);
  g_test_add_func ("/voxelize/huge", test_huge);
  g_test_add_func ("/voxelize/ellipsoids", test_ellipsoids);
  g_test_add_func ("/voxelize/cavity", test_cavity_and_loose_triangles);
  g_test_add_func ("/voxelize/refuses", test_refuses);
  g_test_add_func ("/voxelize/refuses/odd-edges", test_refuses_odd_edges);
  return g_test_run ();
}
