#include "case/brg-store-part.h"
#include "case/brg-store-private.h"

/* Nobody else sees the file, and after a crash nobody uses it: no journal, no waiting for disks. */
#define BUILD_PRAGMAS                                                                              \
  "PRAGMA page_size = 8192; PRAGMA encoding = 'UTF-8'; PRAGMA auto_vacuum = NONE; "                \
  "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF"

static gboolean
check_contents (BrgStore *self, const BrgStoreContents *contents, GError **error)
{
  g_return_val_if_fail (contents->scan != NULL && contents->recipes != NULL, FALSE);
  g_return_val_if_fail (contents->active < contents->recipes->n, FALSE);
  g_return_val_if_fail (contents->position_seq >= contents->first_seq, FALSE);

  return _brg_store_check_name (self, contents->name, error);
}

static gboolean
fill (BrgStore *self, const BrgStoreContents *contents, GError **error)
{
  BrgStoreState state = { contents->name,
                          contents->recipes,
                          contents->active,
                          contents->first_seq,
                          contents->position_seq,
                          contents->seconds,
                          TRUE };

  return _brg_store_make_tables (self, self->format, error) &&
         _brg_store_put_state (self, &state, contents->sha256, error) &&
         _brg_store_put_base (self, contents->added, contents->removed, brg_job_pool (self->job),
                              error) &&
         _brg_store_put_entries (self, contents->entries, contents->first_seq, contents->sha256,
                                 error) &&
         _brg_store_put_scan (self, contents, self->job, error) && _brg_sql_commit (self, error);
}

/* The whole file at `path`, closed. */
static gboolean
build (BrgStore *self,
       const char *path,
       const BrgStoreContents *contents,
       BrgJob *job,
       GError **error)
{
  gboolean ok = _brg_store_connect (self, path, SQLITE_OPEN_READWRITE, error);

  if (ok)
    {
      ok = _brg_sql_run (self, BUILD_PRAGMAS, error) && _brg_sql_begin (self, TRUE, job, error) &&
           fill (self, contents, error);
      _brg_sql_end (self);
    }
  _brg_store_disconnect (self);
  return ok;
}

BrgStore *
brg_store_create (const char *path,
                  const BrgStoreContents *contents,
                  gboolean may_replace,
                  BrgJob *job,
                  GError **error)
{
  g_autoptr (BrgStore) self = _brg_store_new (path, BRG_STORE_WRITE);

  if (!check_contents (self, contents, error))
    return NULL;
  g_autoptr (BrgStorePart) part = _brg_store_part_new (self->path, may_replace, error);
  if (part == NULL || !build (self, part->path, contents, job, error) ||
      !_brg_store_part_publish (part, error))
    return NULL;
  self->hold = g_steal_pointer (&part->hold);
  self->seconds = contents->seconds;
  self->is_marked = TRUE;
  return _brg_store_open_to_write (self, error) ? g_steal_pointer (&self) : NULL;
}
