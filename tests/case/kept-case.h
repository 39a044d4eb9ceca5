#pragma once

#include "case-fixture.h"
#include "case/brg-store.h"

/* A case with a file, something to do with it, and what it is then, to compare. */

/* The phantom opened, with a case file in the folder "cases" beside it, which is there. */
void kept_case_open (CaseFixture *fixture);

/* A path in the folder of the fixture; a new string. */
char *kept_case_path (CaseFixture *fixture, const char *name);

/* Opens a case file; it must be one. */
void kept_case_reopen (CaseFixture *fixture, const char *path);

/* brg_case_save_as_async() and its end. */
gboolean kept_case_save_as (CaseFixture *fixture, const char *path, GError **error);

/* A stroke of one point, 6 mm. */
void kept_case_dab (BrgCase *document, double i, double j, double k, gboolean erase);

/* Two defects, of which the first is chosen, strokes, of which one is undone, and a name. */
void kept_case_work (CaseFixture *fixture);

/* The log of a file as one text, a line per sentence. */
char *kept_case_read_log (const char *path);

typedef struct
{
  BrgMask *added, *removed;
  BrgRecipes *recipes;
  guint active, n_history, position;
  char *name, *undo, *redo;
} Portrait;

Portrait portrait_new (BrgCase *document);
void portrait_clear (Portrait *portrait);
void portrait_assert (BrgCase *document, const Portrait *expected);
