#include "bench-operations.h"

#include <stdio.h>

#include "engine/brg-implant.h"
#include "engine/brg-pipeline.h"
#include "engine/brg-place.h"
#include "engine/brg-scidata.h"
#include "io/brg-nrrd.h"

/* Defects by the ten, as data sets are made. */

#define N_DEFECTS 10

/* Skull without the cutter, and what the cutter takes. */
static bool
split (Bench *bench, const BrgMask *cutter, BrgMask *parts[2])
{
  for (int p = 0; p < 2; p++)
    parts[p] = brg_mask_copy_in (bench->job.pool, bench->skull, NULL);
  return parts[0] != NULL && parts[1] != NULL &&
         brg_mask_and_not (parts[0], cutter, NULL) == BRG_OK &&
         brg_mask_and (parts[1], cutter, NULL) == BRG_OK;
}

/* Writes both, and leaves nothing behind. */
static bool
write_parts (Bench *bench, int index, BrgMask *const parts[2])
{
  bool is_done = true;

  for (int p = 0; p < 2 && is_done; p++)
    {
      char path[sizeof bench->dir + 64];
      snprintf (path, sizeof path, "%s/defect-%d-%d.nrrd", bench->dir, index, p);
      is_done = brg_nrrd_write_mask (parts[p], path, &bench->job, NULL) == BRG_OK;
      remove (path);
    }
  return is_done;
}

/* Defect `index` of the published toolbox, its numbers drawn as there. */
static bool
make_published (Bench *bench, int index, bool with_files)
{
  BrgMask *parts[2] = { NULL, NULL }, *cutter = NULL;
  BrgScidata spec;

  if (brg_scidata_parse ("drilled", &bench->skull->grid, (uint64_t) index + 1, &spec, NULL) ==
      BRG_OK)
    cutter = brg_scidata_cutter (&bench->skull->grid, &spec, &bench->job, NULL);
  bool is_done = cutter != NULL && split (bench, cutter, parts);
  if (is_done && with_files)
    is_done = write_parts (bench, index, parts);
  brg_mask_unref (cutter);
  brg_mask_unref (parts[0]);
  brg_mask_unref (parts[1]);
  return is_done;
}

static bool
make_ten_published (Bench *bench, bool with_files, double *bytes)
{
  bool is_done = true;

  *bytes = N_DEFECTS * 4 * bench_mask_bytes (bench);
  for (int d = 0; d < N_DEFECTS && is_done; d++)
    is_done = make_published (bench, d, with_files);
  return is_done;
}

static bool
run_published (void *data, double *bytes)
{
  return make_ten_published (data, false, bytes);
}

static bool
run_published_files (void *data, double *bytes)
{
  return make_ten_published (data, true, bytes);
}

/* The same through the engine's own triple, with the fit of each implant. */
static bool
run_published_triples (void *data, double *bytes)
{
  Bench *bench = data;
  BrgRecipe recipe = brg_recipe_default ();
  BrgStatus status = BRG_OK;

  *bytes = N_DEFECTS * 4 * bench_mask_bytes (bench);
  for (uint64_t d = 0; d < N_DEFECTS && status == BRG_OK; d++)
    {
      BrgTriple triple = { 0 };
      BrgScidata spec;
      BrgMask *cutter = NULL;
      status = brg_scidata_parse ("drilled", &bench->skull->grid, d + 1, &spec, NULL);
      if (status == BRG_OK)
        cutter = brg_scidata_cutter (&bench->skull->grid, &spec, &bench->job, NULL);
      status = cutter == NULL ? BRG_NO_MEMORY
                              : brg_triple_make (bench->skull, cutter, NULL, &recipe, &triple,
                                                 &bench->job, NULL);
      brg_triple_clear (&triple);
      brg_mask_unref (cutter);
    }
  return status == BRG_OK;
}

/* Ten craniotomies and the like, each placed at random and unlike those before it. */
static bool
run_series (void *data, double *bytes)
{
  Bench *bench = data;
  BrgPipelineResult results[N_DEFECTS] = { 0 };
  const BrgMask *flaps[N_DEFECTS];
  BrgStatus status = BRG_OK;

  *bytes = N_DEFECTS * 4 * bench_mask_bytes (bench);
  for (int d = 0; d < N_DEFECTS && status == BRG_OK; d++)
    {
      BrgRecipe recipe = brg_recipe_default ();
      status = brg_place_random (bench->skull, 1, d, flaps, d, &recipe.defect, &bench->job, NULL);
      recipe.defect.placed = true;
      if (status == BRG_OK)
        status = brg_pipeline_triple (bench->skull, &recipe, &results[d], &bench->job, NULL);
      flaps[d] = results[d].flap;
    }
  for (int d = 0; d < N_DEFECTS; d++)
    brg_pipeline_result_clear (&results[d]);
  return status == BRG_OK;
}

const BenchOperation bench_defect_operations[] = {
  { "ten published defects", run_published },
  { "ten published triples", run_published_triples },
  { "ten published, 20 files", run_published_files },
  { "ten defects at random", run_series },
  { NULL, NULL },
};
