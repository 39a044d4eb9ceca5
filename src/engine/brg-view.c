#include "engine/brg-view.h"

#include <string.h>

static const struct
{
  const char *name;
  BrgVec3 back, upwards; /* of any length, `upwards` as nearly as the view allows */
} views[BRG_N_VIEWS] = {
  [BRG_VIEW_ANTERIOR] = { "anterior", { 0, -1, 0 }, { 0, 0, 1 } },
  [BRG_VIEW_POSTERIOR] = { "posterior", { 0, 1, 0 }, { 0, 0, 1 } },
  [BRG_VIEW_LEFT] = { "left", { 1, 0, 0 }, { 0, 0, 1 } },
  [BRG_VIEW_RIGHT] = { "right", { -1, 0, 0 }, { 0, 0, 1 } },
  [BRG_VIEW_SUPERIOR] = { "superior", { 0, 0, 1 }, { 0, -1, 0 } },
  [BRG_VIEW_INFERIOR] = { "inferior", { 0, 0, -1 }, { 0, -1, 0 } },
  [BRG_VIEW_THREE_QUARTER] = { "three-quarter", { 0.6, -0.8, 0.35 }, { 0, 0, 1 } },
};

bool
brg_view_from_name (const char *name, BrgViewDirection *out)
{
  for (int v = 0; v < BRG_N_VIEWS; v++)
    if (strcmp (name, views[v].name) == 0)
      {
        *out = (BrgViewDirection) v;
        return true;
      }
  return false;
}

const char *
brg_view_name (BrgViewDirection view)
{
  return views[view].name;
}

BrgViewDirection
brg_view_facing (BrgVec3 from_mm, BrgVec3 towards_mm)
{
  BrgVec3 way = brg_vec3_sub (towards_mm, from_mm);
  double x = fabs (way.x), y = fabs (way.y), z = fabs (way.z);

  if (!(x + y + z > 0))
    return BRG_VIEW_THREE_QUARTER;
  if (x >= y && x >= z)
    return way.x > 0 ? BRG_VIEW_LEFT : BRG_VIEW_RIGHT;
  if (y >= z)
    return way.y > 0 ? BRG_VIEW_POSTERIOR : BRG_VIEW_ANTERIOR;
  return way.z > 0 ? BRG_VIEW_SUPERIOR : BRG_VIEW_INFERIOR;
}

void
brg_view_axes (BrgViewDirection view, BrgVec3 *right, BrgVec3 *up, BrgVec3 *back)
{
  *back = brg_vec3_normalize (views[view].back);
  *right = brg_vec3_normalize (brg_vec3_cross (views[view].upwards, *back));
  *up = brg_vec3_cross (*back, *right);
}
