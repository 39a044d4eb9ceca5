#include "bench-operations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/brg-isosurface.h"
#include "engine/brg-morphology.h"
#include "engine/brg-place.h"
#include "engine/brg-threshold.h"

const BenchOperation *const bench_groups[] = { bench_file_operations,   bench_import_operations,
                                               bench_voxel_operations,  bench_mesh_operations,
                                               bench_case_operations,   bench_store_operations,
                                               bench_defect_operations, bench_edit_operations,
                                               bench_chain_operations,  NULL };

double
bench_scan_bytes (const Bench *bench)
{
  return (double) brg_grid_n_voxels (&bench->scan->grid) * sizeof (int16_t);
}

double
bench_mask_bytes (const Bench *bench)
{
  return (double) bench->bone->n_words * sizeof (uint64_t);
}

double
bench_mesh_bytes (const BrgMesh *mesh)
{
  return (double) mesh->n_vertices * 3 * sizeof (float) +
         (double) mesh->n_triangles * 3 * sizeof (uint32_t);
}

static BrgMask *
keep_tenth_slices (const BrgMask *mask, BrgError *error)
{
  BrgMask *out = brg_mask_copy (mask, error);
  size_t slice_words = mask->row_words * (size_t) mask->grid.dim[1];

  for (int k = 0; out != NULL && k < mask->grid.dim[2]; k++)
    if (k % 10 != 0)
      memset (brg_mask_row (out, 0, k), 0, slice_words * sizeof (uint64_t));
  return out;
}

/* The triple of the defect, and an implant that is too large. */
static BrgStatus
prepare_implants (Bench *bench, BrgError *error)
{
  BrgRecipe recipe = brg_recipe_default ();

  recipe.defect = bench->defect;
  BrgStatus status = brg_pipeline_triple (bench->skull, &recipe, &bench->triple, NULL, error);
  if (status != BRG_OK)
    return status;
  bench->prediction = brg_dilate (bench->triple.implant, 1, NULL, error);
  return bench->prediction != NULL ? BRG_OK : BRG_NO_MEMORY;
}

bool
bench_prepare (Bench *bench, BrgVolume *scan)
{
  BrgError error = { 0 };
  BrgStatus status = BRG_OK;

  *bench = (Bench){ .scan = scan, .job = BRG_JOB_INIT, .dir = "/tmp/bregma-bench-XXXXXX" };
  bench->bone = brg_threshold (scan, BENCH_BONE_HU, INT16_MAX, NULL, &error);
  if (bench->bone != NULL)
    bench->skull = brg_components_keep_largest (bench->bone, 6, NULL, NULL, &error);
  if (bench->skull != NULL)
    bench->slices = keep_tenth_slices (bench->skull, &error);
  if (bench->slices != NULL)
    bench->mesh = brg_isosurface (bench->skull, NULL, &error);
  if (bench->mesh == NULL)
    status = BRG_EMPTY;
  else
    status = brg_place_random (bench->skull, 1, 0, NULL, 0, &bench->defect, NULL, &error);
  if (status == BRG_OK && mkdtemp (bench->dir) == NULL)
    status = brg_error_set (&error, BRG_IO, "%s cannot be made", bench->dir);
  bench->defect.placed = true;
  if (status == BRG_OK)
    status = prepare_implants (bench, &error);
  bench->pipeline = brg_pipeline_new (scan, &error);
  bench->added = brg_mask_new (&scan->grid, &error);
  bench->removed = brg_mask_new (&scan->grid, &error);
  if (bench->pipeline == NULL || bench->added == NULL || bench->removed == NULL)
    status = BRG_NO_MEMORY;
  if (status != BRG_OK)
    fprintf (stderr, "bregma-bench: %s\n", error.message);
  return status == BRG_OK;
}

void
bench_clear (Bench *bench)
{
  bench_remove_files (bench);
  bench_remove_cases (bench);
  bench_remove_imports (bench);
  rmdir (bench->dir);
  for (int m = 0; m < BENCH_N_SURFACES; m++)
    brg_brick_surface_free (bench->surfaces[m]);
  brg_pipeline_free (bench->pipeline);
  brg_mask_unref (bench->added);
  brg_mask_unref (bench->removed);
  brg_pipeline_result_clear (&bench->triple);
  brg_mask_unref (bench->prediction);
  brg_mesh_unref (bench->mesh);
  brg_mask_unref (bench->slices);
  brg_mask_unref (bench->skull);
  brg_mask_unref (bench->bone);
  brg_volume_unref (bench->scan);
}
