#pragma once

#include "io/brg-image-header.h"
#include "io/brg-image-text.h"

/* Private to the readers of images: the text of a MetaImage header cut into fields, not yet
 * understood. The keys are those of MetaIO (metaObject.cxx and metaImage.cxx of ITK). */

typedef enum
{
  BRG_METAIMAGE_BINARY,
  BRG_METAIMAGE_BYTE_ORDER,
  BRG_METAIMAGE_CHANNELS,
  BRG_METAIMAGE_COMPRESSED,
  BRG_METAIMAGE_COMPRESSED_SIZE,
  BRG_METAIMAGE_DATA_FILE,
  BRG_METAIMAGE_DIM_SIZE,
  BRG_METAIMAGE_HEADER_SIZE,
  BRG_METAIMAGE_INTERCEPT,
  BRG_METAIMAGE_MATRIX,
  BRG_METAIMAGE_N_DIMS,
  BRG_METAIMAGE_OBJECT_TYPE,
  BRG_METAIMAGE_OFFSET,
  BRG_METAIMAGE_SIZE,
  BRG_METAIMAGE_SLOPE,
  BRG_METAIMAGE_SPACING,
  BRG_METAIMAGE_TYPE,
  BRG_METAIMAGE_UNITS,
  BRG_METAIMAGE_IGNORED, /* legal, of no use here */
  BRG_METAIMAGE_N_FIELDS,
} BrgMetaimageField;

typedef struct
{
  const char *value[BRG_METAIMAGE_N_FIELDS]; /* trimmed, NULL if absent; point into text */
  int n_files;
  char **files;  /* after `ElementDataFile = LIST` */
  uint64_t size; /* bytes of the header */
  BrgDataTally held;
  BrgImageText text;
} BrgMetaimageFields;

/* Reads lines up to ElementDataFile, and what it lists. Keys are matched without regard to case;
 * one given twice with different values is an error, an unknown one is as good as a comment. */
BrgStatus
brg_metaimage_fields_read (BrgStream *stream, BrgMetaimageFields *fields, BrgError *error);

void brg_metaimage_fields_clear (BrgMetaimageFields *fields);

/* Is the key, `length` bytes long, one that a MetaImage may have? */
bool brg_metaimage_knows (const char *key, size_t length);

/* `n` numbers of a field that is there, no more and no fewer. BRG_FORMAT names the field. */
BrgStatus brg_metaimage_numbers (const BrgMetaimageFields *fields,
                                 BrgMetaimageField field,
                                 double *numbers,
                                 int n,
                                 BrgError *error);

/* An integer between limits; `missing` if the field is absent. */
BrgStatus brg_metaimage_int (const BrgMetaimageFields *fields,
                             BrgMetaimageField field,
                             int64_t lo,
                             int64_t hi,
                             int64_t missing,
                             int64_t *value,
                             BrgError *error);

/* True or false; `missing` if the field is absent. */
BrgStatus brg_metaimage_bool (const BrgMetaimageFields *fields,
                              BrgMetaimageField field,
                              bool missing,
                              bool *value,
                              BrgError *error);

/* The grid of header->sizes. */
BrgStatus brg_metaimage_geometry (const BrgMetaimageFields *fields,
                                  BrgImageHeader *header,
                                  BrgImageInfo *info,
                                  BrgError *error);
