#pragma once

#include "case/brg-store-writer.h"

G_BEGIN_DECLS

/* Shared by brg-store-writer.c (main thread) and brg-store-writer-thread.c. */

typedef enum
{
  BRG_STORE_OP_CREATE,
  BRG_STORE_OP_CHANGE,
  BRG_STORE_OP_SAVE_AS,
  BRG_STORE_OP_CLOSE,
} BrgStoreOpKind;

/* One thing to be done. */
typedef struct
{
  BrgStoreOpKind kind;
  BrgStoreChange *change;    /* of a change */
  char *path;                /* of a copy; the folder of a new case */
  char *origin_path;         /* of a copy; NULL: none */
  BrgSha256 origin_chain;    /* with it */
  BrgStoreContents contents; /* of both */
  gboolean is_prepared;      /* contents have a digest and the base */
  BrgTask *task;
  GTask *reply; /* of a copy and of a close */
} BrgStoreOp;

struct BrgStoreWriter
{
  GMainContext *context;
  BrgStoreWriterNotify notify; /* main thread; NULL: freed */
  gpointer target;

  GMutex lock; /* guards what follows */
  GCond wake;
  GQueue ops; /* BrgStoreOp, in the order they came; the one at work is among them */
  gboolean is_free, retry_now, gives_up, notify_pending;
  char *path, *error;
  gboolean is_gone; /* the file, hence the error */

  /* Thread only, once it has been given something to do. */
  BrgStore *store;
  gint64 retry_at_us;  /* 0: the last attempt did not fail */
  guint n_failed_free; /* attempts that failed since nobody waits any more */
};

void _brg_store_writer_start (BrgStoreWriter *self);
void _brg_store_writer_queue_notify (BrgStoreWriter *self); /* with the lock held */
void _brg_store_writer_unref (BrgStoreWriter *self);
void _brg_store_op_free (BrgStoreOp *op);

G_END_DECLS
