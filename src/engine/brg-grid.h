#pragma once

#include <stddef.h>

#include "engine/brg-geometry.h"

/* The lattice voxels lie on, always in canonical order: +i points Left, +j Posterior, +k Superior
 * as nearly as the source allows (never resampled). Voxel (i, j, k) has its centre at
 * lps_from_vox * (i, j, k, 1). The order of the axes in the source file is remembered so that an
 * export can restore it. Plain value: copy freely. */

#define BRG_GRID_MAX_DIM        65535
#define BRG_GRID_MIN_SPACING_MM 0.01
#define BRG_GRID_MAX_SPACING_MM 50.0

typedef struct
{
  int dim[3];
  BrgAffine lps_from_vox;
  int source_axis[3];     /* file axis a (0 = fastest) runs along canonical axis source_axis[a] */
  bool source_flipped[3]; /* and backwards along it when source_flipped[a] */
} BrgGrid;

/* Makes a grid from file axes: `source_dim` and `lps_from_source` (columns = mm per step of each
 * file axis, last column = centre of the first sample) as they stand in the file. Checks every
 * size (1..65535, voxel count below 2^40), spacing (0.01..50 mm), finiteness and that the axes are
 * not degenerate (|det| of the normalised axes > 0.5), and permutes/flips to canonical order: the
 * signed permutation that maximises the sum of direction cosines with L, P and S. The resulting
 * matrix is right-handed. */
BrgStatus brg_grid_from_source (const int source_dim[3],
                                const BrgAffine *lps_from_source,
                                BrgGrid *grid,
                                BrgError *error);

/* An axis-aligned canonical grid: spacing in mm, centre of voxel (0,0,0) at `origin`. */
BrgGrid brg_grid_simple (int ni, int nj, int nk, const double spacing_mm[3], BrgVec3 origin);

/* The axes as they were in the source: the inverse of brg_grid_from_source(). */
void brg_grid_to_source (const BrgGrid *grid, int source_dim[3], BrgAffine *lps_from_source);

/* Canonical voxel that file sample `source_vox` is, and back. */
void brg_grid_vox_from_source (const BrgGrid *grid, const int source_vox[3], int vox[3]);

/* The grid of the voxels inside `box` (which must lie inside): the origin moves, nothing else. */
BrgGrid brg_grid_crop (const BrgGrid *grid, const BrgBox *box);

/* Same dimensions and the same matrix to 1e-4 mm at every corner. */
bool brg_grid_equal (const BrgGrid *a, const BrgGrid *b);

/* BRG_OK when equal, else BRG_INVALID with both sizes, or how far in mm corners are apart. */
BrgStatus brg_grid_check_equal (const BrgGrid *a, const BrgGrid *b, BrgError *error);

/* Distance in mm between neighbouring voxel centres along axis 0, 1 or 2. */
double brg_grid_spacing_mm (const BrgGrid *grid, int axis);

/* Volume of one voxel in mm3. */
double brg_grid_voxel_mm3 (const BrgGrid *grid);

/* Number of voxels; fits size_t by construction. */
size_t brg_grid_n_voxels (const BrgGrid *grid);

/* The whole grid as a box. */
BrgBox brg_grid_box (const BrgGrid *grid);

/* Largest deviation from orthogonality of any two axes, in degrees. */
double brg_grid_shear_deg (const BrgGrid *grid);

/* Continuous voxel coordinates of an LPS point and back; voxel centres are at integers. */
BrgVec3 brg_grid_vox_from_lps (const BrgGrid *grid, BrgVec3 lps_mm);
BrgVec3 brg_grid_lps_from_vox (const BrgGrid *grid, BrgVec3 vox);
