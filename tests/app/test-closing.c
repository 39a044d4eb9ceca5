/* Closing: a window goes only when its case is on disk and closed properly, or when its user says
 * so; signals and Quit do the same. */

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "case/brg-store.h"
#include "pointer.h"
#include "support/frames.h"
#include "window-fixture.h"

static gboolean
is_gone_cb (gpointer data)
{
  return *(gpointer *) data == NULL;
}

static void
wait_gone (Fixture *fixture)
{
  pointer_wait_until ("is gone", is_gone_cb, &fixture->window);
}

/* The window is watched from now on: NULL when it is gone. */
static char *
work (Fixture *fixture)
{
  BrgWindow *window = fixture->window;

  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &fixture->window);
  window_open_path (window, fixture->scan);
  window_set_threshold (window, 210);
  return g_strdup (brg_case_get_path (window->the_case));
}

/* On disk to the last action, and closed properly. */
static void
assert_closed (const char *path, guint n_entries)
{
  g_autoptr (GError) error = NULL;
  BrgStore *store = brg_store_open (path, BRG_STORE_WRITE, &error);
  BrgStoreSummary summary = { 0 };

  g_assert_no_error (error);
  g_assert_true (brg_store_load_summary (store, &summary, NULL));
  g_assert_false (summary.was_left_open);
  g_assert_cmpuint (summary.n_entries, ==, n_entries);
  brg_store_summary_clear (&summary);
  g_assert_true (brg_store_close (store, NULL));
}

/* A change in the same breath as the close is kept. */
static void
test_close (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = work (fixture);
  BrgCase *the_case = fixture->window->the_case;
  BrgRecipe recipe = *brg_case_get_recipe (the_case);

  recipe.threshold_lo_hu = 260;
  brg_case_set_recipe (the_case, &recipe, NULL, TRUE); /* a drag that has not ended */
  gtk_window_close (GTK_WINDOW (fixture->window));
  wait_gone (fixture);
  assert_closed (path, 2);
}

static gboolean
is_at_start_cb (gpointer data)
{
  BrgWindow *window = data;

  return !window->closing &&
         g_strcmp0 (gtk_stack_get_visible_child_name (window->stack), "start") == 0;
}

/* The case is closed as it is with the window, which is then as a new one: another scan can be
 * opened in it, and closing once more closes it. */
static void
test_close_case (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = work (fixture);
  BrgWindow *window = fixture->window;

  gtk_widget_activate_action (GTK_WIDGET (window), "win.close-case", NULL);
  pointer_wait_until ("is at the start page", is_at_start_cb, window);
  assert_closed (path, 1);
  g_assert_null (brg_case_get_scan (window->the_case));
  g_assert_null (brg_case_get_result (window->the_case));
  g_assert_null (brg_case_get_path (window->the_case));
  g_assert_cmpuint (brg_case_get_n_history (window->the_case), ==, 0);
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (window)), ==, "Bregma");
  g_assert_cmpint (brg_case_get_recipe (window->the_case)->threshold_lo_hu, ==,
                   brg_recipe_default ().threshold_lo_hu);

  window_open_path (window, fixture->scan);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "work");
  g_assert_nonnull (brg_case_get_result (window->the_case));
  window_set_threshold (window, 210);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.close-case", NULL);
  pointer_wait_until ("is at the start page", is_at_start_cb, window);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.close-case", NULL);
  wait_gone (fixture);
}

/* A start page has nothing to wait for. */
static void
test_close_empty (Fixture *fixture, gconstpointer unused)
{
  gtk_window_present (GTK_WINDOW (fixture->window));
  frames_settle (GTK_WIDGET (fixture->window));
  g_object_add_weak_pointer (G_OBJECT (fixture->window), (gpointer *) &fixture->window);
  gtk_window_close (GTK_WINDOW (fixture->window));
  wait_gone (fixture);
}

static gboolean
has_no_window_cb (gpointer application)
{
  return gtk_application_get_windows (application) == NULL;
}

static void
test_quit (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = work (fixture);
  BrgWindow *second = window_fixture_add_window (fixture);

  window_open_path (second, fixture->scan);
  window_set_threshold (second, 300);
  g_autofree char *second_path = g_strdup (brg_case_get_path (second->the_case));
  g_assert_cmpstr (path, !=, second_path);
  g_action_group_activate_action (G_ACTION_GROUP (fixture->application), "quit", NULL);
  pointer_wait_until ("has no window", has_no_window_cb, fixture->application);
  assert_closed (path, 1);
  assert_closed (second_path, 1);
}

static void
test_signal (Fixture *fixture, gconstpointer signal)
{
  g_autofree char *path = work (fixture);

  kill (getpid (), GPOINTER_TO_INT (signal));
  wait_gone (fixture);
  assert_closed (path, 1);
}

static GtkWidget *
find_dialog (Fixture *fixture)
{
  GListModel *all = gtk_window_get_toplevels ();

  for (guint t = 0; t < g_list_model_get_n_items (all); t++)
    {
      g_autoptr (GtkWidget) toplevel = g_list_model_get_item (all, t);
      if (GTK_IS_MESSAGE_DIALOG (toplevel) &&
          gtk_window_get_transient_for (GTK_WINDOW (toplevel)) == GTK_WINDOW (fixture->window))
        return toplevel;
    }
  return NULL;
}

static gboolean
has_dialog_cb (gpointer data)
{
  return find_dialog (data) != NULL;
}

static GtkWidget *
find_button (GtkWidget *root, const char *label)
{
  if (GTK_IS_BUTTON (root) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (root)), label) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, label);
      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Closes, and answers the question that comes. */
static void
close_and_answer (Fixture *fixture, const char *label)
{
  gtk_window_close (GTK_WINDOW (fixture->window));
  pointer_wait_until ("asks", has_dialog_cb, fixture);
  g_autoptr (GtkWidget) button = find_button (find_dialog (fixture), label);
  g_assert_nonnull (button);
  g_object_ref (button); /* the answer takes the dialog away */
  g_signal_emit_by_name (button, "clicked");
}

/* The file is gone: the question names it, says what is at stake, and every answer does what it
 * says. */
static void
test_cannot_save (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = work (fixture);
  g_autofree char *details = NULL;

  g_assert_cmpint (g_remove (path), ==, 0);
  window_set_threshold (fixture->window, 220);
  window_set_threshold (fixture->window, 230);
  gtk_window_close (GTK_WINDOW (fixture->window));
  pointer_wait_until ("asks", has_dialog_cb, fixture);
  GtkWidget *dialog = find_dialog (fixture);
  g_object_get (dialog, "secondary-text", &details, NULL);
  g_assert_nonnull (strstr (details, "Case01.bregma"));
  g_assert_nonnull (strstr (details, fixture->library));
  g_assert_nonnull (strstr (details, "the whole case would be lost"));
  g_assert_null (strstr (details, "action"));
  gtk_dialog_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  frames_drain ();

  /* Back to work: it goes on where it was. */
  g_assert_nonnull (fixture->window);
  g_assert_true (gtk_widget_is_sensitive (gtk_window_get_child (GTK_WINDOW (fixture->window))));
  window_set_threshold (fixture->window, 240);
  g_assert_cmpint (brg_case_get_recipe (fixture->window->the_case)->threshold_lo_hu, ==, 240);
  close_and_answer (fixture, "_Try Again");
  pointer_wait_until ("asks again", has_dialog_cb, fixture);
  gtk_dialog_response (GTK_DIALOG (find_dialog (fixture)), GTK_RESPONSE_CANCEL);
  frames_drain ();
  close_and_answer (fixture, "Close _Without Saving");
  wait_gone (fixture);
}

/* The disk is full: what is in the file already stays there, and the rest is counted. */
static void
test_disk_full (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = work (fixture);
  g_autofree char *details = NULL;
  struct rlimit old, none;
  /* GTK warns when it cannot write its own list of files. */
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  none = old;
  none.rlim_cur = 0;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  window_set_threshold (fixture->window, 220);
  window_set_threshold (fixture->window, 230);
  gtk_window_close (GTK_WINDOW (fixture->window));
  pointer_wait_until ("asks", has_dialog_cb, fixture);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_object_get (find_dialog (fixture), "secondary-text", &details, NULL);
  g_assert_nonnull (strstr (details, "2 actions would be lost"));
  gtk_dialog_response (GTK_DIALOG (find_dialog (fixture)), GTK_RESPONSE_CANCEL);
  frames_drain ();
  gtk_window_close (GTK_WINDOW (fixture->window));
  wait_gone (fixture);
  assert_closed (path, 3);
  g_log_set_always_fatal (fatal);
}

/* Save As out of the question: the case goes to the new place, then the window goes. */
static void
test_save_as (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = work (fixture);
  g_autofree char *rescue = g_build_filename (fixture->folder, "Rescue.bregma", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (rescue);

  g_assert_cmpint (g_remove (path), ==, 0);
  window_set_threshold (fixture->window, 220);
  fixture->window->close_after_save = TRUE; /* as the answer does, but for the file chooser */
  _brg_window_save_as_file (fixture->window, file);
  wait_gone (fixture);
  assert_closed (rescue, 2);
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv, FALSE);
#define ADD_WITH(name, test, data)                                                                 \
  g_test_add ("/closing/" #name, Fixture, data, window_fixture_set_up, test,                       \
              window_fixture_tear_down)
#define ADD(name) ADD_WITH (name, test_##name, NULL)
  ADD (close);
  ADD (close_case);
  ADD (close_empty);
  ADD (quit);
  ADD_WITH (terminate, test_signal, GINT_TO_POINTER (SIGTERM));
  ADD_WITH (hang_up, test_signal, GINT_TO_POINTER (SIGHUP));
  ADD_WITH (interrupt, test_signal, GINT_TO_POINTER (SIGINT));
  ADD (cannot_save);
  ADD (disk_full);
  ADD (save_as);
#undef ADD
#undef ADD_WITH
  return window_fixture_run ();
}
