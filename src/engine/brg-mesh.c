#include "engine/brg-mesh.h"

#include <string.h>

#include "engine/brg-alloc.h"

BrgMesh *
brg_mesh_new_in (BrgPool *pool, size_t n_vertices, size_t n_triangles, BrgError *error)
{
  BrgMesh *mesh = brg_alloc (1, sizeof *mesh, error);

  if (mesh == NULL)
    return NULL;
  *mesh = (BrgMesh){ .n_vertices = n_vertices, .n_triangles = n_triangles, .ref_count = 1 };
  mesh->xyz = brg_alloc_in (pool, n_vertices, 3 * sizeof *mesh->xyz, error);
  if (mesh->xyz != NULL)
    mesh->triangles = brg_alloc_in (pool, n_triangles, 3 * sizeof *mesh->triangles, error);
  if (mesh->triangles == NULL)
    {
      brg_mesh_unref (mesh);
      return NULL;
    }
  return mesh;
}

BrgMesh *
brg_mesh_new (size_t n_vertices, size_t n_triangles, BrgError *error)
{
  return brg_mesh_new_in (NULL, n_vertices, n_triangles, error);
}

BrgMesh *
brg_mesh_copy_in (BrgPool *pool, const BrgMesh *mesh, BrgError *error)
{
  BrgMesh *copy = brg_mesh_new_in (pool, mesh->n_vertices, mesh->n_triangles, error);

  if (copy == NULL)
    return NULL;
  memcpy (copy->xyz, mesh->xyz, mesh->n_vertices * 3 * sizeof *mesh->xyz);
  memcpy (copy->triangles, mesh->triangles, mesh->n_triangles * 3 * sizeof *mesh->triangles);
  return copy;
}

BrgMesh *
brg_mesh_copy (const BrgMesh *mesh, BrgError *error)
{
  return brg_mesh_copy_in (NULL, mesh, error);
}

BrgMesh *
brg_mesh_ref (BrgMesh *mesh)
{
  if (mesh != NULL)
    __atomic_add_fetch (&mesh->ref_count, 1, __ATOMIC_RELAXED);
  return mesh;
}

void
brg_mesh_unref (BrgMesh *mesh)
{
  if (mesh == NULL || __atomic_sub_fetch (&mesh->ref_count, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  brg_free (mesh->xyz);
  brg_free (mesh->triangles);
  brg_free (mesh);
}

/* Twice the area of a triangle times its unit normal. */
static void
triangle_normal (const float *a, const float *b, const float *c, float out[3])
{
  float u[3] = { b[0] - a[0], b[1] - a[1], b[2] - a[2] };
  float v[3] = { c[0] - a[0], c[1] - a[1], c[2] - a[2] };

  out[0] = u[1] * v[2] - u[2] * v[1];
  out[1] = u[2] * v[0] - u[0] * v[2];
  out[2] = u[0] * v[1] - u[1] * v[0];
}

static void
normalize (float v[3])
{
  float length = sqrtf (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);

  for (int a = 0; a < 3; a++)
    v[a] = length > 0 ? v[a] / length : a == 2 ? 1.0f : 0.0f;
}

float *
brg_mesh_normals (const BrgMesh *mesh, BrgError *error)
{
  float *normals = brg_alloc_zero (mesh->n_vertices, 3 * sizeof *normals, error);

  if (normals == NULL)
    return NULL;
  for (size_t t = 0; t < mesh->n_triangles; t++)
    {
      const uint32_t *corner = mesh->triangles + 3 * t;
      float n[3];
      triangle_normal (mesh->xyz + 3 * (size_t) corner[0], mesh->xyz + 3 * (size_t) corner[1],
                       mesh->xyz + 3 * (size_t) corner[2], n);
      for (int c = 0; c < 3; c++)
        for (int a = 0; a < 3; a++)
          normals[3 * (size_t) corner[c] + (size_t) a] += n[a];
    }
  for (size_t v = 0; v < mesh->n_vertices; v++)
    normalize (normals + 3 * v);
  return normals;
}

bool
brg_mesh_bounds (const BrgMesh *mesh, BrgVec3 *lo, BrgVec3 *hi)
{
  *lo = brg_vec3 (INFINITY, INFINITY, INFINITY);
  *hi = brg_vec3 (-INFINITY, -INFINITY, -INFINITY);
  for (size_t v = 0; v < mesh->n_vertices; v++)
    {
      const float *p = mesh->xyz + 3 * v;
      *lo = brg_vec3 (fmin (lo->x, p[0]), fmin (lo->y, p[1]), fmin (lo->z, p[2]));
      *hi = brg_vec3 (fmax (hi->x, p[0]), fmax (hi->y, p[1]), fmax (hi->z, p[2]));
    }
  return mesh->n_vertices > 0;
}
