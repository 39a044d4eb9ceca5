#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-volume.h"

/* Files of voxels to scans, masks and hand edits.
 *
 * Read: NRRD0001 to NRRD0005, attached, or detached (`data file:` one name or LIST) with the data
 * in the header's own folder; raw, gzip, text and hex; both byte orders; all integer types, float
 * and double. The space may be LPS, RAS or LAS in any spelling; with any other or none the axes are
 * taken as LPS and a warning says so. Three axes, or four of which one is not of space: then its
 * first entry is read and a warning says how many there are. Axes are brought to canonical order
 * (brg-grid.h).
 *
 * A file is never trusted: nothing is allocated before the declared sizes are known to be possible
 * for the bytes there are, the header is limited to 1 MiB, and of a failed read nothing is left.
 * Every error reads "base name: reason". Calls are independent of each other and of the locale. */

#define BRG_IMAGE_MAX_WARNINGS 8
#define BRG_IMAGE_MAX_SEGMENTS 64

/* Where a segment of a 3D Slicer segmentation is: the voxels of `label` in `layer`. */
typedef struct
{
  int layer; /* 0 when the file does not say */
  int label; /* the same */
} BrgImageSegment;

typedef struct
{
  char format[16];      /* "NRRD0001" to "NRRD0005", "NIfTI-1", "NIfTI-2", "MetaImage" */
  char type[24];        /* "int16", "uint8", "float", ...: one name for all spellings */
  char encoding[12];    /* "raw", "gzip", "zlib", "text" or "hex" */
  char space[48];       /* long name as in NRRD's definition, "" if the file gives none */
  bool has_orientation; /* false: which side is left is unknown */
  char warnings[BRG_IMAGE_MAX_WARNINGS][160]; /* printable ASCII, one line each */
  int n_warnings;
  int n_layers;   /* of which the first is read; 1 in most files */
  int n_segments; /* of a segmentation, else 0; the first of them follow */
  BrgImageSegment segments[BRG_IMAGE_MAX_SEGMENTS];
} BrgImageInfo;

/* A scan as int16 HU. Fractions are rounded to the nearest integer (ties to even); NaN becomes
 * -32768 and values out of range the nearest limit, with a warning that counts them. `info` may be
 * NULL. */
BrgVolume *
brg_image_read_volume (const char *path, BrgImageInfo *info, BrgJob *job, BrgError *error);

/* A mask: set where the value is not 0. Only 0 and one other value may occur, else BRG_FORMAT. A
 * file without any set voxel gives an empty mask. */
BrgMask *brg_image_read_mask (const char *path, BrgImageInfo *info, BrgJob *job, BrgError *error);

/* The grid alone; the data are opened but not read. `info` may be NULL. */
BrgStatus
brg_image_read_grid (const char *path, BrgGrid *grid, BrgImageInfo *info, BrgError *error);

/* Two disjoint masks in one file of values 0 (neither), 1 and 2, as hand edits are stored; other
 * values are BRG_FORMAT. On failure both are NULL. */
BrgStatus brg_image_read_labels (const char *path,
                                 BrgMask **ones,
                                 BrgMask **twos,
                                 BrgJob *job,
                                 BrgError *error);
