#include <string.h>
#include <strings.h>

#include "io/brg-mesh-file.h"
#include "io/brg-mesh-formats.h"
#include "io/brg-message.h"

typedef BrgStatus (*WriteFunc) (BrgMeshWriter *writer, BrgJob *job, BrgError *error);

static WriteFunc
writer_for (const char *path)
{
  static const struct
  {
    const char *extension;
    WriteFunc write;
  } formats[] = { { ".stl", brg_stl_write }, { ".ply", brg_ply_write }, { ".obj", brg_obj_write } };
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

static BrgStatus
check (const BrgMesh *mesh, WriteFunc write, BrgJob *job, BrgError *error)
{
  if (write == NULL)
    return brg_error_set (error, BRG_INVALID, "the name of a mesh must end in .stl, .ply or .obj");
  if (!brg_job_tick (job, 0))
    return brg_error_set (error, BRG_CANCELLED, "cancelled");
  return check_indices (mesh, error);
}

BrgStatus
brg_mesh_write (const BrgMesh *mesh, const char *path, bool ras, BrgJob *job, BrgError *error)
{
  WriteFunc write = writer_for (path);
  BrgMeshWriter writer = { .mesh = mesh,
                           .words = ras ? "Bregma SPACE=RAS UNIT=mm" : "Bregma SPACE=LPS UNIT=mm",
                           .sign = ras ? -1.0f : 1.0f };
  BrgStatus status = check (mesh, write, job, error);

  if (status != BRG_OK)
    {
      brg_message_name_file (error, path);
      return status;
    }
  writer.output = brg_output_open (path, error);
  if (writer.output == NULL)
    return BRG_IO;
  return brg_output_end (writer.output, write (&writer, job, error), error);
}
