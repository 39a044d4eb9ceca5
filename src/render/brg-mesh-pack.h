#pragma once

#include "engine/brg-mesh.h"

/* A mesh in the layout the GPU reads: 16 bytes per vertex. Made on any thread, no GL. */
typedef struct
{
  float xyz[3];    /* LPS mm */
  uint32_t normal; /* x, y, z as signed 10-bit fractions from the low bits up */
} BrgPackedVertex;

typedef struct
{
  size_t n_vertices;
  size_t n_triangles;
  BrgPackedVertex *vertices;
  uint32_t *triangles;
} BrgMeshPack;

#define BRG_PACK_SMOOTH 180.0

/* Packs `mesh` with vertex normals averaged over the adjacent faces that lie within `crease_deg` of
 * each other; sharper edges stay sharp by duplicated vertices. BRG_PACK_SMOOTH averages over all
 * and duplicates nothing (bone); solids with true edges want about 40. NULL and `error` when memory
 * is short; BRG_INVALID when it has 2^32 vertices or more. */
BrgMeshPack *brg_mesh_pack_new (const BrgMesh *mesh, double crease_deg, BrgError *error);

void brg_mesh_pack_free (BrgMeshPack *pack); /* NULL allowed */

/* The normal a packed one stands for, not normalised again. */
void brg_mesh_pack_normal (uint32_t packed, double out[3]);
