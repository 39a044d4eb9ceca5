#include "case/brg-history-private.h"

#define DEFAULT_MAX_BYTES ((gsize) 64 << 20)
#define DEFAULT_MIN_DEPTH 32

/* Nothing of the list has changed since it was last taken. */
#define NO_CUT G_MAXUINT64

struct BrgHistory
{
  const BrgHistoryTarget *vtable;
  gpointer target;
  GPtrArray *entries; /* BrgHistoryEntry, oldest first */
  guint64 first_seq;
  guint position;  /* entries in the past */
  char *open_kind; /* the last one may still grow by changes of this kind; NULL: it may not */
  gboolean applying;
  gsize n_bytes, max_bytes;
  guint min_depth;

  gboolean kept; /* somebody has a copy: what was current when it was last taken, and */
  guint64 kept_first_seq, kept_position_seq;
  guint64 cut_seq; /* the first entry that has changed since, or NO_CUT */
};

BrgHistory *
brg_history_new (const BrgHistoryTarget *vtable, gpointer target)
{
  BrgHistory *self = g_new0 (BrgHistory, 1);

  self->vtable = vtable;
  self->target = target;
  self->entries = brg_history_entries_new ();
  self->max_bytes = DEFAULT_MAX_BYTES;
  self->min_depth = DEFAULT_MIN_DEPTH;
  self->cut_seq = NO_CUT;
  return self;
}

void
brg_history_free (BrgHistory *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_free (self->open_kind);
  g_free (self);
}

BrgHistoryEntry *
brg_history_get_entry (const BrgHistory *self, guint index)
{
  return index < self->entries->len ? g_ptr_array_index (self->entries, index) : NULL;
}

static gsize
count_bytes (const BrgHistory *self, guint begin, guint end)
{
  gsize n_bytes = 0;

  for (guint e = begin; e < end; e++)
    n_bytes += brg_history_entry_get_size (brg_history_get_entry (self, e));
  return n_bytes;
}

/* Drops the entries from `index` on. */
static void
cut_at (BrgHistory *self, guint index)
{
  self->n_bytes -= count_bytes (self, index, self->entries->len);
  g_ptr_array_set_size (self->entries, (int) index);
  self->cut_seq = MIN (self->cut_seq, self->first_seq + index);
}

/* Past entries that may go: the keeper of a copy has them, and the minimum depth stays. */
static guint
count_expendable (const BrgHistory *self)
{
  guint n = self->position > self->min_depth ? self->position - self->min_depth : 0;

  return self->kept ? (guint) MIN (n, self->cut_seq - self->first_seq) : n;
}

/* Oldest first; the redo branch counts but is never cut here. */
static void
keep_budget (BrgHistory *self)
{
  guint n = 0, n_expendable = count_expendable (self);

  if (self->n_bytes <= self->max_bytes)
    return;
  while (n < n_expendable && self->n_bytes > self->max_bytes - self->max_bytes / 8)
    {
      self->n_bytes -= count_bytes (self, n, n + 1);
      n++;
    }
  if (n > 0)
    g_ptr_array_remove_range (self->entries, 0, n);
  self->position -= n;
  self->first_seq += n;
}

/* Takes `entry`. */
static void
append (BrgHistory *self, BrgHistoryEntry *entry)
{
  cut_at (self, self->position);
  g_ptr_array_add (self->entries, entry);
  self->n_bytes += brg_history_entry_get_size (entry);
  self->position++;
  keep_budget (self);
}

/* Takes `kind`, NULL: closed. */
static void
set_open (BrgHistory *self, char *kind)
{
  g_free (self->open_kind);
  self->open_kind = kind;
}

void
brg_history_set_budget (BrgHistory *self, gsize max_bytes, guint min_depth)
{
  self->max_bytes = max_bytes;
  self->min_depth = min_depth;
  keep_budget (self);
}

/* Grows the last entry up to `after`, or drops it when that is where it began. */
static void
grow_last (BrgHistory *self, BrgRecipes *after, const char *label)
{
  const BrgHistoryEntry *last = brg_history_get_entry (self, self->position - 1);
  gboolean is_back = brg_recipes_equal (last->before, after);
  BrgHistoryEntry *grown =
    is_back ? NULL : brg_history_entry_new_recipes (last->before, after, label);

  cut_at (self, --self->position);
  if (is_back)
    set_open (self, NULL);
  else
    append (self, grown);
}

gboolean
brg_history_add_recipes (BrgHistory *self,
                         BrgRecipes *before,
                         BrgRecipes *after,
                         const char *label,
                         gboolean coalesce)
{
  g_autofree char *changed = _brg_history_kind (before, after);

  if (changed == NULL || self->applying)
    return FALSE;

  g_autofree char *kind = g_strdup (label != NULL ? label : changed);
  if (coalesce && self->position > 0 && g_strcmp0 (self->open_kind, kind) == 0)
    {
      grow_last (self, after, label);
      return TRUE;
    }
  append (self, brg_history_entry_new_recipes (before, after, label));
  set_open (self, coalesce ? g_steal_pointer (&kind) : NULL);
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
  append (self, brg_history_entry_new_edit (delta, label));
  set_open (self, NULL);
  return TRUE;
}

void
brg_history_barrier (BrgHistory *self)
{
  set_open (self, NULL);
}

gboolean
brg_history_is_open (const BrgHistory *self)
{
  return self->open_kind != NULL;
}

void
brg_history_clear (BrgHistory *self)
{
  cut_at (self, 0);
  set_open (self, NULL);
  self->position = 0;
  self->first_seq = 0;
  brg_history_mark_all_changed (self);
}

/* The keeper's copy is the list as it is now. */
static void
set_kept (BrgHistory *self)
{
  self->kept = TRUE;
  self->kept_first_seq = self->first_seq;
  self->kept_position_seq = self->first_seq + self->position;
  self->cut_seq = NO_CUT;
}

void
brg_history_restore (BrgHistory *self, GPtrArray *entries, guint64 first_seq, guint64 position_seq)
{
  g_return_if_fail (position_seq >= first_seq && position_seq - first_seq <= entries->len);

  brg_history_clear (self);
  for (guint e = 0; e < entries->len; e++)
    g_ptr_array_add (self->entries, brg_history_entry_ref (g_ptr_array_index (entries, e)));
  self->n_bytes = count_bytes (self, 0, self->entries->len);
  self->first_seq = first_seq;
  self->position = (guint) (position_seq - first_seq);
  set_kept (self);
}

gboolean
brg_history_take_change (BrgHistory *self, BrgHistoryChange *out)
{
  guint64 end_seq = self->first_seq + self->entries->len;
  guint64 position_seq = self->first_seq + self->position;

  if (self->kept && self->cut_seq == NO_CUT && self->first_seq == self->kept_first_seq &&
      position_seq == self->kept_position_seq)
    return FALSE;
  guint64 cut_seq = self->kept ? MIN (self->cut_seq, end_seq) : self->first_seq;
  *out = (BrgHistoryChange){ self->first_seq, cut_seq, brg_history_entries_new (), position_seq };
  for (guint64 seq = cut_seq; seq < end_seq; seq++)
    {
      BrgHistoryEntry *entry = brg_history_get_entry (self, (guint) (seq - self->first_seq));
      g_ptr_array_add (out->entries, brg_history_entry_ref (entry));
    }
  set_kept (self);
  return TRUE;
}

void
brg_history_mark_all_changed (BrgHistory *self)
{
  self->kept = FALSE;
  self->cut_seq = NO_CUT;
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

/* Undoes or redoes entry `index`; of a change of recipes, says only from what to what. */
static void
pass (BrgHistory *self, guint index, gboolean redo, BrgRecipes *step[2])
{
  const BrgHistoryEntry *entry = brg_history_get_entry (self, index);

  if (entry->delta != NULL)
    self->vtable->flip_edits (self->target, entry->delta);
  else
    {
      step[0] = redo ? entry->before : entry->after;
      step[1] = redo ? entry->after : entry->before;
    }
}

gboolean
brg_history_jump (BrgHistory *self, guint position)
{
  BrgRecipes *step[2] = { NULL, NULL }; /* the last one between recipes */

  if (position > self->entries->len || position == self->position || self->applying)
    return FALSE;
  set_open (self, NULL);
  self->applying = TRUE;
  while (self->position > position)
    pass (self, --self->position, FALSE, step);
  while (self->position < position)
    pass (self, self->position++, TRUE, step);
  if (step[1] != NULL)
    self->vtable->set_recipes (self->target, step[0], step[1]);
  self->applying = FALSE;
  return TRUE;
}

gboolean
brg_history_undo (BrgHistory *self)
{
  return brg_history_can_undo (self) && brg_history_jump (self, self->position - 1);
}

gboolean
brg_history_redo (BrgHistory *self)
{
  return brg_history_can_redo (self) && brg_history_jump (self, self->position + 1);
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

guint64
brg_history_get_first_seq (const BrgHistory *self)
{
  return self->first_seq;
}

gsize
brg_history_get_n_bytes (const BrgHistory *self)
{
  return self->n_bytes;
}

char *
brg_history_get_label (const BrgHistory *self, guint index)
{
  const BrgHistoryEntry *entry = brg_history_get_entry (self, index);

  return entry != NULL ? brg_history_entry_describe (entry, TRUE) : NULL;
}

char *
brg_history_get_undo_label (const BrgHistory *self)
{
  return brg_history_can_undo (self) ? brg_history_get_label (self, self->position - 1) : NULL;
}

char *
brg_history_get_redo_label (const BrgHistory *self)
{
  return brg_history_get_label (self, self->position);
}
