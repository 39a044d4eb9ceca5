#pragma once

#include "case/brg-history.h"

G_BEGIN_DECLS

/* Untranslated name of what a change of recipes touches; changes of one kind may coalesce. NULL
 * when nothing differs. */
char *_brg_history_kind (const BrgRecipes *before, const BrgRecipes *after);

G_END_DECLS
