#pragma once

#include <stdint.h>

#include "engine/brg-job.h"
#include "io/brg-output.h"

/* Gives `row_bytes` bytes of row (y, z) of a volume. Called from several threads at once. */
typedef void (*BrgGzipRow) (const void *data, int y, int z, uint8_t *row);

/* Appends the rows, y fastest, to `output` as one gzip member without name or time, which must be
 * the end of it. It is deflated fast, in pieces of rows that depend on the sizes alone, so the
 * bytes are the same for any number of threads, and each is written as soon as those before it are
 * ready, so that no more than a few pieces are in memory. The header lists the pieces
 * (brg-gzip-index.h): our own reader inflates them on several threads. */
BrgStatus brg_gzip_write (BrgOutput *output,
                          BrgGzipRow row,
                          const void *data,
                          size_t row_bytes,
                          int n_y,
                          int n_z,
                          BrgJob *job,
                          BrgError *error);
