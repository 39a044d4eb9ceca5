/* recipe.json: what is read can be written and read again as the same. */

#include <string.h>

#include "case/brg-recipe-json.h"
#include "fuzz.h"

static const BrgRecipe *
recipes_of (const GArray *array)
{
  return (const BrgRecipe *) (const void *) array->data;
}

static void
check_round_trip (const GArray *recipes, const BrgRecipeSource *source, const BrgTrace *trace)
{
  const BrgRecipe *first = recipes_of (recipes);
  g_autofree char *text = brg_recipe_to_json_traced (first, recipes->len, source, trace);
  BrgRecipeSource found;
  g_autoptr (BrgTrace) traced = NULL;
  g_autoptr (GArray) back =
    brg_recipe_from_json_traced (text, strlen (text), &found, &traced, NULL);

  g_assert_nonnull (back);
  g_assert_cmpuint (back->len, ==, recipes->len);
  for (guint r = 0; r < back->len; r++)
    g_assert_true (brg_recipe_equal (&recipes_of (back)[r], &first[r]));
  g_assert_cmpint (found.kind, ==, source->kind);
  g_assert_cmpstr (found.sha256, ==, source->sha256);
  g_assert_cmpstr (found.edits, ==, source->edits);
  g_assert_true ((traced == NULL) == (trace == NULL));
  g_autofree char *again = brg_recipe_to_json_traced (recipes_of (back), back->len, &found, traced);
  g_assert_cmpstr (again, ==, text);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  BrgRecipeSource source;
  g_autoptr (BrgTrace) trace = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) recipes =
    brg_recipe_from_json_traced ((const char *) bytes, size, &source, &trace, &error);

  g_assert_true ((recipes == NULL) == (error != NULL));
  if (recipes == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (trace);
      return 0;
    }
  for (guint r = 0; r < recipes->len; r++)
    g_assert_cmpint (brg_recipe_check (&recipes_of (recipes)[r], NULL), ==, BRG_OK);
  check_round_trip (recipes, &source, trace);
  return 0;
}
