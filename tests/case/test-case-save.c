/* A case that cannot be saved where it is, and one that is saved elsewhere. */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "case/brg-case-private.h"
#include "phantom.h"
#include "kept-case.h"

/* Working time and number of records of a file. */
static guint64
read_seconds (const char *path)
{
  BrgStore *store = brg_store_open (path, BRG_STORE_READ, NULL);
  BrgStoreSummary summary;

  g_assert_true (brg_store_load_summary (store, &summary, NULL));
  guint64 seconds = summary.seconds;
  brg_store_summary_clear (&summary);
  brg_store_close (store, NULL);
  return seconds;
}

/* A case that is worked on, and the same one opened for looking only. */
static void
open_twice (CaseFixture *first, CaseFixture *second, gboolean is_named)
{
  kept_case_open (first);
  if (is_named)
    kept_case_work (first);
  else
    kept_case_dab (first->document, 10, 10, 10, FALSE);
  case_fixture_settle_saving (first);
  case_fixture_init (second);
  kept_case_reopen (second, brg_case_get_path (first->document));
  case_fixture_settle (second);
}

static void
clear_both (CaseFixture *first, CaseFixture *second)
{
  case_fixture_close (second);
  case_fixture_close (first);
  case_fixture_clear (first);
  case_fixture_clear (second);
}

/* The copy of what was only looked at has the log, the working time and the history of the file,
 * and the defect that was looked at. */
static void
test_copy_of_locked (void)
{
  CaseFixture first, second;

  open_twice (&first, &second, TRUE);
  g_autofree char *old_log = kept_case_read_log (brg_case_get_path (first.document));
  guint64 seconds = read_seconds (brg_case_get_path (first.document));
  brg_case_set_active (second.document, 1);
  Portrait state = portrait_new (second.document);
  g_autofree char *copy = kept_case_path (&second, "Copy One.bregma");
  g_assert_true (kept_case_save_as (&second, copy, NULL));
  case_fixture_settle_saving (&second);
  g_assert_cmpstr (brg_case_get_name (second.document), ==, "Frontal");
  g_autofree char *log = kept_case_read_log (copy);
  g_autofree char *expected = g_strconcat (old_log, "Saved as a copy\n", NULL);
  g_assert_cmpstr (log, ==, expected);
  g_assert_cmpuint (read_seconds (copy), >=, seconds);
  case_fixture_close (&second);
  kept_case_reopen (&second, copy);
  portrait_assert (second.document, &state);
  portrait_clear (&state);
  clear_both (&first, &second);
}

/* The file went on meanwhile: what is saved is what the window shows. */
static void
test_copy_of_changed (void)
{
  CaseFixture first, second;

  open_twice (&first, &second, TRUE);
  Portrait state = portrait_new (second.document);
  kept_case_dab (first.document, 25, 25, 25, FALSE);
  case_fixture_settle_saving (&first);
  g_autofree char *copy = kept_case_path (&second, "Copy.bregma");
  g_assert_true (kept_case_save_as (&second, copy, NULL));
  case_fixture_close (&second);
  kept_case_reopen (&second, copy);
  portrait_assert (second.document, &state);
  g_autofree char *log = kept_case_read_log (copy);
  g_assert_true (g_str_has_suffix (log, " other data dropped\nSaved as a copy\n"));
  portrait_clear (&state);
  clear_both (&first, &second);
}

/* Nor can it be copied when it is gone; working time and history stay. */
static void
test_copy_of_gone (void)
{
  CaseFixture first, second;

  open_twice (&first, &second, FALSE);
  Portrait state = portrait_new (second.document);
  g_autofree char *aside = kept_case_path (&first, "Aside.bregma");
  g_autofree char *path = g_strdup (brg_case_get_path (first.document));
  g_assert_cmpint (g_rename (path, aside), ==, 0);
  g_autofree char *copy = kept_case_path (&second, "Copy.bregma");
  g_assert_true (kept_case_save_as (&second, copy, NULL));
  g_assert_cmpstr (brg_case_get_name (second.document), ==, "Copy");
  g_assert_cmpint (g_rename (aside, path), ==, 0);
  g_free (state.name);
  state.name = g_strdup ("Copy");
  case_fixture_close (&second);
  kept_case_reopen (&second, copy);
  portrait_assert (second.document, &state);
  portrait_clear (&state);
  clear_both (&first, &second);
}

static void
count_cb (guint *n)
{
  (*n)++;
}

/* Nothing that was said of the old file is said of the copy; told by "path", at the end. */
static void
test_statements (void)
{
  CaseFixture first, second;
  guint n_read_only = 0, n_path = 0;

  open_twice (&first, &second, FALSE);
  g_assert_cmpstr (brg_case_get_source (second.document), ==, "Case01.bregma");
  g_signal_connect_swapped (second.document, "notify::read-only", G_CALLBACK (count_cb),
                            &n_read_only);
  g_signal_connect_swapped (second.document, "notify::path", G_CALLBACK (count_cb), &n_path);
  g_autofree char *copy = kept_case_path (&second, "Copy One.bregma");
  g_assert_true (kept_case_save_as (&second, copy, NULL));
  g_assert_cmpstr (brg_case_get_source (second.document), ==, "Copy One.bregma");
  g_assert_cmpstr (brg_case_get_name (second.document), ==, "Copy_One");
  g_assert_null (brg_case_get_read_only_reason (second.document));
  g_assert_cmpuint (n_read_only, ==, 1);
  g_assert_cmpuint (n_path, >=, 1);

  g_autofree char *again = kept_case_path (&second, "Zwölf.bregma");
  g_assert_true (kept_case_save_as (&second, again, NULL));
  g_assert_cmpstr (brg_case_get_source (second.document), ==, "Zwölf.bregma");
  g_assert_cmpstr (brg_case_get_name (second.document), ==, "Zw_lf");
  g_assert_cmpint (g_remove (brg_case_get_path (first.document)), ==, 0);
  g_autofree char *mine = kept_case_path (&first, "Mine.bregma");
  g_assert_true (kept_case_save_as (&first, mine, NULL));
  g_assert_cmpstr (brg_case_get_source (first.document), ==, "Head.nrrd");
  g_assert_cmpstr (brg_case_get_name (first.document), ==, "Mine");
  clear_both (&first, &second);
}

static gboolean saw_recovered;

static void
see_recovered_cb (BrgCase *document)
{
  saw_recovered = brg_case_get_was_recovered (document);
}

/* A case that was left open is recovered; a copy of it is not. */
static void
test_recovered (void)
{
  CaseFixture first, second;

  kept_case_open (&first);
  kept_case_dab (first.document, 10, 10, 10, FALSE);
  case_fixture_settle_saving (&first);
  case_fixture_init (&second);
  g_autofree char *left = kept_case_path (&second, "Case01.bregma");
  case_fixture_copy_file (brg_case_get_path (first.document), left);
  kept_case_reopen (&second, left);
  g_assert_true (brg_case_get_was_recovered (second.document));
  saw_recovered = TRUE;
  g_signal_connect (second.document, "notify::path", G_CALLBACK (see_recovered_cb), NULL);
  g_autofree char *copy = kept_case_path (&second, "Left.bregma");
  g_assert_true (kept_case_save_as (&second, copy, NULL));
  g_assert_false (brg_case_get_was_recovered (second.document));
  g_assert_false (saw_recovered);
  clear_both (&first, &second);
}

/* Each way to change the case, refused in words; controls are told to go back. */
static void
assert_refuses_all (CaseFixture *fixture, const char *words)
{
  BrgCase *document = fixture->document;
  const int vox[3] = { 1, 1, 1 };
  Portrait before = portrait_new (document);
  guint failed = fixture->n_failed, recipe = fixture->n_recipe;

  case_fixture_set_param (fixture, "threshold-lo", 333, FALSE);
  g_assert_nonnull (strstr (fixture->message, words));
  case_fixture_set_param (fixture, "threshold-lo", 334, TRUE);
  kept_case_dab (document, 9, 9, 9, FALSE);
  brg_case_clear_edits (document);
  brg_case_fill_between (document);
  brg_case_remove_island_at (document, vox);
  g_assert_false (brg_case_undo (document));
  g_assert_false (brg_case_redo (document));
  g_assert_false (brg_case_jump (document, 0));
  g_assert_false (brg_case_add_defect (document));
  g_assert_false (brg_case_remove_defect (document, 0));
  g_assert_false (brg_case_set_name (document, "Other"));
  g_assert_cmpuint (fixture->n_failed - failed, ==, 12);
  g_assert_cmpuint (fixture->n_recipe - recipe, ==, 12);
  portrait_assert (document, &before);
  portrait_clear (&before);
}

/* Open elsewhere: looked at, not changed, and a copy of it is worked on. */
static void
test_locked (void)
{
  CaseFixture first, second;
  g_autoptr (GError) error = NULL;

  kept_case_open (&first);
  kept_case_work (&first);
  case_fixture_settle_saving (&first);
  Portrait state = portrait_new (first.document);
  case_fixture_init (&second);
  kept_case_reopen (&second, brg_case_get_path (first.document));
  g_assert_true (brg_case_get_read_only (second.document));
  g_assert_cmpstr (brg_case_get_read_only_reason (second.document), ==,
                   "Case01.bregma is open in another window or program. Save a copy under another "
                   "name to change it.");
  case_fixture_settle (&second);
  g_assert_false (brg_case_get_was_recovered (second.document));
  portrait_assert (second.document, &state);
  assert_refuses_all (&second, "Case01.bregma is open in another window");
  brg_case_set_active (second.document, 1);
  g_assert_cmpuint (brg_case_get_active (second.document), ==, 1);
  brg_case_set_active (second.document, 0);

  g_assert_false (kept_case_save_as (&second, brg_case_get_path (first.document), &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_LOCKED);
  g_assert_true (brg_case_get_read_only (second.document));
  g_autofree char *copy = kept_case_path (&second, "Copy.bregma");
  g_assert_true (kept_case_save_as (&second, copy, NULL));
  g_assert_false (brg_case_get_read_only (second.document));
  kept_case_dab (second.document, 9, 9, 9, FALSE);
  kept_case_dab (second.document, 11, 9, 9, FALSE);
  g_assert_true (brg_case_undo (second.document));
  Portrait changed = portrait_new (second.document);
  case_fixture_close (&second);
  assert_refuses_all (&second, "closed");
  kept_case_reopen (&second, copy);
  portrait_assert (second.document, &changed);
  portrait_assert (first.document, &state);
  portrait_clear (&state);
  portrait_clear (&changed);
  case_fixture_close (&first);
  case_fixture_clear (&first);
  case_fixture_clear (&second);
}

/* The superuser may write everywhere: the child is somebody else, and may be looked into by the
 * leak sanitizer all the same. */
static void
look_at_protected (void)
{
  CaseFixture fixture;

  if (geteuid () == 0)
    g_assert_cmpint (setuid (65534) | prctl (PR_SET_DUMPABLE, 1), ==, 0);
  kept_case_open (&fixture);
  kept_case_work (&fixture);
  Portrait state = portrait_new (fixture.document);
  g_autofree char *path = g_strdup (brg_case_get_path (fixture.document));
  case_fixture_close (&fixture);
  g_assert_cmpint (g_chmod (path, 0400), ==, 0);
  kept_case_reopen (&fixture, path);
  g_assert_false (brg_case_get_was_recovered (fixture.document));
  case_fixture_settle (&fixture);
  assert_refuses_all (&fixture, "write-protected");
  portrait_assert (fixture.document, &state);
  g_autofree char *copy = kept_case_path (&fixture, "Mine.bregma");
  g_assert_true (kept_case_save_as (&fixture, copy, NULL));
  kept_case_dab (fixture.document, 9, 9, 9, FALSE);
  g_assert_cmpuint (brg_case_get_history_position (fixture.document), ==, state.position + 1);
  case_fixture_close (&fixture);
  portrait_clear (&state);
  case_fixture_clear (&fixture);
}

static void
test_write_protected (void)
{
  if (g_test_subprocess ())
    {
      look_at_protected ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* Work goes on in the copy, whose name the case takes; the old file keeps what it was. */
static void
test_save_as (void)
{
  CaseFixture fixture;
  g_autoptr (GError) itself = NULL;

  kept_case_open (&fixture);
  kept_case_dab (fixture.document, 10, 10, 10, FALSE);
  Portrait old = portrait_new (fixture.document);
  g_autofree char *old_path = g_strdup (brg_case_get_path (fixture.document));
  g_assert_false (kept_case_save_as (&fixture, old_path, &itself));
  g_assert_nonnull (strstr (itself->message, "is this case itself"));

  g_autofree char *path = kept_case_path (&fixture, "Left.bregma");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GAsyncResult *result = NULL;
  brg_case_save_as_async (fixture.document, file, NULL, case_fixture_done_cb, &result);
  kept_case_dab (fixture.document, 20, 20, 20, FALSE);
  case_fixture_wait_for (&result);
  g_assert_true (brg_case_save_as_finish (fixture.document, result, NULL));
  g_object_unref (result);
  g_assert_cmpstr (brg_case_get_path (fixture.document), ==, path);
  g_assert_cmpstr (brg_case_get_name (fixture.document), ==, "Left");
  Portrait new = portrait_new (fixture.document);
  case_fixture_close (&fixture);
  g_autofree char *log = kept_case_read_log (path);
  g_assert_cmpstr (log, ==,
                   "Case made from a scan of 41 x 41 x 41 voxels: 1 file of NRRD0005; 0 other data "
                   "dropped\nPaint bone, axial\nSaved as a copy\n"
                   "Paint bone, axial\nNamed Left\n");
  kept_case_reopen (&fixture, old_path);
  portrait_assert (fixture.document, &old);
  g_assert_false (brg_case_get_was_recovered (fixture.document));
  kept_case_reopen (&fixture, path);
  portrait_assert (fixture.document, &new);
  portrait_clear (&old);
  portrait_clear (&new);
  case_fixture_clear (&fixture);
}

/* A case without a file, whose history has begun to go at its old end, becomes one. */
static void
test_save_from_memory (void)
{
  CaseFixture fixture;

  case_fixture_open (&fixture);
  brg_history_set_budget (fixture.document->history, 2000, 2);
  kept_case_work (&fixture);
  for (int n = 0; n < 8; n++)
    kept_case_dab (fixture.document, 5 + 4 * n, 20, 12, n % 3 == 0);
  g_assert_cmpuint (brg_history_get_first_seq (fixture.document->history), >=, 1);
  g_autofree char *path = kept_case_path (&fixture, "Late.bregma");
  g_assert_true (kept_case_save_as (&fixture, path, NULL));
  kept_case_dab (fixture.document, 8, 8, 8, FALSE);
  Portrait state = portrait_new (fixture.document);
  case_fixture_close (&fixture);
  kept_case_reopen (&fixture, path);
  portrait_assert (fixture.document, &state);
  g_assert_true (brg_case_jump (fixture.document, 0));
  g_assert_false (brg_mask_is_empty (brg_case_get_added (fixture.document)));
  portrait_clear (&state);
  case_fixture_clear (&fixture);
}

/* Somebody removes the file: work goes on in memory, it is said, and saved elsewhere. */
static void
test_vanished (void)
{
  CaseFixture fixture;

  kept_case_open (&fixture);
  kept_case_work (&fixture);
  case_fixture_settle_saving (&fixture);
  g_assert_cmpint (g_remove (brg_case_get_path (fixture.document)), ==, 0);
  kept_case_dab (fixture.document, 12, 12, 12, FALSE);
  while (brg_case_get_save_error (fixture.document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (g_str_has_prefix (brg_case_get_save_error (fixture.document), "Case01.bregma: "));
  g_assert_true (brg_case_get_saving (fixture.document));
  kept_case_dab (fixture.document, 14, 14, 14, TRUE);

  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;
  brg_case_close_async (fixture.document, NULL, case_fixture_done_cb, &result);
  case_fixture_wait_for (&result);
  g_assert_false (brg_case_close_finish (fixture.document, result, &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_GONE);
  g_object_unref (result);
  kept_case_dab (fixture.document, 16, 16, 16, TRUE);
  Portrait state = portrait_new (fixture.document);
  g_autofree char *path = kept_case_path (&fixture, "Saved.bregma");
  g_assert_true (kept_case_save_as (&fixture, path, NULL));
  g_assert_cmpstr (brg_case_get_name (fixture.document), ==, "Frontal");
  case_fixture_settle_saving (&fixture);
  g_assert_null (brg_case_get_save_error (fixture.document));
  case_fixture_close (&fixture);
  kept_case_reopen (&fixture, path);
  portrait_assert (fixture.document, &state);
  portrait_clear (&state);
  case_fixture_clear (&fixture);
}

/* No file can be made: all is kept in memory and nothing blocks; then it can. */
static void
test_no_folder (void)
{
  CaseFixture fixture;

  case_fixture_init (&fixture);
  g_autofree char *file = kept_case_path (&fixture, "file");
  g_autofree char *folder = kept_case_path (&fixture, "file/cases");
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  brg_case_set_folder (fixture.document, folder);
  kept_case_reopen (&fixture, fixture.path);
  kept_case_work (&fixture);
  while (brg_case_get_save_error (fixture.document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (brg_case_get_save_error (fixture.document), ==, "cases: Not a directory");
  g_assert_cmpint (g_remove (file), ==, 0);
  brg_case_retry_saving (fixture.document);
  case_fixture_settle_saving (&fixture);
  g_assert_null (brg_case_get_save_error (fixture.document));
  Portrait state = portrait_new (fixture.document);
  g_autofree char *path = g_strdup (brg_case_get_path (fixture.document));
  case_fixture_close (&fixture);
  kept_case_reopen (&fixture, path);
  portrait_assert (fixture.document, &state);
  portrait_clear (&state);
  case_fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/case-store/locked", test_locked);
  g_test_add_func ("/case-store/copy-of-locked", test_copy_of_locked);
  g_test_add_func ("/case-store/copy-of-changed", test_copy_of_changed);
  g_test_add_func ("/case-store/copy-of-gone", test_copy_of_gone);
  g_test_add_func ("/case-store/statements", test_statements);
  g_test_add_func ("/case-store/recovered", test_recovered);
  g_test_add_func ("/case-store/write-protected", test_write_protected);
  g_test_add_func ("/case-store/save-as", test_save_as);
  g_test_add_func ("/case-store/save-from-memory", test_save_from_memory);
  g_test_add_func ("/case-store/vanished", test_vanished);
  g_test_add_func ("/case-store/no-folder", test_no_folder);
  return g_test_run ();
}
