#include "case/brg-publish-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "case/brg-case-error.h"
#include "case/brg-file-private.h"

/* A rename that was done; undone by renaming back. */
typedef struct
{
  char *from, *to;
} Step;

struct BrgPublish
{
  char *dir;
  char *part;      /* hidden folder: new/ and old/ lie in it */
  GPtrArray *made; /* folders made for this set, outermost first */
  GArray *steps;   /* Step */
  gboolean committed;
};

static void
step_clear (gpointer data)
{
  Step *step = data;

  g_free (step->from);
  g_free (step->to);
}

/* Makes a folder and those above it, noting each. */
static gboolean
make_folder (BrgPublish *self, const char *path, GError **error)
{
  if (g_mkdir (path, 0777) == 0)
    {
      g_ptr_array_add (self->made, g_strdup (path));
      return TRUE;
    }
  if (errno == EEXIST && g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (errno == EEXIST)
    {
      g_set_error_literal (error, BRG_CASE_ERROR, BRG_IO, "is a file, not a folder");
      _brg_file_name_error (error, path);
      return FALSE;
    }
  if (errno != ENOENT)
    return _brg_file_fail (error, path, errno);

  g_autofree char *above = g_path_get_dirname (path);
  if (!make_folder (self, above, error))
    return FALSE;
  if (g_mkdir (path, 0777) != 0)
    return _brg_file_fail (error, path, errno);
  g_ptr_array_add (self->made, g_strdup (path));
  return TRUE;
}

static gboolean
move (BrgPublish *self, const char *from, const char *to, GError **error)
{
  if (g_rename (from, to) != 0)
    return _brg_file_fail (error, to, errno);
  Step step = { g_strdup (from), g_strdup (to) };
  g_array_append_val (self->steps, step);
  return TRUE;
}

/* Moves what lies at `path` out of the way; a folder there is an error. */
static gboolean
set_aside (BrgPublish *self, const char *path, GError **error)
{
  GStatBuf about;
  g_autofree char *target = g_build_filename (self->dir, path, NULL);

  if (g_lstat (target, &about) != 0)
    return errno == ENOENT || errno == ENOTDIR || _brg_file_fail (error, target, errno);
  if (S_ISDIR (about.st_mode))
    return _brg_file_fail (error, target, EISDIR);
  g_autofree char *name = g_strdup_printf ("%u", self->steps->len);
  g_autofree char *old = g_build_filename (self->part, "old", name, NULL);
  return move (self, target, old, error);
}

static gboolean
put_in_place (BrgPublish *self, const char *path, GError **error)
{
  g_autofree char *built = g_build_filename (self->part, "new", path, NULL);
  g_autofree char *target = g_build_filename (self->dir, path, NULL);
  g_autofree char *folder = g_path_get_dirname (target);

  return make_folder (self, folder, error) && set_aside (self, path, error) &&
         move (self, built, target, error);
}

static void
take_back (BrgPublish *self)
{
  for (guint s = self->steps->len; s > 0; s--)
    {
      const Step *step = &g_array_index (self->steps, Step, s - 1);
      g_rename (step->to, step->from);
    }
}

static void
sync_folders (BrgPublish *self, GPtrArray *paths)
{
  for (guint p = 0; p < paths->len; p++)
    {
      g_autofree char *target = g_build_filename (self->dir, paths->pdata[p], NULL);
      g_autofree char *folder = g_path_get_dirname (target);
      _brg_file_sync_folder (folder);
    }
}

BrgPublish *
_brg_publish_new (const char *dir, const char *name, GError **error)
{
  g_autoptr (BrgPublish) self = g_new0 (BrgPublish, 1);
  g_autofree char *wild = g_strnfill (6, 'X'); /* for g_mkdtemp() to fill in */
  g_autofree char *pattern = g_strdup_printf (".%s.part-%s", name, wild);
  g_autofree char *part = g_build_filename (dir, pattern, NULL);

  self->dir = g_strdup (dir);
  self->made = g_ptr_array_new_with_free_func (g_free);
  self->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_array_set_clear_func (self->steps, step_clear);
  if (!make_folder (self, dir, error))
    return NULL;
  if (g_mkdtemp (part) == NULL)
    {
      _brg_file_fail (error, dir, errno);
      return NULL;
    }
  self->part = g_steal_pointer (&part);
  g_autofree char *old = g_build_filename (self->part, "old", NULL);
  if (g_mkdir (old, 0777) != 0)
    {
      _brg_file_fail (error, dir, errno);
      return NULL;
    }
  return g_steal_pointer (&self);
}

char *
_brg_publish_build_path (BrgPublish *self, const char *path)
{
  char *built = g_build_filename (self->part, "new", path, NULL);
  g_autofree char *folder = g_path_get_dirname (built);

  g_mkdir_with_parents (folder, 0777);
  return built;
}

gboolean
_brg_publish_commit (BrgPublish *self, GPtrArray *paths, GPtrArray *stale, GError **error)
{
  gboolean ok = TRUE;

  for (guint s = 0; ok && s < stale->len; s++)
    ok = set_aside (self, stale->pdata[s], error);
  for (guint p = 0; ok && p < paths->len; p++)
    {
      if (p + 1 == paths->len) /* the manifest vouches for what is on the disk already */
        sync_folders (self, paths);
      ok = put_in_place (self, paths->pdata[p], error);
    }
  if (!ok)
    {
      take_back (self);
      return FALSE;
    }
  self->committed = TRUE;
  for (guint s = 0; s < stale->len; s++)
    {
      g_autofree char *target = g_build_filename (self->dir, stale->pdata[s], NULL);
      g_autofree char *folder = g_path_get_dirname (target);
      g_rmdir (folder); /* only when nothing is left in it */
    }
  _brg_file_sync_folder (self->dir);
  return TRUE;
}

void
_brg_publish_free (BrgPublish *self)
{
  if (self->part != NULL)
    _brg_file_remove_tree (self->part);
  for (guint m = self->made->len; !self->committed && m > 0; m--)
    g_rmdir (self->made->pdata[m - 1]);
  g_ptr_array_unref (self->made);
  g_array_unref (self->steps);
  g_free (self->dir);
  g_free (self->part);
  g_free (self);
}
