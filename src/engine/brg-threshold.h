#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-volume.h"

/* The voxels with lo_hu <= HU <= hi_hu, on the grid of the scan. Bounds outside int16 stand for
 * the ends of its range. When no voxel qualifies the mask is empty, which is not an error; a lower
 * bound above the upper one is BRG_INVALID. Reads only; any thread. */
BrgMask *brg_threshold (const BrgVolume *scan, int lo_hu, int hi_hu, BrgJob *job, BrgError *error);
