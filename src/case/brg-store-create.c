#include "case/brg-store-part.h"
#include "case/brg-store-private.h"
#include "case/brg-store-sweep.h"

static gboolean
check_contents (BrgStore *self, const BrgStoreContents *contents, GError **error)
{
  g_return_val_if_fail (contents->scan != NULL && contents->recipes != NULL, FALSE);
  g_return_val_if_fail (contents->active < contents->recipes->n, FALSE);
  g_return_val_if_fail (contents->position_seq >= contents->first_seq, FALSE);

  return _brg_store_check_name (self, contents->name, error);
}

static gboolean
fill (BrgStore *self, const BrgStoreBuild *what, GError **error)
{
  const BrgStoreContents *from = what->contents;
  BrgStoreState state = { from->name,         from->recipes, from->active, from->first_seq,
                          from->position_seq, from->seconds, what->is_open };

  return _brg_store_make_tables (self, 0, error) &&
         _brg_store_put_state (self, &state, from->sha256, error) &&
         _brg_store_put_log (self, what->log, from->sha256, error) &&
         _brg_store_put_import (self, &from->import, error) &&
         _brg_store_put_base (self, from->added, from->removed, brg_job_pool (self->job), error) &&
         _brg_store_put_entries (self, from->entries, from->first_seq, from->sha256, error) &&
         _brg_store_put_scan (self, from, self->job, error) && _brg_sql_commit (self, error);
}

gboolean
_brg_store_build (BrgStore *self,
                  const char *path,
                  const BrgStoreBuild *what,
                  BrgJob *job,
                  GError **error)
{
  gboolean ok = _brg_store_connect (self, path, SQLITE_OPEN_READWRITE, error);

  if (ok)
    {
      ok = _brg_sql_run (self, BRG_STORE_BUILD_PRAGMAS, error) &&
           _brg_sql_begin (self, TRUE, job, error) && fill (self, what, error);
      _brg_sql_end (self);
    }
  _brg_store_disconnect (self);
  return ok;
}

static gboolean
build (BrgStore *self,
       BrgStorePart *part,
       const BrgStoreContents *contents,
       BrgJob *job,
       GError **error)
{
  const int *dim = contents->scan->grid.dim;
  g_autofree char *import = brg_import_describe (&contents->import);
  g_autofree char *log =
    g_strdup_printf ("Case made from a scan of %d x %d x %d voxels%s%s", dim[0], dim[1], dim[2],
                     import != NULL ? ": " : "", import != NULL ? import : "");
  BrgStoreBuild what = { contents, TRUE, log };

  self->seconds = contents->seconds;
  self->is_marked = TRUE;
  return _brg_store_build (self, part->path, &what, job, error);
}

BrgStore *
brg_store_create (const char *path,
                  const BrgStoreContents *contents,
                  gboolean may_replace,
                  BrgJob *job,
                  GError **error)
{
  g_autoptr (BrgStore) self = _brg_store_new (path, BRG_STORE_WRITE);
  g_autofree char *folder = g_path_get_dirname (self->path);

  if (!check_contents (self, contents, error))
    return NULL;
  brg_store_sweep (folder);
  g_autoptr (BrgStorePart) part = _brg_store_part_new (self->path, may_replace, error);
  if (part == NULL || !build (self, part, contents, job, error) ||
      !_brg_store_part_publish (part, error))
    return NULL;
  self->hold = g_steal_pointer (&part->hold);
  return _brg_store_open_to_write (self, error) ? g_steal_pointer (&self) : NULL;
}
