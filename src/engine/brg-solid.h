#pragma once

#include "engine/brg-outline.h"
#include "engine/brg-sheet.h"

/* A cutter as a solid that can be asked about points; private to engine/. Lengths are mm in the
 * frame's coordinates (u, v, h). */

/* What is known about all points over one square of the footprint. */
typedef struct
{
  float lo_min, lo_max; /* where the solid begins, at lowest and at highest */
  float hi_min, hi_max; /* and ends; all with a margin for rounding */
  bool outside;         /* no point belongs to it */
  bool inside;          /* every point between lo_max and hi_min does, and is no drill */
} BrgSolidCell;

typedef struct
{
  BrgFrame frame;
  BrgOutline outline;
  bool sphere;
  double half_h; /* of the sphere */
  double tan_bevel;
  double rise_mm;      /* bevel goes on no higher than this */
  double h_lo, h_hi;   /* of the whole solid */
  BrgPoint2 reach;     /* and its half sizes */
  double step_mm;      /* of nodes and cells */
  int n_u, n_v;        /* nodes */
  int mid_u, mid_v;    /* node of the origin */
  float *bottom, *top; /* per node, NAN where there is nothing; NULL: h_lo and h_hi everywhere */
  float *outer;        /* per node, the surface bevel is counted from; NULL: the origin's plane */
  BrgSolidCell *cells; /* (n_u - 1) x (n_v - 1); NULL for a sphere */
} BrgSolid;

/* Builds the solid; depth 0 follows the sheet of bone under the footprint. The defect has been
 * checked. BRG_EMPTY if there is no bone at the origin. Free with brg_solid_clear(). */
BrgStatus brg_solid_make (const BrgMask *skull,
                          const BrgDefect *defect,
                          const BrgFrame *frame,
                          BrgSolid *solid,
                          BrgError *error);

/* Bits of brg-outline.h for one point. */
unsigned brg_solid_test (const BrgSolid *solid, double u, double v, double h);

/* Same frame and same shape to the last bit, hence the same voxels; both of one defect. */
bool brg_solid_equal (const BrgSolid *a, const BrgSolid *b);

/* The voxels of the solid, and its drill holes and saw cuts, as brg_cutter() says; *box is the
 * tight box of the first. */
BrgStatus brg_solid_raster (const BrgSolid *solid,
                            const BrgGrid *grid,
                            BrgMask **cutter,
                            BrgMask **drills,
                            BrgBox *box,
                            BrgJob *job,
                            BrgError *error);

/* The same into masks without voxels. After BRG_CANCELLED or BRG_NO_MEMORY *box holds what may have
 * been written. */
BrgStatus brg_solid_raster_into (const BrgSolid *solid,
                                 BrgMask *cutter,
                                 BrgMask *drills,
                                 BrgBox *box,
                                 BrgJob *job,
                                 BrgError *error);

void brg_solid_clear (BrgSolid *solid); /* zeroed allowed */
