#pragma once

#include "engine/brg-median.h"

/* Private to brg-median*.c: one function per kernel, each a new mask. The kernel must hold more
 * than one voxel along some axis. */

BrgMask *brg_median_box (const BrgMask *mask, const int size_vox[3], BrgJob *job, BrgError *error);

BrgMask *brg_median_ball (const BrgMask *mask, double diameter_mm, BrgJob *job, BrgError *error);
