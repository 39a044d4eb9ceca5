#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-volume.h"

/* Scans, masks and hand edits to NRRD files; brg-image.h reads them.
 *
 * Written: NRRD0005, attached, gzip, LPS, axes in the order and direction they had in the file the
 * grid came from, so that a mask lies voxel for voxel on its scan; no field that could identify a
 * patient. The bytes are the same for any number of threads. Atomic (brg-output.h). A mask is uint8
 * 0 and 1, a volume int16 little endian. */
BrgStatus brg_nrrd_write_mask (const BrgMask *mask, const char *path, BrgJob *job, BrgError *error);
BrgStatus
brg_nrrd_write_volume (const BrgVolume *volume, const char *path, BrgJob *job, BrgError *error);

/* uint8: 1 in `ones`, 2 in `twos`, else 0; either may be NULL. BRG_INVALID when they overlap or do
 * not lie on `grid`. */
BrgStatus brg_nrrd_write_labels (const BrgGrid *grid,
                                 const BrgMask *ones,
                                 const BrgMask *twos,
                                 const char *path,
                                 BrgJob *job,
                                 BrgError *error);
