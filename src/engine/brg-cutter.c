#include "engine/brg-cutter.h"

#include "engine/brg-param.h"
#include "engine/brg-parallel.h"
#include "engine/brg-solid.h"

#define SLAB_SLICES 4

typedef struct
{
  const BrgSolid *solid;
  const BrgGrid *grid;
  BrgAffine local_from_vox; /* (u, v, h) of a voxel centre */
  BrgBox box;
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

/* Voxels the solid may hold. */
static BrgBox
solid_box (const BrgSolid *solid, const BrgGrid *grid)
{
  double lo[3] = { INFINITY, INFINITY, INFINITY }, hi[3] = { -INFINITY, -INFINITY, -INFINITY };
  BrgBox box;

  for (int corner = 0; corner < 8; corner++)
    {
      double u = corner & 1 ? solid->reach.u : -solid->reach.u;
      double v = corner & 2 ? solid->reach.v : -solid->reach.v;
      BrgVec3 across =
        brg_vec3_add (brg_vec3_scale (solid->frame.u, u), brg_vec3_scale (solid->frame.v, v));
      BrgVec3 up = brg_vec3_scale (solid->frame.normal, corner & 4 ? solid->h_hi : solid->h_lo);
      BrgVec3 lps = brg_vec3_add (solid->frame.origin, brg_vec3_add (across, up));
      BrgVec3 vox = brg_grid_vox_from_lps (grid, lps);
      const double at[3] = { vox.x, vox.y, vox.z };
      for (int axis = 0; axis < 3; axis++)
        {
          lo[axis] = fmin (lo[axis], at[axis]);
          hi[axis] = fmax (hi[axis], at[axis]);
        }
    }
  for (int axis = 0; axis < 3; axis++)
    {
      int n = grid->dim[axis];
      box.lo[axis] = (int) fmin (fmax (floor (lo[axis]), 0), n);
      box.hi[axis] = (int) fmin (fmax (ceil (hi[axis]) + 1, 0), n);
    }
  return box;
}

/* Narrows i_lo..i_hi to where |start + i * step| stays within lo..hi, give or take a voxel. */
static void
clip_row (double start, double step, double lo, double hi, int *i_lo, int *i_hi)
{
  if (fabs (step) < 1e-12)
    {
      if (start < lo - BRG_OUTLINE_CLOSE_MM || start > hi + BRG_OUTLINE_CLOSE_MM)
        *i_hi = *i_lo;
      return;
    }
  double a = (lo - start) / step, b = (hi - start) / step;
  double first = floor (fmin (a, b)), last = ceil (fmax (a, b)) + 1;
  *i_lo = first > *i_lo ? (int) fmin (first, *i_hi) : *i_lo;
  *i_hi = last < *i_hi ? (int) fmax (last, *i_lo) : *i_hi;
}

/* Membership of a point, from its cell alone where that is enough. */
static unsigned
test_point (const BrgSolid *solid, double u, double v, double h)
{
  if (solid->cells == NULL)
    return brg_solid_test (solid, u, v, h);

  int p = (int) (u / solid->step_mm + solid->mid_u);
  int q = (int) (v / solid->step_mm + solid->mid_v);
  if (p < 0 || q < 0 || p >= solid->n_u - 1 || q >= solid->n_v - 1)
    return 0;
  const BrgSolidCell *cell = solid->cells + q * (solid->n_u - 1) + p;
  if (cell->outside || h < cell->lo_min - BRG_OUTLINE_CLOSE_MM ||
      h > cell->hi_max + BRG_OUTLINE_CLOSE_MM)
    return 0;
  if (cell->inside && h >= cell->lo_max && h <= cell->hi_min)
    return BRG_OUTLINE_CUTTER;
  return brg_solid_test (solid, u, v, h);
}

static void
raster_row (const Raster *raster, int j, int k)
{
  const BrgSolid *solid = raster->solid;
  const BrgAffine *a = &raster->local_from_vox;
  const double reach[3] = { solid->reach.u, solid->reach.v, 0 };
  double start[3], step[3];
  int i_lo = raster->box.lo[0], i_hi = raster->box.hi[0];

  for (int r = 0; r < 3; r++)
    {
      start[r] = a->m[r][1] * j + a->m[r][2] * k + a->m[r][3];
      step[r] = a->m[r][0];
      clip_row (start[r], step[r], r == 2 ? solid->h_lo : -reach[r],
                r == 2 ? solid->h_hi : reach[r], &i_lo, &i_hi);
    }
  for (int i = i_lo; i < i_hi; i++)
    {
      unsigned bits =
        test_point (solid, start[0] + i * step[0], start[1] + i * step[1], start[2] + i * step[2]);
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

  (void) slab;
  (void) error;
  for (int k = begin; k < end; k++)
    for (int j = raster->box.lo[1]; j < raster->box.hi[1]; j++)
      raster_row (raster, j, raster->box.lo[2] + k);
  return BRG_OK;
}

static BrgStatus
rasterise (const BrgSolid *solid, BrgMask *cutter, BrgMask *drills, BrgJob *job, BrgError *error)
{
  Raster raster = { .solid = solid, .grid = &cutter->grid, .cutter = cutter, .drills = drills };

  raster.box = solid_box (solid, raster.grid);
  raster.local_from_vox = local_from_vox (raster.grid, &solid->frame);
  return brg_parallel_slabs (raster.box.hi[2] - raster.box.lo[2], SLAB_SLICES, raster_slab, &raster,
                             job, error);
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
  BrgMask *cut = NULL, *drilled = NULL;
  BrgStatus status = check_defect (defect, error);

  if (status == BRG_OK)
    status = brg_solid_make (skull, defect, frame, &solid, error);
  if (status == BRG_OK)
    {
      cut = brg_mask_new (&skull->grid, error);
      drilled = cut != NULL ? brg_mask_new (&skull->grid, error) : NULL;
      status = drilled != NULL ? rasterise (&solid, cut, drilled, job, error) : BRG_NO_MEMORY;
    }
  if (status == BRG_OK && brg_mask_is_empty (cut))
    status = brg_error_set (error, BRG_EMPTY, "the defect lies outside of the scan");
  brg_solid_clear (&solid);
  if (status != BRG_OK || drills == NULL)
    {
      brg_mask_unref (drilled);
      drilled = NULL;
    }
  if (status != BRG_OK)
    {
      brg_mask_unref (cut);
      return status;
    }
  *cutter = cut;
  if (drills != NULL)
    *drills = drilled;
  return BRG_OK;
}
