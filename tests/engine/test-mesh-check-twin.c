/* The mesh check on meshes with every kind of fault at once, against a plain count over a sorted
 * list of half-edges. */

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "engine/brg-mesh-check.h"
#include "surface-phantoms.h"
#include "voxel-twin.h"

typedef struct
{
  uint32_t low, high, half; /* half-edge 3 t + c leaves corner c of triangle t */
  bool is_forward;
} Half;

typedef struct
{
  const BrgMesh *mesh;
  uint32_t *fan, *part; /* parents of corners and of vertices */
  Half *halves;
  BrgMeshCheck check;
  uint8_t *faults;
} Twin;

static uint32_t
find (const uint32_t *parent, uint32_t x)
{
  while (parent[x] != x)
    x = parent[x];
  return x;
}

static void
unite (uint32_t *parent, uint32_t a, uint32_t b)
{
  a = find (parent, a);
  b = find (parent, b);
  parent[MAX (a, b)] = MIN (a, b);
}

static int
compare_halves (const void *a, const void *b)
{
  const Half *x = a, *y = b;

  if (x->low != y->low)
    return x->low < y->low ? -1 : 1;
  if (x->high != y->high)
    return x->high < y->high ? -1 : 1;
  return x->half < y->half ? -1 : x->half > y->half;
}

static uint32_t
next_corner (uint32_t h)
{
  return h % 3 == 2 ? h - 2 : h + 1;
}

static uint32_t
corner_at (const Twin *twin, uint32_t h, uint32_t vertex)
{
  return twin->mesh->triangles[h] == vertex ? h : next_corner (h);
}

static void
visit_edge (Twin *twin, const Half *halves, size_t n)
{
  size_t n_forward = 0;

  for (size_t i = 0; i < n; i++)
    {
      const uint32_t ends[2] = { halves->low, halves->high };
      n_forward += halves[i].is_forward;
      for (int e = 0; e < 2; e++)
        unite (twin->fan, corner_at (twin, halves[0].half, ends[e]),
               corner_at (twin, halves[i].half, ends[e]));
    }
  unite (twin->part, halves->low, halves->high);
  twin->check.euler--;
  twin->check.n_boundary_edges += n == 1;
  twin->check.n_nonmanifold_edges += n > 2;
  twin->check.n_misoriented_edges += n > 1 && 2 * n_forward != n;
  if (n != 2 || n_forward != 1)
    twin->faults[halves->low] = twin->faults[halves->high] = 1;
}

static void
visit_edges (Twin *twin)
{
  const BrgMesh *mesh = twin->mesh;
  size_t n = 3 * mesh->n_triangles;

  for (uint32_t h = 0; h < n; h++)
    {
      uint32_t a = mesh->triangles[h], b = mesh->triangles[next_corner (h)];
      twin->halves[h] = (Half){ MIN (a, b), MAX (a, b), h, a <= b };
      twin->fan[h] = h;
    }
  for (uint32_t v = 0; v < mesh->n_vertices; v++)
    twin->part[v] = v;
  qsort (twin->halves, n, sizeof *twin->halves, compare_halves);
  for (size_t from = 0, to; from < n; from = to)
    {
      for (to = from; to < n && twin->halves[to].low == twin->halves[from].low &&
                      twin->halves[to].high == twin->halves[from].high;)
        to++;
      visit_edge (twin, twin->halves + from, to - from);
    }
}

static void
visit_vertices (Twin *twin)
{
  const BrgMesh *mesh = twin->mesh;
  g_autofree guint *n_fans = g_new0 (guint, mesh->n_vertices);

  for (uint32_t h = 0; h < 3 * mesh->n_triangles; h++)
    n_fans[mesh->triangles[h]] += twin->fan[h] == h;
  for (size_t v = 0; v < mesh->n_vertices; v++)
    {
      twin->check.euler += n_fans[v] > 0;
      twin->check.n_unused_vertices += n_fans[v] == 0;
      twin->check.n_nonmanifold_vertices += n_fans[v] > 1;
      twin->check.n_components += n_fans[v] > 0 && twin->part[v] == v;
      twin->faults[v] |= n_fans[v] > 1;
    }
}

static BrgVec3
vertex_at (const BrgMesh *mesh, uint32_t v)
{
  const float *p = mesh->xyz + 3 * v;
  return brg_vec3 (p[0], p[1], p[2]);
}

static void
visit_triangles (Twin *twin)
{
  const BrgMesh *mesh = twin->mesh;

  for (size_t t = 0; t < mesh->n_triangles; t++)
    {
      const uint32_t *corner = mesh->triangles + 3 * t;
      BrgVec3 origin = vertex_at (mesh, 0);
      BrgVec3 a = brg_vec3_sub (vertex_at (mesh, corner[0]), origin);
      BrgVec3 b = brg_vec3_sub (vertex_at (mesh, corner[1]), origin);
      BrgVec3 c = brg_vec3_sub (vertex_at (mesh, corner[2]), origin);
      BrgVec3 n = brg_vec3_cross (brg_vec3_sub (b, a), brg_vec3_sub (c, a));
      twin->check.volume_mm3 += brg_vec3_dot (a, n) / 6;
      twin->check.area_mm2 += brg_vec3_length (n) / 2;
      if (brg_vec3_length (n) > 0)
        continue;
      twin->check.n_degenerate++;
      for (int k = 0; k < 3; k++)
        twin->faults[corner[k]] = 1;
    }
}

static Twin
check_twin (const BrgMesh *mesh)
{
  Twin twin = { .mesh = mesh, .check = { .euler = (long) mesh->n_triangles } };

  twin.fan = g_new (uint32_t, 3 * mesh->n_triangles);
  twin.part = g_new (uint32_t, mesh->n_vertices);
  twin.halves = g_new (Half, 3 * mesh->n_triangles);
  twin.faults = g_new0 (uint8_t, mesh->n_vertices);
  visit_edges (&twin);
  visit_vertices (&twin);
  visit_triangles (&twin);
  brg_mesh_bounds (mesh, &twin.check.lo, &twin.check.hi);
  twin.check.closed = twin.check.n_boundary_edges == 0;
  twin.check.manifold =
    twin.check.n_nonmanifold_edges == 0 && twin.check.n_nonmanifold_vertices == 0;
  twin.check.oriented = twin.check.n_misoriented_edges == 0;
  return twin;
}

static void
clear_twin (Twin *twin)
{
  g_free (twin->fan);
  g_free (twin->part);
  g_free (twin->halves);
  g_free (twin->faults);
}

static void
assert_same_check (const BrgMeshCheck *got, const BrgMeshCheck *expected)
{
  double size = expected->area_mm2 * 1e-9 + 1e-9;

  g_assert_cmpint (got->closed, ==, expected->closed);
  g_assert_cmpint (got->manifold, ==, expected->manifold);
  g_assert_cmpint (got->oriented, ==, expected->oriented);
  g_assert_cmpuint (got->n_components, ==, expected->n_components);
  g_assert_cmpuint (got->n_boundary_edges, ==, expected->n_boundary_edges);
  g_assert_cmpuint (got->n_nonmanifold_edges, ==, expected->n_nonmanifold_edges);
  g_assert_cmpuint (got->n_misoriented_edges, ==, expected->n_misoriented_edges);
  g_assert_cmpuint (got->n_nonmanifold_vertices, ==, expected->n_nonmanifold_vertices);
  g_assert_cmpuint (got->n_degenerate, ==, expected->n_degenerate);
  g_assert_cmpuint (got->n_unused_vertices, ==, expected->n_unused_vertices);
  g_assert_cmpint (got->euler, ==, expected->euler);
  g_assert_cmpfloat_with_epsilon (got->volume_mm3, expected->volume_mm3, 1000 * size);
  g_assert_cmpfloat_with_epsilon (got->area_mm2, expected->area_mm2, size);
  g_assert_true (memcmp (&got->lo, &expected->lo, sizeof got->lo) == 0);
  g_assert_true (memcmp (&got->hi, &expected->hi, sizeof got->hi) == 0);
}

/* Under every thread count and instruction set; the numbers of the first and of all others are the
 * same to the last bit. */
static void
assert_checked (const BrgMesh *mesh)
{
  Twin twin = check_twin (mesh);
  BrgMeshCheck first = { 0 };
  size_t n_expected = 0;

  for (size_t v = 0; v < mesh->n_vertices; v++)
    n_expected += twin.faults[v];
  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      g_autofree uint8_t *faults = g_new (uint8_t, mesh->n_vertices);
      BrgMeshCheck check;
      size_t n_faults;

      g_assert_cmpint (brg_mesh_check (mesh, &check, &job, NULL), ==, BRG_OK);
      first = t == 0 ? check : first;
      assert_same_check (&check, &twin.check);
      g_assert_true (check.volume_mm3 == first.volume_mm3 && check.area_mm2 == first.area_mm2);
      g_assert_cmpint (brg_mesh_find_faults (mesh, faults, &n_faults, &job, NULL), ==, BRG_OK);
      g_assert_true (memcmp (faults, twin.faults, mesh->n_vertices) == 0);
      g_assert_cmpuint (n_faults, ==, n_expected);
    }
  clear_twin (&twin);
}

static BrgMesh *
noise_surface (int n, guint32 seed)
{
  BrgGrid grid = phantom_oblique_grid (n, n, n);
  BrgMask *mask = phantom_noise_mask (&grid, seed, 0.3);
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);

  brg_mask_unref (mask);
  return mesh;
}

/* Any three vertices, so that edges have many triangles and triangles are twice the same or flat;
 * few vertices give each hundreds of triangles. */
static void
test_random (void)
{
  const int sizes[][2] = { { 1, 3 },     { 3, 9 },       { 5, 40 },      { 30, 20 },
                           { 40, 2000 }, { 5000, 3000 }, { 3000, 40000 } };

  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) s);
      BrgMesh *mesh = brg_mesh_new ((size_t) sizes[s][0], (size_t) sizes[s][1], NULL);
      for (size_t x = 0; x < 3 * mesh->n_vertices; x++)
        mesh->xyz[x] = (float) g_rand_double_range (rand, -9, 9);
      for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
        mesh->triangles[h] = (uint32_t) g_rand_int_range (rand, 0, sizes[s][0]);
      assert_checked (mesh);
      brg_mesh_unref (mesh);
    }
}

/* Makes two vertices one. */
static void
merge (BrgMesh *mesh, GRand *rand)
{
  uint32_t from = (uint32_t) g_rand_int_range (rand, 0, (gint32) mesh->n_vertices);
  uint32_t to = (uint32_t) g_rand_int_range (rand, 0, (gint32) mesh->n_vertices);

  for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
    if (mesh->triangles[h] == from)
      mesh->triangles[h] = to;
}

/* Damages one triangle: left out, turned, moved, doubled or flat; or two vertices. */
static void
damage (BrgMesh *mesh, GRand *rand)
{
  uint32_t *corner = mesh->triangles + 3 * g_rand_int_range (rand, 0, (gint32) mesh->n_triangles);
  uint32_t first = corner[0];

  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
      mesh->n_triangles--;
      memcpy (corner, mesh->triangles + 3 * mesh->n_triangles, 3 * sizeof *corner);
      break;
    case 1:
      corner[0] = corner[1];
      corner[1] = first;
      break;
    case 2:
      corner[2] = (uint32_t) g_rand_int_range (rand, 0, (gint32) mesh->n_vertices);
      break;
    case 3:
      memcpy (corner, mesh->triangles, 3 * sizeof *corner);
      break;
    case 4:
      corner[2] = corner[1];
      break;
    default:
      merge (mesh, rand);
      break;
    }
}

/* Surfaces, whole and with a few faults, in their own order of vertices and in any. */
static void
test_surfaces (void)
{
  for (int n_faults = 0; n_faults <= 400; n_faults = n_faults * 20 + 1)
    for (int shuffled = 0; shuffled < 2; shuffled++)
      {
        g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) n_faults);
        BrgMesh *mesh = noise_surface (24, (guint32) n_faults + 5);
        for (int f = 0; f < n_faults; f++)
          damage (mesh, rand);
        if (shuffled != 0)
          for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
            mesh->triangles[h] =
              (uint32_t) ((mesh->triangles[h] * UINT64_C (7919) + 17) % mesh->n_vertices);
        assert_checked (mesh);
        brg_mesh_unref (mesh);
      }
}

/* Fans and cones of n triangles: rings of every length about one vertex. */
static void
test_rings (void)
{
  for (uint32_t n = 1; n <= 70; n++)
    for (int closed = 0; closed < 2; closed++)
      {
        BrgMesh *mesh = brg_mesh_new (n + 2, closed ? 2 * n : n, NULL);
        for (uint32_t v = 0; v < n + 2; v++)
          {
            float *p = mesh->xyz + 3 * v;
            p[0] = v < n ? (float) cos (v * 6.28 / n) : 0.0f;
            p[1] = v < n ? (float) sin (v * 6.28 / n) : 0.0f;
            p[2] = v == n ? 1.0f : v > n ? -1.0f : 0.0f;
          }
        for (uint32_t t = 0; t < mesh->n_triangles; t++)
          {
            uint32_t a = t % n, b = (t + 1) % n;
            const uint32_t up[3] = { a, b, n }, down[3] = { b, a, n + 1 };
            memcpy (mesh->triangles + 3 * t, t < n ? up : down, sizeof up);
          }
        assert_checked (mesh);
        brg_mesh_unref (mesh);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mesh-check-twin/random", test_random);
  g_test_add_func ("/mesh-check-twin/surfaces", test_surfaces);
  g_test_add_func ("/mesh-check-twin/rings", test_rings);
  return g_test_run ();
}
