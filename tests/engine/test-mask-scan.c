/* A mask as a scan: its skull is the mask, whatever it looks like. */

#include "engine/brg-mask-scan.h"
#include "engine/brg-pipeline.h"
#include "voxel-twin.h"

/* Specks, holes, thin sheets and what touches the border: all that a cleaning would change. */
static void
test_exact (void)
{
  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    {
      BrgMask *mask = twin_mask (&twin_cases[c], (guint32) c);
      BrgRecipe recipe = brg_mask_scan_recipe ();
      BrgPipelineResult result = { 0 };
      brg_mask_set (mask, 0, 0, 0, true);
      BrgVolume *scan = brg_mask_scan (mask, NULL, NULL);
      BrgPipeline *pipeline = brg_pipeline_new (scan, NULL);
      g_assert_cmpint (brg_recipe_check (&recipe, NULL), ==, BRG_OK);
      g_assert_cmpint (brg_pipeline_run (pipeline, &recipe, NULL, NULL, 0, &result, NULL, NULL), ==,
                       BRG_OK);
      twin_assert_equal (result.skull, mask);
      brg_pipeline_result_clear (&result);
      brg_pipeline_free (pipeline);
      brg_volume_unref (scan);
      brg_mask_unref (mask);
    }
}

/* A grid of 3 x 2 x 2 voxels with one of them set. */
static BrgMask *
small_mask (void)
{
  const TwinCase small = { { 3, 2, 2 }, { 1, 1, 2 }, 0 };
  BrgMask *mask = twin_mask (&small, 0);

  brg_mask_set (mask, 2, 1, 0, true);
  return mask;
}

static void
test_values (void)
{
  BrgMask *mask = small_mask ();
  BrgVolume *scan = brg_mask_scan (mask, NULL, NULL);

  g_assert_true (brg_grid_equal (&scan->grid, &mask->grid));
  for (int v = 0; v < 12; v++)
    g_assert_cmpint (scan->hu[v], ==, v == 5 ? 1000 : -1000);
  g_assert_true (brg_mask_scan_is (scan));
  scan->hu[11]++;
  g_assert_false (brg_mask_scan_is (scan));
  brg_volume_unref (scan);
  brg_mask_unref (mask);
}

static void
test_cancel (void)
{
  BrgMask *mask = small_mask ();
  BrgJob job = BRG_JOB_INIT;
  BrgError error = { 0 };

  brg_job_cancel (&job);
  g_assert_null (brg_mask_scan (mask, &job, &error));
  g_assert_cmpint (error.status, ==, BRG_CANCELLED);
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/mask-scan/exact", test_exact);
  g_test_add_func ("/engine/mask-scan/values", test_values);
  g_test_add_func ("/engine/mask-scan/cancel", test_cancel);
  return g_test_run ();
}
