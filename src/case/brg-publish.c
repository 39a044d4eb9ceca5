#define _GNU_SOURCE /* flock() */

#include "case/brg-publish-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case/brg-case-error.h"
#include "case/brg-file-private.h"
#include "case/brg-manifest-private.h"

#define PART       ".part-"
#define N_RANDOM   6 /* letters that make a hidden folder's name its own */
#define WAIT_US    20000
#define MAX_N_WAIT 500

struct BrgPublish
{
  char *dir;
  char *name;      /* of the case */
  char *part;      /* hidden folder */
  int lock;        /* its lock file, or -1 */
  GPtrArray *made; /* folders made for this set, outermost first */
  gboolean committed;
  int errnum;     /* of the first folder to build in that could not be made */
  gboolean stays; /* a step could not be taken back */
};

static gboolean
exists (const char *path)
{
  GStatBuf about;

  return g_lstat (path, &about) == 0;
}

static char *
in_new (const BrgPublish *self, const char *path)
{
  return g_build_filename (self->part, "new", path, NULL);
}

static char *
in_old (const BrgPublish *self, const char *path)
{
  return g_build_filename (self->part, "old", path, NULL);
}

static char *
in_place (const BrgPublish *self, const char *path)
{
  return g_build_filename (self->dir, path, NULL);
}

static gboolean
make_one_folder (BrgPublish *self, const char *path)
{
  if (g_mkdir (path, 0777) != 0)
    return FALSE;
  g_ptr_array_add (self->made, g_strdup (path));
  return TRUE;
}

/* Makes a folder and those above it, noting each. */
static gboolean
make_folder (BrgPublish *self, const char *path, GError **error)
{
  if (make_one_folder (self, path))
    return TRUE;
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
  return make_one_folder (self, path) || _brg_file_fail (error, path, errno);
}

/* Makes the folder a file of the hidden folder lies in. */
static gboolean
make_hidden_folder (const char *file)
{
  g_autofree char *folder = g_path_get_dirname (file);

  return g_mkdir_with_parents (folder, 0777) == 0;
}

static gboolean
move (const char *from, const char *to, GError **error)
{
  return g_rename (from, to) == 0 || _brg_file_fail (error, to, errno);
}

/* Moves what lies at `path` out of the way, unless that was done; a folder there is an error. */
static gboolean
set_aside (BrgPublish *self, const char *path, GError **error)
{
  GStatBuf about;
  g_autofree char *target = in_place (self, path), *old = in_old (self, path);

  if (exists (old))
    return TRUE;
  if (g_lstat (target, &about) != 0)
    return errno == ENOENT || errno == ENOTDIR || _brg_file_fail (error, target, errno);
  if (S_ISDIR (about.st_mode))
    return _brg_file_fail (error, target, EISDIR);
  return move (target, old, error);
}

static gboolean
put_in_place (BrgPublish *self, const char *path, GError **error)
{
  g_autofree char *built = in_new (self, path), *target = in_place (self, path);
  g_autofree char *folder = g_path_get_dirname (target);

  if (!exists (built))
    return TRUE;
  return make_folder (self, folder, error) && set_aside (self, path, error) &&
         move (built, target, error);
}

/* The way back for one file that was set aside, or put in place, or both. */
static gboolean
take_back_one (BrgPublish *self, const char *path, gboolean is_new)
{
  g_autofree char *built = in_new (self, path), *target = in_place (self, path);
  g_autofree char *old = in_old (self, path);

  if (is_new && !exists (built) && exists (target) && !move (target, built, NULL))
    return FALSE;
  return !exists (old) || move (old, target, NULL);
}

static gboolean
take_back (BrgPublish *self, GPtrArray *paths, GPtrArray *stale)
{
  gboolean ok = TRUE;

  for (guint p = paths->len; p > 0; p--)
    ok &= take_back_one (self, paths->pdata[p - 1], TRUE);
  for (guint s = stale->len; s > 0; s--)
    ok &= take_back_one (self, stale->pdata[s - 1], FALSE);
  return ok;
}

static void
sync_folders (BrgPublish *self, GPtrArray *paths)
{
  g_autofree char *last = NULL;

  for (guint p = 0; p < paths->len; p++)
    {
      g_autofree char *target = in_place (self, paths->pdata[p]);
      g_autofree char *folder = g_path_get_dirname (target);
      if (g_strcmp0 (folder, last) != 0)
        _brg_file_sync_folder (folder);
      g_free (last);
      last = g_steal_pointer (&folder);
    }
}

/* Makes a place for what will be set aside, and it durable. */
static gboolean
make_old_folders (BrgPublish *self, GPtrArray *paths, GError **error)
{
  g_autofree char *last = NULL;

  for (guint p = 0; p < paths->len; p++)
    {
      g_autofree char *old = in_old (self, paths->pdata[p]);
      g_autofree char *folder = g_path_get_dirname (old);
      if (g_strcmp0 (folder, last) == 0)
        continue;
      if (!make_hidden_folder (old))
        return _brg_file_fail (error, self->dir, errno);
      _brg_file_sync_folder (folder);
      g_free (last);
      last = g_steal_pointer (&folder);
    }
  return TRUE;
}

/* The hidden folder is durable before anything is moved out of it or into it. */
static gboolean
prepare_moves (BrgPublish *self, GPtrArray *paths, GPtrArray *stale, GError **error)
{
  g_autofree char *new = in_new (self, "."), *old = in_old (self, ".");

  if (!make_old_folders (self, paths, error) || !make_old_folders (self, stale, error))
    return FALSE;
  _brg_file_sync_folder (new);
  _brg_file_sync_folder (old);
  _brg_file_sync_folder (self->part);
  _brg_file_sync_folder (self->dir);
  return TRUE;
}

/* Whether `name` is that of a hidden folder; of which case. */
static char *
case_of (const char *name)
{
  const char *mark = name[0] == '.' ? strstr (name, PART) : NULL;

  if (mark == NULL || strlen (mark) != strlen (PART) + N_RANDOM)
    return NULL;
  char *of = g_strndup (name + 1, (gsize) (mark - name - 1));
  if (!brg_export_name_is_valid (of))
    g_clear_pointer (&of, g_free);
  return of;
}

static BrgPublish *
publish_alloc (const char *dir, const char *name)
{
  BrgPublish *self = g_new0 (BrgPublish, 1);

  self->dir = g_strdup (dir);
  self->name = g_strdup (name);
  self->lock = -1;
  self->made = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/* Without waiting. FALSE: another process has it, or there are no locks here. */
static gboolean
lock_hidden (BrgPublish *self)
{
  g_autofree char *path = g_build_filename (self->part, "lock", NULL);

  self->lock = g_open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  return self->lock >= 0 && flock (self->lock, LOCK_EX | LOCK_NB) == 0;
}

static gboolean
make_hidden (BrgPublish *self)
{
  g_autofree char *wild = g_strnfill (N_RANDOM, 'X'); /* for g_mkdtemp() to fill in */
  g_autofree char *pattern = g_strdup_printf (".%s" PART "%s", self->name, wild);
  g_autofree char *part = g_build_filename (self->dir, pattern, NULL);

  if (g_mkdtemp (part) == NULL)
    return FALSE;
  self->part = g_steal_pointer (&part);
  g_autofree char *new = in_new (self, "."), *old = in_old (self, ".");
  return (lock_hidden (self) || self->lock >= 0) && g_mkdir_with_parents (new, 0777) == 0 &&
         g_mkdir_with_parents (old, 0777) == 0;
}

BrgPublish *
_brg_publish_new (const char *dir, const char *name, GError **error)
{
  g_autoptr (BrgPublish) self = publish_alloc (dir, name);

  if (!make_folder (self, dir, error))
    return NULL;
  int lock = _brg_publish_lock (dir, error);
  if (lock < 0)
    return NULL;
  gboolean made = make_hidden (self);
  int errnum = errno;
  _brg_publish_unlock (lock);
  if (made)
    return g_steal_pointer (&self);
  _brg_file_fail (error, dir, errnum);
  return NULL;
}

static int
compare_cb (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

GStrv
_brg_publish_list (const char *dir)
{
  g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  const char *entry;

  while (entries != NULL && (entry = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *name = case_of (entry), *path = g_build_filename (dir, entry, NULL);
      GStatBuf about;
      if (name != NULL && g_lstat (path, &about) == 0 && S_ISDIR (about.st_mode))
        g_ptr_array_add (parts, g_strdup (entry));
    }
  g_ptr_array_sort (parts, compare_cb);
  g_ptr_array_add (parts, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&parts), FALSE);
}

/* A folder, not a link to one; nothing there is fine. */
static gboolean
is_plain_folder (const char *path)
{
  GStatBuf about;

  return g_lstat (path, &about) == 0 ? S_ISDIR (about.st_mode) : errno == ENOENT;
}

/* Whether nothing but lock, new/ and old/ lies in the hidden folder. */
static gboolean
looks_like_ours (const BrgPublish *self)
{
  static const char *const names[] = { "lock", "new", "old", NULL };
  g_autofree char *new = in_new (self, ""), *old = in_old (self, "");
  g_autoptr (GDir) entries = g_dir_open (self->part, 0, NULL);
  const char *entry;

  if (entries == NULL)
    return FALSE;
  while ((entry = g_dir_read_name (entries)) != NULL)
    if (!g_strv_contains (names, entry))
      return FALSE;
  new[strlen (new) - 1] = old[strlen (old) - 1] = '\0';
  return is_plain_folder (new) && is_plain_folder (old);
}

gboolean
_brg_publish_is_plain (const BrgPublish *self, GPtrArray *paths)
{
  for (guint p = 0; p < paths->len; p++)
    {
      g_autofree char *built = in_new (self, paths->pdata[p]),
                      *old = in_old (self, paths->pdata[p]);
      g_autofree char *new_folder = g_path_get_dirname (built);
      g_autofree char *old_folder = g_path_get_dirname (old);
      if (!is_plain_folder (new_folder) || !is_plain_folder (old_folder))
        return FALSE;
    }
  return TRUE;
}

BrgPublish *
_brg_publish_reopen (const char *dir, const char *part)
{
  g_autofree char *name = case_of (part);
  g_autoptr (BrgPublish) self = publish_alloc (dir, name);

  self->part = g_build_filename (dir, part, NULL);
  self->stays = !looks_like_ours (self) || !lock_hidden (self);
  return self->stays ? NULL : g_steal_pointer (&self);
}

const char *
_brg_publish_get_name (const BrgPublish *self)
{
  return self->name;
}

const char *
_brg_publish_get_folder (const BrgPublish *self)
{
  return self->dir;
}

void
_brg_publish_leave (BrgPublish *self)
{
  self->stays = TRUE;
}

char *
_brg_publish_build_path (BrgPublish *self, const char *path)
{
  char *built = in_new (self, path);

  if (!make_hidden_folder (built) && self->errnum == 0)
    self->errnum = errno;
  return built;
}

gboolean
_brg_publish_check (const BrgPublish *self, GError **error)
{
  return self->errnum == 0 || _brg_file_fail (error, self->dir, self->errnum);
}

void
_brg_publish_name_error (const BrgPublish *self, GError **error)
{
  g_autofree char *built = g_build_filename (self->part, "new", "", NULL);
  g_autofree char *target = g_build_filename (self->dir, "", NULL);

  if (error == NULL || *error == NULL)
    return;
  g_auto (GStrv) pieces = g_strsplit ((*error)->message, built, -1);
  g_autofree char *message = g_strjoinv (target, pieces);
  g_free (g_steal_pointer (&(*error)->message));
  (*error)->message = g_steal_pointer (&message);
}

gboolean
_brg_publish_is_begun (const BrgPublish *self, GPtrArray *paths, GPtrArray *stale)
{
  gboolean begun = FALSE;

  for (guint p = 0; p < paths->len && !begun; p++)
    {
      g_autofree char *built = in_new (self, paths->pdata[p]),
                      *old = in_old (self, paths->pdata[p]);
      begun = !exists (built) || exists (old);
    }
  for (guint s = 0; s < stale->len && !begun; s++)
    {
      g_autofree char *old = in_old (self, stale->pdata[s]);
      begun = exists (old);
    }
  return begun;
}

static gboolean
move_all (BrgPublish *self, GPtrArray *paths, GPtrArray *stale, GError **error)
{
  if (!prepare_moves (self, paths, stale, error))
    return FALSE;
  for (guint s = 0; s < stale->len; s++)
    if (!set_aside (self, stale->pdata[s], error))
      return FALSE;
  for (guint p = 0; p < paths->len; p++)
    {
      if (p + 1 == paths->len) /* the last vouches for what is on the disk already */
        sync_folders (self, paths);
      if (!put_in_place (self, paths->pdata[p], error))
        return FALSE;
    }
  return TRUE;
}

/* After the last move: its durability, and folders that are empty now. */
static void
tidy_up (BrgPublish *self, GPtrArray *stale)
{
  for (guint s = 0; s < stale->len; s++)
    {
      g_autofree char *target = in_place (self, stale->pdata[s]);
      g_autofree char *folder = g_path_get_dirname (target);
      g_rmdir (folder); /* only when nothing is left in it */
    }
  _brg_file_sync_folder (self->dir);
  for (guint m = self->made->len; m > 0; m--)
    {
      g_autofree char *above = g_path_get_dirname (self->made->pdata[m - 1]);
      _brg_file_sync_folder (above);
    }
}

gboolean
_brg_publish_commit (BrgPublish *self, GPtrArray *paths, GPtrArray *stale, GError **error)
{
  if (!move_all (self, paths, stale, error))
    {
      self->stays = !take_back (self, paths, stale);
      return FALSE;
    }
  self->committed = TRUE;
  tidy_up (self, stale);
  return TRUE;
}

/* First the manifest goes, durably, so that a set half removed is never taken for a whole one. */
static void
remove_hidden (BrgPublish *self)
{
  g_autofree char *manifest = in_new (self, BRG_MANIFEST_NAME), *new = in_new (self, ".");

  if (exists (manifest) && g_unlink (manifest) != 0)
    return;
  _brg_file_sync_folder (new);
  _brg_file_remove_tree (self->part);
}

void
_brg_publish_free (BrgPublish *self)
{
  if (self->part != NULL && !self->stays)
    remove_hidden (self);
  if (self->lock >= 0)
    close (self->lock);
  for (guint m = self->made->len; !self->committed && m > 0; m--)
    g_rmdir (self->made->pdata[m - 1]);
  g_ptr_array_unref (self->made);
  g_free (self->dir);
  g_free (self->name);
  g_free (self->part);
  g_free (self);
}

int
_brg_publish_lock (const char *dir, GError **error)
{
  int lock = g_open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (lock < 0)
    {
      _brg_file_fail (error, dir, errno);
      return -1;
    }
  for (int n = 0; flock (lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; n++)
    {
      if (n == MAX_N_WAIT)
        {
          close (lock);
          g_set_error_literal (error, BRG_CASE_ERROR, BRG_IO,
                               "another program is moving files into it");
          _brg_file_name_error (error, dir);
          return -1;
        }
      g_usleep (WAIT_US);
    }
  return lock;
}

void
_brg_publish_unlock (int lock)
{
  close (lock);
}
