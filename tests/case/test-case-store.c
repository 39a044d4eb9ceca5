/* A case and its file: made, closed and opened, left by a crash, refused; its log and picture. */

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "case/brg-case-private.h"
#include "phantom.h"
#include "kept-case.h"

/* Names the folder in which a child that dies leaves its case. */
#define SHARED "BRG_TEST_SHARED"

static void
assert_file (BrgCase *document, const char *name)
{
  g_autofree char *file = g_path_get_basename (brg_case_get_path (document));
  g_assert_cmpstr (file, ==, name);
}

/* Every scan gets the next free name; the file is there when nothing is to be saved any more. */
static void
test_new_case (void)
{
  CaseFixture fixture;

  kept_case_open (&fixture);
  assert_file (fixture.document, "Case01.bregma");
  g_assert_true (g_file_test (brg_case_get_path (fixture.document), G_FILE_TEST_IS_REGULAR));
  g_assert_cmpstr (brg_case_get_name (fixture.document), ==, "Case01");
  kept_case_reopen (&fixture, fixture.path);
  g_assert_true (brg_case_get_saving (fixture.document));
  while (brg_case_get_path (fixture.document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  assert_file (fixture.document, "Case02.bregma");
  g_assert_cmpstr (brg_case_get_name (fixture.document), ==, "Case02");
  brg_case_set_folder (fixture.document, NULL);
  kept_case_reopen (&fixture, fixture.path);
  g_assert_null (brg_case_get_path (fixture.document));
  g_assert_false (brg_case_get_saving (fixture.document));
  g_assert_cmpstr (brg_case_get_name (fixture.document), ==, "Case01");
  case_fixture_close (&fixture);
  case_fixture_clear (&fixture);
}

/* Everything is as it was, and goes on from there; opening makes no entry. */
static void
test_reopen (void)
{
  CaseFixture fixture;

  kept_case_open (&fixture);
  kept_case_work (&fixture);
  brg_case_set_active (fixture.document, 1);
  Portrait before = portrait_new (fixture.document);
  g_autofree char *path = g_strdup (brg_case_get_path (fixture.document));
  case_fixture_close (&fixture);
  guint n_opened = fixture.n_opened;
  kept_case_reopen (&fixture, path);
  g_assert_cmpuint (fixture.n_opened, ==, n_opened + 1);
  portrait_assert (fixture.document, &before);
  g_assert_cmpstr (brg_case_get_path (fixture.document), ==, path);
  g_assert_cmpstr (brg_case_get_source (fixture.document), ==, "Case01.bregma");
  g_assert_false (brg_case_get_was_recovered (fixture.document));
  g_assert_false (brg_case_get_read_only (fixture.document));
  brg_case_set_active (fixture.document, 0);
  case_fixture_settle (&fixture);
  const BrgPipelineResult *result = brg_case_get_result (fixture.document);
  g_assert_cmpuint (brg_mask_count (result->defective) + brg_mask_count (result->implant), ==,
                    brg_mask_count (result->skull));

  g_assert_true (brg_case_redo (fixture.document));
  g_assert_true (brg_mask_get (brg_case_get_added (fixture.document), 30, 30, 30));
  g_assert_true (brg_case_jump (fixture.document, 0));
  g_assert_true (brg_mask_is_empty (brg_case_get_added (fixture.document)));
  g_assert_true (brg_mask_is_empty (brg_case_get_removed (fixture.document)));
  g_assert_cmpuint (brg_case_get_n_defects (fixture.document), ==, 1);
  portrait_clear (&before);
  case_fixture_clear (&fixture);
}

/* Looking at a case does not touch its file. */
static void
test_untouched (void)
{
  CaseFixture fixture;
  g_autofree char *before = NULL, *after = NULL;
  gsize n_before, n_after;

  kept_case_open (&fixture);
  kept_case_work (&fixture);
  g_autofree char *path = g_strdup (brg_case_get_path (fixture.document));
  case_fixture_close (&fixture);
  g_assert_true (g_file_get_contents (path, &before, &n_before, NULL));
  kept_case_reopen (&fixture, path);
  case_fixture_settle (&fixture);
  kept_case_reopen (&fixture, path);
  case_fixture_close (&fixture);
  g_assert_true (g_file_get_contents (path, &after, &n_after, NULL));
  g_assert_cmpmem (before, (int) n_before, after, (int) n_after);
  case_fixture_clear (&fixture);
}

/* The parent says where; the child dies with a case open, at a finished action. */
static void
die_at_work (const char *dir)
{
  CaseFixture fixture;

  kept_case_open (&fixture);
  g_autofree char *copy = g_build_filename (dir, "Killed.bregma", NULL);
  g_assert_true (kept_case_save_as (&fixture, copy, NULL));
  kept_case_work (&fixture);
  case_fixture_settle_saving (&fixture);
  test_folder_free (fixture.dir);
  kill (getpid (), SIGKILL);
}

static void
test_crash (void)
{
  CaseFixture fixture;

  if (g_test_subprocess ())
    {
      die_at_work (g_getenv (SHARED));
      return;
    }
  kept_case_open (&fixture);
  kept_case_work (&fixture);
  g_assert_true (brg_case_set_name (fixture.document, "Killed"));
  Portrait expected = portrait_new (fixture.document);
  g_free (expected.name);
  expected.name = g_strdup ("Frontal");
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_assert_false (g_test_trap_has_passed ());
  g_autofree char *path = g_build_filename (g_getenv (SHARED), "Killed.bregma", NULL);
  kept_case_reopen (&fixture, path);
  portrait_assert (fixture.document, &expected);
  g_assert_true (brg_case_get_was_recovered (fixture.document));
  kept_case_dab (fixture.document, 5, 5, 5, FALSE);
  case_fixture_close (&fixture);
  kept_case_reopen (&fixture, path);
  g_assert_false (brg_case_get_was_recovered (fixture.document));
  portrait_clear (&expected);
  case_fixture_clear (&fixture);
}

/* Dropped without a word: the writer finishes, and who opens the file waits for that. */
static void
test_drop (void)
{
  CaseFixture first, second;

  kept_case_open (&first);
  g_autofree char *path = kept_case_path (&first, "Kept.bregma");
  g_assert_true (kept_case_save_as (&first, path, NULL));
  kept_case_work (&first);
  Portrait expected = portrait_new (first.document);
  g_clear_object (&first.document);
  case_fixture_init (&second);
  kept_case_reopen (&second, path);
  g_assert_false (brg_case_get_read_only (second.document));
  g_assert_false (brg_case_get_was_recovered (second.document));
  portrait_assert (second.document, &expected);
  portrait_clear (&expected);
  case_fixture_clear (&second);
  first.document = brg_case_new ();
  case_fixture_clear (&first);
}

/* A byte of the file is another. */
static void
poke (const char *path, gsize at, char value)
{
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  bytes[at] = value;
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
}

static void
assert_not_opened (CaseFixture *fixture, const char *path, int code)
{
  g_autoptr (GError) error = NULL;
  Portrait before = portrait_new (fixture->document);
  g_autofree char *open_path = g_strdup (brg_case_get_path (fixture->document));
  g_autofree char *bytes = NULL, *after = NULL;
  gsize n_bytes, n_after;

  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  g_assert_false (case_fixture_open_path (fixture, path, NULL, &error));
  g_assert_error (error, BRG_STORE_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, "Bad.bregma: "));
  g_assert_true (g_file_get_contents (path, &after, &n_after, NULL));
  g_assert_cmpmem (bytes, (int) n_bytes, after, (int) n_after);
  g_assert_cmpstr (brg_case_get_path (fixture->document), ==, open_path);
  portrait_assert (fixture->document, &before);
  portrait_clear (&before);
}

/* What is no case of ours is refused; the open one stays as it was. */
static void
test_refused (void)
{
  CaseFixture fixture;

  kept_case_open (&fixture);
  kept_case_work (&fixture);
  g_autofree char *bad = kept_case_path (&fixture, "Bad.bregma");
  g_assert_true (kept_case_save_as (&fixture, bad, NULL));
  g_autofree char *good = kept_case_path (&fixture, "Good.bregma");
  g_assert_true (kept_case_save_as (&fixture, good, NULL));
  poke (bad, 63, 9);
  assert_not_opened (&fixture, bad, BRG_STORE_ERROR_NEWER);
  poke (bad, 63, BRG_STORE_FORMAT);
  poke (bad, 70, 'x');
  assert_not_opened (&fixture, bad, BRG_STORE_ERROR_FOREIGN);
  g_assert_true (g_file_set_contents (bad, "no database", -1, NULL));
  assert_not_opened (&fixture, bad, BRG_STORE_ERROR_FOREIGN);
  case_fixture_copy_file (good, bad);
  g_assert_cmpint (truncate (bad, 3 * 8192), ==, 0);
  assert_not_opened (&fixture, bad, BRG_STORE_ERROR_CORRUPT);
  kept_case_dab (fixture.document, 9, 9, 9, FALSE);
  case_fixture_close (&fixture);
  case_fixture_clear (&fixture);
}

/* What a session leaves in the log: one sentence per transaction, in English. */
static void
test_log (void)
{
  CaseFixture fixture;
  BrgCase *document;

  kept_case_open (&fixture);
  document = fixture.document;
  for (int hu = 151; hu <= 172; hu++)
    case_fixture_set_param (&fixture, "threshold-lo", hu, TRUE);
  brg_case_end_change (document);
  kept_case_dab (document, 10, 10, 10, FALSE);
  kept_case_dab (document, 20, 10, 10, TRUE);
  case_fixture_place_defect (&fixture);
  g_assert_true (brg_case_undo (document));
  g_assert_true (brg_case_jump (document, 1));
  g_assert_true (brg_case_jump (document, 3));
  g_assert_true (brg_case_redo (document));
  g_assert_true (brg_case_jump (document, 0));
  g_assert_true (brg_case_set_name (document, "Best"));
  case_fixture_set_param (&fixture, "clearance", 1, TRUE);
  _brg_case_flush (document);
  case_fixture_set_param (&fixture, "clearance", 0, TRUE);
  brg_case_end_change (document);
  g_autofree char *path = g_strdup (brg_case_get_path (document));
  case_fixture_close (&fixture);
  kept_case_reopen (&fixture, path);
  case_fixture_set_param (&fixture, "threshold-lo", 300, FALSE);
  case_fixture_close (&fixture);
  g_autofree char *log = kept_case_read_log (path);
  g_assert_cmpstr (log, ==,
                   "Case made from a scan of 41 x 41 x 41 voxels: 1 file of NRRD0005; 0 other "
                   "data dropped\n"
                   "Lower threshold 150 → 172 HU\n"
                   "Paint bone, axial\n"
                   "Erase, axial\n"
                   "Place defect\n"
                   "Undo: Place defect\n"
                   "Back to: Lower threshold 150 → 172 HU\n"
                   "Forward to: Erase, axial\n"
                   "Redo: Place defect\n"
                   "Back to the beginning\n"
                   "Named Best\n"
                   "Clearance 0 → 1 mm\n"
                   "Changed back\n"
                   "Opened\n"
                   "Lower threshold 150 → 300 HU\n");
  case_fixture_clear (&fixture);
}

/* A drag that never ends is kept when it pauses, and grows from there. */
static void
test_quiet (void)
{
  CaseFixture fixture;

  kept_case_open (&fixture);
  case_fixture_settle (&fixture);
  case_fixture_set_param (&fixture, "threshold-lo", 160, TRUE);
  gint64 from_us = g_get_monotonic_time ();
  case_fixture_set_param (&fixture, "threshold-lo", 170, TRUE);
  g_assert_false (brg_case_get_saving (fixture.document));
  while (!brg_case_get_saving (fixture.document))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_get_monotonic_time () - from_us, >=, 400 * G_TIME_SPAN_MILLISECOND);
  case_fixture_set_param (&fixture, "threshold-lo", 180, TRUE);
  brg_case_set_active (fixture.document, 0);
  g_assert_cmpuint (brg_case_get_n_history (fixture.document), ==, 1);
  Portrait state = portrait_new (fixture.document);
  g_autofree char *path = g_strdup (brg_case_get_path (fixture.document));
  case_fixture_close (&fixture);
  kept_case_reopen (&fixture, path);
  portrait_assert (fixture.document, &state);
  case_fixture_assert_undo (&fixture, "Lower threshold 150 → 180 HU");
  portrait_clear (&state);
  case_fixture_clear (&fixture);
}

/* An export is in the log with the digest of its manifest. */
static void
test_export (void)
{
  CaseFixture fixture;
  GAsyncResult *result = NULL;
  g_autofree char *manifest = NULL;
  gsize size;

  kept_case_open (&fixture);
  g_autofree char *dir = kept_case_path (&fixture, "out");
  g_autoptr (GFile) folder = g_file_new_for_path (dir);
  brg_case_export_async (fixture.document, folder, NULL, case_fixture_done_cb, &result);
  g_assert_true (brg_case_export_finish (fixture.document, case_fixture_wait_for (&result), NULL));
  g_object_unref (result);
  g_autofree char *path = g_strdup (brg_case_get_path (fixture.document));
  case_fixture_close (&fixture);
  g_autofree char *file = g_build_filename (dir, "manifest.json", NULL);
  g_assert_true (g_file_get_contents (file, &manifest, &size, NULL));
  g_autofree char *digest =
    g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) manifest, size);
  g_autofree char *log = kept_case_read_log (path);
  g_autofree char *expected = g_strdup_printf (
    "Case made from a scan of 41 x 41 x 41 voxels: 1 file of NRRD0005; 0 other data dropped\n"
    "Exported as Case01: skull, 0 defects (SHA-256 of manifest: %s)\n",
    digest);
  g_assert_cmpstr (log, ==, expected);
  case_fixture_clear (&fixture);
}

static GBytes *
read_thumbnail (const char *path)
{
  BrgStoreSummary summary;
  BrgStore *store = brg_store_open (path, BRG_STORE_READ, NULL);

  g_assert_true (brg_store_load_summary (store, &summary, NULL));
  GBytes *png = summary.thumbnail_png != NULL ? g_bytes_ref (summary.thumbnail_png) : NULL;
  brg_store_summary_clear (&summary);
  brg_store_close (store, NULL);
  return png;
}

/* A picture of the case when it has been quiet for a while; no more when it stays as it is. */
static void
test_thumbnail (void)
{
  static const guint8 magic[] = { 0x89, 'P', 'N', 'G' }, size[] = { 0, 0, 1, 0, 0, 0, 0, 192 };
  CaseFixture fixture;
  GBytes *png;

  kept_case_open (&fixture);
  case_fixture_place_defect (&fixture);
  while ((png = read_thumbnail (brg_case_get_path (fixture.document))) == NULL)
    g_main_context_iteration (NULL, FALSE);
  const guint8 *bytes = g_bytes_get_data (png, NULL);
  g_assert_cmpmem (bytes, 4, magic, 4);
  g_assert_cmpmem (bytes + 16, 8, size, 8);
  g_bytes_unref (png);
  g_assert_false (fixture.document->store.thumbnail_due);
  case_fixture_close (&fixture);
  case_fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_autofree char *dir = g_getenv (SHARED) == NULL ? test_folder_new () : NULL;

  if (dir != NULL)
    g_setenv (SHARED, dir, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/case-store/new", test_new_case);
  g_test_add_func ("/case-store/reopen", test_reopen);
  g_test_add_func ("/case-store/untouched", test_untouched);
  g_test_add_func ("/case-store/crash", test_crash);
  g_test_add_func ("/case-store/drop", test_drop);
  g_test_add_func ("/case-store/refused", test_refused);
  g_test_add_func ("/case-store/log", test_log);
  g_test_add_func ("/case-store/quiet", test_quiet);
  g_test_add_func ("/case-store/export", test_export);
  g_test_add_func ("/case-store/thumbnail", test_thumbnail);
  int status = g_test_run ();
  if (dir != NULL)
    test_folder_free (g_steal_pointer (&dir));
  return status;
}
