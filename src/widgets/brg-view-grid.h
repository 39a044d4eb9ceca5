#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Four views, two by two, all the same size, or one of them alone. Order: top left, top right,
 * bottom left, bottom right. */
#define BRG_TYPE_VIEW_GRID (brg_view_grid_get_type ())
G_DECLARE_FINAL_TYPE (BrgViewGrid, brg_view_grid, BRG, VIEW_GRID, GtkWidget)

#define BRG_VIEW_GRID_N_VIEWS 4
#define BRG_VIEW_GRID_ALL     (-1)

/* Puts a view into a cell (0..3). */
void brg_view_grid_set_view (BrgViewGrid *self, int cell, GtkWidget *view);

/* Shows one cell alone, or BRG_VIEW_GRID_ALL. */
void brg_view_grid_set_alone (BrgViewGrid *self, int cell);
int brg_view_grid_get_alone (BrgViewGrid *self);

G_END_DECLS
