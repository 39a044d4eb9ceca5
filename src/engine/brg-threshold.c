#include "engine/brg-threshold.h"

#include "engine/brg-parallel.h"
#include "engine/brg-threshold-kernel.h"

#define SLAB_SLICES 4

typedef struct
{
  const BrgVolume *scan;
  BrgMask *out;
  uint16_t lo;   /* as unsigned, so that hu - lo wraps round */
  uint16_t span; /* hi - lo */
  BrgThresholdRow *row;
} Threshold;

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
        t->row (t->scan->hu + row * (size_t) dim[0], dim[0], t->lo, t->span,
                brg_mask_row (t->out, j, k));
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
  BrgMask *out = brg_mask_new_in (brg_job_pool (job), &scan->grid, lo > hi, error);
  if (out == NULL || lo > hi)
    return out;

  Threshold t = { scan, out, (uint16_t) lo, (uint16_t) (hi - lo),
                  BRG_ISA_PICK (job, _brg_threshold_row) };
  if (brg_parallel_slabs (scan->grid.dim[2], SLAB_SLICES, threshold_slab, &t, job, error) == BRG_OK)
    return out;
  brg_mask_unref (out);
  return NULL;
}
