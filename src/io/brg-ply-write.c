#include <stdio.h>

#include "engine/brg-job-part.h"
#include "io/brg-records.h"

#define VERTEX_SIZE 12
#define FACE_SIZE   13

static void
put_vertex (const BrgMeshWriter *writer, size_t v, unsigned char *out)
{
  float point[3];

  brg_mesh_writer_vertex (writer, v, point);
  brg_put_point (out, point);
}

static void
put_face (const BrgMeshWriter *writer, size_t t, unsigned char *out)
{
  *out++ = 3;
  for (size_t c = 0; c < 3; c++)
    out = brg_put_u32 (out, writer->mesh->triangles[3 * t + c]);
}

BrgStatus
brg_ply_write (BrgMeshWriter *writer, BrgJob *job, BrgError *error)
{
  const BrgMesh *mesh = writer->mesh;
  BrgJobPart parts = brg_job_parts (job);
  char header[512];

  int size = snprintf (header, sizeof header,
                       "ply\nformat binary_little_endian 1.0\ncomment %s\nelement vertex %zu\n"
                       "property float x\nproperty float y\nproperty float z\nelement face %zu\n"
                       "property list uchar int vertex_indices\nend_header\n",
                       writer->words, mesh->n_vertices, mesh->n_triangles);
  uint64_t vertices = (uint64_t) size, faces = vertices + mesh->n_vertices * VERTEX_SIZE;
  BrgStatus status = brg_output_write (writer->output, header, (size_t) size, error);
  brg_job_part (&parts, 0, 0.3);
  if (status == BRG_OK)
    status =
      brg_records_write (writer, put_vertex, mesh->n_vertices, VERTEX_SIZE, vertices, job, error);
  brg_job_part (&parts, 0.3, 1);
  if (status == BRG_OK)
    status = brg_records_write (writer, put_face, mesh->n_triangles, FACE_SIZE, faces, job, error);
  brg_job_parts_end (&parts);
  return status;
}
