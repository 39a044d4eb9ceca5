#pragma once

#include <gtk/gtk.h>

/* Waits, for a condition and not for a time, until the window of `widget` has caught up: what was
 * asked of the display, and every event that it has sent by then, has been handled, and what
 * follows from them has been laid out and drawn. A window that is not mapped draws nothing; one
 * that goes meanwhile is not waited for. */
void frames_settle (GtkWidget *widget);

/* The same for events alone, of which those of a moving pointer come with the next frame. */
void frames_deliver (GtkWidget *widget);

/* Runs the main loop as long as there is something to do; at most some hundred turns, as an
 * animation never ends. */
void frames_drain (void);
