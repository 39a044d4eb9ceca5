/* Several defects on one skull: what they share, what each has, and which one a step is about. */

#include "case/brg-recipes.h"

/* The defect `width_mm` wide, placed. */
static BrgRecipe
recipe_of (double width_mm)
{
  BrgRecipe recipe = brg_recipe_default ();

  recipe.defect.placed = true;
  recipe.defect.width_mm = width_mm;
  recipe.clearance_mm = width_mm / 100;
  return recipe;
}

static BrgRecipes *
three (void)
{
  BrgRecipe recipes[] = { recipe_of (10), recipe_of (20), recipe_of (30) };

  return brg_recipes_new (recipes, G_N_ELEMENTS (recipes));
}

static void
test_common (void)
{
  g_autoptr (BrgRecipes) before = three ();
  BrgRecipe changed = before->recipe[1];

  changed.threshold_lo_hu = 222;
  changed.crop_vox = (BrgBox){ { 1, 2, 3 }, { 4, 5, 6 } };
  changed.keep_at = (BrgKeepAt){ true, brg_vec3 (1, 2, 3) };
  changed.defect.width_mm = 21;
  g_autoptr (BrgRecipes) after = brg_recipes_with (before, 1, &changed);
  g_assert_cmpuint (after->n, ==, 3);
  for (guint r = 0; r < 3; r++)
    {
      g_assert_true (brg_recipe_equal_common (&after->recipe[r], &changed));
      g_assert_cmpint (before->recipe[r].threshold_lo_hu, ==, 150);
    }
  g_assert_cmpfloat (after->recipe[0].defect.width_mm, ==, 10);
  g_assert_cmpfloat (after->recipe[1].defect.width_mm, ==, 21);
  g_assert_cmpfloat (after->recipe[2].defect.width_mm, ==, 30);
  g_assert_cmpfloat (after->recipe[2].clearance_mm, ==, 0.3);
}

static void
test_new_shares (void)
{
  BrgRecipe recipes[] = { recipe_of (10), recipe_of (20) };

  recipes[1].smooth = 1;
  g_autoptr (BrgRecipes) made = brg_recipes_new (recipes, 2);
  g_assert_cmpfloat (made->recipe[1].smooth, ==, recipes[0].smooth);
  g_assert_cmpfloat (made->recipe[1].defect.width_mm, ==, 20);
}

static void
test_add_remove (void)
{
  g_autoptr (BrgRecipes) before = three ();
  BrgRecipe extra = recipe_of (40);

  extra.median_mm = 9;
  g_autoptr (BrgRecipes) four = brg_recipes_add (before, &extra);
  g_assert_cmpuint (four->n, ==, 4);
  g_assert_cmpfloat (four->recipe[3].defect.width_mm, ==, 40);
  g_assert_cmpfloat (four->recipe[3].median_mm, ==, before->recipe[0].median_mm);
  g_autoptr (BrgRecipes) back = brg_recipes_remove (four, 3);
  g_assert_true (brg_recipes_equal (back, before));
  g_autoptr (BrgRecipes) gap = brg_recipes_remove (before, 1);
  g_assert_cmpuint (gap->n, ==, 2);
  g_assert_cmpfloat (gap->recipe[1].defect.width_mm, ==, 30);
  g_assert_cmpuint (brg_recipes_count_placed (gap), ==, 2);

  g_autoptr (BrgRecipes) one = brg_recipes_new (before->recipe, 1);
  g_autoptr (BrgRecipes) none = brg_recipes_remove (one, 0);
  g_assert_cmpuint (none->n, ==, 1);
  g_assert_cmpuint (brg_recipes_count_placed (none), ==, 0);
  g_assert_cmpfloat (none->recipe[0].defect.width_mm, ==, 10);
}

static void
test_find_change (void)
{
  g_autoptr (BrgRecipes) before = three ();
  BrgRecipe wider = recipe_of (25), other = before->recipe[2];
  g_autoptr (BrgRecipes) second = brg_recipes_with (before, 1, &wider);
  g_autoptr (BrgRecipes) added = brg_recipes_add (before, &wider);
  g_autoptr (BrgRecipes) gap = brg_recipes_remove (before, 1);
  g_autoptr (BrgRecipes) first_gone = brg_recipes_remove (before, 0);

  other.median_mm = 4;
  g_autoptr (BrgRecipes) common = brg_recipes_with (before, 2, &other);
  g_assert_cmpuint (brg_recipes_find_change (before, second, 0), ==, 1);
  g_assert_cmpuint (brg_recipes_find_change (second, before, 2), ==, 1);
  g_assert_cmpuint (brg_recipes_find_change (before, added, 0), ==, 3);
  g_assert_cmpuint (brg_recipes_find_change (added, before, 0), ==, 2);
  g_assert_cmpuint (brg_recipes_find_change (before, gap, 2), ==, 0);
  g_assert_cmpuint (brg_recipes_find_change (gap, before, 0), ==, 1);
  g_assert_cmpuint (brg_recipes_find_change (before, first_gone, 2), ==, 0);
  g_assert_cmpuint (brg_recipes_find_change (before, common, 1), ==, 1);
  g_assert_cmpuint (brg_recipes_find_change (before, before, 7), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipes/common", test_common);
  g_test_add_func ("/recipes/new-shares", test_new_shares);
  g_test_add_func ("/recipes/add-remove", test_add_remove);
  g_test_add_func ("/recipes/find-change", test_find_change);
  return g_test_run ();
}
