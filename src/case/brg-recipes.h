#pragma once

#include <glib.h>

#include "engine/brg-recipe.h"

G_BEGIN_DECLS

/* All that one case makes: the recipe of its skull and one or more defects, as `n` >= 1 recipes
 * that differ in their defects only (defect, clearance and drills). One recipe whose defect is not
 * placed makes the skull alone. Immutable and reference-counted; references may be taken and
 * dropped on any thread. */
typedef struct
{
  guint n;
  BrgRecipe recipe[];
} BrgRecipes;

/* A copy of 1 <= n recipes; what they have in common is taken from the first. */
BrgRecipes *brg_recipes_new (const BrgRecipe *recipes, guint n);

BrgRecipes *brg_recipes_ref (BrgRecipes *self);
void brg_recipes_unref (BrgRecipes *self); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgRecipes, brg_recipes_unref)

/* The same with recipe `index` < n changed to `recipe`: the others get what they have in common. */
BrgRecipes *brg_recipes_with (const BrgRecipes *self, guint index, const BrgRecipe *recipe);

/* The same with the defect of `recipe` appended. */
BrgRecipes *brg_recipes_add (const BrgRecipes *self, const BrgRecipe *recipe);

/* The same without defect `index` < n. Of the last one its placement alone is taken back. */
BrgRecipes *brg_recipes_remove (const BrgRecipes *self, guint index);

gboolean brg_recipes_equal (const BrgRecipes *a, const BrgRecipes *b);

/* Which defect of `after` a step from `before` is about: the first one that differs or is new; the
 * one before the gap where one went; `otherwise`, held to after->n, when none is. */
guint brg_recipes_find_change (const BrgRecipes *before, const BrgRecipes *after, guint otherwise);

/* Defects that are placed. */
guint brg_recipes_count_placed (const BrgRecipes *self);

G_END_DECLS
