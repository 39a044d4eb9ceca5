/* The history list: what its rows say, what a click and Enter do, and that a long one costs no more
 * than a short one. */

#include <gtk/gtk.h>

#include "frames.h"
#include "widgets/brg-history-list.h"

#define LONG 10000

typedef struct
{
  GtkWidget *window;
  BrgHistoryList *list;
  GtkWidget *view;
  guint n_asked; /* labels */
  guint n_jumps, jumped_to;
} Fixture;

static char *
label_cb (gpointer data, guint index)
{
  ((Fixture *) data)->n_asked++;
  return g_strdup_printf ("Action %u", index);
}

static void
jump_cb (Fixture *fixture, guint position)
{
  fixture->n_jumps++;
  fixture->jumped_to = position;
}

static GtkWidget *
find_type (GtkWidget *root, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_type (child, type);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->window = gtk_window_new ();
  fixture->list = BRG_HISTORY_LIST (brg_history_list_new ());
  fixture->view = find_type (GTK_WIDGET (fixture->list), GTK_TYPE_LIST_VIEW);
  brg_history_list_set_label_func (fixture->list, label_cb, fixture);
  g_signal_connect_swapped (fixture->list, "jump", G_CALLBACK (jump_cb), fixture);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->list));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 340, 400);
  gtk_window_present (GTK_WINDOW (fixture->window));
  frames_settle (fixture->window);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->list), (gpointer *) &fixture->list);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  frames_drain ();
  g_assert_null (fixture->list);
}

/* The box of the row with this text among those in sight. */
static GtkWidget *
find_row (GtkWidget *root, const char *text)
{
  if (GTK_IS_LABEL (root) && gtk_widget_get_mapped (root) &&
      g_strcmp0 (gtk_label_get_label (GTK_LABEL (root)), text) == 0)
    return gtk_widget_get_parent (root);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_row (child, text);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
assert_row (Fixture *fixture, const char *text, gboolean present, gboolean undone)
{
  GtkWidget *row = find_row (fixture->view, text);

  g_assert_nonnull (row);
  GtkWidget *mark = gtk_widget_get_first_child (row);
  GtkWidget *label = gtk_widget_get_next_sibling (mark);
  g_autofree char *style = pango_attr_list_to_string (gtk_label_get_attributes (GTK_LABEL (label)));
  g_assert_cmpint (strstr (style, "bold") != NULL, ==, present);
  g_assert_cmpint (gtk_widget_get_opacity (mark) > 0.5, ==, present);
  g_assert_cmpint (gtk_widget_get_opacity (label) < 0.9, ==, undone);
}

static guint
n_rows (Fixture *fixture)
{
  return g_list_model_get_n_items (
    G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (fixture->view))));
}

static void
test_rows (Fixture *fixture, gconstpointer data)
{
  frames_settle (fixture->window);
  assert_row (fixture, "Opened", TRUE, FALSE);
  brg_history_list_update (fixture->list, 3, 2);
  frames_settle (fixture->window);
  g_assert_cmpuint (n_rows (fixture), ==, 4);
  assert_row (fixture, "Opened", FALSE, FALSE);
  assert_row (fixture, "Action 0", FALSE, FALSE);
  assert_row (fixture, "Action 1", TRUE, FALSE);
  assert_row (fixture, "Action 2", FALSE, TRUE);
  /* Undone to the beginning, live. */
  brg_history_list_update (fixture->list, 3, 0);
  assert_row (fixture, "Opened", TRUE, FALSE);
  assert_row (fixture, "Action 0", FALSE, TRUE);
  /* A new action takes the place of what was undone. */
  brg_history_list_update (fixture->list, 1, 1);
  frames_settle (fixture->window);
  g_assert_cmpuint (n_rows (fixture), ==, 2);
  assert_row (fixture, "Action 0", TRUE, FALSE);
  g_assert_null (find_row (fixture->view, "Action 1"));
}

static void
test_jump (Fixture *fixture, gconstpointer data)
{
  brg_history_list_update (fixture->list, 3, 2);
  frames_settle (fixture->window);
  g_signal_emit_by_name (fixture->view, "activate", 0);
  g_assert_cmpuint (fixture->n_jumps, ==, 1);
  g_assert_cmpuint (fixture->jumped_to, ==, 0);
  g_signal_emit_by_name (fixture->view, "activate", 3);
  g_assert_cmpuint (fixture->jumped_to, ==, 3);
  /* To where it is already: nothing. */
  g_signal_emit_by_name (fixture->view, "activate", 2);
  g_assert_cmpuint (fixture->n_jumps, ==, 2);
}

/* The row that has the focus is the one Enter would jump to. */
static void
test_present_has_focus (Fixture *fixture, gconstpointer data)
{
  brg_history_list_update (fixture->list, 400, 300);
  frames_settle (fixture->window);
  brg_history_list_show_present (fixture->list);
  frames_settle (fixture->window);
  GtkWidget *row = find_row (fixture->view, "Action 299");
  g_assert_nonnull (row);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (fixture->window)) ==
                 gtk_widget_get_parent (row));
}

static void
test_long (Fixture *fixture, gconstpointer data)
{
  gint64 start_us = g_get_monotonic_time ();

  brg_history_list_update (fixture->list, LONG, LONG);
  frames_settle (fixture->window);
  brg_history_list_show_present (fixture->list);
  frames_settle (fixture->window);
  assert_row (fixture, "Action 9999", TRUE, FALSE);
  g_assert_cmpuint (n_rows (fixture), ==, LONG + 1);
  g_test_message ("%d entries shown in %" G_GINT64_FORMAT " ms, %u labels asked", LONG,
                  (g_get_monotonic_time () - start_us) / 1000, fixture->n_asked);
  g_assert_cmpuint (fixture->n_asked, <, 2000);

  /* One more action: the rows in sight, not all of them. */
  fixture->n_asked = 0;
  brg_history_list_update (fixture->list, LONG + 1, LONG + 1);
  g_assert_cmpuint (fixture->n_asked, <, 500);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/history-list/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  ADD (rows);
  ADD (jump);
  ADD (present_has_focus);
  ADD (long);
#undef ADD
  return g_test_run ();
}
