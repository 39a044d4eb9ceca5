#include "io/brg-image-format.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-image.h"
#include "io/brg-metaimage-header.h"
#include "io/brg-nifti-header.h"
#include "io/brg-nrrd-header.h"

#define N_FIRST 64 /* bytes that tell the format */

bool
brg_image_begins (const uint8_t *bytes, size_t n)
{
  return n >= 4 && (memcmp (bytes, "NRRD", 4) == 0 || brg_nifti_begins (bytes, n) ||
                    brg_metaimage_begins (bytes, n));
}

BrgStatus
brg_image_header_read (BrgStream *stream,
                       const char *path,
                       BrgImageHeader *header,
                       BrgImageInfo *info,
                       BrgError *error)
{
  uint64_t left = brg_stream_left (stream);
  size_t n = left < N_FIRST ? (size_t) left : N_FIRST;
  uint8_t first[N_FIRST] = { 0 };
  BrgStatus status = brg_stream_read_at (stream, 0, first, n, error);

  if (status == BRG_OK && n == 0)
    status = brg_error_set (error, BRG_FORMAT, "is empty");
  if (status != BRG_OK)
    return status;
  bool is_nrrd = memcmp (first, "NRRD", 4) == 0, is_nifti = brg_nifti_begins (first, n);
  bool is_metaimage = brg_metaimage_begins (first, n);
  brg_wipe (first, sizeof first);
  if (is_nrrd)
    status = brg_nrrd_header_read (stream, header, info, error);
  else if (is_nifti)
    status = brg_nifti_header_read (stream, path, header, info, error);
  else if (is_metaimage)
    status = brg_metaimage_header_read (stream, header, info, error);
  else
    status = brg_error_set (error, BRG_FORMAT, "is no NRRD, NIfTI or MetaImage file");
  if (status != BRG_OK)
    brg_image_header_clear (header);
  else
    info->n_layers = header->n_list;
  return status;
}
