#define _DEFAULT_SOURCE /* flock() */

#include "case/brg-store-hold.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case/brg-store-private.h"

/* Another may look whether the file is locked at the very moment. */
#define TRIES        6
#define TRY_AGAIN_US 20000

/* A file that somebody in this process has open. */
typedef struct
{
  dev_t device;
  ino_t inode;
  guint n_holds;
  gboolean has_writer;
  GArray *parked; /* descriptors to close with the last hold */
} Node;

struct BrgStoreHold
{
  Node *node;
  int fd; /* of a writer; -1 */
};

static GMutex lock; /* of all below */
static GPtrArray *nodes;

static Node *
find_node (const struct stat *about)
{
  for (guint n = 0; nodes != NULL && n < nodes->len; n++)
    {
      Node *node = g_ptr_array_index (nodes, n);
      if (node->device == about->st_dev && node->inode == about->st_ino)
        return node;
    }
  return NULL;
}

static Node *
take_node (const struct stat *about)
{
  Node *node = find_node (about);

  if (node == NULL)
    {
      node = g_new0 (Node, 1);
      node->device = about->st_dev;
      node->inode = about->st_ino;
      node->parked = g_array_new (FALSE, FALSE, sizeof (int));
      if (nodes == NULL)
        nodes = g_ptr_array_new ();
      g_ptr_array_add (nodes, node);
    }
  node->n_holds++;
  return node;
}

static void
drop_node (Node *node)
{
  if (--node->n_holds > 0)
    return;
  for (guint d = 0; d < node->parked->len; d++)
    close (g_array_index (node->parked, int, d));
  g_array_unref (node->parked);
  g_ptr_array_remove_fast (nodes, node);
  if (nodes->len == 0)
    g_clear_pointer (&nodes, g_ptr_array_unref);
  g_free (node);
}

static gboolean
check_regular (const char *path, const struct stat *about, GError **error)
{
  if (S_ISREG (about->st_mode))
    return TRUE;
  return _brg_store_error (error, path, BRG_STORE_ERROR_FOREIGN, "is %s",
                           S_ISDIR (about->st_mode) ? "a folder" : "no regular file");
}

BrgStoreHold *
_brg_store_hold_read (const char *path, GError **error)
{
  struct stat about;

  if (stat (path, &about) != 0)
    {
      _brg_store_errno (error, path, errno);
      return NULL;
    }
  if (!check_regular (path, &about, error))
    return NULL;
  BrgStoreHold *self = g_new (BrgStoreHold, 1);
  g_mutex_lock (&lock);
  *self = (BrgStoreHold){ take_node (&about), -1 };
  g_mutex_unlock (&lock);
  return self;
}

static gboolean
check_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (access (folder, W_OK) == 0)
    return TRUE;
  if (errno == EACCES || errno == EROFS)
    return _brg_store_error (error, path, BRG_STORE_ERROR_READ_ONLY,
                             "its folder cannot be written: %s", g_strerror (errno));
  return _brg_store_errno (error, path, errno);
}

/* File systems that know no locks are taken as they are. */
static gboolean
lock_file (int fd)
{
  for (int t = 0; t < TRIES; t++)
    {
      if (flock (fd, LOCK_EX | LOCK_NB) == 0 || errno == ENOTSUP || errno == ENOSYS)
        return TRUE;
      if (errno != EWOULDBLOCK && errno != EINTR)
        return FALSE;
      g_usleep (TRY_AGAIN_US);
    }
  errno = EWOULDBLOCK;
  return FALSE;
}

static gboolean
locked (GError **error, const char *path)
{
  return _brg_store_error (error, path, BRG_STORE_ERROR_LOCKED,
                           "is open in another window or program");
}

/* Of a file that is open at `fd`; FALSE with no error when the path leads elsewhere by now. */
static gboolean
hold_opened (BrgStoreHold *self, const char *path, GError **error)
{
  struct stat opened, now;

  if (fstat (self->fd, &opened) != 0)
    return _brg_store_errno (error, path, errno);
  self->node = take_node (&opened);
  if (!check_regular (path, &opened, error))
    return FALSE;
  if (self->node->has_writer)
    return locked (error, path);
  if (!lock_file (self->fd))
    return errno == EWOULDBLOCK ? locked (error, path) : _brg_store_errno (error, path, errno);
  return stat (path, &now) == 0 && now.st_dev == opened.st_dev && now.st_ino == opened.st_ino;
}

static gboolean
open_for_writing (BrgStoreHold *self, const char *path, gboolean create, GError **error)
{
  int more = create ? O_CREAT | O_NOFOLLOW : 0; /* a link at a hidden name is none of ours */

  self->fd = open (path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | more, 0600);
  if (self->fd >= 0)
    return TRUE;
  if (errno == EACCES || errno == EROFS || errno == EPERM)
    return _brg_store_error (error, path, BRG_STORE_ERROR_READ_ONLY, "cannot be written: %s",
                             g_strerror (errno));
  return errno == EISDIR ? _brg_store_error (error, path, BRG_STORE_ERROR_FOREIGN, "is a folder")
                         : _brg_store_errno (error, path, errno);
}

/* The lock of the registry is held. */
static void
let_go (BrgStoreHold *self)
{
  if (self->fd >= 0 && self->node != NULL)
    g_array_append_val (self->node->parked, self->fd);
  else if (self->fd >= 0)
    close (self->fd);
  if (self->node != NULL)
    drop_node (self->node);
  *self = (BrgStoreHold){ NULL, -1 };
}

/* One try; FALSE with no error when the file was replaced meanwhile. */
static gboolean
try_hold (BrgStoreHold *self, const char *path, gboolean create, GError **error)
{
  struct stat about;
  Node *known = stat (path, &about) == 0 ? find_node (&about) : NULL;

  if (known != NULL && known->has_writer)
    return locked (error, path);
  if (!open_for_writing (self, path, create, error))
    return FALSE;
  if (!hold_opened (self, path, error))
    {
      flock (self->fd, LOCK_UN);
      let_go (self);
      return FALSE;
    }
  self->node->has_writer = TRUE;
  return TRUE;
}

BrgStoreHold *
_brg_store_hold_write (const char *path, gboolean create, GError **error)
{
  BrgStoreHold self = { NULL, -1 };
  g_autoptr (GError) fault = NULL;
  gboolean ok = FALSE;

  if (!check_folder (path, error))
    return NULL;
  g_mutex_lock (&lock);
  for (int t = 0; !ok && fault == NULL && t < TRIES; t++)
    ok = try_hold (&self, path, create, &fault);
  g_mutex_unlock (&lock);
  if (ok)
    return g_memdup2 (&self, sizeof self);
  if (fault != NULL)
    g_propagate_error (error, g_steal_pointer (&fault));
  else
    _brg_store_error (error, path, BRG_STORE_ERROR_GONE, "is being replaced again and again");
  return NULL;
}

void
_brg_store_hold_release (BrgStoreHold *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&lock);
  if (self->fd >= 0)
    {
      flock (self->fd, LOCK_UN);
      self->node->has_writer = FALSE;
    }
  let_go (self);
  g_mutex_unlock (&lock);
  g_free (self);
}

gboolean
_brg_store_hold_is_at (const BrgStoreHold *self, const char *path)
{
  struct stat about;

  return stat (path, &about) == 0 && about.st_dev == self->node->device &&
         about.st_ino == self->node->inode;
}

/* Is the file locked through another descriptor? The lock of the registry is held. */
static gboolean
is_locked (const Node *node, const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

  if (fd < 0)
    return FALSE;
  gboolean is_locked = flock (fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  flock (fd, LOCK_UN);
  g_array_append_val (node->parked, fd);
  return is_locked;
}

gboolean
_brg_store_hold_is_in_use (BrgStoreHold *self, const char *path)
{
  g_mutex_lock (&lock);
  gboolean in_use = self->node->has_writer || is_locked (self->node, path);
  g_mutex_unlock (&lock);
  return in_use;
}

gboolean
_brg_store_hold_is_exclusive (BrgStoreHold *self, const char *path)
{
  g_mutex_lock (&lock);
  gboolean is_exclusive = is_locked (self->node, path);
  g_mutex_unlock (&lock);
  return is_exclusive;
}

int
_brg_store_hold_get_fd (const BrgStoreHold *self)
{
  return self->fd;
}
