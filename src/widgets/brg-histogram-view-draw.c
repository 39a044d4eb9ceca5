#define G_LOG_DOMAIN "brg-histogram-view"

#include "widgets/brg-histogram-view-private.h"

#include <glib/gi18n.h>

#include "engine/brg-palette.h"
#include "engine/brg-recipe.h"
#include "widgets/brg-draw.h"

#define LABEL_ROOM                22 /* above the plot: the values of the handles */
#define AXIS_ROOM                 30 /* below it: knobs and ticks */
#define LABEL_PX                  12
#define TICK_PX                   11
#define TICK_GAP_PX               52 /* at least, between the ticks that have a number */
#define DECADES                   4.0
#define KNOB_RADIUS               7.0
#define BRG_HISTOGRAM_USUAL_LO_HU 150
#define BRG_HISTOGRAM_USUAL_HI_HU 200

/* Plain numbers for one drawing. */
typedef struct
{
  BrgHistogramView *self;
  GtkSnapshot *snapshot;
  double width, height;
  double left, right; /* of the axis */
  double top, base;   /* of the plot */
  GdkRGBA text;       /* colour of the theme */
} Sketch;

static GdkRGBA
faded (GdkRGBA colour, double alpha)
{
  colour.alpha *= (float) alpha;
  return colour;
}

static double
x_of (const Sketch *sketch, int hu)
{
  return _brg_histogram_view_x_from_hu (sketch->self, hu);
}

/* Height 0..1 of a count on a logarithmic scale that reaches DECADES below the largest. */
static double
log_height (guint64 count, guint64 max_count)
{
  if (count == 0)
    return 0;
  return MAX (1 + log10 ((double) count / (double) max_count) / DECADES, 0);
}

static guint64
max_count_shown (const BrgHistogramView *self)
{
  const BrgHistogram *histogram = &self->histogram;
  guint64 most = 0;

  for (int b = 0; b < BRG_HISTOGRAM_BINS; b++)
    if (histogram->lo_hu + (b + 1) * histogram->bin_hu > self->axis_lo_hu)
      most = MAX (most, histogram->counts[b]);
  return most;
}

/* The area under the counts, as the current path. */
static void
trace_area (const Sketch *sketch, cairo_t *cr)
{
  const BrgHistogram *histogram = &sketch->self->histogram;
  guint64 most = max_count_shown (sketch->self);
  double span = sketch->base - sketch->top;

  cairo_move_to (cr, sketch->left, sketch->base);
  for (int b = 0; b < BRG_HISTOGRAM_BINS; b++)
    {
      int lo_hu = histogram->lo_hu + b * histogram->bin_hu;
      double y = sketch->base - span * log_height (histogram->counts[b], most);
      if (lo_hu + histogram->bin_hu <= sketch->self->axis_lo_hu ||
          lo_hu >= sketch->self->axis_hi_hu)
        continue;
      cairo_line_to (cr, x_of (sketch, lo_hu), y);
      cairo_line_to (cr, x_of (sketch, lo_hu + histogram->bin_hu), y);
    }
  cairo_line_to (cr, sketch->right, sketch->base);
  cairo_close_path (cr);
}

/* The part of the area from x0 to x1. */
static void
fill_area (const Sketch *sketch, cairo_t *cr, double x0, double x1, GdkRGBA colour)
{
  if (x1 <= x0)
    return;
  cairo_save (cr);
  cairo_rectangle (cr, x0, 0, x1 - x0, sketch->height);
  cairo_clip (cr);
  trace_area (sketch, cr);
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_fill (cr);
  cairo_restore (cr);
}

static void
draw_area (const Sketch *sketch)
{
  graphene_rect_t bounds =
    brg_draw_rect (0, sketch->top, sketch->width, sketch->base - sketch->top);
  double lo = x_of (sketch, sketch->self->value_hu[BRG_HANDLE_LO]);
  double hi = x_of (sketch, sketch->self->value_hu[BRG_HANDLE_HI]);
  GdkRGBA outside = faded (sketch->text, 0.22);
  cairo_t *cr = gtk_snapshot_append_cairo (sketch->snapshot, &bounds);

  fill_area (sketch, cr, sketch->left, MIN (lo, hi), outside);
  fill_area (sketch, cr, lo, hi, brg_draw_rgba (BRG_RGB_PREVIEW, 0.9));
  fill_area (sketch, cr, MAX (lo, hi), sketch->right, outside);
  cairo_destroy (cr);
}

/* 1, 2 or 5 times a power of ten, at least TICK_GAP_PX wide. */
static int
tick_step_hu (const Sketch *sketch)
{
  static const int factors[] = { 2, 5, 10 };
  double hu_per_px =
    (sketch->self->axis_hi_hu - sketch->self->axis_lo_hu) / (sketch->right - sketch->left);
  int decade = 1;

  for (;; decade *= 10)
    for (size_t f = 0; f < G_N_ELEMENTS (factors); f++)
      if (decade * factors[f] >= TICK_GAP_PX * hu_per_px)
        return decade * factors[f];
}

static void
draw_axis (const Sketch *sketch)
{
  BrgTextStyle style = { TICK_PX, FALSE, faded (sketch->text, 0.72), BRG_DRAW_CLEAR, 0.5, 0 };
  int step = tick_step_hu (sketch);
  int first = (int) ceil ((double) sketch->self->axis_lo_hu / step) * step;
  double unit = brg_draw_measure (GTK_WIDGET (sketch->self), "HU", &style);

  for (int hu = first; hu <= sketch->self->axis_hi_hu; hu += step)
    {
      double x = round (x_of (sketch, hu));
      g_autofree char *number = g_strdup_printf ("%d", hu);
      double half = brg_draw_measure (GTK_WIDGET (sketch->self), number, &style) / 2;
      brg_draw_fill (sketch->snapshot, x, sketch->base + 9, 1, 4, faded (sketch->text, 0.4));
      if (x + half < sketch->right - unit - 4)
        brg_draw_text (GTK_WIDGET (sketch->self), sketch->snapshot, number, MAX (x, half),
                       sketch->base + 14, &style);
    }
  style.align_x = 1;
  brg_draw_text (GTK_WIDGET (sketch->self), sketch->snapshot, "HU", sketch->width - 2,
                 sketch->base + 14, &style);
}

/* The line the knobs run on, and the band where thresholds usually lie. */
static void
draw_track (const Sketch *sketch)
{
  double lo = x_of (sketch, sketch->self->value_hu[BRG_HANDLE_LO]);
  double hi = x_of (sketch, sketch->self->value_hu[BRG_HANDLE_HI]);
  double usual = x_of (sketch, BRG_HISTOGRAM_USUAL_LO_HU);

  brg_draw_fill (sketch->snapshot, usual, sketch->top,
                 x_of (sketch, BRG_HISTOGRAM_USUAL_HI_HU) - usual, sketch->base - sketch->top,
                 faded (sketch->text, 0.10));
  brg_draw_pill (sketch->snapshot,
                 brg_draw_rect (sketch->left, sketch->base, sketch->right - sketch->left, 3),
                 faded (sketch->text, 0.22));
  if (hi > lo)
    brg_draw_pill (sketch->snapshot, brg_draw_rect (lo, sketch->base, hi - lo, 3),
                   brg_draw_rgba (BRG_RGB_PREVIEW, 1));
}

static void
draw_knob (const Sketch *sketch, BrgHistogramHandle handle)
{
  BrgHistogramView *self = sketch->self;
  double x = round (x_of (sketch, self->value_hu[handle]));
  double y = sketch->base + 1.5;
  gboolean held = self->dragging && self->active == handle;
  double radius = KNOB_RADIUS + (held || self->hovered == (int) handle ? 1 : 0);
  gboolean focused = gtk_widget_has_focus (GTK_WIDGET (self)) && self->active == handle;

  brg_draw_fill (sketch->snapshot, x - 0.5, sketch->top - 2, 1, sketch->base - sketch->top + 2,
                 faded (sketch->text, 0.8));
  if (focused)
    brg_draw_border (sketch->snapshot,
                     brg_draw_rect (x - radius - 3, y - radius - 3, 2 * radius + 6, 2 * radius + 6),
                     radius + 3, 2, brg_draw_rgba (BRG_RGB_PREVIEW, 0.9));
  brg_draw_pill (sketch->snapshot,
                 brg_draw_rect (x - radius - 1, y - radius - 1, 2 * radius + 2, 2 * radius + 2),
                 (GdkRGBA){ 0, 0, 0, 0.35f });
  brg_draw_pill (sketch->snapshot, brg_draw_rect (x - radius, y - radius, 2 * radius, 2 * radius),
                 (GdkRGBA){ 0.97f, 0.97f, 0.97f, 1 });
}

/* The values above their handles, pushed apart where they would overlap. */
static void
draw_values (const Sketch *sketch)
{
  GtkWidget *widget = GTK_WIDGET (sketch->self);
  const int *value_hu = sketch->self->value_hu;
  BrgTextStyle style = { LABEL_PX, TRUE, sketch->text, BRG_DRAW_CLEAR, 0, 0 };
  g_autofree char *lo = g_strdup_printf (_ ("%d HU"), value_hu[BRG_HANDLE_LO]);
  g_autofree char *hi = value_hu[BRG_HANDLE_HI] >= BRG_THRESHOLD_NONE_HU
                          ? g_strdup (_ ("no limit"))
                          : g_strdup_printf (_ ("%d HU"), value_hu[BRG_HANDLE_HI]);
  double lo_width = brg_draw_measure (widget, lo, &style);
  double hi_width = brg_draw_measure (widget, hi, &style);
  double lo_x = x_of (sketch, value_hu[BRG_HANDLE_LO]) - lo_width / 2;
  double hi_x = x_of (sketch, value_hu[BRG_HANDLE_HI]) - hi_width / 2;
  double overlap = lo_x + lo_width + 8 - hi_x;

  if (overlap > 0)
    {
      lo_x -= overlap / 2;
      hi_x += overlap / 2;
    }
  hi_x = MIN (hi_x, sketch->width - hi_width);
  lo_x = MAX (MIN (lo_x, hi_x - 8 - lo_width), 0);
  hi_x = MAX (hi_x, lo_x + lo_width + 8);
  brg_draw_text (widget, sketch->snapshot, lo, lo_x, 0, &style);
  if (value_hu[BRG_HANDLE_HI] >= BRG_THRESHOLD_NONE_HU)
    {
      style.bold = FALSE;
      style.colour = faded (sketch->text, 0.72);
    }
  brg_draw_text (widget, sketch->snapshot, hi, hi_x, 0, &style);
}

static void
draw_empty (const Sketch *sketch)
{
  BrgTextStyle style = { LABEL_PX, FALSE, faded (sketch->text, 0.72), BRG_DRAW_CLEAR, 0.5, 0.5 };

  brg_draw_text (GTK_WIDGET (sketch->self), sketch->snapshot, _ ("Open a scan to see its values"),
                 sketch->width / 2, sketch->height / 2, &style);
}

void
_brg_histogram_view_draw (BrgHistogramView *self, GtkSnapshot *snapshot)
{
  GtkWidget *widget = GTK_WIDGET (self);
  Sketch sketch = { .self = self,
                    .snapshot = snapshot,
                    .width = gtk_widget_get_width (widget),
                    .height = gtk_widget_get_height (widget) };

  sketch.left = BRG_HISTOGRAM_INSET;
  sketch.right = sketch.width - BRG_HISTOGRAM_INSET;
  sketch.top = LABEL_ROOM;
  sketch.base = sketch.height - AXIS_ROOM;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &sketch.text);
  if (sketch.right <= sketch.left || sketch.base <= sketch.top)
    return;
  if (!self->has_histogram)
    {
      draw_empty (&sketch);
      return;
    }
  draw_area (&sketch);
  draw_track (&sketch);
  draw_axis (&sketch);
  draw_knob (&sketch, BRG_HANDLE_HI);
  draw_knob (&sketch, BRG_HANDLE_LO);
  draw_values (&sketch);
}
