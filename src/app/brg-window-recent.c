#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "widgets/brg-case-words.h"

#define N_IN_MENU 8

/* Underscores of a name are no mnemonics. */
static char *
escape_mnemonics (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "_", -1);

  return g_strjoinv ("__", parts);
}

static GMenuItem *
make_item (const BrgRecentCaseInfo *info)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *name = escape_mnemonics (info->name);
  g_autofree char *when = brg_case_words_when (info->changed_s, now);
  g_autofree char *label = g_strdup_printf ("%s — %s", name, when);
  g_autofree char *uri = g_file_get_uri (info->file);
  GMenuItem *item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "win.open-uri", "s", uri);
  return item;
}

static void
fill_menu (BrgWindow *self, GListModel *cases)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  guint n = cases != NULL ? g_list_model_get_n_items (cases) : 0;

  for (guint c = 0; c < n && g_menu_model_get_n_items (G_MENU_MODEL (menu)) < N_IN_MENU; c++)
    {
      g_autoptr (BrgRecentCase) recent = g_list_model_get_item (cases, c);
      const BrgRecentCaseInfo *info = brg_recent_case_get_info (recent);
      if (info->problem != NULL)
        continue;
      g_autoptr (GMenuItem) item = make_item (info);
      g_menu_append_item (menu, item);
    }
  gtk_menu_button_set_menu_model (self->recent_button, G_MENU_MODEL (menu));
  gtk_widget_set_sensitive (GTK_WIDGET (self->recent_button),
                            g_menu_model_get_n_items (G_MENU_MODEL (menu)) > 0);
}

static void
changed_cb (BrgWindow *self)
{
  fill_menu (self, brg_recent_cases_get_model (self->recent_cases));
}

/* The first look is done. */
static void
found_cb (BrgWindow *self)
{
  GListModel *cases = brg_recent_cases_get_model (self->recent_cases);

  brg_start_page_set_cases (self->start_page, cases);
  if (cases != NULL)
    g_signal_connect_object (cases, "items-changed", G_CALLBACK (changed_cb), self,
                             G_CONNECT_SWAPPED);
  changed_cb (self);
}

/* Another program may have changed something while the window was away. */
static void
is_active_cb (BrgWindow *self)
{
  if (gtk_window_is_active (GTK_WINDOW (self)) && self->recent_cases != NULL)
    brg_recent_cases_refresh (self->recent_cases);
}

static void
open_uri_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  brg_window_open (data, file);
}

void
_brg_window_show_in_folder (BrgWindow *self, GFile *file)
{
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *uri = folder != NULL ? g_file_get_uri (folder) : NULL;

  if (uri != NULL)
    gtk_show_uri (GTK_WINDOW (self), uri, GDK_CURRENT_TIME);
}

static void
show_in_folder_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  _brg_window_show_in_folder (data, file);
}

static void
trashed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BrgWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *base = g_file_get_basename (G_FILE (source));
  g_autofree char *name = g_filename_display_name (base);
  gboolean trashed = g_file_trash_finish (G_FILE (source), result, &error);

  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->recent_cases == NULL)
    return;
  g_autofree char *message =
    trashed
      ? g_strdup_printf (_ ("%s is in the trash now. To undo this, restore it from there."), name)
      : g_strdup_printf (_ ("%s could not be moved to the trash: %s"), name, error->message);
  _brg_window_show_message (self, trashed ? GTK_MESSAGE_INFO : GTK_MESSAGE_ERROR, message);
  brg_recent_cases_refresh (self->recent_cases);
}

static void
move_to_trash_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  BrgWindow *self = data;
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  if (_brg_window_find_with_file (self, file) != NULL)
    _brg_window_show_message (self, GTK_MESSAGE_WARNING,
                              _ ("The case is open in a window. Close it first."));
  else
    g_file_trash_async (file, G_PRIORITY_DEFAULT, NULL, trashed_cb, g_object_ref (self));
}

BrgWindow *
_brg_window_find_with_file (BrgWindow *self, GFile *file)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  for (GList *item = application != NULL ? gtk_application_get_windows (application) : NULL;
       item != NULL; item = item->next)
    {
      const char *path =
        BRG_IS_WINDOW (item->data) ? brg_case_get_path (BRG_WINDOW (item->data)->the_case) : NULL;
      g_autoptr (GFile) other = path != NULL ? g_file_new_for_path (path) : NULL;
      if (other != NULL && g_file_equal (other, file))
        return item->data;
    }
  return NULL;
}

void
_brg_window_remember_case (BrgWindow *self)
{
  const char *path = brg_case_get_path (self->the_case);
  g_autoptr (GFile) file = path != NULL ? g_file_new_for_path (path) : NULL;

  if (file != NULL && self->recent_cases != NULL)
    brg_recent_cases_remember (self->recent_cases, file);
}

void
_brg_window_recent_init (BrgWindow *self)
{
  const GActionEntry actions[] = {
    { .name = "open-uri", .parameter_type = "s", .activate = open_uri_cb },
    { .name = "show-in-folder", .parameter_type = "s", .activate = show_in_folder_cb },
    { .name = "move-to-trash", .parameter_type = "s", .activate = move_to_trash_cb },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  fill_menu (self, NULL);
}

void
_brg_window_set_recent_cases (BrgWindow *self, BrgRecentCases *recent_cases)
{
  self->recent_cases = g_object_ref (recent_cases);
  g_signal_connect_object (recent_cases, "notify::model", G_CALLBACK (found_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (is_active_cb), NULL);
  found_cb (self);
  brg_recent_cases_refresh (recent_cases);
}
