#include "case/brg-task.h"

struct _BrgTask
{
  GObject parent_instance;

  BrgJob job;
  GMainContext *context;
  GMutex lock;          /* guards what follows */
  const char *reported; /* the engine's literal `title` was copied from; only compared */
  char *title;
  double fraction;
  gboolean notify_pending;
};

enum
{
  PROP_TITLE = 1,
  PROP_FRACTION,
  PROP_CANCELLED,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BrgTask, brg_task, G_TYPE_OBJECT)

static gboolean
notify_cb (gpointer data)
{
  BrgTask *self = data;

  g_mutex_lock (&self->lock);
  self->notify_pending = FALSE;
  g_mutex_unlock (&self->lock);

  for (int p = PROP_TITLE; p < N_PROPS; p++)
    g_object_notify_by_pspec (G_OBJECT (self), props[p]);
  return G_SOURCE_REMOVE;
}

/* With the lock held. */
static void
queue_notify (BrgTask *self)
{
  if (self->notify_pending)
    return;
  self->notify_pending = TRUE;

  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT_IDLE);
  g_source_set_static_name (source, "brg-task-notify");
  g_source_set_callback (source, notify_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
}

/* The engine reports once per slab with the same literal: copy it only when it is another one. */
static void
job_report_cb (void *data, const char *title, double fraction)
{
  BrgTask *self = data;

  g_mutex_lock (&self->lock);
  if (title != self->reported && *title != '\0')
    {
      g_free (self->title);
      self->title = g_strdup (title);
    }
  self->reported = title;
  self->fraction = CLAMP (fraction, 0, 1);
  queue_notify (self);
  g_mutex_unlock (&self->lock);
}

static void
brg_task_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BrgTask *self = BRG_TASK (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_take_string (value, brg_task_dup_title (self));
      break;
    case PROP_FRACTION:
      g_value_set_double (value, brg_task_get_fraction (self));
      break;
    case PROP_CANCELLED:
      g_value_set_boolean (value, brg_task_is_cancelled (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_task_finalize (GObject *object)
{
  BrgTask *self = BRG_TASK (object);

  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_free (self->title);
  G_OBJECT_CLASS (brg_task_parent_class)->finalize (object);
}

static void
brg_task_class_init (BrgTaskClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = brg_task_get_property;
  object_class->finalize = brg_task_finalize;

  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  props[PROP_CANCELLED] = g_param_spec_boolean ("cancelled", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
brg_task_init (BrgTask *self)
{
  self->job = (BrgJob) BRG_JOB_INIT;
  self->job.report = job_report_cb;
  self->job.report_data = self;
  self->context = g_main_context_ref_thread_default ();
  g_mutex_init (&self->lock);
}

BrgTask *
brg_task_new (const char *title)
{
  BrgTask *self = g_object_new (BRG_TYPE_TASK, NULL);

  self->title = g_strdup (title);
  return self;
}

BrgJob *
brg_task_get_job (BrgTask *self)
{
  return &self->job;
}

char *
brg_task_dup_title (BrgTask *self)
{
  g_mutex_lock (&self->lock);
  char *title = g_strdup (self->title);
  g_mutex_unlock (&self->lock);
  return title;
}

double
brg_task_get_fraction (BrgTask *self)
{
  g_mutex_lock (&self->lock);
  double fraction = self->fraction;
  g_mutex_unlock (&self->lock);
  return fraction;
}

void
brg_task_report (BrgTask *self, const char *title, double fraction)
{
  g_mutex_lock (&self->lock);
  g_free (self->title);
  self->title = g_strdup (title);
  self->reported = NULL;
  self->fraction = CLAMP (fraction, 0, 1);
  queue_notify (self);
  g_mutex_unlock (&self->lock);
}

void
brg_task_cancel (BrgTask *self)
{
  brg_job_cancel (&self->job);
  g_mutex_lock (&self->lock);
  queue_notify (self);
  g_mutex_unlock (&self->lock);
}

gboolean
brg_task_is_cancelled (BrgTask *self)
{
  return brg_job_is_cancelled (&self->job);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer task)
{
  (void) cancellable;
  brg_task_cancel (task);
}

gulong
brg_task_follow (BrgTask *self, GCancellable *cancellable)
{
  if (cancellable == NULL)
    return 0;
  return g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_object_ref (self),
                                g_object_unref);
}
