#define G_LOG_DOMAIN "brg-bone-panel"

#include "widgets/brg-bone-panel.h"

#include <glib/gi18n.h>

#include "widgets/brg-histogram-view.h"
#include "widgets/brg-param-row.h"
#include "widgets/brg-text.h"

struct _BrgBonePanel
{
  BrgPanel parent_instance;

  BrgHistogramView *histogram;
  GtkWidget *min_island_row;
  BrgRow *median_row;
  GtkWidget *kernel_row;
  GtkLabel *threshold_label;
  GtkLabel *islands_label;
  GtkLabel *runner_up_label;
  GtkLabel *skull_label;
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (BrgBonePanel, brg_bone_panel, BRG_TYPE_PANEL)

static void
histogram_changed_cb (BrgBonePanel *self)
{
  BrgCase *the_case = brg_panel_get_case (BRG_PANEL (self));

  if (self->updating || brg_case_get_scan (the_case) == NULL)
    return;
  BrgRecipe recipe = *brg_case_get_recipe (the_case);
  g_object_get (self->histogram, "lo-hu", &recipe.threshold_lo_hu, "hi-hu", &recipe.threshold_hi_hu,
                NULL);
  brg_case_set_recipe (the_case, &recipe, NULL, TRUE);
}

static void
drag_ended_cb (BrgBonePanel *self)
{
  brg_case_end_change (brg_panel_get_case (BRG_PANEL (self)));
}

static void
set_count (GtkLabel *label, guint64 n_voxels, double voxel_mm3)
{
  g_autofree char *volume = brg_text_volume ((double) n_voxels * voxel_mm3);
  g_autofree char *count = brg_text_count (n_voxels);
  g_autofree char *tooltip = g_strdup_printf (_ ("%s voxels"), count);

  gtk_label_set_label (label, volume);
  gtk_widget_set_tooltip_text (GTK_WIDGET (label), tooltip);
}

static void
update_result (BrgBonePanel *self, const BrgPipelineResult *result)
{
  double voxel_mm3 = brg_grid_voxel_mm3 (&result->skull->grid);
  g_autofree char *islands = brg_text_count (result->islands.n_components);

  set_count (self->threshold_label, result->threshold_vox, voxel_mm3);
  gtk_label_set_label (self->islands_label, islands);
  set_count (self->runner_up_label, result->islands.runner_up_vox, voxel_mm3);
  set_count (self->skull_label, result->skull_vox, voxel_mm3);
}

static void
update_kernel (BrgBonePanel *self, const BrgRecipe *recipe, const BrgPipelineResult *result)
{
  const int *kernel = result != NULL ? result->median_kernel_vox : NULL;
  g_autofree char *caption =
    recipe->median_mm > 0 && kernel != NULL
      ? g_strdup_printf (_ ("%d × %d × %d voxels"), kernel[0], kernel[1], kernel[2])
      : g_strdup (_ ("Diameter; off at 0"));

  brg_row_set_caption (self->median_row, caption);
  gtk_widget_set_sensitive (self->kernel_row, recipe->median_mm > 0);
  gtk_widget_set_sensitive (self->min_island_row, recipe->keep == BRG_KEEP_ALL);
}

static void
brg_bone_panel_update (BrgPanel *panel, BrgCase *the_case)
{
  BrgBonePanel *self = BRG_BONE_PANEL (panel);
  const BrgRecipe *recipe = brg_case_get_recipe (the_case);
  const BrgPipelineResult *result = brg_case_get_result (the_case);

  self->updating = TRUE;
  g_object_set (self->histogram, "lo-hu", recipe->threshold_lo_hu, "hi-hu", recipe->threshold_hi_hu,
                NULL);
  self->updating = FALSE;
  update_kernel (self, recipe, result);
  if (result != NULL && result->skull != NULL)
    update_result (self, result);
}

static void
opened_cb (BrgBonePanel *self)
{
  brg_histogram_view_set_histogram (self->histogram,
                                    brg_case_get_histogram (brg_panel_get_case (BRG_PANEL (self))));
}

static void
brg_bone_panel_constructed (GObject *object)
{
  BrgBonePanel *self = BRG_BONE_PANEL (object);

  G_OBJECT_CLASS (brg_bone_panel_parent_class)->constructed (object);
  g_object_bind_property (self->histogram, "dragging", brg_panel_get_view_state (BRG_PANEL (self)),
                          "threshold-dragging", G_BINDING_DEFAULT);
  g_signal_connect_object (brg_panel_get_case (BRG_PANEL (self)), "opened", G_CALLBACK (opened_cb),
                           self, G_CONNECT_SWAPPED);
}

static void
brg_bone_panel_class_init (BrgBonePanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = brg_bone_panel_constructed;
  BRG_PANEL_CLASS (klass)->update = brg_bone_panel_update;
  g_type_ensure (BRG_TYPE_HISTOGRAM_VIEW);
  g_type_ensure (BRG_TYPE_PARAM_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bregma/Bregma/brg-bone-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, BrgBonePanel, histogram);
  gtk_widget_class_bind_template_child (widget_class, BrgBonePanel, min_island_row);
  gtk_widget_class_bind_template_child (widget_class, BrgBonePanel, median_row);
  gtk_widget_class_bind_template_child (widget_class, BrgBonePanel, kernel_row);
  gtk_widget_class_bind_template_child (widget_class, BrgBonePanel, threshold_label);
  gtk_widget_class_bind_template_child (widget_class, BrgBonePanel, islands_label);
  gtk_widget_class_bind_template_child (widget_class, BrgBonePanel, runner_up_label);
  gtk_widget_class_bind_template_child (widget_class, BrgBonePanel, skull_label);
}

static void
brg_bone_panel_init (BrgBonePanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->histogram, "notify::lo-hu", G_CALLBACK (histogram_changed_cb),
                            self);
  g_signal_connect_swapped (self->histogram, "notify::hi-hu", G_CALLBACK (histogram_changed_cb),
                            self);
  g_signal_connect_swapped (self->histogram, "drag-ended", G_CALLBACK (drag_ended_cb), self);
}
