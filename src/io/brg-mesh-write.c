#include "io/brg-mesh-file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "io/brg-message.h"
#include "io/brg-number.h"
#include "io/brg-output.h"

#define STL_HEADER_SIZE 80
#define STL_RECORD_SIZE 50

typedef struct
{
  const BrgMesh *mesh;
  const char *words; /* what every file says about its coordinates */
  float sign;        /* of x and y */
  BrgOutput *output;
} Writer;

typedef BrgStatus (*WriteFunc) (const Writer *writer, BrgError *error);

static unsigned char *
put_u32 (unsigned char *out, uint32_t value)
{
  for (int b = 0; b < 4; b++)
    *out++ = (unsigned char) (value >> (8 * b));
  return out;
}

static unsigned char *
put_float (unsigned char *out, float value)
{
  uint32_t bits;

  memcpy (&bits, &value, sizeof bits);
  return put_u32 (out, bits);
}

static unsigned char *
put_point (unsigned char *out, const float point[3])
{
  for (int a = 0; a < 3; a++)
    out = put_float (out, point[a]);
  return out;
}

/* A vertex in the coordinates of the file; -0 is written as 0. */
static void
vertex_at (const Writer *writer, uint32_t v, float out[3])
{
  const float *p = writer->mesh->xyz + 3 * (size_t) v;

  out[0] = writer->sign * p[0] + 0.0f;
  out[1] = writer->sign * p[1] + 0.0f;
  out[2] = p[2] + 0.0f;
}

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

static BrgStatus
write_text (const Writer *writer, const char *text, BrgError *error)
{
  return brg_output_write (writer->output, text, strlen (text), error);
}

static BrgStatus
write_stl (const Writer *writer, BrgError *error)
{
  const BrgMesh *mesh = writer->mesh;
  unsigned char header[STL_HEADER_SIZE + 4];

  if (mesh->n_triangles > UINT32_MAX)
    return brg_error_set (error, BRG_UNSUPPORTED, "%zu triangles are too many for STL",
                          mesh->n_triangles);
  memset (header, ' ', STL_HEADER_SIZE);
  memcpy (header, writer->words, strlen (writer->words));
  put_u32 (header + STL_HEADER_SIZE, (uint32_t) mesh->n_triangles);
  BrgStatus status = brg_output_write (writer->output, header, sizeof header, error);
  for (size_t t = 0; status == BRG_OK && t < mesh->n_triangles; t++)
    {
      unsigned char record[STL_RECORD_SIZE] = { 0 }, *out = record;
      float corner[3][3], normal[3];
      for (size_t c = 0; c < 3; c++)
        vertex_at (writer, mesh->triangles[3 * t + c], corner[c]);
      unit_normal (corner, normal);
      out = put_point (out, normal);
      for (int c = 0; c < 3; c++)
        out = put_point (out, corner[c]);
      status = brg_output_write (writer->output, record, sizeof record, error);
    }
  return status;
}

static BrgStatus
write_ply (const Writer *writer, BrgError *error)
{
  const BrgMesh *mesh = writer->mesh;
  char header[512];

  snprintf (header, sizeof header,
            "ply\nformat binary_little_endian 1.0\ncomment %s\nelement vertex %zu\n"
            "property float x\nproperty float y\nproperty float z\nelement face %zu\n"
            "property list uchar int vertex_indices\nend_header\n",
            writer->words, mesh->n_vertices, mesh->n_triangles);
  BrgStatus status = write_text (writer, header, error);
  for (size_t v = 0; status == BRG_OK && v < mesh->n_vertices; v++)
    {
      unsigned char record[12];
      float point[3];
      vertex_at (writer, (uint32_t) v, point);
      put_point (record, point);
      status = brg_output_write (writer->output, record, sizeof record, error);
    }
  for (size_t t = 0; status == BRG_OK && t < mesh->n_triangles; t++)
    {
      unsigned char record[13] = { 3 }, *out = record + 1;
      for (size_t c = 0; c < 3; c++)
        out = put_u32 (out, mesh->triangles[3 * t + c]);
      status = brg_output_write (writer->output, record, sizeof record, error);
    }
  return status;
}

static BrgStatus
write_obj_vertex (const Writer *writer, uint32_t v, BrgError *error)
{
  char line[4 * BRG_NUMBER_SIZE] = "v", *out = line + 1;
  float point[3];

  vertex_at (writer, v, point);
  for (int a = 0; a < 3; a++)
    {
      *out++ = ' ';
      out = brg_number_put (out, (double) point[a]);
    }
  *out++ = '\n';
  return brg_output_write (writer->output, line, (size_t) (out - line), error);
}

static BrgStatus
write_obj (const Writer *writer, BrgError *error)
{
  const BrgMesh *mesh = writer->mesh;
  char line[128];

  snprintf (line, sizeof line, "# %s\n", writer->words);
  BrgStatus status = write_text (writer, line, error);
  for (size_t v = 0; status == BRG_OK && v < mesh->n_vertices; v++)
    status = write_obj_vertex (writer, (uint32_t) v, error);
  for (size_t t = 0; status == BRG_OK && t < mesh->n_triangles; t++)
    {
      const uint32_t *corner = mesh->triangles + 3 * t;
      snprintf (line, sizeof line, "f %llu %llu %llu\n", corner[0] + 1ULL, corner[1] + 1ULL,
                corner[2] + 1ULL);
      status = write_text (writer, line, error);
    }
  return status;
}

static WriteFunc
writer_for (const char *path)
{
  static const struct
  {
    const char *extension;
    WriteFunc write;
  } formats[] = { { ".stl", write_stl }, { ".ply", write_ply }, { ".obj", write_obj } };
  const char *dot = strrchr (brg_message_base_name (path), '.');

  for (size_t f = 0; dot != NULL && f < sizeof formats / sizeof formats[0]; f++)
    if (strcasecmp (dot, formats[f].extension) == 0)
      return formats[f].write;
  return NULL;
}

static BrgStatus
check_indices (const BrgMesh *mesh, BrgError *error)
{
  for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
    if (mesh->triangles[h] >= mesh->n_vertices)
      return brg_error_set (error, BRG_INVALID, "triangle %zu names vertex %u of %zu", h / 3,
                            mesh->triangles[h], mesh->n_vertices);
  return BRG_OK;
}

BrgStatus
brg_mesh_write (const BrgMesh *mesh, const char *path, bool ras, BrgJob *job, BrgError *error)
{
  WriteFunc write = writer_for (path);
  Writer writer = { .mesh = mesh,
                    .words = ras ? "Bregma SPACE=RAS UNIT=mm" : "Bregma SPACE=LPS UNIT=mm",
                    .sign = ras ? -1.0f : 1.0f };
  BrgStatus status = check_indices (mesh, error);

  if (status == BRG_OK && !brg_job_tick (job, 0))
    status = brg_error_set (error, BRG_CANCELLED, "cancelled");
  if (write == NULL)
    status =
      brg_error_set (error, BRG_INVALID, "the name of a mesh must end in .stl, .ply or .obj");
  if (status != BRG_OK)
    {
      brg_message_name_file (error, path);
      return status;
    }
  writer.output = brg_output_open (path, error);
  if (writer.output == NULL)
    return BRG_IO;
  status = write (&writer, error);
  if (status == BRG_OK)
    return brg_output_commit (writer.output, error);
  brg_output_discard (writer.output);
  return status;
}
