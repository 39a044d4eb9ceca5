#include "engine/brg-cutter.h"

#include "engine/brg-alloc.h"
#include "engine/brg-box-words.h"
#include "engine/brg-parallel.h"
#include "engine/brg-solid.h"

#define SLAB_SLICES 4
#define MARGIN_VOX  1e-3

/* Voxels of one row that may belong to the solid. */
typedef struct
{
  int lo, hi;
} Span;

typedef struct
{
  const BrgSolid *solid;
  BrgAffine local_from_vox; /* (u, v, h) of a voxel centre */
  BrgAffine vox_from_local;
  BrgBox box;
  Span *spans; /* of the rows of the box, j fastest */
  double cells_per_mm;
  BrgMask *cutter, *drills;
} Raster;

static BrgAffine
local_from_vox (const BrgGrid *grid, const BrgFrame *frame)
{
  const BrgVec3 axis[3] = { frame->u, frame->v, frame->normal };
  BrgAffine local = brg_affine_identity ();

  for (int r = 0; r < 3; r++)
    {
      local.m[r][0] = axis[r].x;
      local.m[r][1] = axis[r].y;
      local.m[r][2] = axis[r].z;
      local.m[r][3] = -brg_vec3_dot (axis[r], frame->origin);
    }
  return brg_affine_multiply (&local, &grid->lps_from_vox);
}

/* Voxels that a block of the solid's space may hold. */
static BrgBox
block_box (const Raster *raster, BrgVec3 lo, BrgVec3 hi)
{
  const BrgAffine *m = &raster->vox_from_local;
  BrgVec3 middle = brg_vec3_scale (brg_vec3_add (lo, hi), 0.5);
  BrgVec3 half = brg_vec3_scale (brg_vec3_sub (hi, lo), 0.5);
  BrgVec3 centre = brg_affine_point (m, middle);
  const double at[3] = { centre.x, centre.y, centre.z };
  BrgBox box;

  for (int axis = 0; axis < 3; axis++)
    {
      double reach = fabs (m->m[axis][0]) * half.x + fabs (m->m[axis][1]) * half.y +
                     fabs (m->m[axis][2]) * half.z + MARGIN_VOX;
      double n = raster->cutter->grid.dim[axis];
      double first = at[axis] - reach, last = at[axis] + reach + 1;
      box.lo[axis] = first < 0 ? 0 : first > n ? (int) n : (int) first;
      box.hi[axis] = last < 0 ? 0 : last > n ? (int) n : (int) last;
    }
  return box;
}

static BrgBox
cell_box (const Raster *raster, int p, int q)
{
  const BrgSolid *solid = raster->solid;
  const BrgSolidCell *cell = solid->cells + q * (solid->n_u - 1) + p;
  double u = (p - solid->mid_u) * solid->step_mm, v = (q - solid->mid_v) * solid->step_mm;

  return block_box (raster, brg_vec3 (u, v, (double) cell->lo_min),
                    brg_vec3 (u + solid->step_mm, v + solid->step_mm, (double) cell->hi_max));
}

/* Widens the spans of the rows of a box that lies inside the raster's. */
static void
widen_spans (const Raster *raster, const BrgBox *box)
{
  int n_j = raster->box.hi[1] - raster->box.lo[1];

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      {
        Span *span =
          raster->spans + (size_t) (k - raster->box.lo[2]) * (size_t) n_j + (j - raster->box.lo[1]);
        span->lo = box->lo[0] < span->lo ? box->lo[0] : span->lo;
        span->hi = box->hi[0] > span->hi ? box->hi[0] : span->hi;
      }
}

/* Finds out which voxels of each row are worth a test. */
static BrgStatus
make_spans (Raster *raster, BrgError *error)
{
  const BrgSolid *solid = raster->solid;
  size_t n_rows = (size_t) (raster->box.hi[1] - raster->box.lo[1]) *
                  (size_t) (raster->box.hi[2] - raster->box.lo[2]);

  raster->spans = brg_alloc (n_rows, sizeof *raster->spans, error);
  if (raster->spans == NULL)
    return BRG_NO_MEMORY;
  for (size_t row = 0; row < n_rows; row++)
    raster->spans[row] = (Span){ raster->cutter->grid.dim[0], 0 };
  if (solid->cells == NULL)
    widen_spans (raster, &raster->box);
  for (int q = 0; solid->cells != NULL && q < solid->n_v - 1; q++)
    for (int p = 0; p < solid->n_u - 1; p++)
      if (!solid->cells[q * (solid->n_u - 1) + p].outside)
        {
          BrgBox box = cell_box (raster, p, q), inside = brg_box_intersect (&box, &raster->box);
          if (!brg_box_is_empty (&inside))
            widen_spans (raster, &inside);
        }
  return BRG_OK;
}

/* Membership of a point, from its cell alone where that is enough. */
static unsigned
test_point (const Raster *raster, double u, double v, double h)
{
  const BrgSolid *solid = raster->solid;

  if (solid->cells == NULL)
    return brg_solid_test (solid, u, v, h);

  int p = (int) (u * raster->cells_per_mm + solid->mid_u);
  int q = (int) (v * raster->cells_per_mm + solid->mid_v);
  if (p < 0 || q < 0 || p >= solid->n_u - 1 || q >= solid->n_v - 1)
    return 0;
  const BrgSolidCell *cell = solid->cells + q * (solid->n_u - 1) + p;
  if (cell->outside || h < (double) cell->lo_min || h > (double) cell->hi_max)
    return 0;
  if (cell->inside && h >= (double) cell->lo_max && h <= (double) cell->hi_min)
    return BRG_OUTLINE_CUTTER;
  return brg_solid_test (solid, u, v, h);
}

static void
raster_row (const Raster *raster, int j, int k, Span span)
{
  const BrgAffine *a = &raster->local_from_vox;
  double start[3], step[3];

  for (int r = 0; r < 3; r++)
    {
      start[r] = a->m[r][1] * j + a->m[r][2] * k + a->m[r][3];
      step[r] = a->m[r][0];
    }
  for (int i = span.lo; i < span.hi; i++)
    {
      unsigned bits =
        test_point (raster, start[0] + i * step[0], start[1] + i * step[1], start[2] + i * step[2]);
      if (bits & BRG_OUTLINE_CUTTER)
        brg_mask_set (raster->cutter, i, j, k, true);
      if (bits & BRG_OUTLINE_DRILL)
        brg_mask_set (raster->drills, i, j, k, true);
    }
}

static BrgStatus
raster_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Raster *raster = data;
  const BrgBox *box = &raster->box;
  size_t n_j = (size_t) (box->hi[1] - box->lo[1]);

  (void) slab;
  (void) error;
  for (int k = begin; k < end; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      raster_row (raster, j, box->lo[2] + k, raster->spans[(size_t) k * n_j + (j - box->lo[1])]);
  return BRG_OK;
}

/* Sets the voxels of the solid, all of which lie in *box afterwards. */
static BrgStatus
rasterise (const BrgSolid *solid,
           BrgMask *cutter,
           BrgMask *drills,
           BrgBox *box,
           BrgJob *job,
           BrgError *error)
{
  Raster raster = { .solid = solid, .cutter = cutter, .drills = drills };
  BrgVec3 lo = { -solid->reach.u, -solid->reach.v, solid->h_lo };
  BrgVec3 hi = { solid->reach.u, solid->reach.v, solid->h_hi };

  *box = (BrgBox){ 0 };
  if (!(solid->h_lo < solid->h_hi))
    return BRG_OK;
  raster.cells_per_mm = 1 / solid->step_mm;
  raster.local_from_vox = local_from_vox (&cutter->grid, &solid->frame);
  if (!brg_affine_invert (&raster.local_from_vox, &raster.vox_from_local))
    return brg_error_set (error, BRG_INVALID, "the frame of the defect is degenerate");
  raster.box = block_box (&raster, lo, hi);
  if (brg_box_is_empty (&raster.box))
    return BRG_OK;
  *box = raster.box;
  BrgStatus status = make_spans (&raster, error);
  if (status == BRG_OK)
    status = brg_parallel_slabs (raster.box.hi[2] - raster.box.lo[2], SLAB_SLICES, raster_slab,
                                 &raster, job, error);
  brg_free (raster.spans);
  return status;
}

BrgStatus
brg_solid_raster_into (const BrgSolid *solid,
                       BrgMask *cutter,
                       BrgMask *drills,
                       BrgBox *box,
                       BrgJob *job,
                       BrgError *error)
{
  BrgStatus status = rasterise (solid, cutter, drills, box, job, error);

  *box = status == BRG_OK ? brg_box_bounds (cutter, box) : *box;
  if (status == BRG_OK && brg_box_is_empty (box))
    status = brg_error_set (error, BRG_EMPTY, "the defect lies outside of the scan");
  return status;
}

BrgStatus
brg_solid_raster (const BrgSolid *solid,
                  const BrgGrid *grid,
                  BrgMask **cutter,
                  BrgMask **drills,
                  BrgBox *box,
                  BrgJob *job,
                  BrgError *error)
{
  BrgPool *pool = brg_job_pool (job);
  BrgMask *cut = brg_mask_new_in (pool, grid, true, error);
  BrgMask *drilled = cut != NULL ? brg_mask_new_in (pool, grid, true, error) : NULL;
  BrgStatus status =
    drilled != NULL ? brg_solid_raster_into (solid, cut, drilled, box, job, error) : BRG_NO_MEMORY;

  if (status == BRG_OK)
    {
      *cutter = cut;
      *drills = drilled;
      return BRG_OK;
    }
  brg_mask_unref (cut);
  brg_mask_unref (drilled);
  return status;
}

static BrgStatus
check_defect (const BrgDefect *defect, BrgError *error)
{
  BrgRecipe recipe = brg_recipe_default ();

  recipe.defect = *defect;
  return brg_recipe_check (&recipe, error);
}

BrgStatus
brg_cutter (const BrgMask *skull,
            const BrgDefect *defect,
            const BrgFrame *frame,
            BrgMask **cutter,
            BrgMask **drills,
            BrgJob *job,
            BrgError *error)
{
  BrgSolid solid = { 0 };
  BrgMask *drilled = NULL;
  BrgBox box;
  BrgStatus status = check_defect (defect, error);

  if (status == BRG_OK)
    status = brg_solid_make (skull, defect, frame, &solid, error);
  if (status == BRG_OK)
    status = brg_solid_raster (&solid, &skull->grid, cutter, &drilled, &box, job, error);
  brg_solid_clear (&solid);
  if (drills != NULL && status == BRG_OK)
    *drills = drilled;
  else
    brg_mask_unref (drilled);
  return status;
}
