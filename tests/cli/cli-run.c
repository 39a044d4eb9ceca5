#include "cli-run.h"

#include <string.h>

#include <glib/gstdio.h>

#include "engine/brg-volume.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"

#define PHANTOM_DIM 90

CliRun
cli_run_v (const char *const *words, const char *out_path)
{
  CliRun run = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) process = NULL;
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDERR_PIPE;

  if (out_path == NULL)
    flags |= G_SUBPROCESS_FLAGS_STDOUT_PIPE;
  launcher = g_subprocess_launcher_new (flags);
  if (out_path != NULL)
    g_subprocess_launcher_set_stdout_file_path (launcher, out_path);
  process = g_subprocess_launcher_spawnv (launcher, words, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &run.out, &run.err, &error);
  g_assert_no_error (error);
  run.status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  return run;
}

CliRun
cli_run (const char *word, ...)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  va_list args;

  g_ptr_array_add (words, (gpointer) g_getenv ("BRG_CLI"));
  va_start (args, word);
  for (; word != NULL; word = va_arg (args, const char *))
    g_ptr_array_add (words, (gpointer) word);
  va_end (args);
  g_ptr_array_add (words, NULL);
  return cli_run_v ((const char *const *) words->pdata, NULL);
}

void
cli_run_clear (CliRun *run)
{
  g_clear_pointer (&run->out, g_free);
  g_clear_pointer (&run->err, g_free);
}

void
cli_assert_done (const CliRun *run)
{
  g_assert_cmpstr (run->err, ==, "");
  g_assert_cmpint (run->status, ==, 0);
}

void
cli_assert_fails (const CliRun *run, int status, const char *part)
{
  if (!g_str_has_prefix (run->err, "bregma-cli: ") || strstr (run->err, part) == NULL)
    g_error ("expected \"%s\", got \"%s\"", part, run->err);
  g_assert_true (strchr (run->err, '\n') == run->err + strlen (run->err) - 1);
  g_assert_cmpint (run->status, ==, status);
}

char *
cli_make_dir (void)
{
  g_autoptr (GError) error = NULL;
  char *dir = g_dir_make_tmp ("bregma-cli-XXXXXX", &error);

  g_assert_no_error (error);
  return dir;
}

void
cli_remove_tree (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      cli_remove_tree (child);
    }
  g_remove (path);
}

guint
cli_count_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

GBytes *
cli_read (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *bytes;
  gsize size;

  g_file_get_contents (path, &bytes, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (bytes, size);
}

BrgMask *
cli_read_mask (const char *path)
{
  BrgError error = { 0 };
  BrgMask *mask = brg_image_read_mask (path, NULL, NULL, &error);

  g_assert_cmpstr (error.message, ==, "");
  g_assert_nonnull (mask);
  return mask;
}

static int16_t
phantom_hu (int i, int j, int k)
{
  double x = (i - 44.5) / 34, y = (j - 44.5) / 41, z = (k - 38.0) / 36;
  double radius = sqrt (x * x + y * y + z * z);

  return radius <= 1 && radius >= 0.9 ? 1000 : -1000;
}

void
cli_write_phantom (const char *path, int n_specks, gboolean is_odd)
{
  const double spacing_mm[3] = { 2, 2, 2 };
  BrgGrid grid =
    brg_grid_simple (PHANTOM_DIM, PHANTOM_DIM, PHANTOM_DIM, spacing_mm, brg_vec3 (-90, -80, 20));
  BrgError error = { 0 };

  if (is_odd)
    {
      const int axes[3] = { 2, 0, 1 };
      memcpy (grid.source_axis, axes, sizeof axes);
      grid.source_flipped[0] = grid.source_flipped[2] = true;
    }
  BrgVolume *volume = brg_volume_new (&grid, &error);
  g_assert_nonnull (volume);
  int16_t *hu = volume->hu;
  for (int k = 0; k < PHANTOM_DIM; k++)
    for (int j = 0; j < PHANTOM_DIM; j++)
      for (int i = 0; i < PHANTOM_DIM; i++)
        *hu++ = phantom_hu (i, j, k);
  for (int s = 0; s < n_specks; s++)
    volume->hu[(3 * s + 1) * PHANTOM_DIM] = 900;
  brg_nrrd_write_volume (volume, path, NULL, &error);
  g_assert_cmpstr (error.message, ==, "");
  brg_volume_unref (volume);
}

void
cli_scene_set_up (CliScene *scene, gconstpointer is_odd)
{
  scene->dir = cli_make_dir ();
  scene->scan = g_build_filename (scene->dir, "scan.nrrd", NULL);
  scene->skull = g_build_filename (scene->dir, "skull.nrrd", NULL);
  cli_write_phantom (scene->scan, 3, GPOINTER_TO_INT (is_odd));
}

void
cli_scene_tear_down (CliScene *scene, gconstpointer data)
{
  (void) data;
  cli_remove_tree (scene->dir);
  g_free (scene->dir);
  g_free (scene->scan);
  g_free (scene->skull);
}

void
cli_assert_same_files (const char *a, const char *b)
{
  g_autoptr (GDir) dir = g_dir_open (a, 0, NULL);
  const char *name;

  g_assert_cmpuint (cli_count_entries (a), ==, cli_count_entries (b));
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *first = g_build_filename (a, name, NULL);
      g_autofree char *second = g_build_filename (b, name, NULL);
      if (g_file_test (first, G_FILE_TEST_IS_DIR))
        cli_assert_same_files (first, second);
      else
        {
          g_autoptr (GBytes) bytes = cli_read (first), other = cli_read (second);
          g_test_message ("%s", second);
          g_assert_true (g_bytes_equal (bytes, other));
        }
    }
}
