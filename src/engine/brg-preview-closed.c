#include "engine/brg-preview-private.h"

#define POLL_TRIANGLES (1 << 16)

/* Stafford's mix13: every bit of the key moves about half of the bits of the result. */
static inline uint64_t
mix (uint64_t key)
{
  key = (key ^ key >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  key = (key ^ key >> 27) * UINT64_C (0x94d049bb133111eb);
  return key ^ key >> 31;
}

/* Plus a number of the edge one way, minus the same number the other way. */
static inline uint64_t
passage (uint32_t from, uint32_t to)
{
  return from < to ? mix ((uint64_t) from << 32 | to) : -mix ((uint64_t) to << 32 | from);
}

/* Six times the signed volume between a triangle and `origin`. */
static double
volume_of (const BrgMesh *mesh, const uint32_t *corner, const float *origin)
{
  double p[3][3];

  for (int c = 0; c < 3; c++)
    for (int a = 0; a < 3; a++)
      p[c][a] = (double) mesh->xyz[3 * (size_t) corner[c] + (size_t) a] - (double) origin[a];
  return p[0][0] * (p[1][1] * p[2][2] - p[1][2] * p[2][1]) +
         p[0][1] * (p[1][2] * p[2][0] - p[1][0] * p[2][2]) +
         p[0][2] * (p[1][0] * p[2][1] - p[1][1] * p[2][0]);
}

bool
_brg_preview_is_closed (const BrgMesh *mesh, BrgJob *job)
{
  uint64_t passages = 0;
  double volume = 0;

  for (size_t t = 0; t < mesh->n_triangles; t++)
    {
      const uint32_t *corner = mesh->triangles + 3 * t;
      if (t % POLL_TRIANGLES == 0 && brg_job_is_cancelled (job))
        return false;
      passages += passage (corner[0], corner[1]) + passage (corner[1], corner[2]) +
                  passage (corner[2], corner[0]);
      volume += volume_of (mesh, corner, mesh->xyz);
    }
  return passages == 0 && volume > 0;
}
