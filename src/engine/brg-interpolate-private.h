#pragma once

#include "engine/brg-interpolate.h"

/* Private to brg-interpolate*.c. */

/* Pixels lo <= at < hi on the two axes of a slice. */
typedef struct
{
  int lo[2], hi[2];
} BrgFlatBox;

static inline bool
brg_flat_box_is_empty (const BrgFlatBox *box)
{
  return box->hi[0] <= box->lo[0] || box->hi[1] <= box->lo[1];
}

static inline BrgFlatBox
brg_flat_box_union (const BrgFlatBox *a, const BrgFlatBox *b)
{
  BrgFlatBox out = *a;

  for (int x = 0; x < 2; x++)
    {
      out.lo[x] = b->lo[x] < a->lo[x] ? b->lo[x] : a->lo[x];
      out.hi[x] = b->hi[x] > a->hi[x] ? b->hi[x] : a->hi[x];
    }
  return out;
}

/* A picture of one slice in which the parts are numbered from 1 in scan order. */
typedef struct
{
  BrgFlatBox frame;
  uint32_t *labels; /* (hi[0] - lo[0]) x (hi[1] - lo[1]) */
  uint32_t n_parts;
  BrgFlatBox *boxes; /* of the parts; entry 0 unused */
} BrgFlatParts;

/* Sets pixels begin <= x < end of row y on slice n of the gap; `data` is the caller's. */
typedef void (*BrgFlatPut) (void *data, int n, int begin, int end, int y);

/* One pair: pixels of part `a` of the first slice that go with part `b`, and the reverse. */
typedef struct
{
  const BrgFlatParts *parts[2];   /* of both slices, on the same frame */
  const uint32_t *counterpart[2]; /* per pixel of the frame: the part of the other slice */
  uint32_t a, b;
  double mm[2]; /* size of a pixel */
  int dim[2];   /* of the slice */
  int d;        /* slices from the first to the second */
} BrgFlatPair;

/* Steps 3 and 4 of brg-interpolate.h: hands every pixel between to `put`, with its n. */
BrgStatus _brg_interpolate_pair (const BrgFlatPair *pair,
                                 BrgFlatPut put,
                                 void *data,
                                 BrgJob *job,
                                 BrgError *error);
