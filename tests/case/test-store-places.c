/* Where a case lies: copies of it, places that cannot be written, what a crash left beside it, and
 * files of older formats. */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "phantom.h"
#include "store-fixture.h"
#include "store-forge.h"
#include "support/fault.h"

#define NOBODY 65534

static void
close_store (BrgStore *store)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (brg_store_close (store, &error));
  g_assert_no_error (error);
}

static void
assert_holds (const char *path, const BrgStoreContents *expected)
{
  BrgStoreContents found;

  store_read (path, &found);
  store_assert_equal (expected, &found);
  g_assert_false (found.was_left_open);
  brg_store_contents_clear (&found);
}

/* What a killed process left of another case goes when one is made beside it. */
static void
test_sweep (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *left = g_build_filename (fixture->dir, ".Case99.bregma.part", NULL);
  (void) data;

  g_assert_true (g_file_set_contents (left, "half a case", -1, NULL));
  store_fixture_write (fixture);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 1);
  assert_holds (fixture->path, &fixture->contents);
}

/* A case that is open, changed and not closed, copied by its owner and beside it. */
static void
test_copy (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *copy = g_build_filename (fixture->dir, "Copy.bregma", NULL);
  BrgStoreChange change = { .name = (char *) "Case08" };
  g_autoptr (GError) error = NULL;
  (void) data;

  store_fixture_write (fixture);
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_WRITE, NULL);
  g_assert_true (brg_store_apply (store, &change, NULL));
  g_free (fixture->contents.name);
  fixture->contents.name = g_strdup ("Case08");
  for (int pass = 0; pass < 2; pass++)
    {
      BrgStore *from = pass == 0 ? store : brg_store_open (fixture->path, BRG_STORE_READ, NULL);
      brg_store_copy (from, copy, NULL, &error);
      g_assert_no_error (error);
      assert_holds (copy, &fixture->contents);
      if (from != store)
        close_store (from);
    }
  g_assert_true (brg_store_apply (store, &change, &error));
  close_store (store);
  assert_holds (fixture->path, &fixture->contents);
  close_store (brg_store_open (copy, BRG_STORE_WRITE, NULL));
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 2);
}

static void
assert_no_copy (BrgStore *store, const char *to, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (brg_store_copy (store, to, NULL, &error));
  g_assert_error (error, BRG_STORE_ERROR, code);
}

static void
test_copy_refused (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *other = g_build_filename (fixture->dir, "Other.bregma", NULL);
  g_autofree char *lost = g_build_filename (fixture->dir, "lost", "Copy.bregma", NULL);
  BrgJob job = BRG_JOB_INIT;
  g_autoptr (GError) error = NULL;
  (void) data;

  store_fixture_write (fixture);
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_WRITE, NULL);
  BrgStore *busy = brg_store_create (other, &fixture->contents, FALSE, NULL, NULL);
  assert_no_copy (store, fixture->path, BRG_STORE_ERROR_LOCKED);
  assert_no_copy (store, other, BRG_STORE_ERROR_LOCKED);
  assert_no_copy (store, lost, BRG_STORE_ERROR_IO);
  assert_no_copy (store, fixture->dir, BRG_STORE_ERROR_IO);
  close_store (busy);
  brg_job_cancel (&job);
  g_assert_false (brg_store_copy (store, other, &job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  close_store (store);
  assert_holds (fixture->path, &fixture->contents);
  assert_holds (other, &fixture->contents);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 2);
}

static void
use_what_is_locked (StoreFixture *fixture)
{
  BrgStoreSummary summary;
  g_autoptr (GError) error = NULL;

  g_assert_null (brg_store_open (fixture->path, BRG_STORE_WRITE, &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_LOCKED);
  g_assert_cmpstr (error->message, ==, "Case07.bregma: is open in another window or program");
  assert_holds (fixture->path, &fixture->contents);
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_READ, NULL);
  g_assert_true (brg_store_load_summary (store, &summary, NULL));
  g_assert_true (summary.in_use);
  brg_store_summary_clear (&summary);
  assert_no_copy (store, fixture->path, BRG_STORE_ERROR_LOCKED);
  close_store (store);
}

/* A case that another program has open: a process of its own, without what ours knows. */
static void
test_locked_elsewhere (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreChange change = { .name = fixture->contents.name };
  int ready[2], done[2];
  char byte = 0;
  (void) data;

  store_fixture_write (fixture);
  g_assert_true (pipe (ready) == 0 && pipe (done) == 0);
  pid_t child = fork ();
  if (child == 0)
    {
      BrgStore *store = brg_store_open (fixture->path, BRG_STORE_WRITE, NULL);
      gboolean ok = brg_store_apply (store, &change, NULL) && write (ready[1], &byte, 1) == 1 &&
                    read (done[0], &byte, 1) == 1 && brg_store_apply (store, &change, NULL) &&
                    brg_store_close (store, NULL);
      _exit (ok ? 0 : 1);
    }
  int status;
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  use_what_is_locked (fixture);
  g_assert_cmpint (write (done[1], &byte, 1), ==, 1);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  close_store (brg_store_open (fixture->path, BRG_STORE_WRITE, NULL));
  for (int end = 0; end < 2; end++)
    {
      close (ready[end]);
      close (done[end]);
    }
}

/* Runs `step` in a process that may not write what belongs to another user, or to nobody. */
static void
run_without_rights (StoreFixture *fixture, void (*step) (StoreFixture *fixture))
{
  pid_t child = fork ();
  int status;

  if (child == 0)
    {
      if (geteuid () == 0)
        g_assert_cmpint (setuid (NOBODY), ==, 0);
      step (fixture);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

static void
assert_read_only (const char *path, BrgStoreMode mode, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (brg_store_open (path, mode, &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_READ_ONLY);
  g_assert_nonnull (strstr (error->message, words));
}

static void
use_read_only (StoreFixture *fixture)
{
  g_autofree char *copy = g_build_filename (fixture->dir, "Copy.bregma", NULL);
  BrgStoreSummary summary;
  BrgStore *store;

  assert_read_only (fixture->path, BRG_STORE_WRITE, "Case07.bregma: ");
  g_assert_null (brg_store_create (fixture->path, &fixture->contents, TRUE, NULL, NULL));
  assert_holds (fixture->path, &fixture->contents);
  store = brg_store_open (fixture->path, BRG_STORE_READ, NULL);
  g_assert_true (brg_store_load_summary (store, &summary, NULL));
  g_assert_false (summary.in_use);
  brg_store_summary_clear (&summary);
  assert_no_copy (store, copy, BRG_STORE_ERROR_READ_ONLY);
  close_store (store);
}

static void
test_read_only_folder (StoreFixture *fixture, gconstpointer data)
{
  (void) data;
  store_fixture_write (fixture);
  g_assert_cmpint (g_chmod (fixture->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (fixture->dir, 0555), ==, 0);
  run_without_rights (fixture, use_read_only);
  g_assert_cmpint (g_chmod (fixture->dir, 0755), ==, 0);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 1);
}

static void
use_read_only_file (StoreFixture *fixture)
{
  assert_read_only (fixture->path, BRG_STORE_WRITE, "Case07.bregma: cannot be written");
  assert_holds (fixture->path, &fixture->contents);
}

static void
test_read_only_file (StoreFixture *fixture, gconstpointer data)
{
  (void) data;
  store_fixture_write (fixture);
  g_assert_cmpint (g_chmod (fixture->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (fixture->dir, 0777), ==, 0);
  run_without_rights (fixture, use_read_only_file);
}

/* Changes the case and is killed at some call to the system. */
static void
die_in_a_write (const StoreFixture *fixture, guint64 at)
{
  BrgStoreChange change = { .name = (char *) "Never", .log = (char *) "Never" };
  pid_t child = fork ();

  if (child == 0)
    {
      BrgStore *store = brg_store_open (fixture->path, BRG_STORE_WRITE, NULL);
      fault_begin (fixture->dir, (Fault){ .kind = FAULT_AFTER, .at = at, .no_sync = true });
      brg_store_apply (store, &change, NULL);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
}

/* A case in the middle of a write: the journal beside it has the old pages, some of the file are
 * new. */
static void
leave_in_a_write (const StoreFixture *fixture)
{
  g_autofree char *journal = g_strconcat (fixture->path, "-journal", NULL);
  g_autoptr (GBytes) before = store_forge_read (fixture->path);

  for (guint64 at = 1;; at++)
    {
      g_autoptr (GBytes) after = NULL;
      die_in_a_write (fixture, at);
      after = store_forge_read (fixture->path);
      if (!g_bytes_equal (before, after))
        break;
      g_unlink (journal);
    }
  g_assert_true (g_file_test (journal, G_FILE_TEST_EXISTS));
}

static void
read_in_a_write (StoreFixture *fixture)
{
  assert_read_only (fixture->path, BRG_STORE_READ, "was left in the middle of a write");
}

static void
test_left_in_a_write (StoreFixture *fixture, gconstpointer data)
{
  (void) data;
  store_fixture_write (fixture);
  g_assert_cmpint (g_chmod (fixture->path, 0644), ==, 0);
  leave_in_a_write (fixture);
  g_assert_cmpint (g_chmod (fixture->dir, 0555), ==, 0);
  run_without_rights (fixture, read_in_a_write);
  g_assert_cmpint (g_chmod (fixture->dir, 0755), ==, 0);
  assert_holds (fixture->path, &fixture->contents);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 1);
}

/* A copy over such a case, or in its place when it is gone and its journal is not, is the copy. */
static void
copy_over_a_write (StoreFixture *fixture, gboolean is_gone)
{
  g_autofree char *other = g_build_filename (fixture->dir, "Other.bregma", NULL);
  BrgStoreChange change = { .name = (char *) "Case09" };

  store_fixture_write (fixture);
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_READ, NULL);
  g_assert_true (brg_store_copy (store, other, NULL, NULL));
  close_store (store);
  store = brg_store_open (other, BRG_STORE_WRITE, NULL);
  g_assert_true (brg_store_apply (store, &change, NULL));
  close_store (store);
  leave_in_a_write (fixture);
  if (is_gone)
    g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  store = brg_store_open (other, BRG_STORE_READ, NULL);
  g_assert_true (brg_store_copy (store, fixture->path, NULL, NULL));
  close_store (store);
  g_free (fixture->contents.name);
  fixture->contents.name = g_strdup ("Case09");
  assert_holds (fixture->path, &fixture->contents);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 2);
}

static void
test_copy_over_a_write (StoreFixture *fixture, gconstpointer data)
{
  (void) data;
  copy_over_a_write (fixture, FALSE);
}

static void
test_copy_beside_a_journal (StoreFixture *fixture, gconstpointer data)
{
  (void) data;
  copy_over_a_write (fixture, TRUE);
}

/* A journal that names another file would have SQLite remove that. */
static void
test_forged_journal (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *journal = g_strconcat (fixture->path, "-journal", NULL);
  g_autofree char *victim = g_build_filename (fixture->dir, "victim", NULL);
  g_autoptr (GString) bytes = g_string_new ("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7");
  (void) data;

  store_fixture_write (fixture);
  g_assert_true (g_file_set_contents (victim, "mine", -1, NULL));
  g_string_append_len (bytes, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\x20\0", 20);
  g_string_set_size (bytes, 512);
  g_string_append (bytes, victim);
  g_string_append_len (bytes, "\0\0\0\0\0\0\0\0\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 16);
  g_assert_true (g_file_set_contents (journal, bytes->str, (gssize) bytes->len, NULL));
  for (int mode = 0; mode < 2; mode++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (
        brg_store_open (fixture->path, mode == 0 ? BRG_STORE_READ : BRG_STORE_WRITE, &error));
      g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT);
      g_assert_nonnull (strstr (error->message, "names another file"));
    }
  g_assert_true (g_file_test (victim, G_FILE_TEST_EXISTS));
}

static void
copy_golden (StoreFixture *fixture, const char *name)
{
  g_autofree char *golden = g_test_build_filename (G_TEST_DIST, "case", "golden", name, NULL);
  g_autoptr (GBytes) bytes = store_forge_read (golden);

  store_forge_write (fixture->path, bytes);
  brg_store_contents_clear (&fixture->contents);
  store_fixture_fill (&fixture->contents, 8, 8, 8);
}

static void
assert_is_private (const char *path)
{
  GStatBuf about;

  g_assert_cmpint (g_stat (path, &about), ==, 0);
  g_assert_cmphex (about.st_mode & 0777, ==, 0600);
}

/* The first format is read as it is, and converted when it is to be written. */
static void
test_format_1 (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *kept = g_build_filename (fixture->dir, "Case07.format-1.bregma", NULL);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;
  (void) data;

  copy_golden (fixture, "format-1.bregma");
  g_assert_cmpint (g_chmod (fixture->path, 0644), ==, 0);
  g_autoptr (GBytes) old = store_forge_read (fixture->path);
  assert_holds (fixture->path, &fixture->contents);
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_READ, NULL);
  g_assert_true (brg_store_read_log (store, &records, NULL));
  g_assert_cmpuint (records->len, ==, 0);
  close_store (store);
  store = brg_store_open (fixture->path, BRG_STORE_WRITE, &error);
  g_assert_no_error (error);
  BrgStoreChange change = { .log = (char *) "First change" };
  g_assert_true (brg_store_apply (store, &change, NULL));
  g_ptr_array_unref (records);
  g_assert_true (brg_store_read_log (store, &records, NULL));
  g_assert_cmpuint (records->len, ==, 2);
  g_assert_cmpstr (((BrgStoreLogRecord *) records->pdata[0])->text, ==, "Converted from format 1");
  g_assert_cmpuint (((BrgStoreLogRecord *) records->pdata[0])->seconds, ==, 3600);
  close_store (store);
  assert_holds (fixture->path, &fixture->contents);
  g_autoptr (GBytes) same = store_forge_read (kept);
  g_assert_true (g_bytes_equal (old, same));
  assert_is_private (fixture->path);
  assert_is_private (kept);
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 2);
}

/* The second format has a log, which goes on, and no import. */
static void
test_format_2 (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *kept = g_build_filename (fixture->dir, "Case07.format-2.bregma", NULL);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;
  BrgStoreContents contents;
  (void) data;

  copy_golden (fixture, "format-2.bregma");
  g_autoptr (GBytes) old = store_forge_read (fixture->path);
  assert_holds (fixture->path, &fixture->contents);
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_READ, NULL);
  g_assert_true (brg_store_read_log (store, &records, NULL));
  g_assert_cmpuint (records->len, ==, 2);
  close_store (store);
  store = brg_store_open (fixture->path, BRG_STORE_WRITE, &error);
  g_assert_no_error (error);
  g_ptr_array_unref (records);
  g_assert_true (brg_store_read_log (store, &records, NULL));
  g_assert_cmpuint (records->len, ==, 3);
  g_assert_cmpstr (((BrgStoreLogRecord *) records->pdata[1])->text, ==, "First change");
  g_assert_cmpstr (((BrgStoreLogRecord *) records->pdata[2])->text, ==, "Converted from format 2");
  g_assert_true (brg_store_load (store, &contents, NULL, NULL));
  g_assert_false (brg_import_is_known (&contents.import));
  brg_store_contents_clear (&contents);
  close_store (store);
  assert_holds (fixture->path, &fixture->contents);
  g_autoptr (GBytes) same = store_forge_read (kept);
  g_assert_true (g_bytes_equal (old, same));
}

/* Kept files are never replaced; a broken old case is left alone. */
static void
test_format_1_again (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *second = g_build_filename (fixture->dir, "Case07.format-1-2.bregma", NULL);
  g_autoptr (GError) error = NULL;
  (void) data;

  for (int pass = 0; pass < 2; pass++)
    {
      copy_golden (fixture, "format-1.bregma");
      close_store (brg_store_open (fixture->path, BRG_STORE_WRITE, NULL));
    }
  g_assert_true (g_file_test (second, G_FILE_TEST_EXISTS));
  copy_golden (fixture, "format-1.bregma");
  store_forge_run (fixture->path, "UPDATE slab SET crc = crc + 1");
  g_autoptr (GBytes) before = store_forge_read (fixture->path);
  g_assert_null (brg_store_open (fixture->path, BRG_STORE_WRITE, &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT);
  g_autoptr (GBytes) after = store_forge_read (fixture->path);
  g_assert_true (g_bytes_equal (before, after));
  g_assert_cmpuint (test_folder_count (fixture->dir), ==, 3);
}

#define ADD(path, func)                                                                            \
  g_test_add (path, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/store-places/sweep", test_sweep);
  ADD ("/store-places/copy", test_copy);
  ADD ("/store-places/copy-refused", test_copy_refused);
  ADD ("/store-places/locked-elsewhere", test_locked_elsewhere);
  ADD ("/store-places/read-only-folder", test_read_only_folder);
  ADD ("/store-places/read-only-file", test_read_only_file);
  ADD ("/store-places/left-in-a-write", test_left_in_a_write);
  ADD ("/store-places/copy-over-a-write", test_copy_over_a_write);
  ADD ("/store-places/copy-beside-a-journal", test_copy_beside_a_journal);
  ADD ("/store-places/forged-journal", test_forged_journal);
  ADD ("/store-places/format-1", test_format_1);
  ADD ("/store-places/format-2", test_format_2);
  ADD ("/store-places/format-1-again", test_format_1_again);
  return g_test_run ();
}
