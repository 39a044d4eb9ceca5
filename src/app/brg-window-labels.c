#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include "case/brg-import-file.h"
#include "case/brg-task.h"
#include "widgets/brg-labels-dialog.h"

/* Looking at what a file or the image in a zip holds. */
typedef struct
{
  GFile *file;
  char *path;
  BrgTask *task;
  gulong cancel_id;
  BrgImageContent content; /* zero when it is no image */
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  brg_image_content_clear (&look->content);
  g_object_unref (look->file);
  g_object_unref (look->task);
  g_free (look->path);
  g_free (look);
}

static void
look_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Look *look = data;

  brg_import_look (look->path, &look->content, brg_task_get_job (look->task));
  g_task_return_boolean (task, TRUE);
}

/* Says at the top what the scan panel says too, if the file was no scan. */
static void
image_opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  BrgWindow *self = g_object_ref (data);
  gboolean was_opened = !g_task_had_error (G_TASK (result));

  _brg_window_opened_cb (source, result, data);
  if (was_opened && self->the_case != NULL && brg_case_get_is_skull (self->the_case))
    _brg_window_show_message (self, GTK_MESSAGE_INFO, brg_case_get_warnings (self->the_case)[0]);
  g_object_unref (self);
}

static void
chosen_cb (BrgLabelsDialog *dialog, const BrgImportOptions *options, BrgWindow *self)
{
  if (self->cancellable == NULL && !self->closing)
    _brg_window_open_in_case (self, brg_labels_dialog_get_file (dialog), options, image_opened_cb);
}

static void
ask (BrgWindow *self, const Look *look)
{
  BrgLabelsDialog *dialog = brg_labels_dialog_new (GTK_WINDOW (self), look->file, &look->content);

  g_signal_connect_object (dialog, "chosen", G_CALLBACK (chosen_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* As what was found: the file is not looked through again. */
static void
open_found (BrgWindow *self, const Look *look)
{
  BrgImportOptions options = { 0 };

  if (look->content.n_layers > 0)
    options.as = look->content.kind == BRG_IMAGE_IS_MASK ? BRG_IMPORT_AS_MASK : BRG_IMPORT_AS_SCAN;
  _brg_window_open_in_case (self, look->file, &options,
                            look->content.n_layers > 0 ? image_opened_cb : _brg_window_opened_cb);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BrgWindow) self = data;
  Look *look = g_task_get_task_data (G_TASK (result));
  GCancellable *cancellable = g_task_get_cancellable (G_TASK (result));

  g_cancellable_disconnect (cancellable, look->cancel_id);
  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->the_case == NULL)
    return;
  g_clear_object (&self->cancellable);
  gboolean is_cancelled = g_cancellable_is_cancelled (cancellable);
  if (!is_cancelled && look->content.kind != BRG_IMAGE_IS_LABELS)
    {
      open_found (self, look);
      return;
    }
  _brg_window_hide_opening (self);
  if (!is_cancelled)
    ask (self, look);
}

void
_brg_window_open_image (BrgWindow *self, GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);
  Look *look = g_new0 (Look, 1);

  look->file = g_object_ref (file);
  look->path = g_file_get_path (file);
  look->task = brg_task_new (name);
  self->cancellable = g_cancellable_new ();
  look->cancel_id = brg_task_follow (look->task, self->cancellable);
  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, looked_cb, g_object_ref (self));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, look, look_free);
  g_task_run_in_thread (task, look_thread_cb);
  _brg_window_show_look (self, name, look->task);
  _brg_window_actions_update (self);
}
