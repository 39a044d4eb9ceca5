#include "widgets/brg-choice-row.h"

#include "widgets/brg-draw.h"

static GtkWidget *
box_of (GtkWidget *row)
{
  return gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row));
}

void
brg_choice_row_add (GtkWidget *row, const char *text, const char *css_class)
{
  GtkWidget *words = gtk_widget_get_last_child (box_of (row));
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (words), label);
}

GtkWidget *
brg_choice_row_new (const char *title, int picture_px, gboolean has_picture)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *picture = gtk_picture_new ();
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  gtk_widget_set_size_request (picture, picture_px, has_picture ? picture_px : 0);
  gtk_widget_set_valign (picture, GTK_ALIGN_CENTER);
  if (has_picture)
    gtk_widget_add_css_class (picture, "series-picture");
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), words);
  gtk_widget_add_css_class (box, "series-row");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  brg_choice_row_add (row, title, "heading");
  return row;
}

void
brg_choice_row_set_picture (GtkWidget *row, const guint8 *greys, int size_px)
{
  GtkPicture *picture = GTK_PICTURE (gtk_widget_get_first_child (box_of (row)));
  g_autoptr (GdkTexture) texture = brg_draw_grey_texture (greys, size_px);

  gtk_picture_set_paintable (picture, GDK_PAINTABLE (texture));
}
