/* Smoothing: the half-voxel limit, volume, shape and threads. */

#include <glib.h>
#include <string.h>

#include "engine/brg-mesh-check.h"
#include "engine/brg-mesh-smooth.h"
#include "surface-phantoms.h"
#include "voxel-twin.h"

static BrgVec3
middle_of (const BrgGrid *grid)
{
  return brg_grid_lps_from_vox (
    grid, brg_vec3 ((grid->dim[0] - 1) / 2.0, (grid->dim[1] - 1) / 2.0, (grid->dim[2] - 1) / 2.0));
}

/* A thick shell: two surfaces, one inside the other. */
static BrgMask *
shell_mask (const BrgGrid *grid, double inner_mm, double outer_mm)
{
  BrgMask *mask = brg_mask_new (grid, NULL);
  BrgVec3 centre = middle_of (grid);

  for (int k = 0; k < grid->dim[2]; k++)
    for (int j = 0; j < grid->dim[1]; j++)
      for (int i = 0; i < grid->dim[0]; i++)
        {
          BrgVec3 p = brg_grid_lps_from_vox (grid, brg_vec3 (i, j, k));
          double r = brg_vec3_length (brg_vec3_sub (p, centre));
          brg_mask_set (mask, i, j, k, r > inner_mm && r <= outer_mm);
        }
  return mask;
}

static BrgMeshCheck
check_of (const BrgMesh *mesh)
{
  BrgMeshCheck check;

  g_assert_cmpint (brg_mesh_check (mesh, &check, NULL, NULL), ==, BRG_OK);
  return check;
}

static BrgVec3
vertex_vox (const BrgMesh *mesh, const BrgGrid *grid, size_t v)
{
  const float *p = mesh->xyz + 3 * v;
  return brg_grid_vox_from_lps (grid, brg_vec3 (p[0], p[1], p[2]));
}

static void
assert_within_half_voxel (const BrgMesh *before, const BrgMesh *after, const BrgGrid *grid)
{
  g_assert_cmpuint (before->n_vertices, ==, after->n_vertices);
  for (size_t v = 0; v < before->n_vertices; v++)
    {
      BrgVec3 move = brg_vec3_sub (vertex_vox (after, grid, v), vertex_vox (before, grid, v));
      g_assert_cmpfloat (fabs (move.x), <, 0.5);
      g_assert_cmpfloat (fabs (move.y), <, 0.5);
      g_assert_cmpfloat (fabs (move.z), <, 0.5);
    }
}

/* A sphere comes out rounder, smaller in area, and with the volume it had. */
static void
test_shell (void)
{
  const double strengths[] = { 0.1, 0.5, 1.0 };
  BrgGrid grid = phantom_oblique_grid (85, 85, 35);
  BrgMask *mask = shell_mask (&grid, 14, 19.5);
  BrgMesh *before = brg_isosurface (mask, NULL, NULL);
  BrgMeshCheck rough = check_of (before);
  double area = 4 * BRG_PI * (14 * 14 + 19.5 * 19.5);

  for (size_t s = 0; s < G_N_ELEMENTS (strengths); s++)
    {
      BrgMesh *after = brg_mesh_copy (before, NULL);
      g_assert_cmpint (brg_mesh_smooth (after, &grid, strengths[s], NULL, NULL), ==, BRG_OK);
      BrgMeshCheck smooth = check_of (after);

      assert_within_half_voxel (before, after, &grid);
      g_assert_true (memcmp (before->triangles, after->triangles, before->n_triangles * 12) == 0);
      g_assert_cmpfloat_with_epsilon (smooth.volume_mm3, rough.volume_mm3,
                                      0.0005 * rough.volume_mm3);
      g_assert_cmpuint (smooth.n_degenerate, ==, 0);
      g_assert_cmpfloat_with_epsilon (smooth.area_mm2, area, 0.005 * area);
      g_assert_cmpfloat (rough.area_mm2, >, 1.07 * area);
      brg_mesh_unref (after);
    }
  brg_mesh_unref (before);
  brg_mask_unref (mask);
}

/* Every vertex of a smoothed ball is near the true sphere: the steps are gone. */
static void
test_roundness (void)
{
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (47, 47, 47, spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = shell_mask (&grid, -1, 20);
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
  double square[2] = { 0, 0 };

  for (int pass = 0; pass < 2; pass++)
    {
      for (size_t v = 0; v < mesh->n_vertices; v++)
        {
          const float *p = mesh->xyz + 3 * v;
          double r =
            brg_vec3_length (brg_vec3_sub (brg_vec3 (p[0], p[1], p[2]), middle_of (&grid)));
          square[pass] += (r - 20) * (r - 20) / (double) mesh->n_vertices;
        }
      g_assert_cmpint (brg_mesh_smooth (mesh, &grid, 0.5, NULL, NULL), ==, BRG_OK);
    }
  g_assert_cmpfloat (sqrt (square[1]), <, 0.15);
  g_assert_cmpfloat (sqrt (square[1]), <, 0.6 * sqrt (square[0]));
  brg_mesh_unref (mesh);
  brg_mask_unref (mask);
}

static void
test_noise (void)
{
  BrgGrid grid = phantom_oblique_grid (33, 20, 17);
  BrgMask *mask = phantom_noise_mask (&grid, 5, 0.4);
  BrgMesh *before = brg_isosurface (mask, NULL, NULL);
  BrgMesh *after = brg_mesh_copy (before, NULL);

  g_assert_cmpint (brg_mesh_smooth (after, &grid, 1.0, NULL, NULL), ==, BRG_OK);
  assert_within_half_voxel (before, after, &grid);
  brg_mesh_unref (before);
  brg_mesh_unref (after);
  brg_mask_unref (mask);
}

/* Small pieces keep their size beside a large one. */
static void
test_pieces (void)
{
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (70, 32, 32, spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);

  for (int k = 0; k < 30; k++)
    for (int j = 0; j < 30; j++)
      for (int i = 0; i < 30; i++)
        {
          brg_mask_set (mask, i, j, k, true);
          brg_mask_set (mask, 40 + i / 5, j / 5, k / 5, true);
        }
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
  double before = check_of (mesh).volume_mm3;
  g_assert_cmpint (brg_mesh_smooth (mesh, &grid, 0.5, NULL, NULL), ==, BRG_OK);
  g_assert_cmpfloat_with_epsilon (check_of (mesh).volume_mm3, before, 1e-3 * before);

  BrgMask *small = brg_mask_copy (mask, NULL);
  for (int k = 0; k < 30; k++)
    for (int j = 0; j < 30; j++)
      for (int i = 0; i < 30; i++)
        brg_mask_set (small, i, j, k, false);
  BrgMesh *alone = brg_isosurface (small, NULL, NULL);
  before = check_of (alone).volume_mm3;
  g_assert_cmpint (brg_mesh_smooth (alone, &grid, 0.5, NULL, NULL), ==, BRG_OK);
  g_assert_cmpfloat_with_epsilon (check_of (alone).volume_mm3, before, 0.01 * before);
  brg_mesh_unref (mesh);
  brg_mesh_unref (alone);
  brg_mask_unref (mask);
  brg_mask_unref (small);
}

static void
test_threads (void)
{
  BrgGrid grid = phantom_oblique_grid (70, 41, 39);
  BrgMask *mask = phantom_noise_mask (&grid, 7, 0.3);
  BrgMesh *first = NULL;

  for (size_t n = 0; n < G_N_ELEMENTS (twin_threads); n++)
    {
      BrgJob job = twin_job (twin_threads[n]);
      BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
      g_assert_cmpint (brg_mesh_smooth (mesh, &grid, 0.7, &job, NULL), ==, BRG_OK);
      if (first == NULL)
        first = brg_mesh_ref (mesh);
      g_assert_true (memcmp (mesh->xyz, first->xyz, first->n_vertices * 12) == 0);
      brg_mesh_unref (mesh);
    }
  brg_mesh_unref (first);
  brg_mask_unref (mask);
}

/* Vertices of many neighbours and of none: a double pyramid over 40 sides and one vertex nothing
 * uses. It turns about its axis onto itself, and so does what comes out. */
static void
test_degrees (void)
{
  enum
  {
    SIDES = 40
  };
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (40, 40, 40, spacing, brg_vec3 (-20, -20, -20));
  BrgMesh *mesh = brg_mesh_new (SIDES + 3, 2 * SIDES, NULL);
  float tip[2];

  for (uint32_t v = 0; v < SIDES + 3; v++)
    {
      double angle = 2 * BRG_PI * v / SIDES;
      bool is_side = v < SIDES;
      mesh->xyz[3 * v] = is_side ? (float) (9 * cos (angle)) : 0;
      mesh->xyz[3 * v + 1] = is_side ? (float) (9 * sin (angle)) : 0;
      mesh->xyz[3 * v + 2] = is_side ? 0 : v == SIDES ? 3 : v == SIDES + 1 ? -3 : 15;
    }
  for (uint32_t t = 0; t < 2 * SIDES; t++)
    {
      uint32_t a = t / 2, b = (a + 1) % SIDES, up = t % 2 == 0;
      memcpy (mesh->triangles + 3 * t, (uint32_t[]){ up ? a : b, up ? b : a, SIDES + 1 - up }, 12);
    }
  g_assert_cmpint (brg_mesh_smooth (mesh, &grid, 0.5, NULL, NULL), ==, BRG_OK);
  g_assert_cmpfloat (mesh->xyz[3 * (SIDES + 2) + 2], ==, 15);
  tip[0] = mesh->xyz[3 * SIDES + 2];
  tip[1] = mesh->xyz[3 * (SIDES + 1) + 2];
  g_assert_cmpfloat (tip[0], !=, 3);
  g_assert_cmpfloat_with_epsilon (tip[0], 3, 0.49);
  g_assert_cmpfloat_with_epsilon (tip[0], -tip[1], 1e-4);
  for (uint32_t v = 1; v < SIDES; v++)
    g_assert_cmpfloat_with_epsilon (hypot (mesh->xyz[3 * v], mesh->xyz[3 * v + 1]),
                                    hypot (mesh->xyz[0], mesh->xyz[1]), 0.3);
  brg_mesh_unref (mesh);
}

static void
test_refuses (void)
{
  BrgGrid grid = phantom_oblique_grid (9, 9, 9);
  BrgMask *mask = phantom_noise_mask (&grid, 7, 0.5);
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
  BrgMesh *copy = brg_mesh_copy (mesh, NULL);
  BrgJob job = BRG_JOB_INIT;
  BrgError error;

  g_assert_cmpint (brg_mesh_smooth (mesh, &grid, 1.5, NULL, &error), ==, BRG_INVALID);
  g_assert_cmpint (brg_mesh_smooth (mesh, &grid, NAN, NULL, &error), ==, BRG_INVALID);
  g_assert_cmpint (brg_mesh_smooth (mesh, &grid, 0, NULL, &error), ==, BRG_OK);
  brg_job_cancel (&job);
  g_assert_cmpint (brg_mesh_smooth (mesh, &grid, 0.5, &job, &error), ==, BRG_CANCELLED);
  g_assert_true (memcmp (mesh->xyz, copy->xyz, mesh->n_vertices * 12) == 0);
  brg_mesh_unref (mesh);
  brg_mesh_unref (copy);
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mesh-smooth/shell", test_shell);
  g_test_add_func ("/mesh-smooth/roundness", test_roundness);
  g_test_add_func ("/mesh-smooth/noise", test_noise);
  g_test_add_func ("/mesh-smooth/pieces", test_pieces);
  g_test_add_func ("/mesh-smooth/threads", test_threads);
  g_test_add_func ("/mesh-smooth/degrees", test_degrees);
  g_test_add_func ("/mesh-smooth/refuses", test_refuses);
  return g_test_run ();
}
