#define G_LOG_DOMAIN "brg-histogram-view"

#include "widgets/brg-histogram-view-private.h"

#include <glib/gi18n.h>

#include "engine/brg-recipe.h"

#define MIN_WIDTH      140
#define NATURAL_WIDTH  280
#define MIN_HEIGHT     96
#define NATURAL_HEIGHT 120
#define KNOB_REACH     12.0 /* a press this near takes the handle without moving it */
#define PARK_PX        5.0  /* of the right end: no upper limit */
#define COARSE_HU      5    /* a drag moves in steps of this where a pixel is wider than 2 HU */
#define PAGE_HU        50
#define AXIS_LO_HU     -250 /* air is not shown: no bone lies there */
#define AXIS_HI_HU     1500 /* at least */
#define AXIS_MAX_HU    3500 /* at most */
#define AXIS_TAIL      2e-4 /* of the voxels shown may lie beyond the axis */
#define AXIS_STEP_HU   100

G_DEFINE_FINAL_TYPE (BrgHistogramView, brg_histogram_view, GTK_TYPE_WIDGET)

enum
{
  PROP_LO_HU = 1,
  PROP_HI_HU,
  PROP_DRAGGING,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];
static guint drag_ended;

static void
update_accessible (BrgHistogramView *self)
{
  int hi_hu = self->value_hu[BRG_HANDLE_HI];
  g_autofree char *text =
    hi_hu >= BRG_THRESHOLD_NONE_HU
      ? g_strdup_printf (_ ("from %d HU, no upper limit"), self->value_hu[BRG_HANDLE_LO])
      : g_strdup_printf (_ ("from %d to %d HU"), self->value_hu[BRG_HANDLE_LO], hi_hu);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Threshold"), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN,
                                  (double) self->axis_lo_hu, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX,
                                  (double) self->axis_hi_hu, GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                  (double) MIN (self->value_hu[self->active], self->axis_hi_hu),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

static void
set_value (BrgHistogramView *self, BrgHistogramHandle handle, int hu)
{
  if (self->value_hu[handle] == hu)
    return;
  self->value_hu[handle] = hu;
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self),
                            props[handle == BRG_HANDLE_LO ? PROP_LO_HU : PROP_HI_HU]);
}

static void
set_dragging (BrgHistogramView *self, gboolean dragging)
{
  if (self->dragging == dragging)
    return;
  self->dragging = dragging;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DRAGGING]);
  if (!dragging)
    g_signal_emit (self, drag_ended, 0);
}

/* What the user asks for: within the axis, not past the other handle, and no limit at its end. */
static void
move_handle (BrgHistogramView *self, BrgHistogramHandle handle, int hu)
{
  int lo_hu = self->value_hu[BRG_HANDLE_LO];
  int hi_hu = self->value_hu[BRG_HANDLE_HI];

  if (handle == BRG_HANDLE_LO)
    hu = CLAMP (hu, self->axis_lo_hu, MIN (hi_hu, self->axis_hi_hu));
  else
    hu = hu >= self->axis_hi_hu ? BRG_THRESHOLD_NONE_HU : MAX (hu, lo_hu);
  set_value (self, handle, hu);
}

static void
activate_handle (BrgHistogramView *self, BrgHistogramHandle handle)
{
  self->active = handle;
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static double
hu_per_px (BrgHistogramView *self)
{
  double length = gtk_widget_get_width (GTK_WIDGET (self)) - 2 * BRG_HISTOGRAM_INSET;

  return (self->axis_hi_hu - self->axis_lo_hu) / MAX (length, 1);
}

static int
hu_from_x (BrgHistogramView *self, double x)
{
  double step = hu_per_px (self) > 2 ? COARSE_HU : 1;
  double end = gtk_widget_get_width (GTK_WIDGET (self)) - BRG_HISTOGRAM_INSET;
  double hu = self->axis_lo_hu + (x - BRG_HISTOGRAM_INSET) * hu_per_px (self);

  if (x >= end - PARK_PX)
    return self->axis_hi_hu;
  return (int) (round (CLAMP (hu, -32768, 32767) / step) * step);
}

static double
handle_x (BrgHistogramView *self, BrgHistogramHandle handle)
{
  return _brg_histogram_view_x_from_hu (self, self->value_hu[handle]);
}

static BrgHistogramHandle
nearest_handle (BrgHistogramView *self, double x)
{
  double to_lo = fabs (x - handle_x (self, BRG_HANDLE_LO));
  double to_hi = fabs (x - handle_x (self, BRG_HANDLE_HI));

  if (to_lo == to_hi)
    return x < handle_x (self, BRG_HANDLE_LO) ? BRG_HANDLE_LO : BRG_HANDLE_HI;
  return to_lo < to_hi ? BRG_HANDLE_LO : BRG_HANDLE_HI;
}

/* Where the counts above AXIS_LO_HU all but end. */
static int
find_axis_end (const BrgHistogram *histogram)
{
  guint64 n_shown = 0;
  guint64 n_beyond = 0;
  int bin = BRG_HISTOGRAM_BINS - 1;

  for (int b = 0; b < BRG_HISTOGRAM_BINS; b++)
    if (histogram->lo_hu + b * histogram->bin_hu >= AXIS_LO_HU)
      n_shown += histogram->counts[b];
  for (; bin > 0; bin--)
    {
      n_beyond += histogram->counts[bin];
      if ((double) n_beyond > AXIS_TAIL * (double) n_shown)
        break;
    }
  int end = histogram->lo_hu + (bin + 1) * histogram->bin_hu;
  return (end / AXIS_STEP_HU + 1) * AXIS_STEP_HU;
}

/* ---- pointer ---- */

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, BrgHistogramView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (!self->has_histogram)
    return;
  activate_handle (self, nearest_handle (self, x));
  set_dragging (self, TRUE);
  self->grab_x = handle_x (self, self->active);
  if (fabs (x - self->grab_x) <= KNOB_REACH)
    return;
  self->grab_x = x;
  move_handle (self, self->active, hu_from_x (self, x));
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, BrgHistogramView *self)
{
  if (self->dragging)
    move_handle (self, self->active, hu_from_x (self, self->grab_x + dx));
}

static void
drag_end_cb (BrgHistogramView *self)
{
  set_dragging (self, FALSE);
}

static void
set_hovered (BrgHistogramView *self, int handle)
{
  if (self->hovered == handle)
    return;
  self->hovered = handle;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), handle >= 0 ? "ew-resize" : NULL);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, BrgHistogramView *self)
{
  BrgHistogramHandle handle = nearest_handle (self, x);
  gboolean near = fabs (x - handle_x (self, handle)) <= KNOB_REACH;

  if (!self->dragging)
    set_hovered (self, near && self->has_histogram ? (int) handle : -1);
}

static void
leave_cb (BrgHistogramView *self)
{
  if (!self->dragging)
    set_hovered (self, -1);
}

/* ---- keyboard ---- */

/* The HU a key moves the active handle to; FALSE for other keys. */
static gboolean
find_key_target (BrgHistogramView *self, guint key, GdkModifierType state, int *hu)
{
  int step = state & GDK_SHIFT_MASK ? 10 : 1;

  *hu = MIN (self->value_hu[self->active], self->axis_hi_hu);
  switch (key)
    {
    case GDK_KEY_Left:
    case GDK_KEY_Down:
      *hu -= step;
      return TRUE;
    case GDK_KEY_Right:
    case GDK_KEY_Up:
      *hu += step;
      return TRUE;
    case GDK_KEY_Page_Down:
      *hu -= PAGE_HU;
      return TRUE;
    case GDK_KEY_Page_Up:
      *hu += PAGE_HU;
      return TRUE;
    case GDK_KEY_Home:
      *hu = self->axis_lo_hu;
      return TRUE;
    case GDK_KEY_End:
      *hu = self->axis_hi_hu;
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint key,
                guint code,
                GdkModifierType state,
                BrgHistogramView *self)
{
  int hu;

  if (!self->has_histogram || state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK) ||
      !find_key_target (self, key, state, &hu))
    return GDK_EVENT_PROPAGATE;
  move_handle (self, self->active, hu);
  return GDK_EVENT_STOP;
}

/* ---- overrides ---- */

/* Tab visits the two handles one after the other. */
static gboolean
brg_histogram_view_focus (GtkWidget *widget, GtkDirectionType direction)
{
  BrgHistogramView *self = BRG_HISTOGRAM_VIEW (widget);
  BrgHistogramHandle next = direction == GTK_DIR_TAB_BACKWARD ? BRG_HANDLE_LO : BRG_HANDLE_HI;

  if (!gtk_widget_has_focus (widget))
    {
      activate_handle (self, next == BRG_HANDLE_LO ? BRG_HANDLE_HI : BRG_HANDLE_LO);
      return gtk_widget_grab_focus (widget);
    }
  if ((direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD) ||
      self->active == next)
    return FALSE;
  activate_handle (self, next);
  return TRUE;
}

/* Says what the band is, and stays away from the handles. */
static gboolean
brg_histogram_view_query_tooltip (GtkWidget *widget,
                                  int x,
                                  int y,
                                  gboolean keyboard,
                                  GtkTooltip *tooltip)
{
  BrgHistogramView *self = BRG_HISTOGRAM_VIEW (widget);
  double lo = _brg_histogram_view_x_from_hu (self, BRG_HISTOGRAM_USUAL_LO_HU);
  double hi = _brg_histogram_view_x_from_hu (self, BRG_HISTOGRAM_USUAL_HI_HU);

  if (!self->has_histogram || self->dragging || self->hovered >= 0 || keyboard || x < lo - 3 ||
      x > hi + 3)
    return FALSE;
  gtk_tooltip_set_text (tooltip, _ ("150 to 200 HU: where the threshold of a skull usually lies"));
  return TRUE;
}

static void
brg_histogram_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  _brg_histogram_view_draw (BRG_HISTOGRAM_VIEW (widget), snapshot);
}

static void
brg_histogram_view_measure (GtkWidget *widget,
                            GtkOrientation orientation,
                            int for_size,
                            int *minimum,
                            int *natural,
                            int *minimum_baseline,
                            int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : MIN_HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? NATURAL_WIDTH : NATURAL_HEIGHT;
}

static void
brg_histogram_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BrgHistogramView *self = BRG_HISTOGRAM_VIEW (object);

  switch (id)
    {
    case PROP_LO_HU:
      g_value_set_int (value, self->value_hu[BRG_HANDLE_LO]);
      break;
    case PROP_HI_HU:
      g_value_set_int (value, self->value_hu[BRG_HANDLE_HI]);
      break;
    case PROP_DRAGGING:
      g_value_set_boolean (value, self->dragging);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_histogram_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BrgHistogramView *self = BRG_HISTOGRAM_VIEW (object);

  switch (id)
    {
    case PROP_LO_HU:
      set_value (self, BRG_HANDLE_LO, g_value_get_int (value));
      break;
    case PROP_HI_HU:
      set_value (self, BRG_HANDLE_HI, g_value_get_int (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
install_props (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  props[PROP_LO_HU] = g_param_spec_int ("lo-hu", NULL, NULL, G_MININT16, G_MAXINT16, 150, flags);
  props[PROP_HI_HU] =
    g_param_spec_int ("hi-hu", NULL, NULL, G_MININT16, G_MAXINT16, BRG_THRESHOLD_NONE_HU, flags);
  props[PROP_DRAGGING] =
    g_param_spec_boolean ("dragging", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
brg_histogram_view_class_init (BrgHistogramViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = brg_histogram_view_get_property;
  object_class->set_property = brg_histogram_view_set_property;
  widget_class->focus = brg_histogram_view_focus;
  widget_class->query_tooltip = brg_histogram_view_query_tooltip;
  widget_class->snapshot = brg_histogram_view_snapshot;
  widget_class->measure = brg_histogram_view_measure;
  install_props (object_class);
  drag_ended = g_signal_new ("drag-ended", BRG_TYPE_HISTOGRAM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                             NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "brghistogramview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
}

static void
brg_histogram_view_init (BrgHistogramView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->value_hu[BRG_HANDLE_LO] = 150;
  self->value_hu[BRG_HANDLE_HI] = BRG_THRESHOLD_NONE_HU;
  self->axis_lo_hu = AXIS_LO_HU;
  self->axis_hi_hu = AXIS_HI_HU;
  self->hovered = -1;
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect_swapped (drag, "cancel", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect (self, "notify::has-focus", G_CALLBACK (gtk_widget_queue_draw), NULL);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  update_accessible (self);
}

double
_brg_histogram_view_x_from_hu (BrgHistogramView *self, int hu)
{
  return BRG_HISTOGRAM_INSET +
         (CLAMP (hu, self->axis_lo_hu, self->axis_hi_hu) - self->axis_lo_hu) / hu_per_px (self);
}

/* ---- public ---- */

GtkWidget *
brg_histogram_view_new (void)
{
  return g_object_new (BRG_TYPE_HISTOGRAM_VIEW, NULL);
}

void
brg_histogram_view_set_histogram (BrgHistogramView *self, const BrgHistogram *histogram)
{
  g_return_if_fail (BRG_IS_HISTOGRAM_VIEW (self));

  set_dragging (self, FALSE);
  self->has_histogram = histogram != NULL;
  if (histogram != NULL)
    {
      self->histogram = *histogram;
      self->axis_lo_hu = AXIS_LO_HU;
      self->axis_hi_hu = CLAMP (find_axis_end (histogram), AXIS_HI_HU, AXIS_MAX_HU);
    }
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

int
brg_histogram_view_get_lo_hu (BrgHistogramView *self)
{
  return self->value_hu[BRG_HANDLE_LO];
}

int
brg_histogram_view_get_hi_hu (BrgHistogramView *self)
{
  return self->value_hu[BRG_HANDLE_HI];
}

void
brg_histogram_view_set_range_hu (BrgHistogramView *self, int lo_hu, int hi_hu)
{
  g_object_set (self, "lo-hu", lo_hu, "hi-hu", hi_hu, NULL);
}

gboolean
brg_histogram_view_get_dragging (BrgHistogramView *self)
{
  return self->dragging;
}
