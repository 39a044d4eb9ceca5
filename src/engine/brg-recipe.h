#pragma once

#include <limits.h>
#include <stdbool.h>

#include "engine/brg-geometry.h"

/* Every number that makes a triple, in one plain value. The meaning of each stage is in the header
 * of its operation; titles, units, ranges and defaults are in brg-param.h. Choice fields are `int`
 * so that the table can address them; their values are the enums below. */

typedef enum
{
  BRG_KEEP_LARGEST,
  BRG_KEEP_ALL,
} BrgKeep;

typedef enum
{
  BRG_CONNECTIVITY_6,
  BRG_CONNECTIVITY_18,
  BRG_CONNECTIVITY_26,
} BrgConnectivity;

typedef enum
{
  BRG_KERNEL_BOX,  /* 3D Slicer's binary median */
  BRG_KERNEL_BALL, /* voxels whose centre lies within the radius */
} BrgKernel;

typedef enum
{
  BRG_SHAPE_BOX,
  BRG_SHAPE_SPHERE,   /* an ellipsoid when the three sizes differ */
  BRG_SHAPE_CYLINDER, /* elliptic when width and height differ */
  BRG_SHAPE_TRIANGLE,
  BRG_SHAPE_POLYGON,    /* rounded, `corners` corners inscribed in the size ellipse */
  BRG_SHAPE_CRANIOTOMY, /* the polygon with burr holes on its corners */
} BrgShape;

typedef enum
{
  BRG_CLEARANCE_FROM_IMPLANT,
  BRG_CLEARANCE_FROM_SKULL,
} BrgClearanceFrom;

typedef enum
{
  BRG_DRILLS_IN_IMPLANT, /* the paper: drill holes are part of the implant */
  BRG_DRILLS_IN_DEFECT,  /* drill holes and saw cuts are lost */
} BrgDrills;

/* A mask of the published toolbox (brg-scidata.h). */
typedef enum
{
  BRG_SCIDATA_NONE,
  BRG_SCIDATA_CUBE,
  BRG_SCIDATA_SPHERE,
  BRG_SCIDATA_DRILLED,
} BrgScidataKind;

typedef struct
{
  int kind;      /* BrgScidataKind */
  int centre[2]; /* cube, sphere: source x, y */
  int size;      /* cube: edge, even; sphere: extra radius */
  int loc, loc1; /* drilled: 1 or 2 */
  int idx;       /* drilled: 1 to 9 */
  int radius;    /* drilled: voxels; published range 6 to 13 */
} BrgScidata;

/* Upper threshold that means "none". */
#define BRG_THRESHOLD_NONE_HU 32767

typedef struct
{
  bool placed;     /* false: no defect, the triple is the skull alone */
  int shape;       /* BrgShape */
  BrgVec3 at_mm;   /* LPS point the footprint is centred on; snapped to the outer table */
  double width_mm; /* along the frame's u (towards Left before rotation, or Anterior on the side) */
  double height_mm;        /* along v */
  double depth_mm;         /* along the inward normal; 0: through the bone under the footprint */
  double rotate_deg;       /* of u and v about the normal, counter-clockwise seen from outside */
  int corners;             /* of polygon and craniotomy, 3 to 8 */
  double corner_radius_mm; /* rounding of polygon corners */
  double burr_radius_mm;   /* drill holes of the craniotomy */
  double kerf_mm;          /* width of its saw cuts */
  double bevel_deg;        /* wall tilt: the opening widens outwards */
  BrgScidata scidata;      /* unless of kind NONE, it takes the place of point, shape and sizes */
} BrgDefect;

/* How far from its point the island to keep may lie. */
#define BRG_KEEP_AT_WITHIN_MM 5.0

typedef struct
{
  bool placed;   /* keep the island at the point, whatever `keep` says */
  BrgVec3 at_mm; /* LPS; the nearest bone within BRG_KEEP_AT_WITHIN_MM decides */
} BrgKeepAt;

typedef struct
{
  BrgBox crop_vox; /* of the scan; empty: the whole scan */
  int threshold_lo_hu;
  int threshold_hi_hu; /* BRG_THRESHOLD_NONE_HU: none */
  int keep;            /* BrgKeep */
  int connectivity;    /* BrgConnectivity */
  double min_island_mm3;
  double max_island_mm3; /* 0: off */
  BrgKeepAt keep_at;
  double median_mm;       /* kernel diameter; 0: off */
  int median_kernel;      /* BrgKernel */
  double fill_area_mm2;   /* per axial slice; 0: off */
  double fill_volume_mm3; /* 0: off */
  double close_mm;        /* ball radius; 0: off */
  double open_mm;         /* ball radius; 0: off */
  double margin_mm;       /* grown by it, or shrunk where it is negative; 0: off */
  bool keep_again;        /* largest island once more, after the edits */
  BrgDefect defect;
  double clearance_mm;
  int clearance_from; /* BrgClearanceFrom */
  int drills;         /* BrgDrills */
  double smooth;      /* of exported and shown surfaces, 0..1 */
} BrgRecipe;

/* The defaults of brg-param.h, no crop, no defect placed. */
BrgRecipe brg_recipe_default (void);

/* BRG_OK when every field lies in its hard range, else BRG_INVALID naming the field, its value and
 * its range. NaN is out of every range. Also checks lo <= hi of the threshold and of the islands,
 * and that the point of the island to keep is one. */
BrgStatus brg_recipe_check (const BrgRecipe *recipe, BrgError *error);

bool brg_scidata_equal (const BrgScidata *a, const BrgScidata *b);

/* Same value in every field. */
bool brg_recipe_equal (const BrgRecipe *a, const BrgRecipe *b);

/* Same crop, island to keep and parameters but those of the defect (brg_param_is_of_defect()). */
bool brg_recipe_equal_common (const BrgRecipe *a, const BrgRecipe *b);

/* 6, 18 or 26 of a BrgConnectivity. */
int brg_connectivity_neighbours (int connectivity);
