#pragma once

#include "case/brg-store.h"

/* A small case in a folder of its own, and how to compare cases. */
typedef struct
{
  char *dir;
  char *path;                /* of a case that is not there yet */
  BrgStoreContents contents; /* with a base, two defects and some history */
} StoreFixture;

void store_fixture_init (StoreFixture *fixture);
void store_fixture_clear (StoreFixture *fixture);

/* The same two as functions of g_test_add(). */
void store_fixture_set_up (StoreFixture *fixture, gconstpointer unused);
void store_fixture_tear_down (StoreFixture *fixture, gconstpointer unused);

/* The case written and closed. */
void store_fixture_write (StoreFixture *fixture);

/* The contents alone, on a grid of this size. */
void store_fixture_fill (BrgStoreContents *contents, int ni, int nj, int nk);

/* A scan of noise, the same every time, and its digest. */
void store_fixture_set_scan (BrgStoreContents *contents, int ni, int nj, int nk);

/* Entry number `n` of a made-up history: an edit, or where n % 4 is 3 a change of recipes. */
BrgHistoryEntry *store_fixture_entry (const BrgGrid *grid, guint n);
GPtrArray *store_fixture_entries (const BrgGrid *grid, guint from, guint n);

/* The recipes of two defects, `width_mm` wide. */
BrgRecipes *store_fixture_recipes (double width_mm);

/* Everything but the seconds is the same. */
void store_assert_equal (const BrgStoreContents *a, const BrgStoreContents *b);
void store_assert_entries_equal (GPtrArray *a, GPtrArray *b);

/* Opens, loads and closes; `contents` is to be cleared. */
void store_read (const char *path, BrgStoreContents *contents);

/* The live edits: base with the past. NULL-free masks, to be dropped. */
void store_live_edits (const BrgStoreContents *contents, BrgMask **added, BrgMask **removed);
