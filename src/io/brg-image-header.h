#pragma once

#include "engine/brg-grid.h"
#include "io/brg-image-text.h"
#include "io/brg-image.h"
#include "io/brg-stream.h"

/* Private to the readers of images: a header of any format, understood, checked and free of its
 * text. */

typedef enum
{
  BRG_IMAGE_INT8,
  BRG_IMAGE_UINT8,
  BRG_IMAGE_INT16,
  BRG_IMAGE_UINT16,
  BRG_IMAGE_INT32,
  BRG_IMAGE_UINT32,
  BRG_IMAGE_INT64,
  BRG_IMAGE_UINT64,
  BRG_IMAGE_FLOAT,
  BRG_IMAGE_DOUBLE,
} BrgImageType;

typedef enum
{
  BRG_IMAGE_RAW,
  BRG_IMAGE_GZIP,
  BRG_IMAGE_ZLIB,
  BRG_IMAGE_TEXT,
  BRG_IMAGE_HEX,
} BrgImageEncoding;

typedef struct
{
  BrgImageType type;
  BrgImageEncoding encoding;
  bool is_inflated; /* the header came out of gzip, and what follows it does too */
  bool big_endian;
  bool is_scaled; /* the values are slope * sample + intercept */
  double slope, intercept;
  int dimension;         /* 3 or 4 */
  int sizes[4];          /* file axes, fastest first */
  int list_axis;         /* the axis that is not of space, or -1 */
  int n_list;            /* its size; 1 without */
  const char *list_name; /* what the entries of the list are: "layers" */
  BrgGrid grid;
  int64_t byte_skip; /* -1: the data is the end of the file */
  int64_t line_skip;
  int n_files;  /* of a detached header; 0 when the data follows the header */
  char **files; /* names as they stand in the header, untrusted */
  /* Of segments by their number, as they stand in the header, or NULL. */
  const char *segment_names[BRG_IMAGE_MAX_SEGMENTS];
  BrgImageText text; /* what the names point into */
} BrgImageHeader;

void brg_image_header_clear (BrgImageHeader *header);

/* Bytes per sample, and the type's name: "int16". */
size_t brg_image_type_size (BrgImageType type);
const char *brg_image_type_name (BrgImageType type);

/* "raw", "gzip", "zlib", "text" or "hex". */
const char *brg_image_encoding_name (BrgImageEncoding encoding);

/* Samples in the file, list axis included. */
uint64_t brg_image_header_n_samples (const BrgImageHeader *header);

/* Adds a warning, dropped if there are BRG_IMAGE_MAX_WARNINGS already. */
void brg_image_warn (BrgImageInfo *info, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));
