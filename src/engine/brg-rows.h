#pragma once

#include "engine/brg-mask.h"

/* Private to engine/: one byte per row k * dim[1] + j of the mask, 1 when the row holds a set
 * voxel. brg_free() it; NULL and `error` on shortage. */
uint8_t *brg_rows_live (const BrgMask *mask, BrgError *error);
