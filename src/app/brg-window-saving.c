#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include <glib/gi18n.h>

/* Saving is a word only when it takes this long; that it is done stays to be read for so long. */
#define SAVING_REVEAL_MS 300
#define SAVED_SHOWN_MS   2500

/* What the bar of the case says, the gravest first. */
typedef enum
{
  STATE_NONE,
  STATE_NOT_SAVED,
  STATE_READ_ONLY,
  STATE_IN_MEMORY,
  STATE_RECOVERED,
} State;

static State
find_state (BrgWindow *self)
{
  BrgCase *the_case = self->the_case;

  if (brg_case_get_save_error (the_case) != NULL)
    return STATE_NOT_SAVED;
  if (brg_case_get_read_only (the_case))
    return STATE_READ_ONLY;
  if (self->library_problem != NULL && brg_case_get_path (the_case) == NULL)
    return STATE_IN_MEMORY;
  return brg_case_get_was_recovered (the_case) && !self->recovery_seen ? STATE_RECOVERED
                                                                       : STATE_NONE;
}

static char *
not_saved_text (BrgWindow *self)
{
  const char *path = brg_case_get_path (self->the_case);
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;
  g_autofree char *shown = folder != NULL ? g_filename_display_name (folder) : NULL;
  const char *error = brg_case_get_save_error (self->the_case);
  const char *advice =
    brg_case_get_file_gone (self->the_case)
      ? _ ("Nothing is lost while this window is open. Save the case again with Save As.")
      : _ ("Nothing is lost while this window is open. Make room there, or save the "
           "case in another place.");

  return shown != NULL ? g_strdup_printf (_ ("Not saved. %s (in %s)\n%s"), error, shown, advice)
                       : g_strdup_printf (_ ("Not saved. %s\n%s"), error, advice);
}

static char *
make_text (BrgWindow *self, State state)
{
  switch (state)
    {
    case STATE_NOT_SAVED:
      return not_saved_text (self);
    case STATE_READ_ONLY:
      return g_strdup (brg_case_get_read_only_reason (self->the_case));
    case STATE_IN_MEMORY:
      return g_strdup_printf (_ ("Cases are kept in memory only. %s Save a case to keep it."),
                              self->library_problem);
    case STATE_RECOVERED:
      return g_strdup (_ ("Bregma did not close properly the last time. Everything up to your last "
                          "action is here."));
    case STATE_NONE:
    default:
      return g_strdup ("");
    }
}

void
_brg_window_saving_update (BrgWindow *self)
{
  static const GtkMessageType types[] = { GTK_MESSAGE_INFO, GTK_MESSAGE_ERROR, GTK_MESSAGE_WARNING,
                                          GTK_MESSAGE_WARNING, GTK_MESSAGE_INFO };
  State state = find_state (self);
  g_autofree char *text = make_text (self, state);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  gboolean has_scan = brg_case_get_scan (self->the_case) != NULL;

  if (state != STATE_NONE)
    {
      gtk_label_set_label (self->case_bar_label, valid);
      gtk_info_bar_set_message_type (self->case_bar, types[state]);
    }
  gtk_widget_set_visible (self->retry_button, state == STATE_NOT_SAVED || state == STATE_READ_ONLY);
  gtk_widget_set_visible (self->save_as_button, state != STATE_RECOVERED && has_scan);
  gtk_info_bar_set_show_close_button (self->case_bar, state == STATE_RECOVERED);
  gtk_info_bar_set_revealed (self->case_bar, state != STATE_NONE);
  _brg_window_update_title (self);
  _brg_window_actions_update (self);
}

/* The desktop is asked not to end the session while something is still to be written. */
static void
hold_session (BrgWindow *self, gboolean hold)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (application == NULL || hold == (self->inhibit_cookie != 0))
    return;
  if (hold)
    self->inhibit_cookie = gtk_application_inhibit (
      application, GTK_WINDOW (self), GTK_APPLICATION_INHIBIT_LOGOUT, _ ("A case is being saved"));
  else
    gtk_application_uninhibit (application, self->inhibit_cookie);
  if (!hold)
    self->inhibit_cookie = 0;
}

static void
show_word (BrgWindow *self, const char *word)
{
  g_clear_handle_id (&self->saved_id, g_source_remove);
  if (word != NULL)
    gtk_label_set_label (self->saving_label, word);
  gtk_widget_set_opacity (GTK_WIDGET (self->saving_label), word != NULL ? 1 : 0);
}

static gboolean
hide_saved_cb (gpointer data)
{
  BrgWindow *self = data;

  self->saved_id = 0;
  show_word (self, NULL);
  return G_SOURCE_REMOVE;
}

void
_brg_window_show_saved (BrgWindow *self)
{
  show_word (self, _ ("Saved"));
  self->saved_id = g_timeout_add (SAVED_SHOWN_MS, hide_saved_cb, self);
}

static gboolean
reveal_saving_cb (gpointer data)
{
  BrgWindow *self = data;

  self->saving_id = 0;
  self->saving_shown = TRUE;
  show_word (self, _ ("Saving…"));
  hold_session (self, TRUE);
  return G_SOURCE_REMOVE;
}

/* A word in the status bar, and only when saving takes long enough to be noticed; none while the
 * bar says that it does not work. */
static void
saving_cb (BrgWindow *self)
{
  gboolean saving = brg_case_get_saving (self->the_case);
  gboolean is_stuck = saving && brg_case_get_save_error (self->the_case) != NULL;

  if (saving && !is_stuck && !self->saving_shown && self->saving_id == 0)
    self->saving_id = g_timeout_add (SAVING_REVEAL_MS, reveal_saving_cb, self);
  if (!saving || is_stuck)
    {
      g_clear_handle_id (&self->saving_id, g_source_remove);
      if (self->saving_shown && is_stuck)
        show_word (self, NULL);
      else if (self->saving_shown)
        _brg_window_show_saved (self);
      self->saving_shown = FALSE;
      hold_session (self, is_stuck);
    }
  _brg_window_actions_update (self);
}

static void
bar_response_cb (BrgWindow *self)
{
  self->recovery_seen = TRUE;
  _brg_window_saving_update (self);
}

static void
opened_cb (BrgWindow *self)
{
  self->recovery_seen = FALSE;
  _brg_window_saving_update (self);
}

void
_brg_window_saving_init (BrgWindow *self)
{
  static const char *const properties[] = { "notify::path", "notify::read-only",
                                            "notify::save-error" };

  for (gsize p = 0; p < G_N_ELEMENTS (properties); p++)
    g_signal_connect_object (self->the_case, properties[p], G_CALLBACK (_brg_window_saving_update),
                             self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->the_case, "notify::saving", G_CALLBACK (saving_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->the_case, "notify::save-error", G_CALLBACK (saving_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->the_case, "opened", G_CALLBACK (opened_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->case_bar, "response", G_CALLBACK (bar_response_cb), self,
                           G_CONNECT_SWAPPED);
}

void
_brg_window_saving_dispose (BrgWindow *self)
{
  g_clear_handle_id (&self->saving_id, g_source_remove);
  g_clear_handle_id (&self->saved_id, g_source_remove);
  hold_session (self, FALSE);
}
