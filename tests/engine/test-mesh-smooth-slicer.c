/* Smoothing as 3D Slicer does it: against numbers of VTK and a plain twin in double precision. */

#include <glib.h>
#include <string.h>

#include "engine/brg-mesh-check.h"
#include "engine/brg-mesh-smooth.h"
#include "surface-phantoms.h"
#include "voxel-twin.h"

#define MAX_DEGREE 64

/* The twin works on three coordinates of every vertex, in voxels. */
typedef struct
{
  const BrgMesh *mesh;
  size_t n;
  double *x[3], *sum[3];
  double *mean; /* scratch */
  guint *degree;
} Twin;

static double
twin_window (bool is_nuttall, int i, int n)
{
  double x = BRG_PI * i / (n + 1);

  if (!is_nuttall)
    return 0.54 + 0.46 * cos (x);
  return 0.355768 + 0.487396 * cos (x) + 0.144232 * cos (2 * x) + 0.012604 * cos (3 * x);
}

/* The coefficients as VTK finds them; its derivative leaves out the last one. */
static void
twin_coefficients (bool is_nuttall, int n, double pass_band, double c[MAX_DEGREE + 1])
{
  double theta = acos (1 - 0.5 * pass_band), sigma = 0, f = 0;

  for (int search = 0; search < 500 && fabs (f - 1) >= 1e-3; search++)
    {
      double slopes[MAX_DEGREE + 1] = { 0 }, slope = 0;
      for (int i = 0; i <= n; i++)
        c[i] = twin_window (is_nuttall, i, n) *
               (i == 0 ? (theta + sigma) / BRG_PI : 2 * sin (i * (theta + sigma)) / (i * BRG_PI));
      slopes[n - 2] = 2 * (n - 1) * c[n - 1];
      for (int i = n - 3; i >= 0; i--)
        slopes[i] = slopes[i + 2] + 2 * (i + 1) * c[i + 1];
      f = 0;
      for (int i = 0; i <= n; i++)
        {
          f += c[i] * cos (i * theta);
          slope += slopes[i] * cos (i * theta);
        }
      if (fabs (f - 1) >= 1e-3)
        sigma -= (f - 1) / slope;
    }
}

/* scratch = x - half of (x - mean of the neighbours of x) */
static void
twin_halfway (const Twin *twin, const double *x)
{
  memset (twin->mean, 0, twin->n * sizeof *twin->mean);
  for (size_t h = 0; h < 3 * twin->mesh->n_triangles; h++)
    {
      guint32 from = twin->mesh->triangles[h];
      guint32 to = twin->mesh->triangles[h % 3 == 2 ? h - 2 : h + 1];
      twin->mean[from] += x[to] / twin->degree[from];
    }
  for (size_t v = 0; v < twin->n; v++)
    twin->mean[v] = 0.5 * (x[v] + twin->mean[v]);
}

/* VTK's recurrence on coordinates about the middle of the box. */
static void
twin_axis (const Twin *twin, int axis, int degree, const double *c)
{
  double lo = G_MAXDOUBLE, hi = -G_MAXDOUBLE;
  g_autofree double *older = g_new (double, twin->n), *newer = g_new (double, twin->n);
  double *x = twin->x[axis], *sum = twin->sum[axis];

  for (size_t v = 0; v < twin->n; v++)
    {
      lo = MIN (lo, x[v]);
      hi = MAX (hi, x[v]);
    }
  for (size_t v = 0; v < twin->n; v++)
    older[v] = x[v] - (lo + hi) / 2;
  twin_halfway (twin, older);
  for (size_t v = 0; v < twin->n; v++)
    {
      newer[v] = twin->mean[v];
      sum[v] = c[0] * older[v] + c[1] * newer[v];
    }
  for (int i = 2; i <= degree; i++)
    {
      twin_halfway (twin, newer);
      for (size_t v = 0; v < twin->n; v++)
        {
          double next = 2 * twin->mean[v] - older[v];
          older[v] = newer[v];
          newer[v] = next;
          sum[v] += c[i] * next;
        }
    }
  for (size_t v = 0; v < twin->n; v++)
    sum[v] += (lo + hi) / 2;
}

static Twin
twin_new (const BrgMesh *mesh, const BrgGrid *grid)
{
  Twin twin = { .mesh = mesh, .n = mesh->n_vertices };

  twin.mean = g_new (double, twin.n);
  twin.degree = g_new0 (guint, twin.n);
  for (int a = 0; a < 3; a++)
    {
      twin.x[a] = g_new (double, twin.n);
      twin.sum[a] = g_new (double, twin.n);
    }
  for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
    twin.degree[mesh->triangles[h]]++;
  for (size_t v = 0; v < twin.n; v++)
    {
      const float *p = mesh->xyz + 3 * v;
      BrgVec3 vox = brg_grid_vox_from_lps (grid, brg_vec3 (p[0], p[1], p[2]));
      twin.x[0][v] = vox.x;
      twin.x[1][v] = vox.y;
      twin.x[2][v] = vox.z;
    }
  return twin;
}

static void
twin_clear (Twin *twin)
{
  g_free (twin->mean);
  g_free (twin->degree);
  for (int a = 0; a < 3; a++)
    {
      g_free (twin->x[a]);
      g_free (twin->sum[a]);
    }
}

/* Largest distance along an axis, in voxels, of the mesh from the twin's. */
static double
twin_distance (const Twin *twin, const BrgMesh *mesh, const BrgGrid *grid)
{
  double worst = 0;

  for (size_t v = 0; v < twin->n; v++)
    {
      const float *p = mesh->xyz + 3 * v;
      BrgVec3 vox = brg_grid_vox_from_lps (grid, brg_vec3 (p[0], p[1], p[2]));
      worst = fmax (worst, fabs (vox.x - twin->sum[0][v]));
      worst = fmax (worst, fabs (vox.y - twin->sum[1][v]));
      worst = fmax (worst, fabs (vox.z - twin->sum[2][v]));
    }
  return worst;
}

static void
compare_with_twin (const BrgMesh *mesh, const BrgGrid *grid, BrgSlicerSmoothing rule, double factor)
{
  bool is_nuttall = rule == BRG_SLICER_NUTTALL;
  int degree = is_nuttall ? 20 + (int) (40 * factor) : 20;
  double c[MAX_DEGREE + 1];
  BrgMesh *ours = brg_mesh_copy (mesh, NULL);
  Twin twin = twin_new (mesh, grid);

  twin_coefficients (is_nuttall, degree, pow (10, -4 * factor), c);
  for (int a = 0; a < 3; a++)
    twin_axis (&twin, a, degree, c);
  g_assert_cmpint (brg_mesh_smooth_slicer (ours, grid, factor, rule, NULL, NULL), ==, BRG_OK);
  g_assert_cmpfloat (twin_distance (&twin, mesh, grid), >, 0.1);
  g_assert_cmpfloat (twin_distance (&twin, ours, grid), <, 5e-4);
  twin_clear (&twin);
  brg_mesh_unref (ours);
}

/* Surfaces of noise, with vertices of 3 to many neighbours, on an oblique grid. */
static void
test_twin (void)
{
  const double shares[] = { 0.05, 0.3, 0.6 }, factors[] = { 0.1, 0.5, 0.8 };
  BrgGrid grid = phantom_oblique_grid (33, 20, 17);

  for (size_t s = 0; s < G_N_ELEMENTS (shares); s++)
    {
      BrgMask *mask = phantom_noise_mask (&grid, 5, shares[s]);
      BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
      for (size_t f = 0; f < G_N_ELEMENTS (factors); f++)
        {
          compare_with_twin (mesh, &grid, BRG_SLICER_HAMMING, factors[f]);
          compare_with_twin (mesh, &grid, BRG_SLICER_NUTTALL, factors[f]);
        }
      brg_mesh_unref (mesh);
      brg_mask_unref (mask);
    }
}

typedef struct
{
  double factor;
  int vertex;
  double at[3];
} Known;

/* Of vtkWindowedSincPolyDataFilter in VTK 9.1: the surface of a ball of radius 6 without a piece,
 * pass band 10^(-4 factor), 20 iterations, boundary and feature edge smoothing off, non-manifold
 * smoothing and normalized coordinates on. */
static const Known known[] = {
  { 0.1, 0, { 7.013971, 7.013875, 0.8052132 } },   { 0.1, 169, { 10.39414, 2.989952, 3.970151 } },
  { 0.1, 339, { 0.8050817, 6.990047, 6.989994 } }, { 0.1, 677, { 6.984602, 7.011386, 13.1939 } },
  { 0.5, 0, { 6.994869, 6.99545, 1.067464 } },     { 0.5, 169, { 10.39952, 2.878306, 4.088132 } },
  { 0.5, 339, { 1.060959, 7.005249, 7.003773 } },  { 0.5, 677, { 7.12137, 6.985545, 12.83805 } },
};

static BrgMesh *
bitten_ball (BrgGrid *grid)
{
  const double spacing[3] = { 1, 1, 1 };

  *grid = brg_grid_simple (15, 15, 15, spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (grid, NULL);
  for (int k = 0; k < 15; k++)
    for (int j = 0; j < 15; j++)
      for (int i = 0; i < 15; i++)
        {
          int x = i - 7, y = j - 7, z = k - 7;
          bool is_bite = x > 0 && y > 1 && z > 2;
          brg_mask_set (mask, i, j, k, x * x + y * y + z * z <= 36 && !is_bite);
        }
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
  brg_mask_unref (mask);
  return mesh;
}

static void
test_known (void)
{
  for (size_t n = 0; n < G_N_ELEMENTS (known); n++)
    {
      BrgGrid grid;
      BrgMesh *mesh = bitten_ball (&grid);
      g_assert_cmpuint (mesh->n_vertices, ==, 678);
      g_assert_cmpint (
        brg_mesh_smooth_slicer (mesh, &grid, known[n].factor, BRG_SLICER_HAMMING, NULL, NULL), ==,
        BRG_OK);
      for (int a = 0; a < 3; a++)
        g_assert_cmpfloat_with_epsilon (mesh->xyz[3 * known[n].vertex + a], known[n].at[a], 2e-5);
      brg_mesh_unref (mesh);
    }
}

/* Unlike ours it shrinks what is round and knows no limit. */
static void
test_shrinks (void)
{
  BrgGrid grid;
  BrgMesh *mesh = bitten_ball (&grid);
  BrgMeshCheck before, after;

  brg_mesh_check (mesh, &before, NULL, NULL);
  g_assert_cmpint (brg_mesh_smooth_slicer (mesh, &grid, 0.5, BRG_SLICER_HAMMING, NULL, NULL), ==,
                   BRG_OK);
  brg_mesh_check (mesh, &after, NULL, NULL);
  g_assert_true (after.closed && after.manifold && after.oriented);
  g_assert_cmpfloat (after.volume_mm3, <, 0.995 * before.volume_mm3);
  brg_mesh_unref (mesh);
}

static void
test_threads (void)
{
  BrgGrid grid = phantom_oblique_grid (60, 31, 29);
  BrgMask *mask = phantom_noise_mask (&grid, 7, 0.3);
  BrgMesh *first = NULL;

  for (size_t n = 0; n < G_N_ELEMENTS (twin_threads); n++)
    {
      BrgJob job = twin_job (twin_threads[n]);
      BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
      g_assert_cmpint (brg_mesh_smooth_slicer (mesh, &grid, 0.5, BRG_SLICER_HAMMING, &job, NULL),
                       ==, BRG_OK);
      if (first == NULL)
        first = brg_mesh_ref (mesh);
      g_assert_true (memcmp (mesh->xyz, first->xyz, first->n_vertices * 12) == 0);
      brg_mesh_unref (mesh);
    }
  brg_mesh_unref (first);
  brg_mask_unref (mask);
}

static void
test_refuses (void)
{
  const double wrong[] = { -0.1, 1.5, NAN };
  BrgGrid grid;
  BrgMesh *mesh = bitten_ball (&grid), *copy = brg_mesh_copy (mesh, NULL);
  BrgJob job = BRG_JOB_INIT;
  BrgError error;

  for (size_t n = 0; n < G_N_ELEMENTS (wrong); n++)
    g_assert_cmpint (
      brg_mesh_smooth_slicer (mesh, &grid, wrong[n], BRG_SLICER_HAMMING, NULL, &error), ==,
      BRG_INVALID);
  g_assert_cmpint (brg_mesh_smooth_slicer (mesh, &grid, 0, BRG_SLICER_NUTTALL, NULL, &error), ==,
                   BRG_OK);
  brg_job_cancel (&job);
  g_assert_cmpint (brg_mesh_smooth_slicer (mesh, &grid, 0.5, BRG_SLICER_HAMMING, &job, &error), ==,
                   BRG_CANCELLED);
  g_assert_true (memcmp (mesh->xyz, copy->xyz, mesh->n_vertices * 12) == 0);
  brg_mesh_unref (mesh);
  brg_mesh_unref (copy);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mesh-smooth-slicer/twin", test_twin);
  g_test_add_func ("/mesh-smooth-slicer/known", test_known);
  g_test_add_func ("/mesh-smooth-slicer/shrinks", test_shrinks);
  g_test_add_func ("/mesh-smooth-slicer/threads", test_threads);
  g_test_add_func ("/mesh-smooth-slicer/refuses", test_refuses);
  return g_test_run ();
}
