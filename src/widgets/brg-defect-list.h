#pragma once

#include <gtk/gtk.h>

#include "case/brg-case.h"

G_BEGIN_DECLS

/* The defects of a case, one row each, the active one selected; a button that adds one and, in
 * every row, one that removes it. Arrow keys choose, Delete removes. Without a defect it says how
 * to place the first.
 *
 * Property "case" (BrgCase, writable). Signals "chosen" (): the user has made another defect
 * active; "added" (): has added one, which is active and is to be placed now. */
#define BRG_TYPE_DEFECT_LIST (brg_defect_list_get_type ())
G_DECLARE_FINAL_TYPE (BrgDefectList, brg_defect_list, BRG, DEFECT_LIST, GtkBox)

/* "Defect 1 — Craniotomy, 62 × 50 mm", as a row says it to those who cannot see it; a new string.
 * `index` counts from 0. */
char *brg_defect_list_describe (const BrgRecipe *recipe, guint index);

G_END_DECLS
