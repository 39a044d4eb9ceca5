#pragma once

#include <stddef.h>
#include <stdint.h>

#include "io/brg-dicom.h"

/* Stored samples to HU (PS3.3 C.11.1.1.2): slope * sample + intercept in double, rounded to the
 * nearest integer, ties to even. Bits above the stored ones are dropped. Samples that are padding
 * become BRG_DICOM_PADDING_HU, values that int16 does not hold the nearest that it does. */

#define BRG_DICOM_PADDING_HU (-1024)

typedef struct
{
  size_t n_padding, n_limited;
} BrgDicomTally;

/* `samples` are columns * rows of image->bits_allocated bits, in the byte order of the file; those
 * of 16 bits may be the bytes of `hu` itself. Adds to `tally`. Any thread. */
void brg_dicom_to_hu (const BrgDicomImage *image,
                      int frame,
                      const uint8_t *samples,
                      int16_t *hu,
                      BrgDicomTally *tally);

/* Reads a frame that is not encapsulated, columns * rows samples, from the part the image was read
 * from; of a deflated data set all before it is inflated again. Adds to `tally`. BRG_IO or
 * BRG_FORMAT when it is not that any more. */
BrgStatus brg_dicom_read_hu (const BrgFilePart *part,
                             const BrgDicomImage *image,
                             int frame,
                             int16_t *hu,
                             BrgDicomTally *tally,
                             BrgError *error);
