/* The document: hand edits, undo and redo, islands. */

#include "case-fixture.h"
#include "phantom.h"

static void
assert_counted (BrgCase *document)
{
  gsize added_vox, removed_vox;

  brg_case_count_edits (document, &added_vox, &removed_vox);
  g_assert_cmpuint (added_vox, ==, brg_mask_count (brg_case_get_added (document)));
  g_assert_cmpuint (removed_vox, ==, brg_mask_count (brg_case_get_removed (document)));
  g_assert_cmpint (brg_case_has_edits (document), ==, added_vox > 0 || removed_vox > 0);
}

static void
test_strokes (void)
{
  CaseFixture fixture;
  const double from_vox[3] = { 20, 20, 20 }, to_vox[3] = { 24, 20, 20 };

  case_fixture_open (&fixture);
  size_t bone = brg_mask_count (brg_case_get_result (fixture.document)->skull);
  guint results = fixture.n_results;
  brg_case_stroke_begin (fixture.document, FALSE, 6);
  brg_case_stroke_to (fixture.document, BRG_AXIAL, from_vox, from_vox);
  brg_case_stroke_to (fixture.document, BRG_AXIAL, from_vox, to_vox);
  g_assert_cmpuint (fixture.n_edits, ==, 2);
  assert_counted (fixture.document);
  g_assert_cmpint (fixture.box.lo[2], ==, 20);
  g_assert_cmpint (fixture.box.hi[2], ==, 21);
  g_assert_cmpuint (fixture.n_history, ==, 1); /* of opening */
  g_assert_false (brg_case_can_undo (fixture.document));
  g_assert_false (brg_case_get_busy (fixture.document));
  brg_case_stroke_end (fixture.document);
  case_fixture_assert_undo (&fixture, "Paint bone, axial");
  case_fixture_settle (&fixture);
  g_assert_cmpuint (fixture.n_results, ==, results + 1);
  size_t painted = brg_mask_count (brg_case_get_added (fixture.document));
  g_assert_cmpuint (painted, >, 0);
  g_assert_cmpuint (brg_mask_count (brg_case_get_result (fixture.document)->skull), ==,
                    bone + painted);

  brg_case_stroke_begin (fixture.document, TRUE, 6);
  brg_case_stroke_to (fixture.document, BRG_SAGITTAL, from_vox, from_vox);
  brg_case_stroke_end (fixture.document);
  case_fixture_assert_undo (&fixture, "Erase, sagittal");
  BrgMask *added = brg_case_get_added (fixture.document);
  BrgMask *removed = brg_case_get_removed (fixture.document);
  g_assert_cmpuint (brg_mask_count_and (added, removed), ==, 0);
  g_assert_false (brg_mask_get (added, 20, 20, 20));
  g_assert_true (brg_mask_get (removed, 20, 20, 20));
  assert_counted (fixture.document);

  brg_case_stroke_begin (fixture.document, TRUE, 6); /* again: nothing changes */
  brg_case_stroke_to (fixture.document, BRG_SAGITTAL, from_vox, from_vox);
  brg_case_stroke_end (fixture.document);
  g_assert_true (brg_case_undo (fixture.document));
  case_fixture_assert_redo (&fixture, "Erase, sagittal");
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_true (brg_mask_is_empty (added));
  g_assert_true (brg_mask_is_empty (removed));
  assert_counted (fixture.document);
  case_fixture_settle (&fixture);
  g_assert_cmpuint (brg_mask_count (brg_case_get_result (fixture.document)->skull), ==, bone);
  g_assert_true (brg_case_redo (fixture.document));
  g_assert_cmpuint (brg_mask_count (added), ==, painted);

  guint edits = fixture.n_edits;
  brg_case_clear_edits (fixture.document);
  brg_case_clear_edits (fixture.document);
  g_assert_cmpuint (fixture.n_edits, ==, edits + 1);
  g_assert_true (brg_mask_is_empty (added));
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_cmpuint (brg_mask_count (added), ==, painted);
  case_fixture_settle (&fixture);
  case_fixture_clear (&fixture);
}

/* Edits survive a change of the recipe, also when they lie outside the crop. */
static void
test_edits_and_crop (void)
{
  CaseFixture fixture;
  const double at_vox[3] = { 20, 20, 20 };

  case_fixture_open (&fixture);
  brg_case_stroke_begin (fixture.document, FALSE, 6);
  brg_case_stroke_to (fixture.document, BRG_CORONAL, at_vox, at_vox);
  BrgRecipe recipe = *brg_case_get_recipe (fixture.document);
  recipe.crop_vox = (BrgBox){ { 5, 5, 22 }, { 36, 36, 41 } };
  brg_case_set_recipe (fixture.document, &recipe, NULL, FALSE); /* ends the stroke */
  case_fixture_assert_undo (&fixture, "Crop");
  case_fixture_settle (&fixture);
  g_assert_cmpint (brg_case_get_result (fixture.document)->skull->grid.dim[2], ==, 19);
  g_assert_true (brg_case_undo (fixture.document));
  case_fixture_settle (&fixture);
  g_assert_true (brg_mask_get (brg_case_get_result (fixture.document)->skull, 20, 20, 20));
  case_fixture_assert_undo (&fixture, "Paint bone, coronal");
  case_fixture_clear (&fixture);
}

/* First set voxel of a mask, which is consumed. */
static void
first_voxel (BrgMask *mask, int vox[3])
{
  BrgBox box = brg_mask_bounds (mask);

  memcpy (vox, box.lo, sizeof box.lo);
  while (!brg_mask_get (mask, vox[0], vox[1], vox[2]))
    if (++vox[0] == box.hi[0])
      {
        vox[0] = box.lo[0];
        vox[1]++;
      }
  brg_mask_unref (mask);
}

static void
test_island (void)
{
  CaseFixture fixture;
  int vox[3], nowhere[3] = { 20, 20, 20 };

  case_fixture_open (&fixture);
  case_fixture_set_param (&fixture, "keep", BRG_KEEP_ALL, FALSE);
  case_fixture_settle (&fixture);
  phantom_speck_vox (vox);
  g_assert_true (brg_mask_get (brg_case_get_result (fixture.document)->skull, 1, 1, 1));
  brg_case_remove_island_at (fixture.document, vox);
  while (fixture.n_edits == 0)
    g_main_context_iteration (NULL, TRUE);
  case_fixture_assert_undo (&fixture, "Remove island");
  case_fixture_settle (&fixture);
  g_assert_cmpuint (brg_mask_count (brg_case_get_removed (fixture.document)), ==, 18);
  g_assert_false (brg_mask_get (brg_case_get_result (fixture.document)->skull, 1, 1, 1));
  brg_case_remove_island_at (fixture.document, nowhere);
  while (fixture.n_failed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (brg_case_get_stale (fixture.document));
  first_voxel (phantom_skull (), vox);
  brg_case_remove_island_at (fixture.document, vox);
  while (fixture.n_failed == 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (brg_mask_count (brg_case_get_removed (fixture.document)), ==, 18);
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_true (brg_mask_is_empty (brg_case_get_removed (fixture.document)));
  case_fixture_settle (&fixture);
  case_fixture_clear (&fixture);
}

static void
assert_same_mask (const BrgMask *a, const BrgMask *b)
{
  g_assert_cmpint (a != NULL, ==, b != NULL);
  g_assert_true (a == NULL || brg_mask_equal (a, b));
}

/* The result of the case is what a pipeline without a past makes of its recipe and edits. */
static void
assert_like_anew (BrgCase *document)
{
  const BrgPipelineResult *got = brg_case_get_result (document);
  BrgPipeline *pipeline = brg_pipeline_new (brg_case_get_scan (document), NULL);
  BrgPipelineResult expected;

  g_assert_cmpint (brg_pipeline_run (pipeline, brg_case_get_recipe (document),
                                     brg_case_get_added (document), brg_case_get_removed (document),
                                     1, &expected, NULL, NULL),
                   ==, BRG_OK);
  g_assert_false (brg_case_get_stale (document));
  g_assert_false (got->fit_is_due);
  assert_same_mask (got->stages, expected.stages);
  assert_same_mask (got->skull, expected.skull);
  assert_same_mask (got->cutter, expected.cutter);
  assert_same_mask (got->drills, expected.drills);
  assert_same_mask (got->flap, expected.flap);
  assert_same_mask (got->defective, expected.defective);
  assert_same_mask (got->implant, expected.implant);
  g_assert_cmpuint (got->skull_vox, ==, expected.skull_vox);
  g_assert_cmpmem (&got->frame, sizeof got->frame, &expected.frame, sizeof expected.frame);
  g_assert_cmpmem (&got->fit, sizeof got->fit, &expected.fit, sizeof expected.fit);
  brg_pipeline_result_clear (&expected);
  brg_pipeline_free (pipeline);
}

/* A stroke near the defect in front, or anywhere. */
static void
paint_somewhere (BrgCase *document, GRand *rand)
{
  double at[2][3];
  gboolean near = g_rand_int_range (rand, 0, 3) > 0;

  for (int end = 0; end < 2; end++)
    for (int a = 0; a < 3; a++)
      at[end][a] = near ? (a == 1 ? 3 : 20) + g_rand_double_range (rand, -6, 6)
                        : g_rand_double_range (rand, -2, 43);
  brg_case_stroke_begin (document, g_rand_boolean (rand), g_rand_double_range (rand, 2, 14));
  brg_case_stroke_to (document, BRG_AXIAL, at[0], at[0]);
  brg_case_stroke_to (document, (BrgPlane) g_rand_int_range (rand, 0, BRG_N_PLANES), at[0], at[1]);
  brg_case_stroke_end (document);
}

static void
edit_somehow (CaseFixture *fixture, GRand *rand)
{
  BrgCase *document = fixture->document;
  int kind = g_rand_int_range (rand, 0, 20);

  if (kind < 5)
    brg_case_undo (document);
  else if (kind < 7)
    brg_case_redo (document);
  else if (kind == 7)
    brg_case_clear_edits (document);
  else if (kind == 8)
    case_fixture_set_param (fixture, "clearance", g_rand_int_range (rand, 0, 3) * 4, FALSE);
  else
    paint_somewhere (document, rand);
}

/* Two hundred edits, some of which the worker is not given the time to follow one by one. */
static void
test_random_edits (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);
  CaseFixture fixture;

  case_fixture_open (&fixture);
  case_fixture_set_param (&fixture, "clearance", 4, FALSE);
  case_fixture_set_param (&fixture, "smooth", 0, FALSE);
  case_fixture_place_defect (&fixture);
  case_fixture_settle (&fixture);
  assert_like_anew (fixture.document);
  for (int n = 0; n < 200; n++)
    {
      edit_somehow (&fixture, rand);
      int turns = g_rand_int_range (rand, 0, 4);
      for (int turn = 0; turn < turns; turn++)
        g_main_context_iteration (NULL, FALSE);
      if (n % 5 != 4)
        continue;
      case_fixture_settle (&fixture);
      assert_like_anew (fixture.document);
    }
  g_assert_cmpuint (fixture.n_failed, ==, 0);
  case_fixture_clear (&fixture);
}

static void
paint_dab (BrgCase *document, BrgPlane plane, double i, double j, double k)
{
  const double at_vox[3] = { i, j, k };

  brg_case_stroke_begin (document, FALSE, 4);
  brg_case_stroke_to (document, plane, at_vox, at_vox);
  brg_case_stroke_end (document);
}

/* Two dabs on coronal slices and all between them, as one entry; with one dab there is nothing to
 * fill, and what was erased between is bone again. */
static void
test_fill_between (void)
{
  CaseFixture fixture;
  const double erased_vox[3] = { 20, 19, 20 };

  case_fixture_open (&fixture);
  BrgMask *added = brg_case_get_added (fixture.document);
  BrgMask *removed = brg_case_get_removed (fixture.document);
  brg_case_fill_between (fixture.document);
  brg_case_stroke_begin (fixture.document, TRUE, 1);
  brg_case_stroke_to (fixture.document, BRG_CORONAL, erased_vox, erased_vox);
  brg_case_stroke_end (fixture.document);
  paint_dab (fixture.document, BRG_CORONAL, 20, 16, 20);
  brg_case_fill_between (fixture.document);
  while (fixture.n_failed == 0)
    g_main_context_iteration (NULL, TRUE);
  case_fixture_assert_undo (&fixture, "Paint bone, coronal");
  paint_dab (fixture.document, BRG_CORONAL, 20, 22, 20);
  gsize painted = brg_mask_count (added);
  guint edits = fixture.n_edits;
  brg_case_fill_between (fixture.document);
  while (fixture.n_edits == edits)
    g_main_context_iteration (NULL, TRUE);
  case_fixture_assert_undo (&fixture, "Fill between slices");
  g_assert_cmpuint (brg_mask_count (added), ==, painted / 2 * 7);
  g_assert_cmpuint (brg_mask_count_and (added, removed), ==, 0);
  g_assert_true (brg_mask_get (added, 20, 19, 20));
  assert_counted (fixture.document);
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_cmpuint (brg_mask_count (added), ==, painted);
  g_assert_true (brg_mask_get (removed, 20, 19, 20));
  case_fixture_settle (&fixture);
  case_fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/case/edit/strokes", test_strokes);
  g_test_add_func ("/case/edit/crop", test_edits_and_crop);
  g_test_add_func ("/case/edit/island", test_island);
  g_test_add_func ("/case/edit/random", test_random_edits);
  g_test_add_func ("/case/edit/fill-between", test_fill_between);
  return g_test_run ();
}
