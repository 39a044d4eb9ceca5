#pragma once

#include "render/brg-gl.h"
#include "render/brg-mesh-pack.h"

/* A mesh in GPU memory. Zeroed is empty, which draws nothing. All but the bounds need the context
 * current. */
typedef struct
{
  GLuint vertex_array, vertices, indices;
  GLsizei n_indices;
  BrgVec3 centre; /* of a sphere around it */
  double radius_mm;
} BrgGpuMesh;

/* Replaces what `mesh` holds by `pack`; NULL empties it. Empty, and BRG_NO_MEMORY, when GL has no
 * room. */
BrgStatus brg_gpu_mesh_upload (BrgGpuMesh *mesh, const BrgMeshPack *pack, BrgError *error);

void brg_gpu_mesh_draw (const BrgGpuMesh *mesh);

/* Deletes what it holds and zeroes it. */
void brg_gpu_mesh_clear (BrgGpuMesh *mesh);
