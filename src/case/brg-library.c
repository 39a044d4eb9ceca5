#include "case/brg-library.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "case/brg-case-error.h"
#include "case/brg-file-private.h"

#define STEM       "Case"
#define MAX_NUMBER 999999999U

/* Part of the names of files that a migration keeps beside the new one. */
#define OLD_FORMAT ".format-"

void
brg_library_entry_free (BrgLibraryEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->path);
  g_free (entry->name);
  g_free (entry);
}

char *
brg_library_get_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "bregma", "cases", NULL);
}

gboolean
brg_library_make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return _brg_file_fail (error, folder, errno);
  return TRUE;
}

/* Opens the folder; NULL without an error where there is none. */
static GDir *
open_folder (const char *folder, GError **error)
{
  GDir *dir = g_dir_open (folder, 0, NULL);

  if (dir == NULL && g_file_test (folder, G_FILE_TEST_EXISTS))
    _brg_file_fail (error, folder, g_file_test (folder, G_FILE_TEST_IS_DIR) ? EACCES : ENOTDIR);
  return dir;
}

static gboolean
is_case_name (const char *name)
{
  return name[0] != '.' && g_str_has_suffix (name, BRG_LIBRARY_SUFFIX) &&
         strstr (name, OLD_FORMAT) == NULL;
}

static BrgLibraryEntry *
entry_new (const char *folder, const char *name)
{
  GStatBuf about;
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (g_stat (path, &about) != 0 || !S_ISREG (about.st_mode))
    return NULL;
  BrgLibraryEntry *entry = g_new0 (BrgLibraryEntry, 1);
  entry->name = brg_library_name_of (path);
  entry->path = g_steal_pointer (&path);
  entry->modified_s = about.st_mtime;
  entry->size = (guint64) about.st_size;
  return entry;
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const BrgLibraryEntry *x = *(BrgLibraryEntry *const *) a, *y = *(BrgLibraryEntry *const *) b;

  if (x->modified_s != y->modified_s)
    return x->modified_s > y->modified_s ? -1 : 1;
  return strcmp (x->path, y->path);
}

GPtrArray *
brg_library_list (const char *folder, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) dir = open_folder (folder, &failure);
  const char *name;

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) brg_library_entry_free);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      BrgLibraryEntry *entry = is_case_name (name) ? entry_new (folder, name) : NULL;
      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }
  g_ptr_array_sort (entries, compare_entries);
  return entries;
}

/* The number behind the stem, 0 for none or one beyond all bounds. */
static guint
number_of (const char *name)
{
  guint number = 0;

  if (!g_str_has_prefix (name, STEM))
    return 0;
  for (const char *at = name + strlen (STEM); g_ascii_isdigit (*at); at++)
    {
      if (number > MAX_NUMBER / 10 - 1)
        return 0;
      number = number * 10 + (guint) g_ascii_digit_value (*at);
    }
  return number;
}

char *
brg_library_next_path (const char *folder, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) dir = open_folder (folder, &failure);
  const char *name;
  guint highest = 0;

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    highest = MAX (highest, number_of (name));
  g_autofree char *next = g_strdup_printf (STEM "%02u" BRG_LIBRARY_SUFFIX, highest + 1);
  return g_build_filename (folder, next, NULL);
}

char *
brg_library_name_of (const char *path)
{
  char *name = g_path_get_basename (path);

  if (g_str_has_suffix (name, BRG_LIBRARY_SUFFIX))
    name[strlen (name) - strlen (BRG_LIBRARY_SUFFIX)] = '\0';
  return name;
}
