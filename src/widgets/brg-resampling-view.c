#define G_LOG_DOMAIN "brg-resampling-view"

#include "widgets/brg-resampling-view.h"

#include <glib/gi18n.h>
#include <math.h>

#include "case/brg-task.h"
#include "engine/brg-palette.h"
#include "widgets/brg-draw.h"
#include "widgets/brg-slice-view.h"

#define HEIGHT    190
#define TICK_GAP  3 /* from the picture */
#define TICK_LONG 12
#define TICK_THIN 2 /* at least */

struct _BrgResamplingView
{
  GtkWidget parent_instance;

  const BrgSeries *series; /* only compared */
  BrgTask *task;           /* of the pictures in the making, or NULL */

  GtkWidget *stack;
  GtkWidget *spinner;
  GtkWidget *fault_label;
  GtkWidget *pictures;
  BrgSeriesPreview preview; /* while `after` is there */
  BrgSliceView *after;      /* one of the pictures, or NULL */
};

G_DEFINE_FINAL_TYPE (BrgResamplingView, brg_resampling_view, GTK_TYPE_WIDGET)

typedef struct
{
  GWeakRef view; /* which may go meanwhile, and never in the thread */
  GPtrArray *all_series;
  const BrgSeries *series; /* one of them */
  BrgTask *task;
  BrgSeriesPreview preview;
} Making;

static void
making_free (gpointer data)
{
  Making *making = data;

  g_weak_ref_clear (&making->view);
  g_ptr_array_unref (making->all_series);
  g_object_unref (making->task);
  brg_series_preview_clear (&making->preview);
  g_free (making);
}

static void
make_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Making *making = data;
  GError *error = NULL;

  if (brg_series_preview (making->series, &making->preview, brg_task_get_job (making->task),
                          &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static BrgSliceView *
append_picture (BrgResamplingView *self, const char *caption, BrgPlane plane, BrgVolume *volume)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *label = gtk_label_new (caption);
  GtkWidget *slice = brg_slice_view_new (plane);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption");
  brg_slice_view_set_lone (BRG_SLICE_VIEW (slice), TRUE);
  brg_slice_view_set_volume (BRG_SLICE_VIEW (slice), volume);
  gtk_widget_set_can_target (slice, FALSE);
  gtk_widget_set_focusable (slice, FALSE);
  gtk_widget_set_vexpand (slice, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (slice), GTK_ACCESSIBLE_PROPERTY_LABEL, caption,
                                  -1);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), slice);
  gtk_box_append (GTK_BOX (self->pictures), box);
  return BRG_SLICE_VIEW (slice);
}

static void
clear (BrgResamplingView *self)
{
  GtkWidget *picture;

  self->after = NULL;
  while ((picture = gtk_widget_get_first_child (self->pictures)) != NULL)
    gtk_box_remove (GTK_BOX (self->pictures), picture);
  brg_series_preview_clear (&self->preview);
}

/* Takes what is in `preview`. */
static void
show (BrgResamplingView *self, BrgSeriesPreview *preview)
{
  self->preview = *preview;
  *preview = (BrgSeriesPreview){ 0 };
  append_picture (self, _ ("As the slices are"), self->preview.plane, self->preview.before);
  self->after = append_picture (self, _ ("Resampled"), self->preview.plane, self->preview.after);
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->pictures);
}

static void
show_fault (BrgResamplingView *self, const GError *error)
{
  g_autofree char *text = g_strdup_printf (_ ("There is no preview: %s"), error->message);
  g_autofree char *safe = g_utf8_make_valid (text, -1);

  gtk_label_set_label (GTK_LABEL (self->fault_label), safe);
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->fault_label);
}

static void
made_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Making *making = g_task_get_task_data (G_TASK (result));
  g_autoptr (BrgResamplingView) self = g_weak_ref_get (&making->view);
  g_autoptr (GError) error = NULL;
  gboolean made = g_task_propagate_boolean (G_TASK (result), &error);

  if (self == NULL || self->task != making->task)
    return;
  g_clear_object (&self->task);
  if (made)
    show (self, &making->preview);
  else
    show_fault (self, error);
}

static void
start (BrgResamplingView *self, GPtrArray *all_series, const BrgSeries *series)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, made_cb, NULL);
  Making *making = g_new0 (Making, 1);

  self->task = brg_task_new ("");
  g_weak_ref_init (&making->view, self);
  making->all_series = g_ptr_array_ref (all_series);
  making->series = series;
  making->task = g_object_ref (self->task);
  g_task_set_task_data (task, making, making_free);
  g_task_run_in_thread (task, make_thread_cb);
}

static void
stop (BrgResamplingView *self)
{
  if (self->task != NULL)
    brg_task_cancel (self->task);
  g_clear_object (&self->task);
}

/* As wide as there is room, and of one height whatever is shown. */
static void
brg_resampling_view_measure (GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  BrgResamplingView *self = BRG_RESAMPLING_VIEW (widget);

  gtk_widget_measure (self->stack, orientation, -1, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = MAX (*minimum, HEIGHT);
}

static void
brg_resampling_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_size_allocate (BRG_RESAMPLING_VIEW (widget)->stack,
                            &(GtkAllocation){ 0, 0, width, height }, -1);
}

/* Where `vox` of the picture is drawn, in coordinates of this widget. */
static void
place_of (BrgResamplingView *self, const double vox[3], double place[2])
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double px[2];

  brg_slice_px_from_vox (&self->preview.after->grid, brg_slice_view_get_map (self->after), vox, px);
  gtk_widget_translate_coordinates (GTK_WIDGET (self->after), GTK_WIDGET (self), px[0] / scale,
                                    px[1] / scale, &place[0], &place[1]);
}

/* Ticks at both ends of slice `slice` of the picture. */
static void
draw_ticks (BrgResamplingView *self, GtkSnapshot *snapshot, int slice)
{
  BrgPlaneAxes axes = brg_plane_axes (self->preview.plane);
  gboolean lies = self->preview.across == axes.down; /* the slice, from left to right */
  int along = lies ? axes.across : axes.down;
  double vox[2][3] = { { 0 } }, place[2][2];
  GdkRGBA colour = brg_draw_rgba (BRG_RGB_MADE_UP, 1);

  for (int end = 0; end < 2; end++)
    {
      vox[end][self->preview.across] = slice - 0.5 + end;
      vox[end][along] = end == 0 ? -0.5 : self->preview.after->grid.dim[along] - 0.5;
      place_of (self, vox[end], place[end]);
    }
  int a = lies ? 0 : 1, b = 1 - a;
  double from = round (MIN (place[0][a], place[1][a])) - TICK_GAP - TICK_LONG;
  double to = round (MAX (place[0][a], place[1][a])) + TICK_GAP;
  double side = round (MIN (place[0][b], place[1][b]));
  double thick = MAX (round (fabs (place[1][b] - place[0][b])) - 1, TICK_THIN);
  for (int end = 0; end < 2; end++)
    {
      double at = end == 0 ? from : to;
      brg_draw_fill (snapshot, lies ? at : side, lies ? side : at, lies ? TICK_LONG : thick,
                     lies ? thick : TICK_LONG, colour);
    }
}

static void
brg_resampling_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BrgResamplingView *self = BRG_RESAMPLING_VIEW (widget);

  gtk_widget_snapshot_child (widget, self->stack, snapshot);
  for (int s = 0; self->after != NULL && s < self->preview.after->grid.dim[self->preview.across];
       s++)
    if (self->preview.made_up[s])
      draw_ticks (self, snapshot, s);
}

static void
brg_resampling_view_dispose (GObject *object)
{
  BrgResamplingView *self = BRG_RESAMPLING_VIEW (object);

  stop (self);
  if (self->stack != NULL)
    clear (self);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  G_OBJECT_CLASS (brg_resampling_view_parent_class)->dispose (object);
}

static void
brg_resampling_view_class_init (BrgResamplingViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = brg_resampling_view_dispose;
  GTK_WIDGET_CLASS (klass)->measure = brg_resampling_view_measure;
  GTK_WIDGET_CLASS (klass)->size_allocate = brg_resampling_view_size_allocate;
  GTK_WIDGET_CLASS (klass)->snapshot = brg_resampling_view_snapshot;
}

static GtkWidget *
make_waiting (BrgResamplingView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->spinner = gtk_spinner_new ();
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), self->spinner);
  gtk_box_append (GTK_BOX (box), gtk_label_new (_ ("A preview is being made…")));
  return box;
}

static void
brg_resampling_view_init (BrgResamplingView *self)
{
  self->stack = gtk_stack_new ();
  self->fault_label = gtk_label_new (NULL);
  self->pictures = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  gtk_box_set_homogeneous (GTK_BOX (self->pictures), TRUE);
  gtk_label_set_wrap (GTK_LABEL (self->fault_label), TRUE);
  gtk_stack_add_named (GTK_STACK (self->stack), make_waiting (self), "waiting");
  gtk_stack_add_child (GTK_STACK (self->stack), self->fault_label);
  gtk_stack_add_child (GTK_STACK (self->stack), self->pictures);
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

void
brg_resampling_view_set_series (BrgResamplingView *self,
                                GPtrArray *all_series,
                                const BrgSeries *series)
{
  if (series == self->series)
    return;
  stop (self);
  self->series = series;
  clear (self);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "waiting");
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), series != NULL);
  if (series != NULL)
    start (self, all_series, series);
}

gboolean
brg_resampling_view_is_done (BrgResamplingView *self)
{
  return gtk_stack_get_visible_child (GTK_STACK (self->stack)) == self->pictures;
}
