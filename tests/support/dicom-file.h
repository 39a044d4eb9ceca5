#pragma once

#include <glib.h>

/* DICOM files for tests, element by element (PS3.5, PS3.10). Values are padded to even lengths. */

#define DICOM_IMPLICIT   "1.2.840.10008.1.2"
#define DICOM_EXPLICIT   "1.2.840.10008.1.2.1"
#define DICOM_BIG_ENDIAN "1.2.840.10008.1.2.2"
#define DICOM_DEFLATED   "1.2.840.10008.1.2.1.99"
#define DICOM_LOSSLESS   "1.2.840.10008.1.2.4.70"
#define DICOM_RLE        "1.2.840.10008.1.2.5"
#define DICOM_PAPYRUS    "1.2.840.10008.1.20"
#define DICOM_CT         "1.2.840.10008.5.1.4.1.1.2"
#define DICOM_ENHANCED   "1.2.840.10008.5.1.4.1.1.2.1"

typedef struct
{
  GByteArray *bytes;
  gboolean is_implicit, is_big_endian;
} DicomFile;

/* Begins a file: preamble and meta header. */
DicomFile dicom_begin (const char *syntax);

/* The same with the SOP class of the medium. */
DicomFile dicom_begin_media (const char *sop_class, const char *syntax);

/* Elements in ascending order. */
void dicom_text (DicomFile *file, guint32 tag, const char *vr, const char *text);
void dicom_short (DicomFile *file, guint32 tag, guint16 value);
void dicom_long (DicomFile *file, guint32 tag, guint32 value);
void dicom_reals (DicomFile *file, guint32 tag, const double *numbers, guint n);
void dicom_bytes (DicomFile *file, guint32 tag, const char *vr, const void *bytes, gsize size);

/* A sequence or item without a length; each is ended. */
void dicom_sequence (DicomFile *file, guint32 tag);
void dicom_item (DicomFile *file);
void dicom_end_item (DicomFile *file);
void dicom_end_sequence (DicomFile *file);

/* What one slice of a CT has. Zero fields have defaults. */
typedef struct
{
  const char *syntax;           /* explicit little endian */
  const char *sop_class;        /* DICOM_CT */
  const char *series_uid;       /* "1.2.3" */
  const char *modality;         /* "CT" */
  const char *image_type;       /* "ORIGINAL\\PRIMARY\\AXIAL" */
  const char *patient_position; /* "HFS" */
  int number;
  int columns, rows;
  double position[3];
  double orientation[6]; /* all 0: axial */
  double row_mm, column_mm;
  double slope, intercept; /* slope 0: 1 */
  gboolean is_unsigned;
  int bits_allocated; /* 16 */
  int bits_stored;    /* all of them */
  int high_bit;       /* bits_stored - 1 */
  int padding;        /* with has_padding */
  gboolean has_padding;
  const gint16 *samples;    /* [rows * columns], as stored */
  const GByteArray *stream; /* one frame encapsulated, instead of them */
  const char *stack;        /* of a frame; NULL: none */
  guint32 phase;            /* of a frame; 0: none */
  const char *canary;       /* text of every identifying element; NULL: none of them is there */
} DicomSlice;

/* Deflates all bytes of a file from `begin` on. */
void dicom_deflate (GByteArray *bytes, guint begin);

/* A small slice somewhere, not square, whose samples rise from -300 by 37: fills `samples`, which
 * it keeps. */
DicomSlice dicom_ramp (int columns, int rows, gint16 *samples);

/* The bytes of the whole file. */
GByteArray *dicom_slice (const DicomSlice *slice);

/* What is said of a frame. */
typedef enum
{
  DICOM_FRAME_CONTENT = 1 << 0, /* stack and phase */
  DICOM_FRAME_POSITION = 1 << 1,
  DICOM_FRAME_ORIENTATION = 1 << 2,
  DICOM_FRAME_SPACING = 1 << 3,
  DICOM_FRAME_RESCALE = 1 << 4,
} DicomFrameGroup;

/* One multi-frame file of the slices, the first of which also says what all have in common. What is
 * in `shared` stands there once, as the first slice has it, and the rest in every frame. */
GByteArray *dicom_frames (const DicomSlice *frames, guint n, guint shared);
