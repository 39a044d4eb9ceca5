#include <glib/gi18n.h>

#include "case/brg-history-private.h"
#include "engine/brg-param.h"

static gboolean
differs (double a, double b)
{
  return a < b || a > b;
}

static gboolean
crop_differs (const BrgRecipe *a, const BrgRecipe *b)
{
  for (int axis = 0; axis < 3; axis++)
    if (a->crop_vox.lo[axis] != b->crop_vox.lo[axis] ||
        a->crop_vox.hi[axis] != b->crop_vox.hi[axis])
      return TRUE;
  return FALSE;
}

static gboolean
place_differs (const BrgRecipe *a, const BrgRecipe *b)
{
  return differs (a->defect.at_mm.x, b->defect.at_mm.x) ||
         differs (a->defect.at_mm.y, b->defect.at_mm.y) ||
         differs (a->defect.at_mm.z, b->defect.at_mm.z);
}

static char *
value_text (const BrgParam *param, double value)
{
  if (param->type == BRG_PARAM_CHOICE)
    return g_strdup (_ (param->choice_titles[(int) value]));
  if (param->type == BRG_PARAM_BOOL)
    return g_strdup (value > 0 ? _ ("on") : _ ("off"));
  if (param->offset == offsetof (BrgRecipe, threshold_hi_hu) && value >= BRG_THRESHOLD_NONE_HU)
    return g_strdup (_ ("none"));
  return g_strdup_printf ("%.6g", value);
}

static char *
describe_param (const BrgParam *param, const BrgRecipe *old_recipe, const BrgRecipe *new_recipe)
{
  g_autofree char *from = value_text (param, brg_param_get (param, old_recipe));
  g_autofree char *to = value_text (param, brg_param_get (param, new_recipe));

  return g_strdup_printf ("%s %s → %s%s%s", _ (param->title), from, to, *param->unit ? " " : "",
                          param->unit);
}

/* What changed apart from the table: one word each, in the order of importance. */
static const char *
describe_rest (const BrgRecipe *old_recipe, const BrgRecipe *new_recipe)
{
  if (!old_recipe->defect.placed && new_recipe->defect.placed)
    return N_ ("Place defect");
  if (old_recipe->defect.placed && !new_recipe->defect.placed)
    return N_ ("Remove defect");
  if (place_differs (old_recipe, new_recipe))
    return N_ ("Move defect");
  return crop_differs (old_recipe, new_recipe) ? N_ ("Crop") : NULL;
}

char *
_brg_history_kind (const BrgRecipe *old_recipe, const BrgRecipe *new_recipe)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);
  const char *rest = describe_rest (old_recipe, new_recipe);
  GString *kind = g_string_new (rest);

  for (size_t p = 0; p < n_params; p++)
    if (differs (brg_param_get (&params[p], old_recipe), brg_param_get (&params[p], new_recipe)))
      g_string_append_printf (kind, " %s", params[p].key);
  return g_string_free (kind, kind->len == 0);
}

char *
brg_history_describe (const BrgRecipe *old_recipe, const BrgRecipe *new_recipe)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params), *changed = NULL;
  const char *rest = describe_rest (old_recipe, new_recipe);
  guint n_changed = 0;

  for (size_t p = 0; p < n_params; p++)
    if (differs (brg_param_get (&params[p], old_recipe), brg_param_get (&params[p], new_recipe)))
      {
        changed = &params[p];
        n_changed++;
      }
  if (rest != NULL)
    return g_strdup (_ (rest));
  if (n_changed == 0)
    return NULL;
  if (n_changed == 1)
    return describe_param (changed, old_recipe, new_recipe);
  return g_strdup_printf (ngettext ("Change %u parameter", "Change %u parameters", n_changed),
                          n_changed);
}
