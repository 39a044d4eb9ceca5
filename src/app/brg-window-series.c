#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include <glib/gi18n.h>

#include "case/brg-series.h"
#include "case/brg-task.h"
#include "widgets/brg-series-dialog.h"

/* Looking for series in a folder. */
typedef struct
{
  char *path;
  char *name;
  BrgTask *task;
  gulong cancel_id;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_free (search->path);
  g_free (search->name);
  g_object_unref (search->task);
  g_free (search);
}

static void
search_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Search *search = data;
  GError *error = NULL;
  GPtrArray *all = brg_series_find (search->path, brg_task_get_job (search->task), &error);

  if (all != NULL)
    g_task_return_pointer (task, all, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
open_series (BrgWindow *self, GPtrArray *all, guint index, const BrgImportOptions *options)
{
  const BrgSeries *series = all->pdata[index];
  guint n = series->images->len;
  g_autofree char *name = g_strdup_printf (
    ngettext ("series %d (%u slice)", "series %d (%u slices)", n), series->number, n);

  if (self->cancellable == NULL)
    self->cancellable = g_cancellable_new ();
  brg_case_open_series_async (self->the_case, all, index, options, self->cancellable,
                              _brg_window_opened_cb, g_object_ref (self));
  _brg_window_show_opening (self, name);
  if (options != NULL && options->deface)
    brg_opening_page_set_note (self->opening_page,
                               _ ("The face is taken out once all slices are here."));
  _brg_window_actions_update (self);
}

static void
chosen_cb (BrgSeriesDialog *dialog, guint index, gboolean resample, BrgWindow *self)
{
  BrgImportOptions options = { .resample = resample };

  options.deface = brg_series_dialog_get_deface (dialog, &options.deface_mm);
  open_series (self, brg_series_dialog_get_all_series (dialog), index, &options);
}

/* Nothing to choose: one series, and nothing odd about it. */
static gboolean
is_clear (const GPtrArray *all)
{
  const BrgSeries *first = all->pdata[0];

  return first->reason == NULL && first->stack.is_even && !first->stack.is_tilted && all->len == 1;
}

static void
show_dialog (BrgWindow *self, GPtrArray *all)
{
  BrgSeriesDialog *dialog = brg_series_dialog_new (GTK_WINDOW (self), all);

  g_signal_connect_object (dialog, "chosen", G_CALLBACK (chosen_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BrgWindow) self = data;
  g_autoptr (GError) error = NULL;
  Search *search = g_task_get_task_data (G_TASK (result));
  gboolean cancelled = g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result)));
  g_autoptr (GPtrArray) all = g_task_propagate_pointer (G_TASK (result), &error);

  g_cancellable_disconnect (g_task_get_cancellable (G_TASK (result)), search->cancel_id);
  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->the_case == NULL)
    return;
  g_clear_object (&self->cancellable);
  _brg_window_hide_opening (self);
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    _brg_window_show_message (self, GTK_MESSAGE_ERROR, error->message);
  if (all == NULL || cancelled)
    return;
  if (all->len == 0 && brg_archive_is (search->path))
    {
      /* the image in it, or words that say what there is */
      g_autoptr (GFile) file = g_file_new_for_path (search->path);
      _brg_window_open_image (self, file);
    }
  else if (all->len == 0)
    {
      g_autofree char *text =
        g_strdup_printf (_ ("%s: there are no DICOM images in it."), search->name);
      _brg_window_show_message (self, GTK_MESSAGE_ERROR, text);
    }
  else if (is_clear (all))
    open_series (self, all, 0, NULL);
  else
    show_dialog (self, all);
}

void
_brg_window_open_series (BrgWindow *self, GFile *file)
{
  Search *search = g_new0 (Search, 1);

  search->path = g_file_get_path (file);
  g_autofree char *base = g_file_get_basename (file);
  search->name = g_filename_display_name (base);
  search->task = brg_task_new (N_ ("Reading"));
  self->cancellable = g_cancellable_new ();
  search->cancel_id = brg_task_follow (search->task, self->cancellable);
  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, found_cb, g_object_ref (self));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, search, search_free);
  g_task_run_in_thread (task, search_thread_cb);
  _brg_window_show_search (self, search->name, search->task);
}
