#pragma once

#include "io/brg-image.h"

/* What the values of a file of voxels may mean, before it is read: a scan, a mask, or labels of
 * which one or all may be a mask.
 *
 * - 0 and one other value, whatever it is, is a mask for certain: in public sets of skulls as
 * uint8, int32 or float. So is a file of one value only; of 0 alone it is an empty one.
 * - More than that, up to BRG_IMAGE_MAX_LABELS whole numbers from 1 on in all layers together, are
 *   labels, or a scan of very few values: only the user can tell. That leaves room for label maps
 *   of the whole body (117 labels and more).
 * - Anything else is a scan: a value below 0, as every CT has and no label map, a fraction beside
 *   another value, or more values than that.
 *
 * Segments are those of 3D Slicer, in all of the ways its versions wrote them: labels of one or of
 * several layers, or a layer for each. */

#define BRG_IMAGE_MAX_LABELS 128

typedef enum
{
  BRG_IMAGE_IS_SCAN,
  BRG_IMAGE_IS_MASK,
  BRG_IMAGE_IS_LABELS,
} BrgImageKind;

typedef struct
{
  int layer, label;
  int number;     /* by which a user names it: the label, or 1, 2, ... where labels repeat */
  uint64_t n_vox; /* 0: a segment without voxels */
  /* Of the segment, "" for none; UTF-8 unless the file is broken. It may name a person: to be shown
   * while choosing, and kept nowhere. */
  char name[64];
} BrgImageLabel;

typedef struct
{
  BrgImageKind kind;
  double value; /* of a mask: the one that is not 0, or 0 */
  double voxel_mm3;
  int n_layers;
  int n_segments; /* that the file declares: the first of the labels */
  int n_labels;   /* of a scan 0 */
  BrgImageLabel labels[BRG_IMAGE_MAX_LABELS + BRG_IMAGE_MAX_SEGMENTS];
} BrgImageContent;

/* Looks at the values of a file; at those of a scan only until it is known to be one. Segments come
 * first, in their order, then other labels by layer and label. On failure nothing is to be
 * cleared. Any thread. */
BrgStatus
brg_image_read_content (const char *path, BrgImageContent *content, BrgJob *job, BrgError *error);

/* Overwrites what it says. */
void brg_image_content_clear (BrgImageContent *content);
