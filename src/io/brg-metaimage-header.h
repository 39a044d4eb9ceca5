#pragma once

#include "io/brg-image-header.h"

/* Private to the readers of images: MetaImage, .mha and .mhd. */

/* Are the first `n` bytes of a file those of a MetaImage: a key that one may begin with? */
bool brg_metaimage_begins (const uint8_t *bytes, size_t n);

/* Reads and checks the header. As brg_image_header_read() otherwise. */
BrgStatus brg_metaimage_header_read (BrgStream *stream,
                                     BrgImageHeader *header,
                                     BrgImageInfo *info,
                                     BrgError *error);
