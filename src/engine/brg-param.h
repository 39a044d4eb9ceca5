#pragma once

#include <stddef.h>

#include "engine/brg-recipe.h"

/* Every parameter of the pipeline, declared once. The command-line option, the field of
 * recipe.json, the row in the panel, the name in the history and the message of a failed check are
 * all made from this table. */

typedef enum
{
  BRG_PARAM_REAL,
  BRG_PARAM_INT,
  BRG_PARAM_BOOL,
  BRG_PARAM_CHOICE,
} BrgParamType;

/* The first stage of the pipeline a parameter touches, and the step of the window it is shown in.
 */
typedef enum
{
  BRG_STAGE_THRESHOLD,
  BRG_STAGE_ISLANDS,
  BRG_STAGE_MEDIAN,
  BRG_STAGE_HOLES,
  BRG_STAGE_EDITS,
  BRG_STAGE_DEFECT,
  BRG_STAGE_CLEARANCE,
  BRG_STAGE_SURFACE,
} BrgStage;

typedef struct
{
  const char *key;   /* recipe.json and the option `--key`; never translated, never reused */
  const char *title; /* translatable; row title and history name */
  const char *unit;  /* "mm", "HU", ... or "" */
  const char *help;  /* translatable; one sentence */
  BrgParamType type;
  BrgStage stage;
  size_t offset;             /* in BrgRecipe */
  double min, max;           /* hard range: outside is an error */
  double soft_min, soft_max; /* comfortable range: what a slider shows */
  double step;
  double initial;
  const char *const *choices;       /* BRG_PARAM_CHOICE: NULL-terminated keys, index = value */
  const char *const *choice_titles; /* translatable, same order */
} BrgParam;

/* True when each defect of a case has its own value; all other parameters are common to them. */
static inline bool
brg_param_is_of_defect (const BrgParam *param)
{
  return param->stage == BRG_STAGE_DEFECT || param->stage == BRG_STAGE_CLEARANCE;
}

/* The table, in panel order. Static; thread-safe. */
const BrgParam *brg_params (size_t *n_params);

/* The entry with this key, or NULL. */
const BrgParam *brg_param_find (const char *key);

/* Value of the parameter in a recipe, as a double (choices: index, bool: 0 or 1). */
double brg_param_get (const BrgParam *param, const BrgRecipe *recipe);

/* Writes it; the caller has checked it. */
void brg_param_set (const BrgParam *param, BrgRecipe *recipe, double value);

/* BRG_INVALID naming key, value and range when `value` is NaN, outside min..max, or not whole
 * where the type is. */
BrgStatus brg_param_check (const BrgParam *param, double value, BrgError *error);

/* Parses text (a number in the C locale, a choice key, true/false) and checks it. */
BrgStatus brg_param_parse (const BrgParam *param, const char *text, double *value, BrgError *error);
