/* A case as the window works on it, with its writing thread: killed at every call, and on disks
 * that fail. What was finished is found again; what cannot be written is told, kept in memory, and
 * written when the disk is well. */

#define _GNU_SOURCE /* MAP_ANONYMOUS */

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "case/case-fixture.h"
#include "case/kept-case.h"
#include "case/phantom.h"

#include "case/brg-export.h"
#include "case/brg-verify.h"
#include "support/fault-loop.h"

/* o opens the scan; d paints and e erases; t moves the threshold; p places a defect and a adds one;
 * n names; u undoes, y redoes, j jumps; x exports; s saves a copy and
 * goes on there; c closes and opens again. */
static const char *script = "odtpeuyanudsdcdj";
static const char *long_script = "odtpeuyxanudsdxdcdj"; /* with -m perf: pictures take time */

#define MAX_ACTIONS 32

typedef struct
{
  char text[MAX_ACTIONS][512];
} Portraits;

static Portraits *expected; /* after so many actions; shared by all processes */
static char *scan_path;

/* What the work tells the check. */
typedef struct
{
  guint n_done;
  guint n_failures;
} Told;

static Told *
told_by (FaultRound *round)
{
  return (Told *) round->own;
}

typedef struct
{
  const char *folder;
  CaseFixture fixture;
  guint n_done;
} Session;

static void
session_init (Session *session, const char *folder)
{
  *session = (Session){ .folder = folder };
  session->fixture.document = brg_case_new ();
  g_autofree char *cases = g_build_filename (folder, "cases", NULL);
  brg_case_set_folder (session->fixture.document, cases);
}

static char *
path_after (const char *folder, guint n)
{
  const char *copied = strchr (script, 's');
  gboolean is_copy = copied != NULL && n > (guint) (copied - script);

  return is_copy ? g_build_filename (folder, "Copy.bregma", NULL)
                 : g_build_filename (folder, "cases", "Case01.bregma", NULL);
}

static void
add_mask (GChecksum *sum, const BrgMask *mask)
{
  BrgSha256 digest;

  brg_export_hash_mask (mask, digest);
  g_checksum_update (sum, (const guchar *) digest, -1);
}

/* All that must be found again, as text. */
static char *
describe (BrgCase *document)
{
  g_autoptr (GChecksum) edits = g_checksum_new (G_CHECKSUM_SHA256);
  const BrgRecipe *recipe = brg_case_get_recipe (document);
  g_autofree char *undo = brg_case_get_undo_label (document);
  g_autofree char *redo = brg_case_get_redo_label (document);

  add_mask (edits, brg_case_get_added (document));
  add_mask (edits, brg_case_get_removed (document));
  return g_strdup_printf (
    "%s %s %d %d %g %u/%u %u/%u \"%s\" \"%s\"", brg_case_get_name (document),
    g_checksum_get_string (edits), recipe->threshold_lo_hu, recipe->defect.placed,
    recipe->defect.width_mm, brg_case_get_active (document), brg_case_get_n_defects (document),
    brg_case_get_history_position (document), brg_case_get_n_history (document), undo, redo);
}

/* Runs the main loop until all is written, or cannot be. */
static void
settle_saving (BrgCase *document)
{
  while (brg_case_get_saving (document) && brg_case_get_save_error (document) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
close_and_open (Session *session, GError **error)
{
  GAsyncResult *result = NULL;

  brg_case_close_async (session->fixture.document, NULL, case_fixture_done_cb, &result);
  case_fixture_wait_for (&result);
  gboolean closed = brg_case_close_finish (session->fixture.document, result, error);
  g_object_unref (result);
  if (!closed)
    return FALSE;
  g_autofree char *path = g_strdup (brg_case_get_path (session->fixture.document));
  g_object_unref (session->fixture.document);
  session->fixture.document = brg_case_new ();
  return case_fixture_open_path (&session->fixture, path, NULL, error);
}

static gboolean
act_on_files (Session *session, char action, GError **error)
{
  g_autofree char *out = g_build_filename (session->folder, "out", NULL);
  g_autofree char *copy = g_build_filename (session->folder, "Copy.bregma", NULL);

  switch (action)
    {
    case 'o':
      return case_fixture_open_path (&session->fixture, scan_path, NULL, error);
    case 'x':
      return case_fixture_export (&session->fixture, out, NULL, error);
    case 's':
      return kept_case_save_as (&session->fixture, copy, error);
    case 'c':
      return close_and_open (session, error);
    default:
      return TRUE;
    }
}

static void
act_in_memory (Session *session, char action)
{
  BrgCase *document = session->fixture.document;
  guint n = session->n_done;

  switch (action)
    {
    case 'd':
    case 'e':
      kept_case_dab (document, 5 + n, 10, 8, action == 'e');
      break;
    case 't':
      case_fixture_set_param (&session->fixture, "threshold-lo", 200 + n, FALSE);
      break;
    case 'p':
      case_fixture_place_defect (&session->fixture);
      break;
    case 'a':
      g_assert_true (brg_case_add_defect (document));
      break;
    case 'n':
      g_assert_true (brg_case_set_name (document, "Frontal"));
      break;
    case 'u':
      g_assert_true (brg_case_undo (document));
      break;
    case 'y':
      g_assert_true (brg_case_redo (document));
      break;
    case 'j':
      g_assert_true (brg_case_jump (document, 2));
      break;
    default:
      break;
    }
}

/* The next action, and the writing of it. FALSE: it is one on files, and failed. */
static gboolean
act (Session *session, GError **error)
{
  char action = script[session->n_done];

  act_in_memory (session, action);
  gboolean ok = act_on_files (session, action, error);
  settle_saving (session->fixture.document);
  session->n_done++;
  return ok;
}

static void
note_expected (const Session *session)
{
  g_autofree char *text = describe (session->fixture.document);

  g_strlcpy (expected->text[session->n_done], text, sizeof expected->text[0]);
}

static void
work_cb (FaultRound *round, gpointer data)
{
  Session session;

  session_init (&session, data);
  while (script[session.n_done] != '\0')
    {
      g_autoptr (GError) error = NULL;
      act (&session, &error);
      g_assert_no_error (error);
      if (round->fault.at == G_MAXUINT64)
        note_expected (&session);
      told_by (round)->n_done = session.n_done;
    }
  case_fixture_close (&session.fixture);
}

/* The case found at `path`, as text; NULL: none. */
static char *
find_case (const char *path)
{
  CaseFixture fixture = { .document = brg_case_new () };
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      case_fixture_open_path (&fixture, path, NULL, &error);
      g_assert_no_error (error);
      text = describe (fixture.document);
      case_fixture_close (&fixture);
    }
  g_object_unref (fixture.document);
  return text;
}

static gboolean
matches (const char *folder, guint n)
{
  g_autofree char *path = path_after (folder, n);
  g_autofree char *found = find_case (path);

  return n == 0 ? found == NULL : g_strcmp0 (found, expected->text[n]) == 0;
}

/* An export is whole or not there. */
static void
assert_export_sound (const char *folder)
{
  g_autofree char *out = g_build_filename (folder, "out", NULL);
  g_autofree char *manifest = g_build_filename (out, "manifest.json", NULL);
  g_autoptr (GError) error = NULL;
  BrgVerifyReport report;

  g_assert_true (brg_export_recover (out, &error));
  if (!g_file_test (manifest, G_FILE_TEST_EXISTS))
    return;
  brg_verify (out, &report, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.problems->len, ==, 0);
  brg_verify_report_clear (&report);
}

static void
check_cb (FaultRound *round, gpointer data)
{
  guint n = told_by (round)->n_done;

  if (!matches (data, n) && (script[n] == '\0' || !matches (data, n + 1)))
    {
      g_autofree char *path = path_after (data, n);
      g_autofree char *found = find_case (path);
      g_error ("after %u actions: %s\nexpected: %s\nor: %s", n, found, expected->text[n],
               expected->text[n + 1]);
    }
  assert_export_sound (data);
}

/* "Case01.bregma: reason"; an export names its file. */
static void
assert_told (const FaultRound *round, const char *message)
{
  int errnum = round->fault.kind == FAULT_FULL ? ENOSPC : round->fault.errnum;
  const char *const words[] = { g_strerror (errnum), "its journal cannot be made",
                                "its journal cannot be removed",
                                "cannot be made durable on its disk", "cannot be written" };
  gboolean told = FALSE;

  g_assert_nonnull (strstr (message, ": "));
  for (gsize w = 0; w < G_N_ELEMENTS (words); w++)
    told |= strstr (message, words[w]) != NULL;
  if (!told)
    g_error ("the message does not say why: %s", message);
}

/* What failed is done again on a disk that is well, and nothing is missing. */
static void
recover (Session *session, const gboolean *failed)
{
  BrgCase *document = session->fixture.document;

  fault_end ();
  brg_case_retry_saving (document);
  case_fixture_settle_saving (&session->fixture);
  g_assert_null (brg_case_get_save_error (document));
  for (guint a = 0; script[a] != '\0'; a++)
    {
      g_autoptr (GError) error = NULL;
      if (failed[a] && script[a] != 'c')
        act_on_files (session, script[a], &error);
      g_assert_no_error (error);
    }
  case_fixture_settle_saving (&session->fixture);
}

/* The session goes on in memory whatever the disk says. */
static void
work_in_trouble_cb (FaultRound *round, gpointer data)
{
  Session session;
  gboolean failed[MAX_ACTIONS] = { FALSE };

  session_init (&session, data);
  while (script[session.n_done] != '\0')
    {
      g_autoptr (GError) error = NULL;
      guint action = session.n_done;
      failed[action] = !act (&session, &error);
      if (failed[action])
        assert_told (round, error->message);
      const char *save_error = brg_case_get_save_error (session.fixture.document);
      if (save_error != NULL)
        assert_told (round, save_error);
      told_by (round)->n_failures += failed[action] || save_error != NULL;
    }
  recover (&session, failed);
  g_autofree char *text = describe (session.fixture.document);
  g_autofree char *path = g_strdup (brg_case_get_path (session.fixture.document));
  case_fixture_close (&session.fixture);
  g_autofree char *found = find_case (path);
  g_assert_cmpstr (found, ==, text);
  assert_export_sound (data);
}

static void
check_trouble_cb (FaultRound *round, gpointer data)
{
  (void) data;
  if (round->was_hit && round->fault.forever && round->fault.errnum == ENOSPC &&
      round->fault.at < 100)
    g_assert_cmpuint (told_by (round)->n_failures, >, 0);
}

static void
run_loop (FaultStep work, FaultStep check, Fault fault, guint stride)
{
  char *folder = test_folder_new ();
  FaultLoop loop = { folder, NULL, work, check, folder };

  fault.no_sync = true;
  FaultCount count = fault_loop (&loop, fault, stride);
  g_test_message ("fault %d, errno %d%s: %u of %" G_GUINT64_FORMAT " calls hit, 0 actions lost",
                  fault.kind, fault.errnum, fault.forever ? ", for ever" : "", count.n_hits,
                  count.n_calls);
  test_folder_free (folder);
}

static void
test_kill (void)
{
  run_loop (work_cb, check_cb, (Fault){ .kind = FAULT_BEFORE }, 83);
  run_loop (work_cb, check_cb, (Fault){ .kind = FAULT_MIDDLE }, 151);
  run_loop (work_cb, check_cb, (Fault){ .kind = FAULT_AFTER }, 211);
}

static void
test_errors (void)
{
  static const Fault faults[] = {
    { .kind = FAULT_ERROR, .errnum = ENOSPC },
    { .kind = FAULT_ERROR, .errnum = ENOSPC, .forever = true },
    { .kind = FAULT_ERROR, .errnum = EIO },
    { .kind = FAULT_ERROR, .errnum = EIO, .forever = true },
    { .kind = FAULT_FULL },
  };

  for (gsize f = 0; f < G_N_ELEMENTS (faults); f++)
    run_loop (work_in_trouble_cb, check_trouble_cb, faults[f], 307);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_test_perf ())
    script = long_script;
  char *folder = test_folder_new ();
  scan_path = phantom_write (folder, "Head.nrrd");
  expected =
    mmap (NULL, sizeof *expected, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (expected != MAP_FAILED);
  g_test_add_func ("/case/fault/kill", test_kill);
  g_test_add_func ("/case/fault/errors", test_errors);
  int failed = g_test_run ();
  munmap (expected, sizeof *expected);
  test_folder_free (folder);
  g_free (scan_path);
  return failed;
}
