#pragma once

#include "engine/brg-mesh.h"
#include "render/brg-camera.h"

/* Distance in mm from the origin of `ray` to the first triangle it meets, from either side, among
 * those in front of the origin; INFINITY if there is none. Tries every triangle
 * (Moeller-Trumbore, in double): about 10 ms for a million, meant for a click. */
double brg_mesh_pick_mm (const BrgMesh *mesh, const BrgRay *ray);
