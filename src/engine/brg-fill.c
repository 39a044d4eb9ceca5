#include "engine/brg-fill.h"

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-runs.h"

#define ROUNDING 1e-9 /* relative; a component of exactly the limit is filled */

typedef struct
{
  int connectivity; /* of the background */
  double unit;      /* mm2 or mm3 of one voxel */
  double limit;     /* in the same unit */
  const char *name; /* of the limit, for messages */
} Hole;

/* Marks the components that reach an edge of a slice, or (in 3-D) the first or last slice. */
static void
mark_border (const BrgRuns *runs, bool in_3d, uint8_t *touches)
{
  const int *dim = runs->dim;
  const uint32_t *first = runs->row_first;

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++, first++)
      {
        bool edge = j == 0 || j == dim[1] - 1 || (in_3d && (k == 0 || k == dim[2] - 1));
        for (uint32_t x = first[0]; x < first[1]; x++)
          if (edge || runs->runs[x].begin == 0 || runs->runs[x].end == dim[0])
            touches[runs->component[x]] = 1;
      }
}

/* One flag per component, to be freed. */
static uint8_t *
choose_holes (const BrgRuns *runs, const Hole *hole, BrgError *error)
{
  size_t *sizes = brg_runs_sizes (runs, error);
  uint8_t *flags = sizes != NULL ? brg_alloc_zero (runs->n_components, 1, error) : NULL;

  if (flags != NULL)
    {
      mark_border (runs, hole->connectivity == 26, flags);
      for (size_t x = 0; x < runs->n_components; x++)
        flags[x] = !flags[x] && (double) sizes[x] * hole->unit <= hole->limit * (1 + ROUNDING);
    }
  brg_free (sizes);
  return flags;
}

static BrgStatus
fill_in_place (BrgMask *mask, const Hole *hole, BrgJob *job, BrgError *error)
{
  BrgJobPart parts = brg_job_parts (job);
  BrgRuns runs;

  brg_job_part (&parts, 0, 0.9);
  BrgStatus status = brg_runs_label (mask, true, hole->connectivity, &runs, job, error);
  brg_job_part (&parts, 0.9, 1);
  if (status == BRG_OK)
    {
      uint8_t *flags = choose_holes (&runs, hole, error);
      status = flags != NULL ? brg_runs_paint (&runs, flags, mask, job, error) : BRG_NO_MEMORY;
      brg_free (flags);
      brg_runs_clear (&runs);
    }
  brg_job_parts_end (&parts);
  return status;
}

static BrgMask *
fill (const BrgMask *mask, const Hole *hole, BrgJob *job, BrgError *error)
{
  if (!(hole->limit >= 0))
    {
      brg_error_set (error, BRG_INVALID, "%s of holes to fill must be at least 0, got %g",
                     hole->name, hole->limit);
      return NULL;
    }
  BrgMask *out = brg_mask_copy (mask, error);
  if (out == NULL || hole->limit == 0 || fill_in_place (out, hole, job, error) == BRG_OK)
    return out;
  brg_mask_unref (out);
  return NULL;
}

BrgMask *
brg_fill_slices (const BrgMask *mask, double max_area_mm2, BrgJob *job, BrgError *error)
{
  const BrgAffine *a = &mask->grid.lps_from_vox;
  BrgVec3 along_i = brg_vec3 (a->m[0][0], a->m[1][0], a->m[2][0]);
  BrgVec3 along_j = brg_vec3 (a->m[0][1], a->m[1][1], a->m[2][1]);
  double voxel_mm2 = brg_vec3_length (brg_vec3_cross (along_i, along_j));
  Hole hole = { 8, voxel_mm2, max_area_mm2, "area in mm2" };

  return fill (mask, &hole, job, error);
}

BrgMask *
brg_fill_volume (const BrgMask *mask, double max_volume_mm3, BrgJob *job, BrgError *error)
{
  Hole hole = { 26, brg_grid_voxel_mm3 (&mask->grid), max_volume_mm3, "volume in mm3" };

  return fill (mask, &hole, job, error);
}
