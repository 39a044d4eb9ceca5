/* Surfaces of masks and of HU against a marching of one cell after the other, and HU surfaces
 * against closed forms. */

#include <glib.h>
#include <string.h>

#include "engine/brg-isosurface-table.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-mesh-check.h"
#include "surface-phantoms.h"
#include "voxel-twin.h"

/* What the surface is of. */
typedef struct
{
  const BrgMask *mask;
  const BrgVolume *scan; /* NULL: midpoints */
  double level_hu;
} Source;

typedef struct
{
  int pad[3]; /* lattice with one voxel more on each side */
  uint32_t *vertex[3];
  BrgMesh *mesh;
} Twin;

static bool
get (const BrgMask *mask, int i, int j, int k)
{
  return twin_inside (mask, i, j, k) && brg_mask_get (mask, i, j, k);
}

static size_t
lattice_index (const Twin *twin, int i, int j, int k)
{
  return ((size_t) (k + 1) * (size_t) twin->pad[1] + (size_t) (j + 1)) * (size_t) twin->pad[0] +
         (size_t) (i + 1);
}

/* Where the edge from a voxel along an axis is cut. */
static double
edge_part (const Source *source, const int vox[3], int axis)
{
  int to[3] = { vox[0] + (axis == 0), vox[1] + (axis == 1), vox[2] + (axis == 2) };

  if (source->scan == NULL || !twin_inside (source->mask, vox[0], vox[1], vox[2]) ||
      !twin_inside (source->mask, to[0], to[1], to[2]))
    return 0.5;
  double a = brg_volume_get (source->scan, vox[0], vox[1], vox[2]);
  double b = brg_volume_get (source->scan, to[0], to[1], to[2]);
  return CLAMP ((source->level_hu - a) / (b - a), 1.0 / 256, 255.0 / 256);
}

static void
add_vertex (Twin *twin, const Source *source, int axis, int i, int j, int k)
{
  const int vox[3] = { i, j, k };
  double at[3] = { i, j, k };
  float *xyz = twin->mesh->xyz + 3 * twin->mesh->n_vertices;

  at[axis] += edge_part (source, vox, axis);
  BrgVec3 p = brg_grid_lps_from_vox (&source->mask->grid, brg_vec3 (at[0], at[1], at[2]));
  xyz[0] = (float) p.x;
  xyz[1] = (float) p.y;
  xyz[2] = (float) p.z;
  twin->vertex[axis][lattice_index (twin, i, j, k)] = (uint32_t) twin->mesh->n_vertices++;
}

static void
add_vertices (Twin *twin, const Source *source)
{
  const BrgMask *mask = source->mask;

  for (int k = -1; k < mask->grid.dim[2]; k++)
    for (int j = -1; j < mask->grid.dim[1]; j++)
      for (int axis = 0; axis < 3; axis++)
        for (int i = -1; i < mask->grid.dim[0]; i++)
          if (get (mask, i, j, k) != get (mask, i + (axis == 0), j + (axis == 1), k + (axis == 2)))
            add_vertex (twin, source, axis, i, j, k);
}

static uint32_t
edge_vertex (const Twin *twin, int edge, int i, int j, int k)
{
  int axis = edge / 4, low = edge & 1, high = edge >> 1 & 1;
  const int step[3][3] = { { 0, low, high }, { low, 0, high }, { low, high, 0 } };

  return twin
    ->vertex[axis][lattice_index (twin, i + step[axis][0], j + step[axis][1], k + step[axis][2])];
}

static void
add_cell (Twin *twin, const BrgMask *mask, bool mirrored, int i, int j, int k)
{
  unsigned pattern = 0;

  for (unsigned c = 0; c < 8; c++)
    pattern |= (unsigned) get (mask, i + (int) (c & 1), j + (int) (c >> 1 & 1), k + (int) (c >> 2))
               << c;
  const uint8_t *entry = brg_isosurface_table[pattern];
  for (int t = 0; t < entry[0]; t++)
    {
      uint32_t *out = twin->mesh->triangles + 3 * twin->mesh->n_triangles++;
      for (int c = 0; c < 3; c++)
        out[mirrored && c > 0 ? 3 - c : c] = edge_vertex (twin, entry[1 + 3 * t + c], i, j, k);
    }
}

static BrgMesh *
march (const Source *source)
{
  const int *dim = source->mask->grid.dim;
  bool mirrored = brg_affine_determinant (&source->mask->grid.lps_from_vox) < 0;
  Twin twin = { .pad = { dim[0] + 2, dim[1] + 2, dim[2] + 2 } };
  size_t n = (size_t) twin.pad[0] * (size_t) twin.pad[1] * (size_t) twin.pad[2];

  for (int a = 0; a < 3; a++)
    twin.vertex[a] = g_new0 (uint32_t, n);
  twin.mesh = brg_mesh_new (3 * n, BRG_ISOSURFACE_MAX_TRIANGLES * n, NULL);
  twin.mesh->n_vertices = twin.mesh->n_triangles = 0;
  add_vertices (&twin, source);
  for (int k = -1; k < dim[2]; k++)
    for (int j = -1; j < dim[1]; j++)
      for (int i = -1; i < dim[0]; i++)
        add_cell (&twin, source->mask, mirrored, i, j, k);
  for (int a = 0; a < 3; a++)
    g_free (twin.vertex[a]);
  return twin.mesh;
}

/* Same triangles; vertices as near as single precision has them. */
static void
assert_is_twin (const BrgMesh *mesh, const BrgMesh *twin)
{
  g_assert_cmpuint (mesh->n_vertices, ==, twin->n_vertices);
  g_assert_cmpuint (mesh->n_triangles, ==, twin->n_triangles);
  g_assert_true (memcmp (mesh->triangles, twin->triangles, 12 * mesh->n_triangles) == 0);
  for (size_t x = 0; x < 3 * mesh->n_vertices; x++)
    g_assert_cmpfloat_with_epsilon (mesh->xyz[x], twin->xyz[x],
                                    1.2e-7 * fabs (twin->xyz[x]) + 1e-6);
}

static void
assert_same_bytes (const BrgMesh *a, const BrgMesh *b)
{
  g_assert_cmpuint (a->n_vertices, ==, b->n_vertices);
  g_assert_cmpuint (a->n_triangles, ==, b->n_triangles);
  g_assert_true (memcmp (a->xyz, b->xyz, 12 * a->n_vertices) == 0);
  g_assert_true (memcmp (a->triangles, b->triangles, 12 * a->n_triangles) == 0);
}

static BrgMesh *
surface_of (const Source *source, BrgJob *job)
{
  BrgError error = { 0 };
  BrgMesh *mesh = source->scan != NULL
                    ? brg_isosurface_hu (source->scan, source->level_hu, job, &error)
                    : brg_isosurface (source->mask, job, &error);

  g_assert_cmpstr (error.message, ==, "");
  g_assert_nonnull (mesh);
  return mesh;
}

static BrgMeshCheck
assert_sound (const BrgMesh *mesh)
{
  BrgMeshCheck check;

  g_assert_cmpint (brg_mesh_check (mesh, &check, NULL, NULL), ==, BRG_OK);
  g_assert_true (check.closed && check.manifold && check.oriented);
  g_assert_cmpuint (check.n_degenerate, ==, 0);
  g_assert_cmpuint (check.n_unused_vertices, ==, 0);
  g_assert_cmpfloat (check.volume_mm3, >, 0);
  return check;
}

/* Every thread count and instruction set, with and without a pool. */
static void
assert_marched (const Source *source)
{
  BrgMesh *twin = march (source), *first = NULL;
  BrgPool *pool = brg_pool_new (1 << 26, NULL);

  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      job.pool = t % 2 == 0 ? NULL : pool;
      BrgMesh *mesh = surface_of (source, &job);
      if (first == NULL)
        first = brg_mesh_ref (mesh);
      assert_same_bytes (mesh, first);
      brg_mesh_unref (mesh);
    }
  assert_is_twin (first, twin);
  assert_sound (first);
  brg_mesh_unref (first);
  brg_mesh_unref (twin);
  brg_pool_free (pool);
}

/* Every pattern of a cell, alone in its grid. */
static void
test_patterns (void)
{
  BrgGrid grid = phantom_oblique_grid (2, 2, 2);

  for (int pattern = 1; pattern < 256; pattern++)
    {
      BrgMask *mask = brg_mask_new (&grid, NULL);
      for (int c = 0; c < 8; c++)
        brg_mask_set (mask, c & 1, c >> 1 & 1, c >> 2, pattern >> c & 1);
      assert_marched (&(Source){ .mask = mask });
      brg_mask_unref (mask);
    }
}

static void
test_masks (void)
{
  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    {
      BrgMask *mask = twin_mask (twin_cases + c, (guint32) c + 40);
      if (!brg_mask_is_empty (mask))
        assert_marched (&(Source){ .mask = mask });
      mask->grid = phantom_oblique_grid (mask->grid.dim[0], mask->grid.dim[1], mask->grid.dim[2]);
      for (int r = 0; r < 3; r++)
        mask->grid.lps_from_vox.m[r][1] *= -1; /* left-handed */
      if (!brg_mask_is_empty (mask))
        assert_marched (&(Source){ .mask = mask });
      brg_mask_unref (mask);
    }
}

static BrgVolume *
random_scan (const BrgGrid *grid, guint32 seed, int lo_hu, int hi_hu)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  BrgVolume *scan = brg_volume_new (grid, NULL);

  for (size_t v = 0; v < brg_grid_n_voxels (grid); v++)
    scan->hu[v] = (int16_t) g_rand_int_range (rand, lo_hu, hi_hu + 1);
  return scan;
}

/* The voxels at or above the level. */
static BrgMask *
mask_of (const BrgVolume *scan, double level_hu)
{
  BrgMask *mask = brg_mask_new (&scan->grid, NULL);
  const int *dim = scan->grid.dim;

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        brg_mask_set (mask, i, j, k, brg_volume_get (scan, i, j, k) >= level_hu);
  return mask;
}

/* Few values, so that many voxels are exactly at the level, and the widest range there is. */
static void
test_scans (void)
{
  const struct
  {
    int lo, hi;
    double level;
  } ranges[] = { { -3, 3, 0 },          { -3, 3, 0.5 },     { INT16_MIN, INT16_MAX, 20000.25 },
                 { -5, 9, 9 },          { 100, 300, 99.5 }, { INT16_MIN, INT16_MAX, INT16_MIN },
                 { -5, INT16_MAX, 1e3 } };

  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    for (size_t r = c % 2; r < G_N_ELEMENTS (ranges); r += 2)
      {
        const int *dim = twin_cases[c].dim;
        BrgGrid grid =
          r % 4 < 2 ? twin_grid (twin_cases + c) : phantom_oblique_grid (dim[0], dim[1], dim[2]);
        BrgVolume *scan = random_scan (&grid, (guint32) (c * 10 + r), ranges[r].lo, ranges[r].hi);
        BrgMask *mask = mask_of (scan, ranges[r].level);
        if (!brg_mask_is_empty (mask))
          assert_marched (&(Source){ mask, scan, ranges[r].level });
        brg_mask_unref (mask);
        brg_volume_unref (scan);
      }
}

/* HU fall by `slope` per mm from `level` at the radius outwards. */
static BrgVolume *
ball_scan (const BrgGrid *grid, double radius_mm, double level_hu, double slope)
{
  BrgVolume *scan = brg_volume_new (grid, NULL);
  const int *dim = grid->dim;
  BrgVec3 centre = brg_grid_lps_from_vox (
    grid, brg_vec3 ((dim[0] - 1) / 2.0, (dim[1] - 1) / 2.0, (dim[2] - 1) / 2.0));

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        {
          BrgVec3 p = brg_grid_lps_from_vox (grid, brg_vec3 (i, j, k));
          double r = brg_vec3_length (brg_vec3_sub (p, centre));
          scan->hu[(k * dim[1] + j) * dim[0] + i] =
            (int16_t) lrint (level_hu + slope * (radius_mm - r));
        }
  return scan;
}

/* A ball of 14 mm: along an edge of h mm the radius leaves its chord by h^2 / (8 r), rounding HU
 * moves the surface by 1/400 mm, and vertices stay 1/256 of an edge off the voxels. */
static void
test_ball (void)
{
  const double radius = 14, spacing[3] = { 0.5, 0.75, 1.25 };
  BrgGrid grids[3] = { brg_grid_simple (65, 45, 31, spacing, brg_vec3 (-90, 20, 300)),
                       phantom_oblique_grid (67, 67, 29), phantom_oblique_grid (67, 67, 29) };

  for (int r = 0; r < 3; r++)
    grids[2].lps_from_vox.m[r][0] *= -1; /* left-handed */
  for (int g = 0; g < 3; g++)
    {
      BrgVolume *scan = ball_scan (grids + g, radius, 150, 200);
      BrgMesh *mesh = surface_of (&(Source){ .scan = scan, .level_hu = 150 }, NULL);
      BrgMeshCheck check = assert_sound (mesh);
      double volume = 4 * BRG_PI / 3 * pow (radius, 3);
      BrgVec3 centre = brg_vec3_scale (brg_vec3_add (check.lo, check.hi), 0.5);

      g_assert_cmpint (check.euler, ==, 2);
      g_assert_cmpfloat_with_epsilon (check.volume_mm3, volume, 0.005 * volume);
      g_assert_cmpfloat_with_epsilon (check.area_mm2, 4 * BRG_PI * radius * radius,
                                      0.005 * 4 * BRG_PI * radius * radius);
      for (size_t v = 0; v < mesh->n_vertices; v++)
        {
          const float *p = mesh->xyz + 3 * v;
          double r = brg_vec3_length (brg_vec3_sub (brg_vec3 (p[0], p[1], p[2]), centre));
          g_assert_cmpfloat_with_epsilon (r, radius, 1.25 * 1.25 / (8 * 14) + 0.0025 + 0.005);
        }
      brg_mesh_unref (mesh);
      brg_volume_unref (scan);
    }
}

/* HU rise along one axis and by nothing else: a flat surface at the exact place, and flat lids
 * half a voxel outside. */
static void
test_ramp (void)
{
  const double spacing[3] = { 0.5, 0.75, 1.25 };
  BrgGrid grid = brg_grid_simple (9, 9, 9, spacing, brg_vec3 (10, 20, 30));

  for (int axis = 0; axis < 3; axis++)
    {
      BrgVolume *scan = brg_volume_new (&grid, NULL);
      for (int v = 0; v < 9 * 9 * 9; v++)
        {
          const int at[3] = { v % 9, v / 9 % 9, v / 81 };
          scan->hu[v] = (int16_t) (100 * at[axis]);
        }
      BrgMesh *mesh = surface_of (&(Source){ .scan = scan, .level_hu = 430 }, NULL);
      BrgMeshCheck check = assert_sound (mesh);
      const double lo[3] = { check.lo.x, check.lo.y, check.lo.z };
      const double hi[3] = { check.hi.x, check.hi.y, check.hi.z };
      for (int a = 0; a < 3; a++)
        {
          double from = 10 * (a + 1) + spacing[a] * (a == axis ? 4.3 : -0.5);
          g_assert_cmpfloat_with_epsilon (lo[a], from, 1e-5);
          g_assert_cmpfloat_with_epsilon (hi[a], 10 * (a + 1) + spacing[a] * 8.5, 1e-5);
        }
      brg_mesh_unref (mesh);
      brg_volume_unref (scan);
    }
}

/* Distance below the surface in mm, positive inside, of a ring, a ball with a hollow and two
 * balls. */
static double
depth_in (int shape, double x, double y, double z)
{
  double r = sqrt (x * x + y * y + z * z), ring = sqrt (x * x + y * y) - 8;

  if (shape == 0)
    return 3.5 - sqrt (ring * ring + z * z);
  if (shape == 1)
    return fmin (11 - r, r - 4);
  return 4 - sqrt ((fabs (x) - 6) * (fabs (x) - 6) + y * y + z * z);
}

static void
test_topology (void)
{
  const double spacing[3] = { 0.8, 0.9, 1.1 };
  const long euler[3] = { 0, 4, 4 };
  BrgGrid grid = brg_grid_simple (33, 29, 25, spacing, brg_vec3 (-12.8, -12.6, -13.2));

  for (int shape = 0; shape < 3; shape++)
    {
      BrgVolume *scan = brg_volume_new (&grid, NULL);
      for (int v = 0; v < 33 * 29 * 25; v++)
        {
          BrgVec3 p = brg_grid_lps_from_vox (&grid, brg_vec3 (v % 33, v / 33 % 29, v / (33 * 29)));
          scan->hu[v] = (int16_t) lrint (100 * depth_in (shape, p.x, p.y, p.z));
        }
      BrgMask *mask = mask_of (scan, 0.5);
      const Source sources[2] = { { .mask = mask }, { mask, scan, 0.5 } };
      for (int s = 0; s < 2; s++)
        {
          BrgMesh *mesh = surface_of (sources + s, NULL);
          BrgMeshCheck check = assert_sound (mesh);
          g_assert_cmpint (check.euler, ==, euler[shape]);
          g_assert_cmpuint (check.n_components, ==, shape == 0 ? 1 : 2);
          brg_mesh_unref (mesh);
        }
      brg_mask_unref (mask);
      brg_volume_unref (scan);
    }
}

/* Expects a refusal whose message has this in it. */
static void
assert_refused (const BrgVolume *scan, double level_hu, BrgStatus status, const char *words)
{
  BrgError error = { 0 };

  g_assert_null (brg_isosurface_hu (scan, level_hu, NULL, &error));
  g_assert_cmpint (error.status, ==, status);
  g_assert_nonnull (strstr (error.message, words));
}

static void
test_levels (void)
{
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (5, 6, 7, spacing, brg_vec3 (0, 0, 0));
  BrgVolume *scan = random_scan (&grid, 1, -100, 100);
  BrgMask *full = brg_mask_new (&grid, NULL);

  assert_refused (scan, NAN, BRG_INVALID, "nan");
  assert_refused (scan, INFINITY, BRG_INVALID, "inf");
  assert_refused (scan, 100.5, BRG_EMPTY, "100.5 HU");
  scan->hu[3] = INT16_MAX;
  assert_refused (scan, INT16_MAX + 0.5, BRG_EMPTY, "32767.5 HU");
  brg_mesh_unref (surface_of (&(Source){ .scan = scan, .level_hu = INT16_MAX }, NULL));
  brg_mask_invert (full);
  BrgMesh *box = surface_of (&(Source){ .mask = full }, NULL);
  const double below[] = { -100, -101.5, INT16_MIN, -1e300 };
  for (size_t l = 0; l < G_N_ELEMENTS (below); l++)
    {
      BrgMesh *mesh = surface_of (&(Source){ .scan = scan, .level_hu = below[l] }, NULL);
      assert_same_bytes (mesh, box);
      brg_mesh_unref (mesh);
    }
  brg_mesh_unref (box);
  scan->grid.lps_from_vox.m[1][3] = 2e4; /* fine for midpoints, not for 1/256 of a voxel */
  assert_refused (scan, 0, BRG_INVALID, "too far");
  brg_mask_unref (full);
  brg_volume_unref (scan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/isosurface-twin/patterns", test_patterns);
  g_test_add_func ("/isosurface-twin/masks", test_masks);
  g_test_add_func ("/isosurface-twin/scans", test_scans);
  g_test_add_func ("/isosurface-twin/ball", test_ball);
  g_test_add_func ("/isosurface-twin/ramp", test_ramp);
  g_test_add_func ("/isosurface-twin/topology", test_topology);
  g_test_add_func ("/isosurface-twin/levels", test_levels);
  return g_test_run ();
}
