#pragma once

#include <glib.h>

#include "case/brg-edit-delta.h"
#include "case/brg-recipes.h"

G_BEGIN_DECLS

/* One finished action of a case: a change of its recipes (before, after) or a hand edit (delta).
 * Immutable and reference-counted; any thread may read, take and drop references. */
typedef struct
{
  char *label;                /* untranslated (N_()); NULL: described from the two recipes */
  BrgRecipes *before, *after; /* of a change of recipes, else NULL */
  BrgEditDelta *delta;        /* of a hand edit, else NULL */
} BrgHistoryEntry;

/* References to both recipes are taken. */
BrgHistoryEntry *
brg_history_entry_new_recipes (BrgRecipes *before, BrgRecipes *after, const char *label);

/* Takes `delta`. */
BrgHistoryEntry *brg_history_entry_new_edit (BrgEditDelta *delta, const char *label);

BrgHistoryEntry *brg_history_entry_ref (BrgHistoryEntry *self);
void brg_history_entry_unref (BrgHistoryEntry *self); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgHistoryEntry, brg_history_entry_unref)

/* Bytes held, for the budget of the history. */
gsize brg_history_entry_get_size (const BrgHistoryEntry *self);

/* New text for a reader: the label, else what brg_history_describe() says. In the reader's
 * language, or in English with '.' in numbers, as a log keeps it. */
char *brg_history_entry_describe (const BrgHistoryEntry *self, gboolean translate);

/* The part of the work that an action belongs to. */
typedef enum
{
  BRG_WORK_SCAN, /* the crop */
  BRG_WORK_BONE,
  BRG_WORK_EDIT, /* by hand */
  BRG_WORK_DEFECT,
  BRG_WORK_SURFACE,
} BrgWork;

BrgWork brg_history_entry_get_work (const BrgHistoryEntry *self);

/* What a keeper of a copy of the history has to do: drop the entries before `first_seq` and those
 * from `cut_seq` on, then append `entries`. Numbers (seq) count entries from the first that was
 * ever made; after undo and a new action those of the dropped entries are used again.
 * first_seq <= cut_seq, and cut_seq + entries->len is the end of the list. An entry that goes at
 * the front is one the keeper has had. */
typedef struct
{
  guint64 first_seq;    /* oldest kept */
  guint64 cut_seq;      /* where `entries` begin */
  GPtrArray *entries;   /* BrgHistoryEntry, a reference to each */
  guint64 position_seq; /* entries before it are in the past */
} BrgHistoryChange;

void brg_history_change_clear (BrgHistoryChange *change);

/* A new, empty list for entries, which drops its references with them. */
GPtrArray *brg_history_entries_new (void);

/* "Lower threshold 150 → 172 HU" for one parameter, "Place defect", "Move defect", "Add defect 2",
 * "Remove defect 1", "Crop", "Keep another island" or "Change 3 parameters"; where there are
 * several defects, which one. In the reader's language when `translate` is set, else as
 * brg_history_entry_describe() says. NULL when nothing differs. */
char *brg_history_describe (const BrgRecipes *before, const BrgRecipes *after, gboolean translate);

G_END_DECLS
