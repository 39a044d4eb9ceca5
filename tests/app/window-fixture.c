#include "window-fixture.h"

#include <glib/gstdio.h>

#include "case/brg-library.h"
#include "case/brg-store-writer.h"
#include "io/brg-nrrd.h"
#include "pointer.h"
#include "support/frames.h"

/* In which a case that was dropped is written to the end. */
#define PATIENCE_US (120 * G_TIME_SPAN_SECOND)

static char *home;
static gboolean is_presenting;

/* A thread that ends beside the search for leaks breaks it ("Tracer caught signal 11"). */
static void
keep_threads (void)
{
  g_thread_pool_set_max_unused_threads (-1);
  g_thread_pool_set_max_idle_time (0);
}

void
window_fixture_init (int *argc, char ***argv, gboolean present)
{
  is_presenting = present;
  home = g_dir_make_tmp ("bregma-home-XXXXXX", NULL);
  g_setenv ("HOME", home, TRUE);
  g_autofree char *data = g_build_filename (home, "data", NULL);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  gtk_test_init (argc, argv, NULL);
  keep_threads ();
}

int
window_fixture_run (void)
{
  int status = g_test_run ();

  remove_folder (home);
  g_clear_pointer (&home, g_free);
  return status;
}

static char *
write_phantom (const char *folder)
{
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (40, 40, 40, spacing, brg_vec3 (0, 0, 0));
  BrgVolume *volume = brg_volume_new (&grid, NULL);
  char *path = g_build_filename (folder, "phantom.nrrd", NULL);

  for (int v = 0; v < 40 * 40 * 40; v++)
    {
      double x = v % 40 - 19.5, y = v / 40 % 40 - 19.5, z = v / 1600 - 19.5;
      volume->hu[v] = x * x + y * y + z * z < 15 * 15 ? 1000 : -1000;
    }
  g_assert_cmpint (brg_nrrd_write_volume (volume, path, NULL, NULL), ==, BRG_OK);
  brg_volume_unref (volume);
  return path;
}

void
window_fixture_settings (void)
{
  /* GTK 4.8 leaks a date for every recent file. */
  g_object_set (gtk_settings_get_default (), "gtk-recent-files-enabled", FALSE, NULL);
  /* A row is not chosen by a press that lasts longer, and on a busy machine each does. */
  g_object_set (gtk_settings_get_default (), "gtk-double-click-time", 5000, NULL);
}

void
window_fixture_set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->application = brg_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (fixture->application), NULL, NULL));
  window_fixture_settings ();
  fixture->folder = g_dir_make_tmp ("bregma-window-XXXXXX", NULL);
  fixture->scan = write_phantom (fixture->folder);
  fixture->library = brg_library_get_folder ();
  fixture->window = window_fixture_add_window (fixture);
}

/* The case goes with it, but its file is written by a thread that takes its time. */
static void
destroy (BrgWindow *window)
{
  g_autofree char *path = g_strdup (brg_case_get_path (window->the_case));

  gtk_window_destroy (GTK_WINDOW (window));
  frames_drain ();
  if (path != NULL)
    brg_store_writer_wait_for (path, PATIENCE_US);
}

void
window_fixture_tear_down (Fixture *fixture, gconstpointer unused)
{
  GList *windows;

  while ((windows = gtk_application_get_windows (GTK_APPLICATION (fixture->application))) != NULL)
    destroy (BRG_WINDOW (windows->data));
  frames_drain ();
  g_object_unref (fixture->application);
  remove_folder (fixture->folder);
  remove_folder (fixture->library);
  g_free (fixture->scan);
  g_free (fixture->folder);
  g_free (fixture->library);
}

BrgWindow *
window_fixture_add_window (Fixture *fixture)
{
  BrgWindow *window = brg_window_new (fixture->application);

  if (is_presenting)
    gtk_window_present (GTK_WINDOW (window));
  else
    gtk_widget_realize (GTK_WIDGET (window));
  return window;
}

gboolean
window_is_idle_cb (gpointer data)
{
  BrgWindow *window = data;

  return window->cancellable == NULL && !brg_case_get_busy (window->the_case) &&
         (!brg_case_get_saving (window->the_case) ||
          brg_case_get_save_error (window->the_case) != NULL);
}

void
window_open_path (BrgWindow *window, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  brg_window_open (window, file);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
}

void
window_set_recipe (BrgWindow *window, const BrgRecipe *recipe)
{
  brg_case_set_recipe (window->the_case, recipe, NULL, FALSE);
  pointer_wait_until ("is idle", window_is_idle_cb, window);
}

void
window_set_threshold (BrgWindow *window, int lo_hu)
{
  BrgRecipe recipe = *brg_case_get_recipe (window->the_case);

  recipe.threshold_lo_hu = lo_hu;
  window_set_recipe (window, &recipe);
}

void
window_assert_message (BrgWindow *window, const char *part)
{
  const char *text = gtk_label_get_label (window->message_label);

  g_assert_true (gtk_info_bar_get_revealed (window->message_bar));
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, text);
}

static gboolean
has_message_cb (gpointer data)
{
  return gtk_info_bar_get_revealed (((BrgWindow *) data)->message_bar);
}

void
window_wait_for_message (BrgWindow *window, const char *part)
{
  pointer_wait_until ("has a message", has_message_cb, window);
  window_assert_message (window, part);
}

static gboolean
is_gone_cb (gpointer data)
{
  return *(gpointer *) data == NULL;
}

void
window_close (BrgWindow *window)
{
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  gtk_window_close (GTK_WINDOW (window));
  pointer_wait_until ("is gone", is_gone_cb, &window);
}

GtkWidget *
widget_find (GtkWidget *root, const char *id)
{
  if (g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (root)), id) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = widget_find (child, id);
      if (found != NULL)
        return found;
    }
  return NULL;
}

GtkWidget *
widget_find_type (GtkWidget *root, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = widget_find_type (child, type);
      if (found != NULL)
        return found;
    }
  return NULL;
}

void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_folder (child);
    }
  g_remove (path);
}

GtkWindow *
window_find_toplevel (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint w = 0; w < g_list_model_get_n_items (windows); w++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, w);
      if (g_type_is_a (G_OBJECT_TYPE (window), type))
        return window;
    }
  return NULL;
}
