#include "widgets/brg-toplevel.h"

/* Before GTK's own handler, which gives the surface up. */
static void
unrealize_cb (GtkNative *window)
{
  guint compute_size = g_signal_lookup ("compute-size", GDK_TYPE_TOPLEVEL);

  g_signal_handlers_disconnect_matched (gtk_native_get_surface (window),
                                        G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_DATA, compute_size, 0,
                                        NULL, NULL, window);
}

void
brg_toplevel_guard (GtkWindow *window)
{
  g_signal_connect (window, "unrealize", G_CALLBACK (unrealize_cb), NULL);
}
