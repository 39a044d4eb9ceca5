#include "case/brg-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case/brg-case-error.h"
#include "io/brg-output.h"

gboolean
_brg_file_fail (GError **error, const char *path, int errnum)
{
  g_autofree char *name = g_filename_display_basename (path);

  g_set_error (error, BRG_CASE_ERROR, BRG_IO, "%s: %s", name, g_strerror (errnum));
  return FALSE;
}

void
_brg_file_name_error (GError **error, const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);

  g_prefix_error (error, "%s: ", name);
}

FILE *
_brg_file_open (const char *path, GError **error)
{
  GStatBuf about;

  if (g_stat (path, &about) != 0)
    {
      _brg_file_fail (error, path, errno);
      return NULL;
    }
  if (!S_ISREG (about.st_mode))
    {
      _brg_file_fail (error, path, S_ISDIR (about.st_mode) ? EISDIR : EINVAL);
      return NULL;
    }
  FILE *file = g_fopen (path, "rb");
  if (file == NULL)
    _brg_file_fail (error, path, errno);
  else
    setvbuf (file, NULL, _IONBF, 0); /* which nobody would overwrite */
  return file;
}

gsize
_brg_file_begin (const char *path, void *bytes, gsize size)
{
  FILE *file = _brg_file_open (path, NULL);

  if (file == NULL)
    return 0;
  gsize n = fread (bytes, 1, size, file);
  fclose (file);
  return n;
}

char *
_brg_file_read (const char *path, gsize max_bytes, gsize *length, GError **error)
{
  FILE *file = _brg_file_open (path, error);

  if (file == NULL)
    return NULL;
  struct stat about;
  int errnum = fstat (fileno (file), &about) != 0              ? errno
               : (guint64) about.st_size > (guint64) max_bytes ? EFBIG
                                                               : 0;
  gsize size = errnum == 0 ? (gsize) about.st_size : 0;
  g_autofree char *text = g_malloc (size + 1);
  *length = fread (text, 1, size, file);
  if (ferror (file))
    errnum = errno;
  fclose (file);
  if (errnum != 0)
    {
      _brg_file_fail (error, path, errnum);
      return NULL;
    }
  text[*length] = '\0';
  return g_steal_pointer (&text);
}

gboolean
_brg_file_write (const char *path, const char *text, GError **error)
{
  BrgError fault = { 0 };

  return brg_output_write_file (path, text, strlen (text), &fault) == BRG_OK ||
         brg_case_error_set (error, &fault);
}

void
_brg_file_sync_folder (const char *path)
{
  int folder = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  if (folder < 0)
    return;
  fsync (folder);
  close (folder);
}

void
_brg_file_remove_tree (const char *path)
{
  GStatBuf about;

  if (g_lstat (path, &about) != 0)
    return;
  if (S_ISDIR (about.st_mode))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;
      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *inside = g_build_filename (path, name, NULL);
          _brg_file_remove_tree (inside);
        }
    }
  g_remove (path);
}
