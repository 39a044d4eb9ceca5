#include "bench-volume.h"

#include <math.h>

#include "engine/brg-parallel.h"

#define SLAB 4

typedef struct
{
  const BrgVolume *scan;
  BrgVolume *out;
  double step[3]; /* input voxels per output voxel */
} Work;

/* Lower neighbour and weight of the upper one along one axis; ends are clamped. */
static int
split (double at, int dim, double *weight)
{
  double inside = fmin (fmax (at, 0), dim - 1);
  int lower = (int) fmin (inside, dim - 2);

  *weight = inside - lower;
  return lower;
}

static double
sample (const BrgVolume *scan, const double at[3])
{
  double w[3], sum = 0;
  int lo[3];

  for (int a = 0; a < 3; a++)
    lo[a] = split (at[a], scan->grid.dim[a], &w[a]);
  for (int c = 0; c < 8; c++)
    {
      int di = c & 1, dj = c >> 1 & 1, dk = c >> 2;
      double weight = (di ? w[0] : 1 - w[0]) * (dj ? w[1] : 1 - w[1]) * (dk ? w[2] : 1 - w[2]);
      sum += weight * brg_volume_get (scan, lo[0] + di, lo[1] + dj, lo[2] + dk);
    }
  return sum;
}

static BrgStatus
fill_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Work *work = data;
  const int *dim = work->out->grid.dim;
  int16_t *hu = work->out->hu + (size_t) begin * (size_t) dim[0] * (size_t) dim[1];

  (void) slab;
  (void) error;
  for (int k = begin; k < end; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        {
          const double at[3] = { (i + 0.5) * work->step[0] - 0.5, (j + 0.5) * work->step[1] - 0.5,
                                 (k + 0.5) * work->step[2] - 0.5 };
          *hu++ = (int16_t) lround (sample (work->scan, at));
        }
  return BRG_OK;
}

BrgVolume *
bench_resample (const BrgVolume *scan, const int dim[3])
{
  Work work = { .scan = scan };
  double spacing_mm[3];

  for (int a = 0; a < 3; a++)
    {
      if (scan->grid.dim[a] < 2)
        return NULL;
      work.step[a] = (double) scan->grid.dim[a] / dim[a];
      spacing_mm[a] = brg_grid_spacing_mm (&scan->grid, a) * work.step[a];
    }
  BrgGrid grid = brg_grid_simple (dim[0], dim[1], dim[2], spacing_mm,
                                  brg_grid_lps_from_vox (&scan->grid, brg_vec3 (0, 0, 0)));
  work.out = brg_volume_new (&grid, NULL);
  if (work.out != NULL)
    brg_parallel_slabs (dim[2], SLAB, fill_slab, &work, NULL, NULL);
  return work.out;
}
