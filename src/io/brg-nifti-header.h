#pragma once

#include "io/brg-image-header.h"

/* Private to the readers of images: NIfTI-1 and NIfTI-2, .nii, .nii.gz and pairs of .hdr and .img.
 */

/* May the first `n` bytes of a file, 4 at least, be a NIfTI header or gzip? */
bool brg_nifti_begins (const uint8_t *bytes, size_t n);

/* Reads and checks the header of the file at `path`, from whose name that of the voxels follows in
 * a pair. As brg_image_header_read() otherwise. */
BrgStatus brg_nifti_header_read (BrgStream *stream,
                                 const char *path,
                                 BrgImageHeader *header,
                                 BrgImageInfo *info,
                                 BrgError *error);
