/* The folder of cases: what counts as a case, order, free names, folders that cannot be. */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include "case/brg-case-error.h"
#include "case/brg-library.h"
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/folder", test_folder);
  g_test_add_func ("/library/list", test_list);
  g_test_add_func ("/library/next", test_next);
  g_test_add_func ("/library/name", test_name);
  return g_test_run ();
}
