#include "engine/brg-implant.h"

#include "engine/brg-morphology.h"

#define BELOW 2e-9 /* relative; twice what brg_dilate() lets in beyond its radius */

/* The bounds of a mask grown by `margin_mm`, with whole words along i. */
static BrgBox
working_box (const BrgMask *mask, double margin_mm)
{
  BrgBox bounds = brg_mask_bounds (mask);
  int margin[3];

  for (int axis = 0; axis < 3; axis++)
    margin[axis] = (int) ceil (margin_mm / brg_grid_spacing_mm (&mask->grid, axis)) + 1;
  BrgBox box = brg_box_grow (&bounds, margin, mask->grid.dim);
  box.lo[0] = box.lo[0] / 64 * 64;
  box.hi[0] = (box.hi[0] + 63) / 64 * 64;
  if (box.hi[0] > mask->grid.dim[0])
    box.hi[0] = mask->grid.dim[0];
  return box;
}

/* Sets what is set in `part`, a crop of the mask's grid to a working_box(). */
static void
paste_or (BrgMask *mask, const BrgMask *part, const BrgBox *box)
{
  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      {
        uint64_t *to = brg_mask_row (mask, j, k) + box->lo[0] / 64;
        const uint64_t *from = brg_mask_row (part, j - box->lo[1], k - box->lo[2]);
        for (size_t w = 0; w < part->row_words; w++)
          to[w] |= from[w];
      }
}

/* A new mask: what lies within radius_mm of `mask`, looked at only near `where`. */
static BrgMask *
grow_near (const BrgMask *mask,
           const BrgMask *where,
           double radius_mm,
           BrgJob *job,
           BrgError *error)
{
  BrgBox box = working_box (where, radius_mm);
  BrgMask *part = brg_mask_crop (mask, &box, error);
  BrgMask *grown = part != NULL ? brg_dilate (part, radius_mm, job, error) : NULL;
  BrgMask *out = grown != NULL ? brg_mask_new (&mask->grid, error) : NULL;

  if (out != NULL)
    paste_or (out, grown, &box);
  brg_mask_unref (part);
  brg_mask_unref (grown);
  return out;
}

/* a AND b, or a minus b. */
static BrgMask *
combine (const BrgMask *a, const BrgMask *b, bool minus, BrgError *error)
{
  BrgMask *out = brg_mask_copy (a, error);

  if (out != NULL && minus)
    brg_mask_and_not (out, b, NULL);
  else if (out != NULL)
    brg_mask_and (out, b, NULL);
  return out;
}

static BrgStatus
make_defective (const BrgMask *skull,
                const BrgMask *cutter,
                double grow_mm,
                BrgTriple *triple,
                BrgJob *job,
                BrgError *error)
{
  BrgMask *grown = grow_mm > 0 ? grow_near (cutter, cutter, grow_mm, job, error) : NULL;

  if (grow_mm > 0 && grown == NULL)
    return error->status;
  triple->defective = combine (skull, grown != NULL ? grown : cutter, true, error);
  brg_mask_unref (grown);
  if (triple->defective == NULL)
    return BRG_NO_MEMORY;
  if (brg_mask_is_empty (triple->defective))
    return brg_error_set (error, BRG_EMPTY, "the defect takes all of the skull");
  return BRG_OK;
}

/* Takes the drills out of the implant, and what is nearer to bone than the clearance. */
static BrgStatus
make_implant (const BrgMask *drills,
              double shrink_mm,
              BrgTriple *triple,
              BrgJob *job,
              BrgError *error)
{
  BrgMask *insert = brg_mask_copy (triple->flap, error);

  triple->implant = insert;
  if (insert == NULL)
    return BRG_NO_MEMORY;
  if (drills != NULL)
    brg_mask_and_not (insert, drills, NULL);
  if (brg_mask_is_empty (insert))
    return brg_error_set (error, BRG_EMPTY,
                          "drill holes and saw cuts take the whole flap; nothing is left for an "
                          "implant");
  if (!(shrink_mm > 0))
    return BRG_OK;
  BrgMask *near = grow_near (triple->defective, insert, shrink_mm * (1 - BELOW), job, error);
  if (near == NULL)
    return error->status;
  brg_mask_and_not (insert, near, NULL);
  brg_mask_unref (near);
  if (brg_mask_is_empty (insert))
    return brg_error_set (error, BRG_EMPTY, "a clearance of %g mm leaves nothing of the implant",
                          shrink_mm);
  return BRG_OK;
}

static BrgStatus
check_operands (const BrgMask *skull,
                const BrgMask *cutter,
                const BrgMask *drills,
                const BrgRecipe *recipe,
                BrgError *error)
{
  BrgStatus status = brg_recipe_check (recipe, error);

  if (status == BRG_OK)
    status = brg_grid_check_equal (&skull->grid, &cutter->grid, error);
  if (status == BRG_OK && drills != NULL)
    status = brg_grid_check_equal (&skull->grid, &drills->grid, error);
  return status;
}

BrgStatus
brg_triple_make (const BrgMask *skull,
                 const BrgMask *cutter,
                 const BrgMask *drills,
                 const BrgRecipe *recipe,
                 BrgTriple *triple,
                 BrgJob *job,
                 BrgError *error)
{
  BrgError own = { 0 };
  BrgTriple made = { 0 };
  bool from_skull = recipe->clearance_from == BRG_CLEARANCE_FROM_SKULL;
  double grow_mm = from_skull ? recipe->clearance_mm : 0;
  double shrink_mm = from_skull ? 0 : recipe->clearance_mm;
  const BrgMask *lost = recipe->drills == BRG_DRILLS_IN_DEFECT ? drills : NULL;
  BrgStatus status = check_operands (skull, cutter, drills, recipe, &own);

  if (status == BRG_OK)
    {
      made.flap = combine (skull, cutter, false, &own);
      status = made.flap != NULL ? BRG_OK : BRG_NO_MEMORY;
    }
  if (status == BRG_OK && brg_mask_is_empty (made.flap))
    status = brg_error_set (&own, BRG_EMPTY, "the defect meets no bone; move it onto the skull");
  if (status == BRG_OK)
    status = make_defective (skull, cutter, grow_mm, &made, job, &own);
  if (status == BRG_OK)
    status = make_implant (lost, shrink_mm, &made, job, &own);
  if (status == BRG_OK)
    status = brg_fit (made.defective, made.implant, &made.fit, job, &own);
  if (status == BRG_OK)
    {
      made.fit.removed_mm3 = brg_mask_volume_mm3 (skull) - brg_mask_volume_mm3 (made.defective);
      *triple = made;
      return BRG_OK;
    }
  brg_triple_clear (&made);
  return brg_error_set (error, status, "%s", own.message);
}

void
brg_triple_clear (BrgTriple *triple)
{
  brg_mask_unref (triple->defective);
  brg_mask_unref (triple->implant);
  brg_mask_unref (triple->flap);
  *triple = (BrgTriple){ 0 };
}
