#pragma once

#include "io/brg-image-header.h"

/* Private to the readers of images: NRRD. Reads and checks the header at the start of `stream`,
 * leaving it at the first byte after. Fills `info` and adds warnings to it. On failure there is
 * nothing to clear. */
BrgStatus brg_nrrd_header_read (BrgStream *stream,
                                BrgImageHeader *header,
                                BrgImageInfo *info,
                                BrgError *error);
