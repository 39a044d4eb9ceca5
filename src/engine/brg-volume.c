#include "engine/brg-volume.h"

#include <string.h>

#include "engine/brg-alloc.h"

BrgVolume *
brg_volume_new_in (BrgPool *pool, const BrgGrid *grid, BrgError *error)
{
  BrgVolume *volume = brg_alloc (1, sizeof *volume, error);

  if (volume == NULL)
    return NULL;
  *volume = (BrgVolume){ .grid = *grid, .ref_count = 1 };
  volume->hu = brg_alloc_in (pool, brg_grid_n_voxels (grid), sizeof *volume->hu, error);
  if (volume->hu == NULL)
    {
      brg_volume_unref (volume);
      return NULL;
    }
  return volume;
}

BrgVolume *
brg_volume_new (const BrgGrid *grid, BrgError *error)
{
  return brg_volume_new_in (NULL, grid, error);
}

BrgVolume *
brg_volume_ref (BrgVolume *volume)
{
  __atomic_add_fetch (&volume->ref_count, 1, __ATOMIC_RELAXED);
  return volume;
}

void
brg_volume_unref (BrgVolume *volume)
{
  if (volume == NULL || __atomic_sub_fetch (&volume->ref_count, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  brg_free (volume->hu);
  brg_free (volume);
}

BrgVolume *
brg_volume_crop (const BrgVolume *volume, const BrgBox *box, BrgError *error)
{
  BrgBox whole = brg_grid_box (&volume->grid);
  BrgBox clipped = brg_box_intersect (box, &whole);

  if (brg_box_is_empty (&clipped))
    {
      brg_error_set (error, BRG_EMPTY, "the crop %d:%d,%d:%d,%d:%d holds no voxel of %d x %d x %d",
                     box->lo[0], box->hi[0], box->lo[1], box->hi[1], box->lo[2], box->hi[2],
                     whole.hi[0], whole.hi[1], whole.hi[2]);
      return NULL;
    }
  BrgGrid grid = brg_grid_crop (&volume->grid, &clipped);
  BrgVolume *out = brg_volume_new (&grid, error);
  if (out == NULL)
    return NULL;
  int16_t *to = out->hu;
  for (int k = clipped.lo[2]; k < clipped.hi[2]; k++)
    for (int j = clipped.lo[1]; j < clipped.hi[1]; j++, to += grid.dim[0])
      {
        size_t row = ((size_t) k * volume->grid.dim[1] + j) * volume->grid.dim[0];
        memcpy (to, volume->hu + row + clipped.lo[0], (size_t) grid.dim[0] * sizeof *to);
      }
  return out;
}
