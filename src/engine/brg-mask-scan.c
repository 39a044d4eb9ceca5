#include "engine/brg-mask-scan.h"

#include "engine/brg-parallel.h"

#define SLAB_SLICES 4

typedef struct
{
  const BrgMask *mask;
  BrgVolume *scan;
} Filling;

static BrgStatus
fill_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Filling *filling = data;
  const int *dim = filling->mask->grid.dim;

  (void) slab;
  (void) error;
  for (int k = begin; k < end; k++)
    for (int j = 0; j < dim[1]; j++)
      {
        const uint64_t *words = brg_mask_row (filling->mask, j, k);
        int16_t *hu = brg_volume_row (filling->scan, j, k);
        for (int i = 0; i < dim[0]; i++)
          hu[i] = words[i / 64] >> (i % 64) & 1 ? BRG_MASK_SCAN_BONE_HU : BRG_MASK_SCAN_AIR_HU;
      }
  return BRG_OK;
}

BrgVolume *
brg_mask_scan (const BrgMask *mask, BrgJob *job, BrgError *error)
{
  BrgVolume *scan = brg_volume_new_in (brg_job_pool (job), &mask->grid, error);
  Filling filling = { mask, scan };

  if (scan == NULL || brg_parallel_slabs (mask->grid.dim[2], SLAB_SLICES, fill_slab, &filling, job,
                                          error) == BRG_OK)
    return scan;
  brg_volume_unref (scan);
  return NULL;
}

bool
brg_mask_scan_is (const BrgVolume *scan)
{
  size_t n = brg_grid_n_voxels (&scan->grid);

  for (size_t v = 0; v < n; v++)
    if (scan->hu[v] != BRG_MASK_SCAN_BONE_HU && scan->hu[v] != BRG_MASK_SCAN_AIR_HU)
      return false;
  return true;
}

BrgRecipe
brg_mask_scan_recipe (void)
{
  BrgRecipe recipe = brg_recipe_default ();

  recipe.keep = BRG_KEEP_ALL;
  return recipe;
}
