/* The case file: what is kept is what is found, whole or not at all, locked, never in the way. */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "phantom.h"
#include "store-fixture.h"
#include "store-forge.h"

static BrgStore *
open_store (const StoreFixture *fixture, BrgStoreMode mode)
{
  g_autoptr (GError) error = NULL;
  BrgStore *store = brg_store_open (fixture->path, mode, &error);

  g_assert_no_error (error);
  return store;
}

static void
close_store (BrgStore *store)
{
  g_autoptr (GError) error = NULL;

  brg_store_close (store, &error);
  g_assert_no_error (error);
}

static void
assert_refused (const char *path, BrgStoreMode mode, BrgStoreError code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (path);

  g_assert_null (brg_store_open (path, mode, &error));
  g_assert_error (error, BRG_STORE_ERROR, (int) code);
  g_assert_true (g_str_has_prefix (error->message, name));
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_round_trip (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreContents found;
  (void) data;

  store_fixture_write (fixture);
  store_read (fixture->path, &found);
  store_assert_equal (&fixture->contents, &found);
  g_assert_cmpuint (found.seconds, ==, 3600);
  g_assert_false (found.was_left_open);
  brg_store_contents_clear (&found);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 1);
}

/* As little as there can be, and one slab with a single row. */
static void
test_smallest (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreContents small = { 0 }, found;
  g_autoptr (GError) error = NULL;
  (void) data;

  small.name = g_strdup ("ü");
  small.recipes = brg_recipes_ref (fixture->contents.recipes);
  small.entries = brg_history_entries_new ();
  store_fixture_set_scan (&small, 1, 1, 1);
  close_store (brg_store_create (fixture->path, &small, FALSE, NULL, &error));
  g_assert_no_error (error);
  store_read (fixture->path, &found);
  store_assert_equal (&small, &found);
  g_assert_null (found.added);
  g_assert_null (found.removed);
  brg_store_contents_clear (&found);
  brg_store_contents_clear (&small);
}

/* Writes and reads on so many threads. */
static GBytes *
write_on_threads (StoreFixture *fixture, int n_threads)
{
  BrgJob job = BRG_JOB_INIT;
  BrgStoreContents found;
  g_autoptr (GError) error = NULL;

  job.n_threads = n_threads;
  BrgStore *store = brg_store_create (fixture->path, &fixture->contents, TRUE, &job, &error);
  g_assert_no_error (error);
  brg_store_load (store, &found, &job, &error);
  g_assert_no_error (error);
  store_assert_equal (&fixture->contents, &found);
  brg_store_contents_clear (&found);
  GBytes *bytes = store_forge_read (fixture->path); /* before the time of work is noted */
  close_store (store);
  return bytes;
}

/* More than one slab and more than one piece of the base, on 1, 2 and 7 threads: one file. */
static void
test_threads (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreContents *contents = &fixture->contents;
  (void) data;

  brg_volume_unref (contents->scan);
  brg_mask_unref (contents->added);
  g_ptr_array_unref (contents->entries);
  store_fixture_set_scan (contents, 1000, 1000, 5);
  contents->entries = store_fixture_entries (&contents->scan->grid, 5, 9);
  contents->added = NULL;
  contents->removed = brg_mask_new (&contents->scan->grid, NULL);
  for (int k = 0; k < 5; k++)
    brg_mask_set (contents->removed, 999, k, k, true);
  g_autoptr (GBytes) one = write_on_threads (fixture, 1);
  g_autoptr (GBytes) two = write_on_threads (fixture, 2);
  g_autoptr (GBytes) seven = write_on_threads (fixture, 7);
  g_assert_true (g_bytes_equal (one, two));
  g_assert_true (g_bytes_equal (one, seven));
}

/* Applies what happened since `before` and compares file and memory. */
static void
apply (BrgStore *store, BrgStoreContents *now, guint64 cut_seq, guint64 first_seq)
{
  BrgStoreChange change = { .has_history = TRUE, .recipes = now->recipes, .active = now->active };
  g_autoptr (GPtrArray) entries = brg_history_entries_new ();
  g_autoptr (GError) error = NULL;

  for (guint64 e = cut_seq - now->first_seq; e < now->entries->len; e++)
    g_ptr_array_add (entries, brg_history_entry_ref (now->entries->pdata[e]));
  change.history = (BrgHistoryChange){ first_seq, cut_seq, entries, now->position_seq };
  brg_store_apply (store, &change, &error);
  g_assert_no_error (error);
}

static void
test_apply (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreContents *now = &fixture->contents, found;
  (void) data;

  store_fixture_write (fixture);
  BrgStore *store = open_store (fixture, BRG_STORE_WRITE);
  /* a new action after an undo of two: entries 12 and 13 go */
  g_ptr_array_set_size (now->entries, 7);
  g_ptr_array_add (now->entries, store_fixture_entry (&now->scan->grid, 40));
  g_ptr_array_add (now->entries, store_fixture_entry (&now->scan->grid, 43));
  now->position_seq = 14;
  brg_recipes_unref (now->recipes);
  now->recipes = store_fixture_recipes (12.25);
  now->active = 0;
  apply (store, now, 12, 5);
  store_read (fixture->path, &found);
  store_assert_equal (now, &found);
  brg_store_contents_clear (&found);
  /* undo alone */
  now->position_seq = 6;
  apply (store, now, 14, 5);
  store_read (fixture->path, &found);
  store_assert_equal (now, &found);
  brg_store_contents_clear (&found);
  close_store (store);
}

/* Entries that go at the front stay in the live edits. */
static void
test_trim (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreContents *now = &fixture->contents, found;
  BrgMask *before[2], *after[2];
  (void) data;

  store_fixture_write (fixture);
  store_live_edits (now, &before[0], &before[1]);
  BrgStore *store = open_store (fixture, BRG_STORE_WRITE);
  apply (store, now, 14, 10);
  store_read (fixture->path, &found);
  g_assert_cmpuint (found.first_seq, ==, 10);
  g_assert_cmpuint (found.entries->len, ==, 4);
  g_assert_cmpuint (brg_mask_count (found.added), >, 1);
  store_live_edits (&found, &after[0], &after[1]);
  for (int m = 0; m < 2; m++)
    {
      g_assert_true (brg_mask_equal (before[m], after[m]));
      brg_mask_unref (before[m]);
      brg_mask_unref (after[m]);
    }
  close_store (store);
  brg_store_contents_clear (&found);
}

static void
test_wrong_change (StoreFixture *fixture, gconstpointer data)
{
  static const guint64 wrong[][3] = { /* first, cut, position */
                                      { 4, 14, 12 },
                                      { 5, 15, 12 },
                                      { 5, 14, 15 },
                                      { 6, 14, 5 },
                                      { 15, 14, 15 }
  };
  BrgStoreContents found;
  (void) data;

  store_fixture_write (fixture);
  BrgStore *store = open_store (fixture, BRG_STORE_WRITE);
  for (gsize w = 0; w < G_N_ELEMENTS (wrong); w++)
    {
      BrgStoreChange change = { .has_history = TRUE };
      g_autoptr (GError) error = NULL;
      change.history = (BrgHistoryChange){ wrong[w][0], wrong[w][1], NULL, wrong[w][2] };
      g_assert_false (brg_store_apply (store, &change, &error));
      g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_IO);
    }
  store_read (fixture->path, &found);
  store_assert_equal (&fixture->contents, &found);
  brg_store_contents_clear (&found);
  close_store (store);
}

static void
test_name_and_time (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreChange change = { .name = (char *) "Frontal" };
  BrgStoreContents found;
  g_autoptr (GError) error = NULL;
  (void) data;

  store_fixture_write (fixture);
  BrgStore *store = open_store (fixture, BRG_STORE_WRITE);
  brg_store_apply (store, &change, &error);
  g_assert_no_error (error);
  change.name = (char *) "two\nlines";
  g_assert_false (brg_store_apply (store, &change, &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_IO);
  g_usleep (1100000);
  close_store (store);
  store_read (fixture->path, &found);
  g_assert_cmpstr (found.name, ==, "Frontal");
  g_assert_cmpuint (found.seconds, >=, 3601);
  g_assert_cmpuint (found.seconds, <, 3660);
  brg_store_contents_clear (&found);
}

/* A session that ends without a word is told of; one that changed nothing leaves no mark. */
static void
test_left_open (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreChange change = { .name = (char *) "A" };
  BrgStoreSummary summary;
  BrgStoreContents found;
  (void) data;

  store_fixture_write (fixture);
  BrgStore *store = open_store (fixture, BRG_STORE_WRITE);
  g_assert_true (brg_store_apply (store, &change, NULL));
  BrgStore *beside = open_store (fixture, BRG_STORE_READ);
  g_assert_true (brg_store_load_summary (beside, &summary, NULL));
  g_assert_true (summary.in_use);
  g_assert_false (summary.was_left_open);
  brg_store_summary_clear (&summary);
  close_store (beside);
  /* what a kill would leave */
  g_autoptr (GBytes) bytes = store_forge_read (fixture->path);
  close_store (store);
  store_forge_write (fixture->path, bytes);
  for (int pass = 0; pass < 2; pass++)
    {
      beside = open_store (fixture, pass == 0 ? BRG_STORE_READ : BRG_STORE_WRITE);
      g_assert_true (brg_store_load_summary (beside, &summary, NULL));
      g_assert_false (summary.in_use);
      g_assert_true (summary.was_left_open);
      brg_store_summary_clear (&summary);
      g_assert_true (brg_store_load (beside, &found, NULL, NULL));
      g_assert_true (found.was_left_open);
      brg_store_contents_clear (&found);
      close_store (beside);
    }
  store_read (fixture->path, &found);
  g_assert_false (found.was_left_open);
  brg_store_contents_clear (&found);
}

static void
test_summary (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreSummary summary;
  (void) data;

  store_fixture_write (fixture);
  BrgStore *store = open_store (fixture, BRG_STORE_READ);
  g_assert_true (brg_store_load_summary (store, &summary, NULL));
  g_assert_cmpstr (summary.name, ==, "Case07");
  g_assert_cmpuint (summary.n_defects, ==, 2);
  g_assert_cmpuint (summary.n_entries, ==, 9);
  g_assert_cmpuint (summary.seconds, ==, 3600);
  g_assert_true (summary.has_edits);
  g_assert_false (summary.was_left_open);
  g_assert_false (summary.in_use);
  g_assert_null (summary.thumbnail_png);
  g_assert_cmpint (summary.dim[0], ==, 70);
  g_assert_cmpint (summary.dim[1], ==, 9);
  g_assert_cmpint (summary.dim[2], ==, 12);
  g_assert_cmpfloat_with_epsilon (summary.spacing_mm[0], 0.45, 1e-3);
  g_assert_cmpfloat_with_epsilon (summary.spacing_mm[2], 0.8, 1e-3);
  brg_store_summary_clear (&summary);
  close_store (store);
}

static void
test_locked (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreContents found;
  (void) data;

  store_fixture_write (fixture);
  BrgStore *store = open_store (fixture, BRG_STORE_WRITE);
  assert_refused (fixture->path, BRG_STORE_WRITE, BRG_STORE_ERROR_LOCKED, "is open in another");
  store_read (fixture->path, &found);
  brg_store_contents_clear (&found);
  g_assert_null (brg_store_create (fixture->path, &fixture->contents, TRUE, NULL, NULL));
  apply (store, &fixture->contents, 14, 5);
  close_store (store);
  close_store (open_store (fixture, BRG_STORE_WRITE));
}

static void
test_gone (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreChange change = { .name = (char *) "A" };
  g_autofree char *aside = g_build_filename (fixture->dir, "aside", NULL);
  (void) data;

  store_fixture_write (fixture);
  for (int replaced = 0; replaced < 2; replaced++)
    {
      g_autoptr (GError) error = NULL;
      BrgStore *store = open_store (fixture, BRG_STORE_WRITE);
      g_rename (fixture->path, aside);
      if (replaced)
        g_file_set_contents (fixture->path, "x", 1, NULL);
      g_assert_false (brg_store_apply (store, &change, &error));
      g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_GONE);
      g_assert_nonnull (strstr (error->message, "Case07.bregma: was removed or replaced"));
      g_rename (aside, fixture->path);
      g_assert_true (brg_store_apply (store, &change, NULL));
      close_store (store);
    }
}

/* A link leads to the case; a copy or a new case takes the place of the link. */
static void
test_link (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *real = g_build_filename (fixture->dir, "Case07.bregma", NULL);
  g_autofree char *elsewhere = g_build_filename (fixture->dir, "links", NULL);
  BrgStoreChange change = { .name = (char *) "A" };
  (void) data;

  store_fixture_write (fixture);
  g_assert_cmpint (g_mkdir (elsewhere, 0755), ==, 0);
  g_free (fixture->path);
  fixture->path = g_build_filename (elsewhere, "link.bregma", NULL);
  g_assert_cmpint (symlink ("../Case07.bregma", fixture->path), ==, 0);
  BrgStore *store = open_store (fixture, BRG_STORE_WRITE);
  g_assert_cmpstr (brg_store_get_path (store), ==, real);
  g_assert_true (brg_store_apply (store, &change, NULL));
  assert_refused (real, BRG_STORE_WRITE, BRG_STORE_ERROR_LOCKED, "is open in another");
  close_store (store);
  close_store (brg_store_create (fixture->path, &fixture->contents, TRUE, NULL, NULL));
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 3);
}

static void
assert_mode (const char *path, guint mode)
{
  GStatBuf about;

  g_assert_cmpint (g_stat (path, &about), ==, 0);
  g_assert_cmphex (about.st_mode & 0777, ==, mode);
}

/* For its owner alone, whatever the umask says, and what it replaces or what a crash left. What he
 * gave it stays when it is written to. */
static void
test_permissions (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *left = g_build_filename (fixture->dir, ".Case07.bregma.part", NULL);
  g_autofree char *copy = g_build_filename (fixture->dir, "Copy.bregma", NULL);
  mode_t before = umask (0);
  BrgStoreChange change = { .log = (char *) "A change" };
  (void) data;

  g_assert_true (g_file_set_contents (left, "left", -1, NULL));
  g_assert_cmpint (g_chmod (left, 0666), ==, 0);
  store_fixture_write (fixture);
  assert_mode (fixture->path, 0600);
  g_assert_cmpint (g_chmod (fixture->path, 0640), ==, 0);
  BrgStore *store = open_store (fixture, BRG_STORE_WRITE);
  g_assert_true (brg_store_apply (store, &change, NULL));
  g_assert_true (brg_store_copy (store, copy, NULL, NULL));
  close_store (store);
  assert_mode (fixture->path, 0640);
  assert_mode (copy, 0600);
  close_store (brg_store_create (fixture->path, &fixture->contents, TRUE, NULL, NULL));
  assert_mode (fixture->path, 0600);
  umask (before);
}

#define CHANGES 40

/* One change after the other: entry, position and name go together. */
static gpointer
change_again_and_again (gpointer data)
{
  StoreFixture *fixture = data;
  BrgStore *store = open_store (fixture, BRG_STORE_WRITE);

  for (guint c = 0; c < CHANGES; c++)
    {
      g_autofree char *name = g_strdup_printf ("%u", 10 + c);
      g_autoptr (GPtrArray) entries = store_fixture_entries (&fixture->contents.scan->grid, c, 1);
      BrgStoreChange change = { .has_history = TRUE, .name = name };
      change.history = (BrgHistoryChange){ 5, 14 + c, entries, 15 + c };
      g_assert_true (brg_store_apply (store, &change, NULL));
    }
  close_store (store);
  return NULL;
}

/* Readers beside a writer find the state before or after a change, whole, and take no lock from it.
 */
static void
test_beside_a_writer (StoreFixture *fixture, gconstpointer data)
{
  guint64 n = 0;
  (void) data;

  g_free (fixture->contents.name);
  fixture->contents.name = g_strdup ("9");
  store_fixture_write (fixture);
  GThread *writer = g_thread_new ("writer", change_again_and_again, fixture);
  while (n < 9 + CHANGES)
    {
      BrgStoreSummary summary;
      BrgStore *store = open_store (fixture, BRG_STORE_READ);
      g_assert_true (brg_store_load_summary (store, &summary, NULL));
      g_assert_cmpuint (summary.n_entries, >=, n);
      n = summary.n_entries;
      g_assert_cmpuint (g_ascii_strtoull (summary.name, NULL, 10), ==, n);
      brg_store_summary_clear (&summary);
      close_store (store);
    }
  g_thread_join (writer);
}

static void
test_create_exists (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  (void) data;

  g_assert_true (g_file_set_contents (fixture->path, "mine", -1, NULL));
  g_assert_null (brg_store_create (fixture->path, &fixture->contents, FALSE, NULL, &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_EXISTS);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 1);
  g_clear_error (&error);
  BrgStore *store = brg_store_create (fixture->path, &fixture->contents, TRUE, NULL, &error);
  g_assert_no_error (error);
  close_store (store);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 1);
  g_assert_null (brg_store_create (fixture->dir, &fixture->contents, TRUE, NULL, &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_IO);
}

/* What a crash can leave in the folder: half a file under the hidden name, the same file under both
 * names, the journal of a case that is gone. */
static void
test_remains (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *part = g_build_filename (fixture->dir, ".Case07.bregma.part", NULL);
  g_autofree char *journal = g_strconcat (fixture->path, "-journal", NULL);
  BrgJob job = BRG_JOB_INIT;
  BrgStoreContents found;
  g_autoptr (GError) error = NULL;
  (void) data;

  g_assert_true (g_file_set_contents (part, "half a case", -1, NULL));
  g_assert_true (
    g_file_set_contents (journal, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 and more", -1, NULL));
  store_fixture_write (fixture);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 1);
  g_assert_cmpint (link (fixture->path, part), ==, 0);
  g_assert_null (brg_store_create (fixture->path, &fixture->contents, FALSE, NULL, &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_EXISTS);
  store_read (fixture->path, &found);
  brg_store_contents_clear (&found);
  brg_job_cancel (&job);
  g_assert_null (brg_store_create (fixture->path, &fixture->contents, TRUE, &job, NULL));
  store_read (fixture->path, &found);
  store_assert_equal (&fixture->contents, &found);
  brg_store_contents_clear (&found);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 1);
}

static void
test_not_there (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *lost = g_build_filename (fixture->dir, "lost", "Case07.bregma", NULL);
  g_autoptr (GError) error = NULL;
  (void) data;

  assert_refused (fixture->path, BRG_STORE_READ, BRG_STORE_ERROR_IO, "No such file");
  assert_refused (fixture->path, BRG_STORE_WRITE, BRG_STORE_ERROR_IO, "No such file");
  assert_refused (fixture->dir, BRG_STORE_READ, BRG_STORE_ERROR_FOREIGN, "is a folder");
  assert_refused (fixture->dir, BRG_STORE_WRITE, BRG_STORE_ERROR_FOREIGN, "is a folder");
  g_assert_null (brg_store_create (lost, &fixture->contents, FALSE, NULL, &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_IO);
  g_assert_cmpstr (error->message, ==, "Case07.bregma: No such file or directory");
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 0);
}

static void
test_cancel (StoreFixture *fixture, gconstpointer data)
{
  BrgJob job = BRG_JOB_INIT;
  BrgStoreContents found;
  g_autoptr (GError) error = NULL;
  (void) data;

  brg_job_cancel (&job);
  g_assert_null (brg_store_create (fixture->path, &fixture->contents, FALSE, &job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 0);
  store_fixture_write (fixture);
  BrgStore *store = open_store (fixture, BRG_STORE_READ);
  g_assert_false (brg_store_load (store, &found, &job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (found.scan);
  close_store (store);
}

/* As many defects as a recipe may have can be read back. */
static void
test_many_defects (StoreFixture *fixture, gconstpointer data)
{
  g_autofree BrgRecipe *recipes = g_new (BrgRecipe, BRG_RECIPE_MAX_DEFECTS);
  BrgStoreContents found;
  (void) data;

  for (int r = 0; r < BRG_RECIPE_MAX_DEFECTS; r++)
    {
      recipes[r] = fixture->contents.recipes->recipe[1];
      recipes[r].defect.at_mm = brg_vec3 (-1e5 / 3, -1e5 / 7, -1e5 / 9);
      recipes[r].defect.width_mm = 40.0 / 3 + r / 7.0 / 1000;
    }
  brg_recipes_unref (fixture->contents.recipes);
  fixture->contents.recipes = brg_recipes_new (recipes, BRG_RECIPE_MAX_DEFECTS);
  store_fixture_write (fixture);
  store_read (fixture->path, &found);
  store_assert_equal (&fixture->contents, &found);
  brg_store_contents_clear (&found);
}

#define ADD(path, func)                                                                            \
  g_test_add (path, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/store/round-trip", test_round_trip);
  ADD ("/store/smallest", test_smallest);
  ADD ("/store/threads", test_threads);
  ADD ("/store/apply", test_apply);
  ADD ("/store/trim", test_trim);
  ADD ("/store/wrong-change", test_wrong_change);
  ADD ("/store/name-and-time", test_name_and_time);
  ADD ("/store/left-open", test_left_open);
  ADD ("/store/summary", test_summary);
  ADD ("/store/locked", test_locked);
  ADD ("/store/gone", test_gone);
  ADD ("/store/link", test_link);
  ADD ("/store/permissions", test_permissions);
  ADD ("/store/beside-a-writer", test_beside_a_writer);
  ADD ("/store/create-exists", test_create_exists);
  ADD ("/store/remains", test_remains);
  ADD ("/store/not-there", test_not_there);
  ADD ("/store/cancel", test_cancel);
  ADD ("/store/many-defects", test_many_defects);
  return g_test_run ();
}
