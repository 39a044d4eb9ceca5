#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* Where the cranial vault is: the box, along the grid's axes, of the bone in the upper part of the
 * mask (down from its top by half its width), without the outermost 0.2 % of voxels on each side.
 * `centre` lies half that width below the top: a point in the brain, above the skull base, also
 * when the face or the neck are cropped off. Plain value. */
typedef struct
{
  BrgVec3 centre;
  double width_mm, length_mm; /* of the upper part, left-right and front-back */
} BrgCalvaria;

/* BRG_EMPTY when the mask is. Reads a regular sample of the rows of large masks; `job` (NULL
 * allowed) only says which instructions may be used. */
BrgStatus
brg_calvaria_find (const BrgMask *skull, BrgCalvaria *calvaria, BrgJob *job, BrgError *error);
