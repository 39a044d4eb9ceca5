#pragma once

#include "engine/brg-slice.h"

/* One coloured mask (or the threshold preview) while brg_slice_compose() runs; private to it.
 *
 * A voxel line is one row of the slice, one byte 0 or 1 per voxel column, with a zero byte before
 * and after. A pixel row is what of it the pixels -1 .. n_px show, one byte each. */

typedef struct
{
  int n_px;
  int n_vox;
  int *vox;        /* voxel column of pixels -1 .. n_px, at x + 1; -1 and n_vox are outside */
  int first, last; /* voxel columns anything visible can need */
} BrgSliceColumns;

typedef struct
{
  const BrgMask *mask; /* NULL: everywhere */
  int offset[3];       /* scan voxel = mask voxel + offset */
  bool is_preview;
  bool outline;
  uint8_t blue, green, red;
  uint16_t alpha;   /* of the fill, 0..256 */
  uint8_t *line;    /* voxel line */
  uint8_t *rows[3]; /* pixel rows y - 1, y, y + 1 */
} BrgSliceOverlay;

/* Fills all but the buffers. BRG_INVALID when the mask's voxels are not voxels of `grid` or the
 * opacity is not 0..1. */
BrgStatus brg_slice_overlay_init (BrgSliceOverlay *overlay,
                                  const BrgGrid *grid,
                                  const BrgSliceLayer *layer,
                                  BrgError *error);

/* Sets line[first..last] where the mask is set in row `row` of slice `index`; `line` is zero. */
void brg_slice_overlay_fetch (const BrgSliceOverlay *overlay,
                              const BrgPlaneAxes *axes,
                              const BrgSliceColumns *columns,
                              int index,
                              int row,
                              uint8_t *line);

/* Blends pixel row `rows[1]` over the three colour rows: the fill, then the contour, which is the
 * pixels inside with one of their four neighbours outside. */
void brg_slice_overlay_blend (const BrgSliceOverlay *overlay,
                              size_t n_px,
                              uint8_t *blue,
                              uint8_t *green,
                              uint8_t *red);
