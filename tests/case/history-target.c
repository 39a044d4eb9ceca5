#include "history-target.h"

#include "engine/brg-param.h"

static void
set_recipes_cb (gpointer data, const BrgRecipes *from, BrgRecipes *recipes)
{
  HistoryTarget *target = data;
  g_autoptr (BrgRecipes) old = brg_recipes_ref (target->recipes);
  (void) from;

  history_target_set (target, brg_recipes_ref (recipes));
  /* A replay is never recorded, whoever tries. */
  g_assert_false (brg_history_add_recipes (target->history, old, recipes, NULL, FALSE));
}

static void
flip_edits_cb (gpointer data, const BrgEditDelta *delta)
{
  HistoryTarget *target = data;

  g_assert_true (brg_edit_delta_apply (delta, target->added, target->removed));
}

static const BrgHistoryTarget vtable = { set_recipes_cb, flip_edits_cb };

void
history_target_init (HistoryTarget *target)
{
  const double spacing_mm[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (32, 4, 4, spacing_mm, brg_vec3 (0, 0, 0));
  BrgRecipe recipe = brg_recipe_default ();

  target->history = brg_history_new (&vtable, target);
  target->recipes = brg_recipes_new (&recipe, 1);
  target->added = brg_mask_new (&grid, NULL);
  target->removed = brg_mask_new (&grid, NULL);
}

void
history_target_clear (HistoryTarget *target)
{
  brg_history_free (target->history);
  brg_recipes_unref (target->recipes);
  brg_mask_unref (target->added);
  brg_mask_unref (target->removed);
}

void
history_target_set (HistoryTarget *target, BrgRecipes *recipes)
{
  brg_recipes_unref (target->recipes);
  target->recipes = recipes;
}

void
history_target_change (HistoryTarget *target,
                       BrgRecipes *recipes,
                       const char *label,
                       gboolean coalesce)
{
  brg_history_add_recipes (target->history, target->recipes, recipes, label, coalesce);
  history_target_set (target, recipes);
}

void
history_target_set_param (HistoryTarget *target,
                          guint index,
                          const char *key,
                          double value,
                          gboolean coalesce)
{
  BrgRecipe recipe = target->recipes->recipe[index];

  brg_param_set (brg_param_find (key), &recipe, value);
  history_target_change (target, brg_recipes_with (target->recipes, index, &recipe), NULL,
                         coalesce);
}

void
history_target_paint (HistoryTarget *target, int i, bool value)
{
  BrgMask *old = brg_mask_copy (target->added, NULL);
  BrgBox box = { { i, 0, 0 }, { i + 1, 1, 1 } };

  brg_mask_set (target->added, i, 0, 0, value);
  brg_history_take_edit (
    target->history,
    brg_edit_delta_new (old, target->removed, target->added, target->removed, &box),
    "Paint bone, axial");
  brg_mask_unref (old);
}
