#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include <glib/gi18n.h>

#include "brg-config.h"

#define N_RECENT 6

static void
finish_task (BrgWindow *self)
{
  g_clear_object (&self->cancellable);
  _brg_window_actions_update (self);
}

/* Says what went wrong; a cancel needs no words. */
static void
report_error (BrgWindow *self, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    _brg_window_show_message (self, GTK_MESSAGE_ERROR, error->message);
}

/* Lists the scan among the recent ones, unless the desktop's privacy settings say no. */
static void
remember (GFile *file)
{
  g_autofree char *uri = g_file_get_uri (file);
  gboolean allowed;
  GtkRecentData data = { .mime_type = (char *) "application/octet-stream",
                         .app_name = (char *) "Bregma",
                         .app_exec = (char *) "bregma %u",
                         .is_private = TRUE };

  g_object_get (gtk_settings_get_default (), "gtk-recent-files-enabled", &allowed, NULL);
  if (allowed)
    gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BrgWindow) self = data;
  g_autoptr (GError) error = NULL;
  gboolean opened = brg_case_open_finish (BRG_CASE (source), result, &error);

  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->the_case == NULL)
    return;
  finish_task (self);
  if (opened)
    remember (self->opening);
  else
    report_error (self, error);
}

void
brg_window_open (BrgWindow *self, GFile *file)
{
  if (self->cancellable != NULL)
    return;
  self->cancellable = g_cancellable_new ();
  g_set_object (&self->opening, file);
  brg_case_open_async (self->the_case, file, self->cancellable, opened_cb, g_object_ref (self));
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
_brg_window_choose_scan (BrgWindow *self)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (
    _ ("Open a Scan"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), _ ("_Cancel"));
  g_autoptr (GtkFileFilter) scans = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (scans, _ ("Scans (NRRD)"));
  gtk_file_filter_add_suffix (scans, "nrrd");
  gtk_file_filter_add_suffix (scans, "nhdr");
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

static gboolean
dropped_cb (BrgWindow *self, const GValue *value)
{
  GFile *file = g_value_get_object (value);

  if (file == NULL || self->cancellable != NULL)
    return FALSE;
  brg_window_open (self, file);
  return TRUE;
}

static GtkWidget *
make_recent_row (GtkRecentInfo *info)
{
  g_autofree char *path = gtk_recent_info_get_uri_display (info);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *when = g_date_time_format (gtk_recent_info_get_visited (info), "%x");
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *name = gtk_label_new (gtk_recent_info_get_display_name (info));
  GtkWidget *date = gtk_label_new (when);
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (date, "dim-label");
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), date);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_tooltip_text (row, folder);
  g_object_set_data_full (G_OBJECT (row), "uri", g_strdup (gtk_recent_info_get_uri (info)), g_free);
  return row;
}

static int
compare_visited (gconstpointer a, gconstpointer b)
{
  return g_date_time_compare (gtk_recent_info_get_visited ((GtkRecentInfo *) b),
                              gtk_recent_info_get_visited ((GtkRecentInfo *) a));
}

static void
fill_recent (BrgWindow *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  GList *items = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  GtkListBoxRow *row;
  int n = 0;

  while ((row = gtk_list_box_get_row_at_index (self->recent_list, 0)) != NULL)
    gtk_list_box_remove (self->recent_list, GTK_WIDGET (row));
  items = g_list_sort (items, compare_visited);
  for (GList *item = items; item != NULL; item = item->next)
    {
      GtkRecentInfo *info = item->data;
      if (n >= N_RECENT || !gtk_recent_info_has_application (info, "Bregma") ||
          !gtk_recent_info_exists (info))
        continue;
      gtk_list_box_append (self->recent_list, make_recent_row (info));
      g_autoptr (GMenuItem) entry = g_menu_item_new (gtk_recent_info_get_display_name (info), NULL);
      g_menu_item_set_action_and_target (entry, "win.open-uri", "s",
                                         gtk_recent_info_get_uri (info));
      g_menu_append_item (menu, entry);
      n++;
    }
  gtk_menu_button_set_menu_model (self->recent_button, G_MENU_MODEL (menu));
  gtk_widget_set_sensitive (GTK_WIDGET (self->recent_button), n > 0);
  g_list_free_full (items, (GDestroyNotify) gtk_recent_info_unref);
}

void
_brg_window_recent_activated_cb (BrgWindow *self, GtkListBoxRow *row)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_object_get_data (G_OBJECT (row), "uri"));

  brg_window_open (self, file);
}

static void
open_uri_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  brg_window_open (data, file);
}

void
_brg_window_files_init (BrgWindow *self)
{
  const GActionEntry open_uri = { .name = "open-uri",
                                  .parameter_type = "s",
                                  .activate = open_uri_cb };
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_FILE, GDK_ACTION_COPY);

  g_action_map_add_action_entries (G_ACTION_MAP (self), &open_uri, 1, self);
  g_signal_connect_swapped (drop, "drop", G_CALLBACK (dropped_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
  g_signal_connect_object (gtk_recent_manager_get_default (), "changed", G_CALLBACK (fill_recent),
                           self, G_CONNECT_SWAPPED);
  fill_recent (self);
}
