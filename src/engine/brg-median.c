#include "engine/brg-median.h"

#include "engine/brg-ball.h"
#include "engine/brg-median-private.h"

#define ROUNDING 1e-6 /* of a voxel: what counts as half when the spacing was rounded in a file */

static int
box_size (double diameter_mm, double spacing_mm)
{
  double size = 2 * floor ((diameter_mm / spacing_mm + 1) / 2 + 0.5 + ROUNDING) - 1;

  return size > 1 ? (int) size : 1;
}

void
brg_median_kernel_vox (const BrgGrid *grid, double diameter_mm, BrgKernel kernel, int size_vox[3])
{
  for (int a = 0; a < 3; a++)
    size_vox[a] = kernel == BRG_KERNEL_BOX ? box_size (diameter_mm, brg_grid_spacing_mm (grid, a))
                                           : 2 * brg_ball_radius_vox (grid, a, diameter_mm / 2) + 1;
}

BrgMask *
brg_median (const BrgMask *mask, double diameter_mm, BrgKernel kernel, BrgJob *job, BrgError *error)
{
  int size_vox[3];

  if (!(diameter_mm >= 0 && diameter_mm <= BRG_MEDIAN_MAX_MM))
    {
      brg_error_set (error, BRG_INVALID, "median kernel must be 0 to %g mm, got %g",
                     BRG_MEDIAN_MAX_MM, diameter_mm);
      return NULL;
    }
  brg_median_kernel_vox (&mask->grid, diameter_mm, kernel, size_vox);
  if (diameter_mm == 0 || (size_vox[0] == 1 && size_vox[1] == 1 && size_vox[2] == 1))
    return brg_mask_copy_in (brg_job_pool (job), mask, error);
  return kernel == BRG_KERNEL_BOX ? brg_median_box (mask, size_vox, job, error)
                                  : brg_median_ball (mask, diameter_mm, job, error);
}
