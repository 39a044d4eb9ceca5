#include "engine/brg-implant.h"

#include "engine/brg-box-words.h"
#include "engine/brg-morphology.h"

#define BELOW 2e-9 /* relative; twice what brg_dilate() lets in beyond its radius */

/* What a triple is made from, and the boxes in which it is made. */
typedef struct
{
  const BrgMask *skull, *cutter;
  const BrgMask *lost; /* of the flap; NULL for nothing */
  double grow_mm, shrink_mm;
  BrgBox flap, defective, implant; /* whole words; outside of them the masks are right */
  BrgJob *job;
} Making;

/* What lies near a mask, on a grid of its own. */
typedef struct
{
  BrgBox box; /* of it; whole words; nothing is near outside */
  BrgMask *mask;
} Near;

/* What lies within radius_mm of `mask`, right inside `where` (empty allowed) at least. */
static BrgStatus
find_near (const BrgMask *mask,
           const BrgBox *where,
           double radius_mm,
           Near *near,
           BrgJob *job,
           BrgError *error)
{
  const BrgGrid *grid = &mask->grid;

  *near = (Near){ .mask = NULL };
  if (brg_box_is_empty (where))
    return BRG_OK;
  BrgBox reach = brg_box_grow_mm (grid, where, radius_mm), found = brg_box_bounds (mask, &reach);
  if (brg_box_is_empty (&found))
    return BRG_OK;
  BrgBox around = brg_box_grow_mm (grid, &found, radius_mm);
  around = brg_box_intersect (&around, &reach);
  around = brg_box_union (&around, &found);
  near->box = brg_box_whole_words (&around, grid->dim);
  BrgMask *part = brg_mask_crop (mask, &near->box, error);
  near->mask = part != NULL ? brg_dilate (part, radius_mm, job, error) : NULL;
  brg_mask_unref (part);
  if (near->mask != NULL)
    return BRG_OK;
  near->box = (BrgBox){ 0 };
  return error->status;
}

/* Word w of row (j, k) of what is near. */
static inline uint64_t
near_word (const Near *near, size_t w, int j, int k)
{
  const BrgBox *box = &near->box;
  size_t first = brg_box_first_word (box);

  if (near->mask == NULL || j < box->lo[1] || j >= box->hi[1] || k < box->lo[2] ||
      k >= box->hi[2] || w < first || w - first >= near->mask->row_words)
    return 0;
  return brg_mask_row (near->mask, j - box->lo[1], k - box->lo[2])[w - first];
}

static void
put_flap (const Making *making, BrgMask *flap, BrgBoxChange *change)
{
  const BrgBox *box = &making->flap;

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      {
        const uint64_t *skull = brg_mask_row (making->skull, j, k);
        const uint64_t *cutter = brg_mask_row (making->cutter, j, k);
        uint64_t *to = brg_mask_row (flap, j, k);
        for (size_t w = brg_box_first_word (box); w <= brg_box_last_word (box); w++)
          brg_box_put (to, w, j, k, skull[w] & cutter[w], change);
      }
}

static void
put_defective (const Making *making, const Near *grown, BrgMask *defective, BrgBoxChange *change)
{
  const BrgBox *box = &making->defective;

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      {
        const uint64_t *skull = brg_mask_row (making->skull, j, k);
        const uint64_t *cutter = brg_mask_row (making->cutter, j, k);
        uint64_t *to = brg_mask_row (defective, j, k);
        for (size_t w = brg_box_first_word (box); w <= brg_box_last_word (box); w++)
          {
            uint64_t cut = making->grow_mm > 0 ? near_word (grown, w, j, k) : cutter[w];
            brg_box_put (to, w, j, k, skull[w] & ~cut, change);
          }
      }
}

static void
put_implant (const Making *making,
             const BrgMask *flap,
             const Near *bone,
             BrgMask *implant,
             BrgBoxChange *change)
{
  const BrgBox *box = &making->implant;

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      {
        const uint64_t *row = brg_mask_row (flap, j, k);
        const uint64_t *lost = making->lost != NULL ? brg_mask_row (making->lost, j, k) : NULL;
        uint64_t *to = brg_mask_row (implant, j, k);
        for (size_t w = brg_box_first_word (box); w <= brg_box_last_word (box); w++)
          {
            uint64_t insert = lost != NULL ? row[w] & ~lost[w] : row[w];
            if (insert != 0)
              insert &= ~near_word (bone, w, j, k);
            brg_box_put (to, w, j, k, insert, change);
          }
      }
}

static size_t
count_after (size_t before, const BrgBoxChange *change)
{
  return before + change->n_set - change->n_unset;
}

/* Makes the masks of `triple` right inside the boxes, and counts. */
static BrgStatus
make_in_boxes (const Making *making, BrgTriple *triple, BrgTripleBoxes *changed, BrgError *error)
{
  BrgBoxChange flap = { 0 }, defective = { 0 }, implant = { 0 };
  Near grown = { .mask = NULL }, bone = { .mask = NULL };
  BrgStatus status = BRG_OK;

  if (making->grow_mm > 0)
    status =
      find_near (making->cutter, &making->defective, making->grow_mm, &grown, making->job, error);
  if (status == BRG_OK)
    {
      put_flap (making, triple->flap, &flap);
      put_defective (making, &grown, triple->defective, &defective);
    }
  if (status == BRG_OK && making->shrink_mm > 0)
    {
      BrgBox insert = brg_box_bounds (triple->flap, &making->implant);
      status = find_near (triple->defective, &insert, making->shrink_mm * (1 - BELOW), &bone,
                          making->job, error);
    }
  if (status == BRG_OK)
    put_implant (making, triple->flap, &bone, triple->implant, &implant);
  brg_mask_unref (grown.mask);
  brg_mask_unref (bone.mask);
  if (status != BRG_OK)
    return status;
  *changed = (BrgTripleBoxes){ defective.changed, implant.changed, flap.changed };
  triple->flap_vox = count_after (triple->flap_vox, &flap);
  triple->defective_vox = count_after (triple->defective_vox, &defective);
  triple->implant_vox = count_after (triple->implant_vox, &implant);
  return BRG_OK;
}

static Making
make_making (const BrgMask *skull,
             const BrgMask *cutter,
             const BrgMask *drills,
             const BrgRecipe *recipe,
             BrgJob *job)
{
  bool from_skull = recipe->clearance_from == BRG_CLEARANCE_FROM_SKULL;

  return (Making){ .skull = skull,
                   .cutter = cutter,
                   .lost = recipe->drills == BRG_DRILLS_IN_DEFECT ? drills : NULL,
                   .grow_mm = from_skull ? recipe->clearance_mm : 0,
                   .shrink_mm = from_skull ? 0 : recipe->clearance_mm,
                   .job = job };
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

/* Says what is missing of a triple, if anything is. */
static BrgStatus
check_triple (const Making *making, const BrgTriple *triple, BrgError *error)
{
  if (triple->flap_vox == 0)
    return brg_error_set (error, BRG_EMPTY, "the defect meets no bone; move it onto the skull");
  if (triple->defective_vox == 0)
    return brg_error_set (error, BRG_EMPTY, "the defect takes all of the skull");
  if (triple->implant_vox > 0)
    return BRG_OK;
  if (making->lost != NULL && brg_mask_count_and (triple->flap, making->lost) == triple->flap_vox)
    return brg_error_set (error, BRG_EMPTY,
                          "drill holes and saw cuts take the whole flap; nothing is left for an "
                          "implant");
  return brg_error_set (error, BRG_EMPTY, "a clearance of %g mm leaves nothing of the implant",
                        making->shrink_mm);
}

static BrgStatus
make_masks (const BrgGrid *grid, BrgTriple *triple, BrgPool *pool, BrgError *error)
{
  triple->flap = brg_mask_new_in (pool, grid, true, error);
  if (triple->flap != NULL)
    triple->defective = brg_mask_new_in (pool, grid, true, error);
  if (triple->defective != NULL)
    triple->implant = brg_mask_new_in (pool, grid, true, error);
  return triple->implant != NULL ? BRG_OK : BRG_NO_MEMORY;
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
  BrgTripleBoxes changed;
  BrgStatus status = check_operands (skull, cutter, drills, recipe, &own);
  Making making = make_making (skull, cutter, drills, recipe, job);

  if (status == BRG_OK)
    status = make_masks (&skull->grid, &made, brg_job_pool (job), &own);
  if (status == BRG_OK)
    {
      BrgBox whole = brg_grid_box (&skull->grid);
      making.defective = whole;
      making.flap = making.implant = brg_box_bounds (cutter, &whole);
      status = make_in_boxes (&making, &made, &changed, &own);
    }
  if (status == BRG_OK)
    status = check_triple (&making, &made, &own);
  if (status == BRG_OK)
    status = brg_triple_fit (&made, brg_mask_count (skull), job, &own);
  if (status == BRG_OK)
    {
      *triple = made;
      return BRG_OK;
    }
  brg_triple_clear (&made);
  return brg_error_set (error, status, "%s", own.message);
}

BrgBox
brg_triple_reach (const BrgGrid *grid, const BrgRecipe *recipe, const BrgBox *box)
{
  BrgBox reach =
    recipe->clearance_mm > 0 ? brg_box_grow_mm (grid, box, recipe->clearance_mm) : *box;

  return brg_box_whole_words (&reach, grid->dim);
}

BrgStatus
brg_triple_edit (const BrgMask *skull,
                 const BrgMask *cutter,
                 const BrgMask *drills,
                 const BrgRecipe *recipe,
                 const BrgBox *box,
                 BrgTriple *triple,
                 BrgTripleBoxes *changed,
                 BrgJob *job,
                 BrgError *error)
{
  BrgError own = { 0 };
  Making making = make_making (skull, cutter, drills, recipe, job);

  making.flap = brg_box_whole_words (box, skull->grid.dim);
  making.defective = making.implant = brg_triple_reach (&skull->grid, recipe, box);
  BrgStatus status = make_in_boxes (&making, triple, changed, &own);
  return status == BRG_OK ? BRG_OK : brg_error_set (error, status, "%s", own.message);
}

BrgStatus
brg_triple_fit (BrgTriple *triple, size_t skull_vox, BrgJob *job, BrgError *error)
{
  double voxel_mm3 = brg_grid_voxel_mm3 (&triple->implant->grid);
  BrgStatus status = brg_fit (triple->defective, triple->implant, &triple->fit, job, error);

  if (status == BRG_OK)
    triple->fit.removed_mm3 =
      (double) skull_vox * voxel_mm3 - (double) triple->defective_vox * voxel_mm3;
  return status;
}

void
brg_triple_clear (BrgTriple *triple)
{
  brg_mask_unref (triple->defective);
  brg_mask_unref (triple->implant);
  brg_mask_unref (triple->flap);
  *triple = (BrgTriple){ 0 };
}
