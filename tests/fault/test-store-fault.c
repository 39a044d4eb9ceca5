/* A session of fifty actions with a case file, killed at every call and on disks that fail at every
 * call: no finished action is lost, no file is unsound, and the session goes on. */

#include <errno.h>
#include <string.h>

#include "case/phantom.h"
#include "store-session.h"
#include "support/fault-loop.h"

static const char script[] = "ceereuuyenteruefelxseeuyreseeruefeeexuuuertlesefex";

#define N_AFTER 4 /* actions after what was interrupted, without -m slow */

/* What the work tells the check, also when it is killed. */
typedef struct
{
  guint n_done; /* finished actions */
  guint n_failures;
} Told;

static Told *
told_by (FaultRound *round)
{
  return (Told *) round->own;
}

/* Until the fault; then the process is dead. */
static void
work_cb (FaultRound *round, gpointer data)
{
  StoreSession session;
  BrgStore *store = NULL;

  store_session_init (&session, data, script);
  while (!store_session_is_over (&session))
    {
      g_assert_true (store_session_act (&session, &store, NULL));
      told_by (round)->n_done = session.n_done;
    }
  g_assert_true (brg_store_close (store, NULL));
  store_session_clear (&session);
}

/* The action under way was not done, or it was but had no time to tell. The session steps to where
 * the file is. */
static void
assert_nothing_lost (StoreSession *session)
{
  if (store_session_matches (session))
    return;
  g_assert_false (store_session_is_over (session));
  store_session_skip (session);
  g_assert_true (store_session_matches (session));
}

static void
assert_was_left_open (const StoreSession *session)
{
  g_autofree char *path = store_session_path (session, session->file);
  g_autoptr (GError) error = NULL;
  BrgStoreContents found;
  BrgStore *store = brg_store_open (path, BRG_STORE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (brg_store_load (store, &found, NULL, NULL));
  if (session->is_marked && strchr ("xs", script[session->n_done]) == NULL)
    g_assert_true (found.was_left_open); /* closing was not under way */
  brg_store_contents_clear (&found);
  g_assert_true (brg_store_close (store, &error));
}

/* What was interrupted is done again, and what comes after it. */
static void
go_on (StoreSession *session)
{
  g_autoptr (GError) error = NULL;
  BrgStore *store = NULL;

  for (guint a = 0; !store_session_is_over (session) && (a < N_AFTER || g_test_slow ()); a++)
    {
      store_session_act (session, &store, &error);
      g_assert_no_error (error);
      if (a == 0)
        g_assert_cmpuint (test_folder_count (session->folder), <=, 2);
    }
  brg_store_close (store, &error);
  g_assert_no_error (error);
  g_assert_true (store_session_matches (session));
}

static void
check_cb (FaultRound *round, gpointer data)
{
  StoreSession session;

  store_session_init (&session, data, script);
  store_session_go_to (&session, told_by (round)->n_done);
  assert_nothing_lost (&session);
  if (!round->ended && session.n_done > 0)
    assert_was_left_open (&session);
  go_on (&session);
  store_session_clear (&session);
}

static void
tell (Fault fault, FaultCount count)
{
  g_test_message ("fault %d, errno %d%s: %u of %" G_GUINT64_FORMAT " calls hit, 0 actions lost",
                  fault.kind, fault.errnum, fault.forever ? ", for ever" : "", count.n_hits,
                  count.n_calls);
}

static void
run_loop (FaultStep work, FaultStep check, Fault fault, guint stride)
{
  char *folder = test_folder_new ();
  FaultLoop loop = { folder, NULL, work, check, folder };

  fault.no_sync = true;
  tell (fault, fault_loop (&loop, fault, stride));
  test_folder_free (folder);
}

static void
test_kill (void)
{
  run_loop (work_cb, check_cb, (Fault){ .kind = FAULT_BEFORE }, 37);
  run_loop (work_cb, check_cb, (Fault){ .kind = FAULT_MIDDLE }, 61);
  run_loop (work_cb, check_cb, (Fault){ .kind = FAULT_AFTER }, 103);
}

/* "Case07.bregma: No space left on device"; what SQLite did not pass on is said in other words. */
static void
assert_told (const FaultRound *round, const GError *error)
{
  int errnum = round->fault.kind == FAULT_FULL ? ENOSPC : round->fault.errnum;
  const char *const words[] = { g_strerror (errnum), "its journal cannot be made",
                                "its journal cannot be removed",
                                "cannot be made durable on its disk" };
  gboolean told = FALSE;

  g_assert_true (g_str_has_prefix (error->message, "Case07.bregma: ") ||
                 g_str_has_prefix (error->message, "Copy.bregma: "));
  for (gsize w = 0; w < G_N_ELEMENTS (words); w++)
    told |= strstr (error->message, words[w]) != NULL;
  if (!told)
    g_error ("the message does not say why: %s", error->message);
}

/* An action that fails is told, leaves the file as it was or has done all the same, and can be done
 * when the disk is well. */
static void
act_in_trouble (FaultRound *round, StoreSession *session, BrgStore **store)
{
  g_autoptr (GError) error = NULL, again = NULL;
  gboolean must_fail = fault_was_hit () && told_by (round)->n_failures == 0 &&
                       (round->fault.forever || round->fault.kind == FAULT_FULL) &&
                       round->fault.kind != FAULT_SHORT;

  if (store_session_act (session, store, &error))
    {
      g_assert_false (must_fail);
      return;
    }
  assert_told (round, error);
  told_by (round)->n_failures++;
  if (round->fault.forever && fault_was_hit ())
    {
      if (store_session_act (session, store, &again))
        return; /* what was left to do needs no disk */
      assert_told (round, again);
    }
  fault_end ();
  StoreSession found;
  store_session_init (&found, session->folder, script);
  store_session_go_to (&found, session->n_done);
  assert_nothing_lost (&found);
  store_session_clear (&found);
  g_clear_error (&error);
  store_session_act (session, store, &error);
  g_assert_no_error (error);
}

static void
work_in_trouble_cb (FaultRound *round, gpointer data)
{
  StoreSession session;
  BrgStore *store = NULL;
  g_autoptr (GError) error = NULL;

  store_session_init (&session, data, script);
  while (!store_session_is_over (&session))
    {
      guint n_before = session.n_done;
      act_in_trouble (round, &session, &store);
      g_assert_cmpuint (session.n_done, >, n_before);
    }
  if (!brg_store_close (store, &error))
    assert_told (round, error);
  told_by (round)->n_done = session.n_done;
  store_session_clear (&session);
}

static void
check_trouble_cb (FaultRound *round, gpointer data)
{
  StoreSession session;

  store_session_init (&session, data, script);
  store_session_go_to (&session, told_by (round)->n_done);
  g_assert_true (store_session_is_over (&session));
  g_assert_true (store_session_matches (&session));
  store_session_clear (&session);
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
    { .kind = FAULT_SHORT },
    { .kind = FAULT_SHORT, .forever = true },
  };

  for (gsize f = 0; f < G_N_ELEMENTS (faults); f++)
    run_loop (work_in_trouble_cb, check_trouble_cb, faults[f], 211);
}

/* A session that is killed at one call; what is left is opened by a process that fares no better.
 */
typedef struct
{
  char *folder;
  guint64 at;
} Twice;

static void
kill_session_cb (FaultRound *round, gpointer data)
{
  Twice *twice = data;

  fault_begin (twice->folder, (Fault){ .kind = FAULT_BEFORE, .at = twice->at, .no_sync = true });
  work_cb (round, twice->folder);
  fault_end ();
}

static void
prepare_twice_cb (FaultRound *round, gpointer data)
{
  fault_loop_run (kill_session_cb, round, data);
}

/* Opens what there is, and reads it. */
static void
open_cb (FaultRound *round, gpointer data)
{
  Twice *twice = data;
  g_autoptr (GError) error = NULL;
  StoreSession session;
  BrgStoreContents found;

  store_session_init (&session, twice->folder, script);
  store_session_go_to (&session, told_by (round)->n_done);
  g_autofree char *path = store_session_path (&session, session.file);
  BrgStore *store = brg_store_open (path, BRG_STORE_WRITE, &error);
  if (store != NULL && brg_store_load (store, &found, NULL, &error))
    brg_store_contents_clear (&found);
  round->failed = error != NULL;
  brg_store_close (store, NULL);
  store_session_clear (&session);
}

static void
check_twice_cb (FaultRound *round, gpointer data)
{
  Twice *twice = data;
  StoreSession session;

  store_session_init (&session, twice->folder, script);
  store_session_go_to (&session, told_by (round)->n_done);
  assert_nothing_lost (&session);
  go_on (&session);
  store_session_clear (&session);
}

static void
test_twice (void)
{
  static const Fault faults[] = {
    { .kind = FAULT_BEFORE, .no_sync = true },
    { .kind = FAULT_MIDDLE, .no_sync = true },
    { .kind = FAULT_ERROR, .errnum = EIO, .no_sync = true },
    { .kind = FAULT_ERROR, .errnum = ENOSPC, .forever = true, .no_sync = true },
  };
  Twice twice = { test_folder_new (), 1 };
  FaultLoop loop = { twice.folder, prepare_twice_cb, open_cb, check_twice_cb, &twice };
  guint n_hits = 0;

  for (guint f = 0; twice.at < 1200; twice.at += g_test_slow () ? 5 : 131, f++)
    n_hits += fault_loop (&loop, faults[f % G_N_ELEMENTS (faults)], 2).n_hits;
  g_test_message ("%u faults while putting right, 0 actions lost", n_hits);
  test_folder_free (twice.folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/fault/kill", test_kill);
  g_test_add_func ("/store/fault/errors", test_errors);
  g_test_add_func ("/store/fault/twice", test_twice);
  return g_test_run ();
}
