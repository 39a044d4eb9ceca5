/* recipe.json: what is read can be written and read again as the same. */

#include <string.h>

#include "case/brg-recipe-json.h"
#include "fuzz.h"

static void
check_round_trip (const GArray *recipes, const BrgRecipeSource *source)
{
  const BrgRecipe *first = (const BrgRecipe *) (const void *) recipes->data;
  g_autofree char *text = brg_recipe_to_json (first, recipes->len, source);
  BrgRecipeSource found;
  g_autoptr (GArray) back = brg_recipe_from_json (text, strlen (text), &found, NULL);

  g_assert_nonnull (back);
  g_assert_cmpuint (back->len, ==, recipes->len);
  for (guint r = 0; r < back->len; r++)
    g_assert_true (brg_recipe_equal (&g_array_index (back, BrgRecipe, r), &first[r]));
  g_assert_cmpint (found.kind, ==, source->kind);
  g_assert_cmpstr (found.sha256, ==, source->sha256);
  g_assert_cmpstr (found.edits, ==, source->edits);
  g_autofree char *again =
    brg_recipe_to_json ((const BrgRecipe *) (const void *) back->data, back->len, &found);
  g_assert_cmpstr (again, ==, text);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  BrgRecipeSource source;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) recipes = brg_recipe_from_json ((const char *) bytes, size, &source, &error);

  g_assert_true ((recipes == NULL) == (error != NULL));
  if (recipes == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  for (guint r = 0; r < recipes->len; r++)
    g_assert_cmpint (brg_recipe_check (&g_array_index (recipes, BrgRecipe, r), NULL), ==, BRG_OK);
  check_round_trip (recipes, &source);
  return 0;
}
