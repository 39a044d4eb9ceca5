#include "case/brg-store-writer-private.h"

static void
writer_clear (gpointer data)
{
  BrgStoreWriter *self = data;

  g_queue_clear_full (&self->ops, (GDestroyNotify) _brg_store_op_free);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wake);
  g_free (self->path);
  g_free (self->error);
}

void
_brg_store_writer_unref (BrgStoreWriter *self)
{
  g_atomic_rc_box_release_full (self, writer_clear);
}

BrgStoreChange *
brg_store_change_new (void)
{
  return g_new0 (BrgStoreChange, 1);
}

void
brg_store_change_free (BrgStoreChange *change)
{
  if (change == NULL)
    return;
  brg_history_change_clear (&change->history);
  brg_recipes_unref (change->recipes);
  g_free (change->name);
  g_clear_pointer (&change->thumbnail_png, g_bytes_unref);
  g_free (change->log);
  g_free (change);
}

void
_brg_store_op_free (BrgStoreOp *op)
{
  brg_store_change_free (op->change);
  brg_store_contents_clear (&op->contents);
  g_free (op->path);
  g_free (op->origin_path);
  g_clear_object (&op->task);
  g_clear_object (&op->reply);
  g_free (op);
}

static gboolean
notify_cb (gpointer data)
{
  BrgStoreWriter *self = data;

  g_mutex_lock (&self->lock);
  self->notify_pending = FALSE;
  g_mutex_unlock (&self->lock);
  if (self->notify != NULL)
    self->notify (self->target);
  return G_SOURCE_REMOVE;
}

void
_brg_store_writer_queue_notify (BrgStoreWriter *self)
{
  if (self->notify_pending || self->is_free)
    return;
  self->notify_pending = TRUE;

  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "brg-store-writer-notify");
  g_source_set_callback (source, notify_cb, g_atomic_rc_box_acquire (self),
                         (GDestroyNotify) _brg_store_writer_unref);
  g_source_attach (source, self->context);
}

BrgStoreWriter *
brg_store_writer_new (BrgStoreWriterNotify notify, gpointer target)
{
  BrgStoreWriter *self = g_atomic_rc_box_new0 (BrgStoreWriter);

  self->context = g_main_context_ref_thread_default ();
  self->notify = notify;
  self->target = target;
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  g_queue_init (&self->ops);
  _brg_store_writer_start (self);
  return self;
}

void
brg_store_writer_free (BrgStoreWriter *self)
{
  if (self == NULL)
    return;
  self->notify = NULL;
  g_mutex_lock (&self->lock);
  self->is_free = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
  _brg_store_writer_unref (self);
}

void
brg_store_writer_take_store (BrgStoreWriter *self, BrgStore *store)
{
  g_mutex_lock (&self->lock);
  self->store = store;
  g_free (self->path);
  self->path = g_strdup (brg_store_get_path (store));
  _brg_store_writer_queue_notify (self);
  g_mutex_unlock (&self->lock);
}

/* Takes `op`, whose reply has no source object: the thread must not drop the last reference of
 * one. What somebody waits for is tried at once. */
static void
push (BrgStoreWriter *self, BrgStoreOp *op)
{
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->ops, op);
  self->retry_now |= op->kind != BRG_STORE_OP_CHANGE;
  _brg_store_writer_queue_notify (self);
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}

static BrgStoreOp *
op_new (BrgStoreOpKind kind)
{
  BrgStoreOp *op = g_new0 (BrgStoreOp, 1);
  op->kind = kind;
  return op;
}

static void
take_contents (BrgStoreOp *op, BrgStoreContents *contents)
{
  op->contents = *contents;
  *contents = (BrgStoreContents){ 0 };
}

void
brg_store_writer_create (BrgStoreWriter *self,
                         const char *folder,
                         BrgStoreContents *contents,
                         BrgTask *task)
{
  BrgStoreOp *op = op_new (BRG_STORE_OP_CREATE);

  op->path = g_strdup (folder);
  take_contents (op, contents);
  op->task = g_object_ref (task);
  push (self, op);
}

void
brg_store_writer_push (BrgStoreWriter *self, BrgStoreChange *change)
{
  BrgStoreOp *op = op_new (BRG_STORE_OP_CHANGE);

  op->change = change;
  push (self, op);
}

void
brg_store_writer_save_as_async (BrgStoreWriter *self,
                                const char *path,
                                const BrgStoreOrigin *origin,
                                BrgStoreContents *contents,
                                BrgTask *task,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  BrgStoreOp *op = op_new (BRG_STORE_OP_SAVE_AS);

  op->path = g_strdup (path);
  if (origin != NULL)
    {
      op->origin_path = g_strdup (origin->path);
      g_strlcpy (op->origin_chain, origin->chain, sizeof op->origin_chain);
    }
  take_contents (op, contents);
  op->task = g_object_ref (task);
  op->reply = g_task_new (NULL, NULL, callback, user_data);
  push (self, op);
}

void
brg_store_writer_close_async (BrgStoreWriter *self,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  BrgStoreOp *op = op_new (BRG_STORE_OP_CLOSE);

  op->reply = g_task_new (NULL, NULL, callback, user_data);
  push (self, op);
}

gboolean
brg_store_writer_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
brg_store_writer_retry (BrgStoreWriter *self)
{
  g_mutex_lock (&self->lock);
  self->retry_now = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}

void
brg_store_writer_give_up (BrgStoreWriter *self)
{
  g_mutex_lock (&self->lock);
  self->gives_up = self->retry_now = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}

gboolean
brg_store_writer_is_saving (BrgStoreWriter *self)
{
  g_mutex_lock (&self->lock);
  gboolean is_saving = !g_queue_is_empty (&self->ops);
  g_mutex_unlock (&self->lock);
  return is_saving;
}

guint
brg_store_writer_count_unsaved (BrgStoreWriter *self)
{
  guint n = 0;

  g_mutex_lock (&self->lock);
  for (GList *item = self->ops.head; item != NULL; item = item->next)
    {
      const BrgStoreOp *op = item->data;
      n += op->kind == BRG_STORE_OP_CHANGE && op->change->has_history;
      if (op->kind == BRG_STORE_OP_CREATE && op->contents.entries != NULL)
        n += op->contents.entries->len;
    }
  g_mutex_unlock (&self->lock);
  return n;
}

char *
brg_store_writer_dup_error (BrgStoreWriter *self)
{
  g_mutex_lock (&self->lock);
  char *error = g_strdup (self->error);
  g_mutex_unlock (&self->lock);
  return error;
}

gboolean
brg_store_writer_is_gone (BrgStoreWriter *self)
{
  g_mutex_lock (&self->lock);
  gboolean is_gone = self->is_gone;
  g_mutex_unlock (&self->lock);
  return is_gone;
}

char *
brg_store_writer_dup_path (BrgStoreWriter *self)
{
  g_mutex_lock (&self->lock);
  char *path = g_strdup (self->path);
  g_mutex_unlock (&self->lock);
  return path;
}

BrgTask *
brg_store_writer_ref_task (BrgStoreWriter *self)
{
  BrgTask *task = NULL;

  g_mutex_lock (&self->lock);
  for (GList *at = self->ops.head; at != NULL && task == NULL; at = at->next)
    task = ((BrgStoreOp *) at->data)->task;
  if (task != NULL)
    g_object_ref (task);
  g_mutex_unlock (&self->lock);
  return task;
}
