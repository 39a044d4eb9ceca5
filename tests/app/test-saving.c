/* What the window says about the file of its case, and that what it offers helps: nothing to be
 * read while all is well; read-only, not saved, in memory and recovered in words. */

#include <glib/gstdio.h>

#include "case/brg-store.h"
#include "pointer.h"
#include "window-fixture.h"

static char *
dup_path (BrgWindow *window)
{
  const char *path = brg_case_get_path (window->the_case);

  g_assert_nonnull (path);
  return g_strdup (path);
}

static void
assert_bar (BrgWindow *window, GtkMessageType type, const char *part)
{
  const char *text = gtk_label_get_label (window->case_bar_label);

  g_assert_true (gtk_info_bar_get_revealed (window->case_bar));
  g_assert_cmpint (gtk_info_bar_get_message_type (window->case_bar), ==, type);
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, text);
}

static void
assert_no_bar (BrgWindow *window)
{
  g_assert_false (gtk_info_bar_get_revealed (window->case_bar));
}

static gboolean
has_save_error_cb (gpointer data)
{
  return brg_case_get_save_error (((BrgWindow *) data)->the_case) != NULL;
}

static gboolean
has_no_save_error_cb (gpointer data)
{
  return !has_save_error_cb (data);
}

static gboolean
is_writable_cb (gpointer data)
{
  return !brg_case_get_read_only (((BrgWindow *) data)->the_case);
}

static gboolean
says_nothing_cb (gpointer data)
{
  return gtk_widget_get_opacity (GTK_WIDGET (((BrgWindow *) data)->saving_label)) < 0.1;
}

static void
save_as (BrgWindow *window, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  _brg_window_save_as_file (window, file);
}

static gboolean
was_left_open (const char *path)
{
  g_autoptr (GError) error = NULL;
  BrgStore *store = brg_store_open (path, BRG_STORE_READ, &error);
  BrgStoreSummary summary = { 0 };

  g_assert_no_error (error);
  g_assert_true (brg_store_load_summary (store, &summary, NULL));
  gboolean left_open = summary.was_left_open;
  brg_store_summary_clear (&summary);
  g_assert_true (brg_store_close (store, NULL));
  return left_open;
}

static void
test_quiet (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;
  GActionGroup *actions = G_ACTION_GROUP (window);

  g_assert_false (g_action_group_get_action_enabled (actions, "save-as"));
  g_assert_false (g_action_group_get_action_enabled (actions, "show-case-in-folder"));
  window_open_path (window, fixture->scan);
  window_set_threshold (window, 200);
  g_autofree char *path = dup_path (window);
  g_assert_true (g_str_has_prefix (path, fixture->library));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpstr (gtk_label_get_label (window->title_label), ==, "Case01");
  g_assert_true (g_action_group_get_action_enabled (actions, "save-as"));
  g_assert_true (g_action_group_get_action_enabled (actions, "show-case-in-folder"));
  assert_no_bar (window);
  g_assert_false (gtk_info_bar_get_revealed (window->message_bar));
  g_assert_false (gtk_widget_get_focusable (GTK_WIDGET (window->message_label)));
  g_assert_false (gtk_widget_get_focusable (GTK_WIDGET (window->case_bar_label)));
  /* No word, or none any more where saving took its time; who asks for Save gets one. */
  pointer_wait_until ("says nothing", says_nothing_cb, window);
  g_action_group_activate_action (actions, "saved", NULL);
  g_assert_cmpfloat (gtk_widget_get_opacity (GTK_WIDGET (window->saving_label)), >, 0.9);
  g_assert_cmpstr (gtk_label_get_label (window->saving_label), ==, "Saved");
}

/* The case is open in another program: told, nothing changes, and a copy of one's own helps. */
static void
test_read_only (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;
  g_autofree char *theirs = g_build_filename (fixture->folder, "Theirs.bregma", NULL);
  g_autofree char *mine = g_build_filename (fixture->folder, "Mine.bregma", NULL);

  window_open_path (window, fixture->scan);
  save_as (window, theirs);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  window_close (window);
  BrgStore *other = brg_store_open (theirs, BRG_STORE_WRITE, NULL);
  g_assert_nonnull (other);

  window = window_fixture_add_window (fixture);
  window_open_path (window, theirs);
  assert_bar (window, GTK_MESSAGE_WARNING, "Theirs.bregma");
  g_assert_true (gtk_widget_get_visible (window->save_as_button));
  g_assert_nonnull (strstr (gtk_label_get_label (window->subtitle_label), "read-only"));
  int before = brg_case_get_recipe (window->the_case)->threshold_lo_hu;
  window_set_threshold (window, before + 50);
  g_assert_cmpint (brg_case_get_recipe (window->the_case)->threshold_lo_hu, ==, before);
  g_assert_false (gtk_info_bar_get_revealed (window->message_bar)); /* said once */

  save_as (window, mine);
  pointer_wait_until ("is writable", is_writable_cb, window);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  assert_no_bar (window);
  g_assert_cmpstr (brg_case_get_path (window->the_case), ==, mine);
  window_set_threshold (window, before + 50);
  g_assert_cmpint (brg_case_get_recipe (window->the_case)->threshold_lo_hu, ==, before + 50);
  g_assert_true (brg_store_close (other, NULL));
}

/* Once the other program has closed the case, trying again makes it one's own, where one was. */
static void
test_read_only_again (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;
  GActionGroup *actions;
  g_autofree char *nowhere = g_build_filename (fixture->folder, "none", "Copy.bregma", NULL);

  window_open_path (window, fixture->scan);
  window_set_threshold (window, 210);
  g_autofree char *path = dup_path (window);
  window_close (window);
  BrgStore *other = brg_store_open (path, BRG_STORE_WRITE, NULL);
  g_assert_nonnull (other);

  window = window_fixture_add_window (fixture);
  actions = G_ACTION_GROUP (window);
  window_open_path (window, path);
  _brg_window_set_step (window, BRG_STEP_DEFECT);
  g_assert_true (gtk_widget_get_visible (window->retry_button));
  save_as (window, nowhere); /* this fails, and changes nothing */
  window_wait_for_message (window, "Copy.bregma");
  g_action_group_activate_action (actions, "retry-saving", NULL);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  assert_bar (window, GTK_MESSAGE_WARNING, "Case01.bregma");

  g_assert_true (brg_store_close (other, NULL));
  g_action_group_activate_action (actions, "retry-saving", NULL);
  pointer_wait_until ("is writable", is_writable_cb, window);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  assert_no_bar (window);
  g_assert_cmpint (window->step, ==, BRG_STEP_DEFECT);
  g_assert_cmpstr (brg_case_get_path (window->the_case), ==, path);
  window_set_threshold (window, 220);
  g_assert_cmpint (brg_case_get_recipe (window->the_case)->threshold_lo_hu, ==, 220);
  g_assert_cmpuint (brg_case_get_n_history (window->the_case), ==, 2);
}

/* The file is taken away under the window: what and where, and Save As solves it. */
static void
test_not_saved (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;
  g_autofree char *rescue = g_build_filename (fixture->folder, "Rescue.bregma", NULL);

  window_open_path (window, fixture->scan);
  g_autofree char *path = dup_path (window);
  g_assert_cmpint (g_remove (path), ==, 0);
  window_set_threshold (window, 220);
  pointer_wait_until ("has a save error", has_save_error_cb, window);
  assert_bar (window, GTK_MESSAGE_ERROR, "Case01.bregma");
  assert_bar (window, GTK_MESSAGE_ERROR, fixture->library);
  assert_bar (window, GTK_MESSAGE_ERROR, "Save the case again with Save As."); /* room is no help */
  g_assert_true (gtk_widget_get_visible (window->retry_button));
  g_assert_true (gtk_widget_get_visible (window->save_as_button));
  g_assert_cmpuint (brg_case_count_unsaved (window->the_case), ==, 1);
  /* Trying again does not help here, and the bar stays. */
  g_action_group_activate_action (G_ACTION_GROUP (window), "retry-saving", NULL);
  pointer_wait_ms (300);
  assert_bar (window, GTK_MESSAGE_ERROR, "Case01.bregma");
  /* Work goes on. */
  window_set_threshold (window, 230);
  g_assert_cmpuint (brg_case_count_unsaved (window->the_case), ==, 2);

  save_as (window, rescue);
  pointer_wait_until ("has no save error", has_no_save_error_cb, window);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  assert_no_bar (window);
  g_assert_cmpstr (brg_case_get_path (window->the_case), ==, rescue);
  g_assert_cmpuint (brg_case_count_unsaved (window->the_case), ==, 0);
  g_assert_cmpuint (brg_case_get_n_history (window->the_case), ==, 2);
}

/* A copy of a case in the middle of a session is what a crash leaves. */
static void
test_recovered (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window, *second;
  g_autofree char *left = g_build_filename (fixture->folder, "Left.bregma", NULL);
  g_autofree char *contents = NULL;
  gsize length;

  window_open_path (window, fixture->scan);
  window_set_threshold (window, 210);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  g_autofree char *path = dup_path (window);
  /* In a window that is going to be closed, as reading by hand drops the locks of the file. */
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (left, contents, (gssize) length, NULL));
  g_assert_true (was_left_open (left));

  second = window_fixture_add_window (fixture);
  window_open_path (second, left);
  assert_bar (second, GTK_MESSAGE_INFO, "did not close properly");
  g_assert_false (gtk_widget_get_visible (second->save_as_button));
  g_assert_cmpint (brg_case_get_recipe (second->the_case)->threshold_lo_hu, ==, 210);
  g_assert_cmpuint (brg_case_get_n_history (second->the_case), ==, 1);
  g_assert_cmpint (second->step, ==, BRG_STEP_BONE); /* where the threshold is */
  /* Once read it does not come back. */
  gtk_info_bar_response (second->case_bar, GTK_RESPONSE_CLOSE);
  assert_no_bar (second);
  window_set_threshold (second, 215);
  assert_no_bar (second);
}

/* The library cannot be made: everything works, and the start page and the case say what that
 * means. */
static void
set_up_no_library (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *parent = g_build_filename (g_get_user_data_dir (), "bregma", NULL);

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  remove_folder (parent);
  g_assert_true (g_file_set_contents (parent, "", 0, NULL)); /* a file where a folder should be */
  window_fixture_set_up (fixture, unused);
}

static void
tear_down_no_library (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *parent = g_build_filename (g_get_user_data_dir (), "bregma", NULL);

  window_fixture_tear_down (fixture, unused);
  g_remove (parent);
}

static void
test_in_memory (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;
  g_autofree char *kept = g_build_filename (fixture->folder, "Kept.bregma", NULL);

  assert_bar (window, GTK_MESSAGE_WARNING, "in memory only");
  g_assert_false (gtk_widget_get_visible (window->save_as_button));
  window_open_path (window, fixture->scan);
  window_set_threshold (window, 240);
  g_assert_null (brg_case_get_path (window->the_case));
  assert_bar (window, GTK_MESSAGE_WARNING, "in memory only");
  g_assert_true (gtk_widget_get_visible (window->save_as_button));
  /* Another scan goes to another window, as this case could not be had again. */
  window_open_path (window, fixture->scan);
  g_assert_cmpuint (brg_case_get_n_history (window->the_case), ==, 1);

  save_as (window, kept);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  assert_no_bar (window);
  g_assert_cmpstr (brg_case_get_path (window->the_case), ==, kept);
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv, FALSE);
#define ADD(name)                                                                                  \
  g_test_add ("/saving/" #name, Fixture, NULL, window_fixture_set_up, test_##name,                 \
              window_fixture_tear_down)
  ADD (quiet);
  ADD (read_only);
  ADD (read_only_again);
  ADD (not_saved);
  ADD (recovered);
#undef ADD
  g_test_add ("/saving/in_memory", Fixture, NULL, set_up_no_library, test_in_memory,
              tear_down_no_library);
  return window_fixture_run ();
}
