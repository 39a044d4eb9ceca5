#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* Fills small holes: background components that do not touch the border and are not larger than
 * the limit become foreground. Background is connected by the complement of the 6-connectivity of
 * bone: 8 neighbours within a slice, 26 in the volume. A limit of 0 fills nothing (a copy),
 * INFINITY fills every enclosed component, a negative limit or NaN is BRG_INVALID. */

/* Slice by slice (constant k); the border is the edge of the slice, the area that of its voxels. */
BrgMask *brg_fill_slices (const BrgMask *mask, double max_area_mm2, BrgJob *job, BrgError *error);

/* In 3-D; the border is the six faces of the grid. */
BrgMask *brg_fill_volume (const BrgMask *mask, double max_volume_mm3, BrgJob *job, BrgError *error);
