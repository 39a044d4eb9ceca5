#pragma once

#include <stdint.h>

#include "engine/brg-grid.h"
#include "engine/brg-pool.h"

/* A scan: int16 HU on a grid, i fastest. Reference-counted, immutable once it has a second
 * reference; the fields are public to be read. References may be taken and dropped on any thread.
 */
typedef struct
{
  BrgGrid grid;
  int16_t *hu;   /* hu[(k * dim[1] + j) * dim[0] + i], 64-byte aligned */
  int ref_count; /* atomic; private */
} BrgVolume;

/* A volume with undefined voxels, to be filled by its only owner. NULL and `error` if too big. */
BrgVolume *brg_volume_new (const BrgGrid *grid, BrgError *error);

/* The same with its voxels from a pool (brg-pool.h; NULL for none). */
BrgVolume *brg_volume_new_in (BrgPool *pool, const BrgGrid *grid, BrgError *error);

BrgVolume *brg_volume_ref (BrgVolume *volume);
void brg_volume_unref (BrgVolume *volume); /* NULL allowed */

/* A new volume of the voxels inside `box`, clipped to the grid; BRG_EMPTY if nothing is left. */
BrgVolume *brg_volume_crop (const BrgVolume *volume, const BrgBox *box, BrgError *error);

static inline int16_t *
brg_volume_row (const BrgVolume *volume, int j, int k)
{
  return volume->hu +
         ((size_t) k * (size_t) volume->grid.dim[1] + (size_t) j) * (size_t) volume->grid.dim[0];
}

static inline int16_t
brg_volume_get (const BrgVolume *volume, int i, int j, int k)
{
  return volume->hu[((size_t) k * volume->grid.dim[1] + j) * volume->grid.dim[0] + i];
}
