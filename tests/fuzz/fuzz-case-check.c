#include "fuzz-case-check.h"

#include <glib/gstdio.h>

#include "../case/store-fixture.h"
#include "fuzz.h"

#define LAST_SEQ (G_GUINT64_CONSTANT (1) << 60)

static void
check_error (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_cmpuint (strlen (error->message), <, 1000);
}

static GBytes *
read_file (const char *path)
{
  char *text;
  gsize size;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  return g_bytes_new_take (text, size);
}

/* Everything that can be asked of a store; are the contents sound? */
static gboolean
read_all (BrgStore *store, BrgStoreContents *contents)
{
  g_autoptr (GError) error = NULL, no_summary = NULL, no_log = NULL;
  g_autoptr (GPtrArray) records = NULL;
  BrgStoreSummary summary;
  BrgJob job = BRG_JOB_INIT;

  job.n_threads = 1;
  if (!brg_store_load_summary (store, &summary, &no_summary))
    check_error (no_summary);
  brg_store_summary_clear (&summary);
  if (!brg_store_read_log (store, &records, &no_log))
    check_error (no_log);
  if (brg_store_load (store, contents, &job, &error))
    return TRUE;
  check_error (error);
  return FALSE;
}

static void
check_contents (const BrgStoreContents *contents)
{
  BrgMask *added, *removed;

  g_assert_true (g_utf8_validate (contents->name, -1, NULL));
  g_assert_cmpuint (contents->active, <, contents->recipes->n);
  for (guint r = 0; r < contents->recipes->n; r++)
    g_assert_cmpint (brg_recipe_check (&contents->recipes->recipe[r], NULL), ==, BRG_OK);
  g_assert_cmpuint (contents->first_seq, <=, contents->position_seq);
  g_assert_cmpuint (contents->position_seq, <=, contents->first_seq + contents->entries->len);
  store_live_edits (contents, &added, &removed);
  for (guint64 e = contents->position_seq - contents->first_seq; e < contents->entries->len; e++)
    {
      const BrgHistoryEntry *entry = contents->entries->pdata[e];
      if (entry->delta != NULL)
        g_assert_true (brg_edit_delta_apply (entry->delta, added, removed));
    }
  brg_mask_unref (added);
  brg_mask_unref (removed);
}

static gboolean
load (const char *path, BrgStoreMode mode, BrgStoreContents *contents)
{
  g_autoptr (GError) error = NULL;
  BrgStore *store = brg_store_open (path, mode, &error);

  *contents = (BrgStoreContents){ 0 };
  if (store == NULL)
    {
      check_error (error);
      return FALSE;
    }
  gboolean is_sound = read_all (store, contents);
  if (is_sound)
    check_contents (contents);
  brg_store_close (store, NULL);
  return is_sound;
}

static void
add_entry (BrgStoreChange *change, const BrgStoreContents *contents)
{
  GPtrArray *entries = brg_history_entries_new ();

  g_ptr_array_add (entries, store_fixture_entry (&contents->scan->grid, 2));
  *change =
    (BrgStoreChange){ .has_history = TRUE, .name = (char *) "Other", .log = (char *) "Edited." };
  change->history = (BrgHistoryChange){ contents->first_seq, contents->position_seq, entries,
                                        contents->position_seq + 1 };
}

static void
apply (const char *path, const BrgStoreChange *change)
{
  g_autoptr (GError) error = NULL;
  BrgStore *store = brg_store_open (path, BRG_STORE_WRITE, &error);

  g_assert_no_error (error);
  brg_store_apply (store, change, &error);
  g_assert_no_error (error);
  g_assert_true (brg_store_close (store, &error));
  g_assert_no_error (error);
}

/* The edit was taken over; then all goes from the history into the base, which shows no more. */
static void
check_work (const char *path, BrgStoreContents *contents)
{
  BrgStoreContents edited, folded;
  BrgMask *before[2], *after[2];
  BrgStoreChange change;

  if (contents->position_seq >= LAST_SEQ) /* more are refused */
    return;
  add_entry (&change, contents);
  apply (path, &change);
  store_read (path, &edited);
  g_assert_cmpstr (edited.name, ==, "Other");
  g_free (contents->name);
  contents->name = g_strdup ("Other");
  g_ptr_array_set_size (contents->entries, (int) (contents->position_seq - contents->first_seq));
  g_ptr_array_extend_and_steal (contents->entries, change.history.entries);
  contents->position_seq++;
  store_assert_equal (contents, &edited);

  change = (BrgStoreChange){ .has_history = TRUE };
  change.history =
    (BrgHistoryChange){ edited.position_seq, edited.position_seq, NULL, edited.position_seq };
  apply (path, &change);
  store_read (path, &folded);
  g_assert_cmpuint (folded.entries->len, ==, 0);
  store_live_edits (&edited, &before[0], &before[1]);
  store_live_edits (&folded, &after[0], &after[1]);
  for (int m = 0; m < 2; m++)
    {
      g_assert_true (brg_mask_equal (before[m], after[m]));
      brg_mask_unref (before[m]);
      brg_mask_unref (after[m]);
    }
  brg_store_contents_clear (&edited);
  brg_store_contents_clear (&folded);
}

static void
check_copy (const char *path, const BrgStoreContents *contents)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *copy = g_build_filename (fuzz_folder (), "Copy.bregma", NULL);
  BrgStore *store = brg_store_open (path, BRG_STORE_READ, &error);
  BrgStoreContents copied;

  g_assert_no_error (error);
  brg_store_copy (store, copy, NULL, &error);
  g_assert_no_error (error);
  brg_store_close (store, NULL);
  store_read (copy, &copied);
  store_assert_equal (contents, &copied);
  brg_store_contents_clear (&copied);
}

static void
check_untouched (const char *path, GBytes *before)
{
  g_autoptr (GBytes) after = read_file (path);

  g_assert_true (g_bytes_equal (before, after));
}

void
fuzz_case_check (const char *path)
{
  g_autoptr (GBytes) before = read_file (path);
  BrgStoreContents read, written;
  gboolean is_sound = load (path, BRG_STORE_READ, &read);

  check_untouched (path, before);
  g_assert_true (load (path, BRG_STORE_WRITE, &written) == is_sound);
  if (is_sound)
    {
      store_assert_equal (&read, &written);
      check_copy (path, &read);
      check_work (path, &read);
    }
  else
    check_untouched (path, before);
  brg_store_contents_clear (&read);
  brg_store_contents_clear (&written);
}
