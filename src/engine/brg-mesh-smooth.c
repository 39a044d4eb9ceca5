#include "engine/brg-mesh-smooth.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-mesh-filter.h"
#include "engine/brg-mesh-volume.h"
#include "engine/brg-parallel.h"

#define LIMIT_VOX  0.49f /* below 1/2, so that the two sides of a one-voxel wall never touch */
#define STORE_SLAB 65536

/* 3D Slicer. */
#define SLICER_DEGREE   20
#define SIGMA_ROUNDS    500
#define SIGMA_TOLERANCE 1e-3

/* Nuttall's window at x = 0 .. pi. */
static double
nuttall (double x)
{
  return 0.355768 + 0.487396 * cos (x) + 0.144232 * cos (2 * x) + 0.012604 * cos (3 * x);
}

/* Chebyshev coefficients of a low-pass over the eigenvalues cos (angle) of the averaging operator,
 * which lets constants pass unchanged. Returns minus its second derivative at angle 0: how fast a
 * round shape shrinks. */
static double
low_pass (int degree, double pass_band, double *coefficient)
{
  double pass = acos (1 - pass_band), total = 0, shrinkage = 0;

  for (int n = 0; n <= degree; n++)
    {
      double window = nuttall (BRG_PI * n / (degree + 1));
      coefficient[n] = window * (n == 0 ? pass / BRG_PI : 2 * sin (n * pass) / (n * BRG_PI));
      total += coefficient[n];
    }
  for (int n = 0; n <= degree; n++)
    {
      coefficient[n] /= total;
      shrinkage += n * n * coefficient[n];
    }
  return shrinkage;
}

/* The mixture of a wide and a narrow low-pass whose shrinkages cancel. */
static BrgFilter
design_bregma (double strength)
{
  BrgFilter filter = { .mix = 1, .degree = 10 + (int) (20 * strength + 0.5) };
  double wide[BRG_FILTER_MAX_DEGREE + 1], narrow[BRG_FILTER_MAX_DEGREE + 1];
  double pass_band = pow (10, -0.7 - 1.2 * strength);

  double wide_shrinkage = low_pass (filter.degree, pass_band, wide);
  double narrow_shrinkage = low_pass (filter.degree, pass_band / 5, narrow);
  double share = wide_shrinkage / (wide_shrinkage - narrow_shrinkage);
  for (int n = 0; n <= filter.degree; n++)
    filter.coefficient[n] = share * narrow[n] + (1 - share) * wide[n];
  return filter;
}

/* The windowed low-pass that ends at `theta`; its value at the angle `at`, and the slope there as
 * VTK takes it, without the last coefficient, which decides where the search below ends. */
static void
window_sinc (BrgFilter *filter,
             bool is_nuttall,
             double theta,
             double at,
             double *value,
             double *slope)
{
  int degree = filter->degree;
  double derivative[BRG_FILTER_MAX_DEGREE + 3] = { 0 }, *c = filter->coefficient;

  for (int n = 0; n <= degree; n++)
    {
      double x = BRG_PI * n / (degree + 1), w = is_nuttall ? nuttall (x) : 0.54 + 0.46 * cos (x);
      c[n] = w * (n == 0 ? theta / BRG_PI : 2 * sin (n * theta) / (n * BRG_PI));
    }
  for (int n = degree - 2; n >= 0; n--)
    derivative[n] = derivative[n + 2] + 2 * (n + 1) * c[n + 1];
  *value = *slope = 0;
  for (int n = 0; n <= degree; n++)
    {
      *value += c[n] * cos (n * at);
      *slope += derivative[n] * cos (n * at);
    }
}

/* As vtkWindowedSincPolyDataFilter: the band is widened until the filter passes the frequency of
 * the pass band whole, or until the search has taken long enough. */
static BrgFilter
design_slicer (BrgSlicerSmoothing rule, double factor)
{
  double pass_band = pow (10, -4 * factor), at = acos (1 - pass_band / 2), sigma = 0;
  double value = 0, slope = 1;
  BrgFilter filter = { .mix = 0.5, .degree = SLICER_DEGREE };

  if (rule == BRG_SLICER_NUTTALL)
    filter.degree = SLICER_DEGREE + (int) (2 * SLICER_DEGREE * factor);
  for (int round = 0; round < SIGMA_ROUNDS && fabs (value - 1) >= SIGMA_TOLERANCE; round++)
    {
      sigma -= round > 0 ? (value - 1) / slope : 0;
      window_sinc (&filter, rule == BRG_SLICER_NUTTALL, at + sigma, at, &value, &slope);
    }
  return filter;
}

static BrgVec3
middle_of (const BrgMesh *mesh, const BrgAffine *vox_from_lps)
{
  double lo[3] = { INFINITY, INFINITY, INFINITY }, hi[3] = { -INFINITY, -INFINITY, -INFINITY };

  for (size_t v = 0; v < mesh->n_vertices; v++)
    {
      const float *p = mesh->xyz + 3 * v;
      BrgVec3 vox = brg_affine_point (vox_from_lps, brg_vec3 (p[0], p[1], p[2]));
      double at[3] = { vox.x, vox.y, vox.z };
      for (int a = 0; a < 3; a++)
        {
          lo[a] = fmin (lo[a], at[a]);
          hi[a] = fmax (hi[a], at[a]);
        }
    }
  return brg_vec3 ((lo[0] + hi[0]) / 2, (lo[1] + hi[1]) / 2, (lo[2] + hi[2]) / 2);
}

typedef struct
{
  BrgMesh *mesh;
  const BrgAffine *vox_from_lps, *lps_from_vox;
  const BrgFloat4 *displacement; /* voxels */
  BrgVec3 middle_vox;
  double growth; /* away from the middle, besides */
} Store;

static BrgStatus
store_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Store *store = data;
  (void) slab, (void) error;

  for (int v = begin; v < end; v++)
    {
      const BrgFloat4 d = store->displacement[v];
      float *p = store->mesh->xyz + 3 * (size_t) v;
      BrgVec3 move = brg_vec3 ((double) d[0], (double) d[1], (double) d[2]);
      if (store->growth != 0)
        {
          BrgVec3 vox = brg_affine_point (store->vox_from_lps, brg_vec3 (p[0], p[1], p[2]));
          BrgVec3 arm = brg_vec3_sub (vox, store->middle_vox);
          move = brg_vec3_add (move, brg_vec3_scale (arm, store->growth));
        }
      move = brg_affine_vector (store->lps_from_vox, move);
      p[0] += (float) move.x;
      p[1] += (float) move.y;
      p[2] += (float) move.z;
    }
  return BRG_OK;
}

/* Never cancelled: it writes into the mesh. */
static void
store_positions (Store *store, const BrgJob *job)
{
  BrgJob quiet = { .n_threads = brg_job_threads (job), .span = 1 };
  BrgError error;

  brg_parallel_slabs ((int) store->mesh->n_vertices, STORE_SLAB, store_slab, store, &quiet, &error);
}

static BrgStatus
check_operands (const BrgMesh *mesh,
                const BrgGrid *grid,
                double strength,
                BrgAffine *inverse,
                BrgError *error)
{
  if (!(strength >= 0 && strength <= 1))
    return brg_error_set (error, BRG_INVALID, "smoothing must be 0 to 1, got %g", strength);
  if (mesh->n_triangles > INT32_MAX / 3 || mesh->n_vertices > INT32_MAX)
    return brg_error_set (error, BRG_INVALID, "a mesh of %zu triangles is too large to smooth",
                          mesh->n_triangles);
  if (!brg_affine_invert (&grid->lps_from_vox, inverse))
    return brg_error_set (error, BRG_INVALID, "the axes of the grid are degenerate");
  return BRG_OK;
}

/* Runs the filter and, with a limit, restores the volume. */
static BrgFloat4 *
run_filter (const BrgFilter *filter,
            const BrgMesh *mesh,
            const BrgAffine *vox_from_lps,
            float limit_vox,
            const BrgJobPart *parts,
            BrgError *error)
{
  BrgLinks links;
  BrgFloat4 *displacement = NULL;

  brg_job_part (parts, 0, 0);
  if (brg_links_make (&links, mesh, parts->job, error) == BRG_OK)
    displacement = brg_filter_run (filter, &links, vox_from_lps, parts, error);
  brg_links_drop_neighbours (&links);
  if (displacement != NULL && limit_vox > 0 &&
      brg_mesh_restore_volume (&links, vox_from_lps, displacement, limit_vox, parts, error) !=
        BRG_OK)
    {
      brg_free (displacement);
      displacement = NULL;
    }
  brg_links_clear (&links);
  return displacement;
}

static BrgStatus
smooth (BrgMesh *mesh,
        const BrgGrid *grid,
        const BrgFilter *filter,
        float limit_vox,
        const BrgAffine *vox_from_lps,
        BrgJob *job,
        BrgError *error)
{
  BrgJobPart parts = brg_job_parts (job);
  BrgError failure = { 0 };
  Store store = { .mesh = mesh, .vox_from_lps = vox_from_lps, .lps_from_vox = &grid->lps_from_vox };
  BrgFloat4 *displacement = run_filter (filter, mesh, vox_from_lps, limit_vox, &parts, &failure);

  brg_job_parts_end (&parts);
  if (displacement == NULL)
    {
      if (error != NULL)
        *error = failure;
      return failure.status;
    }
  store.displacement = displacement;
  if (limit_vox <= 0)
    {
      store.middle_vox = middle_of (mesh, vox_from_lps);
      store.growth = -1;
      for (int n = 0; n <= filter->degree; n++)
        store.growth += filter->coefficient[n];
    }
  store_positions (&store, job);
  brg_free (displacement);
  return BRG_OK;
}

BrgStatus
brg_mesh_smooth (BrgMesh *mesh, const BrgGrid *grid, double strength, BrgJob *job, BrgError *error)
{
  BrgAffine vox_from_lps;
  BrgStatus status = check_operands (mesh, grid, strength, &vox_from_lps, error);

  if (status != BRG_OK || strength <= 0 || mesh->n_vertices == 0)
    return status;
  BrgFilter filter = design_bregma (strength);
  return smooth (mesh, grid, &filter, LIMIT_VOX, &vox_from_lps, job, error);
}

BrgStatus
brg_mesh_smooth_slicer (BrgMesh *mesh,
                        const BrgGrid *grid,
                        double factor,
                        BrgSlicerSmoothing rule,
                        BrgJob *job,
                        BrgError *error)
{
  BrgAffine vox_from_lps;
  BrgStatus status = check_operands (mesh, grid, factor, &vox_from_lps, error);

  if (status != BRG_OK || factor <= 0 || mesh->n_vertices == 0)
    return status;
  BrgFilter filter = design_slicer (rule, factor);
  return smooth (mesh, grid, &filter, 0, &vox_from_lps, job, error);
}
