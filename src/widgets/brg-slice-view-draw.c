#define G_LOG_DOMAIN "brg-slice-view"

#include "widgets/brg-slice-view-private.h"

#include <glib/gi18n.h>

#include "engine/brg-palette.h"
#include "widgets/brg-draw.h"

#define RADIUS          6.0  /* of the corners */
#define INSET           10.0 /* of the texts from the edges */
#define CROSSHAIR_GAP   9.0  /* what it points at stays free */
#define LETTER_ZONE     28.0 /* along the edges */
#define TEXT_PX         12
#define LETTER_PX       14
#define SCALE_BAR_SHARE 0.25 /* of the width, at most */
#define MIN_THUMB       22.0 /* of the rail */
#define NARROW          260  /* leaves out what is not needed */

static const GdkRGBA white = { 1, 1, 1, 1 };
static const GdkRGBA dim_white = { 0.82f, 0.82f, 0.82f, 1 };
static const GdkRGBA shade = { 0, 0, 0, 0.62f };

static uint32_t
plane_rgb (int normal)
{
  static const uint32_t rgb[] = { BRG_RGB_SAGITTAL, BRG_RGB_CORONAL, BRG_RGB_AXIAL };

  return rgb[normal];
}

/* Texts have a dark rim, to be read over bone and over air. */
static BrgTextStyle
caption_style (double align_x, double align_y, GdkRGBA colour)
{
  return (BrgTextStyle){ TEXT_PX, FALSE, colour, shade, align_x, align_y };
}

static void
draw_letter (BrgSliceView *self,
             GtkSnapshot *snapshot,
             const char *letter,
             double x,
             double y,
             double align_x,
             double align_y)
{
  BrgTextStyle style = { LETTER_PX, TRUE, white, shade, align_x, align_y };

  brg_draw_text (GTK_WIDGET (self), snapshot, letter, x, y, &style);
}

/* One crosshair line from `from` to `to`, open around `centre`. */
static void
draw_line (GtkSnapshot *snapshot,
           gboolean vertical,
           double at,
           double centre,
           double from,
           double to,
           double thickness,
           GdkRGBA colour)
{
  const double parts[2][2] = { { from, MIN (centre - CROSSHAIR_GAP, to) },
                               { MAX (centre + CROSSHAIR_GAP, from), to } };

  for (int p = 0; p < 2; p++)
    if (vertical)
      brg_draw_fill (snapshot, at, parts[p][0], thickness, parts[p][1] - parts[p][0], colour);
    else
      brg_draw_fill (snapshot, parts[p][0], at, parts[p][1] - parts[p][0], thickness, colour);
}

/* The lines the other two planes cut, in their colours, each with a dark twin so that it shows on
 * bone. They end before the letters. */
static void
draw_crosshair (BrgSliceView *self, GtkSnapshot *snapshot, int width, int height)
{
  BrgPlaneAxes axes = brg_plane_axes (self->plane);
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double hair = 1.0 / scale;
  double bottom = height - LETTER_ZONE;
  double right = width - LETTER_ZONE - BRG_SLICE_RAIL_WIDTH / 2.0;
  GdkRGBA dark = { 0, 0, 0, 0.35f };
  double px[2];

  brg_slice_px_from_lps (&self->volume->grid, &self->map, self->crosshair, px);
  if (!isfinite (px[0]) || !isfinite (px[1]))
    return;
  double x = floor (px[0]) / scale;
  double y = floor (px[1]) / scale;
  if (x >= 0 && x < width)
    {
      draw_line (snapshot, TRUE, x + hair, y, LETTER_ZONE, bottom, hair, dark);
      draw_line (snapshot, TRUE, x, y, LETTER_ZONE, bottom, hair,
                 brg_draw_rgba (plane_rgb (axes.across), 0.85f));
    }
  if (y >= 0 && y < height)
    {
      draw_line (snapshot, FALSE, y + hair, x, LETTER_ZONE, right, hair, dark);
      draw_line (snapshot, FALSE, y, x, LETTER_ZONE, right, hair,
                 brg_draw_rgba (plane_rgb (axes.down), 0.85f));
    }
}

static void
draw_brush (BrgSliceView *self, GtkSnapshot *snapshot)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double radius = MAX (self->brush_radius_mm / self->map.mm_per_px / scale, 2);
  gboolean erases = self->tool == BRG_TOOL_ERASE;
  GdkRGBA colour = brg_draw_rgba (erases ? BRG_RGB_REMOVED : BRG_RGB_ADDED, 1);
  double x = self->pointer[0];
  double y = self->pointer[1];
  double sign_x = x + radius * G_SQRT2 / 2 + 9;
  double sign_y = y - radius * G_SQRT2 / 2 - 9;

  brg_draw_border (snapshot,
                   brg_draw_rect (x - radius - 1, y - radius - 1, 2 * radius + 2, 2 * radius + 2),
                   radius + 1, 3, shade);
  brg_draw_border (snapshot, brg_draw_rect (x - radius, y - radius, 2 * radius, 2 * radius), radius,
                   1, colour);
  brg_draw_fill (snapshot, sign_x - 5, sign_y - 2, 11, 5, shade);
  if (!erases)
    brg_draw_fill (snapshot, sign_x - 2, sign_y - 5, 5, 11, shade);
  brg_draw_fill (snapshot, sign_x - 4, sign_y - 1, 9, 3, colour);
  if (!erases)
    brg_draw_fill (snapshot, sign_x - 1, sign_y - 4, 3, 9, colour);
}

static void
draw_letters (BrgSliceView *self, GtkSnapshot *snapshot, int width, int height)
{
  double right = width - BRG_SLICE_RAIL_WIDTH - 2;
  char letters[4][3];

  brg_slice_letters (&self->volume->grid, self->plane, letters);
  draw_letter (self, snapshot, letters[0], INSET, height / 2, 0, 0.5);
  draw_letter (self, snapshot, letters[1], right, height / 2, 1, 0.5);
  draw_letter (self, snapshot, letters[2], width / 2, INSET - 3, 0.5, 0);
  draw_letter (self, snapshot, letters[3], width / 2, height - INSET + 3, 0.5, 1);
}

/* The longest of 1, 2, 5, 10, ... mm that fits. */
static double
scale_bar_mm (double max_mm)
{
  double decade = pow (10, floor (log10 (max_mm)));

  return max_mm >= 5 * decade ? 5 * decade : max_mm >= 2 * decade ? 2 * decade : decade;
}

static void
draw_scale_bar (BrgSliceView *self, GtkSnapshot *snapshot, int width, int height)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double mm_per_unit = self->map.mm_per_px * scale;
  double mm = scale_bar_mm (width * SCALE_BAR_SHARE * mm_per_unit);
  double length = round (mm / mm_per_unit);
  double x = INSET;
  double y = height - INSET - 3;
  g_autofree char *text = g_strdup_printf ("%g mm", mm);

  brg_draw_fill (snapshot, x - 1, y - 5, length + 2, 9, shade);
  brg_draw_fill (snapshot, x, y, length, 2, white);
  brg_draw_fill (snapshot, x, y - 4, 2, 6, white);
  brg_draw_fill (snapshot, x + length - 2, y - 4, 2, 6, white);
  BrgTextStyle style = caption_style (0, 1, dim_white);
  brg_draw_text (GTK_WIDGET (self), snapshot, text, x, y - 6, &style);
}

static void
draw_name (BrgSliceView *self, GtkSnapshot *snapshot, int width)
{
  GdkRGBA colour = brg_draw_rgba (plane_rgb (brg_plane_axes (self->plane).normal), 1);
  const char *name = _brg_slice_view_plane_name (self->plane);
  /* Translators: how the slice is looked at; radiological: the patient's right is on the left. */
  const char *side = self->plane == BRG_SAGITTAL ? _ ("from the left") : _ ("radiological");
  BrgTextStyle bold = { TEXT_PX, TRUE, white, shade, 0, 0 };
  BrgTextStyle dim = caption_style (0, 0, dim_white);
  double x = INSET + 14;

  brg_draw_pill (snapshot, brg_draw_rect (INSET, INSET + 3, 8, 8), colour);
  x += brg_draw_text (GTK_WIDGET (self), snapshot, name, x, INSET - 1, &bold) + 6;
  double end = x + brg_draw_measure (GTK_WIDGET (self), side, &dim);
  if (self->volume != NULL && end < width / 2.0 - LETTER_PX) /* not into the upper letter */
    brg_draw_text (GTK_WIDGET (self), snapshot, side, x, INSET - 1, &dim);
}

/* The number of the slice, and the grey window. */
static void
draw_numbers (BrgSliceView *self, GtkSnapshot *snapshot, int width, int height)
{
  g_autofree char *number =
    g_strdup_printf ("%d / %d", self->map.index + 1, _brg_slice_view_n_slices (self));
  /* Translators: W and L are the width and the level of the grey window, in HU. */
  g_autofree char *window = g_strdup_printf (_ ("W %.0f  L %.0f"), self->window_hu, self->level_hu);
  BrgTextStyle upper = caption_style (1, 0, white);
  BrgTextStyle lower = caption_style (1, 1, dim_white);
  double right = width - BRG_SLICE_RAIL_WIDTH - 2;

  if (!self->lone)
    brg_draw_text (GTK_WIDGET (self), snapshot, number, right, INSET - 1, &upper);
  if (width >= NARROW)
    brg_draw_text (GTK_WIDGET (self), snapshot, window, right, height - INSET + 1, &lower);
}

static void
draw_fault (BrgSliceView *self, GtkSnapshot *snapshot, int width, int height)
{
  BrgTextStyle style = caption_style (0.5, 0.5, white);

  brg_draw_text (GTK_WIDGET (self), snapshot, self->fault, width / 2, height / 2, &style);
}

/* Where in the stack the slice is; a drag on it scrubs. */
static void
draw_rail (BrgSliceView *self, GtkSnapshot *snapshot, int width)
{
  double length, thumb;
  double x = width - BRG_SLICE_RAIL_WIDTH / 2.0;
  gboolean near = self->drag == BRG_SLICE_DRAG_RAIL ||
                  (self->pointer_inside && self->drag == BRG_SLICE_DRAG_NONE &&
                   self->pointer[0] >= width - BRG_SLICE_RAIL_WIDTH);
  double thickness = near ? 6 : 4;
  GdkRGBA track = { 1, 1, 1, near ? 0.28f : 0.16f };

  if (!_brg_slice_view_measure_rail (self, &length, &thumb))
    return;
  double part = 1 - (double) self->map.index / (_brg_slice_view_n_slices (self) - 1);
  double y = BRG_SLICE_RAIL_MARGIN + part * (length - thumb);
  brg_draw_pill (snapshot, brg_draw_rect (x - 1.5, BRG_SLICE_RAIL_MARGIN, 3, length), track);
  brg_draw_pill (snapshot, brg_draw_rect (x - thickness / 2 - 1, y - 1, thickness + 2, thumb + 2),
                 shade);
  brg_draw_pill (snapshot, brg_draw_rect (x - thickness / 2, y, thickness, thumb),
                 brg_draw_rgba (plane_rgb (brg_plane_axes (self->plane).normal), near ? 1 : 0.85f));
}

static void
draw_over_scan (BrgSliceView *self, GtkSnapshot *snapshot, int width, int height)
{
  if (!self->lone)
    draw_crosshair (self, snapshot, width, height);
  draw_letters (self, snapshot, width, height);
  draw_scale_bar (self, snapshot, width, height);
  draw_rail (self, snapshot, width);
  draw_numbers (self, snapshot, width, height);
  if (_brg_slice_view_has_brush (self) && self->pointer_inside &&
      !_brg_slice_view_is_at_rail (self))
    draw_brush (self, snapshot);
}

gboolean
_brg_slice_view_measure_rail (BrgSliceView *self, double *length, double *thumb)
{
  int n_slices = _brg_slice_view_n_slices (self);

  *length = gtk_widget_get_height (GTK_WIDGET (self)) - 2 * BRG_SLICE_RAIL_MARGIN;
  *thumb = n_slices > 0 ? MAX (*length / n_slices, MIN_THUMB) : MIN_THUMB;
  return n_slices > 1 && *length >= 3 * *thumb;
}

void
_brg_slice_view_draw (BrgSliceView *self, GtkSnapshot *snapshot)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  graphene_rect_t bounds = brg_draw_rect (0, 0, width, height);
  gboolean focused = gtk_widget_has_focus (widget);
  GdkRGBA black = { 0, 0, 0, 1 };
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, &bounds, RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &black, &bounds);
  if (self->texture != NULL)
    gtk_snapshot_append_texture (snapshot, self->texture, &bounds);
  if (self->volume != NULL && self->fault == NULL)
    draw_over_scan (self, snapshot, width, height);
  draw_name (self, snapshot, width);
  if (self->fault != NULL)
    draw_fault (self, snapshot, width, height);
  gtk_snapshot_pop (snapshot);
  brg_draw_border (
    snapshot, bounds, RADIUS, focused ? 2 : 1,
    brg_draw_rgba (plane_rgb (brg_plane_axes (self->plane).normal), focused ? 1 : 0.6f));
}
