/* The surface of a mask: closed forms, digital topology as a twin, threads. */

#include <glib.h>
#include <string.h>

#include "engine/brg-isosurface.h"
#include "engine/brg-mesh-check.h"
#include "surface-phantoms.h"

static const double unit_spacing[3] = { 1, 1, 1 };

static BrgMask *
ball_mask (const BrgGrid *grid, BrgVec3 centre_vox, double radius_mm)
{
  BrgMask *mask = brg_mask_new (grid, NULL);
  BrgVec3 centre = brg_grid_lps_from_vox (grid, centre_vox);

  for (int k = 0; k < grid->dim[2]; k++)
    for (int j = 0; j < grid->dim[1]; j++)
      for (int i = 0; i < grid->dim[0]; i++)
        {
          BrgVec3 p = brg_grid_lps_from_vox (grid, brg_vec3 (i, j, k));
          brg_mask_set (mask, i, j, k, brg_vec3_length (brg_vec3_sub (p, centre)) <= radius_mm);
        }
  return mask;
}

static BrgMesh *
surface_of (const BrgMask *mask, BrgMeshCheck *check)
{
  BrgError error = { 0 };
  BrgMesh *mesh = brg_isosurface (mask, NULL, &error);

  g_assert_cmpstr (error.message, ==, "");
  g_assert_nonnull (mesh);
  g_assert_cmpint (brg_mesh_check (mesh, check, NULL, &error), ==, BRG_OK);
  return mesh;
}

static void
assert_sound (const BrgMeshCheck *check)
{
  g_assert_true (check->closed);
  g_assert_true (check->manifold);
  g_assert_true (check->oriented);
  g_assert_cmpuint (check->n_degenerate, ==, 0);
  g_assert_cmpuint (check->n_unused_vertices, ==, 0);
  g_assert_cmpfloat (check->volume_mm3, >, 0);
}

static void
test_single_voxel (void)
{
  BrgGrid grid = brg_grid_simple (1, 1, 1, unit_spacing, brg_vec3 (5, 6, 7));
  BrgMask *mask = brg_mask_new (&grid, NULL);
  BrgMeshCheck check;

  brg_mask_set (mask, 0, 0, 0, true);
  BrgMesh *mesh = surface_of (mask, &check);
  assert_sound (&check);
  g_assert_cmpuint (mesh->n_vertices, ==, 6);
  g_assert_cmpuint (mesh->n_triangles, ==, 8);
  g_assert_cmpfloat_with_epsilon (check.volume_mm3, 1.0 / 6, 1e-6);
  g_assert_cmpfloat_with_epsilon (check.area_mm2, sqrt (3), 1e-6);
  g_assert_cmpfloat_with_epsilon (check.lo.x, 4.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (check.hi.z, 7.5, 1e-6);
  brg_mesh_unref (mesh);
  brg_mask_unref (mask);
}

/* Midpoint cutting bevels a box: each edge of n voxels loses a right prism of legs 1/2, and each
 * corner keeps what an eighth of a voxel loses to its three bevels. Volume of an a x b x c box:
 * abc - (a - 1 + b - 1 + c - 1) 4/8 - 8 (1/8 - 1/48). */
static void
test_box (void)
{
  const int size[][3] = { { 2, 2, 2 }, { 63, 5, 4 }, { 64, 3, 3 }, { 65, 3, 2 }, { 130, 2, 7 } };

  for (size_t s = 0; s < G_N_ELEMENTS (size); s++)
    for (int margin = 0; margin < 2; margin++)
      {
        const int *n = size[s];
        BrgGrid grid =
          phantom_oblique_grid (n[0] + 2 * margin, n[1] + 2 * margin, n[2] + 2 * margin);
        BrgMask *mask = brg_mask_new (&grid, NULL);
        BrgMeshCheck check;

        for (int k = 0; k < n[2]; k++)
          for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++)
              brg_mask_set (mask, i + margin, j + margin, k + margin, true);
        BrgMesh *mesh = surface_of (mask, &check);
        double faces = (double) n[0] * n[1] * n[2] - 0.5 * (n[0] + n[1] + n[2] - 3);
        double expected = (faces - 8 * (1.0 / 8 - 1.0 / 48)) * brg_grid_voxel_mm3 (&grid);

        assert_sound (&check);
        g_assert_cmpint (check.euler, ==, 2);
        g_assert_cmpuint (mesh->n_vertices, ==, 2 * (n[0] * n[1] + n[1] * n[2] + n[2] * n[0]));
        g_assert_cmpfloat_with_epsilon (check.volume_mm3, expected, 2e-5 * expected);
        brg_mesh_unref (mesh);
        brg_mask_unref (mask);
      }
}

static void
test_ball (void)
{
  BrgGrid grids[2] = { brg_grid_simple (45, 45, 45, unit_spacing, brg_vec3 (0, 0, 0)),
                       phantom_oblique_grid (85, 85, 35) };

  for (int g = 0; g < 2; g++)
    {
      double radius = 20 - g * 0.5;
      double volume = 4 * BRG_PI / 3 * pow (radius, 3), area = 4 * BRG_PI * radius * radius;
      BrgVec3 centre = brg_vec3 ((grids[g].dim[0] - 1) / 2.0, (grids[g].dim[1] - 1) / 2.0,
                                 (grids[g].dim[2] - 1) / 2.0);
      BrgMask *mask = ball_mask (&grids[g], centre, radius);
      BrgMeshCheck check;
      BrgMesh *mesh = surface_of (mask, &check);

      assert_sound (&check);
      g_assert_cmpint (check.euler, ==, 2);
      g_assert_cmpuint (check.n_components, ==, 1);
      g_assert_cmpfloat_with_epsilon (check.volume_mm3, volume, 0.01 * volume);
      g_assert_cmpfloat (check.area_mm2, >, area);
      g_assert_cmpfloat (check.area_mm2, <, 1.15 * area);
      brg_mesh_unref (mesh);
      brg_mask_unref (mask);
    }
}

static bool
get (const BrgMask *mask, int i, int j, int k)
{
  const int *dim = mask->grid.dim;
  return i >= 0 && j >= 0 && k >= 0 && i < dim[0] && j < dim[1] && k < dim[2] &&
         brg_mask_get (mask, i, j, k);
}

static bool
all_set (const BrgMask *mask, int i, int j, int k, unsigned axes)
{
  for (unsigned c = 0; c < 8; c++)
    if ((c & ~axes) == 0 && !get (mask, i + (c & 1), j + (c >> 1 & 1), k + (c >> 2 & 1)))
      return false;
  return true;
}

/* Two body-diagonal corners unset and six set: the ring of six is filled, not left open. */
static bool
is_filled_ring (const BrgMask *mask, int i, int j, int k)
{
  unsigned pattern = 0;

  for (unsigned c = 0; c < 8; c++)
    pattern |= (unsigned) get (mask, i + (c & 1), j + (c >> 1 & 1), k + (c >> 2 & 1)) << c;
  return pattern == 0x7e || pattern == 0xbd || pattern == 0xdb || pattern == 0xe7;
}

/* Euler number of the solid from voxels, face pairs, squares and cubes; its surface has twice
 * that. */
static long
solid_euler (const BrgMask *mask)
{
  const int sign[8] = { 1, -1, -1, 1, -1, 1, 1, -1 };
  long euler = 0;

  for (int k = -1; k < mask->grid.dim[2]; k++)
    for (int j = -1; j < mask->grid.dim[1]; j++)
      for (int i = -1; i < mask->grid.dim[0]; i++)
        {
          for (unsigned axes = 0; axes < 8; axes++)
            if (all_set (mask, i, j, k, axes))
              euler += sign[axes];
          euler += is_filled_ring (mask, i, j, k);
        }
  return euler;
}

/* Flood fill over the padded lattice, set voxels by faces, unset ones by faces and edges. */
static size_t
count_both_components (const BrgMask *mask)
{
  const int *dim = mask->grid.dim;
  int pad[3] = { dim[0] + 2, dim[1] + 2, dim[2] + 2 };
  int n = pad[0] * pad[1] * pad[2];
  g_autofree guint8 *seen = g_new0 (guint8, n);
  g_autofree int *stack = g_new (int, n);
  size_t count = 0;

  for (int start = 0; start < n; start++)
    {
      if (seen[start])
        continue;
      int top = 0;
      count++;
      seen[start] = 1;
      stack[top++] = start;
      while (top > 0)
        {
          int at = stack[--top];
          int i = at % pad[0], j = at / pad[0] % pad[1], k = at / pad[0] / pad[1];
          bool set = get (mask, i - 1, j - 1, k - 1);
          for (int d = 0; d < 27; d++)
            {
              int di = d % 3 - 1, dj = d / 3 % 3 - 1, dk = d / 9 - 1;
              int steps = abs (di) + abs (dj) + abs (dk);
              int x = i + di, y = j + dj, z = k + dk;
              int to = (z * pad[1] + y) * pad[0] + x;
              if (steps == 0 || steps > (set ? 1 : 2) || x < 0 || y < 0 || z < 0 || x >= pad[0] ||
                  y >= pad[1] || z >= pad[2] || seen[to] || get (mask, x - 1, y - 1, z - 1) != set)
                continue;
              seen[to] = 1;
              stack[top++] = to;
            }
        }
    }
  return count;
}

static size_t
count_cut_edges (const BrgMask *mask)
{
  size_t count = 0;

  for (int k = -1; k < mask->grid.dim[2]; k++)
    for (int j = -1; j < mask->grid.dim[1]; j++)
      for (int i = -1; i < mask->grid.dim[0]; i++)
        {
          bool here = get (mask, i, j, k);
          count += (here != get (mask, i + 1, j, k)) + (here != get (mask, i, j + 1, k)) +
                   (here != get (mask, i, j, k + 1));
        }
  return count;
}

/* Noise has every pattern of a cell and every pair of them: the surface must still be closed and
 * manifold, and its topology that of the voxels. */
static void
test_noise (void)
{
  const int size[][3] = { { 1, 1, 1 },  { 1, 9, 11 }, { 17, 1, 3 },  { 63, 9, 8 },
                          { 64, 8, 9 }, { 65, 7, 7 }, { 130, 5, 6 }, { 23, 24, 25 } };
  const double share[] = { 0.05, 0.3, 0.5, 0.8, 1.0 };

  for (size_t s = 0; s < G_N_ELEMENTS (size); s++)
    for (size_t d = 0; d < G_N_ELEMENTS (share); d++)
      {
        BrgGrid grid = phantom_oblique_grid (size[s][0], size[s][1], size[s][2]);
        BrgMask *mask = phantom_noise_mask (&grid, (guint32) (s * 10 + d), share[d]);
        BrgMeshCheck check;

        if (!brg_mask_is_empty (mask))
          {
            BrgMesh *mesh = surface_of (mask, &check);
            assert_sound (&check);
            g_assert_cmpuint (mesh->n_vertices, ==, count_cut_edges (mask));
            g_assert_cmpint (check.euler, ==, 2 * solid_euler (mask));
            g_assert_cmpuint (check.n_components, ==, count_both_components (mask) - 1);
            brg_mesh_unref (mesh);
          }
        brg_mask_unref (mask);
      }
}

static void
test_left_handed (void)
{
  BrgGrid grid = brg_grid_simple (9, 9, 9, unit_spacing, brg_vec3 (0, 0, 0));
  BrgMeshCheck check;

  grid.lps_from_vox.m[0][0] = -1;
  BrgMask *mask = phantom_noise_mask (&grid, 3, 0.5);
  BrgMesh *mesh = surface_of (mask, &check);
  assert_sound (&check);
  brg_mesh_unref (mesh);
  brg_mask_unref (mask);
}

static void
test_threads (void)
{
  BrgGrid grid = phantom_oblique_grid (70, 31, 29);
  BrgMask *mask = phantom_noise_mask (&grid, 7, 0.4);
  BrgMesh *first = NULL;

  for (int n_threads = 1; n_threads <= 7; n_threads += n_threads == 1 ? 1 : 5)
    {
      BrgJob job = BRG_JOB_INIT;
      job.n_threads = n_threads;
      BrgMesh *mesh = brg_isosurface (mask, &job, NULL);
      if (first == NULL)
        first = brg_mesh_ref (mesh);
      g_assert_cmpuint (mesh->n_vertices, ==, first->n_vertices);
      g_assert_cmpuint (mesh->n_triangles, ==, first->n_triangles);
      g_assert_true (memcmp (mesh->xyz, first->xyz, first->n_vertices * 12) == 0);
      g_assert_true (memcmp (mesh->triangles, first->triangles, first->n_triangles * 12) == 0);
      brg_mesh_unref (mesh);
    }
  brg_mesh_unref (first);
  brg_mask_unref (mask);
}

static void
test_refuses (void)
{
  BrgGrid grid = brg_grid_simple (5, 6, 7, unit_spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);
  BrgJob job = BRG_JOB_INIT;
  BrgError error = { 0 };

  g_assert_null (brg_isosurface (mask, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_EMPTY);
  brg_mask_set (mask, 2, 2, 2, true);
  brg_job_cancel (&job);
  g_assert_null (brg_isosurface (mask, &job, &error));
  g_assert_cmpint (error.status, ==, BRG_CANCELLED);
  brg_mask_unref (mask);

  grid.lps_from_vox.m[1][3] = 1e9;
  mask = brg_mask_new (&grid, NULL);
  brg_mask_set (mask, 2, 2, 2, true);
  g_assert_null (brg_isosurface (mask, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_INVALID);
  brg_mask_unref (mask);
}

static double last_fraction;

static void
record_fraction (void *data, const char *title, double fraction)
{
  (void) data;
  g_assert_cmpstr (title, ==, "Surface");
  g_assert_cmpfloat (fraction, >=, last_fraction);
  g_assert_cmpfloat (fraction, <=, 0.75);
  last_fraction = fraction;
}

static void
test_progress (void)
{
  BrgGrid grid = brg_grid_simple (5, 6, 40, unit_spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = phantom_noise_mask (&grid, 7, 0.4);
  BrgJob job = BRG_JOB_INIT;

  job.report = record_fraction;
  job.n_threads = 1;
  last_fraction = 0;
  brg_job_stage (&job, "Surface", 0.25, 0.75);
  brg_mesh_unref (brg_isosurface (mask, &job, NULL));
  g_assert_cmpfloat_with_epsilon (last_fraction, 0.75, 1e-9);
  g_assert_cmpfloat_with_epsilon (job.from, 0.25, 1e-9);
  g_assert_cmpfloat_with_epsilon (job.span, 0.5, 1e-9);
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/isosurface/single-voxel", test_single_voxel);
  g_test_add_func ("/isosurface/box", test_box);
  g_test_add_func ("/isosurface/ball", test_ball);
  g_test_add_func ("/isosurface/noise", test_noise);
  g_test_add_func ("/isosurface/left-handed", test_left_handed);
  g_test_add_func ("/isosurface/threads", test_threads);
  g_test_add_func ("/isosurface/refuses", test_refuses);
  g_test_add_func ("/isosurface/progress", test_progress);
  return g_test_run ();
}
