#pragma once

#include "case/brg-store.h"

G_BEGIN_DECLS

/* A file that a case was read from only to be looked at, and how to know that it has not been
 * changed since: by the chain of its log then. */
typedef struct
{
  const char *path;
  BrgSha256 chain; /* brg_store_read_chain(), before the case was loaded */
} BrgStoreOrigin;

/* Copies the file to `path` (brg_store_copy()), with its log, working time and history, and opens
 * the copy for writing. NULL and BRG_STORE_ERROR when it cannot be read, is not sound (all of it is
 * checked first), or was changed since: GONE. */
BrgStore *
brg_store_origin_copy (const BrgStoreOrigin *origin, const char *path, BrgJob *job, GError **error);

G_END_DECLS
