#define _GNU_SOURCE /* PTRACE_O_TRACEEXIT, pread64 of /proc/PID/mem */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/canary.h"

#define CHUNK       ((gsize) 4 << 20)
#define OVERLAP     ((gsize) 64)
#define MAX_MAPPING ((guint64) 64 << 30) /* a sanitizer's shadow is larger, and holds no text */

/* In the child. */
static void
hear (const char *input)
{
  int from = open (input, O_RDONLY | O_CLOEXEC), to = open ("/dev/null", O_WRONLY | O_CLOEXEC);

  if (from < 0 || to < 0 || dup2 (from, STDIN_FILENO) < 0 || dup2 (to, STDOUT_FILENO) < 0 ||
      dup2 (to, STDERR_FILENO) < 0)
    _exit (124);
}

/* In the child: the program, with its end to be seen by the parent. */
static void
become (const char *const *argv, const char *input)
{
  if (input != NULL)
    hear (input);
  if (ptrace (PTRACE_TRACEME, 0, NULL, NULL) != 0)
    _exit (125);
  raise (SIGSTOP);
  execv (argv[0], (char *const *) argv);
  _exit (126);
}

static char *
search_range (int memory, guint64 begin, guint64 end, guint8 *chunk)
{
  char *found = NULL;

  for (guint64 at = begin; found == NULL && at < end; at += CHUNK - OVERLAP)
    {
      ssize_t n = pread (memory, chunk, (gsize) MIN (CHUNK, end - at), (off_t) at);
      if (n > 0)
        found = canary_find (chunk, (gsize) n);
    }
  return found;
}

/* Every mapping that can be read; names the one with a canary. */
static char *
search_process (pid_t pid)
{
  g_autofree char *maps_path = g_strdup_printf ("/proc/%d/maps", (int) pid);
  g_autofree char *memory_path = g_strdup_printf ("/proc/%d/mem", (int) pid);
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  g_autofree char *maps = NULL;
  char *found = NULL;
  int memory = open (memory_path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (memory, >=, 0);
  g_assert_true (g_file_get_contents (maps_path, &maps, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (maps, "\n", -1);
  for (char **line = lines; found == NULL && *line != NULL; line++)
    {
      guint64 begin, end;
      char rights[5];
      if (sscanf (*line, "%lx-%lx %4s", &begin, &end, rights) != 3 || rights[0] != 'r' ||
          end - begin > MAX_MAPPING)
        continue;
      g_autofree char *where = search_range (memory, begin, end, chunk);
      if (where != NULL)
        found = g_strdup_printf ("%s of %s", where, *line);
    }
  close (memory);
  return found;
}

/* Lets the process run up to its end; FALSE when it may not be traced. */
static gboolean
run_to_end (pid_t pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  if (!WIFSTOPPED (status))
    return FALSE;
  g_assert_cmpint (ptrace (PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC),
                   ==, 0);
  for (long deliver = 0;;)
    {
      g_assert_cmpint (ptrace (PTRACE_CONT, pid, NULL, deliver), ==, 0);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_true (WIFSTOPPED (status));
      if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8))
        return TRUE;
      deliver = WSTOPSIG (status) == SIGTRAP ? 0 : WSTOPSIG (status);
    }
}

gboolean
canary_run_and_search (const char *const *argv, const char *input, char **found)
{
  int status;
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    become (argv, input);
  *found = NULL;
  if (!run_to_end (pid))
    return FALSE;
  *found = search_process (pid);
  g_assert_cmpint (ptrace (PTRACE_CONT, pid, NULL, NULL), ==, 0);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  return TRUE;
}
