/* The case file when memory is short, for our buffers and for SQLite's, or the user cancels: a
 * clean error, no leak, and a file that is whole or not there. */

#include <sqlite3.h>
#include <string.h>

#include "engine/failure-loop.h"
#include "phantom.h"
#include "store-fixture.h"

/* Two slabs and two pieces of the base. */
static StoreFixture fixture;

static BrgStatus
status_of (const GError *fault, BrgError *error)
{
  BrgStatus status = BRG_FORMAT;

  if (fault == NULL)
    return BRG_OK;
  if (g_error_matches (fault, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    status = BRG_CANCELLED;
  if (g_error_matches (fault, BRG_STORE_ERROR, BRG_STORE_ERROR_NO_MEMORY))
    status = BRG_NO_MEMORY;
  return brg_error_set (error, status, "%s", fault->message);
}

static BrgStatus
create (void *data, BrgJob *job, BrgError *error)
{
  g_autoptr (GError) fault = NULL;
  BrgStore *store = brg_store_create (fixture.path, &fixture.contents, TRUE, job, &fault);
  (void) data;

  g_assert_true ((store != NULL) == (fault == NULL));
  g_assert_cmpuint (test_folder_count (fixture.dir), <=, 1);
  brg_store_close (store, NULL);
  return status_of (fault, error);
}

static BrgStatus
load (void *data, BrgJob *job, BrgError *error)
{
  g_autoptr (GError) fault = NULL;
  BrgStoreContents contents;
  (void) data;

  if (brg_store_load (data, &contents, job, &fault))
    brg_store_contents_clear (&contents);
  g_assert_null (contents.scan);
  return status_of (fault, error);
}

static BrgStatus
copy (void *data, BrgJob *job, BrgError *error)
{
  g_autofree char *path = g_build_filename (fixture.dir, "Copy.bregma", NULL);
  g_autoptr (GError) fault = NULL;

  brg_store_copy (data, path, job, &fault);
  g_assert_cmpuint (test_folder_count (fixture.dir), <=, 2);
  return status_of (fault, error);
}

/* Folds edits into the base. */
static BrgStatus
trim (void *data, BrgJob *job, BrgError *error)
{
  g_autoptr (GError) fault = NULL;
  BrgStoreChange change = { .has_history = TRUE, .history = { 7, 14, NULL, 12 } };
  (void) job;

  brg_store_apply (data, &change, &fault);
  return status_of (fault, error);
}

static BrgStore *
open_store (BrgStoreMode mode)
{
  g_autoptr (GError) error = NULL;
  BrgStore *store = brg_store_open (fixture.path, mode, &error);

  g_assert_no_error (error);
  return store;
}

static void
close_store (BrgStore *store)
{
  g_assert_true (brg_store_close (store, NULL));
}

static void
test_memory (void)
{
  failure_of_memory (create, NULL);
  BrgStore *store = open_store (BRG_STORE_READ);
  failure_of_memory (load, store);
  close_store (store);
  store = open_store (BRG_STORE_WRITE);
  failure_of_memory (trim, store);
  close_store (store);
}

static void
test_patience (void)
{
  failure_of_patience (create, NULL);
  BrgStore *store = open_store (BRG_STORE_READ);
  failure_of_patience (load, store);
  failure_of_patience (copy, store);
  close_store (store);
}

static sqlite3_mem_methods system_memory;
static int allocations_left = G_MAXINT;

static void *
allocate (int size)
{
  return g_atomic_int_add (&allocations_left, -1) > 0 ? system_memory.xMalloc (size) : NULL;
}

static void *
reallocate (void *block, int size)
{
  return g_atomic_int_add (&allocations_left, -1) > 0 ? system_memory.xRealloc (block, size) : NULL;
}

static void
limit_sqlite (void)
{
  sqlite3_mem_methods limited;

  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_GETMALLOC, &system_memory), ==, SQLITE_OK);
  limited = system_memory;
  limited.xMalloc = allocate;
  limited.xRealloc = reallocate;
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_MALLOC, &limited), ==, SQLITE_OK);
}

/* A step succeeds without an error, or fails with one. */
static gboolean
is_good (gboolean ok, GError **error)
{
  g_assert_true (ok == (*error == NULL));
  return ok;
}

/* A session of all there is; the error of the first step that fails. */
static void
work (GError **error)
{
  BrgStoreChange change = { .has_history = TRUE, .history = { 6, 14, NULL, 14 } };
  BrgStoreContents contents = { 0 };
  BrgStoreSummary summary = { 0 };
  g_autoptr (GPtrArray) records = NULL;
  g_autofree char *path = g_build_filename (fixture.dir, "Copy.bregma", NULL);
  BrgStore *store = brg_store_create (fixture.path, &fixture.contents, TRUE, NULL, error);

  change.log = (char *) "Trim";
  change.recipes = fixture.contents.recipes;
  if (is_good (store != NULL, error) && is_good (brg_store_apply (store, &change, error), error) &&
      is_good (brg_store_load (store, &contents, NULL, error), error) &&
      is_good (brg_store_load_summary (store, &summary, error), error) &&
      is_good (brg_store_read_log (store, &records, error), error))
    is_good (brg_store_copy (store, path, NULL, error), error);
  brg_store_contents_clear (&contents);
  brg_store_summary_clear (&summary);
  brg_store_close (store, *error == NULL ? error : NULL);
}

/* What is there under the two names can be opened and read. */
static void
assert_whole (void)
{
  static const char *const names[] = { "Case07.bregma", "Copy.bregma" };

  for (int n = 0; n < 2; n++)
    {
      g_autofree char *path = g_build_filename (fixture.dir, names[n], NULL);
      BrgStoreContents found;
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      store_read (path, &found);
      brg_store_contents_clear (&found);
    }
}

static void
test_sqlite_memory (void)
{
  int n_failures = 0;

  for (int allowed = 0;; allowed += allowed < 60 ? 1 : 1 + allowed / 40)
    {
      g_autoptr (GError) error = NULL;
      allocations_left = allowed;
      work (&error);
      gboolean was_short = allocations_left < 0;
      allocations_left = G_MAXINT;
      assert_whole ();
      if (!was_short)
        {
          g_assert_no_error (error);
          break;
        }
      if (error != NULL)
        g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_NO_MEMORY);
      n_failures += error != NULL ? 1 : 0;
    }
  g_assert_cmpint (n_failures, >, 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  limit_sqlite ();
  store_fixture_init (&fixture);
  g_test_add_func ("/store-failure/memory", test_memory);
  g_test_add_func ("/store-failure/patience", test_patience);
  g_test_add_func ("/store-failure/sqlite-memory", test_sqlite_memory);
  int status = g_test_run ();
  store_fixture_clear (&fixture);
  return status;
}
