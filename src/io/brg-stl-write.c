#include <math.h>
#include <string.h>

#include "io/brg-records.h"

#define HEADER_SIZE 80
#define RECORD_SIZE 50

static void
unit_normal (float corner[3][3], float normal[3])
{
  double u[3], v[3], n[3], square = 0;

  for (int a = 0; a < 3; a++)
    {
      u[a] = (double) corner[1][a] - (double) corner[0][a];
      v[a] = (double) corner[2][a] - (double) corner[0][a];
    }
  for (int a = 0; a < 3; a++)
    {
      n[a] = u[(a + 1) % 3] * v[(a + 2) % 3] - u[(a + 2) % 3] * v[(a + 1) % 3];
      square += n[a] * n[a];
    }
  for (int a = 0; a < 3; a++)
    normal[a] = square > 0 ? (float) (n[a] / sqrt (square)) + 0.0f : 0.0f;
}

static void
put_triangle (const BrgMeshWriter *writer, size_t t, unsigned char *out)
{
  const uint32_t *triangle = writer->mesh->triangles + 3 * t;
  float corner[3][3], normal[3];

  for (int c = 0; c < 3; c++)
    brg_mesh_writer_vertex (writer, triangle[c], corner[c]);
  unit_normal (corner, normal);
  out = brg_put_point (out, normal);
  for (int c = 0; c < 3; c++)
    out = brg_put_point (out, corner[c]);
  out[0] = out[1] = 0;
}

BrgStatus
brg_stl_write (BrgMeshWriter *writer, BrgJob *job, BrgError *error)
{
  const BrgMesh *mesh = writer->mesh;
  unsigned char header[HEADER_SIZE + 4];

  if (mesh->n_triangles > UINT32_MAX)
    return brg_error_set (error, BRG_UNSUPPORTED, "%zu triangles are too many for STL",
                          mesh->n_triangles);
  memset (header, ' ', HEADER_SIZE);
  memcpy (header, writer->words, strlen (writer->words));
  brg_put_u32 (header + HEADER_SIZE, (uint32_t) mesh->n_triangles);
  BrgStatus status = brg_output_write (writer->output, header, sizeof header, error);
  if (status != BRG_OK)
    return status;
  return brg_records_write (writer, put_triangle, mesh->n_triangles, RECORD_SIZE, sizeof header,
                            job, error);
}
