#define G_LOG_DOMAIN "brg-application"

#include "app/brg-application.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <unistd.h>

#include "app/brg-window-private.h"
#include "brg-config.h"
#include "case/brg-library.h"

#define DISCLAIMER                                                                                 \
  N_ (                                                                                             \
    "Research software. Not a medical device; not CE-marked, not FDA-cleared. Not for "            \
    "diagnosis, treatment planning or the manufacture of an implant for a patient. Verify every "  \
    "result.")

/* How long the end of the session waits for cases to be written. */
#define PATIENCE_US (20 * G_USEC_PER_SEC)

struct _BrgApplication
{
  GtkApplication parent_instance;

  char *library;
  char *library_problem;
  BrgRecentCases *recent_cases;
  guint signal_ids[3];
};

G_DEFINE_FINAL_TYPE (BrgApplication, brg_application, GTK_TYPE_APPLICATION)

typedef struct
{
  const char *action;
  const char *keys[3];
} Shortcut;

/* Keys with a modifier; plain keys belong to the window, so that entries get them first. */
static const Shortcut shortcuts[] = {
  { "win.open", { "<Control>o" } },
  { "win.open-folder", { "<Control><Shift>o" } },
  { "win.undo", { "<Control>z" } },
  { "win.redo", { "<Control><Shift>z", "<Control>y" } },
  { "win.save-as", { "<Control><Shift>s" } },
  { "win.saved", { "<Control>s" } },
  { "win.history", { "<Control>h" } },
  { "win.go-export", { "<Control>e" } },
  { "win.next-step", { "<Control>Page_Down" } },
  { "win.previous-step", { "<Control>Page_Up" } },
  { "win.close-case", { "<Control>w" } },
  { "window.close", { "<Control><Shift>w" } },
  { "app.quit", { "<Control>q" } },
};

static void
show_about_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_show_about_dialog (gtk_application_get_active_window (GTK_APPLICATION (data)), "program-name",
                         "Bregma", "version", BRG_VERSION, "logo-icon-name", BRG_APP_ID, "comments",
                         _ (DISCLAIMER), "license-type", GTK_LICENSE_MIT_X11, "copyright",
                         "© 2026 The Bregma authors", "modal", TRUE, NULL);
}

static void
for_each_window (gpointer application, void (*act) (BrgWindow *window))
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (application));

  for (GList *item = windows; item != NULL; item = item->next)
    if (BRG_IS_WINDOW (item->data))
      act (item->data);
}

/* The application ends with its last window; one whose case cannot be saved stays and asks. */
static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  for_each_window (data, _brg_window_close);
}

static gboolean
terminate_cb (gpointer application)
{
  for_each_window (application, _brg_window_close_at_once);
  return G_SOURCE_CONTINUE;
}

static void
dark_changed_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme",
                g_variant_get_boolean (state), NULL);
  g_simple_action_set_state (action, state);
}

static const GActionEntry actions[] = {
  { .name = "about", .activate = show_about_cb },
  { .name = "quit", .activate = quit_cb },
  { .name = "dark", .state = "true", .change_state = dark_changed_cb },
};

static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/bregma/Bregma/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

/* A folder that is there and can be written; else why not. */
static void
find_library (BrgApplication *self)
{
  g_autofree char *folder = brg_library_get_folder ();
  g_autofree char *shown = g_filename_display_name (folder);
  g_autoptr (GError) error = NULL;

  if (brg_library_make_folder (folder, &error) && g_access (folder, W_OK | X_OK) == 0)
    self->library = g_strdup (folder);
  else
    self->library_problem =
      g_strdup_printf (_ ("The folder for them, %s, cannot be used: %s."), shown,
                       error != NULL ? error->message : g_strerror (errno));
  self->recent_cases = brg_recent_cases_new (folder);
}

static void
brg_application_startup (GApplication *application)
{
  static const int signals[] = { SIGTERM, SIGHUP, SIGINT };

  G_APPLICATION_CLASS (brg_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions),
                                   application);
  for (gsize s = 0; s < G_N_ELEMENTS (shortcuts); s++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), shortcuts[s].action,
                                           (const char *const *) shortcuts[s].keys);
  gtk_window_set_default_icon_name (BRG_APP_ID);
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", TRUE, NULL);
  load_style ();
  find_library (BRG_APPLICATION (application));
  for (gsize s = 0; s < G_N_ELEMENTS (signals); s++)
    BRG_APPLICATION (application)->signal_ids[s] =
      g_unix_signal_add (signals[s], terminate_cb, application);
}

static gboolean
wake_cb (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

/* The session ends, or something else has made the main loop return: cases are still closed
 * properly. */
static void
brg_application_shutdown (GApplication *application)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;
  guint wake_id = g_timeout_add (200, wake_cb, NULL);

  terminate_cb (application);
  while (gtk_application_get_windows (GTK_APPLICATION (application)) != NULL &&
         g_get_monotonic_time () < deadline_us)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wake_id);
  G_APPLICATION_CLASS (brg_application_parent_class)->shutdown (application);
}

static void
brg_application_finalize (GObject *object)
{
  BrgApplication *self = BRG_APPLICATION (object);

  for (gsize s = 0; s < G_N_ELEMENTS (self->signal_ids); s++)
    g_clear_handle_id (&self->signal_ids[s], g_source_remove);
  g_free (self->library);
  g_free (self->library_problem);
  g_clear_object (&self->recent_cases);
  G_OBJECT_CLASS (brg_application_parent_class)->finalize (object);
}

static void
brg_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL)
    window = GTK_WINDOW (brg_window_new (BRG_APPLICATION (application)));
  gtk_window_present (window);
}

static void
brg_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  for (int f = 0; f < n_files; f++)
    {
      BrgWindow *window = brg_window_new (BRG_APPLICATION (application));
      gtk_window_present (GTK_WINDOW (window));
      brg_window_open (window, files[f]);
    }
}

static int
brg_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1;
  g_print ("Bregma %s\n%s\n", BRG_VERSION, _ (DISCLAIMER));
  return 0;
}

static void
brg_application_class_init (BrgApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = brg_application_finalize;
  application_class->startup = brg_application_startup;
  application_class->shutdown = brg_application_shutdown;
  application_class->activate = brg_application_activate;
  application_class->open = brg_application_open;
  application_class->handle_local_options = brg_application_handle_local_options;
}

static void
brg_application_init (BrgApplication *self)
{
  const GOptionEntry options[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and exit"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self),
                                                     _ ("[SCAN | DICOM-FOLDER | CASE.bregma …]"));
  g_application_set_option_context_summary (
    G_APPLICATION (self), _ ("From a head CT to skull, skull with a defect, and implant."));
}

BrgApplication *
brg_application_new (void)
{
  return g_object_new (BRG_TYPE_APPLICATION, "application-id", BRG_APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN | G_APPLICATION_NON_UNIQUE, "register-session",
                       TRUE, NULL);
}

const char *
brg_application_get_library (BrgApplication *self)
{
  return self->library;
}

const char *
brg_application_get_library_problem (BrgApplication *self)
{
  return self->library_problem;
}

BrgRecentCases *
brg_application_get_recent_cases (BrgApplication *self)
{
  return self->recent_cases;
}
