#pragma once

#include "io/brg-lattice.h"
#include "io/brg-nrrd-samples.h"

/* Private to the NRRD reader: one file being read row by row, whatever is made of the rows. */

/* Takes row (y, z) of the file: lattice.dim[0] samples of `type`, which it may change. */
typedef BrgStatus (*BrgNrrdRowFunc) (void *data, void *row, int y, int z, BrgError *error);

typedef struct
{
  BrgStream *stream;
  BrgNrrdHeader header;
  BrgNrrdInfo info;
  BrgNrrdSamples *samples;
  BrgNrrdType type; /* of the samples as read */
  BrgLattice lattice;
  double *numbers; /* room for one row as double */
} BrgNrrdReading;

/* Opens the file and understands its header. `reading` is all zero before, and to be closed
 * whatever is returned. */
BrgStatus brg_nrrd_reading_open (BrgNrrdReading *reading, const char *path, BrgError *error);

/* Hands all rows of the first layer to `take_row`, in file order, and checks the end of the data.
 */
BrgStatus brg_nrrd_reading_run (BrgNrrdReading *reading,
                                BrgNrrdRowFunc take_row,
                                void *data,
                                BrgJob *job,
                                BrgError *error);

void brg_nrrd_reading_close (BrgNrrdReading *reading);

/* A row as double in reading->numbers. */
void brg_nrrd_reading_numbers (BrgNrrdReading *reading, const void *row);
