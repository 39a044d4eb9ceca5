#pragma once

#include <stdint.h>

/* Triangles of one cell for each of the 256 patterns of set corners.
 *
 * Corner c of a cell is voxel (c & 1, c >> 1 & 1, c >> 2 & 1) of it. Edges 0..3 run along i, 4..7
 * along j, 8..11 along k; within each four, bit 0 and bit 1 are the edge's place on the two other
 * axes, lower axis first. An entry holds the number of triangles and then three edges for each,
 * counter-clockwise seen from the unset side.
 *
 * Two rules make every surface closed and 2-manifold, at edges and at vertices. First, a face
 * whose diagonal corners are set always separates them, so both cells of a face cut it alike (set
 * voxels connect by faces, unset ones by faces and edges). Second, polygons are split by diagonals
 * that cross the inside of the cell only, never along a face, so no edge is used by two cells
 * unless it is a cut of the face between them. Among such splits the one with the largest least
 * angle is stored. */

#define BRG_ISOSURFACE_MAX_TRIANGLES 5

extern const uint8_t brg_isosurface_table[256][1 + 3 * BRG_ISOSURFACE_MAX_TRIANGLES];
