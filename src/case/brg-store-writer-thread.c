#include "case/brg-store-writer-private.h"

#include <stdlib.h>
#include <string.h>

#include "case/brg-library.h"
#include "case/brg-store-edits.h"

#define RETRY_US (5 * G_TIME_SPAN_SECOND)

/* Attempts for a writer that nobody waits for any more: a minute. */
#define MAX_ATTEMPTS 12

/* Names that other processes may take from under our hands, one after the other. */
#define MAX_NAMES 100

/* Every writer whose thread runs: what exit() and wait_for() wait for. */
static GMutex running_lock;
static GCond running_changed;
static GList *running;

static void
set_path (BrgStoreWriter *self, const char *path)
{
  g_mutex_lock (&self->lock);
  g_free (self->path);
  self->path = g_strdup (path);
  _brg_store_writer_queue_notify (self);
  g_mutex_unlock (&self->lock);
}

/* NULL: all is well. */
static void
set_error (BrgStoreWriter *self, const GError *error)
{
  self->retry_at_us = error != NULL ? g_get_monotonic_time () + RETRY_US : 0;
  g_mutex_lock (&self->lock);
  g_free (self->error);
  self->error = error != NULL ? g_strdup (error->message) : NULL;
  self->is_gone = g_error_matches (error, BRG_STORE_ERROR, BRG_STORE_ERROR_GONE);
  _brg_store_writer_queue_notify (self);
  g_mutex_unlock (&self->lock);
}

/* Contents come from the main thread without what takes long. */
static gboolean
prepare (BrgStoreOp *op, const char *path, GError **error)
{
  g_autofree char *file = g_path_get_basename (path);

  if (op->is_prepared)
    return TRUE;
  if (op->contents.sha256[0] == '\0')
    brg_export_hash_volume (op->contents.scan, op->contents.sha256);
  op->is_prepared = brg_store_contents_flip_past (&op->contents, file, error);
  return op->is_prepared;
}

/* Under the next free name; *is_taken: another process was faster. */
static gboolean
create_next (BrgStoreWriter *self, BrgStoreOp *op, gboolean *is_taken, GError **error)
{
  GError *failure = NULL;
  g_autofree char *path = brg_library_next_path (op->path, error);

  if (path == NULL)
    return FALSE;
  g_free (op->contents.name);
  op->contents.name = brg_library_name_of (path);
  set_path (self, path);
  if (!prepare (op, path, error))
    return FALSE;
  self->store =
    brg_store_create (path, &op->contents, FALSE, brg_task_get_job (op->task), &failure);
  *is_taken = g_error_matches (failure, BRG_STORE_ERROR, BRG_STORE_ERROR_EXISTS);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return self->store != NULL;
}

static gboolean
run_create (BrgStoreWriter *self, BrgStoreOp *op, GError **error)
{
  gboolean is_taken = TRUE, ok = FALSE;

  if (!brg_library_make_folder (op->path, error))
    return FALSE;
  for (int attempt = 0; attempt < MAX_NAMES && is_taken && !ok; attempt++)
    {
      g_clear_error (error);
      is_taken = FALSE;
      ok = create_next (self, op, &is_taken, error);
    }
  return ok;
}

static void
keep_log_only (BrgStoreOp *op)
{
  BrgStoreChange *change = brg_store_change_new ();

  change->log = g_steal_pointer (&op->change->log);
  brg_store_change_free (op->change);
  op->change = change;
}

/* What was queued before `op` is in its contents: of changes the log alone is left. */
static void
drop_before (BrgStoreWriter *self, const BrgStoreOp *op)
{
  g_mutex_lock (&self->lock);
  for (GList *at = self->ops.head; at != NULL && at->data != op;)
    {
      GList *next = at->next;
      BrgStoreOp *before = at->data;
      if (before->kind == BRG_STORE_OP_CHANGE && before->change->log != NULL)
        keep_log_only (before);
      else if (before->reply == NULL)
        {
          g_queue_delete_link (&self->ops, at);
          _brg_store_op_free (before);
        }
      at = next;
    }
  g_mutex_unlock (&self->lock);
}

/* Over the open case itself: that it is open is no news. */
static void
name_itself (const char *path, GError **error)
{
  g_autofree char *file = g_path_get_basename (path);

  if (!g_error_matches (*error, BRG_STORE_ERROR, BRG_STORE_ERROR_LOCKED))
    return;
  g_clear_error (error);
  g_set_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_LOCKED,
               "%s: is this case itself, which is always saved", file);
}

/* A copy of the file, open for writing; NULL with no error: there is none. */
static BrgStore *
copy_store (BrgStoreWriter *self, BrgStoreOp *op, GError **error)
{
  BrgStoreOrigin origin = { .path = op->origin_path };

  if (self->store == NULL && op->origin_path == NULL)
    return NULL;
  if (self->store == NULL)
    {
      g_strlcpy (origin.chain, op->origin_chain, sizeof origin.chain);
      return brg_store_origin_copy (&origin, op->path, brg_task_get_job (op->task), error);
    }
  if (!brg_store_copy (self->store, op->path, brg_task_get_job (op->task), error))
    {
      if (g_strcmp0 (op->path, brg_store_get_path (self->store)) == 0)
        name_itself (op->path, error);
      return NULL;
    }
  return brg_store_open (op->path, BRG_STORE_WRITE, error);
}

/* A copy by other means would meet the same. */
static gboolean
is_final (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
         g_error_matches (error, BRG_STORE_ERROR, BRG_STORE_ERROR_LOCKED);
}

static BrgStore *
make_copy (BrgStoreWriter *self, BrgStoreOp *op, GError **error)
{
  GError *failure = NULL;
  BrgStore *copy = copy_store (self, op, &failure);

  if (copy != NULL)
    return copy;
  if (failure != NULL && is_final (failure))
    {
      g_propagate_error (error, failure);
      return NULL;
    }
  g_clear_error (&failure);
  if (prepare (op, op->path, error))
    copy = brg_store_create (op->path, &op->contents, TRUE, brg_task_get_job (op->task), error);
  if (copy != NULL)
    drop_before (self, op);
  return copy;
}

static gboolean
run_save_as (BrgStoreWriter *self, BrgStoreOp *op, GError **error)
{
  BrgStore *copy = make_copy (self, op, error);

  if (copy == NULL)
    return FALSE;
  brg_store_close (self->store, NULL);
  self->store = copy;
  set_path (self, brg_store_get_path (copy));
  return TRUE;
}

/* Everything has been written; only the note of a proper end can be missing. */
static void
close_store (BrgStoreWriter *self)
{
  brg_store_close (self->store, NULL);
  self->store = NULL;
}

static gboolean
run (BrgStoreWriter *self, BrgStoreOp *op, GError **error)
{
  switch (op->kind)
    {
    case BRG_STORE_OP_CREATE:
      return run_create (self, op, error);
    case BRG_STORE_OP_CHANGE:
      return self->store == NULL || brg_store_apply (self->store, op->change, error);
    case BRG_STORE_OP_SAVE_AS:
      return run_save_as (self, op, error);
    case BRG_STORE_OP_CLOSE:
    default:
      close_store (self);
      return TRUE;
    }
}

/* Takes `op` out of the queue; with the lock held. */
static void
drop (BrgStoreWriter *self, BrgStoreOp *op)
{
  g_queue_remove (&self->ops, op);
  _brg_store_op_free (op);
  _brg_store_writer_queue_notify (self);
}

static void
forget (BrgStoreWriter *self, BrgStoreOp *op)
{
  g_mutex_lock (&self->lock);
  drop (self, op);
  g_mutex_unlock (&self->lock);
}

/* What is left of a copy that is done: a line in its log, at its place in the queue. */
static void
become_log (BrgStoreWriter *self, BrgStoreOp *op)
{
  g_mutex_lock (&self->lock);
  op->kind = BRG_STORE_OP_CHANGE;
  op->change = brg_store_change_new ();
  op->change->log = g_strdup ("Saved as a copy");
  brg_store_contents_clear (&op->contents);
  g_clear_object (&op->task);
  _brg_store_writer_queue_notify (self);
  g_mutex_unlock (&self->lock);
}

static void
succeeded (BrgStoreWriter *self, BrgStoreOp *op)
{
  g_autoptr (GTask) reply = g_steal_pointer (&op->reply);

  if (self->store != NULL || op->kind == BRG_STORE_OP_CLOSE)
    set_error (self, NULL);
  self->n_failed_free = 0;
  if (op->kind == BRG_STORE_OP_SAVE_AS)
    become_log (self, op);
  else
    forget (self, op);
  if (reply != NULL)
    g_task_return_boolean (reply, TRUE);
}

/* Everything queued that is of this kind; what waits for it learns why. */
static void
fail_all (BrgStoreWriter *self, BrgStoreOpKind kind, const GError *error)
{
  g_mutex_lock (&self->lock);
  for (GList *at = self->ops.head; at != NULL;)
    {
      GList *next = at->next;
      BrgStoreOp *op = at->data;
      if (op->kind == kind && op->reply != NULL)
        g_task_return_error (op->reply, g_error_copy (error));
      if (op->kind == kind)
        drop (self, op);
      at = next;
    }
  g_mutex_unlock (&self->lock);
}

static gboolean
is_given_up (BrgStoreWriter *self, const BrgStoreOp *op)
{
  g_mutex_lock (&self->lock);
  gboolean gives_up = self->gives_up;
  g_mutex_unlock (&self->lock);
  return gives_up || (op->task != NULL && brg_task_is_cancelled (op->task)) ||
         self->n_failed_free >= MAX_ATTEMPTS;
}

static void
failed (BrgStoreWriter *self, BrgStoreOp *op, const GError *error)
{
  g_autoptr (GTask) reply = g_steal_pointer (&op->reply);

  if (op->kind == BRG_STORE_OP_SAVE_AS)
    {
      forget (self, op);
      g_task_return_error (reply, g_error_copy (error));
      return;
    }
  g_mutex_lock (&self->lock);
  self->n_failed_free += self->is_free ? 1 : 0;
  g_mutex_unlock (&self->lock);
  set_error (self, error);
  fail_all (self, BRG_STORE_OP_CLOSE, error);
  if (!is_given_up (self, op))
    return;
  fail_all (self, BRG_STORE_OP_CREATE, error);
  fail_all (self, BRG_STORE_OP_CHANGE, error);
  self->retry_at_us = 0;
}

static BrgStoreOp *
find (BrgStoreWriter *self, BrgStoreOpKind kind)
{
  for (GList *at = self->ops.head; at != NULL; at = at->next)
    if (((BrgStoreOp *) at->data)->kind == kind)
      return at->data;
  return NULL;
}

/* What is to be done now, with the lock held: while the queue is stuck, a way out of it. */
static BrgStoreOp *
choose (BrgStoreWriter *self)
{
  gboolean is_stuck =
    self->retry_at_us > 0 && !self->retry_now && g_get_monotonic_time () < self->retry_at_us;

  return is_stuck ? find (self, BRG_STORE_OP_SAVE_AS) : g_queue_peek_head (&self->ops);
}

/* Waits for it; NULL: the end. */
static BrgStoreOp *
next_op (BrgStoreWriter *self)
{
  BrgStoreOp *op;

  g_mutex_lock (&self->lock);
  while ((op = choose (self)) == NULL && !(self->is_free && g_queue_is_empty (&self->ops)))
    if (self->retry_at_us > 0)
      g_cond_wait_until (&self->wake, &self->lock, self->retry_at_us);
    else
      g_cond_wait (&self->wake, &self->lock);
  self->retry_now = FALSE;
  g_mutex_unlock (&self->lock);
  return op;
}

static gpointer
thread_cb (gpointer data)
{
  BrgStoreWriter *self = data;
  BrgStoreOp *op;

  while ((op = next_op (self)) != NULL)
    {
      g_autoptr (GError) error = NULL;
      if (run (self, op, &error))
        succeeded (self, op);
      else
        failed (self, op, error);
    }
  close_store (self);
  g_mutex_lock (&running_lock);
  running = g_list_remove (running, self);
  g_cond_broadcast (&running_changed);
  g_mutex_unlock (&running_lock);
  _brg_store_writer_unref (self);
  return NULL;
}

static gboolean
is_leaving (BrgStoreWriter *self, const char *path)
{
  g_mutex_lock (&self->lock);
  gboolean is = self->is_free && g_strcmp0 (self->path, path) == 0;
  g_mutex_unlock (&self->lock);
  return is;
}

/* With running_lock held. */
static gboolean
any_is_leaving (const char *path)
{
  for (GList *at = running; at != NULL; at = at->next)
    if (is_leaving (at->data, path))
      return TRUE;
  return FALSE;
}

gboolean
brg_store_writer_wait_for (const char *path, gint64 timeout_us)
{
  gint64 until_us = g_get_monotonic_time () + timeout_us;
  gboolean was, in_time = TRUE;

  g_mutex_lock (&running_lock);
  was = any_is_leaving (path);
  while (in_time && any_is_leaving (path))
    in_time = g_cond_wait_until (&running_changed, &running_lock, until_us);
  g_mutex_unlock (&running_lock);
  return was && in_time;
}

/* Those that were freed finish; the others have nobody left who could do anything. */
static void
wait_at_exit (void)
{
  g_mutex_lock (&running_lock);
  for (GList *at = running; at != NULL; at = at->next)
    {
      BrgStoreWriter *self = at->data;
      g_mutex_lock (&self->lock);
      self->is_free = TRUE;
      g_cond_signal (&self->wake);
      g_mutex_unlock (&self->lock);
    }
  while (running != NULL)
    g_cond_wait (&running_changed, &running_lock);
  g_mutex_unlock (&running_lock);
}

void
_brg_store_writer_start (BrgStoreWriter *self)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      atexit (wait_at_exit);
      g_once_init_leave (&once, 1);
    }
  g_mutex_lock (&running_lock);
  running = g_list_prepend (running, self);
  g_mutex_unlock (&running_lock);
  g_thread_unref (g_thread_new ("brg-store-writer", thread_cb, g_atomic_rc_box_acquire (self)));
}
