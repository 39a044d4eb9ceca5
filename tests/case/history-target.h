#pragma once

#include "case/brg-history.h"

/* A thing with a history, on a grid of 32 × 4 × 4 voxels: recipes and two masks. */
typedef struct
{
  BrgHistory *history;
  BrgRecipes *recipes;
  BrgMask *added, *removed;
} HistoryTarget;

void history_target_init (HistoryTarget *target);
void history_target_clear (HistoryTarget *target);

/* Without and with an entry; both take `recipes`. */
void history_target_set (HistoryTarget *target, BrgRecipes *recipes);
void history_target_change (HistoryTarget *target,
                            BrgRecipes *recipes,
                            const char *label,
                            gboolean coalesce);

/* Of defect `index`. */
void history_target_set_param (HistoryTarget *target,
                               guint index,
                               const char *key,
                               double value,
                               gboolean coalesce);

/* Sets or clears voxel (i, 0, 0) of `added`, as "Paint bone, axial"; no-op when it is so. */
void history_target_paint (HistoryTarget *target, int i, bool value);
