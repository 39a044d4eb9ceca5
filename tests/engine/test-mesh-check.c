/* The mesh check on small meshes with known faults. */

#include <glib.h>
#include <string.h>

#include "engine/brg-mesh-check.h"

static BrgMesh *
make_mesh (const float *xyz, size_t n_vertices, const uint32_t *triangles, size_t n_triangles)
{
  BrgMesh *mesh = brg_mesh_new (n_vertices, n_triangles, NULL);

  memcpy (mesh->xyz, xyz, n_vertices * 3 * sizeof *xyz);
  memcpy (mesh->triangles, triangles, n_triangles * 3 * sizeof *triangles);
  return mesh;
}

static BrgMeshCheck
check_mesh (const float *xyz, size_t n_vertices, const uint32_t *triangles, size_t n_triangles)
{
  BrgMesh *mesh = make_mesh (xyz, n_vertices, triangles, n_triangles);
  BrgMeshCheck check;

  g_assert_cmpint (brg_mesh_check (mesh, &check, NULL, NULL), ==, BRG_OK);
  brg_mesh_unref (mesh);
  return check;
}

/* Two tetrahedra and room to join them at a vertex or an edge. */
static const float points[] = { 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1,
                                5, 0, 0, 5, 1, 0, 5, 0, 1, 6, 0, 0 };
static const uint32_t solid[] = { 0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3 };

static void
test_tetrahedron (void)
{
  BrgMeshCheck check = check_mesh (points, 4, solid, 4);

  g_assert_true (check.closed && check.manifold && check.oriented);
  g_assert_cmpuint (check.n_components, ==, 1);
  g_assert_cmpint (check.euler, ==, 2);
  g_assert_cmpfloat_with_epsilon (check.volume_mm3, 1.0 / 6, 1e-12);
  g_assert_cmpfloat_with_epsilon (check.area_mm2, 1.5 + sqrt (3) / 2, 1e-12);
  g_assert_cmpfloat (check.hi.z, ==, 1);
}

static void
test_open (void)
{
  BrgMeshCheck check = check_mesh (points, 5, solid, 3);

  g_assert_false (check.closed);
  g_assert_true (check.manifold && check.oriented);
  g_assert_cmpuint (check.n_boundary_edges, ==, 3);
  g_assert_cmpuint (check.n_unused_vertices, ==, 1);
  g_assert_cmpint (check.euler, ==, 1);
}

static void
test_misoriented (void)
{
  const uint32_t turned[] = { 0, 1, 2, 0, 1, 3, 1, 2, 3, 2, 0, 3 };
  BrgMeshCheck check = check_mesh (points, 4, turned, 4);

  g_assert_true (check.closed && check.manifold);
  g_assert_false (check.oriented);
  g_assert_cmpuint (check.n_misoriented_edges, ==, 3);
}

static void
test_shared_vertex (void)
{
  const uint32_t two[] = { 0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3, 0, 5, 4, 0, 4, 6, 4, 5, 6, 5, 0, 6 };
  BrgMeshCheck check = check_mesh (points, 7, two, 8);

  g_assert_true (check.closed && check.oriented);
  g_assert_false (check.manifold);
  g_assert_cmpuint (check.n_nonmanifold_vertices, ==, 1);
  g_assert_cmpuint (check.n_nonmanifold_edges, ==, 0);
  g_assert_cmpuint (check.n_components, ==, 1);
}

static void
test_shared_edge (void)
{
  const uint32_t two[] = { 0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3, 0, 1, 5, 0, 6, 1, 1, 6, 5, 5, 6, 0 };
  BrgMeshCheck check = check_mesh (points, 7, two, 8);

  g_assert_true (check.closed);
  g_assert_false (check.manifold);
  g_assert_cmpuint (check.n_nonmanifold_edges, ==, 1);
}

static void
test_parts_and_degenerate (void)
{
  const uint32_t two[] = { 0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3, 4, 6,
                           5, 4, 5, 7, 5, 6, 7, 6, 4, 7, 0, 0, 1 };
  BrgMeshCheck apart = check_mesh (points, 8, two, 8);
  BrgMeshCheck degenerate = check_mesh (points, 8, two, 9);

  g_assert_cmpuint (apart.n_components, ==, 2);
  g_assert_cmpint (apart.euler, ==, 4);
  g_assert_cmpuint (apart.n_degenerate, ==, 0);
  g_assert_cmpuint (degenerate.n_degenerate, ==, 1);
}

static void
test_faults (void)
{
  const uint32_t two[] = { 0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3, 0, 5,
                           4, 0, 4, 6, 4, 5, 6, 5, 0, 6, 7, 7, 4 };
  const struct
  {
    size_t n_triangles;
    uint8_t faults[8];
  } cases[] = {
    { 4, { 0, 0, 0, 0, 0, 0, 0, 0 } },
    { 3, { 1, 0, 1, 1, 0, 0, 0, 0 } },
    { 8, { 1, 0, 0, 0, 0, 0, 0, 0 } },
    { 9, { 1, 0, 0, 0, 1, 0, 0, 1 } },
  };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      BrgMesh *mesh = make_mesh (points, 8, two, cases[c].n_triangles);
      uint8_t faults[8];
      size_t n_faults, expected = 0;
      g_assert_cmpint (brg_mesh_find_faults (mesh, faults, &n_faults, NULL, NULL), ==, BRG_OK);
      g_assert_true (memcmp (faults, cases[c].faults, sizeof faults) == 0);
      for (int v = 0; v < 8; v++)
        expected += faults[v];
      g_assert_cmpuint (n_faults, ==, expected);
      brg_mesh_unref (mesh);
    }
}

static void
test_refuses (void)
{
  const uint32_t wrong[] = { 0, 1, 4 };
  BrgMesh *mesh = make_mesh (points, 4, wrong, 1);
  BrgMesh *empty = brg_mesh_new (0, 0, NULL);
  BrgMeshCheck check;
  BrgError error = { 0 };

  g_assert_cmpint (brg_mesh_check (mesh, &check, NULL, &error), ==, BRG_INVALID);
  g_assert_cmpint (brg_mesh_check (empty, &check, NULL, &error), ==, BRG_OK);
  g_assert_true (check.closed && check.manifold && check.oriented);
  g_assert_cmpuint (check.n_components, ==, 0);
  brg_mesh_unref (mesh);
  brg_mesh_unref (empty);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mesh-check/tetrahedron", test_tetrahedron);
  g_test_add_func ("/mesh-check/open", test_open);
  g_test_add_func ("/mesh-check/misoriented", test_misoriented);
  g_test_add_func ("/mesh-check/shared-vertex", test_shared_vertex);
  g_test_add_func ("/mesh-check/shared-edge", test_shared_edge);
  g_test_add_func ("/mesh-check/parts-and-degenerate", test_parts_and_degenerate);
  g_test_add_func ("/mesh-check/faults", test_faults);
  g_test_add_func ("/mesh-check/refuses", test_refuses);
  return g_test_run ();
}
