#pragma once

#include "case-fixture.h"

/* A case with a file, and what it must be: a list of states, one more than there are entries in the
 * history, and the place in it. */

/* So small that entries go at the front. */
#define CASE_MODEL_MAX_BYTES 60000
#define CASE_MODEL_MIN_DEPTH 12

typedef struct
{
  BrgMask *added, *removed;
  BrgRecipes *recipes;
} CaseModelState;

typedef struct
{
  CaseFixture fixture;
  GRand *rand;
  GPtrArray *states; /* CaseModelState, one more than entries */
  guint position, active, n_files;
  char *name;
  char *open_kind; /* what a drag may still join */
  BrgPlane plane;  /* of the last stroke */
  const char *last_action;
} CaseModel;

/* The phantom opened with a case file, that is there. */
void case_model_init (CaseModel *model, guint32 seed);

/* Closes the case. */
void case_model_clear (CaseModel *model);

CaseModelState *case_model_now (const CaseModel *model);
CaseModelState *case_model_copy_now (const CaseModel *model);

/* Takes `kind`; NULL: nothing may join the last entry any more. */
void case_model_set_open (CaseModel *model, char *kind);

/* Takes `state`: what can be redone goes, and the state follows; nothing when it is no other. The
 * second does it with the recipes alone. */
void case_model_append (CaseModel *model, CaseModelState *state);
void case_model_append_recipes (CaseModel *model, BrgRecipes *recipes);

/* The case is what the model says: hand edits, recipes, history, name. */
void case_model_check (CaseModel *model);

/* What the worker has made is what a pipeline without a past makes of the model. */
void case_model_check_result (CaseModel *model);
