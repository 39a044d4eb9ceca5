#define _GNU_SOURCE /* MAP_ANONYMOUS */

#include "fault-loop.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void
empty (const char *folder, gboolean itself)
{
  GStatBuf about;

  if (g_lstat (folder, &about) == 0 && S_ISDIR (about.st_mode))
    {
      g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
      const char *name;
      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = g_build_filename (folder, name, NULL);
          empty (path, TRUE);
        }
    }
  if (itself)
    g_assert_cmpint (g_remove (folder), ==, 0);
}

void
fault_loop_empty (const char *folder)
{
  empty (folder, FALSE);
}

guint
fault_loop_count (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      n += 1 + (g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? 0 : fault_loop_count (path));
    }
  return n;
}

FaultRound *
fault_round_new (void)
{
  FaultRound *round =
    mmap (NULL, sizeof *round, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  g_assert_true (round != MAP_FAILED);
  return round;
}

void
fault_round_free (FaultRound *round)
{
  munmap (round, sizeof *round);
}

gboolean
fault_loop_run (FaultStep step, FaultRound *round, gpointer data)
{
  int status;
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      step (round, data);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL)
    return FALSE;
  if (status != 0)
    g_error ("fault %d (errno %d) at call %" G_GUINT64_FORMAT "%s: a step ended with status %#x",
             round->fault.kind, round->fault.errnum, (guint64) round->fault.at,
             round->fault.forever ? " and ever after" : "", (guint) status);
  return TRUE;
}

/* Without faults, and not waiting for the disk. */
static void
do_calmly (const FaultLoop *loop, FaultStep step, FaultRound *round)
{
  fault_begin (loop->folder, (Fault){ .no_sync = true });
  step (round, loop->data);
  fault_end ();
}

static void
work_cb (FaultRound *round, gpointer data)
{
  const FaultLoop *loop = data;

  if (loop->prepare != NULL)
    do_calmly (loop, loop->prepare, round);
  fault_begin (loop->folder, round->fault);
  loop->work (round, loop->data);
  round->was_hit = fault_was_hit ();
  round->n_calls = fault_end ();
  round->ended = TRUE;
  do_calmly (loop, loop->check, round);
}

static void
check_cb (FaultRound *round, gpointer data)
{
  const FaultLoop *loop = data;

  do_calmly (loop, loop->check, round);
}

static void
go_round (const FaultLoop *loop, Fault fault, FaultRound *round)
{
  *round = (FaultRound){ .fault = fault };
  fault_loop_empty (loop->folder);
  gboolean lived = fault_loop_run (work_cb, round, (gpointer) loop);
  g_assert_true (lived == round->ended);
  g_assert_true (lived || fault.kind >= FAULT_BEFORE);
  if (!lived)
    fault_loop_run (check_cb, round, (gpointer) loop);
}

/* The call after `at`; past `n_calls` at the end. */
static guint64
next_call (guint64 at, guint64 n_calls, guint stride)
{
  if (g_test_slow () || at >= n_calls)
    return at + 1;
  guint64 next =
    at == 1 ? at + (guint64) g_test_rand_int_range (1, (gint) stride + 1) : at + stride;
  return MIN (next, n_calls);
}

FaultCount
fault_loop (const FaultLoop *loop, Fault fault, guint stride)
{
  FaultRound *round = fault_round_new ();
  FaultCount count = { 0 };
  Fault beyond = fault;

  beyond.at = G_MAXUINT64;
  go_round (loop, beyond, round);
  g_assert_false (round->was_hit);
  count.n_calls = round->n_calls;
  for (fault.at = 1;; fault.at = next_call (fault.at, count.n_calls, stride))
    {
      go_round (loop, fault, round);
      count.n_rounds++;
      if (round->ended && !round->was_hit)
        break;
      count.n_hits++;
      g_assert_cmpuint (count.n_hits, <, 1000000);
    }
  fault_loop_empty (loop->folder);
  fault_round_free (round);
  return count;
}
