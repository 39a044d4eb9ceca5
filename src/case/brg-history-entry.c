#include "case/brg-history-entry.h"

#include <glib/gi18n.h>

static BrgHistoryEntry *
entry_new (const char *label)
{
  BrgHistoryEntry *self = g_atomic_rc_box_new0 (BrgHistoryEntry);

  self->label = g_strdup (label);
  return self;
}

BrgHistoryEntry *
brg_history_entry_new_recipes (BrgRecipes *before, BrgRecipes *after, const char *label)
{
  BrgHistoryEntry *self = entry_new (label);

  self->before = brg_recipes_ref (before);
  self->after = brg_recipes_ref (after);
  return self;
}

BrgHistoryEntry *
brg_history_entry_new_edit (BrgEditDelta *delta, const char *label)
{
  BrgHistoryEntry *self = entry_new (label);

  self->delta = delta;
  return self;
}

static void
entry_clear (gpointer data)
{
  BrgHistoryEntry *self = data;

  g_free (self->label);
  brg_recipes_unref (self->before);
  brg_recipes_unref (self->after);
  brg_edit_delta_free (self->delta);
}

BrgHistoryEntry *
brg_history_entry_ref (BrgHistoryEntry *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
brg_history_entry_unref (BrgHistoryEntry *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, entry_clear);
}

static gsize
recipes_size (const BrgRecipes *recipes)
{
  return recipes != NULL ? sizeof *recipes + recipes->n * sizeof *recipes->recipe : 0;
}

gsize
brg_history_entry_get_size (const BrgHistoryEntry *self)
{
  return sizeof *self + recipes_size (self->before) + recipes_size (self->after) +
         (self->delta != NULL ? brg_edit_delta_get_size (self->delta) : 0);
}

char *
brg_history_entry_describe (const BrgHistoryEntry *self, gboolean translate)
{
  char *text = NULL;

  if (self->label != NULL)
    return g_strdup (translate && *self->label != '\0' ? _ (self->label) : self->label);
  if (self->before != NULL && self->after != NULL)
    text = brg_history_describe (self->before, self->after, translate);
  return text != NULL ? text : g_strdup ("");
}

GPtrArray *
brg_history_entries_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) brg_history_entry_unref);
}

void
brg_history_change_clear (BrgHistoryChange *change)
{
  g_clear_pointer (&change->entries, g_ptr_array_unref);
}
