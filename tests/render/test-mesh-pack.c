/* Packing for the GPU, and picking. */

#include <glib.h>
#include <string.h>

#include "brg-test-mesh.h"
#include "render/brg-mesh-pack.h"
#include "render/brg-mesh-pick.h"

static void
test_smooth_normals (void)
{
  BrgVec3 centre = brg_vec3 (10, -20, 30);
  BrgMesh *mesh = test_mesh_sphere (centre, 50, 24);
  BrgMeshPack *pack = brg_mesh_pack_new (mesh, BRG_PACK_SMOOTH, NULL);

  g_assert_cmpuint (pack->n_vertices, ==, mesh->n_vertices);
  g_assert_cmpint (
    memcmp (pack->triangles, mesh->triangles, mesh->n_triangles * 3 * sizeof (uint32_t)), ==, 0);
  for (size_t v = 0; v < pack->n_vertices; v++)
    {
      const float *p = pack->vertices[v].xyz;
      double n[3];
      brg_mesh_pack_normal (pack->vertices[v].normal, n);
      g_assert_cmpmem (p, 12, mesh->xyz + 3 * v, 12);
      for (int a = 0; a < 3; a++)
        g_assert_cmpfloat_with_epsilon (n[a],
                                        ((double) p[a] - (a == 0   ? 10
                                                          : a == 1 ? -20
                                                                   : 30)) /
                                          50,
                                        0.03);
    }
  brg_mesh_pack_free (pack);
  brg_mesh_unref (mesh);
}

/* A box keeps the normals of its six faces; averaged, they point to its corners. */
static void
test_creased_normals (void)
{
  BrgMesh *mesh = test_mesh_box (brg_vec3 (-1, -2, -3), brg_vec3 (1, 2, 3));
  BrgMeshPack *sharp = brg_mesh_pack_new (mesh, 40, NULL);
  BrgMeshPack *round = brg_mesh_pack_new (mesh, 100, NULL);

  g_assert_cmpuint (sharp->n_vertices, ==, 36);
  for (size_t v = 0; v < 36; v++)
    {
      double n[3], m[3];
      brg_mesh_pack_normal (sharp->vertices[v].normal, n);
      brg_mesh_pack_normal (round->vertices[v].normal, m);
      g_assert_cmpfloat_with_epsilon (fabs (n[0]) + fabs (n[1]) + fabs (n[2]), 1, 0.003);
      g_assert_cmpfloat (fmin (fabs (m[0]), fmin (fabs (m[1]), fabs (m[2]))), >, 0.1);
    }
  brg_mesh_pack_free (sharp);
  brg_mesh_pack_free (round);
  brg_mesh_unref (mesh);
}

static void
test_empty (void)
{
  BrgMesh *mesh = brg_mesh_new (0, 0, NULL);
  BrgRay ray = { { 0, 0, 0 }, { 0, 0, 1 } };

  for (int sharp = 0; sharp < 2; sharp++)
    {
      BrgMeshPack *pack = brg_mesh_pack_new (mesh, sharp ? 40 : BRG_PACK_SMOOTH, NULL);
      g_assert_cmpuint (pack->n_triangles, ==, 0);
      brg_mesh_pack_free (pack);
    }
  g_assert_true (isinf (brg_mesh_pick_mm (mesh, &ray)));
  brg_mesh_unref (mesh);
  brg_mesh_pack_free (NULL);
}

static void
test_pick_box (void)
{
  BrgMesh *mesh = test_mesh_box (brg_vec3 (-10, -20, -30), brg_vec3 (10, 20, 30));

  for (int n = 0; n < 200; n++)
    {
      double x = g_test_rand_double_range (-15, 15), y = g_test_rand_double_range (-25, 25);
      BrgRay down = { { x, y, 100 }, { 0, 0, -1 } }, away = { { x, y, 100 }, { 0, 0, 1 } };
      BrgRay inside = { { x / 2, y / 2, 0 }, { 0, 0, -1 } };
      double mm = brg_mesh_pick_mm (mesh, &down);
      if (fabs (x) < 10 && fabs (y) < 20)
        g_assert_cmpfloat_with_epsilon (mm, 70, 1e-9);
      else
        g_assert_true (isinf (mm));
      g_assert_true (isinf (brg_mesh_pick_mm (mesh, &away)));
      g_assert_cmpfloat_with_epsilon (brg_mesh_pick_mm (mesh, &inside), 30, 1e-9);
    }
  brg_mesh_unref (mesh);
}

/* Slanted rays at a sphere, against the quadratic equation. */
static void
test_pick_sphere (void)
{
  BrgVec3 centre = brg_vec3 (5, 6, 7);
  BrgMesh *mesh = test_mesh_sphere (centre, 40, 60);

  for (int n = 0; n < 200; n++)
    {
      BrgVec3 aim =
        brg_vec3 (g_test_rand_double_range (-30, 30), g_test_rand_double_range (-30, 30),
                  g_test_rand_double_range (-30, 30));
      BrgRay ray = { brg_vec3 (150, -80, 60), { 0, 0, 0 } };
      ray.direction = brg_vec3_normalize (brg_vec3_sub (brg_vec3_add (centre, aim), ray.origin));
      BrgVec3 m = brg_vec3_sub (ray.origin, centre);
      double b = brg_vec3_dot (m, ray.direction), c = brg_vec3_dot (m, m) - 1600;
      if (b * b - c > 400) /* not near the rim, where facets matter */
        g_assert_cmpfloat_with_epsilon (brg_mesh_pick_mm (mesh, &ray), -b - sqrt (b * b - c), 0.2);
    }
  brg_mesh_unref (mesh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mesh-pack/smooth-normals", test_smooth_normals);
  g_test_add_func ("/mesh-pack/creased-normals", test_creased_normals);
  g_test_add_func ("/mesh-pack/empty", test_empty);
  g_test_add_func ("/mesh-pick/box", test_pick_box);
  g_test_add_func ("/mesh-pick/sphere", test_pick_sphere);
  return g_test_run ();
}
