/* The injector of faults itself: what it counts, what it does to each call, and that GLib and
 * SQLite go through it. */

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/fault.h"

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* A file is made, written, made durable, given another name, cut, a folder comes and goes. What
 * failed first, as a letter (owstamcrludf, in order), or 0; the session goes on after it. */
typedef struct
{
  char first;
  int errnum;
} Session;

static void
step (Session *session, char letter, gboolean ok)
{
  int errnum = errno;

  if (ok || session->first != 0)
    return;
  session->first = letter;
  session->errnum = errnum;
}

static Session
run_session (void)
{
  g_autofree char *a = path_of ("a"), *b = path_of ("b"), *c = path_of ("c"), *d = path_of ("d");
  Session session = { 0 };

  int file = open (a, O_CREAT | O_RDWR, 0600);
  step (&session, 'o', file >= 0);
  step (&session, 'w', write (file, "01234567", 8) == 8);
  step (&session, 'w', pwrite (file, "89", 2, 8) == 2);
  step (&session, 's', fsync (file) == 0);
  step (&session, 't', ftruncate (file, 9) == 0);
  int refused = posix_fallocate (file, 0, 9);
  errno = refused;
  step (&session, 'a', refused == 0);
  step (&session, 'm', fchmod (file, 0640) == 0);
  step (&session, 'c', close (file) == 0);
  step (&session, 'r', rename (a, b) == 0);
  step (&session, 'l', link (b, c) == 0);
  step (&session, 'u', unlink (c) == 0);
  step (&session, 'd', mkdir (d, 0700) == 0);
  step (&session, 'f', rmdir (d) == 0);
  g_remove (a);
  g_remove (b);
  g_remove (c);
  g_rmdir (d);
  return session;
}

/* The steps above each kind of fault can hit, in order. */
static const struct
{
  FaultKind kind;
  int errnum;
  const char *steps;
} kinds[] = {
  { FAULT_ERROR, EIO, "owwstamcrludf" }, { FAULT_ERROR, ENOSPC, "owwsacrld" },
  { FAULT_ERROR, EDQUOT, "owwsacrld" },  { FAULT_SHORT, 0, "ww" },
  { FAULT_FULL, ENOSPC, "ww" },
};

static void
test_errors (void)
{
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint64 at = 1; at <= strlen (kinds[k].steps); at++)
      {
        fault_begin (folder, (Fault){ kinds[k].kind, kinds[k].errnum, at, FALSE, FALSE });
        Session session = run_session ();
        g_assert_true (fault_was_hit ());
        g_assert_cmpuint (fault_end (), >=, strlen (kinds[k].steps) > at ? at : 1);
        g_assert_cmpint (session.first, ==, kinds[k].steps[at - 1]);
        if (kinds[k].kind == FAULT_ERROR)
          g_assert_cmpint (session.errnum, ==, kinds[k].errnum);
      }
}

/* Beyond the last call nothing happens; each call above is counted once. */
static void
test_counts (void)
{
  fault_begin (folder, (Fault){ .kind = FAULT_NONE });
  g_assert_cmpint (run_session ().first, ==, 0);
  guint64 n = fault_end ();
  g_assert_cmpuint (n, ==, strlen ("owwstamcrludf") + strlen ("abcd"));

  fault_begin (folder, (Fault){ FAULT_ERROR, EIO, n + 1, FALSE, FALSE });
  g_assert_cmpint (run_session ().first, ==, 0);
  g_assert_false (fault_was_hit ());
  fault_end ();
}

/* Calls outside the folder, in a folder whose name only begins alike, and readers do not count. */
static void
test_elsewhere (void)
{
  g_autofree char *alike = g_strconcat (folder, "-alike", NULL);
  g_autofree char *there = g_build_filename (alike, "x", NULL), *here = path_of ("x");

  g_assert_cmpint (g_mkdir (alike, 0700), ==, 0);
  g_assert_true (g_file_set_contents (here, "x", 1, NULL));
  fault_begin (folder, (Fault){ FAULT_ERROR, EIO, 1, TRUE, FALSE });
  g_assert_true (g_file_set_contents (there, "x", 1, NULL));
  int file = open (here, O_RDONLY);
  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (close (file), ==, 0);
  g_assert_cmpuint (fault_end (), ==, 0);
  g_assert_cmpint (g_remove (there), ==, 0);
  g_assert_cmpint (g_remove (here), ==, 0);
  g_assert_cmpint (g_rmdir (alike), ==, 0);
}

static void
test_forever (void)
{
  g_autofree char *path = path_of ("x");

  fault_begin (folder, (Fault){ FAULT_ERROR, EIO, 2, TRUE, FALSE });
  int file = open (path, O_CREAT | O_WRONLY, 0600);
  g_assert_cmpint (file, >=, 0);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (write (file, "x", 1), ==, -1);
  g_assert_cmpint (close (file), ==, -1);
  g_assert_cmpint (close (file), ==, -1);
  g_assert_cmpint (errno, ==, EBADF);
  g_assert_cmpint (unlink (path), ==, -1);
  fault_end ();
  g_assert_cmpint (unlink (path), ==, 0);
}

static void
assert_holds (const char *path, const char *text)
{
  g_autofree char *found = NULL;

  g_assert_true (g_file_get_contents (path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, text);
}

/* A full disk takes half of a write, then nothing, but files can still be removed. */
static void
test_short (void)
{
  g_autofree char *path = path_of ("x"), *other = path_of ("y");

  for (int full = 0; full < 2; full++)
    {
      fault_begin (folder, (Fault){ full ? FAULT_FULL : FAULT_SHORT, 0, 2, FALSE, FALSE });
      int file = open (path, O_CREAT | O_WRONLY, 0600);
      g_assert_cmpint (write (file, "ab", 2), ==, 2);
      g_assert_cmpint (write (file, "0123456789", 10), ==, 5);
      g_assert_cmpint (write (file, "56789", 5), ==, full ? -1 : 5);
      close (file);
      assert_holds (path, full ? "ab01234" : "ab0123456789");
      g_assert_cmpint (rename (path, other), ==, full ? -1 : 0);
      g_assert_cmpint (unlink (full ? path : other), ==, 0);
      fault_end ();
    }
}

/* Runs in a process of its own, which must be killed. */
static void
assert_killed (void (*run) (void), FaultKind kind, guint64 at)
{
  int status;
  pid_t child = fork ();

  if (child == 0)
    {
      fault_begin (folder, (Fault){ kind, 0, at, FALSE, TRUE });
      run ();
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
}

static void
write_digits (void)
{
  g_autofree char *path = path_of ("x");
  int file = open (path, O_CREAT | O_WRONLY | O_TRUNC, 0600);

  g_assert_cmpint (write (file, "0123456789", 10), ==, 10);
  close (file);
}

static void
test_kill (void)
{
  g_autofree char *path = path_of ("x");

  assert_killed (write_digits, FAULT_BEFORE, 1);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  assert_killed (write_digits, FAULT_AFTER, 1);
  assert_holds (path, "");
  assert_killed (write_digits, FAULT_BEFORE, 2);
  assert_holds (path, "");
  assert_killed (write_digits, FAULT_MIDDLE, 1);
  assert_holds (path, "01234");
  assert_killed (write_digits, FAULT_AFTER, 2);
  assert_holds (path, "0123456789");
  assert_killed (write_digits, FAULT_BEFORE, 3);
  assert_holds (path, "0123456789");
  g_assert_cmpint (unlink (path), ==, 0);
}

static void
count_cb (void *data, const FaultEvent *event)
{
  guint *counts = data;

  g_assert_true (g_str_has_prefix (event->path, folder));
  counts[event->call]++;
}

static int
transact (const char *path)
{
  sqlite3 *db = NULL;
  int result = sqlite3_open (path, &db);

  if (result == SQLITE_OK)
    result = sqlite3_exec (db,
                           "PRAGMA synchronous=EXTRA; CREATE TABLE t (x);"
                           "INSERT INTO t VALUES (zeroblob (20000)); DROP TABLE t; VACUUM",
                           NULL, NULL, NULL);
  int closed = sqlite3_close (db);
  return result == SQLITE_OK ? closed : result;
}

/* SQLite writes, syncs and removes its journal through the injector, and reports what it did. */
static void
test_sqlite (void)
{
  guint counts[FAULT_N_CALLS] = { 0 };
  g_autofree char *path = path_of ("x.db"), *journal = path_of ("x.db-journal");

  fault_watch (count_cb, counts);
  fault_begin (folder, (Fault){ .kind = FAULT_NONE });
  g_assert_cmpint (transact (path), ==, SQLITE_OK);
  guint64 n = fault_end ();
  fault_watch (NULL, NULL);
  g_assert_cmpuint (counts[FAULT_OPEN], >=, 4);
  g_assert_cmpuint (counts[FAULT_WRITE], >=, 20);
  g_assert_cmpuint (counts[FAULT_SYNC], >=, 8);
  g_assert_cmpuint (counts[FAULT_UNLINK], ==, 4);
  g_assert_cmpuint (counts[FAULT_TRUNCATE], >=, 1);
  g_assert_cmpuint (counts[FAULT_CLOSE], ==, counts[FAULT_OPEN]);
  g_unlink (path);
  for (guint64 at = 1; at <= n; at++)
    {
      fault_begin (folder, (Fault){ FAULT_ERROR, EIO, at, TRUE, TRUE });
      int result = transact (path);
      fault_end ();
      if (at < n) /* that SQLite cannot close a file is no error to it */
        g_assert_cmpint (result, !=, SQLITE_OK);
      g_unlink (journal);
      g_unlink (path);
    }
}

static void
test_glib (void)
{
  g_autofree char *path = path_of ("x");
  g_autoptr (GError) error = NULL;
  guint counts[FAULT_N_CALLS] = { 0 };

  fault_watch (count_cb, counts);
  fault_begin (folder, (Fault){ .kind = FAULT_NONE });
  g_assert_true (g_file_set_contents_full (
    path, "x", 1, G_FILE_SET_CONTENTS_DURABLE | G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  fault_end ();
  fault_watch (NULL, NULL);
  const FaultCall calls[] = { FAULT_OPEN, FAULT_WRITE, FAULT_SYNC, FAULT_RENAME, FAULT_CLOSE };
  for (gsize c = 0; c < G_N_ELEMENTS (calls); c++)
    g_assert_cmpuint (counts[calls[c]], >=, 1);

  fault_begin (folder, (Fault){ FAULT_ERROR, ENOSPC, 2, TRUE, FALSE });
  g_assert_false (g_file_set_contents (path, "y", 1, &error));
  fault_end ();
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  assert_holds (path, "x");
  g_assert_cmpint (g_unlink (path), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("brg-fault-XXXXXX", NULL);
  g_test_add_func ("/fault/errors", test_errors);
  g_test_add_func ("/fault/counts", test_counts);
  g_test_add_func ("/fault/elsewhere", test_elsewhere);
  g_test_add_func ("/fault/forever", test_forever);
  g_test_add_func ("/fault/short", test_short);
  g_test_add_func ("/fault/kill", test_kill);
  g_test_add_func ("/fault/sqlite", test_sqlite);
  g_test_add_func ("/fault/glib", test_glib);
  int failed = g_test_run ();
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
  return failed;
}
