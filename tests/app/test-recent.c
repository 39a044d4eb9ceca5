/* The cases on the start page of a true window: what lies in the library is found, a card opens its
 * case with its history, what cannot be read says why, and the trash takes a file whole. */

#include <glib/gstdio.h>

#include "case/brg-store.h"
#include "pointer.h"
#include "support/frames.h"
#include "widgets/brg-case-card.h"
#include "window-fixture.h"

static GListModel *
get_cases (BrgWindow *window)
{
  return brg_recent_cases_get_model (window->recent_cases);
}

typedef struct
{
  BrgWindow *window;
  guint n;
} Count;

/* Looks until it finds as many; what it knows of them is then what the last look found. */
static gboolean
has_n_cases_cb (gpointer data)
{
  const Count *count = data;
  BrgRecentCases *recent_cases = count->window->recent_cases;

  if (brg_recent_cases_is_looking (recent_cases))
    return FALSE;
  if (g_list_model_get_n_items (get_cases (count->window)) == count->n)
    return TRUE;
  brg_recent_cases_refresh (recent_cases);
  return FALSE;
}

static gboolean
is_not_looking_cb (gpointer window)
{
  return !brg_recent_cases_is_looking (((BrgWindow *) window)->recent_cases);
}

static void
wait_for_cases (BrgWindow *window, guint n)
{
  Count count = { window, n };

  brg_recent_cases_refresh (window->recent_cases);
  pointer_wait_until ("lists the cases", has_n_cases_cb, &count);
  frames_settle (GTK_WIDGET (window));
}

static const BrgRecentCaseInfo *
info_at (BrgWindow *window, guint index)
{
  g_autoptr (BrgRecentCase) recent = g_list_model_get_item (get_cases (window), index);

  g_assert_nonnull (recent);
  return brg_recent_case_get_info (recent);
}

/* Makes a case of the phantom, with one action, and closes it. */
static void
make_case (Fixture *fixture)
{
  BrgWindow *window = window_fixture_add_window (fixture);

  window_open_path (window, fixture->scan);
  window_set_threshold (window, 222);
  window_close (window);
}

static void
test_open (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;

  pointer_wait_until ("has looked", is_not_looking_cb, window);
  g_assert_cmpuint (g_list_model_get_n_items (get_cases (window)), ==, 0);
  g_assert_true (
    gtk_widget_get_mapped (widget_find (GTK_WIDGET (window->start_page), "empty_label")));
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (window->recent_button)));
  make_case (fixture);
  wait_for_cases (window, 1);
  const BrgRecentCaseInfo *info = info_at (window, 0);
  g_assert_cmpstr (info->name, ==, "Case01");
  g_assert_null (info->problem);
  g_assert_false (info->left_open);
  g_assert_true (info->in_library);
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (window->recent_button)));

  GtkWidget *card = widget_find_type (GTK_WIDGET (window->start_page), BRG_TYPE_CASE_CARD);
  brg_case_card_open (BRG_CASE_CARD (card));
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "work");
  g_assert_cmpint (brg_case_get_recipe (window->the_case)->threshold_lo_hu, ==, 222);
  g_assert_cmpuint (brg_case_get_n_history (window->the_case), ==, 1);
  g_assert_true (brg_case_undo (window->the_case));
  pointer_wait_until ("is idle", window_is_idle_cb, window);
}

/* A case that is open in a window: listed as such, opened nowhere else, and not to be trashed. */
static void
test_in_use (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window, *second;

  window_open_path (window, fixture->scan);
  window_set_threshold (window, 222);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  second = window_fixture_add_window (fixture);
  wait_for_cases (second, 1);
  g_assert_true (info_at (second, 0)->in_use);
  g_assert_false (
    gtk_widget_get_mapped (widget_find (GTK_WIDGET (second->start_page), "interrupted_box")));

  window_open_path (second, brg_case_get_path (window->the_case));
  g_assert_null (brg_case_get_scan (second->the_case));
  g_autoptr (GFile) file = g_file_new_for_path (brg_case_get_path (window->the_case));
  g_autofree char *uri = g_file_get_uri (file);
  g_action_group_activate_action (G_ACTION_GROUP (second), "move-to-trash",
                                  g_variant_new_string (uri));
  window_wait_for_message (second, "open in a window");
  g_assert_true (g_file_query_exists (file, NULL));
}

/* A copy of a case in the middle of a session is what a crash leaves. */
static void
test_interrupted (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;
  g_autofree char *left = g_build_filename (fixture->library, "Case07.bregma", NULL);
  g_autofree char *contents = NULL;
  gsize length;

  window_open_path (window, fixture->scan);
  window_set_threshold (window, 222);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
  g_assert_true (
    g_file_get_contents (brg_case_get_path (window->the_case), &contents, &length, NULL));
  g_assert_true (g_file_set_contents (left, contents, (gssize) length, NULL));

  BrgWindow *second = window_fixture_add_window (fixture);
  wait_for_cases (second, 2);
  /* Both have the name Case01 in them: their files tell them apart. */
  const char *names[] = { info_at (second, 0)->name, info_at (second, 1)->name };
  gboolean is_in_order = g_strcmp0 (names[0], "Case01") == 0;
  g_assert_cmpstr (names[is_in_order ? 0 : 1], ==, "Case01");
  g_assert_cmpstr (names[is_in_order ? 1 : 0], ==, "Case07");
  GtkWidget *box = widget_find (GTK_WIDGET (second->start_page), "interrupted_box");
  g_assert_true (gtk_widget_get_mapped (box));
  GtkWidget *card = widget_find_type (box, BRG_TYPE_CASE_CARD);
  brg_case_card_open (BRG_CASE_CARD (card));
  pointer_wait_until ("is idle", window_is_idle_cb, second);
  g_assert_cmpstr (brg_case_get_path (second->the_case), ==, left);
  g_assert_cmpuint (brg_case_get_n_history (second->the_case), ==, 1);
}

static void
test_damaged (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;
  g_autofree char *bad = g_build_filename (fixture->library, "Bad.bregma", NULL);

  g_assert_true (g_file_set_contents (bad, "no case", -1, NULL));
  wait_for_cases (window, 1);
  const BrgRecentCaseInfo *info = info_at (window, 0);
  g_assert_cmpstr (info->name, ==, "Bad");
  g_assert_nonnull (info->problem);
  g_assert_nonnull (strstr (info->problem, "Bad.bregma"));
  /* Nothing to open in the menu; opening the card says the same, and nothing changes. */
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (window->recent_button)));
  window_open_path (window, bad);
  window_assert_message (window, "Bad.bregma");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "start");
}

static void
test_trash (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;

  make_case (fixture);
  wait_for_cases (window, 1);
  GtkWidget *card = widget_find_type (GTK_WIDGET (window->start_page), BRG_TYPE_CASE_CARD);
  g_autofree char *path = g_file_get_path (info_at (window, 0)->file);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *trashed =
    g_build_filename (g_get_user_data_dir (), "Trash", "files", base, NULL);
  gtk_widget_activate_action (card, "card.move-to-trash", NULL);
  wait_for_cases (window, 0);
  window_wait_for_message (window, "Case01.bregma is in the trash");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (trashed, G_FILE_TEST_EXISTS));
}

/* Cards that have not changed stay: a look does not take the focus away. */
static void
test_refresh (Fixture *fixture, gconstpointer unused)
{
  BrgWindow *window = fixture->window;

  make_case (fixture);
  wait_for_cases (window, 1);
  GtkWidget *card = widget_find_type (GTK_WIDGET (window->start_page), BRG_TYPE_CASE_CARD);
  brg_recent_cases_refresh (window->recent_cases);
  brg_recent_cases_refresh (window->recent_cases);
  pointer_wait_until ("has looked", is_not_looking_cb, window);
  g_assert_true (widget_find_type (GTK_WIDGET (window->start_page), BRG_TYPE_CASE_CARD) == card);
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv, TRUE);
#define ADD(name)                                                                                  \
  g_test_add ("/recent/" #name, Fixture, NULL, window_fixture_set_up, test_##name,                 \
              window_fixture_tear_down)
  ADD (open);
  ADD (in_use);
  ADD (interrupted);
  ADD (damaged);
  ADD (trash);
  ADD (refresh);
#undef ADD
  return window_fixture_run ();
}
