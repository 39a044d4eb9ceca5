/* Defects, implants and the pipeline when memory is short: a clean error, no result, no leak, and
 * caches that still tell the truth. */

#include "engine/brg-pipeline.h"
#include "engine/brg-place.h"
#include "engine/brg-scidata.h"

#include "defect-phantoms.h"
#include "short-memory.h"

typedef struct
{
  BrgVolume *scan;
  BrgMask *skull;
  BrgMask *edit;
  BrgRecipe recipe;
  BrgPipeline *pipeline; /* with a past */
} Input;

/* Runs one operation and drops its result. */
typedef BrgStatus (*Operation) (Input *input, BrgError *error);

static BrgStatus
run_fresh (Input *input, BrgError *error)
{
  BrgJob job = phantom_job (2);
  BrgPipelineResult result = { 0 };
  BrgPipeline *pipeline = brg_pipeline_new (input->scan, error);

  if (pipeline == NULL)
    return error->status;
  BrgStatus status =
    brg_pipeline_run (pipeline, &input->recipe, input->edit, input->edit, 1, &result, &job, error);
  brg_pipeline_result_clear (&result);
  brg_pipeline_free (pipeline);
  return status;
}

/* On a pipeline that failed before, over and over. */
static BrgStatus
run_again (Input *input, BrgError *error)
{
  BrgPipelineResult result = { 0 };
  BrgStatus status =
    brg_pipeline_run (input->pipeline, &input->recipe, input->edit, NULL, 1, &result, NULL, error);

  brg_pipeline_result_clear (&result);
  return status;
}

static BrgStatus
triple (Input *input, BrgError *error)
{
  BrgPipelineResult result = { 0 };
  BrgStatus status = brg_pipeline_triple (input->skull, &input->recipe, &result, NULL, error);

  brg_pipeline_result_clear (&result);
  return status;
}

static BrgStatus
place_preset (Input *input, BrgError *error)
{
  BrgDefect defect;

  return brg_place_preset (input->skull, brg_preset_find ("vertex"), &defect, NULL, error);
}

static BrgStatus
place_random (Input *input, BrgError *error)
{
  BrgDefect defect;

  return brg_place_random (input->skull, 3, 2, NULL, 0, &defect, NULL, error);
}

static BrgStatus
published (Input *input, BrgError *error)
{
  BrgScidata spec = { BRG_SCIDATA_DRILLED, .loc = 1, .loc1 = 1, .idx = 3, .radius = 6 };
  BrgMask *mask = brg_scidata_cutter (&input->skull->grid, &spec, NULL, error);

  brg_mask_unref (mask);
  return mask != NULL ? BRG_OK : error->status;
}

static BrgStatus
outline (Input *input, BrgError *error)
{
  BrgFrame frame = brg_frame_make (brg_vec3 (0, 0, 0), brg_vec3 (0, 0, 1), 0);
  BrgMesh *mesh = brg_cutter_outline (&input->recipe.defect, &frame, error);

  brg_mesh_unref (mesh);
  return mesh != NULL ? BRG_OK : error->status;
}

static Input
make_input (void)
{
  BrgGrid grid = phantom_grid (66, 40, 34, 2, 2.6, 2.6);
  Input input = { .scan = brg_volume_new (&grid, NULL), .recipe = brg_recipe_default () };

  input.skull = phantom_shell (&grid, brg_vec3 (0, 0, 0), brg_vec3 (55, 48, 40), 8);
  input.edit = brg_mask_new (&grid, NULL);
  PHANTOM_EACH (input.skull, i, j, k, p)
  {
    size_t v = ((size_t) k * 40 + (size_t) j) * 66 + (size_t) i;
    input.scan->hu[v] = brg_mask_get (input.skull, i, j, k) ? 900 : 0;
  }
  input.recipe.crop_vox = (BrgBox){ { 0, 0, 0 }, { 66, 40, 33 } };
  input.recipe.median_mm = 6;
  input.recipe.fill_area_mm2 = 20;
  input.recipe.fill_volume_mm3 = 30;
  input.recipe.close_mm = 3;
  input.recipe.open_mm = 2;
  input.recipe.keep_again = true;
  input.recipe.clearance_mm = 2.5;
  input.recipe.drills = BRG_DRILLS_IN_DEFECT;
  input.recipe.defect.placed = true;
  input.recipe.defect.at_mm = brg_vec3 (-20, 0, 35);
  input.recipe.defect.width_mm = 50;
  input.pipeline = brg_pipeline_new (input.scan, NULL);
  return input;
}

/* Lets the n-th allocation fail, for every n until the operation succeeds. */
static void
fail_everywhere (Input *input, Operation operation, const char *name)
{
  int n = 0;

  for (;; n++)
    {
      BrgError error = { 0 };
      short_memory_allow (n);
      BrgStatus status = operation (input, &error);
      short_memory_end ();
      g_assert_cmpint (status, ==, error.status);
      if (status == BRG_OK)
        break;
      g_assert_cmpint (status, ==, BRG_NO_MEMORY);
      g_assert_cmpint (n, <, 2000);
    }
  g_test_message ("%s: %d allocations", name, n);
  g_assert_cmpint (n, >, 0);
}

static void
test_failure (void)
{
  Input input = make_input ();
  const struct
  {
    const char *name;
    Operation operation;
  } cases[] = {
    { "run", run_fresh },       { "run again", run_again }, { "triple", triple },
    { "preset", place_preset }, { "random", place_random }, { "published", published },
    { "outline", outline },
  };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    fail_everywhere (&input, cases[c].operation, cases[c].name);
  brg_pipeline_free (input.pipeline);
  brg_mask_unref (input.skull);
  brg_mask_unref (input.edit);
  brg_volume_unref (input.scan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/defect/short-of-memory", test_failure);
  return g_test_run ();
}
