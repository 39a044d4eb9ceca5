/* The start page: what it says with no case, with cases, with what a crash left behind; what a
 * click and the menu ask the window for. And the words it uses. */

#include <gtk/gtk.h>

#include "frames.h"
#include "widgets/brg-case-card.h"
#include "widgets/brg-case-words.h"
#include "widgets/brg-start-page.h"

typedef struct
{
  GtkWidget *window;
  BrgStartPage *page;
  GListStore *cases;
  GString *asked; /* "ACTION URI\n" for every action that was asked for */
} Fixture;

static void
asked_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->asked, "%s %s\n",
                          g_action_get_name (G_ACTION (action)),
                          parameter != NULL ? g_variant_get_string (parameter, NULL) : "");
}

static const GActionEntry actions[] = {
  { .name = "open", .activate = asked_cb },
  { .name = "open-sample", .activate = asked_cb },
  { .name = "open-uri", .parameter_type = "s", .activate = asked_cb },
  { .name = "show-in-folder", .parameter_type = "s", .activate = asked_cb },
  { .name = "move-to-trash", .parameter_type = "s", .activate = asked_cb },
};

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  fixture->asked = g_string_new (NULL);
  fixture->cases = g_list_store_new (BRG_TYPE_RECENT_CASE);
  fixture->window = gtk_window_new ();
  fixture->page = g_object_new (BRG_TYPE_START_PAGE, NULL);
  g_action_map_add_action_entries (G_ACTION_MAP (group), actions, G_N_ELEMENTS (actions), fixture);
  gtk_widget_insert_action_group (fixture->window, "win", G_ACTION_GROUP (group));
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->page));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 1100, 900);
  gtk_window_present (GTK_WINDOW (fixture->window));
  frames_settle (fixture->window);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->page), (gpointer *) &fixture->page);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  frames_drain ();
  g_assert_null (fixture->page);
  g_assert_finalize_object (fixture->cases);
  g_string_free (fixture->asked, TRUE);
}

static void
add (Fixture *fixture, BrgRecentCaseInfo info)
{
  g_autofree char *path = g_strdup_printf ("/cases/%s.bregma", info.name);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  info.file = file;
  g_autoptr (BrgRecentCase) recent = brg_recent_case_new (&info);
  g_list_store_append (fixture->cases, recent);
}

static GtkWidget *
find_id (GtkWidget *root, const char *id)
{
  if (g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (root)), id) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_id (child, id);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_shown (Fixture *fixture, const char *id)
{
  frames_settle (fixture->window);
  return gtk_widget_get_mapped (find_id (GTK_WIDGET (fixture->page), id));
}

static GtkFlowBoxChild *
card_at (Fixture *fixture, const char *list, int index)
{
  GtkWidget *box = find_id (GTK_WIDGET (fixture->page), list);

  return gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (box), index);
}

static const char *
label_of (GtkFlowBoxChild *child, const char *id)
{
  GtkWidget *label = find_id (GTK_WIDGET (child), id);

  return gtk_widget_get_visible (label) ? gtk_label_get_label (GTK_LABEL (label)) : NULL;
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  /* Nothing is said before anything is known. */
  g_assert_false (is_shown (fixture, "empty_label"));
  brg_start_page_set_cases (fixture->page, G_LIST_MODEL (fixture->cases));
  g_assert_true (is_shown (fixture, "empty_label"));
  g_assert_false (is_shown (fixture, "recent_box"));
  g_assert_false (is_shown (fixture, "interrupted_box"));
  g_assert_true (is_shown (fixture, "start_open_button"));
  g_signal_emit_by_name (find_id (GTK_WIDGET (fixture->page), "start_open_button"), "clicked");
  g_assert_cmpstr (fixture->asked->str, ==, "open \n");
  /* The first case takes the place of the words. */
  add (fixture, (BrgRecentCaseInfo){ .name = (char *) "Case01" });
  g_assert_false (is_shown (fixture, "empty_label"));
  g_assert_true (is_shown (fixture, "recent_box"));
  g_list_store_remove_all (fixture->cases);
  g_assert_true (is_shown (fixture, "empty_label"));
}

static void
test_cards (Fixture *fixture, gconstpointer data)
{
  add (fixture,
       (BrgRecentCaseInfo){
         .name = (char *) "Case02", .n_defects = 2, .has_edits = TRUE, .in_library = TRUE });
  add (fixture, (BrgRecentCaseInfo){ .name = (char *) "Case03",
                                     .problem = (char *) "Case03.bregma: damaged" });
  brg_start_page_set_cases (fixture->page, G_LIST_MODEL (fixture->cases));
  g_assert_true (is_shown (fixture, "recent_list"));

  GtkFlowBoxChild *card = card_at (fixture, "recent_list", 0);
  g_assert_cmpstr (label_of (card, "name_label"), ==, "Case02");
  g_assert_cmpstr (label_of (card, "state_label"), ==, "skull, 2 defects, hand edits");
  g_assert_null (label_of (card, "folder_label"));
  card = card_at (fixture, "recent_list", 1);
  g_assert_cmpstr (label_of (card, "state_label"), ==, "damaged");
  g_assert_null (label_of (card, "when_label"));
  g_assert_cmpstr (label_of (card, "folder_label"), ==, "/cases");
}

static void
test_interrupted (Fixture *fixture, gconstpointer data)
{
  add (fixture, (BrgRecentCaseInfo){ .name = (char *) "Fine" });
  add (fixture, (BrgRecentCaseInfo){ .name = (char *) "Crashed", .left_open = TRUE });
  add (fixture, (BrgRecentCaseInfo){ .name = (char *) "Used", .left_open = TRUE, .in_use = TRUE });
  brg_start_page_set_cases (fixture->page, G_LIST_MODEL (fixture->cases));
  g_assert_true (is_shown (fixture, "interrupted_box"));
  g_assert_cmpstr (label_of (card_at (fixture, "interrupted_list", 0), "name_label"), ==,
                   "Crashed");
  g_assert_null (card_at (fixture, "interrupted_list", 1));
  g_assert_cmpstr (label_of (card_at (fixture, "recent_list", 0), "name_label"), ==, "Fine");
  g_assert_cmpstr (label_of (card_at (fixture, "recent_list", 1), "when_label"), ==,
                   "Open in a window");
}

static void
test_actions (Fixture *fixture, gconstpointer data)
{
  add (fixture, (BrgRecentCaseInfo){ .name = (char *) "Case07", .in_use = TRUE });
  add (fixture, (BrgRecentCaseInfo){ .name = (char *) "Case08" });
  brg_start_page_set_cases (fixture->page, G_LIST_MODEL (fixture->cases));
  frames_settle (fixture->window);
  GtkFlowBoxChild *child = card_at (fixture, "recent_list", 1);
  GtkWidget *card = gtk_flow_box_child_get_child (child);
  gtk_widget_activate (GTK_WIDGET (child));
  gtk_widget_activate_action (card, "card.show-in-folder", NULL);
  gtk_widget_activate_action (card, "card.move-to-trash", NULL);
  g_assert_cmpstr (fixture->asked->str, ==,
                   "open-uri file:///cases/Case08.bregma\n"
                   "show-in-folder file:///cases/Case08.bregma\n"
                   "move-to-trash file:///cases/Case08.bregma\n");
  /* What is in use stays where it is. */
  g_string_truncate (fixture->asked, 0);
  card = gtk_flow_box_child_get_child (card_at (fixture, "recent_list", 0));
  gtk_widget_activate_action (card, "card.move-to-trash", NULL);
  g_assert_cmpstr (fixture->asked->str, ==, "");
}

/* A hundred cases: the first ones, and the rest when they are asked for. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  for (int c = 0; c < 100; c++)
    {
      g_autofree char *name = g_strdup_printf ("Case%02d", c + 1);
      add (fixture, (BrgRecentCaseInfo){ .name = name, .in_library = TRUE });
    }
  brg_start_page_set_cases (fixture->page, G_LIST_MODEL (fixture->cases));
  frames_settle (fixture->window);
  g_assert_nonnull (card_at (fixture, "recent_list", 23));
  g_assert_null (card_at (fixture, "recent_list", 24));
  GtkWidget *more = find_id (GTK_WIDGET (fixture->page), "more_button");
  g_assert_true (gtk_widget_get_visible (more));
  g_signal_emit_by_name (more, "clicked");
  frames_settle (fixture->window);
  g_assert_nonnull (card_at (fixture, "recent_list", 99));
  g_assert_false (gtk_widget_get_visible (more));
}

/* A thumbnail that is no picture counts as none, a true one is shown. */
static void
test_thumbnail (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bad = g_bytes_new_static ("\x89PNG\r\n", 6);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 32, 32);
  g_autofree char *png = NULL;
  gsize length;

  gdk_pixbuf_fill (pixbuf, 0x808080ff);
  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &png, &length, "png", NULL, NULL));
  g_autoptr (GBytes) good = g_bytes_new (png, length);
  add (fixture, (BrgRecentCaseInfo){ .name = (char *) "Bad", .thumbnail_png = bad });
  add (fixture, (BrgRecentCaseInfo){ .name = (char *) "Good", .thumbnail_png = good });
  brg_start_page_set_cases (fixture->page, G_LIST_MODEL (fixture->cases));
  frames_settle (fixture->window);
  for (int c = 0; c < 2; c++)
    {
      GtkWidget *stack =
        find_id (GTK_WIDGET (card_at (fixture, "recent_list", c)), "thumbnail_stack");
      g_assert_cmpstr (gtk_stack_get_visible_child_name (GTK_STACK (stack)), ==,
                       c == 0 ? "none" : "picture");
    }
}

static void
assert_when (const char *when, const char *expected)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("+02:00");
  g_autoptr (GDateTime) now = g_date_time_new (zone, 2026, 3, 1, 0, 30, 0);
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (when, zone);
  g_autofree char *words = brg_case_words_when (g_date_time_to_unix (time), now);

  g_assert_cmpstr (words, ==, expected);
}

static void
test_when (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  assert_when ("2026-03-01T00:05:00", "Today, 00:05");
  assert_when ("2026-02-28T23:59:00", "Yesterday, 23:59");
  assert_when ("2026-02-28T22:30:00Z", "Today, 00:30");
  assert_when ("2026-02-27T12:00:00", "27 February");
  assert_when ("2025-12-31T12:00:00", "31 December 2025");
  assert_when ("2027-03-01T12:00:00", "1 March 2027"); /* a clock that was wrong */
  g_autofree char *absurd = brg_case_words_when (G_MAXINT64, now);
  g_assert_cmpstr (absurd, ==, "");
}

static void
test_state (void)
{
  const BrgRecentCaseInfo plain = { 0 }, one = { .n_defects = 1 }, edited = { .has_edits = TRUE };
  g_autofree char *words_plain = brg_case_words_state (&plain);
  g_autofree char *words_one = brg_case_words_state (&one);
  g_autofree char *words_edited = brg_case_words_state (&edited);

  g_assert_cmpstr (words_plain, ==, "skull");
  g_assert_cmpstr (words_one, ==, "skull, 1 defect");
  g_assert_cmpstr (words_edited, ==, "skull, hand edits");
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/start-page/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  ADD (empty);
  ADD (cards);
  ADD (interrupted);
  ADD (actions);
  ADD (many);
  ADD (thumbnail);
#undef ADD
  g_test_add_func ("/start-page/when", test_when);
  g_test_add_func ("/start-page/state", test_state);
  return g_test_run ();
}
