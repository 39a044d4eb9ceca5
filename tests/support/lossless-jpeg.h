#pragma once

#include <glib.h>

/* Writes JPEG streams of process 14 (ITU-T T.81, H) for tests: one component, one table of codes in
 * which every difference has one. */

typedef struct
{
  int columns, rows;
  int precision;    /* bits of a sample, 2 to 16 */
  int predictor;    /* 1 to 7 */
  int transform;    /* lowest bits that are dropped */
  int restart_rows; /* rows between two restarts; 0: none */
} LosslessJpeg;

/* The stream of samples [rows * columns]. */
GByteArray *lossless_jpeg (const LosslessJpeg *shape, const guint16 *samples);
