#include "frames.h"

#define LIMIT_US  (120 * G_USEC_PER_SEC)
#define N_FRAMES  3 /* lists fill with the second, and may scroll */
#define MAX_TURNS 300

void
frames_drain (void)
{
  for (int n = 0; n < MAX_TURNS && g_main_context_iteration (NULL, FALSE); n++)
    ;
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer n_left)
{
  (void) widget;
  (void) clock;
  return --*(int *) n_left > 0;
}

static void
wait_for_frames (GtkWidget *window, int n_left)
{
  gint64 end_us = g_get_monotonic_time () + LIMIT_US;
  guint id = gtk_widget_add_tick_callback (window, tick_cb, &n_left, NULL);

  while (n_left > 0 && gtk_widget_get_mapped (window) && g_get_monotonic_time () < end_us)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  if (n_left > 0)
    gtk_widget_remove_tick_callback (window, id);
}

static void
catch_up (GtkWidget *widget, int n_frames)
{
  g_autoptr (GtkWidget) window = NULL;

  if (gtk_widget_get_native (widget) == NULL)
    {
      frames_drain ();
      return;
    }
  window = g_object_ref (GTK_WIDGET (gtk_widget_get_native (widget)));
  gdk_display_sync (gtk_widget_get_display (window));
  frames_drain ();
  if (gtk_widget_get_mapped (window))
    wait_for_frames (window, n_frames);
  frames_drain ();
}

void
frames_settle (GtkWidget *widget)
{
  catch_up (widget, N_FRAMES);
}

void
frames_deliver (GtkWidget *widget)
{
  catch_up (widget, 1);
}
