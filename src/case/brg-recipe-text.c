#include "case/brg-recipe-text-private.h"

#include <math.h>

#include "io/brg-number.h"

#define MAX_WHOLE 1e15 /* written without a decimal point */

void
_brg_recipe_append_number (GString *text, double value)
{
  char number[BRG_NUMBER_SIZE];

  if (fabs (value) < MAX_WHOLE && value >= floor (value) && value <= floor (value))
    {
      g_string_append_printf (text, "%" G_GINT64_FORMAT, (gint64) value);
      return;
    }
  brg_number_format (value, 0, number);
  g_string_append (text, number);
}

void
_brg_recipe_append_point (GString *text, BrgVec3 point)
{
  g_string_append (text, "[");
  _brg_recipe_append_number (text, point.x);
  g_string_append (text, ", ");
  _brg_recipe_append_number (text, point.y);
  g_string_append (text, ", ");
  _brg_recipe_append_number (text, point.z);
  g_string_append (text, "]");
}

void
_brg_recipe_append_box (GString *text, const BrgBox *box)
{
  if (brg_box_is_empty (box))
    g_string_append (text, "null");
  else
    g_string_append_printf (text, "[%d, %d, %d, %d, %d, %d]", box->lo[0], box->hi[0], box->lo[1],
                            box->hi[1], box->lo[2], box->hi[2]);
}

void
_brg_recipe_append_param (GString *text, const BrgParam *param, const BrgRecipe *recipe)
{
  double value = brg_param_get (param, recipe);

  g_string_append_printf (text, "\"%s\": ", param->key);
  if (param->type == BRG_PARAM_CHOICE)
    g_string_append_printf (text, "\"%s\"", param->choices[(int) value]);
  else if (param->type == BRG_PARAM_BOOL)
    g_string_append (text, value > 0 ? "true" : "false");
  else
    _brg_recipe_append_number (text, value);
}
