#include "engine/brg-spare.h"

#include <string.h>

#include "engine/brg-box-words.h"

static void
copy_box (BrgMask *to, const BrgMask *from, const BrgBox *box)
{
  size_t first = brg_box_first_word (box), n = brg_box_last_word (box) + 1 - first;

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      memcpy (brg_mask_row (to, j, k) + first, brg_mask_row (from, j, k) + first,
              n * sizeof *to->words);
}

BrgMask *
_brg_spare_take (BrgSpare *spare, const BrgMask *now, BrgPool *pool, BrgError *error)
{
  BrgMask *mask = spare->mask;

  if (mask == NULL || brg_mask_is_shared (mask))
    {
      _brg_spare_clear (spare);
      return brg_mask_copy_in (pool, now, error);
    }
  if (!brg_box_is_empty (&spare->behind))
    copy_box (mask, now, &spare->behind);
  *spare = (BrgSpare){ 0 };
  return mask;
}

void
_brg_spare_commit (BrgSpare *spare, BrgMask **now, BrgMask *next, const BrgBox *changed)
{
  _brg_spare_clear (spare);
  *spare = (BrgSpare){ *now, *changed };
  *now = next;
}

void
_brg_spare_give_back (BrgSpare *spare, BrgMask *next, const BrgBox *touched)
{
  if (next == NULL)
    return;
  _brg_spare_clear (spare);
  *spare = (BrgSpare){ next, *touched };
}

void
_brg_spare_clear (BrgSpare *spare)
{
  brg_mask_unref (spare->mask);
  *spare = (BrgSpare){ 0 };
}
