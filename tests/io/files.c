#include "files.h"

#include <glib/gstdio.h>
#include <zlib.h>

static char *folder;

void
files_begin (void)
{
  GError *error = NULL;

  folder = g_dir_make_tmp ("brg-io-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
remove_tree (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
      g_free (child);
    }
  if (dir != NULL)
    g_dir_close (dir);
  g_remove (path);
}

void
files_end (void)
{
  remove_tree (folder);
  g_clear_pointer (&folder, g_free);
}

char *
files_path (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

char *
files_write (const char *name, const void *bytes, size_t size)
{
  char *path = files_path (name);

  g_remove (path); /* some file systems wait for the disk when a file is truncated and rewritten */
  FILE *file = g_fopen (path, "wb");
  g_assert_nonnull (file);
  if (size > 0)
    g_assert_cmpuint (fwrite (bytes, 1, size, file), ==, size);
  g_assert_cmpint (fclose (file), ==, 0);
  return path;
}

GByteArray *
files_read (const char *path)
{
  char *bytes;
  gsize size;
  GError *error = NULL;

  g_file_get_contents (path, &bytes, &size, &error);
  g_assert_no_error (error);
  return g_byte_array_new_take ((guint8 *) bytes, size);
}

int
files_count (void)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  int n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

void
files_gzip (GByteArray *out, const void *bytes, size_t size)
{
  z_stream z = { 0 };
  guint start = out->len;

  g_assert_cmpint (deflateInit2 (&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==,
                   Z_OK);
  guint bound = (guint) deflateBound (&z, size);
  g_byte_array_set_size (out, start + bound);
  z.next_in = (Bytef *) bytes;
  z.avail_in = (uInt) size;
  z.next_out = out->data + start;
  z.avail_out = bound;
  g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, start + bound - z.avail_out);
  deflateEnd (&z);
}

GByteArray *
files_gunzip (const void *bytes, size_t size)
{
  GByteArray *out = g_byte_array_new ();
  z_stream z = { 0 };
  int result = Z_OK;

  g_assert_cmpint (inflateInit2 (&z, 16 + MAX_WBITS), ==, Z_OK);
  z.next_in = (Bytef *) bytes;
  z.avail_in = (uInt) size;
  while (result == Z_OK)
    {
      guint8 buffer[16384];
      z.next_out = buffer;
      z.avail_out = sizeof buffer;
      result = inflate (&z, Z_NO_FLUSH);
      g_byte_array_append (out, buffer, (guint) (sizeof buffer - z.avail_out));
    }
  g_assert_cmpint (result, ==, Z_STREAM_END);
  g_assert_cmpuint (z.avail_in, ==, 0);
  inflateEnd (&z);
  return out;
}
