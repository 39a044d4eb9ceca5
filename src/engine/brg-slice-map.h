#pragma once

#include "engine/brg-grid.h"

/* Where a slice of a grid lies on a rectangle of pixels: the only place that converts between
 * pixels, voxels and millimetres on screen.
 *
 * Radiological convention, on a grid in canonical order (+i Left, +j Posterior, +k Superior):
 *   axial     patient right on the left of the screen, anterior up    (as seen from the feet)
 *   coronal   patient right on the left of the screen, superior up    (as seen from the front)
 *   sagittal  anterior on the left of the screen, superior up         (as seen from the left)
 *
 * Pixel (x, y) covers x..x+1, y..y+1, y down; its centre is at x + 0.5, y + 0.5. The two axes of
 * the slice are drawn at right angles, each with its own spacing, also where the grid is sheared.
 * Everything here is a pure function of its arguments: any thread. */

typedef enum
{
  BRG_AXIAL,
  BRG_CORONAL,
  BRG_SAGITTAL,
} BrgPlane;

#define BRG_N_PLANES 3

/* Voxel axes of a plane as they run on screen. */
typedef struct
{
  int across;    /* voxel axis from left to right, always in its positive direction */
  int down;      /* voxel axis from top to bottom */
  int down_sign; /* +1 or -1: direction of `down` */
  int normal;    /* voxel axis the slices are stacked along */
} BrgPlaneAxes;

typedef struct
{
  BrgPlane plane;
  int index; /* slice, 0 .. dim[normal] - 1 */
  int width_px, height_px;
  double mm_per_px;     /* the same in both directions */
  double centre_vox[3]; /* shown in the middle of the rectangle; its normal part is ignored */
} BrgSliceMap;

BrgPlaneAxes brg_plane_axes (BrgPlane plane);

/* Number of slices of `grid` in `plane`. */
int brg_plane_n_slices (const BrgGrid *grid, BrgPlane plane);

/* The voxel whose cube holds a continuous coordinate; not clipped to any grid, but to +-1e9
 * (NaN gives -1e9). */
int brg_vox_round (double vox);

/* A map that shows the whole slice, centred, as large as it fits into width x height pixels less
 * `margin_px` on each side (the margin shrinks where it would leave nothing). */
BrgSliceMap brg_slice_fit (const BrgGrid *grid,
                           BrgPlane plane,
                           int index,
                           int width_px,
                           int height_px,
                           double margin_px);

/* Continuous voxel coordinates of a point of the rectangle; the normal part is map->index. */
void brg_slice_vox_from_px (const BrgGrid *grid,
                            const BrgSliceMap *map,
                            const double px[2],
                            double vox[3]);

/* Its inverse; the normal part of `vox` is ignored. */
void brg_slice_px_from_vox (const BrgGrid *grid,
                            const BrgSliceMap *map,
                            const double vox[3],
                            double px[2]);

/* The same between pixels and LPS mm. */
BrgVec3 brg_slice_lps_from_px (const BrgGrid *grid, const BrgSliceMap *map, const double px[2]);
void
brg_slice_px_from_lps (const BrgGrid *grid, const BrgSliceMap *map, BrgVec3 lps_mm, double px[2]);

/* Magnifies `factor` times around the point `px`, which keeps its voxel. mm_per_px stays between
 * 1/64 of the finest voxel spacing and 20 mm. */
void brg_slice_zoom (const BrgGrid *grid, BrgSliceMap *map, const double px[2], double factor);

/* Moves what is shown by dx, dy pixels (right and down); the middle of the rectangle stays on the
 * grid. */
void brg_slice_pan (const BrgGrid *grid, BrgSliceMap *map, double dx_px, double dy_px);

/* Anatomical letters of the four sides of the screen, from the matrix: the side's strongest
 * direction, and a second letter when the axis is more than 20 degrees oblique to it ("R", "AR").
 * Order: left, right, top, bottom; each terminated. */
void brg_slice_letters (const BrgGrid *grid, BrgPlane plane, char letters[4][3]);
