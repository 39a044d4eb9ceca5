#include "bench-operations.h"

#include "engine/brg-brush.h"

/* One dab of a brush of 10 mm radius and what follows it, on a scan that has been worked on before:
 * bone is painted and erased by turns, so that every dab changes voxels. */

#define RADIUS_MM    10.0
#define ASIDE_MM     25.0 /* from the defect, so that its cutter stays */
#define CLEARANCE_MM 1.0

typedef struct
{
  bool ball;
  bool placed;    /* the defect */
  bool on_defect; /* the dab meets its footprint */
  bool wants_fit;
  bool surfaces; /* in bricks */
} Dab;

static BrgBox
paint (Bench *bench, const Dab *dab)
{
  bool adds = bench->edits_revision % 2 == 0;
  BrgMask *set = adds ? bench->added : bench->removed,
          *clear = adds ? bench->removed : bench->added;
  BrgVec3 lps = bench->defect.at_mm;

  lps.y += dab->on_defect ? 0 : ASIDE_MM;
  BrgVec3 vox = brg_grid_vox_from_lps (&bench->scan->grid, lps);
  const double at[3] = { vox.x, vox.y, vox.z };
  bench->edits_revision++;
  return dab->ball ? brg_brush_ball (set, clear, at, at, RADIUS_MM)
                   : brg_brush_stroke (set, clear, BRG_AXIAL, at, at, RADIUS_MM);
}

/* The surfaces of the masks, each of which shows the changes since the last result. */
static bool
follow_surfaces (Bench *bench, const BrgPipelineResult *result)
{
  const BrgMask *const masks[] = { result->skull, result->defective, result->implant };
  const BrgBox *const boxes[] = { &result->changed_skull, &result->changed_defective,
                                  &result->changed_implant };
  bool is_good = true;

  for (int m = 0; m < BENCH_N_SURFACES && is_good; m++)
    {
      bool is_new = bench->surfaces[m] == NULL;
      if (is_new)
        bench->surfaces[m] = brg_brick_surface_new (&masks[m]->grid, NULL);
      is_good = bench->surfaces[m] != NULL &&
                brg_brick_surface_update (bench->surfaces[m], masks[m], is_new ? NULL : boxes[m],
                                          &bench->job, NULL) == BRG_OK;
    }
  return is_good;
}

static bool
run_dab (Bench *bench, const Dab *dab, double *bytes)
{
  BrgRecipe recipe = brg_recipe_default ();
  BrgPipelineEdit edit = { .since = bench->edits_revision, .may_put_off_fit = !dab->wants_fit };
  BrgPipelineResult result;

  recipe.threshold_lo_hu = BENCH_BONE_HU;
  recipe.clearance_mm = CLEARANCE_MM;
  recipe.defect = bench->defect;
  recipe.defect.placed = dab->placed;
  edit.box = paint (bench, dab);
  *bytes = 5.0 * (edit.box.hi[1] - edit.box.lo[1]) * (edit.box.hi[2] - edit.box.lo[2]) *
           (double) ((edit.box.hi[0] - edit.box.lo[0]) / 64 + 1) * sizeof (uint64_t);
  BrgStatus status = brg_pipeline_edit (bench->pipeline, &recipe, bench->added, bench->removed,
                                        bench->edits_revision, &edit, &result, &bench->job, NULL);
  bool is_good = status == BRG_OK && (!dab->surfaces || follow_surfaces (bench, &result));
  brg_pipeline_result_clear (&result);
  return is_good;
}

static bool
run_disc (void *data, double *bytes)
{
  return run_dab (data, &(Dab){ .ball = false }, bytes);
}

static bool
run_ball (void *data, double *bytes)
{
  return run_dab (data, &(Dab){ .ball = true }, bytes);
}

static bool
run_triple (void *data, double *bytes)
{
  return run_dab (data, &(Dab){ .ball = true, .placed = true }, bytes);
}

static bool
run_triple_fit (void *data, double *bytes)
{
  return run_dab (data, &(Dab){ .ball = true, .placed = true, .wants_fit = true }, bytes);
}

static bool
run_on_defect (void *data, double *bytes)
{
  return run_dab (data, &(Dab){ .ball = true, .placed = true, .on_defect = true }, bytes);
}

static bool
run_on_defect_fit (void *data, double *bytes)
{
  return run_dab (
    data, &(Dab){ .ball = true, .placed = true, .on_defect = true, .wants_fit = true }, bytes);
}

static bool
run_surfaces (void *data, double *bytes)
{
  return run_dab (data, &(Dab){ .ball = true, .placed = true, .surfaces = true }, bytes);
}

static bool
run_on_defect_surfaces (void *data, double *bytes)
{
  return run_dab (data, &(Dab){ .ball = true, .placed = true, .on_defect = true, .surfaces = true },
                  bytes);
}

static bool
run_brick_surface (void *data, double *bytes)
{
  Bench *bench = data;
  BrgBrickSurface *surface = brg_brick_surface_new (&bench->skull->grid, NULL);
  BrgStatus status = BRG_NO_MEMORY;

  if (surface != NULL)
    status = brg_brick_surface_update (surface, bench->skull, NULL, &bench->job, NULL);
  *bytes = bench_mask_bytes (bench) + bench_mesh_bytes (bench->mesh);
  brg_brick_surface_free (surface);
  return status == BRG_OK;
}

const BenchOperation bench_edit_operations[] = {
  { "dab: disc, skull", run_disc },
  { "dab: ball, skull", run_ball },
  { "dab: triple", run_triple },
  { "dab: triple, fit", run_triple_fit },
  { "dab on defect: triple", run_on_defect },
  { "dab on defect: triple, fit", run_on_defect_fit },
  { "dab: triple, surfaces", run_surfaces },
  { "dab on defect: surfaces", run_on_defect_surfaces },
  { "surface in bricks, all", run_brick_surface },
  { NULL, NULL },
};
