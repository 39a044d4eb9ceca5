#include "widgets/brg-series-dialog.h"

#include <glib/gi18n.h>

#include "engine/brg-restack.h"
#include "widgets/brg-choice-row.h"
#include "widgets/brg-resampling-view.h"
#include "widgets/brg-toplevel.h"

#define PICTURE_PX  96
#define WIDTH       640
#define LIST_HEIGHT 248
#define N_LOW       2 /* so few series need no more room than they take */

struct _BrgSeriesDialog
{
  GtkWindow parent_instance;

  GPtrArray *all_series;
  GCancellable *cancellable; /* of the pictures */

  GtkScrolledWindow *scrolled_window;
  GtkListBox *series_list;
  GtkLabel *advice_label;
  GtkWidget *made_up_box;
  GtkLabel *made_up_label;
  BrgResamplingView *resampling_view;
  GtkCheckButton *resample_check;
  GtkWidget *face_box;
  GtkCheckButton *face_check;
  GtkSpinButton *face_spin;
  GtkWidget *open_button;
};

G_DEFINE_FINAL_TYPE (BrgSeriesDialog, brg_series_dialog, GTK_TYPE_WINDOW)

enum
{
  CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Pictures of all series, made one after the other in a thread. */
typedef struct
{
  GWeakRef dialog; /* which may go meanwhile, and never in the thread */
  GPtrArray *all_series;
  guint8 *greys; /* PICTURE_PX * PICTURE_PX of each */
} Pictures;

static void
pictures_free (gpointer data)
{
  Pictures *pictures = data;

  g_weak_ref_clear (&pictures->dialog);
  g_ptr_array_unref (pictures->all_series);
  g_free (pictures->greys);
  g_free (pictures);
}

static void
draw_pictures (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Pictures *pictures = data;

  for (guint s = 0; s < pictures->all_series->len && !g_cancellable_is_cancelled (cancellable); s++)
    brg_series_draw_middle (pictures->all_series->pdata[s], PICTURE_PX,
                            pictures->greys + s * PICTURE_PX * PICTURE_PX, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
pictures_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Pictures *pictures = g_task_get_task_data (G_TASK (result));
  g_autoptr (BrgSeriesDialog) self = g_weak_ref_get (&pictures->dialog);

  if (self == NULL || g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  for (guint s = 0; s < pictures->all_series->len; s++)
    brg_choice_row_set_picture (
      GTK_WIDGET (gtk_list_box_get_row_at_index (self->series_list, (int) s)),
      pictures->greys + s * PICTURE_PX * PICTURE_PX, PICTURE_PX);
}

static void
start_pictures (BrgSeriesDialog *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, pictures_done_cb, NULL);
  Pictures *pictures = g_new0 (Pictures, 1);

  g_task_set_check_cancellable (task, FALSE);
  g_weak_ref_init (&pictures->dialog, self);

  pictures->all_series = g_ptr_array_ref (self->all_series);
  pictures->greys = g_malloc0 (self->all_series->len * PICTURE_PX * PICTURE_PX);
  g_task_set_task_data (task, pictures, pictures_free);
  g_task_run_in_thread (task, draw_pictures);
}

static char *
title_of (const BrgSeries *series)
{
  const char *what = *series->description != '\0' ? series->description : _ ("Without description");

  return g_strdup_printf ("%s %d — %s", series->modality, series->number, what);
}

/* "28 slices of 512 × 512, 0.45 × 0.45 × 5.00 mm" */
static char *
describe_size (const BrgSeries *series)
{
  const BrgStack *stack = &series->stack;
  guint n = series->images->len;
  g_autofree char *count =
    g_strdup_printf (ngettext ("%u slice of %d × %d", "%u slices of %d × %d", n), n,
                     brg_series_get_columns (series), brg_series_get_rows (series));

  if (stack->n == 0)
    return g_steal_pointer (&count);
  return g_strdup_printf ("%s, %.2f × %.2f × %.2f mm", count,
                          brg_grid_spacing_mm (&stack->grid, stack->grid.source_axis[0]),
                          brg_grid_spacing_mm (&stack->grid, stack->grid.source_axis[1]),
                          stack->step_mm);
}

/* And how it is coded, where that changed its values. */
static char *
describe (const BrgSeries *series)
{
  g_autofree char *size = describe_size (series);

  return brg_series_is_lossy (series) && !series->is_broken
           ? g_strdup_printf (_ ("%s · %s, lossy"), size, brg_series_get_coding (series))
           : g_steal_pointer (&size);
}

static GtkWidget *
make_row (const BrgSeries *series)
{
  g_autofree char *title = title_of (series), *size = describe (series);
  GtkWidget *row = brg_choice_row_new (title, PICTURE_PX, TRUE);

  if (*series->patient != '\0')
    brg_choice_row_add (row, series->patient, NULL);
  brg_choice_row_add (row, size, "numeric");
  if (series->reason != NULL)
    brg_choice_row_add (row, series->reason, "reason");
  for (char **remark = series->remarks; *remark != NULL; remark++)
    brg_choice_row_add (row, *remark, "quiet");
  gtk_widget_set_sensitive (row, series->reason == NULL);
  return row;
}

static const BrgSeries *
chosen_series (BrgSeriesDialog *self, guint *index)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->series_list);

  if (row == NULL)
    return NULL;
  *index = (guint) gtk_list_box_row_get_index (row);
  return self->all_series->pdata[*index];
}

/* "Made up: slices 5, 12–14 of 28"; NULL: none is. */
static char *
describe_made_up (const BrgSeries *series)
{
  int n_made_up = brg_restack_made_up (&series->stack);
  g_autofree char *list = brg_series_list_made_up (series);

  if (n_made_up == 0)
    return NULL;
  return g_strdup_printf (
    ngettext ("Made up: slice %s of %d", "Made up: slices %s of %d", (gulong) n_made_up), list,
    brg_restack_n_slices (&series->stack));
}

/* Which slices resampling makes up, and what it looks like. */
static void
update_preview (BrgSeriesDialog *self, const BrgSeries *odd)
{
  g_autofree char *made_up = odd != NULL ? describe_made_up (odd) : NULL;

  gtk_label_set_label (self->made_up_label, made_up);
  gtk_widget_set_visible (self->made_up_box, made_up != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->resampling_view), odd != NULL);
  brg_resampling_view_set_series (self->resampling_view, self->all_series, odd);
}

static gboolean
can_open (BrgSeriesDialog *self, const BrgSeries *series)
{
  return series != NULL && series->reason == NULL &&
         (!brg_series_must_resample (series) || gtk_check_button_get_active (self->resample_check));
}

/* What there is to know before it is opened, or what is to be done; NULL: nothing. */
static const char *
advise (BrgSeriesDialog *self, const BrgSeries *series)
{
  if (series == NULL || series->reason != NULL)
    return _ ("There is no series here that can be opened.");
  if (!can_open (self, series))
    return _ ("Slices are missing or uneven. Tick “Resample to even slices” to open the series: "
              "they are made up by interpolation then.");
  if (brg_series_must_resample (series))
    return _ ("Slices that are missing or uneven are made up by interpolation.");
  return series->stack.is_tilted ? _ ("Tilted slices can be used as they are; distances are exact "
                                      "only after resampling.")
                                 : NULL;
}

/* What can be done with the selected series. */
static void
update (BrgSeriesDialog *self)
{
  guint index;
  const BrgSeries *series = chosen_series (self, &index);
  gboolean odd = series != NULL && series->reason == NULL &&
                 (brg_series_must_resample (series) || series->stack.is_tilted);
  const char *advice = advise (self, series);
  gboolean opens = can_open (self, series);

  gtk_widget_set_visible (GTK_WIDGET (self->resample_check), odd);
  gtk_widget_set_visible (self->face_box, series != NULL);
  update_preview (self, odd ? series : NULL);
  gtk_label_set_label (self->advice_label, advice);
  gtk_widget_set_visible (GTK_WIDGET (self->advice_label), advice != NULL);
  gtk_widget_set_sensitive (self->open_button, opens);
  gtk_widget_set_tooltip_text (self->open_button, opens ? NULL : advice);
}

static void
row_selected_cb (BrgSeriesDialog *self)
{
  guint index;

  if (self->all_series == NULL) /* going */
    return;
  const BrgSeries *series = chosen_series (self, &index);
  gtk_check_button_set_active (self->resample_check, series != NULL && series->stack.is_tilted &&
                                                       !brg_series_must_resample (series));
  update (self);
}

static void
open_cb (BrgSeriesDialog *self)
{
  guint index;
  const BrgSeries *series = chosen_series (self, &index);

  if (series == NULL || !gtk_widget_get_sensitive (self->open_button))
    return;
  gboolean resample = (brg_series_must_resample (series) || series->stack.is_tilted) &&
                      gtk_check_button_get_active (self->resample_check);
  g_signal_emit (self, signals[CHOSEN], 0, index, resample);
  gtk_window_close (GTK_WINDOW (self));
}

static void
cancel_cb (BrgSeriesDialog *self)
{
  gtk_window_close (GTK_WINDOW (self));
}

static void
brg_series_dialog_dispose (GObject *object)
{
  BrgSeriesDialog *self = BRG_SERIES_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->all_series, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), BRG_TYPE_SERIES_DIALOG);
  G_OBJECT_CLASS (brg_series_dialog_parent_class)->dispose (object);
}

static void
brg_series_dialog_class_init (BrgSeriesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = brg_series_dialog_dispose;
  g_type_ensure (BRG_TYPE_RESAMPLING_VIEW);
  signals[CHOSEN] = g_signal_new ("chosen", BRG_TYPE_SERIES_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_BOOLEAN);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bregma/Bregma/brg-series-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, BrgSeriesDialog, scrolled_window);
  gtk_widget_class_bind_template_child (widget_class, BrgSeriesDialog, series_list);
  gtk_widget_class_bind_template_child (widget_class, BrgSeriesDialog, advice_label);
  gtk_widget_class_bind_template_child (widget_class, BrgSeriesDialog, made_up_box);
  gtk_widget_class_bind_template_child (widget_class, BrgSeriesDialog, made_up_label);
  gtk_widget_class_bind_template_child (widget_class, BrgSeriesDialog, resampling_view);
  gtk_widget_class_bind_template_child (widget_class, BrgSeriesDialog, resample_check);
  gtk_widget_class_bind_template_child (widget_class, BrgSeriesDialog, face_box);
  gtk_widget_class_bind_template_child (widget_class, BrgSeriesDialog, face_check);
  gtk_widget_class_bind_template_child (widget_class, BrgSeriesDialog, face_spin);
  gtk_widget_class_bind_template_child (widget_class, BrgSeriesDialog, open_button);
  gtk_widget_class_bind_template_callback (widget_class, row_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, open_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
brg_series_dialog_init (BrgSeriesDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  brg_toplevel_guard (GTK_WINDOW (self));
  self->cancellable = g_cancellable_new ();
}

/* Two rows are seen at least where there are so many; where there are no more nothing is empty. */
static void
set_height (BrgSeriesDialog *self, guint n_rows)
{
  if (n_rows > 1)
    gtk_scrolled_window_set_min_content_height (self->scrolled_window, LIST_HEIGHT);
  if (n_rows <= N_LOW)
    gtk_window_set_default_size (GTK_WINDOW (self), WIDTH, -1);
}

BrgSeriesDialog *
brg_series_dialog_new (GtkWindow *parent, GPtrArray *all_series)
{
  BrgSeriesDialog *self = g_object_new (BRG_TYPE_SERIES_DIALOG, "transient-for", parent, NULL);

  self->all_series = g_ptr_array_ref (all_series);
  set_height (self, all_series->len);
  for (guint s = 0; s < all_series->len; s++)
    gtk_list_box_append (self->series_list, make_row (all_series->pdata[s]));
  if (((BrgSeries *) all_series->pdata[0])->reason == NULL)
    gtk_list_box_select_row (self->series_list,
                             gtk_list_box_get_row_at_index (self->series_list, 0));
  update (self);
  start_pictures (self);
  return self;
}

GPtrArray *
brg_series_dialog_get_all_series (BrgSeriesDialog *self)
{
  return self->all_series;
}

gboolean
brg_series_dialog_get_deface (BrgSeriesDialog *self, double *keep_mm)
{
  *keep_mm = gtk_spin_button_get_value (self->face_spin);
  return gtk_check_button_get_active (self->face_check);
}
