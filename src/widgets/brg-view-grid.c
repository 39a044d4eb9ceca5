#define G_LOG_DOMAIN "brg-view-grid"

#include "widgets/brg-view-grid.h"

struct _BrgViewGrid
{
  GtkWidget parent_instance;

  GtkWidget *grid;
  GtkWidget *views[BRG_VIEW_GRID_N_VIEWS];
  int alone;
};

G_DEFINE_FINAL_TYPE (BrgViewGrid, brg_view_grid, GTK_TYPE_WIDGET)

static void
brg_view_grid_dispose (GObject *object)
{
  g_clear_pointer (&BRG_VIEW_GRID (object)->grid, gtk_widget_unparent);
  G_OBJECT_CLASS (brg_view_grid_parent_class)->dispose (object);
}

static void
brg_view_grid_class_init (BrgViewGridClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = brg_view_grid_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
brg_view_grid_init (BrgViewGrid *self)
{
  self->alone = BRG_VIEW_GRID_ALL;
  self->grid = gtk_grid_new ();
  gtk_grid_set_row_homogeneous (GTK_GRID (self->grid), TRUE);
  gtk_grid_set_column_homogeneous (GTK_GRID (self->grid), TRUE);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 2);
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 2);
  gtk_widget_set_parent (self->grid, GTK_WIDGET (self));
}

void
brg_view_grid_set_view (BrgViewGrid *self, int cell, GtkWidget *view)
{
  self->views[cell] = view;
  gtk_widget_set_hexpand (view, TRUE);
  gtk_widget_set_vexpand (view, TRUE);
  gtk_grid_attach (GTK_GRID (self->grid), view, cell % 2, cell / 2, 1, 1);
}

void
brg_view_grid_set_alone (BrgViewGrid *self, int cell)
{
  self->alone = cell;
  for (int v = 0; v < BRG_VIEW_GRID_N_VIEWS; v++)
    if (self->views[v] != NULL)
      gtk_widget_set_visible (self->views[v], cell == BRG_VIEW_GRID_ALL || cell == v);
}

int
brg_view_grid_get_alone (BrgViewGrid *self)
{
  return self->alone;
}
