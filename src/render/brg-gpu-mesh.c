#include "render/brg-gpu-mesh.h"

#include <stddef.h>

static void
set_bounds (BrgGpuMesh *mesh, const BrgMeshPack *pack)
{
  BrgVec3 lo = brg_vec3 (INFINITY, INFINITY, INFINITY);
  BrgVec3 hi = brg_vec3_scale (lo, -1);

  for (size_t v = 0; v < pack->n_vertices; v++)
    {
      const float *p = pack->vertices[v].xyz;
      double x = (double) p[0], y = (double) p[1], z = (double) p[2];
      lo = brg_vec3 (fmin (lo.x, x), fmin (lo.y, y), fmin (lo.z, z));
      hi = brg_vec3 (fmax (hi.x, x), fmax (hi.y, y), fmax (hi.z, z));
    }
  mesh->centre = brg_vec3_scale (brg_vec3_add (lo, hi), 0.5);
  mesh->radius_mm = brg_vec3_length (brg_vec3_sub (hi, lo)) / 2;
}

static void
fill_buffers (BrgGpuMesh *mesh, const BrgMeshPack *pack)
{
  const GLsizei stride = sizeof (BrgPackedVertex);

  glGenVertexArrays (1, &mesh->vertex_array);
  glGenBuffers (1, &mesh->vertices);
  glGenBuffers (1, &mesh->indices);
  glBindVertexArray (mesh->vertex_array);
  glBindBuffer (GL_ARRAY_BUFFER, mesh->vertices);
  glBufferData (GL_ARRAY_BUFFER, (GLsizeiptr) (pack->n_vertices * sizeof (BrgPackedVertex)),
                pack->vertices, GL_STATIC_DRAW);
  glVertexAttribPointer (0, 3, GL_FLOAT, GL_FALSE, stride, NULL);
  glVertexAttribPointer (1, 4, GL_INT_2_10_10_10_REV, GL_TRUE, stride,
                         (const void *) offsetof (BrgPackedVertex, normal));
  glEnableVertexAttribArray (0);
  glEnableVertexAttribArray (1);
  glBindBuffer (GL_ELEMENT_ARRAY_BUFFER, mesh->indices);
  glBufferData (GL_ELEMENT_ARRAY_BUFFER,
                (GLsizeiptr) (pack->n_triangles * 3 * sizeof *pack->triangles), pack->triangles,
                GL_STATIC_DRAW);
  glBindVertexArray (0);
}

BrgStatus
brg_gpu_mesh_upload (BrgGpuMesh *mesh, const BrgMeshPack *pack, BrgError *error)
{
  brg_gpu_mesh_clear (mesh);
  if (pack == NULL || pack->n_triangles == 0)
    return BRG_OK;
  if (pack->n_triangles > INT32_MAX / 3)
    return brg_error_set (error, BRG_INVALID, "%zu triangles are too many to draw",
                          pack->n_triangles);
  brg_gl_check ("earlier work", NULL);
  fill_buffers (mesh, pack);
  BrgStatus status = brg_gl_check ("uploading a mesh", error);
  if (status != BRG_OK)
    {
      brg_gpu_mesh_clear (mesh);
      return status;
    }
  mesh->n_indices = (GLsizei) (pack->n_triangles * 3);
  set_bounds (mesh, pack);
  return BRG_OK;
}

void
brg_gpu_mesh_draw (const BrgGpuMesh *mesh)
{
  if (mesh->n_indices == 0)
    return;
  glBindVertexArray (mesh->vertex_array);
  glDrawElements (GL_TRIANGLES, mesh->n_indices, GL_UNSIGNED_INT, NULL);
}

void
brg_gpu_mesh_clear (BrgGpuMesh *mesh)
{
  GLuint buffers[2] = { mesh->vertices, mesh->indices };

  if (mesh->vertex_array != 0)
    {
      glDeleteVertexArrays (1, &mesh->vertex_array);
      glDeleteBuffers (2, buffers);
    }
  *mesh = (BrgGpuMesh){ 0 };
}
