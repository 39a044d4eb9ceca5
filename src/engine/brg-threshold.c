#include "engine/brg-threshold.h"

#include <string.h>

#include "engine/brg-parallel.h"

#define SLAB_SLICES 4

typedef struct
{
  const BrgVolume *scan;
  BrgMask *out;
  int16_t lo_hu;
  uint16_t span_hu; /* hi - lo */
} Threshold;

/* Gathers 64 bytes of 0 or 1 into bits: the product moves the lowest bit of byte b to bit 56 + b.
 */
static uint64_t
pack_bytes (const uint8_t bytes[64])
{
  uint64_t word = 0;

  for (int group = 0; group < 8; group++)
    {
      uint64_t eight;
      memcpy (&eight, bytes + group * 8, sizeof eight);
      if (eight != 0)
        word |= (eight * UINT64_C (0x0102040810204080) >> 56) << (group * 8);
    }
  return word;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "pack_bytes() reads little-endian words");

static void
threshold_row (const Threshold *t, const int16_t *hu, int n, uint64_t *row)
{
  uint16_t lo = (uint16_t) t->lo_hu;
  uint8_t bytes[64] = { 0 };
  int i = 0;

  for (; i + 64 <= n; i += 64)
    {
      for (int b = 0; b < 64; b++)
        bytes[b] = (uint16_t) ((uint16_t) hu[i + b] - lo) <= t->span_hu;
      row[i / 64] = pack_bytes (bytes);
    }
  if (i == n)
    return;
  memset (bytes, 0, sizeof bytes);
  for (int b = 0; i + b < n; b++)
    bytes[b] = (uint16_t) ((uint16_t) hu[i + b] - lo) <= t->span_hu;
  row[i / 64] = pack_bytes (bytes);
}

static BrgStatus
threshold_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Threshold *t = data;
  const int *dim = t->scan->grid.dim;

  (void) slab;
  (void) error;
  for (int k = begin; k < end; k++)
    for (int j = 0; j < dim[1]; j++)
      {
        size_t row = (size_t) k * (size_t) dim[1] + (size_t) j;
        threshold_row (t, t->scan->hu + row * (size_t) dim[0], dim[0], brg_mask_row (t->out, j, k));
      }
  return BRG_OK;
}

BrgMask *
brg_threshold (const BrgVolume *scan, int lo_hu, int hi_hu, BrgJob *job, BrgError *error)
{
  int lo = lo_hu > INT16_MIN ? lo_hu : INT16_MIN;
  int hi = hi_hu < INT16_MAX ? hi_hu : INT16_MAX;

  if (lo_hu > hi_hu)
    {
      brg_error_set (error, BRG_INVALID,
                     "lower threshold %d HU must not be above the upper threshold %d HU", lo_hu,
                     hi_hu);
      return NULL;
    }
  BrgMask *out = brg_mask_new (&scan->grid, error);
  if (out == NULL || lo > hi)
    return out;

  Threshold t = { scan, out, (int16_t) lo, (uint16_t) (hi - lo) };
  if (brg_parallel_slabs (scan->grid.dim[2], SLAB_SLICES, threshold_slab, &t, job, error) == BRG_OK)
    return out;
  brg_mask_unref (out);
  return NULL;
}
