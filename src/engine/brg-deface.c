#include "engine/brg-deface.h"

#include "engine/brg-morphology.h"
#include "engine/brg-threshold.h"

/* Copies the scan and blanks what is not in `kept`. */
static BrgVolume *
blank (const BrgVolume *scan,
       const BrgMask *kept,
       size_t *n_blanked,
       BrgPool *pool,
       BrgError *error)
{
  BrgVolume *out = brg_volume_new_in (pool, &scan->grid, error);
  const int *dim = scan->grid.dim;
  size_t n = 0;

  if (out == NULL)
    return NULL;
  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      {
        const uint64_t *bits = brg_mask_row (kept, j, k);
        const int16_t *from = brg_volume_row (scan, j, k);
        int16_t *to = brg_volume_row (out, j, k);
        for (int i = 0; i < dim[0]; i++)
          {
            bool is_kept = bits[i / 64] >> (i % 64) & 1;
            to[i] = is_kept ? from[i] : BRG_DEFACE_AIR_HU;
            n += to[i] != from[i];
          }
      }
  if (n_blanked != NULL)
    *n_blanked = n;
  return out;
}

BrgVolume *
brg_deface (const BrgVolume *scan,
            int bone_hu,
            double keep_mm,
            size_t *n_blanked,
            BrgJob *job,
            BrgError *error)
{
  BrgMask *bone = brg_threshold (scan, bone_hu, INT16_MAX, job, error), *kept = NULL;
  BrgVolume *out = NULL;

  if (bone != NULL)
    kept = brg_dilate (bone, keep_mm, job, error);
  if (kept != NULL)
    out = blank (scan, kept, n_blanked, brg_job_pool (job), error);
  brg_mask_unref (kept);
  brg_mask_unref (bone);
  return out;
}
