#include "fuzz.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static char *folder;

static void
remove_folder (void)
{
  fuzz_clear ();
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

const char *
fuzz_folder (void)
{
  if (folder == NULL)
    {
      folder = g_dir_make_tmp ("bregma-fuzz-XXXXXX", NULL);
      if (folder == NULL)
        g_error ("no folder: %s", g_strerror (errno));
      atexit (remove_folder);
    }
  return folder;
}

char *
fuzz_write (const char *name, const void *bytes, gsize size)
{
  char *path = g_build_filename (fuzz_folder (), name, NULL);
  FILE *file = g_fopen (path, "wb");

  if (file == NULL || (size > 0 && fwrite (bytes, 1, size, file) != size) || fclose (file) != 0)
    g_error ("%s: %s", path, g_strerror (errno));
  return path;
}

guint
fuzz_clear (void)
{
  GDir *dir = g_dir_open (fuzz_folder (), 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      char *path = g_build_filename (folder, name, NULL);
      g_assert_cmpint (g_remove (path), ==, 0);
      g_free (path);
      n++;
    }
  g_dir_close (dir);
  return n;
}

void
fuzz_pack (GByteArray *out, const void *bytes, gsize size, gboolean as_gzip)
{
  z_stream z = { 0 };
  int bits = as_gzip ? 16 + MAX_WBITS : MAX_WBITS;
  guint start = out->len;

  g_assert_cmpint (deflateInit2 (&z, 1, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
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

guint32
fuzz_take (const uint8_t **bytes, size_t *size, guint n_bytes)
{
  guint32 value = 0;

  for (guint b = 0; b<n_bytes && * size> 0; b++, (*size)--)
    value |= (guint32) * (*bytes)++ << (8 * b);
  return value;
}
