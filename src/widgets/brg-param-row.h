#pragma once

#include "case/brg-case.h"
#include "widgets/brg-row.h"

G_BEGIN_DECLS

/* A row that edits one parameter of the case's recipe: title, unit, range, help and control come
 * from the parameter table. Properties: "key" (construct only), "slider" (a scale over the
 * comfortable range in a second line, construct only), "case". Changes coalesce in the history
 * while they keep coming. */
#define BRG_TYPE_PARAM_ROW (brg_param_row_get_type ())
G_DECLARE_FINAL_TYPE (BrgParamRow, brg_param_row, BRG, PARAM_ROW, BrgRow)

/* Binds the row; NULL unbinds. */
void brg_param_row_set_case (BrgParamRow *self, BrgCase *the_case);

G_END_DECLS
