#pragma once

#include <glib.h>

#include "engine/brg-param.h"

G_BEGIN_DECLS

/* How recipe.json spells values: the same for the same double, whatever the locale. */

/* As few digits as give the same double back; whole numbers without a decimal point. */
void _brg_recipe_append_number (GString *text, double value);

/* "[x, y, z]" */
void _brg_recipe_append_point (GString *text, BrgVec3 point);

/* "[i0, i1, j0, j1, k0, k1]", or "null" for a box without voxels. */
void _brg_recipe_append_box (GString *text, const BrgBox *box);

/* "\"KEY\": VALUE" */
void _brg_recipe_append_param (GString *text, const BrgParam *param, const BrgRecipe *recipe);

G_END_DECLS
