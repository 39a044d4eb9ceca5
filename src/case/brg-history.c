#include "case/brg-history-private.h"

#define DEFAULT_MAX_BYTES ((gsize) 64 << 20)
#define DEFAULT_MIN_DEPTH 32

typedef struct
{
  char *label;
  char *kind; /* of a recipe change: what it may coalesce with */
  BrgRecipe old_recipe, new_recipe;
  BrgEditDelta *delta; /* of an edit, else NULL */
} Entry;

struct BrgHistory
{
  const BrgHistoryTarget *vtable;
  gpointer target;
  GPtrArray *entries; /* Entry, oldest first */
  guint position;     /* entries in the past */
  gboolean open;      /* the last one may still grow */
  gboolean applying;
  gsize max_bytes;
  guint min_depth;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->label);
  g_free (entry->kind);
  brg_edit_delta_free (entry->delta);
  g_free (entry);
}

static gsize
entry_size (const Entry *entry)
{
  return sizeof *entry + (entry->delta != NULL ? brg_edit_delta_get_size (entry->delta) : 0);
}

static Entry *
entry_at (const BrgHistory *self, guint index)
{
  return g_ptr_array_index (self->entries, index);
}

static void
drop_redo (BrgHistory *self)
{
  g_ptr_array_set_size (self->entries, (int) self->position);
}

/* Oldest first; the redo branch counts but is never cut here. */
static void
keep_budget (BrgHistory *self)
{
  gsize bytes = brg_history_get_n_bytes (self);

  while (bytes > self->max_bytes && self->position > self->min_depth)
    {
      bytes -= entry_size (entry_at (self, 0));
      g_ptr_array_remove_index (self->entries, 0);
      self->position--;
    }
}

static void
append (BrgHistory *self, Entry *entry)
{
  drop_redo (self);
  g_ptr_array_add (self->entries, entry);
  self->position++;
  keep_budget (self);
}

/* Grows the last entry up to `new_recipe`, or drops it when that is where it began. */
static void
grow_last (BrgHistory *self, const BrgRecipe *new_recipe, const char *label)
{
  Entry *last = entry_at (self, self->position - 1);
  g_autofree char *kind = _brg_history_kind (&last->old_recipe, new_recipe);

  drop_redo (self);
  if (kind == NULL)
    {
      g_ptr_array_set_size (self->entries, (int) --self->position);
      self->open = FALSE;
      return;
    }
  last->new_recipe = *new_recipe;
  g_free (last->label);
  last->label =
    label != NULL ? g_strdup (label) : brg_history_describe (&last->old_recipe, new_recipe);
}

static gboolean
may_grow_last (const BrgHistory *self, const char *kind)
{
  return self->open && self->position > 0 &&
         g_strcmp0 (entry_at (self, self->position - 1)->kind, kind) == 0;
}

static void
apply (BrgHistory *self, const Entry *entry, const BrgRecipe *recipe)
{
  self->applying = TRUE;
  if (entry->delta != NULL)
    self->vtable->flip_edits (self->target, entry->delta);
  else
    self->vtable->set_recipe (self->target, recipe);
  self->applying = FALSE;
}

BrgHistory *
brg_history_new (const BrgHistoryTarget *vtable, gpointer target)
{
  BrgHistory *self = g_new0 (BrgHistory, 1);

  self->vtable = vtable;
  self->target = target;
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->max_bytes = DEFAULT_MAX_BYTES;
  self->min_depth = DEFAULT_MIN_DEPTH;
  return self;
}

void
brg_history_free (BrgHistory *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_free (self);
}

void
brg_history_set_budget (BrgHistory *self, gsize max_bytes, guint min_depth)
{
  self->max_bytes = max_bytes;
  self->min_depth = min_depth;
  keep_budget (self);
}

gboolean
brg_history_add_recipe (BrgHistory *self,
                        const BrgRecipe *old_recipe,
                        const BrgRecipe *new_recipe,
                        const char *label,
                        gboolean coalesce)
{
  g_autofree char *changed = _brg_history_kind (old_recipe, new_recipe);

  if (changed == NULL || self->applying)
    return FALSE;

  g_autofree char *kind = g_strdup (label != NULL ? label : changed);
  if (coalesce && may_grow_last (self, kind))
    {
      grow_last (self, new_recipe, label);
      return TRUE;
    }
  Entry *entry = g_new0 (Entry, 1);
  entry->label = label != NULL ? g_strdup (label) : brg_history_describe (old_recipe, new_recipe);
  entry->kind = g_steal_pointer (&kind);
  entry->old_recipe = *old_recipe;
  entry->new_recipe = *new_recipe;
  append (self, entry);
  self->open = coalesce;
  return TRUE;
}

gboolean
brg_history_take_edit (BrgHistory *self, BrgEditDelta *delta, const char *label)
{
  if (delta == NULL || self->applying)
    {
      brg_edit_delta_free (delta);
      return FALSE;
    }
  Entry *entry = g_new0 (Entry, 1);
  entry->label = g_strdup (label);
  entry->delta = delta;
  append (self, entry);
  self->open = FALSE;
  return TRUE;
}

void
brg_history_barrier (BrgHistory *self)
{
  self->open = FALSE;
}

void
brg_history_clear (BrgHistory *self)
{
  g_ptr_array_set_size (self->entries, 0);
  self->position = 0;
  self->open = FALSE;
}

gboolean
brg_history_can_undo (const BrgHistory *self)
{
  return self->position > 0;
}

gboolean
brg_history_can_redo (const BrgHistory *self)
{
  return self->position < self->entries->len;
}

gboolean
brg_history_undo (BrgHistory *self)
{
  if (!brg_history_can_undo (self) || self->applying)
    return FALSE;
  const Entry *entry = entry_at (self, --self->position);
  self->open = FALSE;
  apply (self, entry, &entry->old_recipe);
  return TRUE;
}

gboolean
brg_history_redo (BrgHistory *self)
{
  if (!brg_history_can_redo (self) || self->applying)
    return FALSE;
  const Entry *entry = entry_at (self, self->position++);
  self->open = FALSE;
  apply (self, entry, &entry->new_recipe);
  return TRUE;
}

const char *
brg_history_get_undo_label (const BrgHistory *self)
{
  return brg_history_can_undo (self) ? entry_at (self, self->position - 1)->label : NULL;
}

const char *
brg_history_get_redo_label (const BrgHistory *self)
{
  return brg_history_can_redo (self) ? entry_at (self, self->position)->label : NULL;
}

guint
brg_history_get_n_entries (const BrgHistory *self)
{
  return self->entries->len;
}

guint
brg_history_get_position (const BrgHistory *self)
{
  return self->position;
}

const char *
brg_history_get_label (const BrgHistory *self, guint index)
{
  return index < self->entries->len ? entry_at (self, index)->label : NULL;
}

gsize
brg_history_get_n_bytes (const BrgHistory *self)
{
  gsize bytes = 0;

  for (guint e = 0; e < self->entries->len; e++)
    bytes += entry_size (entry_at (self, e));
  return bytes;
}
