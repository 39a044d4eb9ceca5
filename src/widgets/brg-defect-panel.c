#define G_LOG_DOMAIN "brg-defect-panel"

#include "widgets/brg-defect-panel.h"

#include <glib/gi18n.h>

#include "engine/brg-place.h"
#include "widgets/brg-defect-list.h"
#include "widgets/brg-param-row.h"
#include "widgets/brg-text.h"

struct _BrgDefectPanel
{
  BrgPanel parent_instance;

  GtkLabel *place_label;
  GtkFlowBox *presets;
  GtkWidget *depth_row;
  GtkWidget *corners_row;
  GtkWidget *corner_radius_row;
  GtkWidget *burr_row;
  GtkWidget *kerf_row;
  GtkWidget *bevel_row;
  GtkLabel *removed_label;
  GtkLabel *implant_label;
  GtkLabel *overlap_label;
  GtkLabel *smallest_label;
  GtkLabel *median_label;
  BrgRow *smallest_row;
  BrgRow *median_row;
};

G_DEFINE_FINAL_TYPE (BrgDefectPanel, brg_defect_panel, BRG_TYPE_PANEL)

/* Only the rows that mean something for the shape are shown. */
static void
update_rows (BrgDefectPanel *self, int shape)
{
  gboolean craniotomy = shape == BRG_SHAPE_CRANIOTOMY;
  gboolean polygon = shape == BRG_SHAPE_POLYGON;
  gboolean triangle = shape == BRG_SHAPE_TRIANGLE;

  gtk_widget_set_visible (self->corners_row, polygon || craniotomy);
  gtk_widget_set_visible (self->corner_radius_row, polygon || triangle);
  gtk_widget_set_visible (self->burr_row, craniotomy);
  gtk_widget_set_visible (self->kerf_row, craniotomy);
  gtk_widget_set_visible (self->bevel_row, shape != BRG_SHAPE_SPHERE);
}

static void
set_text (GtkLabel *label, char *text)
{
  gtk_label_set_label (label, text);
  g_free (text);
}

/* A gap between voxel faces, and in the caption the distance of the centres, which is what the
 * clearance is measured by. */
static void
set_gap (BrgRow *row, GtkLabel *label, double gap_mm, double centre_mm)
{
  g_autofree char *distance = brg_text_mm (centre_mm);
  g_autofree char *caption = g_strdup_printf (_ ("%s between voxel centres"), distance);

  brg_row_set_caption (row, caption);
  set_text (label, brg_text_mm (gap_mm));
}

static void
update_fit (BrgDefectPanel *self, const BrgPipelineResult *result)
{
  GtkLabel *const labels[] = { self->removed_label, self->implant_label, self->overlap_label,
                               self->smallest_label, self->median_label };

  if (result == NULL || result->implant == NULL)
    {
      for (gsize l = 0; l < G_N_ELEMENTS (labels); l++)
        gtk_label_set_label (labels[l], "–");
      brg_row_set_caption (self->smallest_row, _ ("Between voxel faces"));
      brg_row_set_caption (self->median_row, _ ("Between voxel faces"));
      return;
    }
  const BrgFit *fit = &result->fit;
  set_text (self->removed_label, brg_text_volume (fit->removed_mm3));
  set_text (self->implant_label, brg_text_volume (fit->implant_mm3));
  set_text (self->overlap_label, brg_text_volume ((double) fit->overlap_vox *
                                                  brg_grid_voxel_mm3 (&result->skull->grid)));
  set_gap (self->smallest_row, self->smallest_label, fit->smallest_gap_mm, fit->smallest_centre_mm);
  set_gap (self->median_row, self->median_label, fit->median_gap_mm, fit->median_centre_mm);
}

/* Which one the presets and a click place, where there are several. */
static void
update_place (BrgDefectPanel *self, BrgCase *the_case)
{
  g_autofree char *which =
    g_strdup_printf (_ ("Place defect %u"), brg_case_get_active (the_case) + 1);

  gtk_label_set_label (self->place_label,
                       brg_case_get_n_defects (the_case) > 1 ? which : _ ("Place a defect"));
}

/* The views turn to the defect that was chosen. */
static void
chosen_cb (BrgDefectPanel *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-defect", NULL);
}

/* The next click on bone places it. */
static void
added_cb (BrgDefectPanel *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.tool", "s", "defect");
}

static void
brg_defect_panel_update (BrgPanel *panel, BrgCase *the_case)
{
  BrgDefectPanel *self = BRG_DEFECT_PANEL (panel);

  update_place (self, the_case);
  update_rows (self, brg_case_get_recipe (the_case)->defect.shape);
  update_fit (self, brg_case_get_result (the_case));
}

static void
make_presets (BrgDefectPanel *self)
{
  size_t n_presets;
  const BrgPreset *presets = brg_presets (&n_presets);

  for (size_t p = 0; p < n_presets; p++)
    {
      GtkWidget *button = gtk_button_new_with_label (_ (presets[p].title));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.preset");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", presets[p].key);
      gtk_flow_box_insert (self->presets, button, -1);
      gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
    }
}

static void
brg_defect_panel_class_init (BrgDefectPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  BRG_PANEL_CLASS (klass)->update = brg_defect_panel_update;
  g_type_ensure (BRG_TYPE_DEFECT_LIST);
  g_type_ensure (BRG_TYPE_PARAM_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bregma/Bregma/brg-defect-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, place_label);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, presets);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, depth_row);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, corners_row);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, corner_radius_row);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, burr_row);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, kerf_row);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, bevel_row);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, removed_label);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, implant_label);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, overlap_label);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, smallest_label);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, median_label);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, smallest_row);
  gtk_widget_class_bind_template_child (widget_class, BrgDefectPanel, median_row);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, added_cb);
}

static void
brg_defect_panel_init (BrgDefectPanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  make_presets (self);
}
