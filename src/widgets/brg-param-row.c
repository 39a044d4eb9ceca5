#define G_LOG_DOMAIN "brg-param-row"

#include "widgets/brg-param-row.h"

#include <glib/gi18n.h>

#include "engine/brg-param.h"

#define SETTLE_MS 800

struct _BrgParamRow
{
  BrgRow parent_instance;

  const BrgParam *param;
  gboolean slider;
  BrgCase *the_case;
  GtkWidget *control; /* spin button, switch or drop-down */
  gboolean updating;  /* the control follows the recipe, not the other way round */
  guint settle_id;    /* ends the change once the control has been still for a while */
};

G_DEFINE_FINAL_TYPE (BrgParamRow, brg_param_row, BRG_TYPE_ROW)

enum
{
  PROP_0,
  PROP_KEY,
  PROP_SLIDER,
  PROP_CASE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static double
get_control_value (BrgParamRow *self)
{
  if (GTK_IS_SPIN_BUTTON (self->control))
    return gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->control));
  if (GTK_IS_SWITCH (self->control))
    return gtk_switch_get_active (GTK_SWITCH (self->control));
  return gtk_drop_down_get_selected (GTK_DROP_DOWN (self->control));
}

static void
set_control_value (BrgParamRow *self, double value)
{
  self->updating = TRUE;
  if (GTK_IS_SPIN_BUTTON (self->control))
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->control), value);
  else if (GTK_IS_SWITCH (self->control))
    gtk_switch_set_active (GTK_SWITCH (self->control), value > 0);
  else
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->control), (guint) value);
  self->updating = FALSE;
}

static gboolean
settled_cb (gpointer data)
{
  BrgParamRow *self = data;

  self->settle_id = 0;
  brg_case_end_change (self->the_case);
  return G_SOURCE_REMOVE;
}

static void
control_changed_cb (BrgParamRow *self)
{
  if (self->updating || self->the_case == NULL)
    return;

  BrgRecipe recipe = *brg_case_get_recipe (self->the_case);
  double value = get_control_value (self);
  if (value == brg_param_get (self->param, &recipe))
    return;
  brg_param_set (self->param, &recipe, value);
  brg_case_set_recipe (self->the_case, &recipe, NULL, TRUE);
  g_clear_handle_id (&self->settle_id, g_source_remove);
  self->settle_id = g_timeout_add (SETTLE_MS, settled_cb, self);
}

static void
recipe_changed_cb (BrgParamRow *self)
{
  set_control_value (self, brg_param_get (self->param, brg_case_get_recipe (self->the_case)));
}

static gboolean
is_unlimited (BrgParamRow *self)
{
  return self->param->offset == offsetof (BrgRecipe, threshold_hi_hu) &&
         gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->control)) >= BRG_THRESHOLD_NONE_HU;
}

/* The upper threshold says "none" in words. */
static gboolean
spin_output_cb (BrgParamRow *self)
{
  if (!is_unlimited (self))
    return FALSE;
  gtk_editable_set_text (GTK_EDITABLE (self->control), _ ("none"));
  return TRUE;
}

static int
spin_input_cb (BrgParamRow *self, double *value)
{
  if (self->param->offset != offsetof (BrgRecipe, threshold_hi_hu) ||
      g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->control)), _ ("none")) != 0)
    return FALSE;
  *value = BRG_THRESHOLD_NONE_HU;
  return TRUE;
}

static guint
decimals (const BrgParam *param)
{
  return param->type == BRG_PARAM_REAL && param->step < 1 ? 1 : 0;
}

static GtkWidget *
make_spin (BrgParamRow *self)
{
  const BrgParam *param = self->param;
  GtkAdjustment *adjustment =
    gtk_adjustment_new (param->initial, param->min, param->max, param->step, param->step * 10, 0);
  GtkWidget *spin = gtk_spin_button_new (adjustment, 0, decimals (param));

  self->control = spin;
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), FALSE);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (spin), 6);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 6);
  gtk_editable_set_alignment (GTK_EDITABLE (spin), 1);
  gtk_widget_add_css_class (spin, "numeric");
  g_signal_connect_swapped (spin, "output", G_CALLBACK (spin_output_cb), self);
  g_signal_connect_swapped (spin, "input", G_CALLBACK (spin_input_cb), self);
  g_signal_connect_swapped (spin, "value-changed", G_CALLBACK (control_changed_cb), self);
  return spin;
}

static GtkWidget *
make_drop_down (BrgParamRow *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  for (int c = 0; self->param->choice_titles[c] != NULL; c++)
    gtk_string_list_append (titles, _ (self->param->choice_titles[c]));
  self->control = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&titles)), NULL);
  g_signal_connect_swapped (self->control, "notify::selected", G_CALLBACK (control_changed_cb),
                            self);
  return self->control;
}

static GtkWidget *
make_switch (BrgParamRow *self)
{
  self->control = gtk_switch_new ();
  g_signal_connect_swapped (self->control, "notify::active", G_CALLBACK (control_changed_cb), self);
  return self->control;
}

static GtkWidget *
make_control (BrgParamRow *self)
{
  switch (self->param->type)
    {
    case BRG_PARAM_BOOL:
      return make_switch (self);
    case BRG_PARAM_CHOICE:
      return make_drop_down (self);
    case BRG_PARAM_REAL:
    case BRG_PARAM_INT:
    default:
      return make_spin (self);
    }
}

/* A scale over the comfortable range that shares its value with the spin button. */
static GtkWidget *
make_slider (BrgParamRow *self)
{
  const BrgParam *param = self->param;
  GtkWidget *scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, param->soft_min,
                                               param->soft_max, param->step);
  GtkAdjustment *spin = gtk_spin_button_get_adjustment (GTK_SPIN_BUTTON (self->control));

  gtk_widget_set_size_request (scale, 84, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scale), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (param->title), -1);
  g_object_bind_property (spin, "value", gtk_range_get_adjustment (GTK_RANGE (scale)), "value",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  return scale;
}

static void
add_unit (BrgParamRow *self)
{
  GtkWidget *unit = gtk_label_new (self->param->unit);

  gtk_label_set_xalign (GTK_LABEL (unit), 0);
  gtk_label_set_width_chars (GTK_LABEL (unit), 3);
  gtk_widget_add_css_class (unit, "dim-label");
  gtk_box_append (GTK_BOX (self), unit);
}

static void
brg_param_row_constructed (GObject *object)
{
  BrgParamRow *self = BRG_PARAM_ROW (object);
  GtkWidget *control = make_control (self);

  G_OBJECT_CLASS (brg_param_row_parent_class)->constructed (object);
  brg_row_set_title (BRG_ROW (self), _ (self->param->title));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), _ (self->param->help));
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (self->param->title), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  _ (self->param->help), -1);
  if (self->slider)
    gtk_box_append (GTK_BOX (self), make_slider (self));
  gtk_box_append (GTK_BOX (self), control);
  if (GTK_IS_SPIN_BUTTON (control) && *self->param->unit != '\0')
    add_unit (self);
}

static void
brg_param_row_dispose (GObject *object)
{
  brg_param_row_set_case (BRG_PARAM_ROW (object), NULL);
  G_OBJECT_CLASS (brg_param_row_parent_class)->dispose (object);
}

static void
brg_param_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BrgParamRow *self = BRG_PARAM_ROW (object);

  switch (id)
    {
    case PROP_CASE:
      g_value_set_object (value, self->the_case);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_param_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BrgParamRow *self = BRG_PARAM_ROW (object);

  switch (id)
    {
    case PROP_KEY:
      self->param = brg_param_find (g_value_get_string (value));
      g_assert (self->param != NULL);
      break;
    case PROP_SLIDER:
      self->slider = g_value_get_boolean (value);
      break;
    case PROP_CASE:
      brg_param_row_set_case (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_param_row_class_init (BrgParamRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags construct = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = brg_param_row_constructed;
  object_class->dispose = brg_param_row_dispose;
  object_class->get_property = brg_param_row_get_property;
  object_class->set_property = brg_param_row_set_property;
  props[PROP_KEY] = g_param_spec_string ("key", NULL, NULL, NULL, construct);
  props[PROP_SLIDER] = g_param_spec_boolean ("slider", NULL, NULL, FALSE, construct);
  props[PROP_CASE] = g_param_spec_object ("case", NULL, NULL, BRG_TYPE_CASE,
                                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
brg_param_row_init (BrgParamRow *self)
{
  self->updating = FALSE;
}

void
brg_param_row_set_case (BrgParamRow *self, BrgCase *the_case)
{
  if (self->the_case == the_case)
    return;
  g_clear_handle_id (&self->settle_id, g_source_remove);
  if (self->the_case != NULL)
    g_signal_handlers_disconnect_by_data (self->the_case, self);
  g_set_object (&self->the_case, the_case);
  if (the_case != NULL)
    {
      g_signal_connect_swapped (the_case, "recipe-changed", G_CALLBACK (recipe_changed_cb), self);
      recipe_changed_cb (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CASE]);
}
