#define G_LOG_DOMAIN "brg-row"

#include "widgets/brg-row.h"

typedef struct
{
  GtkLabel *title;
  GtkLabel *caption;
} BrgRowPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (BrgRow, brg_row, GTK_TYPE_BOX)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_CAPTION,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
brg_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BrgRowPrivate *priv = brg_row_get_instance_private (BRG_ROW (object));

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, gtk_label_get_label (priv->title));
      break;
    case PROP_CAPTION:
      g_value_set_string (value, gtk_label_get_label (priv->caption));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_TITLE:
      brg_row_set_title (BRG_ROW (object), g_value_get_string (value));
      break;
    case PROP_CAPTION:
      brg_row_set_caption (BRG_ROW (object), g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_row_class_init (BrgRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = brg_row_get_property;
  object_class->set_property = brg_row_set_property;
  props[PROP_TITLE] =
    g_param_spec_string ("title", NULL, NULL, "", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_CAPTION] =
    g_param_spec_string ("caption", NULL, NULL, "", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_css_name (widget_class, "brgrow");
}

static void
brg_row_init (BrgRow *self)
{
  BrgRowPrivate *priv = brg_row_get_instance_private (self);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_box_set_spacing (GTK_BOX (self), 12);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  priv->title = GTK_LABEL (gtk_label_new (""));
  gtk_label_set_xalign (priv->title, 0);
  priv->caption = GTK_LABEL (gtk_label_new (""));
  gtk_label_set_xalign (priv->caption, 0);
  gtk_label_set_wrap (priv->caption, TRUE);
  gtk_label_set_wrap_mode (priv->caption, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (priv->caption, 8);
  gtk_label_set_max_width_chars (priv->caption, 24);
  gtk_widget_add_css_class (GTK_WIDGET (priv->caption), "caption");
  gtk_widget_set_visible (GTK_WIDGET (priv->caption), FALSE);
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (priv->title));
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (priv->caption));
  gtk_box_append (GTK_BOX (self), texts);
}

void
brg_row_set_title (BrgRow *self, const char *title)
{
  BrgRowPrivate *priv = brg_row_get_instance_private (self);

  gtk_label_set_label (priv->title, title != NULL ? title : "");
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
}

void
brg_row_set_caption (BrgRow *self, const char *caption)
{
  BrgRowPrivate *priv = brg_row_get_instance_private (self);

  gtk_label_set_label (priv->caption, caption != NULL ? caption : "");
  gtk_widget_set_visible (GTK_WIDGET (priv->caption), caption != NULL && *caption != '\0');
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAPTION]);
}

GtkWidget *
brg_row_get_title_label (BrgRow *self)
{
  BrgRowPrivate *priv = brg_row_get_instance_private (self);

  return GTK_WIDGET (priv->title);
}
