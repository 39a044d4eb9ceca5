#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* To be called when a window is made. GTK 4.8 on X11 asks a window for its size once more from an
 * idle handler that may run after the window is gone, as it leaves "compute-size" of the surface
 * connected; here that ends with the window. */
void brg_toplevel_guard (GtkWindow *window);

G_END_DECLS
