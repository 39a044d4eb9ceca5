#include "render/brg-mesh-pick.h"

static BrgVec3
corner (const BrgMesh *mesh, size_t triangle, int c)
{
  const float *p = mesh->xyz + 3 * (size_t) mesh->triangles[3 * triangle + (size_t) c];
  return brg_vec3 ((double) p[0], (double) p[1], (double) p[2]);
}

/* Along the ray to the triangle, or INFINITY. */
static double
triangle_mm (BrgVec3 a, BrgVec3 b, BrgVec3 c, const BrgRay *ray)
{
  BrgVec3 ab = brg_vec3_sub (b, a), ac = brg_vec3_sub (c, a);
  BrgVec3 p = brg_vec3_cross (ray->direction, ac);
  double determinant = brg_vec3_dot (ab, p);

  if (determinant == 0)
    return INFINITY;
  BrgVec3 from_a = brg_vec3_sub (ray->origin, a);
  double u = brg_vec3_dot (from_a, p) / determinant;
  if (!(u >= 0 && u <= 1))
    return INFINITY;
  BrgVec3 q = brg_vec3_cross (from_a, ab);
  double v = brg_vec3_dot (ray->direction, q) / determinant;
  if (!(v >= 0 && u + v <= 1))
    return INFINITY;
  double t_mm = brg_vec3_dot (ac, q) / determinant;
  return t_mm > 0 ? t_mm : (double) INFINITY;
}

double
brg_mesh_pick_mm (const BrgMesh *mesh, const BrgRay *ray)
{
  double nearest_mm = INFINITY;

  for (size_t t = 0; t < mesh->n_triangles; t++)
    nearest_mm = fmin (
      nearest_mm, triangle_mm (corner (mesh, t, 0), corner (mesh, t, 1), corner (mesh, t, 2), ray));
  return nearest_mm;
}
