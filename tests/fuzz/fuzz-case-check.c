#include "fuzz-case-check.h"

#include <glib/gstdio.h>

#include "../case/store-fixture.h"
#include "case/brg-store-edits.h"
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

static BrgStore *
open_store (const char *path, BrgStoreMode mode)
{
  g_autoptr (GError) error = NULL;
  BrgStore *store = brg_store_open (path, mode, &error);

  if (store == NULL)
    check_error (error);
  return store;
}

static gboolean
load (const char *path, BrgStoreContents *contents)
{
  BrgStore *store = open_store (path, BRG_STORE_READ);

  *contents = (BrgStoreContents){ 0 };
  if (store == NULL)
    return FALSE;
  gboolean is_sound = read_all (store, contents);
  if (is_sound)
    check_contents (contents);
  brg_store_close (store, NULL);
  return is_sound;
}

static void
apply (BrgStore *store, const BrgStoreChange *change)
{
  g_autoptr (GError) error = NULL;

  brg_store_apply (store, change, &error);
  g_assert_no_error (error);
}

/* The live edits as the app makes them; they may contradict themselves, which it tells. */
static void
check_live_edits (const BrgStoreContents *contents, BrgStoreContents *flipped)
{
  g_autoptr (GError) error = NULL;
  BrgMask *added, *removed;

  if (!brg_store_contents_flip_past (flipped, "Case.bregma", &error))
    {
      g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT);
      return;
    }
  store_live_edits (contents, &added, &removed);
  g_assert_cmpuint (brg_mask_count_and (added, removed), ==, 0);
  g_assert_true (flipped->added == NULL ? brg_mask_is_empty (added)
                                        : brg_mask_equal (flipped->added, added));
  g_assert_true (flipped->removed == NULL ? brg_mask_is_empty (removed)
                                          : brg_mask_equal (flipped->removed, removed));
  brg_mask_unref (added);
  brg_mask_unref (removed);
}

/* An entry behind the past, in the file and in `contents`. */
static void
add_entry (BrgStore *store, BrgStoreContents *contents)
{
  g_autoptr (GPtrArray) entries = brg_history_entries_new ();
  BrgStoreChange change = { .has_history = TRUE,
                            .name = (char *) "Other",
                            .log = (char *) "Drawn." };
  BrgStoreContents found;

  g_ptr_array_add (entries, store_fixture_entry (&contents->scan->grid, 2));
  change.history = (BrgHistoryChange){ contents->first_seq, contents->position_seq, entries,
                                       contents->position_seq + 1 };
  apply (store, &change);
  g_free (contents->name);
  contents->name = g_strdup ("Other");
  g_ptr_array_set_size (contents->entries, (int) (contents->position_seq - contents->first_seq));
  g_ptr_array_extend_and_steal (contents->entries, g_steal_pointer (&entries));
  contents->position_seq++;
  g_assert_true (read_all (store, &found));
  store_assert_equal (contents, &found);
  brg_store_contents_clear (&found);
}

/* All goes from the history into the base, which shows no more. */
static void
fold (BrgStore *store, const BrgStoreContents *contents)
{
  guint64 end = contents->position_seq;
  BrgStoreChange change = { .has_history = TRUE, .history = { end, end, NULL, end } };
  BrgStoreContents found;
  BrgMask *before[2], *after[2];

  apply (store, &change);
  g_assert_true (read_all (store, &found));
  g_assert_cmpuint (found.entries->len, ==, 0);
  store_live_edits (contents, &before[0], &before[1]);
  store_live_edits (&found, &after[0], &after[1]);
  for (int m = 0; m < 2; m++)
    {
      g_assert_true (brg_mask_equal (before[m], after[m]));
      brg_mask_unref (before[m]);
      brg_mask_unref (after[m]);
    }
  brg_store_contents_clear (&found);
}

/* Where the bytes of a case are now: of one that was converted beside it. */
static char *
find_original (const char *path)
{
  for (int format = 1; format < BRG_STORE_FORMAT; format++)
    {
      g_autofree char *stem = g_strndup (path, strlen (path) - strlen (".bregma"));
      g_autofree char *kept = g_strdup_printf ("%s.format-%d.bregma", stem, format);
      if (g_file_test (kept, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&kept);
    }
  return g_strdup (path);
}

static void
check_untouched (const char *path, GBytes *before)
{
  g_autofree char *original = find_original (path);
  g_autoptr (GBytes) after = read_file (original);

  g_assert_true (g_bytes_equal (before, after));
}

/* Saves the case as another file, which is the same. */
static char *
make_copy (BrgStore *store, const BrgStoreContents *contents)
{
  char *copy = g_build_filename (fuzz_folder (), "Copy.bregma", NULL);
  g_autoptr (GError) error = NULL;
  BrgStoreContents copied;

  brg_store_copy (store, copy, NULL, &error);
  g_assert_no_error (error);
  store_read (copy, &copied);
  store_assert_equal (contents, &copied);
  brg_store_contents_clear (&copied);
  return copy;
}

/* A file that can be read may be too damaged around that to be written to. */
static gboolean
is_writable (BrgStore *store)
{
  BrgStoreChange change = { .log = (char *) "Opened." };
  g_autoptr (GError) error = NULL;

  if (brg_store_apply (store, &change, &error))
    return TRUE;
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT);
  check_error (error);
  return FALSE;
}

/* Goes on in the copy, as a user would. */
static BrgStore *
change_to_copy (BrgStore *store, const char *copy, GBytes *before)
{
  g_autofree char *path = g_strdup (brg_store_get_path (store));
  BrgStoreContents contents;

  brg_store_close (store, NULL);
  check_untouched (path, before);
  store = open_store (copy, BRG_STORE_WRITE);
  g_assert_nonnull (store);
  g_assert_true (read_all (store, &contents));
  brg_store_contents_clear (&contents);
  g_assert_true (is_writable (store));
  return store;
}

static void
work (BrgStore *store, BrgStoreContents *contents, GBytes *before)
{
  g_autofree char *copy = make_copy (store, contents);
  g_autoptr (GError) error = NULL;

  if (!is_writable (store))
    store = change_to_copy (store, copy, before);
  if (contents->position_seq < LAST_SEQ) /* more are refused */
    {
      add_entry (store, contents);
      fold (store, contents);
    }
  brg_store_close (store, &error);
  g_assert_no_error (error);
}

/* Of an earlier format, which is converted to be written: a file that is too damaged for that is
 * only read. SQLite has the number at byte 60, most significant byte first. */
static gboolean
is_old (GBytes *file)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (file, &size);

  return size > 63 && bytes[63] < BRG_STORE_FORMAT;
}

void
fuzz_case_check (const char *path)
{
  g_autoptr (GBytes) before = read_file (path);
  BrgStoreContents contents, again = { 0 };
  gboolean is_sound = load (path, &contents);

  check_untouched (path, before);
  BrgStore *store = open_store (path, BRG_STORE_WRITE);
  gboolean is_sound_again = store != NULL && read_all (store, &again);
  gboolean is_not_converted = store == NULL && is_sound && is_old (before);
  g_assert_true (is_sound_again == is_sound || is_not_converted);
  if (is_sound_again)
    {
      store_assert_equal (&contents, &again);
      check_live_edits (&contents, &again);
      work (store, &contents, before);
    }
  else
    {
      brg_store_close (store, NULL);
      check_untouched (path, before);
    }
  g_assert_true (is_sound_again || fuzz_clear () == 1);
  fuzz_clear ();
  brg_store_contents_clear (&contents);
  brg_store_contents_clear (&again);
}
