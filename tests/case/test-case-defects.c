/* Several defects of one case: the list, which one is active, and the export of all. */

#include <string.h>

#include "case-fixture.h"
#include "case/brg-case-private.h"
#include "case/brg-recipe-json.h"
#include "io/brg-image.h"
#include "phantom.h"

/* The active defect becomes a cylinder in this direction from the middle. */
static void
place_active (CaseFixture *fixture, BrgVec3 towards, double width_mm)
{
  BrgRecipe recipe = *brg_case_get_recipe (fixture->document);

  recipe.defect.placed = true;
  recipe.defect.shape = BRG_SHAPE_CYLINDER;
  recipe.defect.at_mm = brg_vec3_scale (towards, PHANTOM_RADIUS_MM);
  recipe.defect.width_mm = width_mm;
  brg_case_set_recipe (fixture->document, &recipe, NULL, FALSE);
}

/* One in front, one on the left and, between them in the list, one that is not placed. */
static void
open_with_defects (CaseFixture *fixture)
{
  case_fixture_open (fixture);
  place_active (fixture, brg_vec3 (0, -1, 0), 30);
  g_assert_true (brg_case_add_defect (fixture->document));
  g_assert_cmpint (brg_case_get_recipe (fixture->document)->defect.shape, ==, BRG_SHAPE_CYLINDER);
  g_assert_cmpfloat (brg_case_get_recipe (fixture->document)->defect.width_mm, ==, 30);
  g_assert_cmpfloat (brg_case_get_recipe (fixture->document)->defect.at_mm.y, ==, 0);
  g_assert_true (brg_case_add_defect (fixture->document));
  place_active (fixture, brg_vec3 (1, 0, 0), 40);
  case_fixture_settle (fixture);
}

static void
assert_list (BrgCase *document, guint n, guint active)
{
  BrgRecipes *recipes = brg_case_get_recipes (document);

  g_assert_cmpuint (brg_case_get_n_defects (document), ==, n);
  g_assert_cmpuint (recipes->n, ==, n);
  g_assert_cmpuint (brg_case_get_active (document), ==, active);
  g_assert_true (brg_recipe_equal (brg_case_get_recipe (document), &recipes->recipe[active]));
}

/* The active one is what is shown and changed; choosing is no undo step. */
static void
test_active (void)
{
  CaseFixture fixture;

  open_with_defects (&fixture);
  BrgCase *document = fixture.document;
  assert_list (document, 3, 2);
  size_t wide = brg_mask_count (brg_case_get_result (document)->implant);
  guint n_recipe = fixture.n_recipe, n_history = fixture.n_history;
  brg_case_set_active (document, 2);
  g_assert_cmpuint (fixture.n_recipe, ==, n_recipe);
  brg_case_set_active (document, 0);
  g_assert_cmpuint (fixture.n_recipe, ==, n_recipe + 1);
  g_assert_cmpuint (fixture.n_history, ==, n_history);
  case_fixture_settle (&fixture);
  assert_list (document, 3, 0);
  g_assert_cmpuint (brg_mask_count (brg_case_get_result (document)->implant), <, wide);
  brg_case_set_active (document, 1);
  case_fixture_settle (&fixture);
  g_assert_null (brg_case_get_result (document)->implant);
  g_assert_null (brg_case_get_mesh (document, BRG_CASE_MESH_IMPLANT));

  /* What belongs to the skull is common to all. */
  case_fixture_set_param (&fixture, "threshold-lo", 200, FALSE);
  case_fixture_assert_undo (&fixture, "Lower threshold 150 → 200 HU");
  for (guint r = 0; r < 3; r++)
    g_assert_cmpint (brg_case_get_recipes (document)->recipe[r].threshold_lo_hu, ==, 200);
  g_assert_cmpfloat (brg_case_get_recipes (document)->recipe[0].defect.width_mm, ==, 30);
  case_fixture_settle (&fixture);
  case_fixture_clear (&fixture);
}

/* Undo and redo make the defect active that they change. */
static void
test_undo (void)
{
  CaseFixture fixture;

  open_with_defects (&fixture);
  BrgCase *document = fixture.document;
  brg_case_set_active (document, 0);
  case_fixture_set_param (&fixture, "width", 33, TRUE);
  brg_case_set_active (document, 2);
  case_fixture_set_param (&fixture, "width", 44, TRUE);
  case_fixture_assert_undo (&fixture, "Defect 3: Width 40 → 44 mm");
  brg_case_set_active (document, 1);
  g_assert_true (brg_case_undo (document));
  assert_list (document, 3, 2);
  g_assert_true (brg_case_undo (document));
  assert_list (document, 3, 0);
  g_assert_cmpfloat (brg_case_get_recipe (document)->defect.width_mm, ==, 30);
  g_assert_true (brg_case_redo (document));
  assert_list (document, 3, 0);

  guint n_recipe = fixture.n_recipe, n_history = fixture.n_history;
  g_assert_true (brg_case_jump (document, 0));
  assert_list (document, 1, 0);
  g_assert_false (brg_case_get_recipe (document)->defect.placed);
  g_assert_cmpuint (fixture.n_recipe, ==, n_recipe + 1);
  g_assert_cmpuint (fixture.n_history, ==, n_history + 1);
  g_assert_true (brg_case_jump (document, 6));
  assert_list (document, 3, 2);
  g_assert_cmpfloat (brg_case_get_recipe (document)->defect.width_mm, ==, 44);
  g_assert_false (brg_case_jump (document, 6));
  g_assert_false (brg_case_jump (document, 7));
  case_fixture_settle (&fixture);
  case_fixture_clear (&fixture);
}

static void
test_remove (void)
{
  CaseFixture fixture;

  open_with_defects (&fixture);
  BrgCase *document = fixture.document;
  g_assert_true (brg_case_remove_defect (document, 0));
  case_fixture_assert_undo (&fixture, "Remove defect 1");
  assert_list (document, 2, 1);
  g_assert_cmpfloat (brg_case_get_recipe (document)->defect.width_mm, ==, 40);
  g_assert_true (brg_case_remove_defect (document, 1));
  assert_list (document, 1, 0);
  g_assert_false (brg_case_remove_defect (document, 0)); /* not placed anyway */
  g_assert_true (brg_case_undo (document));
  assert_list (document, 2, 1);
  g_assert_true (brg_case_undo (document));
  assert_list (document, 3, 0);
  case_fixture_settle (&fixture);
  g_assert_nonnull (brg_case_get_result (document)->implant);
  case_fixture_clear (&fixture);
}

/* There is an end to it, which is the one of recipe.json. */
static void
test_most (void)
{
  CaseFixture fixture;

  case_fixture_open (&fixture);
  BrgCase *document = fixture.document;
  g_autofree BrgRecipe *recipes = g_new (BrgRecipe, BRG_RECIPE_MAX_DEFECTS - 1);
  for (guint r = 0; r + 1 < BRG_RECIPE_MAX_DEFECTS; r++)
    recipes[r] = brg_recipe_default ();
  _brg_case_take_recipes (document, brg_recipes_new (recipes, BRG_RECIPE_MAX_DEFECTS - 1), 0);
  g_assert_true (brg_case_add_defect (document));
  guint n_failed = fixture.n_failed;
  g_assert_false (brg_case_add_defect (document));
  g_assert_cmpuint (fixture.n_failed, ==, n_failed + 1);
  assert_list (document, BRG_RECIPE_MAX_DEFECTS, BRG_RECIPE_MAX_DEFECTS - 1);
  case_fixture_settle (&fixture);
  case_fixture_clear (&fixture);
}

static void
assert_mask (const char *dir, const char *file, const BrgMask *expected)
{
  g_autofree char *path = g_build_filename (dir, file, NULL);
  BrgError error = { 0 };
  BrgMask *mask = brg_image_read_mask (path, NULL, NULL, &error);

  g_assert_cmpstr (error.message, ==, "");
  g_assert_true (brg_mask_equal (mask, expected));
  brg_mask_unref (mask);
}

/* All that are placed, in the order of the list, as they would be if they were on show. */
static void
test_export (void)
{
  CaseFixture fixture;
  BrgRecipeSource source;
  g_autoptr (GError) error = NULL;

  open_with_defects (&fixture);
  g_autofree char *dir = g_build_filename (fixture.dir, "out", NULL);
  g_autofree char *json = g_build_filename (dir, "Case01.recipe.json", NULL);
  g_autofree char *third =
    g_build_filename (dir, "Case01_Implants", "Case01_Implants03.nrrd", NULL);
  g_assert_true (case_fixture_export (&fixture, dir, NULL, &error));
  g_assert_no_error (error);
  const BrgPipelineResult *result = brg_case_get_result (fixture.document);
  assert_mask (dir, "Case01_Implants/Case01_Implants02.nrrd", result->implant);
  assert_mask (dir, "Case01_Defects/Case01_Defects02.nrrd", result->defective);
  brg_case_set_active (fixture.document, 0);
  case_fixture_settle (&fixture);
  result = brg_case_get_result (fixture.document);
  assert_mask (dir, "Case01_Implants/Case01_Implants01.nrrd", result->implant);
  assert_mask (dir, "Case01_Defects/Case01_Defects01.nrrd", result->defective);
  assert_mask (dir, "Case01/Case01.nrrd", result->skull);
  g_assert_false (g_file_test (third, G_FILE_TEST_EXISTS));

  g_autoptr (GArray) recipes = brg_recipe_load (json, &source, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (recipes->len, ==, 2);
  g_assert_cmpfloat (g_array_index (recipes, BrgRecipe, 0).defect.width_mm, ==, 30);
  g_assert_cmpfloat (g_array_index (recipes, BrgRecipe, 1).defect.width_mm, ==, 40);
  case_fixture_clear (&fixture);
}

/* One that cannot be made says which it is, and nothing is published. */
static void
test_export_fails (void)
{
  CaseFixture fixture;
  g_autoptr (GError) failed = NULL, cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  open_with_defects (&fixture);
  g_autofree char *dir = g_build_filename (fixture.dir, "out", NULL);
  brg_case_set_active (fixture.document, 1);
  place_active (&fixture, brg_vec3 (9, 9, 9), 20);
  brg_case_set_active (fixture.document, 0);
  g_assert_false (case_fixture_export (&fixture, dir, NULL, &failed));
  g_assert_true (g_str_has_prefix (failed->message, "Defect 2: no bone within"));
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));

  g_cancellable_cancel (cancellable);
  g_assert_false (case_fixture_export (&fixture, dir, cancellable, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
  case_fixture_clear (&fixture);
}

static void
progress_cb (BrgTask *task, GParamSpec *pspec, double *last)
{
  double fraction = brg_task_get_fraction (task);
  (void) pspec;

  g_assert_cmpfloat (fraction, >=, *last);
  *last = fraction;
  if (!brg_task_is_cancelled (task))
    brg_task_cancel (task);
}

static void
watch_cb (BrgCase *document, GParamSpec *pspec, double *last)
{
  BrgTask *task = brg_case_get_task (document);
  (void) pspec;

  if (task != NULL)
    g_signal_connect (task, "notify::fraction", G_CALLBACK (progress_cb), last);
}

/* By the task of the case, as soon as it says something: while the other triples are made. */
static void
test_export_cancelled (void)
{
  CaseFixture fixture;
  g_autoptr (GError) error = NULL;
  double last = 0;

  open_with_defects (&fixture);
  g_autofree char *dir = g_build_filename (fixture.dir, "out", NULL);
  g_signal_connect (fixture.document, "notify::task", G_CALLBACK (watch_cb), &last);
  g_assert_false (case_fixture_export (&fixture, dir, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
  case_fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/case-defects/active", test_active);
  g_test_add_func ("/case-defects/undo", test_undo);
  g_test_add_func ("/case-defects/remove", test_remove);
  g_test_add_func ("/case-defects/most", test_most);
  g_test_add_func ("/case-defects/export", test_export);
  g_test_add_func ("/case-defects/export-cancelled", test_export_cancelled);
  g_test_add_func ("/case-defects/export-fails", test_export_fails);
  return g_test_run ();
}
