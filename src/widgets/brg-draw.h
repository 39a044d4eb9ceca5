#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Small shapes and texts for snapshot() of the drawn widgets; widget coordinates. */

#define BRG_DRAW_CLEAR ((GdkRGBA){ 0, 0, 0, 0 })

typedef struct
{
  int size_px;
  gboolean bold;
  GdkRGBA colour;
  GdkRGBA rim;             /* one unit around the letters; BRG_DRAW_CLEAR: none */
  double align_x, align_y; /* which part of the text lies at the point given: 0..1 */
} BrgTextStyle;

/* A picture of size_px x size_px greys. */
GdkTexture *brg_draw_grey_texture (const guint8 *greys, int size_px);

/* `rgb` as 0xRRGGBB. */
GdkRGBA brg_draw_rgba (guint32 rgb, double alpha);

graphene_rect_t brg_draw_rect (double x, double y, double width, double height);

/* Nothing for an empty rectangle. */
void brg_draw_fill (GtkSnapshot *snapshot,
                    double x,
                    double y,
                    double width,
                    double height,
                    GdkRGBA colour);

/* A pill: the short sides are half circles. */
void brg_draw_pill (GtkSnapshot *snapshot, graphene_rect_t bounds, GdkRGBA colour);

/* The line of `width` inside the edge of a rectangle with round corners. */
void brg_draw_border (GtkSnapshot *snapshot,
                      graphene_rect_t bounds,
                      double radius,
                      double width,
                      GdkRGBA colour);

/* Width of `text` in `style`. */
double brg_draw_measure (GtkWidget *widget, const char *text, const BrgTextStyle *style);

/* Returns the width. Figures are tabular. */
double brg_draw_text (GtkWidget *widget,
                      GtkSnapshot *snapshot,
                      const char *text,
                      double x,
                      double y,
                      const BrgTextStyle *style);

G_END_DECLS
