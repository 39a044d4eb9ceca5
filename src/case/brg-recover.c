#include "case/brg-recover-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "case/brg-file-private.h"

/* The files of a case in the order they are put in place. */
static GPtrArray *
list_paths (const BrgManifestCase *one)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (guint f = 0; f < one->files->len; f++)
    {
      const BrgManifestFile *file = one->files->pdata[f];
      g_ptr_array_add (paths, g_strdup (file->path));
    }
  g_ptr_array_add (paths, g_strdup (BRG_MANIFEST_NAME));
  return paths;
}

/* What the last export of this name wrote and this one does not. */
static GPtrArray *
list_stale (const BrgManifest *manifest, const char *name, GPtrArray *paths)
{
  const BrgManifestCase *old = _brg_manifest_find (manifest, name);
  GPtrArray *stale = g_ptr_array_new_with_free_func (g_free);

  for (guint f = 0; old != NULL && f < old->files->len; f++)
    {
      const BrgManifestFile *file = old->files->pdata[f];
      if (!g_ptr_array_find_with_equal_func (paths, file->path, g_str_equal, NULL))
        g_ptr_array_add (stale, g_strdup (file->path));
    }
  return stale;
}

/* With the folder locked. Consumes `listed`. */
static gboolean
publish_locked (BrgPublish *publish, BrgManifestCase *listed, GError **error)
{
  g_autoptr (BrgManifestCase) one = listed;
  g_autofree char *built = _brg_publish_build_path (publish, BRG_MANIFEST_NAME);

  if (!_brg_publish_check (publish, error))
    return FALSE;
  g_autoptr (BrgManifest) manifest =
    _brg_manifest_load (_brg_publish_get_folder (publish), TRUE, error);
  if (manifest == NULL)
    return FALSE;
  g_autoptr (GPtrArray) paths = list_paths (one);
  g_autoptr (GPtrArray) stale = list_stale (manifest, one->name, paths);
  _brg_manifest_take_case (manifest, g_steal_pointer (&one));
  g_autofree char *text = _brg_manifest_to_json (manifest);
  return _brg_file_write (built, text, error) && _brg_publish_commit (publish, paths, stale, error);
}

gboolean
_brg_publish_case (BrgPublish *publish, BrgManifestCase *listed, GError **error)
{
  int lock = _brg_publish_lock (_brg_publish_get_folder (publish), error);

  if (lock < 0)
    {
      _brg_manifest_case_free (listed);
      return FALSE;
    }
  gboolean ok = publish_locked (publish, listed, error);
  _brg_publish_unlock (lock);
  return ok;
}

/* Removes folders that were made for files that never came. */
static void
remove_empty_folders (BrgPublish *publish, GPtrArray *paths)
{
  for (guint p = 0; p < paths->len; p++)
    {
      g_autofree char *target =
        g_build_filename (_brg_publish_get_folder (publish), paths->pdata[p], NULL);
      g_autofree char *folder = g_path_get_dirname (target);
      if (strchr (paths->pdata[p], '/') != NULL)
        g_rmdir (folder);
    }
}

/* A set that is whole: moved on if moving had begun. */
static gboolean
recover_set (BrgPublish *publish, BrgManifestCase *listed, GError **error)
{
  g_autoptr (BrgManifestCase) one = listed;
  g_autoptr (BrgManifest) current =
    _brg_manifest_load (_brg_publish_get_folder (publish), TRUE, error);

  if (current == NULL)
    return FALSE;
  g_autoptr (GPtrArray) paths = list_paths (one);
  g_autoptr (GPtrArray) stale = list_stale (current, one->name, paths);
  if (!_brg_publish_is_plain (publish, paths) || !_brg_publish_is_plain (publish, stale))
    {
      _brg_publish_leave (publish);
      return TRUE;
    }
  if (_brg_publish_is_begun (publish, paths, stale))
    return publish_locked (publish, g_steal_pointer (&one), error);
  remove_empty_folders (publish, paths);
  return TRUE;
}

/* What one hidden folder holds; it goes with `publish` unless it is not what an export leaves. */
static gboolean
recover_one (BrgPublish *publish, GError **error)
{
  g_autofree char *manifest_path = _brg_publish_build_path (publish, BRG_MANIFEST_NAME);

  if (!g_file_test (manifest_path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_autofree char *built = g_path_get_dirname (manifest_path);
  g_autoptr (BrgManifest) manifest = _brg_manifest_load (built, FALSE, NULL);
  BrgManifestCase *one =
    manifest != NULL ? _brg_manifest_steal (manifest, _brg_publish_get_name (publish)) : NULL;
  if (one == NULL)
    {
      _brg_publish_leave (publish);
      return TRUE;
    }
  if (recover_set (publish, one, error))
    return TRUE;
  _brg_publish_leave (publish);
  return FALSE;
}

gboolean
brg_export_recover (const char *dir, GError **error)
{
  g_auto (GStrv) parts = _brg_publish_list (dir);
  gboolean ok = TRUE;

  if (parts[0] == NULL || g_access (dir, W_OK) != 0)
    return TRUE;
  int lock = _brg_publish_lock (dir, error);
  if (lock < 0)
    return FALSE;
  for (gsize p = 0; parts[p] != NULL && ok; p++)
    {
      g_autoptr (BrgPublish) publish = _brg_publish_reopen (dir, parts[p]);
      ok = publish == NULL || recover_one (publish, error);
    }
  _brg_publish_unlock (lock);
  return ok;
}
