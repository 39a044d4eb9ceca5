#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-error.h"

/* Writes `width` x `height` pixels (8-bit RGBA, straight alpha, top row first, no padding) as a
 * PNG without text or time chunks; the same pixels give the same bytes. Sizes 1 to 32767. Atomic,
 * see brg-output.h; errors name the file. */
BrgStatus
brg_png_write (const char *path, int width, int height, const uint8_t *rgba, BrgError *error);

/* The same bytes in memory: `*bytes` of brg_alloc(), to be freed with brg_free(). */
BrgStatus brg_png_encode (int width,
                          int height,
                          const uint8_t *rgba,
                          uint8_t **bytes,
                          size_t *size,
                          BrgError *error);
