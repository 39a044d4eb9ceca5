#include "io/brg-mesh-builder.h"

#include <math.h>

#include "engine/brg-alloc.h"

BrgStatus
brg_mesh_check_coordinate (double value_mm, const char *what, size_t index, BrgError *error)
{
  if (fabs (value_mm) <= BRG_MESH_MAX_COORDINATE_MM)
    return BRG_OK;
  return brg_error_set (error, BRG_FORMAT, "%s %zu has a coordinate of %g mm, must be -%g to %g mm",
                        what, index + 1, value_mm, BRG_MESH_MAX_COORDINATE_MM,
                        BRG_MESH_MAX_COORDINATE_MM);
}

/* Room for `need` elements of three numbers, at least half as much again. */
static BrgStatus
grow (void **array, size_t used, size_t *room, size_t need, BrgPool *pool, BrgError *error)
{
  size_t wanted = *room + *room / 2 > need ? *room + *room / 2 : need;
  void *grown;

  if (need <= *room)
    return BRG_OK;
  if (*array != NULL)
    grown = brg_alloc_grow (*array, used, wanted, 3 * sizeof (uint32_t), error);
  else
    grown = brg_alloc_in (pool, wanted, 3 * sizeof (uint32_t), error);
  if (grown == NULL)
    return BRG_NO_MEMORY;
  *array = grown;
  *room = wanted;
  return BRG_OK;
}

BrgStatus
brg_mesh_builder_reserve (BrgMeshBuilder *builder,
                          size_t n_vertices,
                          size_t n_triangles,
                          BrgError *error)
{
  void *xyz = builder->xyz, *triangles = builder->triangles;
  BrgStatus status = grow (&xyz, builder->n_vertices, &builder->vertex_room,
                           builder->n_vertices + n_vertices, builder->pool, error);

  builder->xyz = xyz;
  if (status == BRG_OK)
    status = grow (&triangles, builder->n_triangles, &builder->triangle_room,
                   builder->n_triangles + n_triangles, builder->pool, error);
  builder->triangles = triangles;
  return status;
}

BrgStatus
brg_mesh_builder_vertex (BrgMeshBuilder *builder, const double xyz_mm[3], BrgError *error)
{
  BrgStatus status = brg_mesh_builder_reserve (builder, 1, 0, error);

  if (status == BRG_OK && builder->n_vertices == UINT32_MAX)
    status =
      brg_error_set (error, BRG_UNSUPPORTED, "has more than %zu vertices", builder->n_vertices);
  for (int a = 0; status == BRG_OK && a < 3; a++)
    {
      status = brg_mesh_check_coordinate (xyz_mm[a], "vertex", builder->n_vertices, error);
      if (status == BRG_OK)
        builder->xyz[3 * builder->n_vertices + (size_t) a] = (float) xyz_mm[a];
    }
  builder->n_vertices += status == BRG_OK;
  return status;
}

void
brg_mesh_builder_polygon (BrgMeshBuilder *builder)
{
  builder->n_corners = 0;
}

BrgStatus
brg_mesh_builder_corner (BrgMeshBuilder *builder, uint32_t vertex, BrgError *error)
{
  uint32_t first = builder->first, last = builder->last;

  if (vertex > builder->highest)
    builder->highest = vertex;
  builder->last = vertex;
  if (builder->n_corners++ == 0)
    builder->first = vertex;
  if (builder->n_corners < 3)
    return BRG_OK;
  if (first == last || last == vertex || vertex == first)
    {
      builder->n_dropped++;
      return BRG_OK;
    }
  if (brg_mesh_builder_reserve (builder, 0, 1, error) != BRG_OK)
    return BRG_NO_MEMORY;
  uint32_t *triangle = builder->triangles + 3 * builder->n_triangles++;
  triangle[0] = first;
  triangle[1] = last;
  triangle[2] = vertex;
  return BRG_OK;
}

BrgMesh *
brg_mesh_builder_finish (BrgMeshBuilder *builder, BrgError *error)
{
  if (builder->n_triangles > 0 && builder->highest >= builder->n_vertices)
    {
      brg_error_set (error, BRG_FORMAT, "a face names vertex %llu of %zu", builder->highest + 1ULL,
                     builder->n_vertices);
      return NULL;
    }
  BrgMesh *mesh = brg_mesh_new_in (builder->pool, 0, 0, error);
  if (mesh == NULL || brg_mesh_builder_reserve (builder, 1, 1, error) != BRG_OK)
    {
      brg_mesh_unref (mesh);
      return NULL;
    }
  for (size_t v = 0; v < builder->n_vertices; v++)
    for (size_t a = 0; a < 3; a++)
      {
        float *value = builder->xyz + 3 * v + a;
        *value = (builder->ras && a < 2 ? -*value : *value) + 0.0f; /* -0 becomes 0 */
      }
  brg_free (mesh->xyz);
  brg_free (mesh->triangles);
  mesh->xyz = builder->xyz;
  mesh->triangles = builder->triangles;
  mesh->n_vertices = builder->n_vertices;
  mesh->n_triangles = builder->n_triangles;
  builder->xyz = NULL;
  builder->triangles = NULL;
  return mesh;
}

void
brg_mesh_builder_clear (BrgMeshBuilder *builder)
{
  brg_free (builder->xyz);
  brg_free (builder->triangles);
}
