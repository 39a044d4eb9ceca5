#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-recipe.h"

/* Where a neurosurgeon opens the head. Sizes are for an adult calvaria of 145 mm width; smaller
 * heads get them in proportion. One-sided presets are on the patient's right. */
typedef struct
{
  const char *key;   /* "frontal", "parieto-temporal", ...; never translated */
  const char *title; /* translatable */
  BrgVec3 direction; /* LPS, from the middle of the calvaria */
  BrgDefect defect;  /* the template: shape and sizes, not placed */
} BrgPreset;

/* The table: frontal, fronto-orbital, parieto-temporal, bifrontal, hemicraniectomy, occipital,
 * vertex, burr-hole. Static; thread-safe. */
const BrgPreset *brg_presets (size_t *n_presets);

/* The preset with this key, or NULL. */
const BrgPreset *brg_preset_find (const char *key);

/* The preset's defect on this skull: at_mm is the outer table met by the ray from the middle of
 * the calvaria along the preset's direction, or the nearest direction up to 24 degrees off it
 * where bone is. BRG_EMPTY if there is none. */
BrgStatus brg_place_preset (const BrgMask *skull,
                            const BrgPreset *preset,
                            BrgDefect *defect,
                            BrgJob *job,
                            BrgError *error);

/* Entry `index` (0, 1, ...) of the random series `seed`: a pure function of skull, seed, index and
 * the earlier flaps. Regions are dealt out in shuffled rounds, one of each per round, and three
 * size classes rotate over them; sides, shapes, sizes, rotation and bevel vary. A candidate is
 * taken only if its flap (skull AND cutter) is one that an implant can fill: at least 100 mm3, 97 %
 * of it in one piece, away from the border of the grid, with bone along 90 % of its outline (70 %
 * at the orbit, 85 % of a hemicraniectomy), and with a Dice coefficient below 0.95 to each of the
 * n_earlier flaps (which may be NULL for 0). A region that offers no place in 40 candidates gives
 * way to the next. BRG_EMPTY after 64 candidates. */
BrgStatus brg_place_random (const BrgMask *skull,
                            uint64_t seed,
                            int index,
                            const BrgMask *const *earlier,
                            int n_earlier,
                            BrgDefect *defect,
                            BrgJob *job,
                            BrgError *error);

/* 2 |A and B| / (|A| + |B|), 1 when both are empty; grids must be equal. */
double brg_place_dice (const BrgMask *a, const BrgMask *b);
