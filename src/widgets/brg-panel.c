#define G_LOG_DOMAIN "brg-panel"

#include "widgets/brg-panel.h"

typedef struct
{
  BrgCase *the_case;
  BrgViewState *view_state;
} BrgPanelPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (BrgPanel, brg_panel, GTK_TYPE_BOX)

enum
{
  PROP_0,
  PROP_CASE,
  PROP_VIEW_STATE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
update_cb (BrgPanel *self)
{
  BrgPanelPrivate *priv = brg_panel_get_instance_private (self);
  BrgPanelClass *klass = BRG_PANEL_GET_CLASS (self);

  if (klass->update != NULL)
    klass->update (self, priv->the_case);
}

static void
brg_panel_constructed (GObject *object)
{
  BrgPanel *self = BRG_PANEL (object);
  BrgPanelPrivate *priv = brg_panel_get_instance_private (self);
  static const char *const changes[] = { "opened",          "recipe-changed", "result-changed",
                                         "history-changed", "failed",         "notify::path" };

  G_OBJECT_CLASS (brg_panel_parent_class)->constructed (object);
  for (gsize s = 0; s < G_N_ELEMENTS (changes); s++)
    g_signal_connect_object (priv->the_case, changes[s], G_CALLBACK (update_cb), self,
                             G_CONNECT_SWAPPED);
  update_cb (self);
}

static void
brg_panel_dispose (GObject *object)
{
  BrgPanelPrivate *priv = brg_panel_get_instance_private (BRG_PANEL (object));

  gtk_widget_dispose_template (GTK_WIDGET (object), G_OBJECT_TYPE (object));
  g_clear_object (&priv->the_case);
  g_clear_object (&priv->view_state);
  G_OBJECT_CLASS (brg_panel_parent_class)->dispose (object);
}

static void
brg_panel_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BrgPanelPrivate *priv = brg_panel_get_instance_private (BRG_PANEL (object));

  switch (id)
    {
    case PROP_CASE:
      g_value_set_object (value, priv->the_case);
      break;
    case PROP_VIEW_STATE:
      g_value_set_object (value, priv->view_state);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_panel_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BrgPanelPrivate *priv = brg_panel_get_instance_private (BRG_PANEL (object));

  switch (id)
    {
    case PROP_CASE:
      priv->the_case = g_value_dup_object (value);
      break;
    case PROP_VIEW_STATE:
      priv->view_state = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_panel_class_init (BrgPanelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = brg_panel_constructed;
  object_class->dispose = brg_panel_dispose;
  object_class->get_property = brg_panel_get_property;
  object_class->set_property = brg_panel_set_property;
  props[PROP_CASE] = g_param_spec_object ("case", NULL, NULL, BRG_TYPE_CASE, flags);
  props[PROP_VIEW_STATE] =
    g_param_spec_object ("view-state", NULL, NULL, BRG_TYPE_VIEW_STATE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
brg_panel_init (BrgPanel *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
}

BrgCase *
brg_panel_get_case (BrgPanel *self)
{
  BrgPanelPrivate *priv = brg_panel_get_instance_private (self);

  return priv->the_case;
}

BrgViewState *
brg_panel_get_view_state (BrgPanel *self)
{
  BrgPanelPrivate *priv = brg_panel_get_instance_private (self);

  return priv->view_state;
}
