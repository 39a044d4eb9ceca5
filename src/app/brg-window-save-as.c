#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include <glib/gi18n.h>

#include "case/brg-library.h"
#include "widgets/brg-toplevel.h"

/* The copy is likely to go somewhere. */
static void
tell_of_face (BrgWindow *self)
{
  g_autofree char *name = g_path_get_basename (brg_case_get_path (self->the_case));
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *text = g_strdup_printf (
    _ ("%s holds the scan, and in it the face, by which a person may be known."), shown);

  if (brg_case_shows_face (self->the_case))
    _brg_window_show_message (self, GTK_MESSAGE_WARNING, text);
}

static void
saved_as_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BrgWindow) self = data;
  g_autoptr (GError) error = NULL;
  gboolean saved = brg_case_save_as_finish (BRG_CASE (source), result, &error);

  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->the_case == NULL)
    return;
  if (!saved && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    _brg_window_show_message (self, GTK_MESSAGE_ERROR, error->message);
  if (saved)
    {
      _brg_window_remember_case (self);
      _brg_window_show_saved (self);
      tell_of_face (self);
    }
  _brg_window_saving_update (self);
  if (saved && self->close_after_save)
    _brg_window_close_again (self);
  self->close_after_save = FALSE;
}

void
_brg_window_save_as_file (BrgWindow *self, GFile *file)
{
  brg_case_save_as_async (self->the_case, file, NULL, saved_as_cb, g_object_ref (self));
}

static void
replace_response_cb (BrgWindow *self, int response, GtkWindow *dialog)
{
  GFile *file = g_object_get_data (G_OBJECT (dialog), "file");

  if (response == GTK_RESPONSE_ACCEPT)
    _brg_window_save_as_file (self, file);
  else
    self->close_after_save = FALSE;
  gtk_window_destroy (dialog);
}

/* For a name that the file chooser has not asked about, as it was chosen without its suffix. */
static void
ask_to_replace (BrgWindow *self, GFile *file)
{
  g_autofree char *base = g_file_get_basename (file);
  g_autofree char *name = g_filename_display_name (base);
  GtkWidget *dialog =
    gtk_message_dialog_new (GTK_WINDOW (self), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                            GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, _ ("Replace %s?"), name);

  gtk_dialog_add_buttons (GTK_DIALOG (dialog), _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_Replace"),
                          GTK_RESPONSE_ACCEPT, NULL);
  g_object_set_data_full (G_OBJECT (dialog), "file", g_object_ref (file), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (replace_response_cb), self,
                           G_CONNECT_SWAPPED);
  brg_toplevel_guard (GTK_WINDOW (dialog));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
place_chosen_cb (BrgWindow *self, int response, GtkFileChooser *chooser)
{
  g_autoptr (GFile) file =
    response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (chooser) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  g_object_unref (chooser);
  if (path == NULL || g_str_has_suffix (path, BRG_LIBRARY_SUFFIX))
    {
      if (file != NULL)
        _brg_window_save_as_file (self, file);
      else
        self->close_after_save = FALSE;
      return;
    }
  g_autofree char *named = g_strconcat (path, BRG_LIBRARY_SUFFIX, NULL);
  g_autoptr (GFile) named_file = g_file_new_for_path (named);
  if (g_file_test (named, G_FILE_TEST_EXISTS))
    ask_to_replace (self, named_file);
  else
    _brg_window_save_as_file (self, named_file);
}

void
_brg_window_save_as (BrgWindow *self)
{
  GtkFileChooserNative *chooser =
    gtk_file_chooser_native_new (_ ("Save the Case As"), GTK_WINDOW (self),
                                 GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  g_autofree char *name =
    g_strconcat (brg_case_get_name (self->the_case), BRG_LIBRARY_SUFFIX, NULL);
  g_autoptr (GtkFileFilter) cases = gtk_file_filter_new ();

  gtk_file_filter_set_name (cases, _ ("Cases"));
  gtk_file_filter_add_suffix (cases, &BRG_LIBRARY_SUFFIX[1]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), cases);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_swapped (chooser, "response", G_CALLBACK (place_chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
