#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mesh.h"
#include "io/brg-mesh-file.h"
#include "io/brg-output.h"
#include "io/brg-stream.h"

/* Private to io/: the formats behind brg-mesh-file.h. */

/* Read what a stream that stands at the first byte of a file holds; messages do not name the file.
 * `path` is for reading it once more. *rest is all 0 before. */
BrgMesh *
brg_stl_read (BrgStream *stream, const char *path, BrgMeshRest *rest, BrgJob *job, BrgError *error);
BrgMesh *brg_ply_read (BrgStream *stream, BrgMeshRest *rest, BrgJob *job, BrgError *error);
BrgMesh *brg_obj_read (BrgStream *stream, BrgMeshRest *rest, BrgJob *job, BrgError *error);

/* A mesh on its way to a file. */
typedef struct
{
  const BrgMesh *mesh; /* whose indices are checked */
  const char *words;   /* what every file says about its coordinates */
  float sign;          /* of x and y */
  BrgOutput *output;
} BrgMeshWriter;

BrgStatus brg_stl_write (BrgMeshWriter *writer, BrgJob *job, BrgError *error);
BrgStatus brg_ply_write (BrgMeshWriter *writer, BrgJob *job, BrgError *error);
BrgStatus brg_obj_write (BrgMeshWriter *writer, BrgJob *job, BrgError *error);

/* A vertex in the coordinates of the file; -0 becomes 0. */
static inline void
brg_mesh_writer_vertex (const BrgMeshWriter *writer, size_t v, float out[3])
{
  const float *p = writer->mesh->xyz + 3 * v;

  out[0] = writer->sign * p[0] + 0.0f;
  out[1] = writer->sign * p[1] + 0.0f;
  out[2] = p[2] + 0.0f;
}
