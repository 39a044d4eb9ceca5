#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/brg-error.h"
#include "engine/brg-geometry.h"
#include "io/brg-data-kinds.h"
#include "io/brg-file-part.h"

/* What one DICOM file says about its images (PS3.3 C.7.6, C.8.2; PS3.10).
 *
 * A fixed list of elements is read and nothing else ever reaches memory. Files are never trusted:
 * lengths, depths and numbers are checked, and code in a text field is a text that is no number.
 * Lengths are mm, matrices as in PS3.3 C.7.6.2: LPS. */

#define BRG_DICOM_UID_SIZE   65
#define BRG_DICOM_TEXT_SIZE  65
#define BRG_DICOM_MAX_FRAMES 65535
#define BRG_DICOM_NO_PADDING INT32_MIN

/* Bytes that a deflated data set may have when it is inflated. */
#define BRG_DICOM_MAX_INFLATED ((uint64_t) 1 << 31)

/* Where a frame lies and what its samples mean. */
typedef struct
{
  bool has_position, has_orientation, has_spacing;
  BrgVec3 position;         /* centre of the first sample */
  BrgVec3 along_row, down;  /* directions in which column and row index grow; unit vectors */
  double row_mm, column_mm; /* between rows, between columns */
  double slope, intercept;  /* HU = slope * sample + intercept */
  uint32_t stack, phase; /* of a file of several stacks, or of one at several times: frames of the
                            same two numbers go together; 0 when the file does not say */
} BrgDicomPlane;

typedef struct
{
  char sop_class[BRG_DICOM_UID_SIZE];
  char instance_uid[BRG_DICOM_UID_SIZE];
  char series_uid[BRG_DICOM_UID_SIZE];
  char syntax[BRG_DICOM_UID_SIZE]; /* transfer syntax */
  char modality[17];
  char image_type[BRG_DICOM_TEXT_SIZE]; /* "ORIGINAL\PRIMARY\AXIAL" */
  char patient_position[17];            /* "HFS", ... */
  char photometric[17];
  char description[BRG_DICOM_TEXT_SIZE]; /* of the series; to be shown while choosing, never kept */
  int32_t series_number, instance_number;

  int32_t rows, columns, n_samples; /* n_samples per pixel: 1 for grey */
  int32_t bits_allocated, bits_stored, high_bit, is_signed;
  char lossy[3];                  /* "01": values were changed by compression, now or once */
  int32_t padding, padding_limit; /* samples from the one to the other, in either order, are none;
                                     BRG_DICOM_NO_PADDING */
  double tilt_deg;                /* what the scanner noted: NAN for nothing */

  int32_t n_frames;
  BrgDicomPlane plane;   /* of the only frame, or common to all */
  BrgDicomPlane *planes; /* n_frames of a multi-frame image with places of their own, or NULL */

  bool has_pixels, is_encapsulated;
  uint64_t pixel_offset, pixel_bytes; /* where samples lie that are not encapsulated: in the part,
                                         or in the inflated data set */
  bool is_big_endian;                 /* so are they */
  uint64_t deflated_offset;           /* in the part, of a data set that is deflated as a whole */
  uint64_t inflated_bytes;            /* of it; 0 when it is not deflated */

  BrgDataTally held; /* in front of the pixels; a sequence with a length counts as one */
} BrgDicomImage;

/* Who the patient is, as the file says it, in UTF-8 or '?': to be shown while choosing a series and
 * dropped. Read apart from the image, so that nothing else can keep it by accident. */
typedef struct
{
  char name[BRG_DICOM_TEXT_SIZE];
  char id[BRG_DICOM_TEXT_SIZE];
} BrgDicomPatient;

/* True for the first `n` bytes of a file (132 or all of them) that begin like a DICOM file. */
bool brg_dicom_begins (const uint8_t *bytes, size_t n);

/* Reads the header. BRG_FORMAT with the reason for a file that is broken, BRG_UNSUPPORTED for one
 * that is no DICOM file at all; names no file. Of a broken file *image has what stands in front of
 * the fault, but no pixels. `patient` may be NULL. brg_dicom_image_clear() after success. */
BrgStatus
brg_dicom_read (const char *path, BrgDicomImage *image, BrgDicomPatient *patient, BrgError *error);
BrgStatus brg_dicom_read_part (const BrgFilePart *part,
                               BrgDicomImage *image,
                               BrgDicomPatient *patient,
                               BrgError *error);
void brg_dicom_image_clear (BrgDicomImage *image);

/* The plane of a frame, counted from 0. */
const BrgDicomPlane *brg_dicom_plane (const BrgDicomImage *image, int frame);

/* How pixels are coded in a transfer syntax. */
typedef enum
{
  BRG_DICOM_NATIVE,       /* samples as they are */
  BRG_DICOM_ENCAPSULATED, /* RLE, JPEG, JPEG-LS, JPEG 2000: for the decoder */
  BRG_DICOM_DEFLATED,     /* the whole data set is */
  BRG_DICOM_UNKNOWN,      /* cannot be read, even where it has a name */
} BrgDicomCodec;

/* *name becomes what people call it, or NULL. */
BrgDicomCodec brg_dicom_codec (const char *syntax, const char **name);

/* True when compression changed the values, as the syntax or the file itself says. */
bool brg_dicom_is_lossy (const BrgDicomImage *image);
