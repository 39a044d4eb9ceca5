#pragma once

#include "engine/brg-mesh.h"

/* An indexed mesh of loose triangles, 9 floats each (three corners), such as STL holds. Corners
 * with equal coordinates (0 and -0 are equal) become one vertex, numbered in the order of first
 * use. Triangles with two equal corners have no area and are dropped; `n_dropped` (nullable)
 * counts them. Coordinates must not be NaN. Returns a new mesh, NULL on shortage or above
 * 2^32 / 3 triangles. */
BrgMesh *
brg_mesh_weld (const float *corners, size_t n_triangles, size_t *n_dropped, BrgError *error);
