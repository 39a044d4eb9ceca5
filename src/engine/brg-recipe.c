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

int
brg_connectivity_neighbours (int connectivity)
{
  return connectivity == BRG_CONNECTIVITY_26 ? 26 : connectivity == BRG_CONNECTIVITY_18 ? 18 : 6;
}
