#pragma once

#include "engine/brg-recipe.h"

/* The footprint of a defect in the (u, v) plane of its frame, mm; shapes as brg-cutter.h says. */

#define BRG_OUTLINE_MAX_CORNERS 8
#define BRG_OUTLINE_CLOSE_MM    1e-6 /* this near to the outline counts as inside */

/* What a point belongs to: bits of brg_outline_test(). */
#define BRG_OUTLINE_CUTTER 1u
#define BRG_OUTLINE_DRILL  2u

typedef struct
{
  double u, v;
} BrgPoint2;

/* One side of a polygon, which runs counter-clockwise. */
typedef struct
{
  BrgPoint2 from, along;  /* along is to - from */
  double out_u, out_v;    /* unit normal outwards */
  double offset_mm;       /* out . p - offset is the distance beyond the side */
  double inverse_squared; /* 1 / |along|^2 */
} BrgOutlineSide;

typedef struct
{
  int shape;             /* BrgShape; not the sphere */
  double half_u, half_v; /* half sizes */
  int n_corners;         /* 0: box or ellipse */
  BrgPoint2 corner[BRG_OUTLINE_MAX_CORNERS];
  int n_sides; /* of the polygon that a disc is swept around to give rounded corners */
  BrgOutlineSide side[2 * BRG_OUTLINE_MAX_CORNERS];
  double radius_mm; /* of that disc */
  double burr_mm;   /* radius; 0: no burr holes */
  double half_kerf_mm;
} BrgOutline;

/* The defect's sizes have been checked. */
BrgOutline brg_outline_make (const BrgDefect *defect);

/* Signed distance to the outline, negative inside; it never changes by more than the way walked.
 * Exact for polygons; box and ellipse give the offset that would make the wall pass here, or less.
 * Burr holes and kerf are not part of it. */
double brg_outline_distance (const BrgOutline *outline, BrgPoint2 at);

/* Distance to the edge of the nearest burr hole, negative inside; INFINITY without burr holes. */
double brg_outline_burr_distance (const BrgOutline *outline, BrgPoint2 at);

/* Membership where bevel has moved the walls outwards by `offset_mm` (may be negative). */
unsigned brg_outline_test (const BrgOutline *outline, BrgPoint2 at, double offset_mm);

/* Half sizes of a box around all members at this offset. */
BrgPoint2 brg_outline_reach (const BrgOutline *outline, double offset_mm);
