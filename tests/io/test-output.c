/* Files that are either complete or absent, and the PNG writer on top of them. */

#include <glib.h>
#include <glib/gstdio.h>
#include <png.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/brg-alloc.h"
#include "files.h"
#include "io/brg-output.h"
#include "io/brg-png.h"

/* The file holds `size` bytes of the pattern that write_pattern() writes. */
static void
assert_pattern (const char *path, size_t size)
{
  GByteArray *bytes = files_read (path);

  g_assert_cmpuint (bytes->len, ==, size);
  for (size_t i = 0; i < size; i++)
    g_assert_cmpint (bytes->data[i], ==, (guint8) (i * 7 + i / 251));
  g_byte_array_unref (bytes);
}

/* Writes the pattern in chunks of many sizes; the status of the first failure. */
static BrgStatus
write_pattern (BrgOutput *output, size_t size, BrgError *error)
{
  guint8 *pattern = g_malloc (size);
  size_t chunk = 1;
  BrgStatus status = BRG_OK;

  for (size_t i = 0; i < size; i++)
    pattern[i] = (guint8) (i * 7 + i / 251);
  for (size_t at = 0; status == BRG_OK && at < size; at += chunk, chunk = chunk * 3 + 1)
    status = brg_output_write (output, pattern + at, MIN (chunk, size - at), error);
  g_free (pattern);
  return status;
}

static void
test_commit (void)
{
  static const size_t sizes[] = { 0, 1, 262143, 262144, 262145, 3000000 };
  char *path = files_path ("out.bin");
  BrgError error = { 0 };

  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      BrgOutput *output = brg_output_open (path, &error);
      g_assert_nonnull (output);
      g_assert_cmpint (write_pattern (output, sizes[s], &error), ==, BRG_OK);
      if (s == 0)
        g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
      g_assert_cmpint (brg_output_commit (output, &error), ==, BRG_OK);
      assert_pattern (path, sizes[s]);
      g_assert_cmpint (files_count (), ==, 1);
    }
  g_remove (path);
  g_free (path);
}

/* A new file is for whom the user's umask says. */
static void
test_umask (void)
{
  char *path = files_path ("new.bin");
  mode_t before = umask (027);
  BrgError error = { 0 };
  struct stat info;

  g_assert_cmpint (brg_output_write_file (path, "new", 3, &error), ==, BRG_OK);
  umask (before);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmphex (info.st_mode & 0777, ==, 0640);
  g_remove (path);
  g_free (path);
}

static void
test_keeps_old (void)
{
  char *path = files_write ("old.bin", "old", 3);
  BrgError error = { 0 };
  struct stat info;
  g_assert_cmpint (g_chmod (path, 0640), ==, 0);

  BrgOutput *output = brg_output_open (path, &error);
  g_assert_cmpint (write_pattern (output, 500000, &error), ==, BRG_OK);
  brg_output_discard (output);
  GByteArray *bytes = files_read (path);
  g_assert_cmpmem (bytes->data, bytes->len, "old", 3);
  g_byte_array_unref (bytes);
  g_assert_cmpint (files_count (), ==, 1);

  output = brg_output_open (path, &error);
  g_assert_cmpint (brg_output_commit (output, &error), ==, BRG_OK);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);
  g_assert_cmpint (info.st_size, ==, 0);
  g_remove (path);
  g_free (path);
  brg_output_discard (NULL);
}

/* Two outputs to one name at once do not meet; the last one committed stands. */
static void
test_two_at_once (void)
{
  char *path = files_path ("two.bin");
  BrgError error = { 0 };
  BrgOutput *a = brg_output_open (path, &error), *b = brg_output_open (path, &error);

  g_assert_cmpint (write_pattern (a, 1000, &error), ==, BRG_OK);
  g_assert_cmpint (write_pattern (b, 2000, &error), ==, BRG_OK);
  g_assert_cmpint (brg_output_commit (b, &error), ==, BRG_OK);
  assert_pattern (path, 2000);
  g_assert_cmpint (brg_output_commit (a, &error), ==, BRG_OK);
  assert_pattern (path, 1000);
  g_remove (path);
  g_free (path);
}

static void
assert_refused (const char *path, const char *message)
{
  BrgError error = { 0 };

  g_assert_null (brg_output_open (path, &error));
  g_assert_cmpint (error.status, ==, BRG_IO);
  g_assert_nonnull (strstr (error.message, message));
}

static void
test_refused (void)
{
  char *file = files_write ("file", "x", 1);
  char *folder = files_path ("folder");
  char *below_file = g_build_filename (file, "x.nrrd", NULL);
  char *below_none = g_build_filename (folder, "none", "x.nrrd", NULL);
  char *long_name = g_strnfill (300, 'n');
  char *pipe = files_path ("pipe");
  char *long_path = files_path (long_name);

  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  assert_refused (folder, "folder: cannot be replaced");
  assert_refused (below_file, "file/x.nrrd: cannot open its folder");
  assert_refused (below_none, "folder/none/x.nrrd: cannot open its folder: No such file");
  assert_refused (long_path, "nnn");
  assert_refused (pipe, "pipe: exists and is not a regular file");
  assert_refused ("/proc/x.nrrd", "/proc/x.nrrd: cannot create a file in its folder");
  g_assert_cmpint (files_count (), ==, 3);
  if (geteuid () != 0)
    {
      char *locked = g_build_filename (folder, "x", NULL);
      g_assert_cmpint (g_chmod (folder, 0555), ==, 0);
      assert_refused (locked, "Permission denied");
      g_assert_cmpint (g_chmod (folder, 0755), ==, 0);
      g_free (locked);
    }
  g_remove (file);
  g_remove (pipe);
  g_rmdir (folder);
  g_free (file);
  g_free (folder);
  g_free (below_file);
  g_free (below_none);
  g_free (long_name);
  g_free (long_path);
  g_free (pipe);
}

/* A disk that takes only some of the bytes: the old file stays, nothing else is left. */
static void
test_no_space (void)
{
  static const size_t sizes[] = { 100000, 3000000 }; /* fails in commit, fails in write */
  char *path = files_write ("full.bin", "old", 3);
  struct rlimit limit, small;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  small = (struct rlimit){ 65536, limit.rlim_max };
  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      BrgError error = { 0 };
      BrgOutput *output = brg_output_open (path, &error);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
      BrgStatus wrote = write_pattern (output, sizes[s], &error);
      g_assert_cmpint (wrote, ==, s == 0 ? BRG_OK : BRG_IO);
      g_assert_cmpint (brg_output_commit (output, &error), ==, BRG_IO);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
      g_assert_true (g_str_has_prefix (error.message, "full.bin: cannot write"));
      GByteArray *bytes = files_read (path);
      g_assert_cmpmem (bytes->data, bytes->len, "old", 3);
      g_byte_array_unref (bytes);
      g_assert_cmpint (files_count (), ==, 1);
    }
  g_remove (path);
  g_free (path);
}

static bool
contains (const GByteArray *bytes, const char *tag)
{
  for (guint i = 0; i + 4 <= bytes->len; i++)
    if (memcmp (bytes->data + i, tag, 4) == 0)
      return true;
  return false;
}

static void
test_png (void)
{
  enum
  {
    W = 37,
    H = 23
  };
  guint8 rgba[W * H * 4], back[W * H * 4];
  char *path = files_path ("image.png");
  BrgError error = { 0 };
  png_image image = { .version = PNG_IMAGE_VERSION };

  for (size_t i = 0; i < sizeof rgba; i++)
    rgba[i] = (guint8) (i * i / 3);
  g_assert_cmpint (brg_png_write (path, W, H, rgba, &error), ==, BRG_OK);
  g_assert_true (png_image_begin_read_from_file (&image, path));
  g_assert_cmpuint (image.width, ==, W);
  g_assert_cmpuint (image.height, ==, H);
  image.format = PNG_FORMAT_RGBA;
  g_assert_true (png_image_finish_read (&image, NULL, back, 0, NULL));
  g_assert_cmpmem (rgba, sizeof rgba, back, sizeof back);

  GByteArray *bytes = files_read (path);
  g_assert_false (contains (bytes, "tEXt"));
  g_assert_false (contains (bytes, "tIME"));
  uint8_t *encoded;
  size_t size;
  g_assert_cmpint (brg_png_encode (W, H, rgba, &encoded, &size, &error), ==, BRG_OK);
  g_assert_cmpmem (encoded, (int) size, bytes->data, bytes->len);
  brg_free (encoded);
  g_assert_cmpint (brg_png_encode (W, -1, rgba, &encoded, &size, &error), ==, BRG_INVALID);
  g_assert_null (encoded);
  g_byte_array_unref (bytes);
  g_assert_cmpint (brg_png_write (path, 0, H, rgba, &error), ==, BRG_INVALID);
  g_assert_cmpint (brg_png_write (path, W, 32768, rgba, &error), ==, BRG_INVALID);
  char *below_file = g_build_filename (path, "x.png", NULL);
  g_assert_cmpint (brg_png_write (below_file, W, H, rgba, &error), ==, BRG_IO);
  g_assert_true (g_str_has_prefix (error.message, below_file));
  g_assert_nonnull (strstr (error.message, "x.png: cannot open its folder"));
  g_assert_cmpint (files_count (), ==, 1);
  g_free (below_file);
  g_remove (path);
  g_free (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/io/output/commit", test_commit);
  g_test_add_func ("/io/output/keeps-old", test_keeps_old);
  g_test_add_func ("/io/output/umask", test_umask);
  g_test_add_func ("/io/output/two-at-once", test_two_at_once);
  g_test_add_func ("/io/output/refused", test_refused);
  g_test_add_func ("/io/output/no-space", test_no_space);
  g_test_add_func ("/io/png", test_png);
  int failed = g_test_run ();
  files_end ();
  return failed;
}
