#include "render/brg-mesh-pack.h"

#include <string.h>

#include "engine/brg-alloc.h"

static uint32_t
pack_normal (const double n[3])
{
  uint32_t packed = 0;

  for (int a = 0; a < 3; a++)
    packed |= ((uint32_t) lround (fmin (fmax (n[a], -1), 1) * 511) & 0x3ff) << (10 * a);
  return packed;
}

static BrgMeshPack *
pack_alloc (size_t n_vertices, size_t n_triangles, BrgError *error)
{
  BrgMeshPack *pack = brg_alloc (1, sizeof *pack, error);

  if (pack == NULL)
    return NULL;
  *pack = (BrgMeshPack){ .n_vertices = n_vertices, .n_triangles = n_triangles };
  pack->vertices = brg_alloc (n_vertices, sizeof *pack->vertices, error);
  pack->triangles =
    pack->vertices != NULL ? brg_alloc (n_triangles, 3 * sizeof *pack->triangles, error) : NULL;
  if (pack->triangles == NULL)
    {
      brg_mesh_pack_free (pack);
      return NULL;
    }
  return pack;
}

static BrgMeshPack *
pack_smooth (const BrgMesh *mesh, BrgError *error)
{
  float *normals = brg_mesh_normals (mesh, error);
  BrgMeshPack *pack =
    normals != NULL ? pack_alloc (mesh->n_vertices, mesh->n_triangles, error) : NULL;

  if (pack != NULL)
    {
      for (size_t v = 0; v < mesh->n_vertices; v++)
        {
          const float *n = normals + 3 * v;
          const double wide[3] = { (double) n[0], (double) n[1], (double) n[2] };
          memcpy (pack->vertices[v].xyz, mesh->xyz + 3 * v, sizeof pack->vertices[v].xyz);
          pack->vertices[v].normal = pack_normal (wide);
        }
      memcpy (pack->triangles, mesh->triangles, mesh->n_triangles * 3 * sizeof *pack->triangles);
    }
  brg_free (normals);
  return pack;
}

/* Twice the area of a triangle times its unit normal. */
static BrgVec3
face_normal (const BrgMesh *mesh, size_t triangle)
{
  BrgVec3 p[3];

  for (int c = 0; c < 3; c++)
    {
      const float *xyz = mesh->xyz + 3 * (size_t) mesh->triangles[3 * triangle + (size_t) c];
      p[c] = brg_vec3 ((double) xyz[0], (double) xyz[1], (double) xyz[2]);
    }
  return brg_vec3_cross (brg_vec3_sub (p[1], p[0]), brg_vec3_sub (p[2], p[0]));
}

/* Lists the triangles around each vertex: those of v are faces[first[v]] .. faces[first[v + 1]]. */
static void
list_faces (const BrgMesh *mesh, size_t *first, uint32_t *faces)
{
  size_t n_corners = 3 * mesh->n_triangles;

  for (size_t c = 0; c < n_corners; c++)
    first[mesh->triangles[c]]++;
  for (size_t v = 1; v < mesh->n_vertices; v++)
    first[v] += first[v - 1];
  for (size_t c = n_corners; c-- > 0;)
    faces[--first[mesh->triangles[c]]] = (uint32_t) (c / 3);
  first[mesh->n_vertices] = n_corners;
}

static BrgMeshPack *
pack_corners (const BrgMesh *mesh,
              double crease_deg,
              const size_t *first,
              const uint32_t *faces,
              BrgError *error)
{
  BrgMeshPack *pack = pack_alloc (3 * mesh->n_triangles, mesh->n_triangles, error);
  double least = cos (crease_deg * BRG_PI / 180);

  if (pack == NULL)
    return NULL;
  for (size_t c = 0; c < 3 * mesh->n_triangles; c++)
    {
      size_t v = mesh->triangles[c];
      BrgVec3 own = brg_vec3_normalize (face_normal (mesh, c / 3)), sum = { 0 };
      for (size_t f = first[v]; f < first[v + 1]; f++)
        {
          BrgVec3 other = face_normal (mesh, faces[f]);
          if (brg_vec3_dot (own, brg_vec3_normalize (other)) >= least)
            sum = brg_vec3_add (sum, other);
        }
      sum = brg_vec3_normalize (sum);
      memcpy (pack->vertices[c].xyz, mesh->xyz + 3 * v, sizeof pack->vertices[c].xyz);
      pack->vertices[c].normal = pack_normal ((const double[3]){ sum.x, sum.y, sum.z });
      pack->triangles[c] = (uint32_t) c;
    }
  return pack;
}

static BrgMeshPack *
pack_creased (const BrgMesh *mesh, double crease_deg, BrgError *error)
{
  size_t *first = brg_alloc_zero (mesh->n_vertices + 1, sizeof *first, error);
  uint32_t *faces = first != NULL ? brg_alloc (mesh->n_triangles, 3 * sizeof *faces, error) : NULL;
  BrgMeshPack *pack = NULL;

  if (faces != NULL)
    {
      list_faces (mesh, first, faces);
      pack = pack_corners (mesh, crease_deg, first, faces, error);
    }
  brg_free (first);
  brg_free (faces);
  return pack;
}

BrgMeshPack *
brg_mesh_pack_new (const BrgMesh *mesh, double crease_deg, BrgError *error)
{
  if (mesh->n_vertices > UINT32_MAX || mesh->n_triangles > UINT32_MAX / 3)
    {
      brg_error_set (error, BRG_INVALID, "a mesh of %zu vertices and %zu triangles is too large",
                     mesh->n_vertices, mesh->n_triangles);
      return NULL;
    }
  if (crease_deg >= BRG_PACK_SMOOTH)
    return pack_smooth (mesh, error);
  return pack_creased (mesh, crease_deg, error);
}

void
brg_mesh_pack_free (BrgMeshPack *pack)
{
  if (pack == NULL)
    return;
  brg_free (pack->vertices);
  brg_free (pack->triangles);
  brg_free (pack);
}

void
brg_mesh_pack_normal (uint32_t packed, double out[3])
{
  for (int a = 0; a < 3; a++)
    {
      int value = (int) (packed >> (10 * a) & 0x3ff);
      out[a] = (value >= 512 ? value - 1024 : value) / 511.0;
    }
}
