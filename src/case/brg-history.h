#pragma once

#include <glib.h>

#include "case/brg-history-entry.h"

G_BEGIN_DECLS

/* Undo and redo of a case: a list of named entries and a position in it.
 *
 * An entry is either a change of the recipes (before and after) or a hand edit (a delta). Adding
 * an entry drops whatever could be redone. Changes of recipes of one kind, added with `coalesce`
 * and no barrier between them, grow into one entry from the first old to the last new value; when
 * that comes back to where it began the entry goes. Actions that change nothing make no entry.
 * Applying an entry calls the target; what the target does then is never recorded.
 *
 * The list is held to a byte budget: past entries, oldest first, go down to 7/8 of it at once, but
 * never below a minimum depth. Main thread only.
 *
 * Whoever keeps a copy of the list (a store) asks for what has changed since it asked last. From
 * its first question on no entry goes at the front that it has not been given. */
typedef struct BrgHistory BrgHistory;

typedef struct
{
  /* `recipes` take the place of the target's; the last step on the way there was from `from`. */
  void (*set_recipes) (gpointer target, const BrgRecipes *from, BrgRecipes *recipes);
  void (*flip_edits) (gpointer target, const BrgEditDelta *delta);
} BrgHistoryTarget;

/* `vtable` must outlive the history. */
BrgHistory *brg_history_new (const BrgHistoryTarget *vtable, gpointer target);
void brg_history_free (BrgHistory *self); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgHistory, brg_history_free)

/* Defaults: 64 MiB and 32 entries. */
void brg_history_set_budget (BrgHistory *self, gsize max_bytes, guint min_depth);

/* The recipes have been changed from `before` to `after`; references are taken. `label` is a msgid
 * (N_()); NULL describes the two, and changes then coalesce when they touch the same parameters.
 * Returns TRUE when the list changed. */
gboolean brg_history_add_recipes (BrgHistory *self,
                                  BrgRecipes *before,
                                  BrgRecipes *after,
                                  const char *label,
                                  gboolean coalesce);

/* An edit has been made; takes `delta`. NULL is a no-op. `label`: a msgid. */
gboolean brg_history_take_edit (BrgHistory *self, BrgEditDelta *delta, const char *label);

/* The next change does not join the last entry: the end of a drag. */
void brg_history_barrier (BrgHistory *self);

/* TRUE while the last entry may still grow. */
gboolean brg_history_is_open (const BrgHistory *self);

/* An empty list that counts from 0, with no keeper of a copy. */
void brg_history_clear (BrgHistory *self);

/* The list as it was kept: `entries` (BrgHistoryEntry, oldest first; references are taken), the
 * oldest with number `first_seq`, those before `position_seq` in the past. The keeper has it all.
 * first_seq <= position_seq <= first_seq + entries->len. */
void
brg_history_restore (BrgHistory *self, GPtrArray *entries, guint64 first_seq, guint64 position_seq);

/* What has changed since the last time; the whole list the first time, after brg_history_clear()
 * and after brg_history_mark_all_changed(). FALSE, and `out` untouched, when nothing has. Give it
 * back with brg_history_change_clear(). */
gboolean brg_history_take_change (BrgHistory *self, BrgHistoryChange *out);

/* The keeper of the copy is another one, that has nothing yet. */
void brg_history_mark_all_changed (BrgHistory *self);

gboolean brg_history_can_undo (const BrgHistory *self);
gboolean brg_history_can_redo (const BrgHistory *self);

/* Applies one entry; FALSE when there is none. */
gboolean brg_history_undo (BrgHistory *self);
gboolean brg_history_redo (BrgHistory *self);

/* Undoes or redoes entries until `position` of them are in the past: every edit is flipped, the
 * recipes are set once. FALSE when it is there already or there are not so many entries. */
gboolean brg_history_jump (BrgHistory *self, guint position);

/* The list, oldest first, and how many of its entries are in the past. */
guint brg_history_get_n_entries (const BrgHistory *self);
guint brg_history_get_position (const BrgHistory *self);
guint64 brg_history_get_first_seq (const BrgHistory *self); /* number of entry 0 */
gsize brg_history_get_n_bytes (const BrgHistory *self);

/* Borrowed until the list changes; NULL beyond the end. */
BrgHistoryEntry *brg_history_get_entry (const BrgHistory *self, guint index);

/* New text in the reader's language: of entry `index`, and of what undo and redo would do; NULL
 * when there is none. */
char *brg_history_get_label (const BrgHistory *self, guint index);
char *brg_history_get_undo_label (const BrgHistory *self);
char *brg_history_get_redo_label (const BrgHistory *self);

G_END_DECLS
