#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-volume.h"
#include "io/brg-data-kinds.h"

/* Files of voxels to scans, masks and hand edits. What format a file has is told by its content,
 * never by its name. All integer types, float and double in both byte orders are read:
 *
 * - NRRD0001 to NRRD0005, attached, or detached (`data file:` one name or LIST); raw, gzip, text
 *   and hex. The space may be LPS, RAS or LAS in any spelling; with any other or none the axes are
 *   taken as LPS and a warning says so.
 * - NIfTI-1 and NIfTI-2: .nii, .nii.gz, and pairs of NAME.hdr and NAME.img or both with .gz. The
 *   sform counts, else the qform; where both are given and put a corner more than 0.1 mm apart, or
 *   neither is, a warning says so. Slope and intercept are applied in double. Extensions are
 *   skipped.
 * - MetaImage: .mha and .mhd; voxels in the file, in one other or a LIST; raw, zlib and text. Rows
 *   of TransformMatrix are the directions of the axes in LPS, as ITK has it; a slope and an offset
 *   to intensities are applied.
 *
 * Voxels in other files are looked for in the header's own folder only. Of three axes and a list
 * (layers, volumes, channels) the first entry is read, unless another is picked, and a warning says
 * how many there are. Axes
 * are brought to canonical order (brg-grid.h), lengths to mm.
 *
 * A file is never trusted: nothing is allocated before the declared sizes are known to be possible
 * for the bytes there are, a header of text is limited to 1 MiB, and of a failed read nothing is
 * left. Every error reads "base name: reason". Calls are independent of each other and of the
 * locale. */

#define BRG_IMAGE_MAX_WARNINGS 8
#define BRG_IMAGE_MAX_SEGMENTS 128

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
  BrgDataTally held; /* beside voxels and geometry; none of it is kept */
  int n_layers;      /* of which the first is read; 1 in most files */
  int n_segments;    /* of a segmentation, else 0; the first of them follow */
  BrgImageSegment segments[BRG_IMAGE_MAX_SEGMENTS];
} BrgImageInfo;

/* True for the first `n` bytes of a file (64 or all of them) that begin like one of these formats,
 * or like gzip. */
bool brg_image_begins (const uint8_t *bytes, size_t n);

/* A scan as int16 HU. Fractions are rounded to the nearest integer (ties to even); NaN becomes
 * -32768 and values out of range the nearest limit, with a warning that counts them. `info` may be
 * NULL. */
BrgVolume *
brg_image_read_volume (const char *path, BrgImageInfo *info, BrgJob *job, BrgError *error);

/* A mask: set where the value is not 0. Only 0 and one other value may occur, else BRG_FORMAT. A
 * file without any set voxel gives an empty mask. */
BrgMask *brg_image_read_mask (const char *path, BrgImageInfo *info, BrgJob *job, BrgError *error);

/* Which voxels of a file are a mask's. */
typedef struct
{
  bool is_any; /* every one that is not 0 in any layer; else those of one label in one layer */
  int layer, label;
} BrgImagePick;

/* A mask out of a file of labels (brg-image-content.h), or, when `pick` is NULL, as the last.
 * BRG_INVALID for a layer that is not there; a label that is not gives an empty mask. */
BrgMask *brg_image_read_picked (const char *path,
                                const BrgImagePick *pick,
                                BrgImageInfo *info,
                                BrgJob *job,
                                BrgError *error);

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
