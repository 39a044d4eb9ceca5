#include <string.h>
#include <strings.h>

#include "io/brg-mesh-file.h"
#include "io/brg-mesh-formats.h"
#include "io/brg-message.h"

static bool
begins_as_ply (const BrgStream *stream)
{
  char bytes[4];

  return brg_stream_left (stream) >= sizeof bytes &&
         brg_stream_read_at (stream, 0, bytes, sizeof bytes, NULL) == BRG_OK &&
         memcmp (bytes, "ply", 3) == 0 && (bytes[3] == '\n' || bytes[3] == '\r');
}

static bool
is_named (const char *path, const char *extension)
{
  const char *dot = strrchr (brg_message_base_name (path), '.');

  return dot != NULL && strcasecmp (dot, extension) == 0;
}

static BrgMesh *
read_stream (BrgStream *stream, const char *path, BrgMeshRest *rest, BrgJob *job, BrgError *error)
{
  if (!brg_job_tick (job, 0))
    {
      brg_error_set (error, BRG_CANCELLED, "cancelled");
      return NULL;
    }
  if (brg_stream_left (stream) == 0)
    {
      brg_error_set (error, BRG_FORMAT, "is empty");
      return NULL;
    }
  if (begins_as_ply (stream))
    return brg_ply_read (stream, rest, job, error);
  if (is_named (path, ".ply"))
    {
      brg_error_set (error, BRG_FORMAT, "is not a PLY file");
      return NULL;
    }
  if (is_named (path, ".obj"))
    return brg_obj_read (stream, rest, job, error);
  return brg_stl_read (stream, path, rest, job, error);
}

BrgMesh *
brg_mesh_read_all (const char *path, BrgMeshRest *rest, BrgJob *job, BrgError *error)
{
  BrgStream *stream = brg_stream_open (path, error);

  *rest = (BrgMeshRest){ 0 };
  BrgMesh *mesh = stream != NULL ? read_stream (stream, path, rest, job, error) : NULL;
  if (mesh == NULL)
    brg_message_name_file (error, path);
  brg_stream_close (stream);
  return mesh;
}

BrgMesh *
brg_mesh_read (const char *path, BrgJob *job, BrgError *error)
{
  BrgMeshRest rest;

  return brg_mesh_read_all (path, &rest, job, error);
}
