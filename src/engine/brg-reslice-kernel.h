#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-isa.h"

/* Private to brg-reslice.c. Coordinates in units of 2^-BRG_RESLICE_BITS voxel. */

#define BRG_RESLICE_BITS 40

typedef struct
{
  const int16_t *hu;
  size_t stride[3]; /* voxels from one to the next along each axis; the first is 1 */
} BrgResliceSource;

/* Linear interpolation at n places from `at` on. For each of them all eight voxels around it exist.
 */
typedef void BrgResliceRow (const BrgResliceSource *source,
                            const int64_t at[3],
                            const int64_t step[3],
                            int n,
                            int16_t *out);

BRG_ISA_DECLARE (BrgResliceRow, _brg_reslice_row);
