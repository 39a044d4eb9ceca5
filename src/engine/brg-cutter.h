#pragma once

#include "engine/brg-frame.h"
#include "engine/brg-mesh.h"
#include "engine/brg-recipe.h"

/* The solid that removes bone, in a frame with coordinates (u, v, h), h along the outward normal,
 * all mm. A voxel belongs to it when its centre does; a centre within 1e-6 mm of the surface
 * counts as inside.
 *
 * Footprint in (u, v), w = width, t = height:
 *   box         |u| <= w/2 and |v| <= t/2
 *   cylinder    (u/(w/2))^2 + (v/(t/2))^2 <= 1
 *   triangle    corners at 90, 210, 330 degrees of the ellipse with axes w and t
 *   polygon     `corners` corners evenly spaced in the parameter of that ellipse, one on +v if odd,
 *               an edge facing +v if even; rounded by corner_radius (opening by a disc; limited to
 *               the distance from the centre to the nearest edge)
 *   craniotomy  the polygon with sharp corners, widened by kerf/2, and a disc of burr_radius on
 *               each corner. Drills: the discs, and the saw cuts |distance to the edge| <= kerf/2
 *
 * Depth > 0: the solid spans -depth <= h <= BRG_CUTTER_RISE_MM, and reaches no further. Depth 0:
 * through the bone under the footprint: from just above the outer table to just below the inner
 * table of the sheet of bone that the origin lies on (brg-sheet.h), so that skull base and opposite
 * side stay. Bevel moves the walls outwards by tan(bevel) per mm of height above the origin's
 * tangent plane (depth > 0) or above the outer table (depth 0); burr holes stay straight.
 *
 * Sphere: (u/(w/2))^2 + (v/(t/2))^2 + (h/(d/2))^2 <= 1 about the origin, d = depth, or the mean of
 * width and height for depth 0; no bevel. */

#define BRG_CUTTER_RISE_MM 15.0

/* Rasterises the solid, and its drill holes and saw cuts (a subset; empty but for craniotomies),
 * on the skull's grid. The masks are new references of the caller; `drills` may be NULL. BRG_EMPTY
 * when the solid holds no voxel or depth 0 finds no bone at the origin, BRG_INVALID when a size is
 * not in its range. Same voxels on any number of threads. */
BrgStatus brg_cutter (const BrgMask *skull,
                      const BrgDefect *defect,
                      const BrgFrame *frame,
                      BrgMask **cutter,
                      BrgMask **drills,
                      BrgJob *job,
                      BrgError *error);

/* A light closed mesh of the solid for a handle on the screen, a few hundred triangles in LPS mm.
 * It knows no bone: at depth 0 it spans 15 mm below to 5 mm above the origin. BRG_UNSUPPORTED for a
 * published mask. */
BrgMesh *brg_cutter_outline (const BrgDefect *defect, const BrgFrame *frame, BrgError *error);
