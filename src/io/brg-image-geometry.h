#pragma once

#include "io/brg-image-header.h"

/* Private to the readers of images: from what a header says of its axes to a grid. */

/* BRG_FORMAT for an origin that is not finite or more than 100 m away. */
BrgStatus brg_image_check_origin (BrgVec3 origin_mm, BrgError *error);

/* Makes header->grid of the sizes and the list axis that `header` holds. The columns of
 * `lps_from_source` are steps along its axes of space, in order, and the first sample. BRG_FORMAT
 * when brg_grid_from_source() refuses them. */
BrgStatus
brg_image_set_grid (BrgImageHeader *header, const BrgAffine *lps_from_source, BrgError *error);

/* Warns of an orientation that is not known and of axes that are tilted; the grid is sound. */
void brg_image_warn_of_axes (const BrgImageHeader *header, BrgImageInfo *info);
