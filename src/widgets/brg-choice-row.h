#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A row of a list to choose from: a picture, and lines of words beside it. */

/* With the room for a picture of `picture_px` x `picture_px`, or its width alone where there will
 * be none, and with a title. */
GtkWidget *brg_choice_row_new (const char *title, int picture_px, gboolean has_picture);

/* One more line; `css_class` may be NULL. */
void brg_choice_row_add (GtkWidget *row, const char *text, const char *css_class);

/* `greys` as of brg_draw_grey_texture(). */
void brg_choice_row_set_picture (GtkWidget *row, const guint8 *greys, int size_px);

G_END_DECLS
