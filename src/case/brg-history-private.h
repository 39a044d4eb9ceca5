#pragma once

#include "case/brg-history.h"

G_BEGIN_DECLS

/* Untranslated name of what a recipe change touches; changes of one kind may coalesce. NULL when
 * nothing differs. */
char *_brg_history_kind (const BrgRecipe *old_recipe, const BrgRecipe *new_recipe);

G_END_DECLS
