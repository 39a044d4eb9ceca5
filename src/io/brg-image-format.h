#pragma once

#include "io/brg-image-header.h"

/* Private to the readers of images: the header of a file whose format its content tells. `stream`
 * is at the beginning of the file at `path` and is left where header->byte_skip counts from. Fills
 * `info` and adds warnings to it. On failure there is nothing to clear. */
BrgStatus brg_image_header_read (BrgStream *stream,
                                 const char *path,
                                 BrgImageHeader *header,
                                 BrgImageInfo *info,
                                 BrgError *error);
