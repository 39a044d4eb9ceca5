#pragma once

#include "engine/brg-lattice.h"
#include "io/brg-image-parts.h"

/* Private to the readers of images: one file being read row by row, whatever is made of the rows.
 */

/* What becomes of the parts of a file: they are read to where they belong, or given to `take`,
 * which may change them, from several threads at once. */
typedef struct
{
  uint8_t *place; /* of the first byte of all rows, or NULL: then every part goes to `take` */
  BrgStatus (*take) (void *data, uint8_t *rows, uint64_t first_row, size_t n_rows, BrgError *error);
  void *data;
} BrgImagePartSink;

/* Takes row (y, z) of the file: lattice.dim[0] samples of `type`, which it may change. */
typedef BrgStatus (*BrgImageRowFunc) (void *data, void *row, int y, int z, BrgError *error);

#define BRG_IMAGE_ALL_LAYERS (-1)

typedef struct
{
  BrgStream *stream;
  BrgImageHeader header;
  BrgImageInfo info;
  BrgImageSamples *samples;
  BrgImageType type; /* of the samples as read */
  bool is_hu;        /* they are int16 and are HU as they are */
  BrgLattice lattice;
  double *numbers; /* room for one row as double */
  int layer;       /* of the list, which is read: 0 unless set after opening, or all of them */
  int row_layer;   /* that the row handed on is of */
} BrgImageReading;

/* Opens the file and understands its header. `reading` is all zero before, and to be closed
 * whatever is returned. */
BrgStatus brg_image_reading_open (BrgImageReading *reading, const char *path, BrgError *error);

/* Reads all parts on several threads when the file has such (brg-image-parts.h) and one layer only.
 * False, which is no error, when they are to be read by brg_image_reading_run() from the beginning
 * instead; *status is what became of them otherwise, BRG_CANCELLED or BRG_NO_MEMORY included. */
bool brg_image_reading_run_parts (BrgImageReading *reading,
                                  const BrgImagePartSink *sink,
                                  BrgJob *job,
                                  BrgStatus *status,
                                  BrgError *error);

/* Hands all rows of reading->layer to `take_row`, in file order, and checks the end of the data. */
BrgStatus brg_image_reading_run (BrgImageReading *reading,
                                 BrgImageRowFunc take_row,
                                 void *data,
                                 BrgJob *job,
                                 BrgError *error);

/* That of several layers the first is all that is read. */
void brg_image_reading_warn_of_layers (BrgImageReading *reading);

void brg_image_reading_close (BrgImageReading *reading);

/* The values of a row as double, lattice.dim[0] of them in `numbers`, or in reading->numbers. */
void brg_image_reading_convert (const BrgImageReading *reading, const void *row, double *numbers);
void brg_image_reading_numbers (BrgImageReading *reading, const void *row);
