#define G_LOG_DOMAIN "brg-arrival-view"

#include "widgets/brg-arrival-view.h"

#include <glib/gi18n.h>
#include <math.h>

#include "engine/brg-palette.h"
#include "widgets/brg-draw.h"
#include "widgets/brg-slice-view.h"

#define RAIL_WIDTH  20
#define RAIL_MARGIN 40
#define MARK_WIDTH  6
#define THUMB       8
#define INSET       10.0
#define TEXT_PX     12
#define PATIENCE    2 /* looks with new slices elsewhere */

struct _BrgArrivalView
{
  GtkWidget parent_instance;

  BrgArrival *arrival;
  GtkWidget *slice; /* NULL: their plane is not known yet */
  int n;            /* slices; 0: not known yet */
  guint8 *seen;     /* [n] those that are there */
  int index;        /* the one shown, -1 for none */
  gboolean following;
  int n_still;        /* looks at which the run of slices around the one shown was no longer */
  double scroll_rest; /* part of a wheel step not used yet */
};

G_DEFINE_FINAL_TYPE (BrgArrivalView, brg_arrival_view, GTK_TYPE_WIDGET)

static const GdkRGBA white = { 1, 1, 1, 1 };
static const GdkRGBA shade = { 0, 0, 0, 0.62f };

static void
update_accessible (BrgArrivalView *self)
{
  g_autofree char *label =
    self->index >= 0
      ? g_strdup_printf (_ ("Slice %d of %d, while it is read"), self->index + 1, self->n)
      : g_strdup (_ ("Slices that are being read"));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* FALSE when it is not to be had. */
static gboolean
show (BrgArrivalView *self, int index)
{
  BrgVolume *volume = brg_arrival_copy (self->arrival, index);

  if (volume == NULL)
    return FALSE;
  brg_slice_view_set_volume (BRG_SLICE_VIEW (self->slice), volume);
  brg_volume_unref (volume);
  self->index = index;
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return TRUE;
}

/* Marks what is there now. Returns the new one nearest to the slice shown, or -1. */
static int
mark_new (BrgArrivalView *self)
{
  int newest = -1;

  for (int s = 0; s < self->n; s++)
    if (!self->seen[s] && brg_arrival_has (self->arrival, s))
      {
        self->seen[s] = TRUE;
        if (newest < 0 || ABS (s - self->index) < ABS (newest - self->index))
          newest = s;
      }
  return newest;
}

/* The nearest slice to `index` that is there, or -1. */
static int
find_seen (const BrgArrivalView *self, int index)
{
  for (int away = 0; away < self->n; away++)
    {
      if (index - away >= 0 && self->seen[index - away])
        return index - away;
      if (index + away < self->n && self->seen[index + away])
        return index + away;
    }
  return -1;
}

/* Where the slices that go on from the one at `from` end now; -1 from nowhere. */
static int
find_front (const BrgArrivalView *self, int from)
{
  int to = from;

  while (to >= 0 && to + 1 < self->n && self->seen[to + 1])
    to++;
  while (to == from && from > 0 && self->seen[from - 1])
    to = --from;
  return to;
}

/* Goes on where the slices shown go on, and to others where those have not for a while; `newest` is
 * the new one nearest to the slice shown. */
static void
follow (BrgArrivalView *self, int newest)
{
  int front = find_front (self, self->index);

  self->n_still = front == self->index ? self->n_still + 1 : 0;
  if (self->index < 0 || self->n_still > PATIENCE)
    front = find_front (self, newest);
  if (front != self->index)
    show (self, front);
}

static void
begin (BrgArrivalView *self)
{
  self->n = brg_arrival_get_n (self->arrival);
  if (self->n == 0)
    return;
  self->seen = g_new0 (guint8, self->n);
  self->slice = brg_slice_view_new (brg_arrival_get_plane (self->arrival));
  brg_slice_view_set_lone (BRG_SLICE_VIEW (self->slice), TRUE);
  gtk_widget_set_can_target (self->slice, FALSE);
  gtk_widget_set_can_focus (self->slice, FALSE);
  gtk_widget_set_parent (self->slice, GTK_WIDGET (self));
}

/* Where the middle of slice `index` is marked on a rail of this length; the last slice is on top.
 */
static double
place_of (const BrgArrivalView *self, double index, double length)
{
  return RAIL_MARGIN + length * (1 - (index + 0.5) / self->n);
}

static void
draw_marks (BrgArrivalView *self, GtkSnapshot *snapshot, double x, double length, GdkRGBA colour)
{
  for (int s = 0; s < self->n; s++)
    {
      int end = s;
      while (end < self->n && self->seen[end])
        end++;
      if (end == s)
        continue;
      double top = place_of (self, end - 0.5, length), bottom = place_of (self, s - 0.5, length);
      brg_draw_fill (snapshot, x - MARK_WIDTH / 2.0, top, MARK_WIDTH, bottom - top, colour);
      s = end;
    }
}

static void
draw_rail (BrgArrivalView *self, GtkSnapshot *snapshot, int width, int height)
{
  static const guint32 rgb[] = { BRG_RGB_AXIAL, BRG_RGB_CORONAL, BRG_RGB_SAGITTAL };
  guint32 plane_rgb = rgb[brg_slice_view_get_plane (BRG_SLICE_VIEW (self->slice))];
  double x = width - RAIL_WIDTH / 2.0, length = height - 2 * RAIL_MARGIN;
  GdkRGBA track = { 1, 1, 1, 0.16f };

  if (length < THUMB || self->index < 0)
    return;
  brg_draw_fill (snapshot, x - MARK_WIDTH / 2.0, RAIL_MARGIN, MARK_WIDTH, length, track);
  draw_marks (self, snapshot, x, length, brg_draw_rgba (plane_rgb, 0.55f));
  double y = place_of (self, self->index, length) - THUMB / 2.0;
  brg_draw_pill (snapshot, brg_draw_rect (x - 7, y - 1, 14, THUMB + 2), shade);
  brg_draw_pill (snapshot, brg_draw_rect (x - 6, y, 12, THUMB), brg_draw_rgba (plane_rgb, 1));
}

static void
draw_number (BrgArrivalView *self, GtkSnapshot *snapshot, int width)
{
  g_autofree char *number = g_strdup_printf ("%d / %d", self->index + 1, self->n);
  BrgTextStyle style = { TEXT_PX, FALSE, white, shade, 1, 0 };

  brg_draw_text (GTK_WIDGET (self), snapshot, number, width - RAIL_WIDTH - 2, INSET - 1, &style);
}

static void
brg_arrival_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BrgArrivalView *self = BRG_ARRIVAL_VIEW (widget);
  int width = gtk_widget_get_width (widget);

  if (self->slice == NULL)
    return;
  gtk_widget_snapshot_child (widget, self->slice, snapshot);
  draw_rail (self, snapshot, width, gtk_widget_get_height (widget));
  if (self->index >= 0)
    draw_number (self, snapshot, width);
}

static void
rail_cb (BrgArrivalView *self, double y)
{
  double length = gtk_widget_get_height (GTK_WIDGET (self)) - 2 * RAIL_MARGIN;

  if (self->n > 0 && length >= THUMB)
    brg_arrival_view_go_to (self, (int) floor ((1 - (y - RAIL_MARGIN) / length) * self->n));
}

static void
drag_begin_cb (GtkGestureDrag *drag, double x, double y, BrgArrivalView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (x < gtk_widget_get_width (GTK_WIDGET (self)) - RAIL_WIDTH)
    gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_DENIED);
  else
    rail_cb (self, y);
}

static void
drag_update_cb (GtkGestureDrag *drag, double dx, double dy, BrgArrivalView *self)
{
  double x, y;

  if (gtk_gesture_drag_get_start_point (drag, &x, &y))
    rail_cb (self, y + dy);
}

static gboolean
scroll_cb (GtkEventControllerScroll *scroll, double dx, double dy, BrgArrivalView *self)
{
  self->scroll_rest -= dy;
  int steps = (int) self->scroll_rest;
  self->scroll_rest -= steps;
  if (steps != 0)
    brg_arrival_view_go_to (self, self->index + steps);
  return GDK_EVENT_STOP;
}

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint key,
        guint code,
        GdkModifierType state,
        BrgArrivalView *self)
{
  int step = (state & GDK_SHIFT_MASK) > 0 ? 10 : 1;

  switch (key)
    {
    case GDK_KEY_Page_Up:
    case GDK_KEY_Up:
      brg_arrival_view_go_to (self, self->index + step);
      return GDK_EVENT_STOP;
    case GDK_KEY_Page_Down:
    case GDK_KEY_Down:
      brg_arrival_view_go_to (self, self->index - step);
      return GDK_EVENT_STOP;
    case GDK_KEY_Home:
      brg_arrival_view_go_to (self, 0);
      return GDK_EVENT_STOP;
    case GDK_KEY_End:
      brg_arrival_view_go_to (self, self->n - 1);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
init_input (BrgArrivalView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
}

static void
brg_arrival_view_dispose (GObject *object)
{
  brg_arrival_view_set_arrival (BRG_ARRIVAL_VIEW (object), NULL);
  G_OBJECT_CLASS (brg_arrival_view_parent_class)->dispose (object);
}

static void
brg_arrival_view_class_init (BrgArrivalViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = brg_arrival_view_dispose;
  widget_class->snapshot = brg_arrival_view_snapshot;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
brg_arrival_view_init (BrgArrivalView *self)
{
  self->index = -1;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  init_input (self);
  update_accessible (self);
}

void
brg_arrival_view_set_arrival (BrgArrivalView *self, BrgArrival *arrival)
{
  if (arrival == self->arrival)
    return;
  g_clear_pointer (&self->arrival, brg_arrival_unref);
  g_clear_pointer (&self->slice, gtk_widget_unparent);
  g_clear_pointer (&self->seen, g_free);
  self->arrival = arrival != NULL ? brg_arrival_ref (arrival) : NULL;
  self->n = 0;
  self->index = -1;
  self->following = TRUE;
  self->n_still = 0;
}

gboolean
brg_arrival_view_update (BrgArrivalView *self)
{
  if (self->arrival == NULL)
    return FALSE;
  if (self->slice == NULL)
    begin (self);
  int newest = mark_new (self);
  if (newest >= 0)
    {
      if (self->following || self->index < 0)
        follow (self, newest);
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
  return self->index >= 0;
}

int
brg_arrival_view_get_index (BrgArrivalView *self)
{
  return self->index;
}

void
brg_arrival_view_go_to (BrgArrivalView *self, int index)
{
  int nearest = self->n > 0 ? find_seen (self, CLAMP (index, 0, self->n - 1)) : -1;

  self->following = FALSE;
  if (nearest >= 0 && nearest != self->index)
    show (self, nearest);
}
