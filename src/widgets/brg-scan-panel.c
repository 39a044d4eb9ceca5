#define G_LOG_DOMAIN "brg-scan-panel"

#include "widgets/brg-scan-panel.h"

#include <glib/gi18n.h>

#include "widgets/brg-row.h"
#include "widgets/brg-text.h"

typedef struct
{
  const char *title;
  double level_hu;
  double window_hu;
} WindowPreset;

static const WindowPreset presets[] = {
  { N_ ("Bone"), 300, 2000 },        { N_ ("Soft tissue"), 40, 400 }, { N_ ("Brain"), 40, 80 },
  { N_ ("Full range"), 1000, 4000 }, { N_ ("By hand"), 0, 0 },
};
#define BY_HAND (G_N_ELEMENTS (presets) - 1)

struct _BrgScanPanel
{
  BrgPanel parent_instance;

  GtkLabel *file_label;
  GtkLabel *size_label;
  GtkLabel *spacing_label;
  GtkLabel *range_label;
  BrgRow *range_row, *warning_row;
  BrgRow *source_row;
  GtkLabel *report_label;
  BrgRow *face_row;
  GtkWidget *face_button;
  GtkPopover *face_popover;
  GtkSpinButton *face_spin;
  GtkDropDown *window_drop_down;
  GtkLabel *window_label;
  GtkWidget *whole_button;
  GtkBox *crop_group;
  GtkSpinButton *crop[3][2]; /* first and last voxel kept, per axis */
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (BrgScanPanel, brg_scan_panel, BRG_TYPE_PANEL)

static void
set_label (GtkLabel *label, char *text)
{
  gtk_label_set_label (label, text);
  g_free (text);
}

static void
window_selected_cb (BrgScanPanel *self)
{
  guint selected = gtk_drop_down_get_selected (self->window_drop_down);

  if (self->updating || selected >= BY_HAND)
    return;
  brg_view_state_set_window (brg_panel_get_view_state (BRG_PANEL (self)),
                             presets[selected].level_hu, presets[selected].window_hu);
}

static void
window_changed_cb (BrgScanPanel *self)
{
  BrgViewState *view_state = brg_panel_get_view_state (BRG_PANEL (self));
  double level_hu = brg_view_state_get_level_hu (view_state);
  double window_hu = brg_view_state_get_window_hu (view_state);
  guint preset = 0;

  while (preset < BY_HAND &&
         (presets[preset].level_hu != level_hu || presets[preset].window_hu != window_hu))
    preset++;
  self->updating = TRUE;
  gtk_drop_down_set_selected (self->window_drop_down, preset);
  self->updating = FALSE;
  set_label (self->window_label, g_strdup_printf (_ ("%.0f / %.0f HU"), level_hu, window_hu));
}

/* The crop in the spin buttons as a box; the whole scan is the empty box. */
static BrgBox
read_crop (BrgScanPanel *self, const BrgGrid *grid)
{
  BrgBox box;
  gboolean whole = TRUE;

  for (int a = 0; a < 3; a++)
    {
      box.lo[a] = gtk_spin_button_get_value_as_int (self->crop[a][0]);
      box.hi[a] = gtk_spin_button_get_value_as_int (self->crop[a][1]) + 1;
      whole = whole && box.lo[a] == 0 && box.hi[a] == grid->dim[a];
    }
  return whole ? (BrgBox){ 0 } : box;
}

static void
crop_changed_cb (BrgScanPanel *self)
{
  BrgCase *the_case = brg_panel_get_case (BRG_PANEL (self));
  BrgVolume *scan = brg_case_get_scan (the_case);

  if (self->updating || scan == NULL)
    return;
  BrgRecipe recipe = *brg_case_get_recipe (the_case);
  recipe.crop_vox = read_crop (self, &scan->grid);
  brg_case_set_recipe (the_case, &recipe, N_ ("Crop"), TRUE);
}

static void
whole_clicked_cb (BrgScanPanel *self)
{
  BrgCase *the_case = brg_panel_get_case (BRG_PANEL (self));
  BrgRecipe recipe = *brg_case_get_recipe (the_case);

  recipe.crop_vox = (BrgBox){ 0 };
  brg_case_set_recipe (the_case, &recipe, N_ ("Crop"), FALSE);
}

static void
update_crop (BrgScanPanel *self, const BrgGrid *grid, const BrgRecipe *recipe)
{
  BrgBox whole = brg_grid_box (grid);
  const BrgBox *box = brg_box_is_empty (&recipe->crop_vox) ? &whole : &recipe->crop_vox;

  self->updating = TRUE;
  for (int a = 0; a < 3; a++)
    for (int end = 0; end < 2; end++)
      {
        gtk_spin_button_set_range (self->crop[a][end], 0, grid->dim[a] - 1);
        gtk_spin_button_set_value (self->crop[a][end], end == 0 ? box->lo[a] : box->hi[a] - 1);
      }
  self->updating = FALSE;
  gtk_widget_set_sensitive (self->whole_button, !brg_box_is_empty (&recipe->crop_vox));
}

static void
face_clicked_cb (BrgScanPanel *self)
{
  gtk_popover_popdown (self->face_popover);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.deface", "d",
                              gtk_spin_button_get_value (self->face_spin));
}

static void
update_face_button (BrgScanPanel *self, BrgCase *the_case)
{
  gboolean shows_face = brg_case_shows_face (the_case);

  gtk_widget_set_sensitive (self->face_button, shows_face);
  gtk_widget_set_tooltip_text (self->face_button,
                               shows_face ? NULL
                               : brg_case_get_import (the_case)->is_defaced
                                 ? _ ("It has been taken out.")
                                 : _ ("There is none to take out: this is a mask."));
}

static char *
describe_face (BrgCase *the_case)
{
  const BrgImport *import = brg_case_get_import (the_case);

  if (import->is_defaced)
    return g_strdup_printf (_ ("Taken out beyond %.3g mm from bone."), import->deface_mm);
  if (!brg_case_shows_face (the_case))
    return g_strdup (_ ("A mask of bone shows none."));
  return g_strdup (
    brg_case_lacks_air (the_case)
      ? _ ("The scan and every case file show it. So may masks: look what is taken for bone.")
      : _ ("The scan and every case file show it. Masks and surfaces of bone do not."));
}

/* Where the scan is from, and whether somebody could be known by it. */
static void
update_anonymity (BrgScanPanel *self, BrgCase *the_case)
{
  const BrgImport *import = brg_case_get_import (the_case);
  g_auto (GStrv) report = brg_import_report (import);
  g_autofree char *lines = g_strjoinv ("\n", report);
  gulong n_dropped = (gulong) brg_data_tally_total (&import->held);
  g_autofree char *source =
    g_strdup_printf (ngettext ("%s: %lu entry dropped", "%s: %lu entries dropped", n_dropped),
                     import->format, n_dropped);
  g_autofree char *face = describe_face (the_case);

  gtk_label_set_label (self->report_label, lines);
  brg_row_set_caption (self->source_row, source);
  gtk_widget_set_visible (GTK_WIDGET (self->source_row), brg_import_is_known (import));
  brg_row_set_caption (self->face_row, face);
  update_face_button (self, the_case);
}

static void
update_range (BrgScanPanel *self, BrgCase *the_case, const BrgHistogram *histogram)
{
  gboolean lacks_air = brg_case_lacks_air (the_case);
  g_autofree char *range = brg_text_range (histogram->min_hu, histogram->max_hu);

  set_label (self->range_label,
             lacks_air ? g_strdup (range) : g_strdup_printf (_ ("%s HU"), range));
  brg_row_set_caption (self->range_row,
                       lacks_air ? _ ("None is as low as air, so these may be no HU: set the "
                                      "threshold by what you see.")
                                 : NULL);
}

static void
update_warnings (BrgScanPanel *self, BrgCase *the_case)
{
  const char *const *warnings = brg_case_get_warnings (the_case);
  g_autofree char *text = warnings != NULL ? g_strjoinv ("\n", (char **) warnings) : NULL;

  brg_row_set_caption (self->warning_row, text);
  gtk_widget_set_visible (GTK_WIDGET (self->warning_row), text != NULL && *text != '\0');
}

static void
brg_scan_panel_update (BrgPanel *panel, BrgCase *the_case)
{
  BrgScanPanel *self = BRG_SCAN_PANEL (panel);
  BrgVolume *scan = brg_case_get_scan (the_case);

  if (scan == NULL)
    return;
  const BrgGrid *grid = &scan->grid;
  gtk_label_set_label (self->file_label, brg_case_get_source (the_case));
  set_label (self->size_label,
             g_strdup_printf ("%d × %d × %d", grid->dim[0], grid->dim[1], grid->dim[2]));
  set_label (self->spacing_label,
             g_strdup_printf (_ ("%.3g × %.3g × %.3g mm"), brg_grid_spacing_mm (grid, 0),
                              brg_grid_spacing_mm (grid, 1), brg_grid_spacing_mm (grid, 2)));
  update_range (self, the_case, brg_case_get_histogram (the_case));
  update_warnings (self, the_case);
  update_anonymity (self, the_case);
  update_crop (self, grid, brg_case_get_recipe (the_case));
}

static GtkWidget *
make_crop_spin (BrgScanPanel *self, int axis, int end, const char *title)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (0, 1, 1);

  self->crop[axis][end] = GTK_SPIN_BUTTON (spin);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 4);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (spin), 4);
  gtk_editable_set_alignment (GTK_EDITABLE (spin), 1);
  gtk_widget_set_valign (spin, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (spin, "numeric");
  g_autofree char *name =
    g_strdup_printf (end == 0 ? _ ("%s, first voxel") : _ ("%s, last voxel"), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (spin, "value-changed", G_CALLBACK (crop_changed_cb), self);
  return spin;
}

static void
make_crop_rows (BrgScanPanel *self)
{
  const char *const titles[3] = { _ ("Right–Left"), _ ("Front–Back"), _ ("Down–Up") };

  for (int a = 0; a < 3; a++)
    {
      GtkWidget *row = g_object_new (BRG_TYPE_ROW, "title", titles[a], "spacing", 6, NULL);
      gtk_box_append (GTK_BOX (row), make_crop_spin (self, a, 0, titles[a]));
      gtk_box_append (GTK_BOX (row), make_crop_spin (self, a, 1, titles[a]));
      gtk_box_append (self->crop_group, row);
    }
}

static void
make_window_presets (BrgScanPanel *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  for (gsize p = 0; p < G_N_ELEMENTS (presets); p++)
    gtk_string_list_append (titles, _ (presets[p].title));
  gtk_drop_down_set_model (self->window_drop_down, G_LIST_MODEL (titles));
  g_signal_connect_swapped (self->window_drop_down, "notify::selected",
                            G_CALLBACK (window_selected_cb), self);
}

static void
brg_scan_panel_constructed (GObject *object)
{
  BrgScanPanel *self = BRG_SCAN_PANEL (object);
  BrgViewState *view_state = brg_panel_get_view_state (BRG_PANEL (self));

  G_OBJECT_CLASS (brg_scan_panel_parent_class)->constructed (object);
  g_signal_connect_object (view_state, "notify::level-hu", G_CALLBACK (window_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view_state, "notify::window-hu", G_CALLBACK (window_changed_cb), self,
                           G_CONNECT_SWAPPED);
  window_changed_cb (self);
}

static void
brg_scan_panel_class_init (BrgScanPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = brg_scan_panel_constructed;
  BRG_PANEL_CLASS (klass)->update = brg_scan_panel_update;
  g_type_ensure (BRG_TYPE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bregma/Bregma/brg-scan-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, file_label);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, size_label);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, spacing_label);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, range_label);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, range_row);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, warning_row);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, source_row);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, report_label);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, face_row);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, face_button);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, face_popover);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, face_spin);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, window_drop_down);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, window_label);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, whole_button);
  gtk_widget_class_bind_template_child (widget_class, BrgScanPanel, crop_group);
  gtk_widget_class_bind_template_callback (widget_class, whole_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, face_clicked_cb);
}

static void
brg_scan_panel_init (BrgScanPanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  make_window_presets (self);
  make_crop_rows (self);
}
