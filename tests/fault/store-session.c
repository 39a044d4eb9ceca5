#include "store-session.h"

#include <string.h>

#include "case/store-fixture.h"

#define N_DROPPED 3 /* entries that go at once */

void
store_session_init (StoreSession *session, const char *folder, const char *script)
{
  *session = (StoreSession){ .script = script, .folder = g_strdup (folder) };
  store_fixture_set_scan (&session->contents, 70, 9, 12);
  session->contents.name = g_strdup ("Case07");
  session->contents.recipes = store_fixture_recipes (30);
  session->contents.entries = brg_history_entries_new ();
  session->added = brg_mask_new (&session->contents.scan->grid, NULL);
  session->removed = brg_mask_new (&session->contents.scan->grid, NULL);
}

void
store_session_clear (StoreSession *session)
{
  brg_store_contents_clear (&session->contents);
  brg_mask_unref (session->added);
  brg_mask_unref (session->removed);
  g_free (session->folder);
}

gboolean
store_session_is_over (const StoreSession *session)
{
  return session->script[session->n_done] == '\0';
}

char *
store_session_path (const StoreSession *session, guint file)
{
  return g_build_filename (session->folder, file == 0 ? "Case07.bregma" : "Copy.bregma", NULL);
}

/* Entries in the past. */
static guint
position (const StoreSession *session)
{
  return (guint) (session->contents.position_seq - session->contents.first_seq);
}

static BrgHistoryEntry *
entry_at (const StoreSession *session, guint index)
{
  return session->contents.entries->pdata[index];
}

/* Steps over one entry, forwards or back. */
static void
flip (StoreSession *session, const BrgHistoryEntry *entry, gboolean forwards)
{
  if (entry->delta != NULL)
    {
      g_assert_true (brg_edit_delta_apply (entry->delta, session->added, session->removed));
      return;
    }
  brg_recipes_unref (session->contents.recipes);
  session->contents.recipes = brg_recipes_ref (forwards ? entry->after : entry->before);
}

/* The entry an action adds; only made, not added. */
static BrgHistoryEntry *
make_entry (const StoreSession *session, char action)
{
  guint n = session->next_entry;

  if (action == 'e')
    return store_fixture_entry (&session->contents.scan->grid, 4 * n + n % 3);
  g_autoptr (BrgRecipes) after = store_fixture_recipes (20 + n % 50);
  return brg_history_entry_new_recipes (session->contents.recipes, after, NULL);
}

static char *
name_of (const StoreSession *session)
{
  return g_strdup_printf ("Case%u", session->next_entry);
}

/* The change that one action makes of the model, which is not touched. Letters that need none leave
 * it empty. */
static void
fill_change (const StoreSession *session, char action, BrgStoreChange *change)
{
  const BrgStoreContents *now = &session->contents;
  guint64 end_seq = now->first_seq + now->entries->len;

  change->history = (BrgHistoryChange){ now->first_seq, end_seq, NULL, now->position_seq };
  change->has_history = strchr ("eruyf", action) != NULL;
  if (action == 'e' || action == 'r')
    {
      change->history.entries = brg_history_entries_new ();
      g_ptr_array_add (change->history.entries, make_entry (session, action));
      change->history.cut_seq = now->position_seq;
      change->history.position_seq = now->position_seq + 1;
    }
  if (action == 'u')
    change->history.position_seq--;
  if (action == 'y')
    change->history.position_seq++;
  if (action == 'f')
    change->history.first_seq += N_DROPPED;
  if (action == 'n')
    change->name = name_of (session);
  if (action == 't')
    change->thumbnail_png = g_bytes_new_static ("\x89PNG\r\n\x1a\nnot really", 19);
  change->log = g_strdup_printf ("Action %c", action);
}

static BrgRecipes *
recipes_after (const StoreSession *session, char action, const BrgHistoryChange *change)
{
  const BrgHistoryEntry *entry = NULL;

  if (action == 'r')
    entry = change->entries->pdata[0];
  else if (action == 'u')
    entry = entry_at (session, position (session) - 1);
  else if (action == 'y')
    entry = entry_at (session, position (session));
  if (entry == NULL || entry->delta != NULL)
    return NULL;
  return action == 'u' ? entry->before : entry->after;
}

static void
clear_change (BrgStoreChange *change)
{
  g_clear_pointer (&change->history.entries, g_ptr_array_unref);
  g_clear_pointer (&change->thumbnail_png, g_bytes_unref);
  g_clear_pointer (&change->name, g_free);
  g_clear_pointer (&change->log, g_free);
}

/* The model after an action that adds an entry. */
static void
add_entry (StoreSession *session, char action)
{
  BrgStoreContents *now = &session->contents;
  BrgHistoryEntry *entry = make_entry (session, action);

  g_ptr_array_set_size (now->entries, (int) position (session));
  g_ptr_array_add (now->entries, entry);
  now->position_seq++;
  flip (session, entry, TRUE);
}

static void
step_history (StoreSession *session, char action)
{
  BrgStoreContents *now = &session->contents;

  switch (action)
    {
    case 'e':
    case 'r':
      add_entry (session, action);
      break;
    case 'u':
      flip (session, entry_at (session, position (session) - 1), FALSE);
      now->position_seq--;
      break;
    case 'y':
      flip (session, entry_at (session, position (session)), TRUE);
      now->position_seq++;
      break;
    case 'f':
      g_ptr_array_remove_range (now->entries, 0, N_DROPPED);
      now->first_seq += N_DROPPED;
      break;
    default:
      break;
    }
}

void
store_session_skip (StoreSession *session)
{
  char action = session->script[session->n_done];

  step_history (session, action);
  if (action == 'n')
    {
      g_free (session->contents.name);
      session->contents.name = name_of (session);
    }
  if (action == 's')
    session->file = !session->file;
  session->n_log += strchr ("xs", action) == NULL;
  session->is_marked = strchr ("xs", action) == NULL;
  session->next_entry++;
  session->n_done++;
}

void
store_session_go_to (StoreSession *session, guint n)
{
  while (session->n_done < n)
    store_session_skip (session);
}

static gboolean
apply (StoreSession *session, char action, BrgStore *store, GError **error)
{
  BrgStoreChange change = { 0 };

  fill_change (session, action, &change);
  change.recipes = recipes_after (session, action, &change.history);
  gboolean ok = brg_store_apply (store, &change, error);
  clear_change (&change);
  return ok;
}

static gboolean
open_file (StoreSession *session, guint file, BrgStore **store, GError **error)
{
  g_autofree char *path = store_session_path (session, file);

  *store = brg_store_open (path, BRG_STORE_WRITE, error);
  return *store != NULL;
}

static gboolean
create (StoreSession *session, BrgStore **store, GError **error)
{
  g_autofree char *path = store_session_path (session, 0);

  *store = brg_store_create (path, &session->contents, FALSE, NULL, error);
  return *store != NULL;
}

/* The old file needs no proper end for the copy to be whole. */
static gboolean
save_as (StoreSession *session, BrgStore **store, GError **error)
{
  g_autofree char *path = store_session_path (session, !session->file);
  BrgStore *copy;

  if (!brg_store_copy (*store, path, NULL, error) ||
      !open_file (session, !session->file, &copy, error))
    return FALSE;
  brg_store_close (g_steal_pointer (store), NULL);
  *store = copy;
  return TRUE;
}

static gboolean
close_and_open (StoreSession *session, BrgStore **store, GError **error)
{
  return brg_store_close (g_steal_pointer (store), error) &&
         open_file (session, session->file, store, error);
}

gboolean
store_session_act (StoreSession *session, BrgStore **store, GError **error)
{
  char action = session->script[session->n_done];
  gboolean ok;

  if (*store == NULL && action != 'c' && !open_file (session, session->file, store, error))
    return FALSE;
  if (action == 'c')
    ok = create (session, store, error);
  else if (action == 'x')
    ok = close_and_open (session, store, error);
  else if (action == 's')
    ok = save_as (session, store, error);
  else
    ok = apply (session, action, *store, error);
  if (ok)
    store_session_skip (session);
  return ok;
}

/* Sound whatever it holds. */
static void
read_log (const char *path, guint *n_log)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = NULL;
  BrgStore *store = brg_store_open (path, BRG_STORE_READ, &error);

  g_assert_no_error (error);
  brg_store_read_log (store, &records, &error);
  g_assert_no_error (error);
  *n_log = records->len;
  brg_store_close (store, NULL);
}

static gboolean
is_same (const StoreSession *session, const BrgStoreContents *found, guint n_log)
{
  const BrgStoreContents *now = &session->contents;
  BrgMask *added, *removed;

  store_live_edits (found, &added, &removed);
  gboolean same =
    brg_mask_equal (added, session->added) && brg_mask_equal (removed, session->removed) &&
    brg_recipes_equal (found->recipes, now->recipes) && g_str_equal (found->name, now->name) &&
    found->first_seq == now->first_seq && found->position_seq == now->position_seq &&
    found->entries->len == now->entries->len && n_log == session->n_log;
  brg_mask_unref (added);
  brg_mask_unref (removed);
  return same;
}

gboolean
store_session_matches (const StoreSession *session)
{
  g_autofree char *path = store_session_path (session, session->file);
  BrgStoreContents found;
  guint n_log;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return session->n_done == 0;
  store_read (path, &found);
  read_log (path, &n_log);
  gboolean same = session->n_done > 0 && is_same (session, &found, n_log);
  g_assert_cmpint (memcmp (found.scan->hu, session->contents.scan->hu,
                           brg_grid_n_voxels (&found.scan->grid) * sizeof *found.scan->hu),
                   ==, 0);
  if (same)
    store_assert_entries_equal (found.entries, session->contents.entries);
  brg_store_contents_clear (&found);
  return same;
}
