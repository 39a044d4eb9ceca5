#include "pointer.h"

#include <X11/extensions/XTest.h>
#include <gdk/x11/gdkx.h>

#include "support/frames.h"

#define TIMEOUT_US (180 * G_USEC_PER_SEC)
#define ATTEMPT_US (12 * G_USEC_PER_SEC)
#define N_ATTEMPTS 15

static Display *
x_display (GtkWidget *widget)
{
  return gdk_x11_display_get_xdisplay (gtk_widget_get_display (widget));
}

static gboolean
set_true_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

void
pointer_wait_ms (guint ms)
{
  gboolean done = FALSE;

  g_timeout_add (ms, set_true_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

/* Also once what has happened meanwhile is told: an answer may be on its way to the main loop. */
static gboolean
is_done (gboolean (*done) (gpointer data), gpointer data)
{
  if (!done (data))
    return FALSE;
  frames_drain ();
  return done (data);
}

/* Runs the main loop until `done` or for at most `limit_us`. */
static gboolean
wait_at_most (gint64 limit_us, gboolean (*done) (gpointer data), gpointer data)
{
  gint64 deadline = g_get_monotonic_time () + limit_us;

  while (!is_done (done, data))
    {
      if (g_get_monotonic_time () > deadline)
        return FALSE;
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (2000);
    }
  return TRUE;
}

void
pointer_wait_until (const char *what, gboolean (*done) (gpointer data), gpointer data)
{
  if (!wait_at_most (TIMEOUT_US, done, data))
    g_error ("waited in vain for %s", what);
}

void
pointer_do_until (const char *what,
                  void (*act) (gpointer data),
                  gboolean (*done) (gpointer data),
                  gpointer data)
{
  for (int attempt = 0; attempt < N_ATTEMPTS; attempt++)
    {
      act (data);
      if (wait_at_most (ATTEMPT_US, done, data))
        return;
    }
  g_error ("tried in vain: %s", what);
}

void
pointer_move (GtkWidget *widget, double x, double y)
{
  GtkNative *native = gtk_widget_get_native (widget);
  GdkSurface *surface = gtk_native_get_surface (native);
  Display *display = x_display (widget);
  double wx, wy, nx, ny;
  int root_x, root_y;
  Window child;

  g_assert_true (gtk_widget_translate_coordinates (widget, GTK_WIDGET (native), x, y, &wx, &wy));
  gtk_native_get_surface_transform (native, &nx, &ny);
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  XTranslateCoordinates (display, gdk_x11_surface_get_xid (surface), DefaultRootWindow (display),
                         (int) (wx + nx), (int) (wy + ny), &root_x, &root_y, &child);
  G_GNUC_END_IGNORE_DEPRECATIONS
  XTestFakeMotionEvent (display, -1, root_x, root_y, CurrentTime);
  frames_deliver (widget);
}

static void
press (GtkWidget *widget, gboolean down)
{
  XTestFakeButtonEvent (x_display (widget), 1, down, CurrentTime);
  frames_deliver (widget);
}

void
pointer_click_at (GtkWidget *widget, double x, double y)
{
  pointer_move (widget, x, y);
  press (widget, TRUE);
  press (widget, FALSE);
}

void
pointer_click (GtkWidget *widget)
{
  pointer_click_at (widget, gtk_widget_get_width (widget) / 2.0,
                    gtk_widget_get_height (widget) / 2.0);
}

void
pointer_drag (GtkWidget *widget, double x0, double y0, double x1, double y1, int n_steps)
{
  pointer_move (widget, x0, y0);
  press (widget, TRUE);
  for (int s = 1; s <= n_steps; s++)
    pointer_move (widget, x0 + (x1 - x0) * s / n_steps, y0 + (y1 - y0) * s / n_steps);
  press (widget, FALSE);
}

static void
key (GtkWidget *widget, guint keyval, gboolean down)
{
  Display *display = x_display (widget);

  XTestFakeKeyEvent (display, XKeysymToKeycode (display, keyval), down, CurrentTime);
}

void
pointer_key (GtkWidget *widget, guint keyval, gboolean control, gboolean shift)
{
  if (control)
    key (widget, GDK_KEY_Control_L, TRUE);
  if (shift)
    key (widget, GDK_KEY_Shift_L, TRUE);
  key (widget, keyval, TRUE);
  key (widget, keyval, FALSE);
  if (shift)
    key (widget, GDK_KEY_Shift_L, FALSE);
  if (control)
    key (widget, GDK_KEY_Control_L, FALSE);
  frames_deliver (widget);
}
