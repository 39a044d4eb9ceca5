/* Runs the files of folders through the target it is linked with: fuzz-TARGET FOLDER... */

#include <string.h>

#include "fuzz.h"

static void
replay_file (const char *path)
{
  g_autofree char *text = NULL;
  gsize size;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, &size, &error);
  g_assert_no_error (error);
  /* a block of just this size: what is read past its end is noticed */
  g_autofree uint8_t *bytes = g_malloc (MAX (size, 1));
  memcpy (bytes, text, size);
  LLVMFuzzerTestOneInput (bytes, size);
}

static void
replay_folder (gconstpointer data)
{
  const char *folder = data;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  int n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_test_message ("%s", name);
      replay_file (path);
      n++;
    }
  g_assert_cmpint (n, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, >, 1);
  for (int a = 1; a < argc; a++)
    {
      g_autofree char *name = g_path_get_basename (argv[a]);
      g_autofree char *test = g_strconcat ("/fuzz/", name, NULL);
      g_test_add_data_func (test, argv[a], replay_folder);
    }
  return g_test_run ();
}
