#pragma once

/* Masks and meshes for what makes, changes or draws surfaces. */

#include <glib.h>
#include <math.h>

#include "engine/brg-isosurface.h"
#include "engine/brg-mesh-smooth.h"

/* An oblique, anisotropic grid. */
static inline BrgGrid
phantom_oblique_grid (int ni, int nj, int nk)
{
  const double spacing[3] = { 0.5, 0.5, 1.25 };
  BrgGrid grid = brg_grid_simple (ni, nj, nk, spacing, brg_vec3 (-120, 44, 1500));
  double c = cos (0.3), s = sin (0.3);
  BrgAffine turn = { { { c, -s, 0, 0 }, { s * c, c * c, -s, 0 }, { s * s, c * s, c, 0 } } };

  turn.m[3][3] = 1;
  grid.lps_from_vox = brg_affine_multiply (&turn, &grid.lps_from_vox);
  return grid;
}

/* Every voxel set with this chance. */
static inline BrgMask *
phantom_noise_mask (const BrgGrid *grid, guint32 seed, double share)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  BrgMask *mask = brg_mask_new (grid, NULL);

  for (int k = 0; k < grid->dim[2]; k++)
    for (int j = 0; j < grid->dim[1]; j++)
      for (int i = 0; i < grid->dim[0]; i++)
        brg_mask_set (mask, i, j, k, g_rand_double (rand) < share);
  return mask;
}

/* A ball of voxels of 1 mm, the smoothed surface of it. */
static inline BrgMesh *
phantom_ball_mesh (BrgVec3 centre, int radius, double smoothing)
{
  const double spacing[3] = { 1, 1, 1 };
  int n = 2 * radius + 3;
  BrgVec3 origin = brg_vec3_sub (centre, brg_vec3 (radius + 1, radius + 1, radius + 1));
  BrgGrid grid = brg_grid_simple (n, n, n, spacing, origin);
  BrgMask *mask = brg_mask_new (&grid, NULL);

  for (int k = 0; k < n; k++)
    for (int j = 0; j < n; j++)
      for (int i = 0; i < n; i++)
        {
          int x = i - radius - 1, y = j - radius - 1, z = k - radius - 1;
          brg_mask_set (mask, i, j, k, x * x + y * y + z * z <= radius * radius);
        }
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
  g_assert_cmpint (brg_mesh_smooth (mesh, &grid, smoothing, NULL, NULL), ==, BRG_OK);
  brg_mask_unref (mask);
  return mesh;
}
