#include "case/brg-folder-walk.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "case/brg-case-error.h"

typedef struct
{
  GPtrArray *paths;
  BrgJob *job;
} Walk;

static gboolean
may_go_on (const Walk *walk, GError **error)
{
  if (brg_job_is_cancelled (walk->job))
    return brg_case_error_cancelled (error);
  if (walk->paths->len < BRG_WALK_MAX_FILES)
    return TRUE;
  g_set_error (error, BRG_CASE_ERROR, BRG_UNSUPPORTED,
               "more than %d files: choose a folder further down", BRG_WALK_MAX_FILES);
  return FALSE;
}

/* Adds the files of one folder and puts the folders in it behind those still to be visited. */
static gboolean
visit_folder (Walk *walk, const char *folder, GDir *entries, GQueue *below, GError **error)
{
  const char *name;

  while ((name = g_dir_read_name (entries)) != NULL)
    {
      if (name[0] == '.')
        continue;
      char *path = g_build_filename (folder, name, NULL);
      GStatBuf about; /* of the link where it is one */
      gboolean is_there = g_lstat (path, &about) == 0;
      if (is_there && S_ISREG (about.st_mode))
        {
          g_ptr_array_add (walk->paths, path);
          brg_job_know (walk->job, (int) walk->paths->len);
        }
      else if (is_there && S_ISDIR (about.st_mode))
        g_queue_push_tail (below, path);
      else
        g_free (path);
      if (!may_go_on (walk, error))
        return FALSE;
    }
  return TRUE;
}

/* Level by level, so that depth is a number and not a recursion. */
static gboolean
visit_all (Walk *walk, const char *top, int n_levels, GQueue *folders, GError **error)
{
  g_autoptr (GDir) first = g_dir_open (top, 0, error);
  gboolean ok = first != NULL && visit_folder (walk, top, first, folders, error);

  for (int depth = 1; ok && depth < n_levels; depth++)
    for (guint n = folders->length; ok && n > 0; n--)
      {
        g_autofree char *folder = g_queue_pop_head (folders);
        g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
        ok = entries == NULL || visit_folder (walk, folder, entries, folders, error);
      }
  return ok;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

GPtrArray *
_brg_folder_walk (const char *folder, int depth, BrgJob *job, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  Walk walk = { paths, job };
  GQueue folders = G_QUEUE_INIT;
  gboolean ok = visit_all (&walk, folder, depth, &folders, error);

  g_queue_clear_full (&folders, g_free);
  if (!ok)
    return NULL;
  g_ptr_array_sort (paths, compare_paths);
  return g_steal_pointer (&paths);
}
