/* The folder of cases: what counts as a case, order, free names, folders that cannot be, what was
 * left there. */

#define _DEFAULT_SOURCE /* flock() */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include "case/brg-case-error.h"
#include "case/brg-library.h"
#include "case/brg-store-hold.h"
#include "case/brg-store-sweep.h"
#include "phantom.h"

static void
put_file (const char *dir, const char *name, gint64 modified_s)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  const struct utimbuf times = { modified_s, modified_s };

  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  g_assert_cmpint (utime (path, &times), ==, 0);
}

static void
test_folder (void)
{
  g_autofree char *folder = brg_library_get_folder ();
  g_autofree char *dir = test_folder_new ();
  g_autofree char *deep = g_build_filename (dir, "a", "b", NULL);
  g_autofree char *file = g_build_filename (dir, "file", NULL);
  g_autofree char *below = g_build_filename (file, "cases", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf about;

  g_assert_true (g_str_has_prefix (folder, g_get_user_data_dir ()));
  g_assert_true (g_str_has_suffix (folder, "/bregma/cases"));
  g_assert_true (brg_library_make_folder (deep, &error));
  g_assert_true (brg_library_make_folder (deep, &error));
  g_assert_cmpint (g_stat (deep, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0700);
  put_file (dir, "file", 1);
  g_assert_false (brg_library_make_folder (below, &error));
  g_assert_error (error, BRG_CASE_ERROR, BRG_IO);
  g_assert_cmpstr (error->message, ==, "cases: Not a directory");
  test_folder_free (g_steal_pointer (&dir));
}

static void
test_list (void)
{
  g_autofree char *dir = test_folder_new ();
  g_autofree char *sub = g_build_filename (dir, "folder.bregma", NULL);
  g_autofree char *link = g_build_filename (dir, "nowhere.bregma", NULL);
  g_autoptr (GPtrArray) none = brg_library_list (sub, NULL);

  g_assert_cmpuint (none->len, ==, 0);
  put_file (dir, "Case02.bregma", 2000);
  put_file (dir, "Case01.bregma", 1000);
  put_file (dir, "b.bregma", 3000);
  put_file (dir, "a.bregma", 3000);
  put_file (dir, ".part.bregma", 4000);
  put_file (dir, "Case01.format-1.bregma", 4000);
  put_file (dir, "Case01.bregma-journal", 4000);
  put_file (dir, "scan.nrrd", 4000);
  g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
  g_assert_cmpint (symlink ("absent", link), ==, 0);

  g_autoptr (GPtrArray) list = brg_library_list (dir, NULL);
  const char *const expected[] = { "a", "b", "Case02", "Case01" };
  g_assert_cmpuint (list->len, ==, G_N_ELEMENTS (expected));
  for (guint e = 0; e < list->len; e++)
    {
      const BrgLibraryEntry *entry = g_ptr_array_index (list, e);
      g_autofree char *name = g_strconcat (expected[e], ".bregma", NULL);
      g_autofree char *path = g_build_filename (dir, name, NULL);
      g_assert_cmpstr (entry->name, ==, expected[e]);
      g_assert_cmpstr (entry->path, ==, path);
      g_assert_cmpuint (entry->size, ==, 1);
    }
  g_assert_cmpint (((const BrgLibraryEntry *) list->pdata[3])->modified_s, ==, 1000);
  test_folder_free (g_steal_pointer (&dir));
}

static void
assert_next (const char *dir, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = brg_library_next_path (dir, &error);

  g_assert_no_error (error);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_assert_cmpstr (name, ==, expected);
  g_assert_cmpstr (folder, ==, dir);
}

static void
test_next (void)
{
  g_autofree char *dir = test_folder_new ();
  g_autofree char *absent = g_build_filename (dir, "absent", NULL);
  g_autofree char *file = g_build_filename (dir, "notes.txt", NULL);
  g_autoptr (GError) error = NULL;

  assert_next (absent, "Case01.bregma");
  assert_next (dir, "Case01.bregma");
  put_file (dir, "notes.txt", 1);
  put_file (dir, "Case.bregma", 1);
  put_file (dir, "Casefile7.bregma", 1);
  assert_next (dir, "Case01.bregma");
  put_file (dir, "Case03.bregma", 1);
  put_file (dir, "Case01.bregma", 1);
  assert_next (dir, "Case04.bregma");
  put_file (dir, "Case07.bregma-journal", 1);
  assert_next (dir, "Case08.bregma");
  put_file (dir, "Case99.bregma", 1);
  assert_next (dir, "Case100.bregma");
  put_file (dir, "Case99999999999999999999.bregma", 1);
  assert_next (dir, "Case100.bregma");
  g_assert_null (brg_library_next_path (file, &error));
  g_assert_cmpstr (error->message, ==, "notes.txt: Not a directory");
  g_clear_error (&error);
  g_assert_null (brg_library_list (file, &error));
  g_assert_cmpstr (error->message, ==, "notes.txt: Not a directory");
  test_folder_free (g_steal_pointer (&dir));
}

static void
test_name (void)
{
  g_autofree char *plain = brg_library_name_of ("/a/Case07.bregma");
  g_autofree char *other = brg_library_name_of ("copy.sqlite");

  g_assert_cmpstr (plain, ==, "Case07");
  g_assert_cmpstr (other, ==, "copy.sqlite");
}

static gboolean
is_there (const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  GStatBuf about;

  return g_lstat (path, &about) == 0;
}

/* Another process that holds the file until it is killed, or this one ends. */
static pid_t
hold_elsewhere (const char *path, int *end)
{
  int ends[2];
  char held;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, ends), ==, 0);
  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      close (ends[0]);
      int fd = open (path, O_RDWR);
      held = fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0;
      if (write (ends[1], &held, 1) == 1 && read (ends[1], &held, 1) >= 0)
        _exit (0);
      _exit (1);
    }
  close (ends[1]);
  g_assert_cmpint (read (ends[0], &held, 1), ==, 1);
  g_assert_true (held);
  *end = ends[0];
  return child;
}

/* What a killed process left of a case it was making goes; what somebody is making stays. */
static void
test_sweep (void)
{
  g_autofree char *dir = test_folder_new ();
  g_autofree char *ours = g_build_filename (dir, ".Case08.bregma.part", NULL);
  g_autofree char *theirs = g_build_filename (dir, ".Case09.bregma.part", NULL);
  g_autofree char *link = g_build_filename (dir, ".link.bregma.part", NULL);
  g_autofree char *sub = g_build_filename (dir, ".sub.bregma.part", NULL);

  put_file (dir, "Case01.bregma", 1);
  put_file (dir, ".Case07.bregma.part", 1);
  put_file (dir, ".Case08.bregma.part", 1);
  put_file (dir, ".Case09.bregma.part", 1);
  put_file (dir, ".notes.part", 1);
  put_file (dir, "Case10.bregma.part", 1);
  g_assert_cmpint (symlink ("Case01.bregma", link), ==, 0);
  g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
  BrgStoreHold *hold = _brg_store_hold_write (ours, FALSE, NULL);
  int end;
  pid_t child = hold_elsewhere (theirs, &end);

  brg_store_sweep (dir);
  g_assert_false (is_there (dir, ".Case07.bregma.part"));
  g_assert_true (is_there (dir, ".Case08.bregma.part"));
  g_assert_true (is_there (dir, ".Case09.bregma.part"));
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  close (end);
  _brg_store_hold_release (hold);
  brg_store_sweep (dir);
  g_assert_false (is_there (dir, ".Case08.bregma.part"));
  g_assert_false (is_there (dir, ".Case09.bregma.part"));
  g_assert_true (is_there (dir, ".notes.part"));
  g_assert_true (is_there (dir, "Case10.bregma.part"));
  g_assert_true (is_there (dir, ".link.bregma.part"));
  g_assert_true (is_there (dir, ".sub.bregma.part"));
  test_folder_free (g_steal_pointer (&dir));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/folder", test_folder);
  g_test_add_func ("/library/list", test_list);
  g_test_add_func ("/library/next", test_next);
  g_test_add_func ("/library/name", test_name);
  g_test_add_func ("/library/sweep", test_sweep);
  return g_test_run ();
}
