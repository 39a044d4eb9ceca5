#include "engine/brg-mesh-smooth.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-mesh-filter.h"
#include "engine/brg-mesh-volume.h"
#include "engine/brg-parallel.h"

#define LIMIT_VOX  0.49f /* below 1/2, so that the two sides of a one-voxel wall never touch */
#define STORE_SLAB 16384

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

/* The boxes of slabs of vertices, in voxels. */
typedef struct
{
  const BrgMesh *mesh;
  const BrgAffine *vox_from_lps;
  double (*boxes)[6]; /* per slab: the low corner, minus the high one */
} Boxes;

static BrgStatus
box_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Boxes *boxes = data;
  const double (*m)[4] = boxes->vox_from_lps->m;
  double low[6] = { INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, INFINITY };
  (void) error;

  for (int v = begin; v < end; v++)
    {
      const float *p = boxes->mesh->xyz + 3 * (size_t) v;
      double x = (double) p[0], y = (double) p[1], z = (double) p[2];
      for (int a = 0; a < 3; a++)
        {
          double at = m[a][0] * x + m[a][1] * y + m[a][2] * z + m[a][3];
          low[a] = at < low[a] ? at : low[a];
          low[a + 3] = -at < low[a + 3] ? -at : low[a + 3];
        }
    }
  memcpy (boxes->boxes[slab], low, sizeof low);
  return BRG_OK;
}

static BrgStatus
find_middle (const BrgMesh *mesh,
             const BrgAffine *vox_from_lps,
             BrgJob *job,
             BrgVec3 *middle,
             BrgError *error)
{
  int n = (int) mesh->n_vertices, n_slabs = brg_parallel_n_slabs (n, STORE_SLAB);
  Boxes boxes = { .mesh = mesh, .vox_from_lps = vox_from_lps };
  double low[6] = { INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, INFINITY };

  boxes.boxes = brg_alloc_in (brg_job_pool (job), (size_t) n_slabs, sizeof *boxes.boxes, error);
  if (boxes.boxes == NULL)
    return BRG_NO_MEMORY;
  BrgStatus status = brg_parallel_slabs (n, STORE_SLAB, box_slab, &boxes, job, error);
  for (int slab = 0; status == BRG_OK && slab < n_slabs; slab++)
    for (int a = 0; a < 6; a++)
      low[a] = fmin (low[a], boxes.boxes[slab][a]);
  *middle = brg_vec3 ((low[0] - low[3]) / 2, (low[1] - low[4]) / 2, (low[2] - low[5]) / 2);
  brg_free (boxes.boxes);
  return status;
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
  const double (*to)[4] = store->lps_from_vox->m, (*from)[4] = store->vox_from_lps->m;
  const BrgVec3 middle = store->middle_vox;
  (void) slab, (void) error;

  for (int v = begin; v < end; v++)
    {
      const BrgFloat4 d = store->displacement[v];
      float *p = store->mesh->xyz + 3 * (size_t) v;
      const double q[3] = { (double) p[0], (double) p[1], (double) p[2] };
      const double origin[3] = { middle.x, middle.y, middle.z };
      double move[3] = { (double) d[0], (double) d[1], (double) d[2] };
      for (int a = 0; store->growth != 0 && a < 3; a++)
        {
          double at = from[a][0] * q[0] + from[a][1] * q[1] + from[a][2] * q[2] + from[a][3];
          move[a] += store->growth * (at - origin[a]);
        }
      for (int a = 0; a < 3; a++)
        p[a] += (float) (to[a][0] * move[0] + to[a][1] * move[1] + to[a][2] * move[2]);
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

  if (displacement != NULL && limit_vox <= 0)
    brg_job_part (&parts, BRG_FILTER_SHARE, 1);
  if (displacement != NULL && limit_vox <= 0 &&
      find_middle (mesh, vox_from_lps, job, &store.middle_vox, &failure) != BRG_OK)
    {
      brg_free (displacement);
      displacement = NULL;
    }
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
