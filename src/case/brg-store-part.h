#pragma once

#include "case/brg-store-hold.h"

G_BEGIN_DECLS

/* Of the hidden name. */
#define BRG_STORE_PART_SUFFIX ".part"

/* A case file being made, that is either complete or absent: built under a hidden name in the
 * folder of its target, locked from the first moment on and through the change of its name. */
typedef struct
{
  char *target, *path; /* absolute */
  gboolean may_replace;
  gboolean is_settled; /* what is replaced is held by the caller, and at rest */
  BrgStoreHold *hold;  /* of the file under either name; may be stolen once it is published */
  gboolean is_published;
} BrgStorePart;

/* An empty file that its owner alone can read, whatever it replaces. EXISTS when there is a target
 * that must not be replaced. */
BrgStorePart *_brg_store_part_new (const char *target, gboolean may_replace, GError **error);

/* Makes the file durable, which SQLite has closed, and gives it the name of the target. A case that
 * is replaced must not be open for writing (LOCKED), and is brought to rest first: a journal that
 * was left beside it would be taken for one of the new file. */
gboolean _brg_store_part_publish (BrgStorePart *self, GError **error);

/* Removes what was not published. */
void _brg_store_part_free (BrgStorePart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgStorePart, _brg_store_part_free)

G_END_DECLS
