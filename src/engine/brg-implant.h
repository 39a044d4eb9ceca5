#pragma once

#include "engine/brg-fit.h"
#include "engine/brg-recipe.h"

/* Skull, cutter and clearance make the triple. With c = recipe->clearance_mm and
 * flap = skull AND cutter, insert = flap, or flap minus the drills when they are in the defect:
 *
 *   from implant:  defective = skull minus cutter
 *                  implant   = { v in insert : |v - w| >= c for every w in defective }
 *   from skull:    defective = skull minus the cutter dilated by a ball of c
 *                  implant   = insert
 *
 * with distances between voxel centres in mm. Either way every implant voxel lies c or more from
 * every bone voxel, exactly (a distance that equals c to 1e-9 of it counts as c). c = 0 with drills
 * in the implant is the partition: defective OR implant = skull, defective AND implant = empty. */
typedef struct
{
  BrgMask *defective, *implant, *flap;
  size_t defective_vox, implant_vox, flap_vox;
  BrgFit fit;
} BrgTriple;

/* `drills` may be NULL (none). On success the caller owns the masks. BRG_EMPTY with words when the
 * cutter meets no bone, when it leaves no bone, or when the clearance leaves no implant. */
BrgStatus brg_triple_make (const BrgMask *skull,
                           const BrgMask *cutter,
                           const BrgMask *drills,
                           const BrgRecipe *recipe,
                           BrgTriple *triple,
                           BrgJob *job,
                           BrgError *error);

/* Where an edit of a triple changed its masks: tight boxes, empty where nothing did. */
typedef struct
{
  BrgBox defective, implant, flap;
} BrgTripleBoxes;

/* The box of voxels that brg_triple_edit() may write. */
BrgBox brg_triple_reach (const BrgGrid *grid, const BrgRecipe *recipe, const BrgBox *box);

/* Brings a triple of this recipe (valid) up to date after skull, cutter or drills changed inside
 * `box` (inside the grid, not empty) and nowhere else: the masks, which must be writable, and their
 * counts; never the fit. The result is the one of brg_triple_make() at the cost of the box, except
 * that a mask without voxels is no error here. After a failure the masks are undefined inside
 * brg_triple_reach() and the counts as before. */
BrgStatus brg_triple_edit (const BrgMask *skull,
                           const BrgMask *cutter,
                           const BrgMask *drills,
                           const BrgRecipe *recipe,
                           const BrgBox *box,
                           BrgTriple *triple,
                           BrgTripleBoxes *changed,
                           BrgJob *job,
                           BrgError *error);

/* Measures the fit of a triple of this skull. */
BrgStatus brg_triple_fit (BrgTriple *triple, size_t skull_vox, BrgJob *job, BrgError *error);

void brg_triple_clear (BrgTriple *triple); /* zeroed allowed */
