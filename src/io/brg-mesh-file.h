#pragma once

#include <stdbool.h>
#include <stdint.h>

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

/* What of a file is not in its mesh. */
typedef struct
{
  size_t n_dropped;   /* triangles with two equal corners */
  uint64_t n_surplus; /* bytes behind the last triangle of a binary STL file */
} BrgMeshRest;

/* Reads a mesh file. A file that begins as PLY is PLY, one named .obj is OBJ, any other is STL:
 *
 *   STL  Binary or text, whatever its first word claims: it is binary when its size is that of a
 *        binary file of as many triangles as it states. Equal corners are welded into shared
 *        vertices.
 *   PLY  Text or binary of either byte order; x, y and z of the element vertex and the list
 *        vertex_indices of the element face in any numeric types, among other properties and
 *        elements, which are passed over.
 *   OBJ  v and f, the latter in all its forms; names, groups, materials, lines, points, normals and
 *        texture coordinates are passed over, anything else is refused.
 *
 * Polygons become fans around their first corner; triangles with two equal corners are dropped, all
 * but places and corners is ignored. SPACE=RAS in the header of STL or in a comment of PLY or OBJ
 * negates x and y. Bytes after the last triangle or element are ignored; a file without triangles
 * gives a mesh without.
 *
 * Any file is safe to open: memory stays within a small multiple of the file's size. NULL with
 * BRG_IO, or BRG_FORMAT for a truncated or malformed file, an index without a vertex, or a
 * coordinate that is not finite or beyond 10^6 mm. The same mesh on any number of threads. */
BrgMesh *brg_mesh_read (const char *path, BrgJob *job, BrgError *error);

/* The same; *rest tells what was left out. */
BrgMesh *brg_mesh_read_all (const char *path, BrgMeshRest *rest, BrgJob *job, BrgError *error);
