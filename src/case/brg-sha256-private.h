#pragma once

#include <glib.h>

#include "case/brg-export.h"

G_BEGIN_DECLS

/* A SHA-256 under way: by the processor's own instructions where it has them, else by GChecksum.
 * Start with _brg_sha256_init(); _brg_sha256_finish() ends it and frees what it holds. */
typedef struct
{
  GChecksum *checksum; /* NULL: the processor does it */
  guint32 state[8];
  guint64 n_bytes;
  guint8 rest[64]; /* the n_bytes % 64 last bytes */
} BrgSha256State;

void _brg_sha256_init (BrgSha256State *self);

/* The same by GChecksum on any processor. */
void _brg_sha256_init_portable (BrgSha256State *self);

void _brg_sha256_update (BrgSha256State *self, const void *bytes, gsize size);
void _brg_sha256_finish (BrgSha256State *self, BrgSha256 out);

G_END_DECLS
