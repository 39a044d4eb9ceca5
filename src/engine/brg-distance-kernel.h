#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-isa.h"

/* Private to brg-distance.c: what is done to tiles, which are neighbouring voxels of a row.
 *
 * Values are squared distances in mm2, negative inside the mask when both sides are wanted. A tile
 * in which nothing is within the limit has a state instead of values. The last tile of a row is
 * filled up with copies of the last value. */

#define BRG_DISTANCE_TILE 16

typedef enum
{
  BRG_TILE_OUTSIDE, /* all beyond the limit, outside of the mask */
  BRG_TILE_INSIDE,  /* all beyond the limit, in the mask */
  BRG_TILE_LIVE     /* has values */
} BrgTileState;

/* out[i - begin] = square of the distance from i to the nearer of two voxels, which may be
 * infinitely far, for begin <= i < end; with the sign given; infinite from beyond2 on. */
typedef void BrgDistanceGap (float *out,
                             int begin,
                             int end,
                             float before,
                             float after,
                             float spacing,
                             float beyond2,
                             float sign);
BRG_ISA_DECLARE (BrgDistanceGap, _brg_distance_gap);

/* The states of the tiles of a row. */
typedef void BrgDistanceStates (const float *row, int n_tiles, float beyond2, uint8_t *states);
BRG_ISA_DECLARE (BrgDistanceStates, _brg_distance_states);

/* Tiles one above the other along an axis. */
typedef struct
{
  float *values;   /* [n][BRG_DISTANCE_TILE]; tiles that are not live are filled by the search */
  uint8_t *states; /* [n] */
  int n;
  const float *add; /* [reach + 2]: (steps * spacing)^2, then INFINITY */
  int reach;        /* steps within the limit */
  float beyond2;    /* least square beyond the limit, or INFINITY */
  bool both_sides;

  int first, n_out; /* the tiles to make: first <= at < first + n_out */
  int width;        /* lanes to write */
  bool is_last;     /* write distances, infinite beyond the limit, not squares */
  float *out;       /* tile first + o at out + o * out_step, if it is live */
  size_t out_step;
  uint8_t *out_states; /* and its state, always, at out_states[o * states_step] */
  size_t states_step;
} BrgDistanceColumn;

/* The lower envelope of parabolas along the column: searches outward from every tile, until the
 * limit or until no farther one can be nearer. */
typedef void BrgDistanceSearch (const BrgDistanceColumn *column);
BRG_ISA_DECLARE (BrgDistanceSearch, _brg_distance_search);

/* n values at `out`. */
typedef void BrgDistanceFill (float *out, size_t n, float value);
BRG_ISA_DECLARE (BrgDistanceFill, _brg_distance_fill);
