#pragma once

#include <stdint.h>

#include "engine/brg-grid.h"
#include "engine/brg-pool.h"

/* One bit per voxel. Row (j, k) is `row_words` 64-bit words, bit i % 64 of word i / 64 is voxel i;
 * the bits past dim[0] in the last word are always 0, and every function here keeps them so.
 * Reference-counted; writable by its owner while it has one reference, then immutable. References
 * may be taken and dropped on any thread. */
typedef struct
{
  BrgGrid grid;
  size_t row_words; /* ceil (dim[0] / 64) */
  size_t n_words;   /* row_words * dim[1] * dim[2] */
  uint64_t *words;  /* 64-byte aligned */
  int ref_count;    /* atomic; private */
} BrgMask;

/* An empty mask. NULL and `error` if memory is short. */
BrgMask *brg_mask_new (const BrgGrid *grid, BrgError *error);

/* A new writable mask with the same voxels. */
BrgMask *brg_mask_copy (const BrgMask *mask, BrgError *error);

/* The same two with the words from a pool (brg-pool.h; NULL for none); the first leaves them
 * undefined when `is_clear` is false, for a caller that writes every word. */
BrgMask *brg_mask_new_in (BrgPool *pool, const BrgGrid *grid, bool is_clear, BrgError *error);
BrgMask *brg_mask_copy_in (BrgPool *pool, const BrgMask *mask, BrgError *error);

BrgMask *brg_mask_ref (BrgMask *mask); /* NULL allowed, and returned */
void brg_mask_unref (BrgMask *mask);   /* NULL allowed */

/* Does anyone hold a reference besides the caller? */
static inline bool
brg_mask_is_shared (const BrgMask *mask)
{
  return __atomic_load_n (&mask->ref_count, __ATOMIC_ACQUIRE) > 1;
}

static inline uint64_t *
brg_mask_row (const BrgMask *mask, int j, int k)
{
  return mask->words + ((size_t) k * (size_t) mask->grid.dim[1] + (size_t) j) * mask->row_words;
}

/* Valid bits of the last word of a row. */
static inline uint64_t
brg_mask_last_word_bits (const BrgMask *mask)
{
  int used = mask->grid.dim[0] % 64;
  return used == 0 ? ~UINT64_C (0) : (UINT64_C (1) << used) - 1;
}

/* Indices must lie inside the grid. */
static inline bool
brg_mask_get (const BrgMask *mask, int i, int j, int k)
{
  return brg_mask_row (mask, j, k)[i / 64] >> (i % 64) & 1;
}

static inline void
brg_mask_set (BrgMask *mask, int i, int j, int k, bool value)
{
  uint64_t *word = brg_mask_row (mask, j, k) + i / 64;
  uint64_t bit = UINT64_C (1) << (i % 64);
  *word = value ? *word | bit : *word & ~bit;
}

/* Boolean algebra in place: mask = mask OP other. BRG_INVALID (mask untouched) when the grids
 * differ. and_not is set difference. */
BrgStatus brg_mask_and (BrgMask *mask, const BrgMask *other, BrgError *error);
BrgStatus brg_mask_or (BrgMask *mask, const BrgMask *other, BrgError *error);
BrgStatus brg_mask_and_not (BrgMask *mask, const BrgMask *other, BrgError *error);
void brg_mask_invert (BrgMask *mask);
void brg_mask_clear (BrgMask *mask);

/* Number of set voxels. */
size_t brg_mask_count (const BrgMask *mask);

/* Number of voxels set in both; grids must be equal. */
size_t brg_mask_count_and (const BrgMask *a, const BrgMask *b);

bool brg_mask_is_empty (const BrgMask *mask);

/* Same grid and same voxels. */
bool brg_mask_equal (const BrgMask *a, const BrgMask *b);

/* Tight box of the set voxels; an all-zero (empty) box for an empty mask. */
BrgBox brg_mask_bounds (const BrgMask *mask);

/* A new mask of the voxels inside `box`, clipped to the grid; BRG_EMPTY if nothing is left. */
BrgMask *brg_mask_crop (const BrgMask *mask, const BrgBox *box, BrgError *error);

/* Volume of the set voxels in mm3. */
double brg_mask_volume_mm3 (const BrgMask *mask);
