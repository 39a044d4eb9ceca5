#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mesh.h"

/* What is wrong with a surface, and its size. An edge is a pair of vertex indices: vertices at
 * equal places count as different (see brg-mesh-weld.h). */
typedef struct
{
  bool closed;         /* every edge has two triangles or more */
  bool manifold;       /* no edge has more than two, and around each vertex there is one fan */
  bool oriented;       /* the two triangles of an edge run along it in opposite directions */
  size_t n_components; /* sets of triangles joined by vertices */
  size_t n_boundary_edges, n_nonmanifold_edges, n_misoriented_edges;
  size_t n_nonmanifold_vertices; /* two or more fans meet there */
  size_t n_degenerate;           /* triangles without area */
  size_t n_unused_vertices;
  long euler;        /* used vertices - edges + triangles */
  double volume_mm3; /* enclosed, by the divergence theorem; negative when inside out */
  double area_mm2;
  BrgVec3 lo, hi; /* box of the vertices */
} BrgMeshCheck;

/* Fills `check` for any mesh with valid indices; an empty mesh is closed, with an empty (inverted)
 * box. Needs about 15 bytes per triangle while it runs. BRG_INVALID for an index out of range or
 * more than 2^31 / 3 triangles. Numbers are the same for any number of threads. */
BrgStatus brg_mesh_check (const BrgMesh *mesh, BrgMeshCheck *check, BrgJob *job, BrgError *error);

/* Sets faults[v] (one byte per vertex, cleared first) for every vertex where the mesh is open, not
 * manifold or not oriented, and for those of triangles without area; *n_faults counts them. Other
 * terms as above. */
BrgStatus brg_mesh_find_faults (const BrgMesh *mesh,
                                uint8_t *faults,
                                size_t *n_faults,
                                BrgJob *job,
                                BrgError *error);
