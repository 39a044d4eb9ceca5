#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include <glib/gi18n.h>

#include "widgets/brg-toplevel.h"

#define REVEAL_MS 300

enum
{
  RESPONSE_SAVE_AS = 1,
  RESPONSE_TRY_AGAIN,
  RESPONSE_DISCARD,
};

/* Back to work. */
static void
stay (BrgWindow *self)
{
  self->closing = FALSE;
  g_clear_handle_id (&self->closing_id, g_source_remove);
  gtk_widget_set_sensitive (gtk_window_get_child (GTK_WINDOW (self)), TRUE);
  _brg_window_saving_update (self);
}

/* All is written, or given up: the window goes, or is as one that has just come. */
static void
go (BrgWindow *self)
{
  if (self->close_case_only && !self->must_close)
    {
      brg_case_unload (self->the_case);
      stay (self);
      _brg_window_show_start (self);
      return;
    }
  self->closed = TRUE;
  gtk_window_destroy (GTK_WINDOW (self));
}

static gboolean
reveal_cb (gpointer data)
{
  BrgWindow *self = data;

  self->closing_id = 0;
  gtk_widget_set_sensitive (gtk_window_get_child (GTK_WINDOW (self)), FALSE);
  gtk_label_set_label (self->subtitle_label, _ ("Saving…"));
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle_label), TRUE);
  return G_SOURCE_REMOVE;
}

static void
response_cb (BrgWindow *self, int response, GtkWindow *dialog)
{
  gtk_window_set_transient_for (dialog, NULL); /* it outlives the window in its own signal */
  gtk_window_destroy (dialog);
  switch (response)
    {
    case RESPONSE_SAVE_AS:
      self->close_after_save = TRUE;
      _brg_window_save_as (self);
      break;
    case RESPONSE_TRY_AGAIN:
      _brg_window_close_again (self);
      break;
    case RESPONSE_DISCARD:
      brg_case_give_up_saving (self->the_case);
      go (self);
      break;
    default:
      break;
    }
}

static char *
make_cost (BrgWindow *self)
{
  guint n = brg_case_count_unsaved (self->the_case);

  if (brg_case_get_file_gone (self->the_case))
    return g_strdup (_ ("The file of this case is gone: the whole case would be lost."));
  if (n > 0)
    return g_strdup_printf (ngettext ("%u action would be lost.", "%u actions would be lost.", n),
                            n);
  return g_strdup (_ ("No action would be lost, but the scan would have to be opened again."));
}

/* What is wrong, where, and what it would cost to close all the same. */
static char *
make_details (BrgWindow *self, const GError *error)
{
  const char *path = brg_case_get_path (self->the_case);
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;
  g_autofree char *shown = folder != NULL ? g_filename_display_name (folder) : NULL;
  g_autofree char *cost = make_cost (self);

  if (error == NULL)
    return g_strdup_printf (_ ("It is in memory only. %s"), cost);
  return shown != NULL ? g_strdup_printf (_ ("%s (in %s)\n\n%s"), error->message, shown, cost)
                       : g_strdup_printf ("%s\n\n%s", error->message, cost);
}

/* `error` NULL: there is no file to save to. */
static void
ask (BrgWindow *self, const GError *error)
{
  g_autofree char *details = make_details (self, error);
  g_autofree char *valid = g_utf8_make_valid (details, -1);
  GtkWidget *dialog = gtk_message_dialog_new (
    GTK_WINDOW (self), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_WARNING,
    GTK_BUTTONS_NONE, _ ("%s is not saved"), brg_case_get_name (self->the_case));
  GtkWidget *discard, *save_as;

  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (dialog), "%s", valid);
  discard =
    gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("Close _Without Saving"), RESPONSE_DISCARD);
  gtk_widget_add_css_class (discard, "destructive-action");
  gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Cancel"), GTK_RESPONSE_CANCEL);
  if (error != NULL)
    gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Try Again"), RESPONSE_TRY_AGAIN);
  save_as = gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("Save _As…"), RESPONSE_SAVE_AS);
  gtk_widget_add_css_class (save_as, "suggested-action");
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), RESPONSE_SAVE_AS);
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), self, G_CONNECT_SWAPPED);
  brg_toplevel_guard (GTK_WINDOW (dialog));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
fail (BrgWindow *self, const GError *error)
{
  stay (self);
  if (!self->must_close)
    {
      ask (self, error);
      return;
    }
  g_autofree char *details = make_details (self, error);
  g_printerr ("bregma: %s\n", details);
  go (self);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BrgWindow) self = data;
  g_autoptr (GError) error = NULL;
  gboolean closed = brg_case_close_finish (BRG_CASE (source), result, &error);

  g_clear_handle_id (&self->closing_id, g_source_remove);
  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->the_case == NULL)
    return;
  if (closed)
    go (self);
  else
    fail (self, error);
}

void
_brg_window_close_again (BrgWindow *self)
{
  if (self->closing || self->closed)
    return;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  if (_brg_window_is_in_memory (self))
    {
      fail (self, NULL);
      return;
    }
  self->closing = TRUE;
  self->closing_id = g_timeout_add (REVEAL_MS, reveal_cb, self);
  brg_case_close_async (self->the_case, NULL, closed_cb, g_object_ref (self));
}

void
_brg_window_close (BrgWindow *self)
{
  self->close_case_only = FALSE;
  _brg_window_close_again (self);
}

void
_brg_window_close_case (BrgWindow *self)
{
  if (self->closing || self->closed)
    return;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  else if (brg_case_get_scan (self->the_case) == NULL)
    _brg_window_close (self);
  else
    {
      self->close_case_only = TRUE;
      _brg_window_close_again (self);
    }
}

void
_brg_window_close_at_once (BrgWindow *self)
{
  self->must_close = TRUE;
  _brg_window_close (self);
}

gboolean
_brg_window_close_request (GtkWindow *window)
{
  BrgWindow *self = BRG_WINDOW (window);

  if (self->closed)
    return FALSE;
  _brg_window_close (self);
  return TRUE;
}
