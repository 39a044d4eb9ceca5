#define _GNU_SOURCE /* renameat2() */

#include "case/brg-store-part.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case/brg-file-private.h"
#include "case/brg-store-private.h"

#define MODE 0600 /* there is a scan in it, and so somebody's head */

/* The hidden name is always the same for a target, so that what a crash left behind is used up by
 * the next try. */
static char *
part_path (const char *target)
{
  g_autofree char *folder = g_path_get_dirname (target);
  g_autofree char *name = g_path_get_basename (target);
  g_autofree char *hidden = g_strdup_printf (".%s" BRG_STORE_PART_SUFFIX, name);

  return g_build_filename (folder, hidden, NULL);
}

/* What stands at the target's name: absent is fine, a file or a link is replaced. */
static gboolean
check_target (const char *target, GError **error)
{
  GStatBuf about;

  if (g_lstat (target, &about) != 0)
    return errno == ENOENT || _brg_store_errno (error, target, errno);
  return S_ISREG (about.st_mode) || S_ISLNK (about.st_mode) ||
         _brg_store_error (error, target, BRG_STORE_ERROR_IO,
                           "exists and is no file that could be replaced");
}

/* A name that a crash left beside that of a finished case is only taken away. */
static gboolean
is_second_name (BrgStorePart *self)
{
  struct stat about;

  if (fstat (_brg_store_hold_get_fd (self->hold), &about) != 0 || about.st_nlink < 2)
    return FALSE;
  g_unlink (self->path);
  g_clear_pointer (&self->hold, _brg_store_hold_release);
  return TRUE;
}

/* The lock of the hidden file; errors name the target. */
static gboolean
hold_part (BrgStorePart *self, GError **error)
{
  g_autoptr (GError) fault = NULL;

  do
    self->hold = _brg_store_hold_write (self->path, TRUE, &fault);
  while (self->hold != NULL && is_second_name (self));
  if (self->hold != NULL)
    return TRUE;
  const char *reason = strstr (fault->message, ": ");
  g_clear_pointer (&self->path, g_free); /* not ours to remove */
  return _brg_store_error (error, self->target, fault->code, "%s",
                           reason != NULL ? reason + 2 : fault->message);
}

static gboolean
exists (GError **error, const char *target)
{
  return _brg_store_error (error, target, BRG_STORE_ERROR_EXISTS, "exists already");
}

/* What a crash left may be readable by others. Some file systems know no permissions. */
static gboolean
empty (int fd)
{
  return ftruncate (fd, 0) == 0 &&
         (fchmod (fd, MODE) == 0 || errno == EPERM || errno == ENOTSUP || errno == ENOSYS);
}

BrgStorePart *
_brg_store_part_new (const char *target, gboolean may_replace, GError **error)
{
  if (!check_target (target, error))
    return NULL;
  if (!may_replace && g_access (target, F_OK) == 0)
    {
      exists (error, target);
      return NULL;
    }
  g_autoptr (BrgStorePart) self = g_new0 (BrgStorePart, 1);
  self->target = g_strdup (target);
  self->may_replace = may_replace;
  self->path = part_path (target);
  if (!hold_part (self, error))
    return NULL;
  if (empty (_brg_store_hold_get_fd (self->hold)))
    return g_steal_pointer (&self);
  _brg_store_errno (error, target, errno);
  return NULL;
}

/* Brings an older case to rest, and makes sure that nobody writes to it. What is no sound case is
 * only in the way. */
static gboolean
settle_target (const char *target, BrgStoreHold **old, GError **error)
{
  g_autoptr (GError) fault = NULL;
  BrgStore *store = _brg_store_open_as_is (target, BRG_STORE_WRITE, &fault);

  if (store != NULL)
    {
      *old = g_steal_pointer (&store->hold); /* held until it is replaced */
      _brg_store_free (store);
      return TRUE;
    }
  if (!g_error_matches (fault, BRG_STORE_ERROR, BRG_STORE_ERROR_LOCKED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

static gboolean
sync_file (BrgStorePart *self, GError **error)
{
  int status;

  do
    status = fsync (_brg_store_hold_get_fd (self->hold));
  while (status != 0 && errno == EINTR);
  return status == 0 || _brg_store_errno (error, self->target, errno);
}

/* SQLite would take the journal of a file that is not there any more for one of ours. */
static gboolean
remove_journal (const char *target, GError **error)
{
  g_autofree char *journal = _brg_store_journal_path (target);

  return g_unlink (journal) == 0 || errno == ENOENT || _brg_store_errno (error, target, errno);
}

/* The name must be free. Where the system cannot rename so, a second name does it. */
static gboolean
give_free_name (BrgStorePart *self, GError **error)
{
  if (renameat2 (AT_FDCWD, self->path, AT_FDCWD, self->target, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return errno == EEXIST ? exists (error, self->target)
                           : _brg_store_errno (error, self->target, errno);
  if (link (self->path, self->target) != 0)
    return errno == EEXIST ? exists (error, self->target)
                           : _brg_store_errno (error, self->target, errno);
  g_unlink (self->path);
  return TRUE;
}

static gboolean
replace (BrgStorePart *self, GError **error)
{
  return g_rename (self->path, self->target) == 0 || _brg_store_errno (error, self->target, errno);
}

gboolean
_brg_store_part_publish (BrgStorePart *self, GError **error)
{
  g_autoptr (BrgStoreHold) old = NULL;
  g_autofree char *folder = g_path_get_dirname (self->target);

  if (!sync_file (self, error))
    return FALSE;
  if (self->may_replace && !self->is_settled && g_access (self->target, F_OK) == 0 &&
      !settle_target (self->target, &old, error))
    return FALSE;
  if (!remove_journal (self->target, error))
    return FALSE;
  if (!(self->may_replace ? replace (self, error) : give_free_name (self, error)))
    return FALSE;
  self->is_published = TRUE;
  _brg_file_sync_folder (folder);
  return TRUE;
}

void
_brg_store_part_free (BrgStorePart *self)
{
  if (self == NULL)
    return;
  if (!self->is_published && self->path != NULL)
    g_unlink (self->path);
  _brg_store_hold_release (self->hold);
  g_free (self->target);
  g_free (self->path);
  g_free (self);
}
