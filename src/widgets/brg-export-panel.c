#define G_LOG_DOMAIN "brg-export-panel"

#include "widgets/brg-export-panel.h"

#include <glib/gi18n.h>

#include "widgets/brg-param-row.h"
#include "widgets/brg-text.h"

struct _BrgExportPanel
{
  BrgPanel parent_instance;

  GFile *folder;
  GtkEditable *name_entry;
  GtkLabel *folder_label;
  GtkWidget *folder_button;
  GtkLabel *skull_label;
  GtkLabel *defect_label;
  GtkLabel *implant_label;
  BrgRow *defect_row;
  BrgRow *implant_row;
  GtkLabel *done_label;
  GtkWidget *show_button;
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (BrgExportPanel, brg_export_panel, BRG_TYPE_PANEL)

static void
name_changed_cb (BrgExportPanel *self)
{
  BrgCase *the_case = brg_panel_get_case (BRG_PANEL (self));
  const char *name = gtk_editable_get_text (self->name_entry);

  if (self->updating)
    return;
  if (g_strcmp0 (name, brg_case_get_name (the_case)) == 0 || brg_case_set_name (the_case, name))
    gtk_widget_remove_css_class (GTK_WIDGET (self->name_entry), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->name_entry), "error");
}

/* The name of the case, unless the user is in the middle of one that cannot be taken yet. */
static void
update_name (BrgExportPanel *self, BrgCase *the_case)
{
  const char *name = brg_case_get_name (the_case);

  if (gtk_widget_has_css_class (GTK_WIDGET (self->name_entry), "error") ||
      g_strcmp0 (gtk_editable_get_text (self->name_entry), name) == 0)
    return;
  self->updating = TRUE;
  gtk_editable_set_text (self->name_entry, name);
  self->updating = FALSE;
}

static void
set_volume (GtkLabel *label, gboolean known, double mm3)
{
  g_autofree char *text = known ? brg_text_volume (mm3) : g_strdup ("–");

  gtk_label_set_label (label, text);
}

/* From what was counted with the result: masks are too large to be counted here. Of several defects
 * only one is made before the export. */
static void
update_volumes (BrgExportPanel *self, const BrgPipelineResult *result, guint n_placed)
{
  gboolean has_defect = result != NULL && result->implant != NULL && n_placed == 1;
  const BrgFit none = { 0 }, *fit = has_defect ? &result->fit : &none;
  double skull_mm3 =
    result != NULL ? (double) result->skull_vox * brg_grid_voxel_mm3 (&result->skull->grid) : 0;

  set_volume (self->skull_label, result != NULL, skull_mm3);
  set_volume (self->defect_label, has_defect, skull_mm3 - fit->removed_mm3);
  set_volume (self->implant_label, has_defect, fit->implant_mm3);
  if (n_placed > 1)
    {
      gtk_label_set_label (self->defect_label, "");
      gtk_label_set_label (self->implant_label, "");
    }
}

static char *
describe_count (guint n_placed)
{
  if (n_placed < 2)
    return g_strdup (n_placed == 0 ? _ ("Place a defect first") : "");
  return g_strdup_printf (ngettext ("For each of %u defect", "For each of %u defects", n_placed),
                          n_placed);
}

static void
brg_export_panel_update (BrgPanel *panel, BrgCase *the_case)
{
  BrgExportPanel *self = BRG_EXPORT_PANEL (panel);
  guint n_placed = brg_recipes_count_placed (brg_case_get_recipes (the_case));
  g_autofree char *caption = describe_count (n_placed);

  update_name (self, the_case);
  update_volumes (self, brg_case_get_result (the_case), n_placed);
  brg_row_set_caption (self->defect_row, caption);
  brg_row_set_caption (self->implant_row, caption);
  gtk_widget_set_visible (GTK_WIDGET (self->done_label), FALSE);
  gtk_widget_set_visible (self->show_button, FALSE);
}

static void
brg_export_panel_dispose (GObject *object)
{
  g_clear_object (&BRG_EXPORT_PANEL (object)->folder);
  G_OBJECT_CLASS (brg_export_panel_parent_class)->dispose (object);
}

static void
brg_export_panel_class_init (BrgExportPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = brg_export_panel_dispose;
  BRG_PANEL_CLASS (klass)->update = brg_export_panel_update;
  g_type_ensure (BRG_TYPE_PARAM_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bregma/Bregma/brg-export-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, BrgExportPanel, name_entry);
  gtk_widget_class_bind_template_child (widget_class, BrgExportPanel, folder_label);
  gtk_widget_class_bind_template_child (widget_class, BrgExportPanel, folder_button);
  gtk_widget_class_bind_template_child (widget_class, BrgExportPanel, skull_label);
  gtk_widget_class_bind_template_child (widget_class, BrgExportPanel, defect_label);
  gtk_widget_class_bind_template_child (widget_class, BrgExportPanel, implant_label);
  gtk_widget_class_bind_template_child (widget_class, BrgExportPanel, defect_row);
  gtk_widget_class_bind_template_child (widget_class, BrgExportPanel, implant_row);
  gtk_widget_class_bind_template_child (widget_class, BrgExportPanel, done_label);
  gtk_widget_class_bind_template_child (widget_class, BrgExportPanel, show_button);
  gtk_widget_class_bind_template_callback (widget_class, name_changed_cb);
}

static void
brg_export_panel_init (BrgExportPanel *self)
{
  g_autoptr (GFile) home =
    g_file_new_for_path (g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS)
                           ? g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS)
                           : g_get_home_dir ());

  gtk_widget_init_template (GTK_WIDGET (self));
  brg_export_panel_set_folder (self, home);
}

GFile *
brg_export_panel_get_folder (BrgExportPanel *self)
{
  return self->folder;
}

void
brg_export_panel_set_folder (BrgExportPanel *self, GFile *folder)
{
  g_autofree char *name = g_file_get_basename (folder);
  g_autofree char *path = g_file_get_parse_name (folder);

  g_set_object (&self->folder, folder);
  gtk_label_set_label (self->folder_label, name);
  gtk_widget_set_tooltip_text (self->folder_button, path);
}

/* What is told of a scan that shows a face; "" for any other. */
static char *
describe_face (BrgCase *the_case)
{
  int bone_hu = brg_case_get_recipe (the_case)->threshold_lo_hu;

  if (!brg_case_shows_face (the_case))
    return g_strdup ("");
  if (brg_case_lacks_air (the_case))
    return g_strdup (
      _ ("The values may be no HU: look whether the export shows the face, by which a "
         "person may be known."));
  if (bone_hu >= BRG_IMPORT_MIN_BONE_HU)
    return g_strdup (_ ("It shows bone; the face is in the scan and in every case file."));
  return g_strdup_printf (_ ("At %d HU skin is taken for bone: the export shows the face, by which "
                             "a person may be known."),
                          bone_hu);
}

void
brg_export_panel_show_done (BrgExportPanel *self)
{
  BrgCase *the_case = brg_panel_get_case (BRG_PANEL (self));
  g_autofree char *path = g_file_get_parse_name (self->folder);
  g_autofree char *face = describe_face (the_case);
  g_autofree char *text =
    g_strdup_printf (_ ("Exported %s to %s"), brg_case_get_name (the_case), path);
  g_autofree char *label = g_strjoin (*face != '\0' ? "\n" : "", text, face, NULL);

  gtk_label_set_label (self->done_label, label);
  gtk_widget_set_visible (GTK_WIDGET (self->done_label), TRUE);
  gtk_widget_set_visible (self->show_button, TRUE);
}
