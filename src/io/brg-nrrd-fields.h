#pragma once

#include "io/brg-image-header.h"
#include "io/brg-image-text.h"

/* Private to the NRRD reader: the text of a header cut into fields, not yet understood. */

typedef enum
{
  BRG_NRRD_FIELD_BYTE_SKIP,
  BRG_NRRD_FIELD_DATA_FILE,
  BRG_NRRD_FIELD_DIMENSION,
  BRG_NRRD_FIELD_DIRECTIONS,
  BRG_NRRD_FIELD_ENCODING,
  BRG_NRRD_FIELD_ENDIAN,
  BRG_NRRD_FIELD_KINDS,
  BRG_NRRD_FIELD_LINE_SKIP,
  BRG_NRRD_FIELD_ORIGIN,
  BRG_NRRD_FIELD_SIZES,
  BRG_NRRD_FIELD_SPACE,
  BRG_NRRD_FIELD_SPACE_DIMENSION,
  BRG_NRRD_FIELD_SPACE_UNITS,
  BRG_NRRD_FIELD_SPACINGS,
  BRG_NRRD_FIELD_TYPE,
  BRG_NRRD_FIELD_IGNORED, /* legal, of no use here */
  BRG_NRRD_FIELD_TEXT,    /* the same, free text */
  BRG_NRRD_N_FIELDS,
} BrgNrrdField;

typedef struct
{
  int version;
  const char *value[BRG_NRRD_N_FIELDS]; /* trimmed, NULL if absent; point into text */
  int n_files;
  char **files;                                      /* after `data file: LIST` */
  const char *segment_names[BRG_IMAGE_MAX_SEGMENTS]; /* the same, by their number */
  BrgImageText text;
} BrgNrrdFields;

/* Reads lines up to the blank one (or to the end of a detached header). Field names are matched
 * without regard to case and blanks; a field given twice is an error, an unknown one a warning. Of
 * keys with values only those of a 3D Slicer segmentation are looked at, for info->segments and the
 * names. */
BrgStatus brg_nrrd_fields_read (BrgStream *stream,
                                BrgNrrdFields *fields,
                                BrgImageInfo *info,
                                BrgError *error);

void brg_nrrd_fields_clear (BrgNrrdFields *fields);

/* Next word of *at (blank separated), advancing it; NULL at the end. */
const char *brg_nrrd_next_word (const char **at, size_t *length);

/* Fills `origin` and one column of `lps_from_source` per space axis from the fields, and says which
 * axes are of space. `header` holds dimension and sizes. */
BrgStatus brg_nrrd_geometry (const BrgNrrdFields *fields,
                             BrgImageHeader *header,
                             BrgImageInfo *info,
                             BrgError *error);
