#pragma once

#include <stdbool.h>

#include "engine/brg-job.h"
#include "engine/brg-mesh.h"

/* Meshes in files. Coordinates are mm; a mesh in memory is always LPS. */

/* Writes `mesh` in the format the extension of `path` names, any case:
 *   .stl  binary, header "Bregma SPACE=LPS UNIT=mm", unit normals
 *   .ply  binary little endian, float vertices, the same words in a comment
 *   .obj  text, the same words in a comment, indices from 1
 * With `ras` x and y are negated and the words say SPACE=RAS. Equal meshes give equal bytes on any
 * machine, in any locale and on any number of threads. The file is complete or absent
 * (brg-output.h). BRG_INVALID for another extension. */
BrgStatus
brg_mesh_write (const BrgMesh *mesh, const char *path, bool ras, BrgJob *job, BrgError *error);

/* Reads a mesh file.
 *
 * STL, binary or text, whatever its first word claims: it is binary when its size is
 * that of a binary file of as many triangles as it states. Equal corners are welded into shared
 * vertices, triangles with two equal corners are dropped, normals and attributes ignored. A header
 * with SPACE=RAS negates x and y. Bytes after the last triangle are ignored; a file without
 * triangles gives an empty mesh.
 *
 * Any file is safe to open: memory stays within a small multiple of the file's size. NULL with
 * BRG_IO, or BRG_FORMAT for a truncated or malformed file or a coordinate that is not finite or
 * beyond 10^6 mm. */
BrgMesh *brg_mesh_read (const char *path, BrgJob *job, BrgError *error);
