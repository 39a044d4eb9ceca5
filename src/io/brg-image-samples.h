#pragma once

#include "io/brg-image-header.h"

/* Private to the readers of images: the samples of a file, attached or detached, in any encoding.
 */
typedef struct BrgImageSamples BrgImageSamples;

/* `header` and `stream` (at the end of the header) are borrowed. Checks for every encoding that the
 * file can hold what the header declares; detached files are opened one after the other. */
BrgImageSamples *
brg_image_samples_open (const BrgImageHeader *header, BrgStream *stream, BrgError *error);

/* The next `n` samples in the machine's byte order; of the header's type, or double for text. */
BrgStatus brg_image_samples_read (BrgImageSamples *samples, void *out, size_t n, BrgError *error);

/* The file they come from now, standing at their first byte as long as none is read. */
BrgStream *brg_image_samples_stream (const BrgImageSamples *samples);

/* Consumes all samples, which were read past this by brg-image-parts.h. */
BrgStatus brg_image_samples_pass (BrgImageSamples *samples, BrgError *error);

/* `n` samples of `size` bytes (1, 2, 4 or 8) each to the other byte order. */
void brg_image_samples_swap (uint8_t *bytes, size_t n, size_t size);

/* To be called after the last sample was read: the end of the data is checked, and bytes that
 * follow it are a warning. */
BrgStatus brg_image_samples_finish (BrgImageSamples *samples, BrgImageInfo *info, BrgError *error);

void brg_image_samples_close (BrgImageSamples *samples); /* NULL allowed */

/* The type that brg_image_samples_read() gives. */
BrgImageType brg_image_samples_type (const BrgImageHeader *header);

/* `n` samples of a type as double. */
void brg_image_samples_to_double (BrgImageType type, const void *samples, size_t n, double *out);
