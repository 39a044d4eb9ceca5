#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-recipe.h"
#include "engine/brg-volume.h"

/* A skull that is there already, as a scan: bone of one HU in air, on the grid of the mask. */

#define BRG_MASK_SCAN_BONE_HU 1000
#define BRG_MASK_SCAN_AIR_HU  (-1000)

BrgVolume *brg_mask_scan (const BrgMask *mask, BrgJob *job, BrgError *error);

/* Is the scan one that brg_mask_scan() could have made? Quick for any other. */
bool brg_mask_scan_is (const BrgVolume *scan);

/* The recipe by which the skull of such a scan is the mask, voxel for voxel: the default one, but
 * with all islands kept. */
BrgRecipe brg_mask_scan_recipe (void);
