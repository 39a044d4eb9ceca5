#pragma once

#include "engine/brg-grid.h"

/* Walking a canonical grid in the axis order of the file it came from: sample (x, y, z) of the file
 * is voxel `first` + x * step[0] + y * step[1] + z * step[2], each step along one canonical axis.
 */
typedef struct
{
  int dim[3];   /* of the file's axes */
  int axis[3];  /* canonical axis each file axis runs along */
  int sign[3];  /* 1, or -1 when backwards */
  int first[3]; /* canonical voxel of sample (0, 0, 0) */
} BrgLattice;

static inline BrgLattice
brg_lattice_of (const BrgGrid *grid)
{
  BrgLattice lattice;
  const int corner[3] = { 0, 0, 0 };

  brg_grid_vox_from_source (grid, corner, lattice.first);
  for (int a = 0; a < 3; a++)
    {
      lattice.axis[a] = grid->source_axis[a];
      lattice.dim[a] = grid->dim[lattice.axis[a]];
      lattice.sign[a] = grid->source_flipped[a] ? -1 : 1;
    }
  return lattice;
}

/* Canonical voxel of the first sample of file row (y, z). */
static inline void
brg_lattice_row (const BrgLattice *lattice, int y, int z, int vox[3])
{
  vox[lattice->axis[0]] = lattice->first[lattice->axis[0]];
  vox[lattice->axis[1]] = lattice->first[lattice->axis[1]] + lattice->sign[1] * y;
  vox[lattice->axis[2]] = lattice->first[lattice->axis[2]] + lattice->sign[2] * z;
}

/* Elements between neighbours of a file row in an array with strides `stride` per canonical axis.
 */
static inline ptrdiff_t
brg_lattice_step (const BrgLattice *lattice, const ptrdiff_t stride[3])
{
  return lattice->sign[0] * stride[lattice->axis[0]];
}
