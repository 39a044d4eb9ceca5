#include "bench-operations.h"

#include "engine/brg-palette.h"
#include "engine/brg-place.h"
#include "engine/brg-reslice.h"
#include "engine/brg-slice.h"

#define SLICE_PX   900
#define OBLIQUE_PX 512

static bool
compose_slice (Bench *bench, BrgPlane plane, double *bytes)
{
  static uint8_t bgra[SLICE_PX * SLICE_PX * 4];
  BrgSliceLayer layer = { .mask = bench->skull, .rgb = BRG_RGB_SKULL, .opacity = 0.4 };
  BrgSliceRequest request = {
    .linear = true, .level_hu = 300, .window_hu = 2000, .layers = &layer, .n_layers = 1
  };

  request.map =
    brg_slice_fit (&bench->scan->grid, plane, brg_plane_n_slices (&bench->scan->grid, plane) / 2,
                   SLICE_PX, SLICE_PX, 0);
  *bytes = sizeof bgra;
  return brg_slice_compose (bench->scan, &request, bgra, SLICE_PX * 4, NULL) == BRG_OK;
}

static bool
make_triple (Bench *bench, double clearance_mm, double *bytes)
{
  BrgRecipe recipe = brg_recipe_default ();
  BrgPipelineResult result;

  recipe.defect = bench->defect;
  recipe.clearance_mm = clearance_mm;
  *bytes = 4 * bench_mask_bytes (bench);
  if (brg_pipeline_triple (bench->skull, &recipe, &result, &bench->job, NULL) != BRG_OK)
    return false;
  brg_pipeline_result_clear (&result);
  return true;
}

/* From the threshold on, with median, nothing cached. */
static bool
run_pipeline (void *data, double *bytes)
{
  Bench *bench = data;
  BrgRecipe recipe = brg_recipe_default ();
  BrgPipelineResult result = { 0 };
  BrgPipeline *pipeline = brg_pipeline_new (bench->scan, NULL);
  BrgStatus status = BRG_NO_MEMORY;

  recipe.median_mm = 4;
  recipe.fill_area_mm2 = 60;
  *bytes = bench_scan_bytes (bench) + 4 * bench_mask_bytes (bench);
  if (pipeline != NULL)
    status = brg_pipeline_run (pipeline, &recipe, NULL, NULL, 0, &result, &bench->job, NULL);
  brg_pipeline_result_clear (&result);
  brg_pipeline_free (pipeline);
  return status == BRG_OK;
}

static bool
run_place (void *data, double *bytes)
{
  Bench *bench = data;
  BrgDefect defect;

  *bytes = bench_mask_bytes (bench);
  return brg_place_random (bench->skull, 1, 0, NULL, 0, &defect, &bench->job, NULL) == BRG_OK;
}

static bool
run_triple (void *data, double *bytes)
{
  return make_triple (data, 0, bytes);
}

static bool
run_triple_clearance (void *data, double *bytes)
{
  return make_triple (data, 1, bytes);
}

static bool
run_axial (void *data, double *bytes)
{
  return compose_slice (data, BRG_AXIAL, bytes);
}

static bool
run_sagittal (void *data, double *bytes)
{
  return compose_slice (data, BRG_SAGITTAL, bytes);
}

/* Through the middle of the scan, square to none of its axes. */
static bool
run_oblique (void *data, double *bytes)
{
  static int16_t hu[OBLIQUE_PX * OBLIQUE_PX];
  Bench *bench = data;
  const int *dim = bench->scan->grid.dim;
  BrgPlaneSlice slice = { .u = brg_vec3_normalize (brg_vec3 (0.9, 0.3, -0.3)),
                          .v = brg_vec3_normalize (brg_vec3 (-0.2, 0.9, 0.3)),
                          .mm_per_px = brg_grid_spacing_mm (&bench->scan->grid, 0),
                          .width_px = OBLIQUE_PX,
                          .height_px = OBLIQUE_PX };
  BrgVec3 middle =
    brg_grid_lps_from_vox (&bench->scan->grid, brg_vec3 (dim[0] / 2, dim[1] / 2, dim[2] / 2));
  BrgVec3 half = brg_vec3_scale (brg_vec3_add (slice.u, slice.v), slice.mm_per_px * OBLIQUE_PX / 2);

  slice.origin = brg_vec3_sub (middle, half);
  *bytes = sizeof hu + 8.0 * OBLIQUE_PX * OBLIQUE_PX;
  return brg_reslice (bench->scan, &slice, true, -1024, hu, &bench->job, NULL) == BRG_OK;
}

const BenchOperation bench_case_operations[] = {
  { "bone pipeline, cold", run_pipeline },
  { "place at random", run_place },
  { "triple", run_triple },
  { "triple, clearance 1 mm", run_triple_clearance },
  { "axial slice 900 px", run_axial },
  { "sagittal slice 900 px", run_sagittal },
  { "oblique slice 512 px", run_oblique },
  { NULL, NULL },
};
