#include "case/brg-case-private.h"

static void
add_sentence (GString *log, const char *format, const char *text)
{
  if (log->len > 0)
    g_string_append (log, "; ");
  g_string_append_printf (log, format, text);
}

static void
add_entry (GString *log, const char *format, const BrgHistoryEntry *entry)
{
  g_autofree char *text = brg_history_entry_describe (entry, FALSE);
  add_sentence (log, format, text);
}

/* A step by one names the entry, a longer one where it leads. */
static void
add_move (GString *log, const BrgHistory *history, guint64 from_seq, guint64 to_seq)
{
  guint position = brg_history_get_position (history);
  const BrgHistoryEntry *above = brg_history_get_entry (history, position);
  const BrgHistoryEntry *below =
    position > 0 ? brg_history_get_entry (history, position - 1) : NULL;

  if (to_seq + 1 == from_seq && above != NULL)
    add_entry (log, "Undo: %s", above);
  else if (from_seq + 1 == to_seq && below != NULL)
    add_entry (log, "Redo: %s", below);
  else if (below != NULL)
    add_entry (log, to_seq < from_seq ? "Back to: %s" : "Forward to: %s", below);
  else
    add_sentence (log, "%s", "Back to the beginning");
}

char *
_brg_case_log_change (const BrgHistory *history,
                      const BrgHistoryChange *change,
                      guint64 old_position_seq)
{
  GString *log = g_string_new (NULL);
  guint n = change->entries->len;
  guint64 end_seq = change->cut_seq + n;
  guint64 from_seq = n > 0 ? end_seq : MIN (old_position_seq, end_seq);

  for (guint e = 0; e < n; e++)
    add_entry (log, "%s", g_ptr_array_index (change->entries, e));
  if (n == 0 && old_position_seq > end_seq && change->position_seq == end_seq)
    add_sentence (log, "%s", "Changed back");
  else if (change->position_seq != from_seq)
    add_move (log, history, from_seq, change->position_seq);
  return g_string_free (log, log->len == 0);
}
