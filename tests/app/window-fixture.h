#pragma once

#include "app/brg-window-private.h"

/* A window of its own application, with a phantom to open, in a home of its own: nothing outside a
 * temporary folder is read or written. */
typedef struct
{
  BrgApplication *application;
  BrgWindow *window;
  char *folder;  /* for files of the test; goes with the fixture */
  char *scan;    /* a sphere of bone in a 40 mm cube */
  char *library; /* where the cases of the application lie; emptied with the fixture */
} Fixture;

/* In place of gtk_test_init() and g_test_run(). Windows that are not presented draw nothing, which
 * is quicker; everything else works in them. */
void window_fixture_init (int *argc, char ***argv, gboolean present);
int window_fixture_run (void);

/* The settings of GTK with which windows are tested; window_fixture_set_up() does so. */
void window_fixture_settings (void);

void window_fixture_set_up (Fixture *fixture, gconstpointer unused);
void window_fixture_tear_down (Fixture *fixture, gconstpointer unused);

/* Another window of the application. */
BrgWindow *window_fixture_add_window (Fixture *fixture);

/* Nothing runs in the window, all is saved that can be. `data` is a BrgWindow. */
gboolean window_is_idle_cb (gpointer data);

void window_open_path (BrgWindow *window, const char *path);
void window_set_recipe (BrgWindow *window, const BrgRecipe *recipe);
/* One action: a threshold. */
void window_set_threshold (BrgWindow *window, int lo_hu);
void window_assert_message (BrgWindow *window, const char *part);
/* Waits until there is one. */
void window_wait_for_message (BrgWindow *window, const char *part);

/* Closes the window and waits until it is gone, its case with it. */
void window_close (BrgWindow *window);

/* The first widget below `root` with this id or of this type. */
GtkWidget *widget_find (GtkWidget *root, const char *id);
GtkWidget *widget_find_type (GtkWidget *root, GType type);

/* The first open window of a type, or NULL. */
GtkWindow *window_find_toplevel (GType type);

void remove_folder (const char *path);
