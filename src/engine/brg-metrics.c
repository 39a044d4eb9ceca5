#include "engine/brg-metrics.h"

#include <stdlib.h>

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-morphology.h"
#include "engine/brg-nearest.h"
#include "engine/brg-parallel.h"
#include "engine/brg-surface-word.h"

#define SLAB_VOXELS 2048
#define QUANTILE    0.95

/* The masks, cut to what matters. */
typedef struct
{
  BrgMask *predicted, *truth, *defective;
} Cut;

/* Distances from the voxels of one surface to another. */
typedef struct
{
  const BrgNearest *from, *to;
  double *mm;
} Directed;

static double
dice (size_t n_a, size_t n_b, size_t n_common)
{
  return n_a + n_b > 0 ? 2 * (double) n_common / (double) (n_a + n_b) : 1;
}

/* Both implants and the border around them. */
static BrgBox
box_of (const BrgMask *predicted, const BrgMask *truth)
{
  const BrgGrid *grid = &truth->grid;
  BrgBox a = brg_mask_bounds (predicted), b = brg_mask_bounds (truth);
  BrgBox both = brg_box_union (&a, &b);
  int margin_vox[3];

  for (int axis = 0; axis < 3; axis++)
    {
      double reach = ceil (BRG_METRICS_BORDER_MM / brg_grid_spacing_mm (grid, axis)) + 1;
      margin_vox[axis] = reach < grid->dim[axis] ? (int) reach : grid->dim[axis];
    }
  return brg_box_grow (&both, margin_vox, grid->dim);
}

static BrgStatus
cut (Cut *masks,
     const BrgMask *predicted,
     const BrgMask *truth,
     const BrgMask *defective,
     BrgError *error)
{
  BrgBox box = box_of (predicted, truth);

  masks->predicted = brg_mask_crop (predicted, &box, error);
  if (masks->predicted != NULL)
    masks->truth = brg_mask_crop (truth, &box, error);
  if (masks->truth != NULL)
    masks->defective = brg_mask_crop (defective, &box, error);
  return masks->defective != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static BrgStatus
compare_border (const Cut *masks, BrgMetrics *out, BrgJob *job, BrgError *error)
{
  BrgError own = { 0 };
  BrgMask *band = brg_dilate (masks->defective, BRG_METRICS_BORDER_MM, job, &own);

  if (band == NULL)
    return brg_error_set (error, own.status, "%s", own.message);
  size_t n_predicted = brg_mask_count_and (masks->predicted, band);
  size_t n_true = brg_mask_count_and (masks->truth, band);
  BrgStatus status = brg_mask_and (band, masks->truth, error);
  out->border_dice = dice (n_predicted, n_true, brg_mask_count_and (masks->predicted, band));
  brg_mask_unref (band);
  return status;
}

/* Lists the surface voxels; for a NULL list it only counts them. */
static size_t
list_surface (const BrgMask *mask, int (*voxels)[3])
{
  const int *dim = mask->grid.dim;
  size_t n = 0;

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (size_t w = 0; w < mask->row_words; w++)
        for (uint64_t left = brg_surface_word (mask, j, k, w); left != 0; left &= left - 1, n++)
          if (voxels != NULL)
            {
              voxels[n][0] = (int) w * 64 + __builtin_ctzll (left);
              voxels[n][1] = j;
              voxels[n][2] = k;
            }
  return n;
}

static BrgStatus
find_surface (const BrgMask *mask, BrgNearest *surface, BrgJob *job, BrgError *error)
{
  size_t n = list_surface (mask, NULL);
  int (*voxels)[3] = brg_alloc_in (brg_job_pool (job), n, sizeof *voxels, error);

  if (voxels == NULL)
    return BRG_NO_MEMORY;
  list_surface (mask, voxels);
  return brg_nearest_make (&mask->grid, voxels, n, surface, job, error);
}

static BrgStatus
measure_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Directed *directed = data;
  size_t first = (size_t) begin * SLAB_VOXELS, last = (size_t) end * SLAB_VOXELS, hint = 0;

  (void) slab;
  (void) error;
  for (size_t v = first; v < last && v < directed->from->n; v++)
    directed->mm[v] = brg_nearest_mm (directed->to, directed->from->voxels[v], &hint);
  return BRG_OK;
}

static BrgStatus
measure_all (Directed *directed, BrgJob *job, BrgError *error)
{
  int n_slabs = (int) ((directed->from->n + SLAB_VOXELS - 1) / SLAB_VOXELS);

  return brg_parallel_slabs (n_slabs, 1, measure_slab, directed, job, error);
}

static int
compare_numbers (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Between the two values around the rank QUANTILE * (n - 1); numpy's default. */
static double
quantile (const double *sorted, size_t n)
{
  double rank = QUANTILE * (double) (n - 1);
  size_t below = (size_t) rank, above = below + 1 < n ? below + 1 : below;
  double part = rank - (double) below, step = sorted[above] - sorted[below];

  return part < 0.5 ? sorted[below] + step * part : sorted[above] - step * (1 - part);
}

static BrgStatus
measure_surfaces (const BrgNearest *a,
                  const BrgNearest *b,
                  BrgMetrics *out,
                  BrgJob *job,
                  BrgError *error)
{
  size_t n = a->n + b->n;
  BrgJobPart parts = brg_job_parts (job);
  double *mm = brg_alloc_in (brg_job_pool (job), n, sizeof *mm, error);

  if (mm == NULL)
    return BRG_NO_MEMORY;
  Directed there = { a, b, mm }, back = { b, a, mm + a->n };
  brg_job_part (&parts, 0, 0.5);
  BrgStatus status = measure_all (&there, job, error);
  brg_job_part (&parts, 0.5, 1);
  if (status == BRG_OK)
    status = measure_all (&back, job, error);
  brg_job_parts_end (&parts);
  if (status == BRG_OK)
    {
      qsort (mm, n, sizeof *mm, compare_numbers);
      out->hausdorff_mm = mm[n - 1];
      out->hausdorff95_mm = quantile (mm, n);
    }
  brg_free (mm);
  return status;
}

static BrgStatus
compare_surfaces (const Cut *masks, BrgMetrics *out, BrgJob *job, BrgError *error)
{
  BrgNearest predicted = { 0 }, truth = { 0 };
  BrgStatus status = find_surface (masks->predicted, &predicted, job, error);

  if (status == BRG_OK)
    status = find_surface (masks->truth, &truth, job, error);
  if (status == BRG_OK)
    status = measure_surfaces (&predicted, &truth, out, job, error);
  brg_nearest_clear (&predicted);
  brg_nearest_clear (&truth);
  return status;
}

/* What needs more than the numbers of voxels. */
static BrgStatus
compare (const BrgMask *predicted,
         const BrgMask *truth,
         const BrgMask *defective,
         BrgMetrics *out,
         BrgJob *job,
         BrgError *error)
{
  Cut masks = { 0 };
  BrgJobPart parts = brg_job_parts (job);
  BrgStatus status = cut (&masks, predicted, truth, defective, error);

  brg_job_part (&parts, 0, 0.5);
  if (status == BRG_OK)
    status = compare_border (&masks, out, job, error);
  brg_job_part (&parts, 0.5, 1);
  if (status == BRG_OK && out->n_predicted_vox > 0 && out->n_true_vox > 0)
    status = compare_surfaces (&masks, out, job, error);
  brg_job_parts_end (&parts);
  brg_mask_unref (masks.predicted);
  brg_mask_unref (masks.truth);
  brg_mask_unref (masks.defective);
  return status;
}

BrgStatus
brg_metrics (const BrgMask *predicted,
             const BrgMask *truth,
             const BrgMask *defective,
             BrgMetrics *out,
             BrgJob *job,
             BrgError *error)
{
  BrgStatus status = brg_grid_check_equal (&truth->grid, &predicted->grid, error);

  if (status == BRG_OK)
    status = brg_grid_check_equal (&truth->grid, &defective->grid, error);
  if (status != BRG_OK)
    return status;
  if (brg_mask_is_empty (defective))
    return brg_error_set (error, BRG_EMPTY, "the defective skull is empty");
  BrgMetrics found = { .hausdorff_mm = (double) NAN,
                       .hausdorff95_mm = (double) NAN,
                       .n_predicted_vox = brg_mask_count (predicted),
                       .n_true_vox = brg_mask_count (truth),
                       .n_common_vox = brg_mask_count_and (predicted, truth) };
  found.dice = dice (found.n_predicted_vox, found.n_true_vox, found.n_common_vox);
  found.border_dice = 1;
  if (found.n_predicted_vox + found.n_true_vox > 0)
    status = compare (predicted, truth, defective, &found, job, error);
  if (status == BRG_OK)
    *out = found;
  return status;
}
