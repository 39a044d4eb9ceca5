#pragma once

#include <gio/gio.h>

#include "engine/brg-job.h"

G_BEGIN_DECLS

/* A long call as the window sees it: title, fraction and a way to cancel.
 *
 * The worker reports through brg_task_get_job(); the setters may be called on any thread.
 * "notify" is only ever emitted on the thread of the main context that was the default when the
 * task was made, and coalesced: however often the worker reports, at most one idle is pending.
 *
 * Properties: "title" (string), "fraction" (double, 0..1), "cancelled" (boolean), read-only. */
#define BRG_TYPE_TASK (brg_task_get_type ())
G_DECLARE_FINAL_TYPE (BrgTask, brg_task, BRG, TASK, GObject)

BrgTask *brg_task_new (const char *title);

/* Owned by the task: hand it to the engine on the one thread that runs the call. */
BrgJob *brg_task_get_job (BrgTask *self);

/* A copy, as another thread may be about to change it. */
char *brg_task_dup_title (BrgTask *self);
double brg_task_get_fraction (BrgTask *self);

/* Any thread. `title` is copied. */
void brg_task_report (BrgTask *self, const char *title, double fraction);

/* Any thread; the call returns BRG_CANCELLED within one slab. */
void brg_task_cancel (BrgTask *self);
gboolean brg_task_is_cancelled (BrgTask *self);

/* Cancels the task when `cancellable` is, at once if it is already. NULL: never. What it returns is
 * for g_cancellable_disconnect(), 0 when there is nothing to disconnect. */
gulong brg_task_follow (BrgTask *self, GCancellable *cancellable);

G_END_DECLS
