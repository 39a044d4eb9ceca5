#pragma once

#include "engine/brg-mesh.h"

/* Closed meshes with outward winding for tests. */

/* A sphere of 2 * `rings` * 2 * `rings` - 2 * `rings` * 2 triangles. */
BrgMesh *test_mesh_sphere (BrgVec3 centre, double radius_mm, int rings);

/* A box of 12 triangles. */
BrgMesh *test_mesh_box (BrgVec3 lo, BrgVec3 hi);
