#include <stdio.h>

#include "io/brg-mesh-formats.h"
#include "io/brg-number.h"

#define LINES_PER_TICK 16384

static char *
put_vertex (const BrgMeshWriter *writer, size_t v, char *out)
{
  float point[3];

  brg_mesh_writer_vertex (writer, v, point);
  *out++ = 'v';
  for (int a = 0; a < 3; a++)
    {
      *out++ = ' ';
      out = brg_number_put (out, (double) point[a]);
    }
  *out++ = '\n';
  return out;
}

static char *
put_count (char *out, uint64_t value)
{
  char digits[20];
  int n = 0;

  do
    digits[n++] = (char) ('0' + value % 10);
  while ((value /= 10) > 0);
  while (n > 0)
    *out++ = digits[--n];
  return out;
}

static char *
put_face (const BrgMeshWriter *writer, size_t t, char *out)
{
  *out++ = 'f';
  for (size_t c = 0; c < 3; c++)
    {
      *out++ = ' ';
      out = put_count (out, writer->mesh->triangles[3 * t + c] + UINT64_C (1));
    }
  *out++ = '\n';
  return out;
}

BrgStatus
brg_obj_write (BrgMeshWriter *writer, BrgJob *job, BrgError *error)
{
  const BrgMesh *mesh = writer->mesh;
  size_t n = mesh->n_vertices + mesh->n_triangles;
  char line[4 * BRG_NUMBER_SIZE];

  int size = snprintf (line, sizeof line, "# %s\n", writer->words);
  BrgStatus status = brg_output_write (writer->output, line, (size_t) size, error);
  for (size_t i = 0; status == BRG_OK && i < n; i++)
    {
      char *end = i < mesh->n_vertices ? put_vertex (writer, i, line)
                                       : put_face (writer, i - mesh->n_vertices, line);
      if (i % LINES_PER_TICK == 0 && !brg_job_tick (job, (double) i / (double) n))
        return brg_error_set (error, BRG_CANCELLED, "cancelled");
      status = brg_output_write (writer->output, line, (size_t) (end - line), error);
    }
  return status;
}
