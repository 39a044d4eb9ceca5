#include "object-slice.h"

#include <math.h>

/* The columns of `lps` are steps along columns, rows and slices. */
static void
place (DicomSlice *slice, const BrgAffine *lps, int s)
{
  double *spacing_mm[2] = { &slice->column_mm, &slice->row_mm };

  for (int axis = 0; axis < 2; axis++)
    {
      BrgVec3 step = brg_vec3 (lps->m[0][axis], lps->m[1][axis], lps->m[2][axis]);
      *spacing_mm[axis] = brg_vec3_length (step);
      for (int r = 0; r < 3; r++)
        slice->orientation[3 * axis + r] = lps->m[r][axis] / *spacing_mm[axis];
    }
  for (int r = 0; r < 3; r++)
    slice->position[r] = lps->m[r][3] + s * lps->m[r][2];
}

DicomSlice
object_slice (const BrgGrid *grid, int s, gint16 samples[OBJECT_SLICE_MAX])
{
  DicomSlice slice = { .samples = samples };
  BrgAffine lps;
  int sizes[3], n = 0;

  brg_grid_to_source (grid, sizes, &lps);
  slice.columns = sizes[0];
  slice.rows = sizes[1];
  g_assert_cmpint (sizes[0] * sizes[1], <=, OBJECT_SLICE_MAX);
  place (&slice, &lps, s);
  for (int y = 0; y < sizes[1]; y++)
    for (int x = 0; x < sizes[0]; x++)
      {
        int vox[3];
        brg_grid_vox_from_source (grid, (const int[3]){ x, y, s }, vox);
        samples[n++] = (gint16) image_object_value ("int16", vox[0], vox[1], vox[2]);
      }
  return slice;
}

BrgGrid
object_slice_grid (const BrgGrid *grid)
{
  BrgGrid read = *grid;
  BrgAffine lps;
  int sizes[3];

  brg_grid_to_source (grid, sizes, &lps);
  if (brg_affine_determinant (&lps) < 0)
    read.source_flipped[2] = !read.source_flipped[2];
  return read;
}
