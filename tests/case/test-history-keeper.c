/* A naive copy of the history, kept by its changes alone, is the history at every step; a history
 * restored from the copy goes on like the one it was taken from. */

#include <glib.h>

#include "history-target.h"

#define N_SESSIONS 24
#define N_STEPS    400

/* What a store holds: the entries, and the edits before the oldest. */
typedef struct
{
  GPtrArray *entries;
  guint64 first_seq, position_seq;
  BrgMask *added, *removed;
} Keeper;

static void
keeper_init (Keeper *keeper, const HistoryTarget *target)
{
  *keeper = (Keeper){ .entries = brg_history_entries_new () };
  keeper->added = brg_mask_new (&target->added->grid, NULL);
  keeper->removed = brg_mask_new (&target->added->grid, NULL);
}

static void
keeper_clear (Keeper *keeper)
{
  g_ptr_array_unref (keeper->entries);
  brg_mask_unref (keeper->added);
  brg_mask_unref (keeper->removed);
}

static BrgHistoryEntry *
entry_at (const Keeper *keeper, guint64 seq)
{
  return g_ptr_array_index (keeper->entries, (guint) (seq - keeper->first_seq));
}

/* Flips the edits of the entries [from, to) of `keeper`. */
static void
flip (const Keeper *keeper, guint64 from, guint64 to, BrgMask *added, BrgMask *removed)
{
  for (guint64 seq = from; seq < to; seq++)
    if (entry_at (keeper, seq)->delta != NULL)
      g_assert_true (brg_edit_delta_apply (entry_at (keeper, seq)->delta, added, removed));
}

static void
keeper_apply (Keeper *keeper, const BrgHistoryChange *change)
{
  guint64 end_seq = keeper->first_seq + keeper->entries->len;

  g_assert_cmpuint (change->cut_seq, <=, end_seq);
  g_assert_cmpuint (change->first_seq, <=, change->cut_seq);
  g_assert_cmpuint (change->first_seq, >=, keeper->first_seq);
  flip (keeper, keeper->first_seq, change->first_seq, keeper->added, keeper->removed);
  g_ptr_array_set_size (keeper->entries, (int) (change->cut_seq - keeper->first_seq));
  if (change->first_seq > keeper->first_seq)
    g_ptr_array_remove_range (keeper->entries, 0, (guint) (change->first_seq - keeper->first_seq));
  for (guint e = 0; e < change->entries->len; e++)
    g_ptr_array_add (keeper->entries, brg_history_entry_ref (change->entries->pdata[e]));
  keeper->first_seq = change->first_seq;
  keeper->position_seq = change->position_seq;
}

/* Same list, same position, and base and past edits together are the edits. */
static void
assert_kept (const Keeper *keeper, const HistoryTarget *target)
{
  const BrgHistory *history = target->history;
  BrgMask *added = brg_mask_copy (keeper->added, NULL);
  BrgMask *removed = brg_mask_copy (keeper->removed, NULL);

  g_assert_cmpuint (keeper->entries->len, ==, brg_history_get_n_entries (history));
  g_assert_cmpuint (keeper->first_seq, ==, brg_history_get_first_seq (history));
  g_assert_cmpuint (keeper->position_seq - keeper->first_seq, ==,
                    brg_history_get_position (history));
  for (guint e = 0; e < keeper->entries->len; e++)
    g_assert_true (keeper->entries->pdata[e] == brg_history_get_entry (history, e));
  flip (keeper, keeper->first_seq, keeper->position_seq, added, removed);
  g_assert_true (brg_mask_equal (added, target->added));
  g_assert_true (brg_mask_equal (removed, target->removed));
  brg_mask_unref (added);
  brg_mask_unref (removed);
}

static void
change_defects (HistoryTarget *target, GRand *rand)
{
  guint n = target->recipes->n, index = (guint) g_rand_int_range (rand, 0, (gint32) n);
  BrgRecipe recipe = target->recipes->recipe[index];

  recipe.defect.placed = true;
  if (n < 4 && g_rand_boolean (rand))
    history_target_change (target, brg_recipes_add (target->recipes, &recipe), NULL, FALSE);
  else
    history_target_change (target, brg_recipes_remove (target->recipes, index), NULL, FALSE);
}

static void
change_param (HistoryTarget *target, GRand *rand)
{
  static const char *const keys[] = { "threshold-lo", "width" };
  guint index = (guint) g_rand_int_range (rand, 0, (gint32) target->recipes->n);
  const char *key = keys[g_rand_int_range (rand, 0, G_N_ELEMENTS (keys))];
  double value = g_rand_int_range (rand, 50, 53);

  history_target_set_param (target, index, key, value, g_rand_int_range (rand, 0, 4) > 0);
}

static void
change_budget (BrgHistory *history, GRand *rand)
{
  gsize max_bytes = (gsize) 1 << g_rand_int_range (rand, 0, 14);

  brg_history_set_budget (history, max_bytes, (guint) g_rand_int_range (rand, 0, 4));
}

static void
do_step (HistoryTarget *target, GRand *rand)
{
  BrgHistory *history = target->history;
  guint n_entries = brg_history_get_n_entries (history);
  int i = g_rand_int_range (rand, 0, 32);

  switch (g_rand_int_range (rand, 0, 12))
    {
    case 0:
    case 1:
      brg_history_undo (history);
      break;
    case 2:
      brg_history_redo (history);
      break;
    case 3:
      brg_history_jump (history, (guint) g_rand_int_range (rand, 0, (gint32) n_entries + 2));
      break;
    case 4:
      brg_history_barrier (history);
      break;
    case 5:
      change_defects (target, rand);
      break;
    case 6:
      change_budget (history, rand);
      break;
    case 7:
    case 8:
      history_target_paint (target, i, g_rand_boolean (rand));
      break;
    default:
      change_param (target, rand);
    }
}

static void
take (HistoryTarget *target, Keeper *keeper)
{
  BrgHistoryChange change;

  if (brg_history_take_change (target->history, &change))
    {
      keeper_apply (keeper, &change);
      brg_history_change_clear (&change);
    }
  assert_kept (keeper, target);
  g_assert_false (brg_history_take_change (target->history, &change));
}

/* A new keeper starts from what the edits were before the oldest entry. */
static void
replace_keeper (HistoryTarget *target, Keeper *keeper)
{
  take (target, keeper);
  brg_history_mark_all_changed (target->history);
  g_ptr_array_set_size (keeper->entries, 0);
  take (target, keeper);
}

static void
assert_same (const HistoryTarget *a, const HistoryTarget *b)
{
  guint n_entries = brg_history_get_n_entries (a->history);

  g_assert_cmpuint (brg_history_get_n_entries (b->history), ==, n_entries);
  g_assert_cmpuint (brg_history_get_position (b->history), ==,
                    brg_history_get_position (a->history));
  g_assert_cmpuint (brg_history_get_first_seq (b->history), ==,
                    brg_history_get_first_seq (a->history));
  g_assert_cmpuint (brg_history_get_n_bytes (b->history), ==, brg_history_get_n_bytes (a->history));
  for (guint e = 0; e < n_entries; e++)
    {
      g_autofree char *label_a = brg_history_get_label (a->history, e);
      g_autofree char *label_b = brg_history_get_label (b->history, e);
      g_assert_cmpstr (label_a, ==, label_b);
    }
  g_assert_true (brg_recipes_equal (a->recipes, b->recipes));
  g_assert_true (brg_mask_equal (a->added, b->added));
}

/* `twin` becomes what is made of the copy. */
static void
restore (HistoryTarget *twin, const HistoryTarget *target, const Keeper *keeper)
{
  brg_history_restore (twin->history, keeper->entries, keeper->first_seq, keeper->position_seq);
  history_target_set (twin, brg_recipes_ref (target->recipes));
  brg_mask_unref (twin->added);
  twin->added = brg_mask_copy (target->added, NULL);
}

/* Both have been asked at the same moments. */
static void
take_both (HistoryTarget *target, HistoryTarget *twin, Keeper *keeper)
{
  BrgHistoryChange change;

  take (target, keeper);
  if (brg_history_take_change (twin->history, &change))
    brg_history_change_clear (&change);
}

static void
run_session (guint32 seed)
{
  HistoryTarget target, twin;
  Keeper keeper;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GRand) again = g_rand_new_with_seed (seed);

  history_target_init (&target);
  history_target_init (&twin);
  keeper_init (&keeper, &target);
  take_both (&target, &twin, &keeper);
  for (int step = 0; step < N_STEPS; step++)
    {
      do_step (&target, rand);
      do_step (&twin, again);
      assert_same (&target, &twin);
      if (step % 3 == 0)
        take_both (&target, &twin, &keeper);
      if (step % 33 == 0)
        replace_keeper (&target, &keeper);
      if (step % 15 == 0)
        {
          brg_history_barrier (target.history);
          restore (&twin, &target, &keeper);
        }
    }
  keeper_clear (&keeper);
  history_target_clear (&target);
  history_target_clear (&twin);
}

static void
test_sessions (void)
{
  for (guint32 seed = 1; seed <= N_SESSIONS; seed++)
    {
      g_test_message ("seed %u", seed);
      run_session (seed);
    }
}

/* Without a keeper the budget holds; with one, what it has not been given stays. */
static void
test_not_given (void)
{
  HistoryTarget target;
  BrgHistoryChange change;

  history_target_init (&target);
  brg_history_set_budget (target.history, 1, 0);
  for (int i = 0; i < 8; i++)
    history_target_paint (&target, i, true);
  g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, 0);
  g_assert_true (brg_history_take_change (target.history, &change));
  g_assert_cmpuint (change.first_seq, ==, 8);
  g_assert_cmpuint (change.entries->len, ==, 0);
  brg_history_change_clear (&change);

  for (int i = 8; i < 12; i++)
    history_target_paint (&target, i, true);
  g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, 4);
  g_assert_true (brg_history_take_change (target.history, &change));
  g_assert_cmpuint (change.cut_seq, ==, 8);
  g_assert_cmpuint (change.entries->len, ==, 4);
  brg_history_change_clear (&change);
  history_target_paint (&target, 12, true);
  g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, 1);
  history_target_clear (&target);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/history-keeper/sessions", test_sessions);
  g_test_add_func ("/history-keeper/not-given", test_not_given);
  return g_test_run ();
}
