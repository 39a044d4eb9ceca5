#pragma once

#include "case/brg-replay.h"
#include "engine/brg-recipe.h"
#include "phantom.h"

/* A scan on disk, an export of some recipes of it called Case07, and what went into it. */

#define REPLAY_MAX_N 4

typedef struct
{
  char *dir, *scan_path, *out, *recipe_path;
  BrgVolume *scan;
  BrgMask *added, *removed;
  BrgRecipe recipes[REPLAY_MAX_N];
  gsize n;
} ReplayFixture;

/* Every option of the skull, in two recipes that exclude each other in part. */
BrgRecipe replay_one_island (void);
BrgRecipe replay_all_islands (void);

/* Gives a parameter the value `text`. */
void replay_set (BrgRecipe *recipe, const char *key, const char *text);

/* With defects: all around, of every shape over both recipes, and a published mask; clearances and
 * drills both ways. */
void replay_fixture_init (ReplayFixture *fixture, const BrgRecipe *common, gboolean with_defects);

/* Exports again with a defect on top. */
void replay_fixture_place_one (ReplayFixture *fixture);

/* Exports the fixture's recipes, without pictures. */
void replay_fixture_export (const ReplayFixture *fixture, const char *dir);
void replay_fixture_clear (ReplayFixture *fixture);

/* brg_replay() of the export; checks the report of one that succeeds. */
gboolean replay_fixture_replay (const ReplayFixture *fixture,
                                const char *dir,
                                gboolean verify,
                                int n_threads,
                                GError **error);

/* What a verified replay says to `text` in place of the recipe; nothing must appear. */
char *replay_answer_to (const ReplayFixture *fixture, const char *text);

void replay_write_text (const char *path, const char *text);

/* `text` with the n-th `from` replaced; NULL: there are fewer. */
char *replay_replace_nth (const char *text, const char *from, guint n, const char *to);
