#pragma once

#include <stddef.h>
#include <stdint.h>

/* Private to engine/: the nearest set pixel in a picture of width x height pixels, x fastest. */

#define BRG_FLAT_NONE INT32_MAX

/* rows[p]: how many rows down (negative: up) the nearest set pixel of the same column is, upwards
 * of two equally near; BRG_FLAT_NONE when the column has none. */
void brg_flat_columns (const uint8_t *set, int width, int height, int32_t *rows);

/* Squared distance from the centre of pixel (x, y) to that of the nearest set pixel, in mm2:
 * (dx mm[0])^2 + (dy mm[1])^2. *nearest, if not NULL, is that pixel: of several the one with the
 * least |dx|, then the left one, then the upper one. Infinity when there is none. Takes time with
 * the distance. */
double brg_flat_nearest (const int32_t *rows,
                         int width,
                         const double mm[2],
                         int x,
                         int y,
                         size_t *nearest);
