#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-isa.h"

/* Private to surfaces of masks and scans: their inner loops.
 *
 * A padded row is a zero word, the words of a mask row and another zero word. Cell i of a row lies
 * between voxels i - 1 and i, so that there is one more cell than voxels. */

#define BRG_ISOSURFACE_RANKS 8

/* What cell of one pattern does. Bits 0..3 of a pattern are voxels i - 1 of rows (j, k),
 * (j + 1, k), (j, k + 1) and (j + 1, k + 1); bits 4..7 are voxels i of the same. Ranks are the
 * next vertices of the eight edge rows that a row of cells touches: 0..3 run along i in the order
 * above, 4 and 5 along j from rows (j, k) and (j, k + 1), 6 and 7 along k from (j, k) and
 * (j + 1, k). */
typedef struct
{
  uint8_t corner[16]; /* of its triangles: a rank, plus 8 for the vertex after it */
  uint8_t advance[BRG_ISOSURFACE_RANKS];
  uint8_t n_corners;
  uint8_t unused[7];
} BrgIsosurfaceCell;

/* The cells of all patterns from brg-isosurface-table.h; `mirrored` on a left-handed grid. */
void _brg_isosurface_cells (BrgIsosurfaceCell cells[256], bool mirrored);

/* Lists the patterns of the cells whose corners are not all alike, in order, and returns their
 * number. Rows are padded and in the order above; `n_words` holds all cells; `active` is scratch
 * of so many words; `patterns` has room for every cell. */
typedef size_t BrgIsosurfaceList (const uint64_t *const row[4],
                                  size_t n_words,
                                  uint64_t *active,
                                  uint8_t *patterns);
BRG_ISA_DECLARE (BrgIsosurfaceList, _brg_isosurface_list);

/* Puts the triangles of such a list from `out` on and moves the ranks on. Nothing at or after `end`
 * is written; what lies between the last triangle and `end` may be. Returns where the next triangle
 * goes. */
typedef uint32_t *BrgIsosurfaceTriangles (const BrgIsosurfaceCell cells[256],
                                          const uint8_t *patterns,
                                          size_t n_patterns,
                                          uint32_t ranks[BRG_ISOSURFACE_RANKS],
                                          uint32_t *out,
                                          const uint32_t *end);
BRG_ISA_DECLARE (BrgIsosurfaceTriangles, _brg_isosurface_triangles);

/* A row of edges; edge i starts at `from_mm` + i `step_mm` and spans `along_mm`. */
typedef struct
{
  double from_mm[3], step_mm[3], along_mm[3];
  /* for the second function only */
  const int16_t *from_hu, *to_hu; /* rows of voxels */
  int n_voxels;                   /* in each */
  int lag;                        /* edge i starts at voxel i - lag of one and ends at i of other */
  double level_hu;
} BrgIsosurfaceEdges;

/* Put a vertex (three floats at `xyz` and on) on every edge whose bit is set. */
typedef void BrgIsosurfacePlace (const BrgIsosurfaceEdges *edges,
                                 const uint64_t *cut,
                                 size_t n_words,
                                 float *xyz);

/* In the middle. */
BRG_ISA_DECLARE (BrgIsosurfacePlace, _brg_isosurface_place_middle);

/* Where HU, linear along the edge, are at the level, but BRG_ISOSURFACE_INSET of the edge away from
 * its ends; in the middle of an edge that leaves the row. */
#define BRG_ISOSURFACE_INSET 0x1p-8
BRG_ISA_DECLARE (BrgIsosurfacePlace, _brg_isosurface_place_level);
