#include "bench-operations.h"

#include "engine/brg-alloc.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-mesh-check.h"
#include "engine/brg-mesh-reduce.h"
#include "engine/brg-mesh-smooth.h"
#include "engine/brg-palette.h"
#include "engine/brg-points.h"
#include "engine/brg-preview.h"
#include "engine/brg-voxelize.h"

#define PICTURE_PX 1024
#define N_POINTS   100000
#define SMOOTHING  0.5

static bool
run_isosurface (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMesh *mesh = brg_isosurface (bench->skull, &bench->job, NULL);

  if (mesh == NULL)
    return false;
  *bytes = bench_mask_bytes (bench) + bench_mesh_bytes (mesh);
  brg_mesh_unref (mesh);
  return true;
}

static bool
run_isosurface_hu (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMesh *mesh = brg_isosurface_hu (bench->scan, BENCH_BONE_HU, &bench->job, NULL);

  if (mesh == NULL)
    return false;
  *bytes = bench_scan_bytes (bench) + bench_mesh_bytes (mesh);
  brg_mesh_unref (mesh);
  return true;
}

static bool
run_smooth (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMesh *mesh = brg_mesh_copy_in (bench->job.pool, bench->mesh, NULL);
  BrgStatus status = BRG_NO_MEMORY;

  if (mesh != NULL)
    status = brg_mesh_smooth (mesh, &bench->skull->grid, SMOOTHING, &bench->job, NULL);
  *bytes = 2 * bench_mesh_bytes (bench->mesh);
  brg_mesh_unref (mesh);
  return status == BRG_OK;
}

static bool
run_smooth_slicer (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMesh *mesh = brg_mesh_copy_in (bench->job.pool, bench->mesh, NULL);
  BrgStatus status = BRG_NO_MEMORY;

  if (mesh != NULL)
    status = brg_mesh_smooth_slicer (mesh, &bench->skull->grid, SMOOTHING, BRG_SLICER_HAMMING,
                                     &bench->job, NULL);
  *bytes = 2 * bench_mesh_bytes (bench->mesh);
  brg_mesh_unref (mesh);
  return status == BRG_OK;
}

static bool
run_check (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMeshCheck check;

  *bytes = bench_mesh_bytes (bench->mesh);
  return brg_mesh_check (bench->mesh, &check, &bench->job, NULL) == BRG_OK;
}

static bool
run_reduce (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMesh *mesh = brg_mesh_reduce (bench->mesh, 0.1, &bench->job, NULL);

  *bytes = 1.1 * bench_mesh_bytes (bench->mesh);
  brg_mesh_unref (mesh);
  return mesh != NULL;
}

static bool
run_proxy (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMesh *mesh = brg_mesh_proxy (bench->mesh, 50000, NULL);

  *bytes = bench_mesh_bytes (bench->mesh);
  brg_mesh_unref (mesh);
  return mesh != NULL;
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
  *bytes = bench_mesh_bytes (bench->mesh) + 4.0 * PICTURE_PX * PICTURE_PX;
  brg_free (rgba);
  return status == BRG_OK;
}

static bool
run_voxelize (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMask *mask = brg_voxelize (bench->mesh, &bench->skull->grid, &bench->job, NULL);
  bool is_same = mask != NULL && brg_mask_equal (mask, bench->skull);

  *bytes = bench_mesh_bytes (bench->mesh) + bench_mask_bytes (bench);
  brg_mask_unref (mask);
  return is_same;
}

static bool
run_points (void *data, double *bytes)
{
  Bench *bench = data;
  BrgPoints points;
  BrgStatus status = brg_points_sample (bench->mesh, N_POINTS, 1, &points, &bench->job, NULL);

  *bytes = bench_mesh_bytes (bench->mesh) + 6.0 * sizeof (float) * N_POINTS;
  brg_points_clear (&points);
  return status == BRG_OK;
}

const BenchOperation bench_mesh_operations[] = {
  { "isosurface", run_isosurface },
  { "isosurface of HU", run_isosurface_hu },
  { "smooth surface", run_smooth },
  { "smooth as Slicer", run_smooth_slicer },
  { "check surface", run_check },
  { "reduce to 10 %", run_reduce },
  { "proxy of 50000", run_proxy },
  { "preview 1024 px", run_preview },
  { "voxelize surface", run_voxelize },
  { "100000 points", run_points },
  { NULL, NULL },
};
