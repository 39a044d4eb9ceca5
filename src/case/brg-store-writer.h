#pragma once

#include <gio/gio.h>

#include "case/brg-store-origin.h"
#include "case/brg-store.h"
#include "case/brg-task.h"

G_BEGIN_DECLS

/* The thread that owns the store of a case while it is open for writing. The main loop only queues;
 * nothing here waits for the disk.
 *
 * Changes are kept in the order they came, each in one transaction. When one fails nothing is
 * dropped: the error is told, the queue stays and is tried again every five seconds, at
 * brg_store_writer_retry(), when the case is saved elsewhere and when it is closed.
 *
 * Made and used on one thread, "main", the one whose default main context was current then; notify
 * and callbacks come there. */
typedef struct BrgStoreWriter BrgStoreWriter;

/* What the getters say is another. Coalesced; never after brg_store_writer_free(). */
typedef void (*BrgStoreWriterNotify) (gpointer target);

/* A writer without a store: changes are forgotten until it has one. */
BrgStoreWriter *brg_store_writer_new (BrgStoreWriterNotify notify, gpointer target);

/* Lets the thread go (NULL allowed): it finishes its queue and closes the store properly, which
 * may be after the call. Should saving fail it is tried for a minute more. The process does not end
 * before: exit() waits for it. */
void brg_store_writer_free (BrgStoreWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgStoreWriter, brg_store_writer_free)

/* Takes a store that is open for writing. */
void brg_store_writer_take_store (BrgStoreWriter *self, BrgStore *store);

/* Makes the file of a new case: the next free name in `folder` (brg_library_next_path()), which
 * becomes the name of the case too. Takes `contents`, in which the digest may be "" and `added` and
 * `removed` are the live edits; keeps a reference of `task` and reports there. A cancelled task
 * gives it up: what is queued is forgotten, the error stays. */
void brg_store_writer_create (BrgStoreWriter *self,
                              const char *folder,
                              BrgStoreContents *contents,
                              BrgTask *task);

/* Takes `change`, which brg_store_change_new() made. */
void brg_store_writer_push (BrgStoreWriter *self, BrgStoreChange *change);

/* Save As: writes all that was queued, copies the file to `path` and goes on there; the old file is
 * closed; the log says so. Without a store the file is copied that the case was read from, `origin`
 * (NULL: none). Where there is no file, or it cannot be copied, `contents` (the case as it is now;
 * taken, as for brg_store_writer_create()) is written instead, and the log begins anew. On failure
 * nothing has changed. */
void brg_store_writer_save_as_async (BrgStoreWriter *self,
                                     const char *path,
                                     const BrgStoreOrigin *origin,
                                     BrgStoreContents *contents,
                                     BrgTask *task,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

/* Writes all that is queued and closes the store properly. On failure it is still open and all is
 * still queued. */
void brg_store_writer_close_async (BrgStoreWriter *self,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/* The end of either. */
gboolean brg_store_writer_finish (GAsyncResult *result, GError **error);

/* Tries again now. */
void brg_store_writer_retry (BrgStoreWriter *self);

/* Tries once more, and should that fail forgets all that is queued: its user has said so. */
void brg_store_writer_give_up (BrgStoreWriter *self);

/* Something is queued or being written. */
gboolean brg_store_writer_is_saving (BrgStoreWriter *self);

/* Finished actions that are not in a file yet: those queued, and those of a case that has no file
 * so far. */
guint brg_store_writer_count_unsaved (BrgStoreWriter *self);

/* Why the last attempt failed, "Case07.bregma: reason"; NULL: it did not. A new string. */
char *brg_store_writer_dup_error (BrgStoreWriter *self);

/* That was because the file was removed or replaced: nothing of the case is on disk any longer. */
gboolean brg_store_writer_is_gone (BrgStoreWriter *self);

/* What makes a file or a copy now or next, a new reference; NULL: nothing does. */
BrgTask *brg_store_writer_ref_task (BrgStoreWriter *self);

/* The file of the case, be it still in the making; NULL: there is none. A new string. */
char *brg_store_writer_dup_path (BrgStoreWriter *self);

/* An empty change; what is put into it belongs to it. */
BrgStoreChange *brg_store_change_new (void);
void brg_store_change_free (BrgStoreChange *change); /* NULL allowed */

/* A store of `path` that a freed writer has still open is waited for, `timeout_us` at most. Blocks:
 * not on the main thread. FALSE: it was not there, or is still. */
gboolean brg_store_writer_wait_for (const char *path, gint64 timeout_us);

G_END_DECLS
