#include "brg-test-mesh.h"

#include <string.h>

static void
put_vertex (BrgMesh *mesh, size_t v, BrgVec3 p)
{
  mesh->xyz[3 * v] = (float) p.x;
  mesh->xyz[3 * v + 1] = (float) p.y;
  mesh->xyz[3 * v + 2] = (float) p.z;
}

static size_t
put_triangle (BrgMesh *mesh, size_t t, size_t a, size_t b, size_t c)
{
  mesh->triangles[3 * t] = (uint32_t) a;
  mesh->triangles[3 * t + 1] = (uint32_t) b;
  mesh->triangles[3 * t + 2] = (uint32_t) c;
  return t + 1;
}

/* Vertex 0 is the north pole, the last one the south pole, rings of `around` in between. */
BrgMesh *
test_mesh_sphere (BrgVec3 centre, double radius_mm, int rings)
{
  size_t n = (size_t) rings - 1, around = 2 * (size_t) rings, t = 0;
  BrgMesh *mesh = brg_mesh_new (n * around + 2, 2 * n * around, NULL);
  size_t south = n * around + 1;

  put_vertex (mesh, 0, brg_vec3_add (centre, brg_vec3 (0, 0, radius_mm)));
  put_vertex (mesh, south, brg_vec3_add (centre, brg_vec3 (0, 0, -radius_mm)));
  for (size_t v = 0; v < n * around; v++)
    {
      double theta = BRG_PI * (double) (v / around + 1) / rings;
      double phi = 2 * BRG_PI * (double) (v % around) / (double) around;
      BrgVec3 unit = brg_vec3 (sin (theta) * cos (phi), sin (theta) * sin (phi), cos (theta));
      put_vertex (mesh, v + 1, brg_vec3_add (centre, brg_vec3_scale (unit, radius_mm)));
    }
  for (size_t a = 0; a < around; a++)
    {
      size_t b = (a + 1) % around, last = (n - 1) * around + 1;
      t = put_triangle (mesh, t, 0, 1 + a, 1 + b);
      t = put_triangle (mesh, t, south, last + b, last + a);
      for (size_t ring = 0; ring + 1 < n; ring++)
        {
          size_t upper = ring * around + 1, lower = upper + around;
          t = put_triangle (mesh, t, upper + a, lower + a, lower + b);
          t = put_triangle (mesh, t, upper + a, lower + b, upper + b);
        }
    }
  return mesh;
}

BrgMesh *
test_mesh_box (BrgVec3 lo, BrgVec3 hi)
{
  static const uint32_t triangles[36] = { 0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4,
                                          2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5 };
  BrgMesh *mesh = brg_mesh_new (8, 12, NULL);

  for (size_t v = 0; v < 8; v++)
    put_vertex (mesh, v, brg_vec3 (v & 1 ? hi.x : lo.x, v & 2 ? hi.y : lo.y, v & 4 ? hi.z : lo.z));
  memcpy (mesh->triangles, triangles, sizeof triangles);
  return mesh;
}
