#include <stdio.h>

#include "bench-operations.h"
#include "engine/brg-components.h"
#include "engine/brg-fill.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-median.h"
#include "engine/brg-threshold.h"
#include "io/brg-mesh-file.h"

/* Chains of operations, nothing cached: what a user waits for. */

#define MEDIAN_MM     4
#define FILL_AREA_MM2 400

static BrgMask *
keep_largest (const BrgMask *mask, BrgJob *job)
{
  return brg_components_keep_largest (mask, 6, NULL, job, NULL);
}

static BrgMask *
take_median (const BrgMask *mask, BrgJob *job)
{
  return brg_median (mask, MEDIAN_MM, BRG_KERNEL_BOX, job, NULL);
}

static BrgMask *
fill_slices (const BrgMask *mask, BrgJob *job)
{
  return brg_fill_slices (mask, FILL_AREA_MM2, job, NULL);
}

static BrgMask *
make_skull (Bench *bench)
{
  BrgMask *(*const steps[]) (const BrgMask *, BrgJob *) = { keep_largest, take_median,
                                                            fill_slices };
  BrgMask *mask = brg_threshold (bench->scan, BENCH_BONE_HU, INT16_MAX, &bench->job, NULL);

  for (size_t s = 0; mask != NULL && s < sizeof steps / sizeof *steps; s++)
    {
      BrgMask *next = steps[s](mask, &bench->job);
      brg_mask_unref (mask);
      mask = next;
    }
  return mask;
}

static bool
run_skull (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMask *mask = make_skull (bench);

  *bytes = bench_scan_bytes (bench) + 4 * bench_mask_bytes (bench);
  brg_mask_unref (mask);
  return mask != NULL;
}

static bool
run_to_stl (void *data, double *bytes)
{
  Bench *bench = data;
  BrgMask *mask = make_skull (bench);
  BrgMesh *mesh = mask != NULL ? brg_isosurface (mask, &bench->job, NULL) : NULL;
  char path[128];
  bool is_done = false;

  if (mesh != NULL)
    {
      snprintf (path, sizeof path, "%s/" BENCH_CHAIN_STL, bench->dir);
      *bytes = bench_scan_bytes (bench) + 4 * bench_mask_bytes (bench) + bench_mesh_bytes (mesh) +
               50.0 * (double) mesh->n_triangles;
      is_done = brg_mesh_write (mesh, path, false, &bench->job, NULL) == BRG_OK;
    }
  brg_mesh_unref (mesh);
  brg_mask_unref (mask);
  return is_done;
}

const BenchOperation bench_chain_operations[] = {
  { "chain: HU to skull", run_skull },
  { "chain: HU to STL", run_to_stl },
  { NULL, NULL },
};
