#include "case/brg-store-origin.h"

#include <glib/gi18n.h>
#include <string.h>

#include "case/brg-store-private.h"

/* Part of the work that is reading. */
#define READING_SHARE 0.5

static gboolean
is_as_read (BrgStore *store, const BrgStoreOrigin *origin, GError **error)
{
  BrgSha256 now;

  if (!brg_store_read_chain (store, now, error))
    return FALSE;
  return strcmp (now, origin->chain) == 0 ||
         _brg_store_error (error, origin->path, BRG_STORE_ERROR_GONE,
                           "was changed since it was opened");
}

static gboolean
check_origin (BrgStore *store, const BrgStoreOrigin *origin, BrgJob *job, GError **error)
{
  BrgStoreContents contents;

  if (!is_as_read (store, origin, error))
    return FALSE;
  brg_job_stage (job, N_ ("Reading"), 0, READING_SHARE);
  if (!brg_store_load (store, &contents, job, error))
    return FALSE;
  brg_store_contents_clear (&contents);
  brg_job_stage (job, N_ ("Saving"), READING_SHARE, 1 - READING_SHARE);
  return TRUE;
}

BrgStore *
brg_store_origin_copy (const BrgStoreOrigin *origin, const char *path, BrgJob *job, GError **error)
{
  g_autoptr (BrgStore) from = brg_store_open (origin->path, BRG_STORE_READ, error);

  if (from == NULL || !check_origin (from, origin, job, error) ||
      !brg_store_copy (from, path, job, error))
    return NULL;
  g_autoptr (BrgStore) copy = brg_store_open (path, BRG_STORE_WRITE, error);
  /* another may have changed it between the look and the copy */
  return copy != NULL && is_as_read (copy, origin, error) ? g_steal_pointer (&copy) : NULL;
}
