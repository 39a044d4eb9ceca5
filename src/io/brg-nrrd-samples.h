#pragma once

#include "io/brg-nrrd-header.h"

/* Private to the NRRD reader: the samples of a file, attached or detached, in any encoding. */
typedef struct BrgNrrdSamples BrgNrrdSamples;

/* `header` and `stream` (at the end of the header) are borrowed. Checks for every encoding that the
 * file can hold what the header declares; detached files are opened one after the other. */
BrgNrrdSamples *
brg_nrrd_samples_open (const BrgNrrdHeader *header, BrgStream *stream, BrgError *error);

/* The next `n` samples in the machine's byte order; of the header's type, or double for text. */
BrgStatus brg_nrrd_samples_read (BrgNrrdSamples *samples, void *out, size_t n, BrgError *error);

/* The file they come from now, standing at their first byte as long as none is read. */
BrgStream *brg_nrrd_samples_stream (const BrgNrrdSamples *samples);

/* Consumes all samples, which were read past this by brg-nrrd-parts.h. */
BrgStatus brg_nrrd_samples_pass (BrgNrrdSamples *samples, BrgError *error);

/* `n` samples of `size` bytes (1, 2, 4 or 8) each to the other byte order. */
void brg_nrrd_samples_swap (uint8_t *bytes, size_t n, size_t size);

/* To be called after the last sample was read: the end of the data is checked, and bytes that
 * follow it are a warning. */
BrgStatus brg_nrrd_samples_finish (BrgNrrdSamples *samples, BrgNrrdInfo *info, BrgError *error);

void brg_nrrd_samples_close (BrgNrrdSamples *samples); /* NULL allowed */

/* The type that brg_nrrd_samples_read() gives. */
BrgNrrdType brg_nrrd_samples_type (const BrgNrrdHeader *header);

/* `n` samples of a type as double. */
void brg_nrrd_samples_to_double (BrgNrrdType type, const void *samples, size_t n, double *out);
