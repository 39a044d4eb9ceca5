/* recipe.json: round trip of every parameter, words of refusal, numbers in any locale. */

#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "case/brg-recipe-json.h"
#include "engine/brg-param.h"
#include "phantom.h"

static double
random_value (const BrgParam *param, GRand *rand)
{
  double value = g_rand_double_range (rand, param->min, param->max);

  return param->type == BRG_PARAM_REAL ? value : floor (value + 0.5);
}

static BrgRecipe
random_recipe (GRand *rand)
{
  BrgRecipe recipe = brg_recipe_default ();
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  for (size_t p = 0; p < n_params; p++)
    brg_param_set (&params[p], &recipe, random_value (&params[p], rand));
  if (recipe.threshold_lo_hu > recipe.threshold_hi_hu)
    recipe.threshold_hi_hu = recipe.threshold_lo_hu;
  recipe.max_island_mm3 = MAX (recipe.max_island_mm3, recipe.min_island_mm3);
  recipe.defect.placed = g_rand_boolean (rand);
  recipe.defect.at_mm = brg_vec3 (g_rand_double_range (rand, -500, 500), 1.0 / 3, -0.1);
  if (g_rand_boolean (rand))
    recipe.crop_vox = (BrgBox){ { 1, 2, 3 }, { 40, 50, g_rand_int_range (rand, 4, 65535) } };
  if (g_rand_boolean (rand))
    recipe.keep_at = (BrgKeepAt){ true, brg_vec3 (g_rand_double_range (rand, -300, 300), 0.1, -7) };
  if (g_rand_boolean (rand))
    recipe.defect.scidata = (BrgScidata){ BRG_SCIDATA_SPHERE, .centre = { 90, 70 }, .size = 20 };
  return recipe;
}

static void
assert_equal (const BrgRecipe *a, const BrgRecipe *b)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  for (size_t p = 0; p < n_params; p++)
    g_assert_cmpfloat (brg_param_get (&params[p], a), ==, brg_param_get (&params[p], b));
  g_assert_cmpint (a->defect.placed, ==, b->defect.placed);
  g_assert_cmpfloat (a->defect.at_mm.x, ==, b->defect.at_mm.x);
  g_assert_cmpfloat (a->defect.at_mm.y, ==, b->defect.at_mm.y);
  g_assert_cmpfloat (a->defect.at_mm.z, ==, b->defect.at_mm.z);
  g_assert_true (brg_scidata_equal (&a->defect.scidata, &b->defect.scidata));
  g_assert_cmpmem (&a->crop_vox, sizeof a->crop_vox, &b->crop_vox, sizeof b->crop_vox);
  g_assert_true (a->keep_at.placed == b->keep_at.placed);
  g_assert_cmpmem (&a->keep_at.at_mm, sizeof a->keep_at.at_mm, &b->keep_at.at_mm,
                   sizeof b->keep_at.at_mm);
}

static void
test_round_trip (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (int round = 0; round < 200; round++)
    {
      BrgRecipe recipes[3] = { random_recipe (rand) };
      gsize n = 1 + (gsize) round % 3;
      BrgRecipeSource source = { .kind = BRG_SOURCE_SKULL, .edits = "Case01.edits.nrrd" }, found;
      g_autoptr (GError) error = NULL;

      memset (source.sha256, 'a', 64);
      for (gsize d = 1; d < n; d++)
        {
          recipes[d] = recipes[0];
          recipes[d].defect.width_mm = g_rand_double_range (rand, 1, 300);
          recipes[d].clearance_mm = 0.1 * (double) d;
        }
      g_autofree char *text = brg_recipe_to_json (recipes, n, &source);
      g_autoptr (GArray) back = brg_recipe_from_json (text, strlen (text), &found, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (back->len, ==, n);
      for (gsize d = 0; d < n; d++)
        assert_equal (&g_array_index (back, BrgRecipe, d), &recipes[d]);
      g_assert_cmpint (found.kind, ==, source.kind);
      g_assert_cmpstr (found.sha256, ==, source.sha256);
      g_assert_cmpstr (found.edits, ==, source.edits);
      g_autofree char *again =
        brg_recipe_to_json ((const BrgRecipe *) (const void *) back->data, n, &found);
      g_assert_cmpstr (again, ==, text);
    }
}

static void
test_text (void)
{
  BrgRecipe recipe = brg_recipe_default ();
  BrgRecipeSource source = { 0 };

  recipe.median_mm = 0.1;
  g_autofree char *text = brg_recipe_to_json (&recipe, 1, &source);
  g_assert_nonnull (strstr (text, "\"median\": 0.1,"));
  g_assert_nonnull (strstr (text, "\"threshold-lo\": 150,"));
  g_assert_nonnull (strstr (text, "\"connectivity\": \"6\","));
  g_assert_nonnull (strstr (text, "\"keep-again\": false,"));
  g_assert_nonnull (strstr (text, "\"edits\": null,"));
  g_assert_nonnull (strstr (text, "\"crop\": null,"));
}

/* Decimal commas anywhere in the environment change nothing. */
static void
test_locale (void)
{
  static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "pt_BR.UTF-8", "fr_FR.UTF-8" };
  BrgRecipe recipe = brg_recipe_default ();
  BrgRecipeSource source = { 0 };
  const char *set = NULL;

  recipe.median_mm = 2.5;
  g_autofree char *text = brg_recipe_to_json (&recipe, 1, &source);
  for (size_t n = 0; n < G_N_ELEMENTS (names) && set == NULL; n++)
    set = setlocale (LC_NUMERIC, names[n]);
  if (set == NULL)
    {
      g_test_skip ("no locale with a decimal comma is installed");
      return;
    }
  g_autofree char *in_locale = brg_recipe_to_json (&recipe, 1, &source);
  g_autoptr (GArray) back = brg_recipe_from_json (text, strlen (text), NULL, NULL);
  setlocale (LC_NUMERIC, "C");
  g_assert_cmpstr (in_locale, ==, text);
  g_assert_cmpfloat (g_array_index (back, BrgRecipe, 0).median_mm, ==, 2.5);
}

#define HEAD                                                                                       \
  "\"bregma\": \"0.1.0\", \"format\": 1, \"source\": { \"kind\": \"scan\", \"sha256\": \"\" }"
#define PLACED "\"placed\": true, \"at\": [1, 2, 3.5]"
#define RECIPE(parameters, defect)                                                                 \
  "{" HEAD ", \"parameters\": {" parameters "}, \"defects\": [ {" defect "} ] }"

/* Missing keys have their defaults. */
static void
test_defaults (void)
{
  const char *text = RECIPE ("\"median\": 4", PLACED ", \"width\": 33.25");
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) recipes = brg_recipe_from_json (text, strlen (text), NULL, &error);
  BrgRecipe expected = brg_recipe_default ();

  g_assert_no_error (error);
  expected.median_mm = 4;
  expected.defect.placed = true;
  expected.defect.at_mm = brg_vec3 (1, 2, 3.5);
  expected.defect.width_mm = 33.25;
  assert_equal (&g_array_index (recipes, BrgRecipe, 0), &expected);
}

static void
test_refused (void)
{
  const struct
  {
    const char *text;
    const char *word; /* the message names it */
  } rows[] = {
    { "", "" },
    { "[]", "object" },
    { "{", "" },
    { "{}", "bregma" },
    { "{ \"bregma\": \"9\", \"format\": 4 }", "4 is newer" },
    { "{ \"bregma\": \"9\", \"format\": 0 }", "format" },
    { RECIPE ("\"treshold\": 3", PLACED), "treshold" },
    { RECIPE ("\"width\": 3", PLACED), "width" },
    { RECIPE ("", PLACED ", \"median\": 3"), "median" },
    { RECIPE ("", PLACED ", \"colour\": 3"), "colour" },
    { RECIPE ("\"median\": -1", PLACED), "median" },
    { RECIPE ("\"median\": 1e999", PLACED), "median" },
    { RECIPE ("\"median\": \"4\"", PLACED), "median" },
    { RECIPE ("\"median\": null", PLACED), "median" },
    { RECIPE ("\"threshold-lo\": 150.5", PLACED), "threshold-lo" },
    { RECIPE ("\"threshold-lo\": 200, \"threshold-hi\": 100", PLACED), "200:100" },
    { RECIPE ("\"keep\": \"most\"", PLACED), "keep" },
    { RECIPE ("\"keep\": 1", PLACED), "keep" },
    { RECIPE ("\"keep-again\": 1", PLACED), "keep-again" },
    { RECIPE ("", "\"at\": [1, 2, 3]"), "placed" },
    { RECIPE ("", PLACED ", \"scidata\": 3"), "scidata" },
    { RECIPE ("", PLACED ", \"scidata\": \"cube:90,90\""), "leaves numbers" },
    { RECIPE ("", PLACED ", \"scidata\": \"ball:90,90,1\""), "ball" },
    { RECIPE ("", PLACED ", \"stages\": []"), "stages" },
    { RECIPE ("", "\"placed\": true, \"at\": [1, 2]"), "at" },
    { RECIPE ("", "\"placed\": true, \"at\": [1, 2, 1e999]"), "at" },
    { RECIPE ("", "\"placed\": true, \"at\": [1, 2, null]"), "at" },
    { "{" HEAD ", \"parameters\": {}, \"defects\": [] }", "defects" },
    { "{" HEAD ", \"parameters\": {}, \"defects\": [ 3 ] }", "defects" },
    { "{" HEAD ", \"parameters\": [], \"defects\": [ {" PLACED "} ] }", "parameters" },
    { "{" HEAD ", \"more\": 1, \"parameters\": {}, \"defects\": [ {" PLACED "} ] }", "more" },
    { "{" HEAD ", \"keep-at\": [0, 1], \"parameters\": {}, \"defects\": [ {" PLACED "} ] }",
      "keep-at" },
    { "{" HEAD ", \"keep-at\": [0, 1, 2e6], \"parameters\": {}, \"defects\": [ {" PLACED "} ] }",
      "keep-at" },
    { "{" HEAD ", \"crop\": [0, 0, 0, 1, 0, 1], \"parameters\": {}, \"defects\": [ {" PLACED
      "} ] }",
      "crop" },
    { "{" HEAD ", \"crop\": [0, 1.5, 0, 1, 0, 1], \"parameters\": {}, \"defects\": [ {" PLACED
      "} ] }",
      "crop" },
    { "{" HEAD ", \"edits\": \"../../etc/x\", \"parameters\": {}, \"defects\": [ {" PLACED "} ] }",
      "edits" },
    { "{ \"bregma\": \"\", \"format\": 1, \"source\": { \"kind\": \"mesh\", \"sha256\": \"\" }, "
      "\"parameters\": {}, \"defects\": [ {" PLACED "} ] }",
      "kind" },
    { "{ \"bregma\": \"\", \"format\": 1, \"source\": { \"kind\": \"scan\", \"sha256\": \"12\" }, "
      "\"parameters\": {}, \"defects\": [ {" PLACED "} ] }",
      "sha256" },
  };

  for (size_t r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("%s", rows[r].text);
      g_assert_null (brg_recipe_from_json (rows[r].text, strlen (rows[r].text), NULL, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, rows[r].word));
    }
}

/* Deep, long and cut-off texts are errors, never a crash. */
static void
test_hostile (void)
{
  gsize size = 3 << 20;
  g_autofree char *brackets = g_strnfill (size, '[');
  g_autofree char *text =
    brg_recipe_to_json (&(BrgRecipe){ .defect.shape = 0 }, 1, &(BrgRecipeSource){ 0 });

  g_assert_null (brg_recipe_from_json (brackets, size, NULL, NULL));
  g_assert_null (brg_recipe_from_json (brackets, 500000, NULL, NULL));
  g_assert_null (brg_recipe_from_json ("\xff\xfe", 2, NULL, NULL));
  g_assert_null (brg_recipe_from_json ("{\0}", 3, NULL, NULL));
  for (gsize length = 0; length + 3 < strlen (text); length += 7)
    g_assert_null (brg_recipe_from_json (text, length, NULL, NULL));
}

static void
test_file (void)
{
  char *dir = test_folder_new ();
  g_autofree char *path = g_build_filename (dir, "x.recipe.json", NULL);
  g_autofree char *nowhere = g_build_filename (dir, "no", "x.recipe.json", NULL);
  g_autoptr (GError) missing = NULL, broken = NULL, folder = NULL, other = NULL, large = NULL;
  BrgRecipe recipe = brg_recipe_default ();
  BrgRecipeSource source = { 0 };

  g_assert_true (brg_recipe_save (path, &recipe, 1, &source, NULL));
  g_autoptr (GArray) back = brg_recipe_load (path, &source, NULL);
  assert_equal (&g_array_index (back, BrgRecipe, 0), &recipe);
  g_assert_null (brg_recipe_load (nowhere, NULL, &missing));
  g_assert_cmpstr (missing->message, ==, "x.recipe.json: No such file or directory");
  g_assert_false (brg_recipe_save (nowhere, &recipe, 1, &source, &folder));
  g_assert_true (g_str_has_prefix (folder->message, nowhere));
  g_file_set_contents (path, "{ \"bregma\": \"9\", \"format\": 1, \"cases\": [] }", -1, NULL);
  g_assert_null (brg_recipe_load (path, NULL, &broken));
  g_assert_cmpstr (broken->message, ==,
                   "x.recipe.json: is no recipe: has no \"parameters\" and no \"source\"");
  g_file_set_contents (path, "NRRD0004\n", -1, NULL);
  g_assert_null (brg_recipe_load (path, NULL, &other));
  g_assert_cmpstr (other->message, ==, "x.recipe.json: is no recipe: not JSON");
  g_assert_cmpint (truncate (path, (4 << 20) + 1), ==, 0);
  g_assert_null (brg_recipe_load (path, NULL, &large));
  g_assert_cmpstr (large->message, ==,
                   "x.recipe.json: is no recipe: has 4194305 bytes, a recipe has at most 4194304");
  g_assert_null (brg_recipe_load (dir, NULL, NULL));
  test_folder_free (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe-json/round-trip", test_round_trip);
  g_test_add_func ("/recipe-json/text", test_text);
  g_test_add_func ("/recipe-json/locale", test_locale);
  g_test_add_func ("/recipe-json/defaults", test_defaults);
  g_test_add_func ("/recipe-json/refused", test_refused);
  g_test_add_func ("/recipe-json/hostile", test_hostile);
  g_test_add_func ("/recipe-json/file", test_file);
  return g_test_run ();
}
