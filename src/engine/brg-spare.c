#include "engine/brg-spare.h"

#include "engine/brg-box-words.h"

BrgMask *
brg_spare_take (BrgSpare *spare, const BrgMask *now, BrgPool *pool, BrgError *error)
{
  BrgMask *mask = spare->mask;

  if (mask == NULL || brg_mask_is_shared (mask))
    {
      brg_spare_clear (spare);
      return brg_mask_copy_in (pool, now, error);
    }
  if (!brg_box_is_empty (&spare->behind))
    brg_box_copy (mask, now, &spare->behind);
  *spare = (BrgSpare){ 0 };
  return mask;
}

void
brg_spare_commit (BrgSpare *spare, BrgMask **now, BrgMask *next, const BrgBox *changed)
{
  brg_spare_clear (spare);
  *spare = (BrgSpare){ *now, *changed };
  *now = next;
}

void
brg_spare_give_back (BrgSpare *spare, BrgMask *next, const BrgBox *touched)
{
  if (next == NULL)
    return;
  brg_spare_clear (spare);
  *spare = (BrgSpare){ next, *touched };
}

void
brg_spare_clear (BrgSpare *spare)
{
  brg_mask_unref (spare->mask);
  *spare = (BrgSpare){ 0 };
}
