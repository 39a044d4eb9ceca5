#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mesh.h"
#include "engine/brg-view.h"

/* Pictures of meshes without a graphics device. */

typedef struct
{
  const BrgMesh *mesh; /* its backs are left out where it is closed and turned outwards */
  uint32_t rgb;        /* 0xRRGGBB, sRGB */
  double opacity;      /* above 0 to 1; below 1 backs are left out */
} BrgPreviewItem;

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
