#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mesh.h"

/* Pictures of meshes without a graphics device. */

typedef struct
{
  const BrgMesh *mesh; /* its backs are left out where it is closed and turned outwards */
  uint32_t rgb;        /* 0xRRGGBB, sRGB */
  double opacity;      /* above 0 to 1; below 1 backs are left out */
} BrgPreviewItem;

/* The side of the head that faces the viewer. Superior is up, in the last two anterior is up. */
typedef enum
{
  BRG_VIEW_ANTERIOR,
  BRG_VIEW_POSTERIOR,
  BRG_VIEW_LEFT,
  BRG_VIEW_RIGHT,
  BRG_VIEW_THREE_QUARTER, /* from the front, the left and a little above */
  BRG_VIEW_SUPERIOR,
  BRG_VIEW_INFERIOR,
} BrgViewDirection;

#define BRG_PREVIEW_MAX_SIZE_PX 8192

/* Draws the items, fitted into width x height, over a dark grey ground into `rgba` (4 bytes per
 * pixel, rows from the top, opaque). Perspective, 2 x 2 samples per pixel, soft key, fill and rim
 * light fixed to the viewer, crevices darkened by screen-space ambient occlusion, nearest layers
 * of translucent items composited in order of depth. Only +, -, *, / and sqrt are used, so that
 * the bytes are the same everywhere and on any number of threads.
 *
 * BRG_INVALID for a size out of 1..BRG_PREVIEW_MAX_SIZE_PX, an opacity out of range or a vertex
 * index out of range; BRG_EMPTY when no item has a triangle. */
BrgStatus brg_preview (const BrgPreviewItem *items,
                       size_t n_items,
                       BrgViewDirection view,
                       int width,
                       int height,
                       uint8_t *rgba,
                       BrgJob *job,
                       BrgError *error);

/* "anterior", "posterior", "left", "right", "three-quarter", "superior" or "inferior". */
bool brg_view_from_name (const char *name, BrgViewDirection *out);

/* The name of a view; static. */
const char *brg_view_name (BrgViewDirection view);
