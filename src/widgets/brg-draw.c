#define G_LOG_DOMAIN "brg-draw"

#include "widgets/brg-draw.h"

static PangoLayout *
make_layout (GtkWidget *widget, const char *text, const BrgTextStyle *style)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_size_new_absolute (style->size_px * PANGO_SCALE));
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  if (style->bold)
    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  return layout;
}

static void
append_layout (GtkSnapshot *snapshot, PangoLayout *layout, float x, float y, const GdkRGBA *colour)
{
  graphene_point_t at = GRAPHENE_POINT_INIT (x, y);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &at);
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

GdkTexture *
brg_draw_grey_texture (const guint8 *greys, int size_px)
{
  gsize n = (gsize) size_px * (gsize) size_px;
  guint8 *rgb = g_malloc (3 * n);

  for (gsize p = 0; p < n; p++)
    rgb[3 * p] = rgb[3 * p + 1] = rgb[3 * p + 2] = greys[p];
  g_autoptr (GBytes) bytes = g_bytes_new_take (rgb, 3 * n);
  return gdk_memory_texture_new (size_px, size_px, GDK_MEMORY_R8G8B8, bytes, 3 * (gsize) size_px);
}

GdkRGBA
brg_draw_rgba (guint32 rgb, double alpha)
{
  return (GdkRGBA){ (float) (rgb >> 16 & 255) / 255, (float) (rgb >> 8 & 255) / 255,
                    (float) (rgb & 255) / 255, (float) alpha };
}

graphene_rect_t
brg_draw_rect (double x, double y, double width, double height)
{
  return GRAPHENE_RECT_INIT ((float) x, (float) y, (float) width, (float) height);
}

void
brg_draw_fill (GtkSnapshot *snapshot,
               double x,
               double y,
               double width,
               double height,
               GdkRGBA colour)
{
  graphene_rect_t bounds = brg_draw_rect (x, y, width, height);

  if (width > 0 && height > 0)
    gtk_snapshot_append_color (snapshot, &colour, &bounds);
}

void
brg_draw_pill (GtkSnapshot *snapshot, graphene_rect_t bounds, GdkRGBA colour)
{
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, &bounds,
                                   MIN (bounds.size.width, bounds.size.height) / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &colour, &bounds);
  gtk_snapshot_pop (snapshot);
}

void
brg_draw_border (GtkSnapshot *snapshot,
                 graphene_rect_t bounds,
                 double radius,
                 double width,
                 GdkRGBA colour)
{
  const float widths[4] = { (float) width, (float) width, (float) width, (float) width };
  const GdkRGBA colours[4] = { colour, colour, colour, colour };
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, &bounds, (float) radius);
  gtk_snapshot_append_border (snapshot, &outline, widths, colours);
}

double
brg_draw_measure (GtkWidget *widget, const char *text, const BrgTextStyle *style)
{
  g_autoptr (PangoLayout) layout = make_layout (widget, text, style);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

double
brg_draw_text (GtkWidget *widget,
               GtkSnapshot *snapshot,
               const char *text,
               double x,
               double y,
               const BrgTextStyle *style)
{
  static const float rim[][2] = { { -1, 0 }, { 1, 0 }, { 0, -1 }, { 0, 1 } };
  g_autoptr (PangoLayout) layout = make_layout (widget, text, style);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  float left = floorf ((float) (x - width * style->align_x));
  float top = floorf ((float) (y - height * style->align_y));
  for (size_t r = 0; r < G_N_ELEMENTS (rim) && style->rim.alpha > 0; r++)
    append_layout (snapshot, layout, left + rim[r][0], top + rim[r][1], &style->rim);
  append_layout (snapshot, layout, left, top, &style->colour);
  return width;
}
