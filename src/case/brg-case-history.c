#include "case/brg-case-private.h"

gboolean
brg_case_can_undo (BrgCase *self)
{
  return !self->stroke.active && brg_history_can_undo (self->history);
}

gboolean
brg_case_can_redo (BrgCase *self)
{
  return !self->stroke.active && brg_history_can_redo (self->history);
}

char *
brg_case_get_undo_label (BrgCase *self)
{
  return brg_history_get_undo_label (self->history);
}

char *
brg_case_get_redo_label (BrgCase *self)
{
  return brg_history_get_redo_label (self->history);
}

guint
brg_case_get_n_history (BrgCase *self)
{
  return brg_history_get_n_entries (self->history);
}

guint
brg_case_get_history_position (BrgCase *self)
{
  return brg_history_get_position (self->history);
}

char *
brg_case_get_history_label (BrgCase *self, guint index)
{
  return brg_history_get_label (self->history, index);
}

gboolean
brg_case_get_last_work (BrgCase *self, BrgWork *work)
{
  guint position = brg_history_get_position (self->history);

  if (position > 0)
    *work = brg_history_entry_get_work (brg_history_get_entry (self->history, position - 1));
  return position > 0;
}

gboolean
brg_case_jump (BrgCase *self, guint position)
{
  if (_brg_case_refuses (self))
    return FALSE;
  if (self->stroke.active || !brg_history_jump (self->history, position))
    return FALSE;
  _brg_case_emit_history_changed (self);
  _brg_case_overtake (self);
  _brg_case_schedule (self);
  return TRUE;
}

gboolean
brg_case_undo (BrgCase *self)
{
  return brg_case_can_undo (self) && brg_case_jump (self, brg_case_get_history_position (self) - 1);
}

gboolean
brg_case_redo (BrgCase *self)
{
  return brg_case_can_redo (self) && brg_case_jump (self, brg_case_get_history_position (self) + 1);
}
