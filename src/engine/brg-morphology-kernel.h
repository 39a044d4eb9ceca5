#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/brg-isa.h"

/* Private to brg-morphology.c. A row of the dilation by a ball is the union of the rows of the ball
 * around it, each dilated along i by its half-width. Taken by falling half-width h that is Horner's
 * scheme: united = dilate1 (united) | rows of h. Erosion is the same with "and". Some rows at a
 * time, so that none waits for what it has just written. */

typedef struct
{
  const uint64_t *words;    /* of the mask */
  ptrdiff_t centre;         /* word where the row starts that the ball is centred on */
  const ptrdiff_t *offsets; /* words from there to the rows of the ball, by falling half-width */
  const size_t *ends;       /* where those of each half-width end in `offsets` */
  uint64_t *united;         /* the result, which the caller fills with 0, or ~0 to erode */
  uint64_t *next;           /* scratch of the same size */
  bool is_done;             /* private */
} BrgSweepRow;

typedef struct
{
  int n_halves;      /* half-widths: n_halves - 1, ..., 0 */
  size_t n_words;    /* of a united row; 4 zero words go before it, 4 after its multiple of 4 */
  size_t from_at;    /* where the rows of the mask begin in it */
  size_t from_words; /* their length, n_words to erode */
} BrgSweepShape;

typedef void BrgSweepRows (BrgSweepRow *rows, int n, const BrgSweepShape *shape);
BRG_ISA_DECLARE (BrgSweepRows, _brg_dilate_rows);
BRG_ISA_DECLARE (BrgSweepRows, _brg_erode_rows);
