#pragma once

#include "engine/brg-grid.h"
#include "io/brg-nrrd.h"
#include "io/brg-stream.h"

/* Private to the NRRD reader: a header understood, checked and free of its text. */

typedef enum
{
  BRG_NRRD_INT8,
  BRG_NRRD_UINT8,
  BRG_NRRD_INT16,
  BRG_NRRD_UINT16,
  BRG_NRRD_INT32,
  BRG_NRRD_UINT32,
  BRG_NRRD_INT64,
  BRG_NRRD_UINT64,
  BRG_NRRD_FLOAT,
  BRG_NRRD_DOUBLE,
} BrgNrrdType;

typedef enum
{
  BRG_NRRD_RAW,
  BRG_NRRD_GZIP,
  BRG_NRRD_TEXT,
  BRG_NRRD_HEX,
} BrgNrrdEncoding;

#define BRG_NRRD_MAX_FILES 4096

typedef struct
{
  BrgNrrdType type;
  BrgNrrdEncoding encoding;
  bool big_endian;
  int dimension; /* 3 or 4 */
  int sizes[4];  /* file axes, fastest first */
  int list_axis; /* the axis that is not of space, or -1 */
  int n_list;    /* its size; 1 without */
  BrgGrid grid;
  int64_t byte_skip; /* -1: the data is the end of the file */
  int64_t line_skip;
  int n_files;  /* of a detached header; 0 when the data follows the header */
  char **files; /* names as they stand in the header, untrusted */
  char *text;   /* what `files` points into */
} BrgNrrdHeader;

/* Reads and checks the header at the start of `stream`, leaving it at the first byte after. Fills
 * `info` and adds warnings to it. On failure there is nothing to clear. */
BrgStatus
brg_nrrd_header_read (BrgStream *stream, BrgNrrdHeader *header, BrgNrrdInfo *info, BrgError *error);

void brg_nrrd_header_clear (BrgNrrdHeader *header);

/* Bytes per sample. */
size_t brg_nrrd_type_size (BrgNrrdType type);

/* Samples in the file, list axis included. */
uint64_t brg_nrrd_header_n_samples (const BrgNrrdHeader *header);

/* Adds a warning, dropped if there are BRG_NRRD_MAX_WARNINGS already. */
void brg_nrrd_warn (BrgNrrdInfo *info, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));
