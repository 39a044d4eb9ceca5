#pragma once

#include "engine/brg-frame.h"

/* The sheet of bone under a footprint: the height at which columns along the frame's normal enter
 * the outer and leave the inner table.
 *
 * Nodes are `step_mm` apart in u and v; node (p, q) is the column at u = (p - mid_u) * step_mm,
 * v = (q - mid_v) * step_mm. Starting from the origin, the sheet is followed from column to
 * column: in each the outermost bone within reach of the neighbour's sheet (slopes up to 76
 * degrees) is its outer table, and the bone below it belongs to the sheet until a gap of more than
 * BRG_SHEET_GAP_MM: diploe and sinuses are part of it, the opposite side of the head and a
 * zygomatic arch standing off are not. Columns without bone take over their neighbour's sheet for
 * at most BRG_SHEET_BRIDGE_MM: foramina and thin spots are bridged. Columns are sampled at half a
 * voxel or less. */

#define BRG_SHEET_GAP_MM    12.0
#define BRG_SHEET_BRIDGE_MM 15.0

typedef struct
{
  double step_mm;
  int n_u, n_v;     /* nodes */
  int mid_u, mid_v; /* the node of the origin */
  float
    *outer_mm; /* height of the outer table, [q * n_u + p]; NAN where the sheet does not reach */
  float *inner_mm; /* height of the inner table; NAN likewise */
  bool *bone;      /* false: bridged or not reached */
} BrgSheet;

/* Follows the sheet over |u| <= half_u_mm, |v| <= half_v_mm. BRG_EMPTY if there is no bone at the
 * origin (within 4 mm along the normal). Free with brg_sheet_clear(). */
BrgStatus brg_sheet_follow (const BrgMask *skull,
                            const BrgFrame *frame,
                            double half_u_mm,
                            double half_v_mm,
                            double step_mm,
                            BrgSheet *sheet,
                            BrgError *error);

/* Limits the thickness, measured along the local surface normal, to 2.5 times its median + 2 mm
 * (8 mm at least, 30 mm at most): where a column runs into the skull base or along a wall, the
 * sheet ends at the thickness its surroundings suggest. */
BrgStatus brg_sheet_limit (BrgSheet *sheet, BrgError *error);

/* Means of the outer table over a square of radius_mm, NAN where not reached. brg_free() it. */
float *brg_sheet_smooth_outer (const BrgSheet *sheet, double radius_mm, BrgError *error);

/* Slopes along u and v at a node of the (smoothed) outer table, from the neighbours there are. */
void brg_sheet_slope (const BrgSheet *sheet,
                      const float *outer,
                      int node,
                      double *along_u,
                      double *along_v);

void brg_sheet_clear (BrgSheet *sheet); /* zeroed allowed */
