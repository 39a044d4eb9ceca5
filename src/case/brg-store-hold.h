#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who in this process has which file open, and the lock that keeps other writers away.
 *
 * The lock is flock() on the case file itself. Closing any descriptor of a file drops the locks of
 * SQLite on it in the whole process, so descriptors stay open until the last hold on their file is
 * released. Thread-safe. */
typedef struct BrgStoreHold BrgStoreHold;

/* Before the file is opened to read. NULL and BRG_STORE_ERROR when it is no regular file. */
BrgStoreHold *_brg_store_hold_read (const char *path, GError **error);

/* Locks for writing; `create` makes the file, for its owner alone, if it is not there. LOCKED when
 * another has it, READ_ONLY when file or folder cannot be written. */
BrgStoreHold *_brg_store_hold_write (const char *path, gboolean create, GError **error);

/* After SQLite has closed the file; NULL allowed. */
void _brg_store_hold_release (BrgStoreHold *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgStoreHold, _brg_store_hold_release)

/* Does `path` lead to the held file? */
gboolean _brg_store_hold_is_at (const BrgStoreHold *self, const char *path);

/* Has anybody the file open for writing, here or elsewhere? */
gboolean _brg_store_hold_is_in_use (BrgStoreHold *self, const char *path);

/* Does the lock of a hold for writing keep others away? Not on file systems that know no locks. */
gboolean _brg_store_hold_is_exclusive (BrgStoreHold *self, const char *path);

/* Descriptor of a hold for writing, borrowed. */
int _brg_store_hold_get_fd (const BrgStoreHold *self);

G_END_DECLS
