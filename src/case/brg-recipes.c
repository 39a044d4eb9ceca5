#include "case/brg-recipes.h"

#include "engine/brg-param.h"

/* Room for `n` recipes, of which the first min (n, n_from) are those of `from`. */
static BrgRecipes *
copy_recipes (const BrgRecipe *from, guint n_from, guint n)
{
  BrgRecipes *self = g_atomic_rc_box_alloc0 (sizeof *self + n * sizeof *self->recipe);

  self->n = n;
  for (guint r = 0; r < MIN (n, n_from); r++)
    self->recipe[r] = from[r];
  return self;
}

/* `recipe` becomes `common` but for its defect. */
static void
set_common (BrgRecipe *recipe, const BrgRecipe *common)
{
  BrgRecipe own = *recipe;
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  *recipe = *common;
  for (size_t p = 0; p < n_params; p++)
    if (brg_param_is_of_defect (&params[p]))
      brg_param_set (&params[p], recipe, brg_param_get (&params[p], &own));
  recipe->defect.placed = own.defect.placed;
  recipe->defect.at_mm = own.defect.at_mm;
  recipe->defect.scidata = own.defect.scidata;
}

static void
share_common (BrgRecipes *self, const BrgRecipe *common)
{
  for (guint r = 0; r < self->n; r++)
    set_common (&self->recipe[r], common);
}

BrgRecipes *
brg_recipes_new (const BrgRecipe *recipes, guint n)
{
  g_return_val_if_fail (n >= 1, NULL);

  BrgRecipes *self = copy_recipes (recipes, n, n);
  share_common (self, &recipes[0]);
  return self;
}

BrgRecipes *
brg_recipes_ref (BrgRecipes *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
brg_recipes_unref (BrgRecipes *self)
{
  if (self != NULL)
    g_atomic_rc_box_release (self);
}

BrgRecipes *
brg_recipes_with (const BrgRecipes *self, guint index, const BrgRecipe *recipe)
{
  g_return_val_if_fail (index < self->n, NULL);

  BrgRecipes *changed = copy_recipes (self->recipe, self->n, self->n);
  changed->recipe[index] = *recipe;
  share_common (changed, recipe);
  return changed;
}

BrgRecipes *
brg_recipes_add (const BrgRecipes *self, const BrgRecipe *recipe)
{
  BrgRecipes *changed = copy_recipes (self->recipe, self->n, self->n + 1);

  changed->recipe[self->n] = *recipe;
  share_common (changed, &self->recipe[0]);
  return changed;
}

BrgRecipes *
brg_recipes_remove (const BrgRecipes *self, guint index)
{
  g_return_val_if_fail (index < self->n, NULL);

  BrgRecipes *changed = copy_recipes (self->recipe, self->n, MAX (self->n - 1, 1));
  for (guint r = index; r + 1 < self->n; r++)
    changed->recipe[r] = self->recipe[r + 1];
  if (self->n == 1)
    changed->recipe[0].defect.placed = false;
  return changed;
}

/* Recipes that are equal at the beginning of both. */
static guint
count_equal (const BrgRecipes *a, const BrgRecipes *b)
{
  guint n = 0;

  while (n < MIN (a->n, b->n) && brg_recipe_equal (&a->recipe[n], &b->recipe[n]))
    n++;
  return n;
}

gboolean
brg_recipes_equal (const BrgRecipes *a, const BrgRecipes *b)
{
  return a->n == b->n && count_equal (a, b) == a->n;
}

guint
brg_recipes_find_change (const BrgRecipes *before, const BrgRecipes *after, guint otherwise)
{
  gboolean common = brg_recipe_equal_common (&before->recipe[0], &after->recipe[0]);
  guint n_equal = count_equal (before, after);

  if (!common || brg_recipes_equal (before, after))
    return MIN (otherwise, after->n - 1);
  if (after->n < before->n && n_equal > 0)
    n_equal--;
  return MIN (n_equal, after->n - 1);
}

guint
brg_recipes_count_placed (const BrgRecipes *self)
{
  guint n = 0;

  for (guint r = 0; r < self->n; r++)
    n += self->recipe[r].defect.placed ? 1 : 0;
  return n;
}
