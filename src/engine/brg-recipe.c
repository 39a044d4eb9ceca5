#include "engine/brg-recipe.h"

#include "engine/brg-param.h"

BrgRecipe
brg_recipe_default (void)
{
  BrgRecipe recipe = { 0 };
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  for (size_t p = 0; p < n_params; p++)
    brg_param_set (&params[p], &recipe, params[p].initial);
  return recipe;
}

BrgStatus
brg_recipe_check (const BrgRecipe *recipe, BrgError *error)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  for (size_t p = 0; p < n_params; p++)
    {
      BrgStatus status = brg_param_check (&params[p], brg_param_get (&params[p], recipe), error);
      if (status != BRG_OK)
        return status;
    }
  if (recipe->threshold_lo_hu > recipe->threshold_hi_hu)
    return brg_error_set (error, BRG_INVALID, "threshold %d:%d HU is upside down",
                          recipe->threshold_lo_hu, recipe->threshold_hi_hu);
  if (recipe->max_island_mm3 > 0 && recipe->max_island_mm3 < recipe->min_island_mm3)
    return brg_error_set (error, BRG_INVALID, "islands of %g to %g mm³ are upside down",
                          recipe->min_island_mm3, recipe->max_island_mm3);
  const BrgVec3 at = recipe->keep_at.at_mm;
  if (recipe->keep_at.placed && !(isfinite (at.x) && isfinite (at.y) && isfinite (at.z)))
    return brg_error_set (error, BRG_INVALID,
                          "the island to keep is at %g, %g, %g, which is no point", at.x, at.y,
                          at.z);
  return BRG_OK;
}

static bool
same_number (double a, double b)
{
  return a <= b && a >= b;
}

static bool
same_point (BrgVec3 a, BrgVec3 b)
{
  return same_number (a.x, b.x) && same_number (a.y, b.y) && same_number (a.z, b.z);
}

/* Of the defect's parameters, or of all others. */
static bool
same_params (const BrgRecipe *a, const BrgRecipe *b, bool of_defect)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  for (size_t p = 0; p < n_params; p++)
    if (brg_param_is_of_defect (&params[p]) == of_defect &&
        !same_number (brg_param_get (&params[p], a), brg_param_get (&params[p], b)))
      return false;
  return true;
}

bool
brg_scidata_equal (const BrgScidata *a, const BrgScidata *b)
{
  return a->kind == b->kind && a->centre[0] == b->centre[0] && a->centre[1] == b->centre[1] &&
         a->size == b->size && a->loc == b->loc && a->loc1 == b->loc1 && a->idx == b->idx &&
         a->radius == b->radius;
}

bool
brg_recipe_equal_common (const BrgRecipe *a, const BrgRecipe *b)
{
  for (int axis = 0; axis < 3; axis++)
    if (a->crop_vox.lo[axis] != b->crop_vox.lo[axis] ||
        a->crop_vox.hi[axis] != b->crop_vox.hi[axis])
      return false;
  return a->keep_at.placed == b->keep_at.placed &&
         same_point (a->keep_at.at_mm, b->keep_at.at_mm) && same_params (a, b, false);
}

bool
brg_recipe_equal (const BrgRecipe *a, const BrgRecipe *b)
{
  return brg_recipe_equal_common (a, b) && a->defect.placed == b->defect.placed &&
         same_point (a->defect.at_mm, b->defect.at_mm) && same_params (a, b, true) &&
         brg_scidata_equal (&a->defect.scidata, &b->defect.scidata);
}

int
brg_connectivity_neighbours (int connectivity)
{
  return connectivity == BRG_CONNECTIVITY_26 ? 26 : connectivity == BRG_CONNECTIVITY_18 ? 18 : 6;
}
