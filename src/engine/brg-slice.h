#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-mask.h"
#include "engine/brg-slice-map.h"
#include "engine/brg-volume.h"

/* One slice of a scan, with its overlays, as the pixels of a view.
 *
 * Grey is the linear window of DICOM PS3.3 C.11.2.1.3.2 (LINEAR_EXACT): black at level - window/2,
 * white at level + window/2, rounded to 8 bits. Over it lie the threshold preview, then the layers
 * in their order. Outside the volume is black. */

typedef struct
{
  const BrgMask *mask; /* borrowed; on the scan's grid or on a crop of it */
  uint32_t rgb;        /* 0xRRGGBB */
  double opacity;      /* of the fill, 0..1 */
  bool outline;        /* and an opaque contour of one pixel, inside the mask's edge */
} BrgSliceLayer;

/* Colours the voxels a threshold would keep, without making a mask. */
typedef struct
{
  bool on;
  int lo_hu, hi_hu; /* lo_hu <= HU <= hi_hu */
  uint32_t rgb;
  double opacity;
  const BrgMask *restrict_to; /* only inside this mask; NULL: everywhere */
} BrgSlicePreview;

typedef struct
{
  BrgSliceMap map;
  bool linear;                /* interpolate the grey values; masks and the preview are always
                                 shown as the voxels they are */
  double level_hu, window_hu; /* window_hu > 0 */
  BrgSlicePreview preview;
  const BrgSliceLayer *layers;
  size_t n_layers;
} BrgSliceRequest;

#define BRG_SLICE_MAX_PX     16384
#define BRG_SLICE_MAX_LAYERS 16

/* Writes map.height_px rows of map.width_px pixels, `stride` bytes apart, 4 bytes each: blue,
 * green, red, 255 (which is premultiplied). A pixel shows the voxel whose cube holds its centre.
 * BRG_INVALID when a number of the request is out of its range, the slice does not exist, or a
 * mask does not lie on the voxels of the scan; nothing is written then. Serial; any thread. */
BrgStatus brg_slice_compose (const BrgVolume *volume,
                             const BrgSliceRequest *request,
                             uint8_t *bgra,
                             size_t stride,
                             BrgError *error);
