#pragma once

#include "io/brg-stream.h"

/* Private to the DICOM reader: the elements of a file one after the other (PS3.5, PS3.10).
 *
 * Nothing recurses and nothing is kept: values are skipped unless asked for, sequences only
 * entered. A length is never believed beyond the file or the sequence it stands in. */

#define BRG_DICOM_TAG(group, element) ((uint32_t) (group) << 16 | (element))
#define BRG_DICOM_PIXEL_DATA          BRG_DICOM_TAG (0x7fe0, 0x0010)
#define BRG_DICOM_UNDEFINED           UINT32_MAX
#define BRG_DICOM_MAX_DEPTH           64
#define BRG_DICOM_MAX_VALUE           1024 /* bytes of a value that is asked for */

/* Where an element stands. */
typedef struct
{
  uint32_t outer;    /* tag of the sequence of the data set it is in, 0 for none */
  uint32_t inner;    /* tag of the sequence it is in itself */
  int n_outer_items; /* items of `outer` begun so far */
} BrgDicomPlace;

typedef struct
{
  /* True when visit() wants the value of this element. */
  bool (*wants) (uint32_t tag, const BrgDicomPlace *place);
  /* True when visit() may want elements in this sequence. */
  bool (*enters) (uint32_t tag, const BrgDicomPlace *place);
  /* Every element that holds something and is no sequence that was entered; `vr` are two letters,
   * zeros in implicit coding. */
  void (*count) (void *data, uint32_t tag, const char *vr, const BrgDicomPlace *place);
  /* A value, its bytes as in the file with a 0 behind them; `swapped`: binary numbers are of the
   * other byte order. */
  BrgStatus (*visit) (void *data,
                      uint32_t tag,
                      const BrgDicomPlace *place,
                      const uint8_t *value,
                      size_t size,
                      bool swapped,
                      BrgError *error);
} BrgDicomVisitor;

/* The pixels of a file. */
typedef struct
{
  bool is_there;
  uint64_t offset; /* in the file, of the value */
  uint32_t length; /* BRG_DICOM_UNDEFINED when encapsulated */
} BrgDicomPixels;

/* How the data set is coded. */
typedef struct
{
  bool is_implicit, is_big_endian;
} BrgDicomCoding;

/* Walks the meta header, if the file has one, and leaves the stream at the data set. False in
 * *is_dicom, which is no error, when the file begins like no DICOM file. */
BrgStatus brg_dicom_walk_meta (BrgStream *stream,
                               const BrgDicomVisitor *visitor,
                               void *data,
                               bool *is_dicom,
                               BrgError *error);

/* Walks the data set up to its pixels. */
BrgStatus brg_dicom_walk_data (BrgStream *stream,
                               BrgDicomCoding coding,
                               const BrgDicomVisitor *visitor,
                               void *data,
                               BrgDicomPixels *pixels,
                               BrgError *error);
