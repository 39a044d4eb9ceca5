#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-volume.h"

/* NRRD files (NRRD0001 to NRRD0005) to scans, masks and hand edits, and back.
 *
 * Read: attached, or detached (`data file:` one name or LIST) with the data in the header's own
 * folder; raw, gzip, text and hex; both byte orders; all integer types, float and double. The space
 * may be LPS, RAS or LAS in any spelling; with any other or none the axes are taken as LPS and a
 * warning says so. Three axes, or four of which one is not of space: then its first entry is read
 * and a warning says how many there are. Axes are brought to canonical order (brg-grid.h).
 *
 * A file is never trusted: nothing is allocated before the declared sizes are known to be possible
 * for the bytes there are, the header is limited to 1 MiB, and of a failed read nothing is left.
 * Every error reads "base name: reason". Calls are independent of each other and of the locale. */

#define BRG_NRRD_MAX_WARNINGS 4

typedef struct
{
  int version;          /* 1 to 5 */
  char type[24];        /* "int16", "uint8", "float", ...: one name for all spellings */
  char encoding[12];    /* "raw", "gzip", "text" or "hex" */
  char space[48];       /* long name as in the format's definition, "" if the file gives none */
  bool has_orientation; /* false: which side is left is unknown */
  char warnings[BRG_NRRD_MAX_WARNINGS][160]; /* printable ASCII, one line each */
  int n_warnings;
} BrgNrrdInfo;

/* A scan as int16 HU. Fractions are rounded to the nearest integer (ties to even); NaN becomes
 * -32768 and values out of range the nearest limit, with a warning that counts them. `info` may be
 * NULL. */
BrgVolume *brg_nrrd_read_volume (const char *path, BrgNrrdInfo *info, BrgJob *job, BrgError *error);

/* A mask: set where the value is not 0. Only 0 and one other value may occur, else BRG_FORMAT. A
 * file without any set voxel gives an empty mask. */
BrgMask *brg_nrrd_read_mask (const char *path, BrgNrrdInfo *info, BrgJob *job, BrgError *error);

/* The grid alone; the data are opened but not read. `info` may be NULL. */
BrgStatus brg_nrrd_read_grid (const char *path, BrgGrid *grid, BrgNrrdInfo *info, BrgError *error);

/* Two disjoint masks in one file of values 0 (neither), 1 and 2, as hand edits are stored; other
 * values are BRG_FORMAT. On failure both are NULL. */
BrgStatus brg_nrrd_read_labels (const char *path,
                                BrgMask **ones,
                                BrgMask **twos,
                                BrgJob *job,
                                BrgError *error);

/* Written: NRRD0005, attached, gzip, LPS, axes in the order and direction they had in the file the
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
