#include "io/brg-image-geometry.h"

#include <math.h>

#define MAX_SHEAR_DEG 0.5
#define MAX_ORIGIN_MM 1e5

BrgStatus
brg_image_check_origin (BrgVec3 origin, BrgError *error)
{
  double farthest = fmax (fmax (fabs (origin.x), fabs (origin.y)), fabs (origin.z));

  if (farthest <= MAX_ORIGIN_MM && !isnan (origin.x + origin.y + origin.z))
    return BRG_OK;
  return brg_error_set (error, BRG_FORMAT, "the origin %g, %g, %g mm is more than 100 m away",
                        origin.x, origin.y, origin.z);
}

BrgStatus
brg_image_set_grid (BrgImageHeader *header, const BrgAffine *lps_from_source, BrgError *error)
{
  int sizes[3];

  for (int a = 0, n = 0; a < header->dimension; a++)
    if (a != header->list_axis)
      sizes[n++] = header->sizes[a];
  if (brg_grid_from_source (sizes, lps_from_source, &header->grid, error) == BRG_OK)
    return BRG_OK;
  if (error != NULL)
    error->status = BRG_FORMAT;
  return BRG_FORMAT;
}

void
brg_image_warn_of_axes (const BrgImageHeader *header, BrgImageInfo *info)
{
  double shear_deg = brg_grid_shear_deg (&header->grid);

  if (!info->has_orientation)
    brg_image_warn (info, "the orientation is unknown: left and right may be exchanged");
  if (shear_deg > MAX_SHEAR_DEG)
    brg_image_warn (info, "the axes are tilted by %.1f degrees against each other", shear_deg);
}
