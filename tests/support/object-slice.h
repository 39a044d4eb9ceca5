#pragma once

#include "io/image-object.h"
#include "support/dicom-file.h"

/* The object of image-object.h as slices of a CT. */

#define OBJECT_SLICE_MAX 256 /* samples at most */

/* Slice `s` of the object as the file axes of `grid` have it: columns, rows and slices. `samples`
 * become its HU. */
DicomSlice object_slice (const BrgGrid *grid, int s, gint16 samples[OBJECT_SLICE_MAX]);

/* The grid as it is read from them: along the normal of their plane, with which its axes are
 * right-handed. */
BrgGrid object_slice_grid (const BrgGrid *grid);
