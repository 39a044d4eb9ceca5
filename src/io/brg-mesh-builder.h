#pragma once

#include <stdbool.h>

#include "engine/brg-job.h"
#include "engine/brg-mesh.h"

/* Private to the mesh readers: a mesh that grows as its file is read. Polygons become fans of
 * triangles around their first corner; triangles with two equal corners are dropped. */
typedef struct
{
  BrgPool *pool;
  float *xyz;
  uint32_t *triangles;
  size_t n_vertices, vertex_room, n_triangles, triangle_room, n_dropped;
  uint32_t first, last; /* corners of the polygon so far */
  size_t n_corners;
  uint32_t highest; /* index in use */
  bool ras;         /* x and y are to be negated in the end */
} BrgMeshBuilder;

#define BRG_MESH_MAX_COORDINATE_MM 1e6

/* BRG_FORMAT, with `what` it is of, unless finite and within 10^6 mm. */
BrgStatus
brg_mesh_check_coordinate (double value_mm, const char *what, size_t index, BrgError *error);

/* Room for that many more, to spare growing. */
BrgStatus brg_mesh_builder_reserve (BrgMeshBuilder *builder,
                                    size_t n_vertices,
                                    size_t n_triangles,
                                    BrgError *error);

BrgStatus
brg_mesh_builder_vertex (BrgMeshBuilder *builder, const double xyz_mm[3], BrgError *error);

/* Begins a polygon, whose corners follow. Fewer than three make no triangle. */
void brg_mesh_builder_polygon (BrgMeshBuilder *builder);
BrgStatus brg_mesh_builder_corner (BrgMeshBuilder *builder, uint32_t vertex, BrgError *error);

/* The mesh; BRG_FORMAT when a corner names a vertex there is not. The builder must be cleared
 * still.
 */
BrgMesh *brg_mesh_builder_finish (BrgMeshBuilder *builder, BrgError *error);

void brg_mesh_builder_clear (BrgMeshBuilder *builder);
