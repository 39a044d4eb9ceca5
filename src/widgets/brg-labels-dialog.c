#include "widgets/brg-labels-dialog.h"

#include <glib/gi18n.h>

#include "case/brg-import-file.h"
#include "case/brg-task.h"
#include "engine/brg-alloc.h"
#include "widgets/brg-choice-row.h"
#include "widgets/brg-toplevel.h"

#define PICTURE_PX 72

struct _BrgLabelsDialog
{
  GtkWindow parent_instance;

  GFile *file;
  BrgImageContent content;
  GArray *choices; /* BrgImportOptions, one for each row */
  BrgTask *task;   /* of the pictures */

  GtkLabel *question_label;
  GtkListBox *label_list;
  GtkWidget *open_button;
  GtkWidget *names_label;
};

G_DEFINE_FINAL_TYPE (BrgLabelsDialog, brg_labels_dialog, GTK_TYPE_WINDOW)

enum
{
  CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Pictures of all labels, made in a thread. */
typedef struct
{
  GWeakRef dialog; /* which may go meanwhile, and never in the thread */
  char *path;
  BrgTask *task;
  BrgImageContent content; /* without names */
  guint8 *greys;           /* PICTURE_PX * PICTURE_PX of each label */
} Pictures;

static void
pictures_free (gpointer data)
{
  Pictures *pictures = data;

  g_weak_ref_clear (&pictures->dialog);
  g_object_unref (pictures->task);
  g_free (pictures->path);
  g_free (pictures->greys);
  g_free (pictures);
}

static void
draw_pictures (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Pictures *pictures = data;

  brg_import_draw_labels (pictures->path, &pictures->content, PICTURE_PX, pictures->greys,
                          brg_task_get_job (pictures->task));
  g_task_return_boolean (task, TRUE);
}

static void
pictures_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Pictures *pictures = g_task_get_task_data (G_TASK (result));
  g_autoptr (BrgLabelsDialog) self = g_weak_ref_get (&pictures->dialog);

  if (self == NULL || self->task == NULL)
    return;
  for (int l = 0; l < pictures->content.n_labels; l++)
    brg_choice_row_set_picture (GTK_WIDGET (gtk_list_box_get_row_at_index (self->label_list, l)),
                                pictures->greys + l * PICTURE_PX * PICTURE_PX, PICTURE_PX);
}

static void
start_pictures (BrgLabelsDialog *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, pictures_done_cb, NULL);
  Pictures *pictures = g_new0 (Pictures, 1);

  g_weak_ref_init (&pictures->dialog, self);
  pictures->path = g_file_get_path (self->file);
  pictures->task = g_object_ref (self->task);
  pictures->content = self->content;
  for (int l = 0; l < self->content.n_labels; l++)
    brg_wipe (pictures->content.labels[l].name, sizeof pictures->content.labels[l].name);
  pictures->greys = g_malloc0 ((gsize) self->content.n_labels * PICTURE_PX * PICTURE_PX);
  g_task_set_task_data (task, pictures, pictures_free);
  g_task_run_in_thread (task, draw_pictures);
}

static void
append_row (BrgLabelsDialog *self,
            const char *title,
            const char *detail,
            gboolean has_picture,
            gboolean can_be,
            BrgImportOptions choice)
{
  GtkWidget *row = brg_choice_row_new (title, PICTURE_PX, has_picture);

  brg_choice_row_add (row, detail, "numeric");
  gtk_widget_set_sensitive (row, can_be);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, detail,
                                  -1);
  gtk_list_box_append (self->label_list, row);
  g_array_append_val (self->choices, choice);
}

static char *
describe_size (const BrgImageContent *content, guint64 n_vox)
{
  double cm3 = (double) n_vox * content->voxel_mm3 / 1000;

  return n_vox > 0 ? g_strdup_printf (_ ("%.2f cm³"), cm3) : g_strdup (_ ("empty"));
}

static void
append_segment (BrgLabelsDialog *self, const BrgImageLabel *label)
{
  g_autofree char *name = g_utf8_make_valid (label->name, -1);
  g_autofree char *value = g_strdup_printf (_ ("Label %d"), label->label);
  g_autofree char *size = describe_size (&self->content, label->n_vox);
  g_autofree char *detail = *name != '\0' ? g_strdup_printf ("%s · %s", value, size) : NULL;
  BrgImportOptions choice = { .as = BRG_IMPORT_AS_SKULL };

  choice.pick.layer = label->layer;
  choice.pick.label = label->label;
  append_row (self, *name != '\0' ? name : value, detail != NULL ? detail : size, TRUE,
              label->n_vox > 0, choice);
}

static void
append_others (BrgLabelsDialog *self)
{
  const BrgImportOptions all = { .as = BRG_IMPORT_AS_SKULL, .pick.is_any = true };
  const BrgImportOptions scan = { .as = BRG_IMPORT_AS_SCAN };

  append_row (self, _ ("All Together"), _ ("Every voxel that has a label is skull"), FALSE, TRUE,
              all);
  if (self->content.n_segments == 0)
    append_row (self, _ ("It Is a Scan"), _ ("The values are no labels but HU"), FALSE, TRUE, scan);
}

static void
fill_list (BrgLabelsDialog *self)
{
  const BrgImageContent *content = &self->content;
  int first = 0;

  for (int l = content->n_labels - 1; l >= 0; l--)
    first = content->labels[l].n_vox > 0 ? l : first;
  for (int l = 0; l < content->n_labels; l++)
    append_segment (self, &content->labels[l]);
  append_others (self);
  gtk_list_box_select_row (self->label_list,
                           gtk_list_box_get_row_at_index (self->label_list, first));
}

static void
row_selected_cb (BrgLabelsDialog *self)
{
  if (self->choices == NULL) /* going */
    return;
  gtk_widget_set_sensitive (self->open_button,
                            gtk_list_box_get_selected_row (self->label_list) != NULL);
}

static void
open_cb (BrgLabelsDialog *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->label_list);

  if (row == NULL)
    return;
  BrgImportOptions choice =
    g_array_index (self->choices, BrgImportOptions, gtk_list_box_row_get_index (row));
  g_signal_emit (self, signals[CHOSEN], 0, &choice);
  gtk_window_close (GTK_WINDOW (self));
}

static void
cancel_cb (BrgLabelsDialog *self)
{
  gtk_window_close (GTK_WINDOW (self));
}

static void
brg_labels_dialog_dispose (GObject *object)
{
  BrgLabelsDialog *self = BRG_LABELS_DIALOG (object);

  brg_image_content_clear (&self->content);
  if (self->task != NULL)
    brg_task_cancel (self->task);
  g_clear_object (&self->task);
  g_clear_object (&self->file);
  g_clear_pointer (&self->choices, g_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), BRG_TYPE_LABELS_DIALOG);
  G_OBJECT_CLASS (brg_labels_dialog_parent_class)->dispose (object);
}

static void
brg_labels_dialog_class_init (BrgLabelsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = brg_labels_dialog_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", BRG_TYPE_LABELS_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bregma/Bregma/brg-labels-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, BrgLabelsDialog, question_label);
  gtk_widget_class_bind_template_child (widget_class, BrgLabelsDialog, label_list);
  gtk_widget_class_bind_template_child (widget_class, BrgLabelsDialog, open_button);
  gtk_widget_class_bind_template_child (widget_class, BrgLabelsDialog, names_label);
  gtk_widget_class_bind_template_callback (widget_class, row_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, open_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
brg_labels_dialog_init (BrgLabelsDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  brg_toplevel_guard (GTK_WINDOW (self));
  self->choices = g_array_new (FALSE, FALSE, sizeof (BrgImportOptions));
}

BrgLabelsDialog *
brg_labels_dialog_new (GtkWindow *parent, GFile *file, const BrgImageContent *content)
{
  BrgLabelsDialog *self = g_object_new (BRG_TYPE_LABELS_DIALOG, "transient-for", parent, NULL);
  g_autofree char *base = g_file_get_basename (file);
  g_autofree char *name = g_filename_display_name (base);
  g_autofree char *question = g_strdup_printf (
    _ ("%s holds %d labels. Which of them is the skull?"), name, content->n_labels);

  self->file = g_object_ref (file);
  self->content = *content;
  gtk_label_set_label (self->question_label, question);
  gtk_widget_set_visible (self->names_label, content->n_segments > 0);
  fill_list (self);
  self->task = brg_task_new (name);
  start_pictures (self);
  return self;
}

GFile *
brg_labels_dialog_get_file (BrgLabelsDialog *self)
{
  return self->file;
}
