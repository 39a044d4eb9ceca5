#pragma once

#include <glib.h>

#include "engine/brg-volume.h"

/* One object in space whose every voxel is known, as files of all formats hold it: their axes in
 * any of the 48 orders, any type of sample, either byte order. */

/* A canonical grid, tilted by a few degrees so that no direction is a round number. */
BrgGrid image_object_grid (int ni, int nj, int nk);

/* The grid with the file axes in order 0 to 47. */
BrgGrid image_object_reordered (BrgGrid grid, int order);

/* What is at a voxel in a file of `type` ("int16"): fits the type. */
int image_object_value (const char *type, int i, int j, int k);

/* One sample of `value`. */
void image_object_append (GByteArray *out, const char *type, bool big, double value);

/* All samples in file order. */
GByteArray *image_object_samples (const BrgGrid *grid, const char *type, bool big);

/* Voxels of a volume in file order, int16 little endian. */
GByteArray *image_object_voxels (const BrgVolume *volume);

/* The volume is the object: no corner farther than `apart_mm` from where it belongs, the axes of
 * the file remembered, every voxel right. */
void image_object_assert (const BrgVolume *volume,
                          const BrgGrid *grid,
                          const char *type,
                          double apart_mm);

/* How a NIfTI file is written. */
typedef struct
{
  int version; /* 1 or 2 */
  bool big;
  const char *type;
  bool is_pair;
  bool has_sform, has_qform;
} ImageNifti;

/* Its header, with the four bytes that follow it in a single file. */
GByteArray *image_object_nifti (const BrgGrid *grid, const ImageNifti *how);

/* Sets a number in a NIfTI header: 'b' byte, 'h' int16, 'i' int32, 'l' int64, 'f' float, 'd'
 * double.
 */
void image_object_put (GByteArray *header, bool big, guint at, char kind, double value);

/* The header of an attached, raw, little endian NRRD file with the blank line behind it; `space` is
 * a name of LPS, RAS or LAS, short or long. */
GString *image_object_nrrd (const BrgGrid *grid, const char *space, const char *type);

/* The lines of a MetaImage header but for its end: "ElementDataFile" and what else is wanted. */
GString *image_object_metaimage (const BrgGrid *grid, const char *type, bool big);

/* The bytes as a zlib stream appended to `out`. */
void image_object_deflate (GByteArray *out, const void *bytes, size_t size);
