#pragma once

#include <glib.h>

#include "case/brg-edit-delta.h"
#include "engine/brg-recipe.h"

G_BEGIN_DECLS

/* Undo and redo of a case: a list of named entries and a position in it.
 *
 * An entry is either a change of the recipe (old and new value) or a hand edit (a delta). Adding
 * an entry drops whatever could be redone. Recipe changes of one kind, added with `coalesce` and no
 * barrier between them, grow into one entry from the first old to the last new value; when that
 * comes back to where it began the entry goes. Actions that change nothing make no entry. Applying
 * an entry calls the target; what the target does then is never recorded.
 *
 * The entries of the past are held to a byte budget, oldest dropped first, but never below a
 * minimum depth. Main thread only. */
typedef struct BrgHistory BrgHistory;

typedef struct
{
  void (*set_recipe) (gpointer target, const BrgRecipe *recipe);
  void (*flip_edits) (gpointer target, const BrgEditDelta *delta);
} BrgHistoryTarget;

/* `vtable` must outlive the history. */
BrgHistory *brg_history_new (const BrgHistoryTarget *vtable, gpointer target);
void brg_history_free (BrgHistory *self); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgHistory, brg_history_free)

/* Defaults: 64 MiB and 32 entries. */
void brg_history_set_budget (BrgHistory *self, gsize max_bytes, guint min_depth);

/* The recipe has been changed from `old` to `new`. `label` is shown as it is; NULL makes one from
 * the parameter table, and changes then coalesce when they touch the same parameters. Returns
 * TRUE when the list changed. */
gboolean brg_history_add_recipe (BrgHistory *self,
                                 const BrgRecipe *old_recipe,
                                 const BrgRecipe *new_recipe,
                                 const char *label,
                                 gboolean coalesce);

/* An edit has been made; takes `delta`. NULL is a no-op. */
gboolean brg_history_take_edit (BrgHistory *self, BrgEditDelta *delta, const char *label);

/* The next change does not join the last entry: the end of a drag. */
void brg_history_barrier (BrgHistory *self);

void brg_history_clear (BrgHistory *self);

gboolean brg_history_can_undo (const BrgHistory *self);
gboolean brg_history_can_redo (const BrgHistory *self);

/* Applies one entry; FALSE when there is none. */
gboolean brg_history_undo (BrgHistory *self);
gboolean brg_history_redo (BrgHistory *self);

/* Label of what undo and redo would do, or NULL. Borrowed until the list changes. */
const char *brg_history_get_undo_label (const BrgHistory *self);
const char *brg_history_get_redo_label (const BrgHistory *self);

/* The list, oldest first, and how many of its entries are in the past. */
guint brg_history_get_n_entries (const BrgHistory *self);
guint brg_history_get_position (const BrgHistory *self);
const char *brg_history_get_label (const BrgHistory *self, guint index);
gsize brg_history_get_n_bytes (const BrgHistory *self);

/* "Lower threshold 150 → 172 HU" for one parameter, "Place defect", "Move defect", "Remove
 * defect", "Crop", or "Change 3 parameters". NULL when nothing differs. */
char *brg_history_describe (const BrgRecipe *old_recipe, const BrgRecipe *new_recipe);

G_END_DECLS
