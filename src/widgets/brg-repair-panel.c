#define G_LOG_DOMAIN "brg-repair-panel"

#include "widgets/brg-repair-panel.h"

#include "widgets/brg-param-row.h"
#include "widgets/brg-text.h"

struct _BrgRepairPanel
{
  BrgPanel parent_instance;

  GtkAdjustment *brush_adjustment;
  GtkLabel *added_label;
  GtkLabel *removed_label;
};

G_DEFINE_FINAL_TYPE (BrgRepairPanel, brg_repair_panel, BRG_TYPE_PANEL)

static void
set_volume (GtkLabel *label, BrgCase *the_case, gsize n_voxels)
{
  BrgVolume *scan = brg_case_get_scan (the_case);
  double voxel_mm3 = scan != NULL ? brg_grid_voxel_mm3 (&scan->grid) : 0;
  g_autofree char *text = brg_text_volume ((double) n_voxels * voxel_mm3);

  gtk_label_set_label (label, text);
}

static void
brg_repair_panel_update (BrgPanel *panel, BrgCase *the_case)
{
  BrgRepairPanel *self = BRG_REPAIR_PANEL (panel);
  gsize added_vox, removed_vox;

  brg_case_count_edits (the_case, &added_vox, &removed_vox);
  set_volume (self->added_label, the_case, added_vox);
  set_volume (self->removed_label, the_case, removed_vox);
}

/* The panel speaks of the brush's size, its diameter. */
static gboolean
double_value (GBinding *binding, const GValue *radius, GValue *size, gpointer user_data)
{
  g_value_set_double (size, 2 * g_value_get_double (radius));
  return TRUE;
}

static gboolean
halve_value (GBinding *binding, const GValue *size, GValue *radius, gpointer user_data)
{
  g_value_set_double (radius, g_value_get_double (size) / 2);
  return TRUE;
}

static void
brg_repair_panel_constructed (GObject *object)
{
  BrgRepairPanel *self = BRG_REPAIR_PANEL (object);

  G_OBJECT_CLASS (brg_repair_panel_parent_class)->constructed (object);
  g_object_bind_property_full (
    brg_panel_get_view_state (BRG_PANEL (self)), "brush-radius-mm", self->brush_adjustment, "value",
    G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE, double_value, halve_value, NULL, NULL);
}

static void
brg_repair_panel_class_init (BrgRepairPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = brg_repair_panel_constructed;
  BRG_PANEL_CLASS (klass)->update = brg_repair_panel_update;
  g_type_ensure (BRG_TYPE_PARAM_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bregma/Bregma/brg-repair-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, BrgRepairPanel, brush_adjustment);
  gtk_widget_class_bind_template_child (widget_class, BrgRepairPanel, added_label);
  gtk_widget_class_bind_template_child (widget_class, BrgRepairPanel, removed_label);
}

static void
brg_repair_panel_init (BrgRepairPanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
