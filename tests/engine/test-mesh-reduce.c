/* Fewer triangles, and loose triangles joined. */

#include <glib.h>
#include <string.h>

#include "engine/brg-mesh-check.h"
#include "engine/brg-mesh-reduce.h"
#include "engine/brg-mesh-weld.h"
#include "surface-phantoms.h"
#include "voxel-twin.h"

static BrgMeshCheck
check_of (const BrgMesh *mesh)
{
  BrgMeshCheck check;

  g_assert_cmpint (brg_mesh_check (mesh, &check, NULL, NULL), ==, BRG_OK);
  return check;
}

static void
test_reduce (void)
{
  const double keep[] = { 1.0, 0.5, 0.1 };
  BrgMesh *mesh = phantom_ball_mesh (brg_vec3 (0, 0, 0), 15, 0.5);
  double volume = check_of (mesh).volume_mm3;

  for (size_t n = 0; n < G_N_ELEMENTS (keep); n++)
    {
      BrgMesh *few = brg_mesh_reduce (mesh, keep[n], NULL, NULL);
      BrgMeshCheck check = check_of (few);
      g_assert_true (check.closed && check.manifold && check.oriented);
      g_assert_cmpint (check.euler, ==, 2);
      g_assert_cmpuint (check.n_unused_vertices, ==, 0);
      g_assert_cmpfloat ((double) few->n_triangles, <=, keep[n] * (double) mesh->n_triangles + 1);
      g_assert_cmpfloat ((double) few->n_triangles, >=, 0.9 * keep[n] * (double) mesh->n_triangles);
      g_assert_cmpfloat_with_epsilon (check.volume_mm3, volume, 0.02 * volume);
      brg_mesh_unref (few);
    }
  brg_mesh_unref (mesh);
}

/* Thin walls and threads, which edge collapse alone would press flat. */
static void
test_thin (void)
{
  const double spacing[3] = { 1, 1, 1 }, keep[] = { 0.5, 0.2, 0.05 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  BrgGrid grid = brg_grid_simple (40, 40, 40, spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);

  for (int k = 0; k < 40; k++)
    for (int j = 0; j < 40; j++)
      for (int i = 0; i < 40; i++)
        brg_mask_set (mask, i, j, k,
                      (i % 9 == 4 || (j % 11 == 5 && k % 7 == 3)) && g_rand_double (rand) < 0.9);
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
  g_assert_cmpint (brg_mesh_smooth (mesh, &grid, 0.5, NULL, NULL), ==, BRG_OK);
  for (size_t n = 0; n < G_N_ELEMENTS (keep); n++)
    {
      BrgMesh *few = brg_mesh_reduce (mesh, keep[n], NULL, NULL);
      BrgMeshCheck check = check_of (few);
      g_assert_true (check.closed && check.manifold && check.oriented);
      g_assert_cmpuint (check.n_degenerate, ==, 0);
      g_assert_cmpuint (few->n_triangles, <, mesh->n_triangles * 95 / 100);
      brg_mesh_unref (few);
    }
  brg_mesh_unref (mesh);
  brg_mask_unref (mask);
}

/* A ball of a tenth of its triangles is as round as before. */
static void
test_error (void)
{
  BrgMesh *mesh = phantom_ball_mesh (brg_vec3 (5, -7, 1500), 22, 0.5);
  BrgMesh *few = brg_mesh_reduce (mesh, 0.1, NULL, NULL);
  BrgMeshCheck before = check_of (mesh), after = check_of (few);

  for (size_t t = 0; t < few->n_triangles; t++)
    {
      double middle[3] = { -5, 7, -1500 };
      for (int c = 0; c < 3; c++)
        for (int a = 0; a < 3; a++)
          middle[a] += (double) few->xyz[3 * (size_t) few->triangles[3 * t + c] + a] / 3;
      double r = sqrt (middle[0] * middle[0] + middle[1] * middle[1] + middle[2] * middle[2]);
      g_assert_cmpfloat_with_epsilon (r, 22, 0.5);
    }
  g_assert_cmpfloat_with_epsilon (after.volume_mm3, before.volume_mm3, 4e-3 * before.volume_mm3);
  g_assert_cmpfloat_with_epsilon (after.area_mm2, before.area_mm2, 5e-3 * before.area_mm2);
  brg_mesh_unref (mesh);
  brg_mesh_unref (few);
}

/* A ring keeps its hole down to the few triangles that one needs. */
static void
test_ring (void)
{
  const double spacing[3] = { 1, 1, 1 }, keep[] = { 0.3, 0.05, 1e-9 };
  BrgGrid grid = brg_grid_simple (44, 44, 12, spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);

  for (int k = 0; k < 12; k++)
    for (int j = 0; j < 44; j++)
      for (int i = 0; i < 44; i++)
        {
          double r = hypot (i - 21.5, j - 21.5) - 16;
          brg_mask_set (mask, i, j, k, r * r + (k - 5.5) * (k - 5.5) <= 16);
        }
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
  for (size_t n = 0; n < G_N_ELEMENTS (keep); n++)
    {
      BrgMesh *few = brg_mesh_reduce (mesh, keep[n], NULL, NULL);
      BrgMeshCheck check = check_of (few);
      g_assert_true (check.closed && check.manifold && check.oriented);
      g_assert_cmpuint (check.n_degenerate, ==, 0);
      g_assert_cmpint (check.euler, ==, 0);
      g_assert_cmpuint (check.n_components, ==, 1);
      g_assert_cmpuint (few->n_triangles, >=, 14);
      if (keep[n] > 0.01)
        g_assert_cmpfloat_with_epsilon ((double) few->n_triangles,
                                        keep[n] * (double) mesh->n_triangles, 2);
      else
        g_assert_cmpuint (few->n_triangles, <, 500);
      brg_mesh_unref (few);
    }
  brg_mesh_unref (mesh);
  brg_mask_unref (mask);
}

/* Many parts, enough for rounds in blocks: each is kept, with its holes, and the bytes are the same
 * on any number of threads. */
static void
test_blocks (void)
{
  BrgGrid grid = phantom_oblique_grid (50, 46, 31);
  BrgMask *mask = phantom_noise_mask (&grid, 5, 0.25);
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
  BrgMesh *first = NULL;
  BrgMeshCheck before = check_of (mesh);

  g_assert_cmpuint (mesh->n_vertices, >, 30000);
  for (size_t n = 0; n < G_N_ELEMENTS (twin_threads); n++)
    {
      BrgJob job = twin_job (twin_threads[n]);
      BrgMesh *few = brg_mesh_reduce (mesh, 0.5, &job, NULL);
      if (first == NULL)
        first = brg_mesh_ref (few);
      g_assert_cmpuint (few->n_triangles, ==, first->n_triangles);
      g_assert_cmpuint (few->n_vertices, ==, first->n_vertices);
      g_assert_true (memcmp (few->xyz, first->xyz, 12 * first->n_vertices) == 0);
      g_assert_true (memcmp (few->triangles, first->triangles, 12 * first->n_triangles) == 0);
      brg_mesh_unref (few);
    }
  BrgMeshCheck after = check_of (first);
  g_assert_true (after.closed && after.manifold && after.oriented);
  g_assert_cmpuint (after.n_degenerate, ==, 0);
  g_assert_cmpint (after.euler, ==, before.euler);
  g_assert_cmpuint (after.n_components, ==, before.n_components);
  g_assert_cmpfloat_with_epsilon ((double) first->n_triangles, 0.5 * (double) mesh->n_triangles,
                                  0.01 * (double) mesh->n_triangles);
  brg_mesh_unref (first);
  brg_mesh_unref (mesh);
  brg_mask_unref (mask);
}

/* A mesh with a hole is reduced all the same, but for the rim of the hole. */
static void
test_open (void)
{
  BrgMesh *mesh = phantom_ball_mesh (brg_vec3 (0, 0, 0), 9, 0.5);

  mesh->n_triangles -= 3;
  BrgMeshCheck before = check_of (mesh);
  BrgMesh *few = brg_mesh_reduce (mesh, 0.3, NULL, NULL);
  BrgMeshCheck after = check_of (few);
  g_assert_cmpuint (few->n_triangles, <, mesh->n_triangles * 4 / 10);
  g_assert_cmpuint (before.n_boundary_edges, >, 0);
  g_assert_cmpuint (after.n_boundary_edges, ==, before.n_boundary_edges);
  g_assert_cmpuint (after.n_nonmanifold_edges, ==, 0);
  brg_mesh_unref (mesh);
  brg_mesh_unref (few);
}

/* Two balls that share an edge stay as they are around it. */
static void
test_edge_of_four (void)
{
  BrgMesh *mesh = phantom_ball_mesh (brg_vec3 (0, 0, 0), 8, 0.5);
  size_t n = mesh->n_vertices, n_indices = 3 * mesh->n_triangles;
  BrgMesh *both = brg_mesh_new (2 * n, 2 * mesh->n_triangles, NULL);
  uint32_t a = mesh->triangles[0], b = mesh->triangles[1];

  for (size_t v = 0; v < 2 * n; v++)
    for (size_t c = 0; c < 3; c++)
      both->xyz[3 * v + c] =
        (v < n ? 1.0f : -1.0f) * (mesh->xyz[3 * (v % n) + c] - mesh->xyz[3 * (size_t) a + c]);
  for (size_t h = 0; h < n_indices; h++)
    {
      uint32_t v = mesh->triangles[h];
      both->triangles[h] = v;
      both->triangles[n_indices + h] = v == a || v == b ? v : (uint32_t) n + v;
    }
  for (size_t h = 0; h < n_indices; h += 3)
    {
      uint32_t swap = both->triangles[n_indices + h + 1];
      both->triangles[n_indices + h + 1] = both->triangles[n_indices + h + 2];
      both->triangles[n_indices + h + 2] = swap;
    }
  BrgMesh *few = brg_mesh_reduce (both, 0.2, NULL, NULL);
  BrgMeshCheck check = check_of (few);
  g_assert_cmpuint (check.n_nonmanifold_edges, ==, 1);
  g_assert_cmpuint (check.n_boundary_edges, ==, 0);
  g_assert_cmpuint (few->n_triangles, <, both->n_triangles / 4);
  brg_mesh_unref (few);
  brg_mesh_unref (both);
  brg_mesh_unref (mesh);
}

static void
test_proxy (void)
{
  BrgMesh *mesh = phantom_ball_mesh (brg_vec3 (0, 0, 0), 15, 0.5);
  BrgMesh *proxy = brg_mesh_proxy (mesh, 500, NULL);
  BrgMesh *same = brg_mesh_proxy (mesh, mesh->n_triangles, NULL);
  double volume = check_of (mesh).volume_mm3;

  g_assert_cmpuint (proxy->n_triangles, <=, 500);
  g_assert_cmpuint (proxy->n_triangles, >, 200);
  g_assert_cmpfloat_with_epsilon (check_of (proxy).volume_mm3, volume, 0.05 * volume);
  g_assert_cmpuint (same->n_triangles, ==, mesh->n_triangles);
  brg_mesh_unref (mesh);
  brg_mesh_unref (proxy);
  brg_mesh_unref (same);
}

static void
test_refuses (void)
{
  BrgMesh *mesh = phantom_ball_mesh (brg_vec3 (0, 0, 0), 3, 0);
  BrgJob job = BRG_JOB_INIT;
  BrgError error;

  g_assert_null (brg_mesh_reduce (mesh, 0, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_INVALID);
  g_assert_null (brg_mesh_reduce (mesh, NAN, NULL, &error));
  mesh->triangles[4] = (uint32_t) mesh->n_vertices;
  g_assert_null (brg_mesh_reduce (mesh, 0.5, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_INVALID);
  mesh->triangles[4] = 0;
  brg_job_cancel (&job);
  g_assert_null (brg_mesh_reduce (mesh, 0.5, &job, &error));
  g_assert_cmpint (error.status, ==, BRG_CANCELLED);
  brg_mesh_unref (mesh);
}

/* Loosened and welded, the mesh is what it was but for the order of its vertices. */
static void
test_weld (void)
{
  BrgMesh *mesh = phantom_ball_mesh (brg_vec3 (0, 0, 0), 9, 0.5);
  g_autofree float *corners = g_new (float, 9 * (mesh->n_triangles + 1));
  size_t n_dropped = 99;

  for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
    memcpy (corners + 3 * h, mesh->xyz + 3 * (size_t) mesh->triangles[h], 12);
  memset (corners + 9 * mesh->n_triangles, 0, 36);
  corners[9 * mesh->n_triangles] = -0.0f;
  BrgMesh *welded = brg_mesh_weld (brg_mesh_corners_of_array, corners, mesh->n_triangles + 1,
                                   &n_dropped, NULL, NULL);
  BrgMeshCheck before = check_of (mesh), after = check_of (welded);

  g_assert_cmpuint (n_dropped, ==, 1);
  g_assert_cmpuint (welded->n_triangles, ==, mesh->n_triangles);
  g_assert_true (after.closed && after.manifold && after.oriented);
  g_assert_cmpint (after.euler, ==, before.euler);
  g_assert_cmpuint (welded->n_vertices - after.n_unused_vertices, ==, mesh->n_vertices);
  for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
    g_assert_true (memcmp (welded->xyz + 3 * (size_t) welded->triangles[h], corners + 3 * h, 12) ==
                   0);
  brg_mesh_unref (mesh);
  brg_mesh_unref (welded);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mesh-reduce/reduce", test_reduce);
  g_test_add_func ("/mesh-reduce/thin", test_thin);
  g_test_add_func ("/mesh-reduce/error", test_error);
  g_test_add_func ("/mesh-reduce/ring", test_ring);
  g_test_add_func ("/mesh-reduce/blocks", test_blocks);
  g_test_add_func ("/mesh-reduce/open", test_open);
  g_test_add_func ("/mesh-reduce/edge-of-four", test_edge_of_four);
  g_test_add_func ("/mesh-reduce/proxy", test_proxy);
  g_test_add_func ("/mesh-reduce/refuses", test_refuses);
  g_test_add_func ("/mesh-reduce/weld", test_weld);
  return g_test_run ();
}
