#include <glib/gi18n.h>

#include "case/brg-case-private.h"
#include "case/brg-recipe-json.h"
#include "engine/brg-param.h"

void
_brg_case_take_recipes (BrgCase *self, BrgRecipes *recipes, guint active)
{
  brg_recipes_unref (self->recipes);
  self->recipes = recipes;
  self->active = active;
  self->recipe = recipes->recipe[active];
}

BrgRecipes *
brg_case_get_recipes (BrgCase *self)
{
  return self->recipes;
}

guint
brg_case_get_n_defects (BrgCase *self)
{
  return self->recipes->n;
}

guint
brg_case_get_active (BrgCase *self)
{
  return self->active;
}

const BrgRecipe *
brg_case_get_recipe (BrgCase *self)
{
  return &self->recipe;
}

/* An action: takes `recipes`, of which `active` is shown from now on. FALSE: nothing changed. */
static gboolean
change_recipes (BrgCase *self,
                BrgRecipes *recipes,
                guint active,
                const char *label,
                gboolean coalesce)
{
  if (!brg_recipes_equal (self->recipes, recipes) && _brg_case_refuses (self))
    {
      brg_recipes_unref (recipes);
      return FALSE;
    }
  brg_case_stroke_end (self);
  if (!brg_history_add_recipes (self->history, self->recipes, recipes, label, coalesce))
    {
      brg_recipes_unref (recipes);
      return FALSE;
    }
  _brg_case_take_recipes (self, recipes, active);
  _brg_case_emit_recipe_changed (self);
  _brg_case_emit_history_changed (self);
  if (!coalesce)
    _brg_case_overtake (self);
  _brg_case_schedule (self);
  return TRUE;
}

void
brg_case_set_recipe (BrgCase *self, const BrgRecipe *recipe, const char *label, gboolean coalesce)
{
  BrgError error;

  if (brg_recipe_check (recipe, &error) != BRG_OK)
    _brg_case_emit_failed (self, error.message);
  else
    change_recipes (self, brg_recipes_with (self->recipes, self->active, recipe), self->active,
                    label, coalesce);
}

void
brg_case_end_change (BrgCase *self)
{
  brg_history_barrier (self->history);
  _brg_case_flush (self);
}

void
brg_case_set_active (BrgCase *self, guint index)
{
  g_return_if_fail (index < self->recipes->n);

  if (index == self->active)
    return;
  brg_history_barrier (self->history);
  _brg_case_take_recipes (self, brg_recipes_ref (self->recipes), index);
  _brg_case_keep_active (self);
  _brg_case_emit_recipe_changed (self);
  _brg_case_schedule (self);
}

/* The same parameters, and nothing of where the defect is. */
static BrgRecipe
unplaced_like (const BrgRecipe *like)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);
  BrgRecipe recipe = brg_recipe_default ();

  for (size_t p = 0; p < n_params; p++)
    brg_param_set (&params[p], &recipe, brg_param_get (&params[p], like));
  return recipe;
}

gboolean
brg_case_add_defect (BrgCase *self)
{
  BrgRecipe recipe = unplaced_like (&self->recipe);

  if (self->recipes->n >= BRG_RECIPE_MAX_DEFECTS)
    {
      g_autofree char *message =
        g_strdup_printf (_ ("A case holds at most %d defects."), BRG_RECIPE_MAX_DEFECTS);
      _brg_case_emit_failed (self, message);
      return FALSE;
    }
  return change_recipes (self, brg_recipes_add (self->recipes, &recipe), self->recipes->n, NULL,
                         FALSE);
}

gboolean
brg_case_remove_defect (BrgCase *self, guint index)
{
  g_return_val_if_fail (index < self->recipes->n, FALSE);

  BrgRecipes *recipes = brg_recipes_remove (self->recipes, index);
  guint active = self->active > index ? self->active - 1 : self->active;
  return change_recipes (self, recipes, MIN (active, recipes->n - 1), NULL, FALSE);
}
