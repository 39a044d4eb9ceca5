#pragma once

#include "engine/brg-volume.h"

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

/* Do voxels follow each other in the order of the samples? */
static inline bool
brg_lattice_is_plain (const BrgLattice *lattice)
{
  for (int a = 0; a < 3; a++)
    if (lattice->axis[a] != a || lattice->sign[a] < 0)
      return false;
  return true;
}

/* Elements between neighbours of a file row in an array with strides `stride` per canonical axis.
 */
static inline ptrdiff_t
brg_lattice_step (const BrgLattice *lattice, const ptrdiff_t stride[3])
{
  return lattice->sign[0] * stride[lattice->axis[0]];
}

/* Where file row (y, z) begins in a volume on the lattice's grid, and elements from each of its
 * samples to the next. */
static inline int16_t *
brg_lattice_row_in (const BrgLattice *lattice, const BrgVolume *volume, int y, int z)
{
  int vox[3];

  brg_lattice_row (lattice, y, z, vox);
  return brg_volume_row (volume, vox[1], vox[2]) + vox[0];
}

static inline ptrdiff_t
brg_lattice_step_in (const BrgLattice *lattice, const BrgVolume *volume)
{
  const int *dim = volume->grid.dim;
  const ptrdiff_t stride[3] = { 1, dim[0], (ptrdiff_t) dim[0] * dim[1] };

  return brg_lattice_step (lattice, stride);
}

/* Copies slice `z` of a file, its samples one after another, to where a volume on the lattice's
 * grid has it. */
static inline void
brg_lattice_place (const BrgLattice *lattice, BrgVolume *volume, int z, const int16_t *hu)
{
  ptrdiff_t step = brg_lattice_step_in (lattice, volume);

  for (int y = 0; y < lattice->dim[1]; y++)
    {
      int16_t *to = brg_lattice_row_in (lattice, volume, y, z);
      const int16_t *from = hu + (size_t) y * (size_t) lattice->dim[0];
      for (int x = 0; x < lattice->dim[0]; x++)
        to[x * step] = from[x];
    }
}
