#pragma once

#include "engine/brg-geometry.h"

/* The usual sides a head is looked at from: the one that faces the viewer. Superior is up, in the
 * views from above and below anterior is. Everything here is constant: any thread. */
typedef enum
{
  BRG_VIEW_ANTERIOR,
  BRG_VIEW_POSTERIOR,
  BRG_VIEW_LEFT,
  BRG_VIEW_RIGHT,
  BRG_VIEW_SUPERIOR,
  BRG_VIEW_INFERIOR,
  BRG_VIEW_THREE_QUARTER, /* from the front, the left and a little above */
} BrgViewDirection;

#define BRG_N_VIEW_SIDES 6 /* the first ones: the sides proper, a face of a cube each */
#define BRG_N_VIEWS      7

/* "anterior", "posterior", "left", "right", "superior", "inferior" or "three-quarter"; false, and
 * `out` untouched, for anything else. */
bool brg_view_from_name (const char *name, BrgViewDirection *out);

/* The name of a view; static. */
const char *brg_view_name (BrgViewDirection view);

/* The side that `towards` lies on as seen from `from`; three-quarter when they are equal. A picture
 * of a head shows its defect from the middle of the head and the middle of the defect. */
BrgViewDirection brg_view_facing (BrgVec3 from_mm, BrgVec3 towards_mm);

/* Axes of the picture in LPS, orthonormal and right-handed: `back` points to the viewer. */
void brg_view_axes (BrgViewDirection view, BrgVec3 *right, BrgVec3 *up, BrgVec3 *back);
