#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* Private to engine/: which rows of a mask hold a set voxel, and how many of a range do. */

typedef struct
{
  int n_j, n_k;   /* rows of a slice, slices */
  uint8_t *live;  /* [k * n_j + j]: 1 when the row holds a set voxel */
  uint32_t *sums; /* [k * (n_j + 1) + j]: live rows of those below j in the slices below k */
} BrgRows;

BrgStatus brg_rows_init (BrgRows *rows, const BrgMask *mask, BrgJob *job, BrgError *error);

void brg_rows_clear (BrgRows *rows); /* zeroed allowed */

/* Is there a live row? Any j and k. */
static inline bool
brg_rows_is_live (const BrgRows *rows, int j, int k)
{
  return j >= 0 && j < rows->n_j && k >= 0 && k < rows->n_k &&
         rows->live[(size_t) k * (size_t) rows->n_j + (size_t) j];
}

/* Live rows within radius_j and radius_k of (j, k), which may lie outside. */
int64_t brg_rows_count (const BrgRows *rows, int j, int k, int radius_j, int radius_k);
