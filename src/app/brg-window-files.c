#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include <glib/gi18n.h>

#include "brg-config.h"
#include "case/brg-library.h"
#include "case/brg-series.h"

static void
finish_task (BrgWindow *self)
{
  g_clear_object (&self->cancellable);
  _brg_window_actions_update (self);
}

void
_brg_window_open_in_case (BrgWindow *self,
                          GFile *file,
                          const BrgImportOptions *options,
                          GAsyncReadyCallback callback)
{
  g_autofree char *base = g_file_get_basename (file);
  g_autofree char *name = g_filename_display_name (base);

  self->cancellable = g_cancellable_new ();
  brg_case_open_async (self->the_case, file, options, self->cancellable, callback,
                       g_object_ref (self));
  _brg_window_show_opening (self, name);
  _brg_window_actions_update (self);
}

/* Says what went wrong; a cancel needs no words. */
static void
report_error (BrgWindow *self, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    _brg_window_show_message (self, GTK_MESSAGE_ERROR, error->message);
}

void
_brg_window_opened_cb (GObject *source, GAsyncResult *result, gpointer window)
{
  g_autoptr (BrgWindow) self = window;
  g_autoptr (GError) error = NULL;
  gboolean opened = brg_case_open_finish (BRG_CASE (source), result, &error);

  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->the_case == NULL)
    return;
  finish_task (self);
  _brg_window_hide_opening (self);
  if (opened)
    _brg_window_remember_case (self);
  else
    report_error (self, error);
}

gboolean
_brg_window_is_in_memory (BrgWindow *self)
{
  return brg_case_get_path (self->the_case) == NULL &&
         brg_case_get_n_history (self->the_case) > 0 && !brg_case_get_read_only (self->the_case);
}

/* Another window, when the case has a file and is open there, or when the case here could not be
 * had again. */
static BrgWindow *
find_window (BrgWindow *self, GFile *file)
{
  BrgWindow *other = _brg_window_find_with_file (self, file);
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (other != NULL || application == NULL)
    return other != NULL ? other : self;
  if (!_brg_window_is_in_memory (self) && brg_case_get_save_error (self->the_case) == NULL)
    return self;
  return brg_window_new (BRG_APPLICATION (application));
}

void
brg_window_open (BrgWindow *self, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  BrgWindow *window = self->cancellable == NULL && !self->closing ? find_window (self, file) : NULL;

  if (window == NULL)
    return;
  if (window != self)
    {
      gtk_window_present (GTK_WINDOW (window));
      if (brg_case_get_path (window->the_case) == NULL)
        brg_window_open (window, file);
      return;
    }
  if (path != NULL && brg_series_is_source (path))
    {
      _brg_window_open_series (self, file);
      return;
    }
  if (path != NULL)
    _brg_window_open_image (self, file);
  else
    _brg_window_open_in_case (self, file, NULL, _brg_window_opened_cb);
}

static void
reopened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  BrgWindow *self = data;

  self->reopening = FALSE;
  _brg_window_opened_cb (source, result, self);
}

void
_brg_window_reopen (BrgWindow *self)
{
  const char *path = brg_case_get_path (self->the_case);
  g_autoptr (GFile) file = path != NULL ? g_file_new_for_path (path) : NULL;

  if (file == NULL || self->cancellable != NULL || self->closing)
    return;
  self->reopening = TRUE;
  _brg_window_open_in_case (self, file, NULL, reopened_cb);
}

void
_brg_window_deface (BrgWindow *self, double keep_mm)
{
  if (self->cancellable != NULL)
    return;
  self->reopening = TRUE;
  self->cancellable = g_cancellable_new ();
  brg_case_deface_async (self->the_case, keep_mm, self->cancellable, reopened_cb,
                         g_object_ref (self));
  _brg_window_actions_update (self);
}

static GFile *
find_sample (void)
{
  const char *override = g_getenv ("BREGMA_SAMPLE");

  return g_file_new_for_path (override != NULL ? override : BRG_SAMPLE_FILE);
}

void
_brg_window_open_sample (BrgWindow *self)
{
  g_autoptr (GFile) sample = find_sample ();

  brg_window_open (self, sample);
}

static void
scan_chosen_cb (BrgWindow *self, int response, GtkFileChooser *chooser)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (chooser);
      brg_window_open (self, file);
    }
  g_object_unref (chooser);
}

void
_brg_window_choose_series (BrgWindow *self)
{
  GtkFileChooserNative *chooser =
    gtk_file_chooser_native_new (_ ("Open a DICOM Folder"), GTK_WINDOW (self),
                                 GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Open"), _ ("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_swapped (chooser, "response", G_CALLBACK (scan_chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

void
_brg_window_choose_scan (BrgWindow *self)
{
  static const char *const suffixes[] = { "nrrd", "nhdr", "nii", "nii.gz", "hdr",
                                          "mha",  "mhd",  "dcm", "zip",    &BRG_LIBRARY_SUFFIX[1] };
  GtkFileChooserNative *chooser =
    gtk_file_chooser_native_new (_ ("Open a Scan or a Case"), GTK_WINDOW (self),
                                 GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), _ ("_Cancel"));
  g_autoptr (GtkFileFilter) scans = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (scans, _ ("Scans and cases"));
  for (gsize s = 0; s < G_N_ELEMENTS (suffixes); s++)
    gtk_file_filter_add_suffix (scans, suffixes[s]);
  gtk_file_filter_add_pattern (scans, "DICOMDIR");
  gtk_file_filter_set_name (all, _ ("All files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), scans);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), all);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_swapped (chooser, "response", G_CALLBACK (scan_chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
folder_chosen_cb (BrgWindow *self, int response, GtkFileChooser *chooser)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) folder = gtk_file_chooser_get_file (chooser);
      brg_export_panel_set_folder (self->export_panel, folder);
    }
  g_object_unref (chooser);
}

void
_brg_window_choose_folder (BrgWindow *self)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (
    _ ("Export to Folder"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Select"),
    _ ("_Cancel"));

  gtk_file_chooser_set_file (GTK_FILE_CHOOSER (chooser),
                             brg_export_panel_get_folder (self->export_panel), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_swapped (chooser, "response", G_CALLBACK (folder_chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BrgWindow) self = data;
  g_autoptr (GError) error = NULL;
  gboolean exported = brg_case_export_finish (BRG_CASE (source), result, &error);

  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->the_case == NULL)
    return;
  finish_task (self);
  if (exported)
    {
      self->exported = TRUE;
      brg_export_panel_show_done (self->export_panel);
      _brg_window_update_steps (self);
    }
  else
    report_error (self, error);
}

void
_brg_window_export (BrgWindow *self)
{
  if (self->cancellable != NULL)
    return;
  _brg_window_hide_message (self);
  self->cancellable = g_cancellable_new ();
  brg_case_export_async (self->the_case, brg_export_panel_get_folder (self->export_panel),
                         self->cancellable, exported_cb, g_object_ref (self));
  _brg_window_actions_update (self);
}

void
_brg_window_show_folder (BrgWindow *self)
{
  g_autofree char *uri = g_file_get_uri (brg_export_panel_get_folder (self->export_panel));

  gtk_show_uri (GTK_WINDOW (self), uri, GDK_CURRENT_TIME);
}

/* One file or folder; of several DICOM files any, as each stands for its series. NULL: none. */
static GFile *
choose_dropped (const GSList *files)
{
  g_autofree char *path = files != NULL ? g_file_get_path (files->data) : NULL;

  if (files == NULL || (files->next != NULL && (path == NULL || !brg_series_is_source (path))))
    return NULL;
  return files->data;
}

static gboolean
dropped_cb (BrgWindow *self, const GValue *value)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));
  GFile *file = choose_dropped (files);

  if (self->cancellable != NULL || files == NULL)
    return FALSE;
  if (file != NULL)
    brg_window_open (self, file);
  else
    _brg_window_show_message (self, GTK_MESSAGE_WARNING,
                              _ ("Drop one file or folder: only one can be opened in a window."));
  return file != NULL;
}

void
_brg_window_files_init (BrgWindow *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_swapped (drop, "drop", G_CALLBACK (dropped_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}
