#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-geometry.h"
#include "engine/brg-pool.h"

/* An indexed triangle mesh in LPS mm, outward winding (counter-clockwise seen from outside).
 * Reference-counted; writable by its owner while it has one reference, then immutable. */
typedef struct
{
  size_t n_vertices;
  size_t n_triangles;
  float *xyz;          /* 3 per vertex */
  uint32_t *triangles; /* 3 vertex indices per triangle */
  int ref_count;       /* atomic; private */
} BrgMesh;

/* A mesh with undefined contents and room for exactly these; both may be 0. */
BrgMesh *brg_mesh_new (size_t n_vertices, size_t n_triangles, BrgError *error);

/* The same with its arrays from a pool (brg-pool.h; NULL for none). */
BrgMesh *brg_mesh_new_in (BrgPool *pool, size_t n_vertices, size_t n_triangles, BrgError *error);

BrgMesh *brg_mesh_copy (const BrgMesh *mesh, BrgError *error);
BrgMesh *brg_mesh_copy_in (BrgPool *pool, const BrgMesh *mesh, BrgError *error);
BrgMesh *brg_mesh_ref (BrgMesh *mesh); /* NULL allowed, and returned */
void brg_mesh_unref (BrgMesh *mesh);   /* NULL allowed */

/* Area-weighted unit vertex normals, 3 floats per vertex, brg_free() them. Vertices without area
 * get (0, 0, 1). NULL and `error` on shortage. */
float *brg_mesh_normals (const BrgMesh *mesh, BrgError *error);

/* Axis-aligned box of the vertices; false for an empty mesh. */
bool brg_mesh_bounds (const BrgMesh *mesh, BrgVec3 *lo, BrgVec3 *hi);
