#include "bench-operations.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/brg-alloc.h"
#include "engine/brg-brush.h"
#include "engine/brg-distance.h"
#include "engine/brg-fill.h"
#include "engine/brg-histogram.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-median.h"
#include "engine/brg-mesh-check.h"
#include "engine/brg-mesh-reduce.h"
#include "engine/brg-mesh-smooth.h"
#include "engine/brg-morphology.h"
#include "engine/brg-palette.h"
#include "engine/brg-place.h"
#include "engine/brg-preview.h"
#include "engine/brg-slice.h"
#include "engine/brg-threshold.h"
#include "io/brg-mesh-file.h"
#include "io/brg-nrrd.h"

#define BONE_HU      150
#define PICTURE_PX   1024
#define SLICE_PX     900
#define SMOOTHING    0.5
#define N_FILE_KINDS 3

static const char *const file_names[N_FILE_KINDS] = { "scan.nrrd", "mask.nrrd", "mesh.stl" };

/* Least traffic, in bytes, of what an operation reads and writes. */

static double
scan_bytes (const Bench *bench)
{
  return (double) brg_grid_n_voxels (&bench->scan->grid) * sizeof (int16_t);
}

static double
mask_bytes (const Bench *bench)
{
  return (double) bench->bone->n_words * sizeof (uint64_t);
}

static double
mesh_bytes (const BrgMesh *mesh)
{
  return (double) mesh->n_vertices * 3 * sizeof (float) +
         (double) mesh->n_triangles * 3 * sizeof (uint32_t);
}

static void
file_path (const Bench *bench, int kind, char path[static 128])
{
  snprintf (path, 128, "%s/%s", bench->dir, file_names[kind]);
}

static double
file_bytes (const Bench *bench, int kind)
{
  char path[128];
  struct stat status;

  file_path (bench, kind, path);
  return stat (path, &status) == 0 ? (double) status.st_size : 0;
}

/* An operation that gives a mask read from a mask. */
static bool
take_mask (const Bench *bench, BrgMask *mask, double *bytes)
{
  *bytes = 2 * mask_bytes (bench);
  brg_mask_unref (mask);
  return mask != NULL;
}

static bool
run_write_scan (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 0, path);
  BrgStatus status = brg_nrrd_write_volume (bench->scan, path, &bench->job, NULL);
  *bytes = scan_bytes (bench) + file_bytes (bench, 0);
  return status == BRG_OK;
}

static bool
run_read_scan (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 0, path);
  BrgVolume *volume = brg_nrrd_read_volume (path, NULL, &bench->job, NULL);
  *bytes = scan_bytes (bench) + file_bytes (bench, 0);
  brg_volume_unref (volume);
  return volume != NULL;
}

static bool
run_histogram (void *data, double *bytes)
{
  Bench *bench = data;
  BrgHistogram histogram;

  *bytes = scan_bytes (bench);
  return brg_histogram (bench->scan, &histogram, &bench->job, NULL) == BRG_OK;
}

static bool
run_threshold (void *data, double *bytes)
{
  Bench *bench = data;
  bool is_done =
    take_mask (bench, brg_threshold (bench->scan, BONE_HU, INT16_MAX, &bench->job, NULL), bytes);

  *bytes = scan_bytes (bench) + mask_bytes (bench);
  return is_done;
}

static bool
run_islands_6 (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_components_keep_largest (bench->bone, 6, NULL, &bench->job, NULL),
                    bytes);
}

static bool
run_islands_26 (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_components_keep_largest (bench->bone, 26, NULL, &bench->job, NULL),
                    bytes);
}

static bool
run_median_box (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_median (bench->skull, 4, BRG_KERNEL_BOX, &bench->job, NULL), bytes);
}

static bool
run_median_ball (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_median (bench->skull, 4, BRG_KERNEL_BALL, &bench->job, NULL), bytes);
}

static bool
run_fill_slices (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_fill_slices (bench->skull, 400, &bench->job, NULL), bytes);
}

static bool
run_fill_volume (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_fill_volume (bench->skull, 5000, &bench->job, NULL), bytes);
}

static bool
run_close (void *data, double *bytes)
{
  Bench *bench = data;

  return take_mask (bench, brg_close (bench->skull, 3, &bench->job, NULL), bytes);
}

static bool
run_distance (void *data, double *bytes)
{
  Bench *bench = data;
  BrgDistance distance;
  BrgStatus status = brg_distance (bench->skull, NULL, 5, &distance, &bench->job, NULL);

  *bytes = mask_bytes (bench) + 2 * scan_bytes (bench);
  if (status == BRG_OK)
    brg_distance_clear (&distance);
  return status == BRG_OK;
}

static bool
run_isosurface (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMesh *mesh = brg_isosurface (bench->skull, &bench->job, NULL);

  if (mesh == NULL)
    return false;
  *bytes = mask_bytes (bench) + mesh_bytes (mesh);
  brg_mesh_unref (mesh);
  return true;
}

static bool
run_smooth (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMesh *mesh = brg_mesh_copy (bench->mesh, NULL);
  BrgStatus status = BRG_NO_MEMORY;

  if (mesh != NULL)
    status = brg_mesh_smooth (mesh, &bench->skull->grid, SMOOTHING, &bench->job, NULL);
  *bytes = 2 * mesh_bytes (bench->mesh);
  brg_mesh_unref (mesh);
  return status == BRG_OK;
}

static bool
run_check (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMeshCheck check;

  *bytes = mesh_bytes (bench->mesh);
  return brg_mesh_check (bench->mesh, &check, &bench->job, NULL) == BRG_OK;
}

static bool
run_reduce (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMesh *mesh = brg_mesh_reduce (bench->mesh, 0.1, &bench->job, NULL);

  *bytes = 1.1 * mesh_bytes (bench->mesh);
  brg_mesh_unref (mesh);
  return mesh != NULL;
}

static bool
run_proxy (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMesh *mesh = brg_mesh_proxy (bench->mesh, 50000, NULL);

  *bytes = mesh_bytes (bench->mesh);
  brg_mesh_unref (mesh);
  return mesh != NULL;
}

static bool
run_write_stl (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 2, path);
  BrgStatus status = brg_mesh_write (bench->mesh, path, false, NULL);
  *bytes = mesh_bytes (bench->mesh) + file_bytes (bench, 2);
  return status == BRG_OK;
}

static bool
run_read_stl (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 2, path);
  BrgMesh *mesh = brg_mesh_read_stl (path, NULL);
  *bytes = mesh_bytes (bench->mesh) + file_bytes (bench, 2);
  brg_mesh_unref (mesh);
  return mesh != NULL;
}

static bool
run_write_mask (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 1, path);
  BrgStatus status = brg_nrrd_write_mask (bench->skull, path, &bench->job, NULL);
  *bytes = mask_bytes (bench) + file_bytes (bench, 1);
  return status == BRG_OK;
}

static bool
run_read_mask (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 1, path);
  BrgMask *mask = brg_nrrd_read_mask (path, NULL, &bench->job, NULL);
  *bytes = mask_bytes (bench) + file_bytes (bench, 1);
  brg_mask_unref (mask);
  return mask != NULL;
}

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
run_axial (void *data, double *bytes)
{
  return compose_slice (data, BRG_AXIAL, bytes);
}

static bool
run_sagittal (void *data, double *bytes)
{
  return compose_slice (data, BRG_SAGITTAL, bytes);
}

static bool
run_preview (void *data, double *bytes)
{
  Bench *bench = data;
  BrgPreviewItem item = { .mesh = bench->mesh, .rgb = BRG_RGB_SKULL, .opacity = 1 };
  uint8_t *rgba = brg_alloc (PICTURE_PX * PICTURE_PX, 4, NULL);
  BrgStatus status = BRG_NO_MEMORY;

  if (rgba != NULL)
    status = brg_preview (&item, 1, BRG_VIEW_THREE_QUARTER, PICTURE_PX, PICTURE_PX, rgba,
                          &bench->job, NULL);
  *bytes = mesh_bytes (bench->mesh) + 4.0 * PICTURE_PX * PICTURE_PX;
  brg_free (rgba);
  return status == BRG_OK;
}

static bool
run_place (void *data, double *bytes)
{
  Bench *bench = data;
  BrgDefect defect;

  *bytes = mask_bytes (bench);
  return brg_place_random (bench->skull, 1, 0, NULL, 0, &defect, &bench->job, NULL) == BRG_OK;
}

static bool
make_triple (Bench *bench, double clearance_mm, double *bytes)
{
  BrgRecipe recipe = brg_recipe_default ();
  BrgPipelineResult result;

  recipe.defect = bench->defect;
  recipe.clearance_mm = clearance_mm;
  *bytes = 4 * mask_bytes (bench);
  if (brg_pipeline_triple (bench->skull, &recipe, &result, &bench->job, NULL) != BRG_OK)
    return false;
  brg_pipeline_result_clear (&result);
  return true;
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
  *bytes = scan_bytes (bench) + 4 * mask_bytes (bench);
  if (pipeline != NULL)
    status = brg_pipeline_run (pipeline, &recipe, NULL, NULL, 0, &result, &bench->job, NULL);
  brg_pipeline_result_clear (&result);
  brg_pipeline_free (pipeline);
  return status == BRG_OK;
}

static bool
run_brush (void *data, double *bytes)
{
  Bench *bench = data;
  const int *dim = bench->skull->grid.dim;
  const double at[3] = { dim[0] / 2.0, dim[1] / 2.0, dim[2] / 2.0 };

  *bytes = 2 * 40 * sizeof (uint64_t);
  brg_brush_stroke (bench->bone, NULL, BRG_AXIAL, at, at, 10);
  return true;
}

static const BenchOperation operations[] = {
  { "write scan, NRRD", run_write_scan },
  { "read scan, NRRD", run_read_scan },
  { "histogram", run_histogram },
  { "threshold", run_threshold },
  { "largest island, 6", run_islands_6 },
  { "largest island, 26", run_islands_26 },
  { "median box 4 mm", run_median_box },
  { "median ball 4 mm", run_median_ball },
  { "fill slices 400 mm2", run_fill_slices },
  { "fill volume 5000 mm3", run_fill_volume },
  { "close 3 mm", run_close },
  { "distance to 5 mm", run_distance },
  { "bone pipeline, cold", run_pipeline },
  { "place at random", run_place },
  { "triple", run_triple },
  { "triple, clearance 1 mm", run_triple_clearance },
  { "isosurface", run_isosurface },
  { "smooth surface", run_smooth },
  { "check surface", run_check },
  { "reduce to 10 %", run_reduce },
  { "proxy of 50000", run_proxy },
  { "write STL", run_write_stl },
  { "read STL", run_read_stl },
  { "write mask, NRRD", run_write_mask },
  { "read mask, NRRD", run_read_mask },
  { "preview 1024 px", run_preview },
  { "axial slice 900 px", run_axial },
  { "sagittal slice 900 px", run_sagittal },
  { "brush dab 10 mm", run_brush },
};

const BenchOperation *
bench_operations (size_t *n_operations)
{
  *n_operations = sizeof operations / sizeof *operations;
  return operations;
}

bool
bench_prepare (Bench *bench, BrgVolume *scan)
{
  BrgError error = { 0 };
  BrgStatus status = BRG_OK;

  *bench = (Bench){ .scan = scan, .job = BRG_JOB_INIT, .dir = "/tmp/bregma-bench-XXXXXX" };
  bench->bone = brg_threshold (scan, BONE_HU, INT16_MAX, NULL, &error);
  if (bench->bone != NULL)
    bench->skull = brg_components_keep_largest (bench->bone, 6, NULL, NULL, &error);
  if (bench->skull != NULL)
    bench->mesh = brg_isosurface (bench->skull, NULL, &error);
  if (bench->mesh == NULL)
    status = BRG_EMPTY;
  else
    status = brg_place_random (bench->skull, 1, 0, NULL, 0, &bench->defect, NULL, &error);
  if (status == BRG_OK && mkdtemp (bench->dir) == NULL)
    status = brg_error_set (&error, BRG_IO, "%s cannot be made", bench->dir);
  bench->defect.placed = true;
  if (status != BRG_OK)
    fprintf (stderr, "bregma-bench: %s\n", error.message);
  return status == BRG_OK;
}

void
bench_clear (Bench *bench)
{
  for (int kind = 0; kind < N_FILE_KINDS; kind++)
    {
      char path[128];
      file_path (bench, kind, path);
      unlink (path);
    }
  rmdir (bench->dir);
  brg_mesh_unref (bench->mesh);
  brg_mask_unref (bench->skull);
  brg_mask_unref (bench->bone);
  brg_volume_unref (bench->scan);
}
