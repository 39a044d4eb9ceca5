#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A line of a panel: title and quiet caption on the left, whatever is appended on the right.
 * Properties: "title", "caption" (hidden while empty). In a .ui file children are the controls. */
#define BRG_TYPE_ROW (brg_row_get_type ())
G_DECLARE_DERIVABLE_TYPE (BrgRow, brg_row, BRG, ROW, GtkBox)

struct _BrgRowClass
{
  GtkBoxClass parent_class;
};

void brg_row_set_title (BrgRow *self, const char *title);
void brg_row_set_caption (BrgRow *self, const char *caption);

/* The title's label, for gtk_label_set_mnemonic_widget() and accessible relations. */
GtkWidget *brg_row_get_title_label (BrgRow *self);

G_END_DECLS
