#pragma once

#include <gtk/gtk.h>

/* True pointer and keyboard events for a window on an X display, through XTEST: what the user's
 * hand would do. Every call lets the main loop run until the events have arrived and what follows
 * from them is drawn. */

/* Runs the main loop for this long. */
void pointer_wait_ms (guint ms);

/* Runs the main loop until `done` says so and still does when all that was under way has been told;
 * fails the test with `what` after three minutes. */
void pointer_wait_until (const char *what, gboolean (*done) (gpointer data), gpointer data);

/* Does something by hand until it has worked, as a user would: a press that waits behind a long
 * frame of software GL is now and then dropped by GDK, which then sees the pointer move without a
 * button. Fifteen attempts, twelve seconds each; then the test fails with `what`. */
void pointer_do_until (const char *what,
                       void (*act) (gpointer data),
                       gboolean (*done) (gpointer data),
                       gpointer data);

/* Moves to a point of `widget`, in its coordinates. */
void pointer_move (GtkWidget *widget, double x, double y);

/* Clicks the first button in the middle of `widget`, or at a point of it. */
void pointer_click (GtkWidget *widget);
void pointer_click_at (GtkWidget *widget, double x, double y);

/* Presses at (x0, y0), moves in `n_steps` to (x1, y1) and releases. */
void pointer_drag (GtkWidget *widget, double x0, double y0, double x1, double y1, int n_steps);

/* Presses and releases a key while Control and Shift are held as asked. */
void pointer_key (GtkWidget *widget, guint keyval, gboolean control, gboolean shift);
