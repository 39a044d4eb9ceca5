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

/* Bone voxels at each index of each axis, in the rows that are looked at. */
typedef struct
{
  size_t *n[3]; /* one buffer */
  size_t total;
  int k_lo; /* from this slice up; -1: not counted yet */
} BrgCalvariaCounts;

/* What a calvaria is found from, for a skull that changes inside boxes. */
typedef struct
{
  BrgCalvariaCounts whole, upper;
} BrgCalvariaSurvey;

/* Surveys a skull (not empty). Free with brg_calvaria_survey_clear(). */
BrgStatus
brg_calvaria_survey (const BrgMask *skull, BrgCalvariaSurvey *survey, BrgJob *job, BrgError *error);

/* The skull has become another one on the same grid, inside `box` (empty allowed). */
void brg_calvaria_survey_follow (BrgCalvariaSurvey *survey,
                                 const BrgMask *before,
                                 const BrgMask *after,
                                 const BrgBox *box);

/* The calvaria of the skull that was surveyed, as brg_calvaria_find() finds it. */
BrgStatus brg_calvaria_measure (BrgCalvariaSurvey *survey,
                                const BrgMask *skull,
                                BrgCalvaria *calvaria,
                                BrgJob *job,
                                BrgError *error);

void brg_calvaria_survey_clear (BrgCalvariaSurvey *survey); /* zeroed allowed */
