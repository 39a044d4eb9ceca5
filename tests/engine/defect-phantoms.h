#pragma once

#include <glib.h>
#include <math.h>

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* Heads and slabs with a closed form, for the tests of defects. */

static inline BrgVec3
phantom_centre (const BrgMask *mask, int i, int j, int k)
{
  return brg_grid_lps_from_vox (&mask->grid, brg_vec3 (i, j, k));
}

/* Calls EXPRESSION for every voxel (i, j, k) of a mask, with its centre `p`. */
#define PHANTOM_EACH(mask, i, j, k, p)                                                             \
  for (int k = 0; k < (mask)->grid.dim[2]; k++)                                                    \
    for (int j = 0; j < (mask)->grid.dim[1]; j++)                                                  \
      for (int i = 0; i < (mask)->grid.dim[0]; i++)                                                \
        for (BrgVec3 p = phantom_centre ((mask), i, j, k), *once_ = &p; once_ != NULL; once_ = NULL)

/* An ellipsoidal shell: inside the ellipsoid with `outer` half axes and outside of that with
 * `thickness` less. */
static inline BrgMask *
phantom_shell (const BrgGrid *grid, BrgVec3 centre, BrgVec3 outer, double thickness)
{
  BrgMask *mask = brg_mask_new (grid, NULL);

  PHANTOM_EACH (mask, i, j, k, p)
  {
    BrgVec3 d = brg_vec3_sub (p, centre);
    double t = thickness;
    double out = pow (d.x / outer.x, 2) + pow (d.y / outer.y, 2) + pow (d.z / outer.z, 2);
    double in =
      pow (d.x / (outer.x - t), 2) + pow (d.y / (outer.y - t), 2) + pow (d.z / (outer.z - t), 2);
    if (out <= 1 && in > 1)
      brg_mask_set (mask, i, j, k, true);
  }
  return mask;
}

/* Adds the plate of bone with from <= normal . (p - centre) <= to. */
static inline void
phantom_add_plate (BrgMask *mask, BrgVec3 centre, BrgVec3 normal, double from, double to)
{
  PHANTOM_EACH (mask, i, j, k, p)
  {
    double h = brg_vec3_dot (normal, brg_vec3_sub (p, centre));
    if (h >= from && h <= to)
      brg_mask_set (mask, i, j, k, true);
  }
}

static inline BrgVec3
phantom_random_unit (GRand *rand)
{
  BrgVec3 v;

  do
    v = brg_vec3 (g_rand_double_range (rand, -1, 1), g_rand_double_range (rand, -1, 1),
                  g_rand_double_range (rand, -1, 1));
  while (brg_vec3_length (v) < 0.1 || brg_vec3_length (v) > 1);
  return brg_vec3_normalize (v);
}

/* A small grid centred on the LPS origin. */
static inline BrgGrid
phantom_grid (int ni, int nj, int nk, double si, double sj, double sk)
{
  const double spacing[3] = { si, sj, sk };

  return brg_grid_simple (ni, nj, nk, spacing,
                          brg_vec3 (-si * (ni - 1) / 2, -sj * (nj - 1) / 2, -sk * (nk - 1) / 2));
}

static inline BrgMask *
phantom_random_mask (const BrgGrid *grid, double density, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  BrgMask *mask = brg_mask_new (grid, NULL);

  for (int k = 0; k < grid->dim[2]; k++)
    for (int j = 0; j < grid->dim[1]; j++)
      for (int i = 0; i < grid->dim[0]; i++)
        brg_mask_set (mask, i, j, k, g_rand_double (rand) < density);
  return mask;
}

static const int phantom_threads[] = { 1, 2, 7 };

static inline BrgJob
phantom_job (int n_threads)
{
  BrgJob job = BRG_JOB_INIT;

  job.n_threads = n_threads;
  return job;
}
