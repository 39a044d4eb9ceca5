/* The pipeline against the stages called one by one, and its caches against fresh runs. */

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-fill.h"
#include "engine/brg-median.h"
#include "engine/brg-morphology.h"
#include "engine/brg-param.h"
#include "engine/brg-pipeline.h"
#include "engine/brg-scidata.h"
#include "engine/brg-threshold.h"

#include "defect-phantoms.h"
#include "fuse.h"
#include "pipeline-twin.h"

/* A noisy head with a speckle of table, holes in thin bone, and air at -1000. */
static BrgVolume *
make_scan (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (77);
  BrgGrid grid = phantom_grid (67, 60, 44, 1.5, 1.5, 2);
  BrgMask *bone = phantom_shell (&grid, brg_vec3 (1, 2, 0), brg_vec3 (44, 40, 38), 5);
  BrgVolume *scan = brg_volume_new (&grid, NULL);

  PHANTOM_EACH (bone, i, j, k, p)
  {
    size_t v = ((size_t) k * 60 + (size_t) j) * 67 + (size_t) i;
    bool table = k > 2 && k < 40 && j > 57;
    int base = brg_mask_get (bone, i, j, k) ? 600 : table ? 400 : -100;
    scan->hu[v] = (int16_t) (base + g_rand_int_range (rand, -380, 380));
  }
  brg_mask_unref (bone);
  return scan;
}

static BrgRecipe
base_recipe (void)
{
  BrgRecipe recipe = brg_recipe_default ();

  recipe.median_mm = 5;
  recipe.defect.placed = true;
  recipe.defect.at_mm = brg_vec3 (-20, -20, 28);
  recipe.defect.width_mm = 24;
  recipe.defect.height_mm = 20;
  recipe.defect.burr_radius_mm = 3;
  return recipe;
}

static BrgPipelineResult
run_ok (BrgPipeline *pipeline,
        const BrgRecipe *recipe,
        const BrgMask *added,
        const BrgMask *removed,
        uint64_t revision)
{
  BrgPipelineResult result;
  BrgError error = { 0 };
  BrgStatus status =
    brg_pipeline_run (pipeline, recipe, added, removed, revision, &result, NULL, &error);

  g_assert_cmpstr (error.message, ==, "");
  g_assert_cmpint (status, ==, BRG_OK);
  return result;
}

static void
assert_same_result (const BrgPipelineResult *a, const BrgPipelineResult *b)
{
  pipeline_assert_same_masks (a, b);
  g_assert_cmpmem (&a->islands, sizeof a->islands, &b->islands, sizeof b->islands);
  g_assert_cmpmem (&a->fit, sizeof a->fit, &b->fit, sizeof b->fit);
  g_assert_cmpmem (a->median_kernel_vox, sizeof a->median_kernel_vox, b->median_kernel_vox,
                   sizeof b->median_kernel_vox);
  g_assert_cmpuint (a->threshold_vox, ==, b->threshold_vox);
  g_assert_cmpuint (a->skull_vox, ==, brg_mask_count (a->skull));
  g_assert_cmpuint (b->skull_vox, ==, brg_mask_count (b->skull));
}

static BrgMask *
take (BrgMask *before, BrgMask *after)
{
  g_assert_nonnull (after);
  brg_mask_unref (before);
  return after;
}

/* The recipe, stage by stage, by hand. */
static void
test_stages (void)
{
  BrgVolume *scan = make_scan ();
  BrgPipeline *pipeline = brg_pipeline_new (scan, NULL);
  BrgRecipe recipe = base_recipe ();
  BrgBox crop = { { 1, 2, 3 }, { 66, 60, 44 } };
  BrgMask *added = brg_mask_new (&scan->grid, NULL), *removed = brg_mask_new (&scan->grid, NULL);
  BrgIslands islands;

  for (int i = 20; i < 50; i++)
    {
      brg_mask_set (added, i, 30, 20, true);
      brg_mask_set (added, i, 4, 5, true);
      brg_mask_set (removed, i, 30, 42, true);
    }
  recipe.crop_vox = crop;
  recipe.threshold_lo_hu = 180;
  recipe.threshold_hi_hu = 950;
  recipe.connectivity = BRG_CONNECTIVITY_18;
  recipe.fill_area_mm2 = 20;
  recipe.fill_volume_mm3 = 30;
  recipe.close_mm = 2.2;
  recipe.open_mm = 1.1;
  recipe.margin_mm = 1.3;
  recipe.keep_again = true;
  BrgPipelineResult result = run_ok (pipeline, &recipe, added, removed, 1);

  BrgVolume *cropped = brg_volume_crop (scan, &crop, NULL);
  BrgMask *mask = brg_threshold (cropped, 180, 950, NULL, NULL);
  g_assert_cmpuint (result.threshold_vox, ==, brg_mask_count (mask));
  mask = take (mask, brg_components_keep_largest (mask, 18, &islands, NULL, NULL));
  g_assert_cmpmem (&islands, sizeof islands, &result.islands, sizeof islands);
  mask = take (mask, brg_median (mask, 5, BRG_KERNEL_BOX, NULL, NULL));
  mask = take (mask, brg_fill_slices (mask, 20, NULL, NULL));
  mask = take (mask, brg_fill_volume (mask, 30, NULL, NULL));
  mask = take (mask, brg_close (mask, 2.2, NULL, NULL));
  mask = take (mask, brg_open (mask, 1.1, NULL, NULL));
  mask = take (mask, brg_dilate (mask, 1.3, NULL, NULL));
  pipeline_assert_same_mask (result.stages, mask);
  BrgMask *add = brg_mask_crop (added, &crop, NULL), *remove = brg_mask_crop (removed, &crop, NULL);
  brg_mask_or (mask, add, NULL);
  brg_mask_and_not (mask, remove, NULL);
  mask = take (mask, brg_components_keep_largest (mask, 18, NULL, NULL, NULL));
  pipeline_assert_same_mask (result.skull, mask);
  g_assert_cmpint (result.median_kernel_vox[0], ==, 3);
  g_assert_cmpint (result.median_kernel_vox[2], ==, 3);
  g_assert_cmpuint (brg_mask_count_and (result.defective, result.implant), ==, 0);
  brg_mask_or (result.implant, result.defective, NULL);
  pipeline_assert_same_mask (result.implant, mask);

  BrgPipelineResult alone;
  g_assert_cmpint (brg_pipeline_triple (mask, &recipe, &alone, NULL, NULL), ==, BRG_OK);
  pipeline_assert_same_mask (alone.defective, result.defective);
  pipeline_assert_same_mask (alone.cutter, result.cutter);
  g_assert_cmpmem (&alone.fit, sizeof alone.fit, &result.fit, sizeof result.fit);
  brg_pipeline_result_clear (&alone);
  brg_mask_unref (mask);
  brg_mask_unref (add);
  brg_mask_unref (remove);
  brg_mask_unref (added);
  brg_mask_unref (removed);
  brg_volume_unref (cropped);
  brg_pipeline_result_clear (&result);
  brg_pipeline_free (pipeline);
  brg_volume_unref (scan);
}

static const char *const changes[] = {
  "threshold-lo=200", "threshold-hi=900", "keep=all",
  "min-island=200",   "max-island=1e8",   "connectivity=26",
  "median=3.5",       "kernel=ball",      "fill-area=30",
  "fill-volume=60",   "close=2",          "open=1",
  "margin=-0.6",      "keep-again=true",  "shape=cylinder",
  "width=30",         "height=16",        "depth=9",
  "rotate=40",        "shape=polygon",    "corners=4",
  "corner-radius=3",  "shape=craniotomy", "burr-radius=2",
  "kerf=1",           "bevel=20",         "clearance=1.6",
  "drills=defect",    "clearance=1",      "clearance-from=skull",
  "smooth=0.1",
};

static void
apply_change (BrgRecipe *recipe, const char *change)
{
  g_auto (GStrv) parts = g_strsplit (change, "=", 2);
  const BrgParam *param = brg_param_find (parts[0]);
  double value;

  g_assert_nonnull (param);
  g_assert_cmpint (brg_param_parse (param, parts[1], &value, NULL), ==, BRG_OK);
  brg_param_set (param, recipe, value);
}

/* Every parameter of the table is changed here once, so that none is forgotten by the cache. */
static void
test_changes_are_complete (void)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  for (size_t p = 0; p < n_params; p++)
    {
      bool found = false;
      for (size_t c = 0; c < G_N_ELEMENTS (changes); c++)
        {
          size_t length = strlen (params[p].key);
          found |= strncmp (changes[c], params[p].key, length) == 0 && changes[c][length] == '=';
        }
      if (!found)
        g_test_message ("%s is not tried", params[p].key);
      g_assert_true (found);
    }
}

static void
assert_like_fresh (BrgPipeline *pipeline,
                   BrgVolume *scan,
                   const BrgRecipe *recipe,
                   const BrgMask *added,
                   uint64_t revision)
{
  BrgPipeline *fresh = brg_pipeline_new (scan, NULL);
  BrgPipelineResult a = run_ok (pipeline, recipe, added, NULL, revision);
  BrgPipelineResult b = run_ok (fresh, recipe, added, NULL, revision);

  assert_same_result (&a, &b);
  brg_pipeline_result_clear (&a);
  brg_pipeline_result_clear (&b);
  brg_pipeline_free (fresh);
}

static void
assert_skull (BrgPipeline *pipeline, const BrgRecipe *recipe, const BrgMask *expected)
{
  BrgPipelineResult result = run_ok (pipeline, recipe, NULL, NULL, 0);

  pipeline_assert_same_mask (result.skull, expected);
  brg_pipeline_result_clear (&result);
}

/* After a change of every kind, and back, the result is that of a pipeline without a past. */
static void
test_cache (void)
{
  BrgVolume *scan = make_scan ();
  BrgPipeline *pipeline = brg_pipeline_new (scan, NULL);
  BrgRecipe recipe = base_recipe ();
  BrgMask *added = brg_mask_new (&scan->grid, NULL);

  for (size_t c = 0; c < G_N_ELEMENTS (changes); c++)
    {
      apply_change (&recipe, changes[c]);
      assert_like_fresh (pipeline, scan, &recipe, NULL, 0);
    }
  recipe = base_recipe ();
  assert_like_fresh (pipeline, scan, &recipe, NULL, 0);
  for (int i = 20; i < 40; i++)
    brg_mask_set (added, i, 20, 12, true);
  assert_like_fresh (pipeline, scan, &recipe, added, 1);
  recipe.crop_vox = (BrgBox){ { 2, 2, 2 }, { 67, 60, 43 } };
  assert_like_fresh (pipeline, scan, &recipe, added, 1);
  recipe.defect.at_mm.y += 5;
  assert_like_fresh (pipeline, scan, &recipe, added, 1);
  recipe.defect.placed = false;
  assert_like_fresh (pipeline, scan, &recipe, added, 1);
  recipe.defect.placed = true;
  assert_like_fresh (pipeline, scan, &recipe, added, 1);
  brg_mask_set (added, 50, 21, 12, true);
  assert_like_fresh (pipeline, scan, &recipe, added, 2);
  brg_mask_unref (added);
  brg_pipeline_free (pipeline);
  brg_volume_unref (scan);
}

/* A published mask: the plain partition by its cutter, in a pipeline and on a skull; it stays where
 * it is when the bone changes. */
static void
test_published (void)
{
  BrgVolume *scan = make_scan ();
  BrgPipeline *pipeline = brg_pipeline_new (scan, NULL);
  BrgRecipe recipe = base_recipe ();
  BrgMask *added = brg_mask_new (&scan->grid, NULL);
  BrgPipelineResult alone;
  BrgTriple triple;

  assert_like_fresh (pipeline, scan, &recipe, NULL, 0);
  recipe.defect.scidata =
    (BrgScidata){ BRG_SCIDATA_DRILLED, .loc = 1, .loc1 = 1, .idx = 3, .radius = 4 };
  assert_like_fresh (pipeline, scan, &recipe, NULL, 0);
  BrgPipelineResult result = run_ok (pipeline, &recipe, NULL, NULL, 0);
  BrgMask *cutter = brg_scidata_cutter (&scan->grid, &recipe.defect.scidata, NULL, NULL);
  pipeline_assert_same_mask (result.cutter, cutter);
  g_assert_true (brg_mask_is_empty (result.drills));
  g_assert_cmpint (brg_triple_make (result.skull, cutter, NULL, &recipe, &triple, NULL, NULL), ==,
                   BRG_OK);
  pipeline_assert_same_mask (result.defective, triple.defective);
  pipeline_assert_same_mask (result.implant, triple.implant);
  g_assert_cmpint (brg_pipeline_triple (result.skull, &recipe, &alone, NULL, NULL), ==, BRG_OK);
  pipeline_assert_same_mask (alone.implant, triple.implant);
  g_assert_cmpmem (&alone.fit, sizeof alone.fit, &triple.fit, sizeof triple.fit);

  brg_mask_set (added, 33, 30, 40, true);
  assert_like_fresh (pipeline, scan, &recipe, added, 1);
  recipe.defect.scidata.idx = 1;
  assert_like_fresh (pipeline, scan, &recipe, added, 1);
  recipe.defect.scidata = (BrgScidata){ 0 };
  assert_like_fresh (pipeline, scan, &recipe, added, 1);
  brg_triple_clear (&triple);
  brg_pipeline_result_clear (&alone);
  brg_pipeline_result_clear (&result);
  brg_mask_unref (cutter);
  brg_mask_unref (added);
  brg_pipeline_free (pipeline);
  brg_volume_unref (scan);
}

/* The outputs of the stages before the edits, as the pipeline keeps them. */
static void
test_ref_stages (void)
{
  BrgVolume *scan = make_scan ();
  BrgPipeline *pipeline = brg_pipeline_new (scan, NULL);
  BrgRecipe recipe = base_recipe ();
  BrgPipelineStages stages;

  recipe.crop_vox = (BrgBox){ { 2, 2, 2 }, { 67, 60, 43 } };
  recipe.close_mm = 2;
  BrgPipelineResult result = run_ok (pipeline, &recipe, NULL, NULL, 0);
  brg_pipeline_ref_stages (pipeline, &stages);
  brg_pipeline_free (pipeline);
  BrgMask *bone = brg_threshold (stages.crop, recipe.threshold_lo_hu, INT16_MAX, NULL, NULL);
  BrgMask *largest = brg_components_keep_largest (bone, 6, NULL, NULL, NULL);
  BrgMask *smooth = brg_median (largest, 5, BRG_KERNEL_BOX, NULL, NULL);
  BrgMask *closed = brg_close (smooth, 2, NULL, NULL);
  g_assert_cmpint (stages.crop->grid.dim[0], ==, 65);
  pipeline_assert_same_mask (stages.threshold, bone);
  pipeline_assert_same_mask (stages.islands, largest);
  pipeline_assert_same_mask (stages.median, smooth);
  pipeline_assert_same_mask (stages.holes, closed);
  brg_pipeline_stages_clear (&stages);
  g_assert_null (stages.crop);
  brg_mask_unref (bone);
  brg_mask_unref (largest);
  brg_mask_unref (smooth);
  brg_mask_unref (closed);
  brg_pipeline_result_clear (&result);
  brg_volume_unref (scan);
}

static void
assert_fails (BrgPipeline *pipeline,
              const BrgRecipe *recipe,
              const BrgMask *removed,
              BrgStatus expected,
              const char *words)
{
  static uint64_t revision = 100;
  BrgPipelineResult result;
  BrgError error = { 0 };

  g_assert_cmpint (
    brg_pipeline_run (pipeline, recipe, NULL, removed, revision++, &result, NULL, &error), ==,
    expected);
  g_assert_cmpint (error.status, ==, expected);
  if (strstr (error.message, words) == NULL)
    g_test_message ("\"%s\" does not say \"%s\"", error.message, words);
  g_assert_nonnull (strstr (error.message, words));
  g_assert_null (result.skull);
}

/* Islands by size and at a point, with the cache of what was kept before. */
static void
test_islands (void)
{
  BrgVolume *scan = make_scan ();
  BrgPipeline *pipeline = brg_pipeline_new (scan, NULL);
  BrgMask *bone = brg_threshold (scan, 300, INT16_MAX, NULL, NULL);
  BrgMask *largest = brg_components_keep_largest (bone, 6, NULL, NULL, NULL);
  BrgRecipe recipe = brg_recipe_default ();
  BrgComponent *list;
  size_t n_list;

  g_assert_cmpint (brg_components_list (bone, 6, 3, &list, &n_list, NULL, NULL), ==, BRG_OK);
  g_assert_cmpuint (n_list, ==, 3);
  const int *vox = list[1].first_vox;
  BrgMask *next = brg_components_at (bone, 6, vox, NULL, NULL, NULL);
  BrgMask *few = brg_components_keep_sizes (bone, 6, list[2].mm3, list[1].mm3, NULL, NULL, NULL);
  recipe.threshold_lo_hu = 300;
  recipe.keep_at.placed = true;
  recipe.keep_at.at_mm = brg_grid_lps_from_vox (&scan->grid, brg_vec3 (vox[0], vox[1], vox[2]));
  assert_skull (pipeline, &recipe, next);
  recipe.keep = BRG_KEEP_ALL;
  assert_skull (pipeline, &recipe, next);
  recipe.keep_at.placed = false;
  assert_skull (pipeline, &recipe, bone);
  recipe.min_island_mm3 = list[2].mm3;
  recipe.max_island_mm3 = list[1].mm3;
  assert_skull (pipeline, &recipe, few);
  recipe.min_island_mm3 = 1e7;
  recipe.max_island_mm3 = 2e7;
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY, "no island has 1e+07 to 2e+07");
  recipe.max_island_mm3 = 19;
  assert_fails (pipeline, &recipe, NULL, BRG_INVALID, "to 19 mm³ are upside down");
  recipe = brg_recipe_default ();
  recipe.threshold_lo_hu = 300;
  assert_skull (pipeline, &recipe, largest);
  recipe.keep_at = (BrgKeepAt){ true, brg_vec3 (500, -3, 2.5) };
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY, "no bone within 5 mm of 500, -3, 2.5");
  recipe.keep_at.at_mm.y = NAN;
  assert_fails (pipeline, &recipe, NULL, BRG_INVALID, "no point");
  brg_mask_unref (bone);
  brg_mask_unref (next);
  brg_mask_unref (largest);
  brg_mask_unref (few);
  brg_free (list);
  brg_pipeline_free (pipeline);
  brg_volume_unref (scan);
}

/* What a change does not touch is handed out again, not computed again. */
static void
test_reuse (void)
{
  BrgVolume *scan = make_scan ();
  BrgPipeline *pipeline = brg_pipeline_new (scan, NULL);
  BrgRecipe recipe = base_recipe ();
  BrgPipelineResult a = run_ok (pipeline, &recipe, NULL, NULL, 0);
  BrgPipelineResult b = run_ok (pipeline, &recipe, NULL, NULL, 0);

  g_assert_true (a.skull == b.skull && a.cutter == b.cutter && a.implant == b.implant);
  g_assert_true (a.stages == a.skull);
  brg_pipeline_result_clear (&b);
  recipe.clearance_mm = 1;
  b = run_ok (pipeline, &recipe, NULL, NULL, 0);
  g_assert_true (a.skull == b.skull && a.cutter == b.cutter && a.implant != b.implant);
  brg_pipeline_result_clear (&b);
  recipe.defect.width_mm = 20;
  b = run_ok (pipeline, &recipe, NULL, NULL, 0);
  g_assert_true (a.skull == b.skull && a.cutter != b.cutter);
  brg_pipeline_result_clear (&b);
  recipe.smooth = 0;
  recipe.keep_again = true;
  b = run_ok (pipeline, &recipe, NULL, NULL, 0);
  g_assert_true (a.stages == b.stages && a.skull != b.skull);
  brg_pipeline_result_clear (&b);
  /* results outlive the pipeline */
  brg_pipeline_free (pipeline);
  brg_volume_unref (scan);
  g_assert_false (brg_mask_is_empty (a.implant));
  brg_pipeline_result_clear (&a);
  brg_pipeline_result_clear (&a);
}

/* Cancelled at any moment, the next run is right. */
static void
test_cancel (void)
{
  BrgVolume *scan = make_scan ();
  BrgRecipe before = base_recipe (), after = base_recipe ();
  BrgPipeline *fresh = brg_pipeline_new (scan, NULL);
  int n_cancelled = 0;

  after.threshold_lo_hu = 220;
  after.fill_area_mm2 = 25;
  after.defect.rotate_deg = 30;
  BrgPipelineResult expected_before = run_ok (fresh, &before, NULL, NULL, 0);
  BrgPipelineResult expected_after = run_ok (fresh, &after, NULL, NULL, 0);
  for (int n = 0, left = 0; left < 400; n++, left += n % 2 == 0 ? 1 + left / 5 : 0)
    {
      BrgPipeline *pipeline = brg_pipeline_new (scan, NULL);
      int n_threads = 1 + n % 2;
      Fuse fuse;
      BrgError error = { 0 };
      BrgPipelineResult result = run_ok (pipeline, &before, NULL, NULL, 0);
      brg_pipeline_result_clear (&result);
      BrgStatus status = brg_pipeline_run (pipeline, &after, NULL, NULL, 0, &result,
                                           fuse_light (&fuse, n_threads, left), &error);
      g_assert_true (status == BRG_OK || status == BRG_CANCELLED);
      g_assert_cmpint (status == BRG_CANCELLED, ==, error.status == BRG_CANCELLED);
      n_cancelled += status == BRG_CANCELLED && n_threads == 1;
      brg_pipeline_result_clear (&result);
      result = run_ok (pipeline, left % 2 ? &before : &after, NULL, NULL, 0);
      assert_same_result (&result, left % 2 ? &expected_before : &expected_after);
      brg_pipeline_result_clear (&result);
      brg_pipeline_free (pipeline);
    }
  g_assert_cmpint (n_cancelled, >, 5);
  brg_pipeline_result_clear (&expected_before);
  brg_pipeline_result_clear (&expected_after);
  brg_pipeline_free (fresh);
  brg_volume_unref (scan);
}

static void
test_words (void)
{
  BrgVolume *scan = make_scan ();
  BrgPipeline *pipeline = brg_pipeline_new (scan, NULL);
  BrgMask *all = brg_mask_new (&scan->grid, NULL);
  BrgGrid other = phantom_grid (5, 5, 5, 1, 1, 1);
  BrgMask *elsewhere = brg_mask_new (&other, NULL);
  BrgRecipe recipe = base_recipe ();

  brg_mask_invert (all);
  recipe.threshold_lo_hu = 4000;
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY,
                "no voxel reaches 4000 HU; the values are -480 to 979 HU");
  recipe.threshold_lo_hu = -3000;
  recipe.threshold_hi_hu = -2000;
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY,
                "as low as -2000 HU; the values are -480 to 979 HU");
  recipe.threshold_lo_hu = 500;
  assert_fails (pipeline, &recipe, NULL, BRG_INVALID, "upside down");
  recipe = base_recipe ();
  recipe.crop_vox = (BrgBox){ { 100, 0, 0 }, { 120, 5, 5 } };
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY, "the crop 100:120");
  recipe.crop_vox = (BrgBox){ { 5, 5, 5 }, { 5, 9, 9 } };
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY, "the crop 5:5");
  recipe = base_recipe ();
  recipe.keep = BRG_KEEP_ALL;
  recipe.min_island_mm3 = 1e8;
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY, "no island is as large");
  recipe = base_recipe ();
  recipe.median_mm = 50;
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY, "median of 50 mm");
  recipe = base_recipe ();
  recipe.open_mm = 29.5;
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY, "an opening of 29.5 mm leaves no bone");
  recipe = base_recipe ();
  recipe.margin_mm = -30;
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY, "a margin of -30 mm leaves no bone");
  recipe.margin_mm = -31;
  assert_fails (pipeline, &recipe, NULL, BRG_INVALID, "margin must be -30 to 30 mm, got -31");
  recipe = base_recipe ();
  assert_fails (pipeline, &recipe, all, BRG_EMPTY, "hand edits remove all");
  assert_fails (pipeline, &recipe, elsewhere, BRG_INVALID, "hand edits: grids");
  recipe.defect.at_mm = brg_vec3 (0, 0, 500);
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY, "move the defect onto the skull");
  recipe = base_recipe ();
  recipe.clearance_mm = 18;
  assert_fails (pipeline, &recipe, NULL, BRG_EMPTY, "clearance of 18 mm");
  recipe.clearance_mm = NAN;
  assert_fails (pipeline, &recipe, NULL, BRG_INVALID, "clearance");
  recipe = base_recipe ();
  BrgPipelineResult result = run_ok (pipeline, &recipe, NULL, NULL, 7);
  brg_pipeline_result_clear (&result);
  brg_mask_unref (all);
  brg_mask_unref (elsewhere);
  brg_pipeline_free (pipeline);
  brg_volume_unref (scan);
}

static void
test_threads (void)
{
  BrgVolume *scan = make_scan ();
  BrgRecipe recipe = base_recipe ();
  BrgPipelineResult results[3];

  recipe.fill_area_mm2 = 30;
  recipe.close_mm = 2;
  recipe.clearance_mm = 1.6;
  for (int n = 0; n < 3; n++)
    {
      BrgPipeline *pipeline = brg_pipeline_new (scan, NULL);
      BrgJob job = phantom_job (phantom_threads[n]);
      g_assert_cmpint (brg_pipeline_run (pipeline, &recipe, NULL, NULL, 0, &results[n], &job, NULL),
                       ==, BRG_OK);
      assert_same_result (&results[n], &results[0]);
      brg_pipeline_free (pipeline);
    }
  for (int n = 0; n < 3; n++)
    brg_pipeline_result_clear (&results[n]);
  brg_volume_unref (scan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pipeline/stages", test_stages);
  g_test_add_func ("/pipeline/changes-are-complete", test_changes_are_complete);
  g_test_add_func ("/pipeline/cache", test_cache);
  g_test_add_func ("/pipeline/published", test_published);
  g_test_add_func ("/pipeline/ref-stages", test_ref_stages);
  g_test_add_func ("/pipeline/islands", test_islands);
  g_test_add_func ("/pipeline/reuse", test_reuse);
  g_test_add_func ("/pipeline/cancel", test_cancel);
  g_test_add_func ("/pipeline/words", test_words);
  g_test_add_func ("/pipeline/threads", test_threads);
  return g_test_run ();
}
