#define G_LOG_DOMAIN "brg-opening-page"

#include "widgets/brg-opening-page.h"

#include <glib/gi18n.h>

#include "widgets/brg-arrival-view.h"

#define UPDATE_MS 40

struct _BrgOpeningPage
{
  GtkWidget parent_instance;

  BrgTask *task; /* NULL: nothing is going on */
  BrgArrival *arrival;
  guint update_id;

  GtkWidget *box;
  BrgArrivalView *arrival_view;
  GtkWidget *facts_box;
  GtkLabel *title_label;
  GtkLabel *count_label;
  GtkLabel *note_label;
  GtkProgressBar *progress_bar;
};

G_DEFINE_FINAL_TYPE (BrgOpeningPage, brg_opening_page, GTK_TYPE_WIDGET)

/* "112 of 210 slices", "340 of 5000 files", "340 files so far", or the stage. */
static char *
describe (BrgOpeningPage *self)
{
  BrgJob *job = brg_task_get_job (self->task);
  int n_known = atomic_load (&job->n_known), n_done = atomic_load (&job->n_done);
  int n_slices = self->arrival != NULL ? brg_arrival_get_n (self->arrival) : 0;
  int n_there = self->arrival != NULL ? brg_arrival_get_n_done (self->arrival) : 0;

  if (n_slices > 0 && n_there < n_slices)
    return g_strdup_printf (ngettext ("%d of %d slice", "%d of %d slices", (gulong) n_slices),
                            n_there, n_slices);
  if (n_done > 0)
    return g_strdup_printf (ngettext ("%d of %d file", "%d of %d files", (gulong) n_known), n_done,
                            n_known);
  if (n_known > 0)
    return g_strdup_printf (ngettext ("%d file so far", "%d files so far", (gulong) n_known),
                            n_known);
  g_autofree char *title = brg_task_dup_title (self->task);
  return g_strdup (self->arrival != NULL ? _ (title) : "");
}

/* Of the slices where there are such, else of the task. */
static double
get_fraction (BrgOpeningPage *self)
{
  int n = self->arrival != NULL ? brg_arrival_get_n (self->arrival) : 0;

  return n > 0 ? (double) brg_arrival_get_n_done (self->arrival) / n
               : brg_task_get_fraction (self->task);
}

/* The bar runs to and fro while nobody knows how much there is. */
static void
update_bar (BrgOpeningPage *self)
{
  double fraction = get_fraction (self);

  if (fraction > 0)
    gtk_progress_bar_set_fraction (self->progress_bar, fraction);
  else if (gtk_widget_get_mapped (GTK_WIDGET (self->progress_bar)))
    gtk_progress_bar_pulse (self->progress_bar);
}

/* Once there are slices they have the room, and the words go below. */
static void
update (BrgOpeningPage *self)
{
  g_autofree char *count = describe (self);
  gboolean has_slices = brg_arrival_view_update (self->arrival_view);

  gtk_label_set_label (self->count_label, count);
  update_bar (self);
  gtk_widget_set_visible (GTK_WIDGET (self->arrival_view), has_slices);
  gtk_widget_set_vexpand (self->facts_box, !has_slices);
}

static gboolean
update_cb (gpointer data)
{
  update (data);
  return G_SOURCE_CONTINUE;
}

static void
brg_opening_page_dispose (GObject *object)
{
  BrgOpeningPage *self = BRG_OPENING_PAGE (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  g_clear_object (&self->task);
  g_clear_pointer (&self->arrival, brg_arrival_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), BRG_TYPE_OPENING_PAGE);
  G_OBJECT_CLASS (brg_opening_page_parent_class)->dispose (object);
}

static void
brg_opening_page_class_init (BrgOpeningPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = brg_opening_page_dispose;
  g_type_ensure (BRG_TYPE_ARRIVAL_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bregma/Bregma/brg-opening-page.ui");
  gtk_widget_class_bind_template_child (widget_class, BrgOpeningPage, box);
  gtk_widget_class_bind_template_child (widget_class, BrgOpeningPage, arrival_view);
  gtk_widget_class_bind_template_child (widget_class, BrgOpeningPage, facts_box);
  gtk_widget_class_bind_template_child (widget_class, BrgOpeningPage, title_label);
  gtk_widget_class_bind_template_child (widget_class, BrgOpeningPage, count_label);
  gtk_widget_class_bind_template_child (widget_class, BrgOpeningPage, note_label);
  gtk_widget_class_bind_template_child (widget_class, BrgOpeningPage, progress_bar);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
brg_opening_page_init (BrgOpeningPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
brg_opening_page_set_task (BrgOpeningPage *self,
                           const char *title,
                           BrgTask *task,
                           BrgArrival *arrival)
{
  g_autofree char *safe = g_utf8_make_valid (title, -1);

  g_clear_handle_id (&self->update_id, g_source_remove);
  g_clear_pointer (&self->arrival, brg_arrival_unref);
  g_set_object (&self->task, task);
  brg_arrival_view_set_arrival (self->arrival_view, arrival);
  gtk_label_set_label (self->title_label, task != NULL ? safe : "");
  brg_opening_page_set_note (self, NULL);
  gtk_progress_bar_set_fraction (self->progress_bar, 0);
  if (task == NULL)
    return;
  self->arrival = arrival != NULL ? brg_arrival_ref (arrival) : NULL;
  self->update_id = g_timeout_add (UPDATE_MS, update_cb, self);
  update (self);
}

void
brg_opening_page_set_note (BrgOpeningPage *self, const char *note)
{
  gtk_label_set_label (self->note_label, note);
  gtk_widget_set_visible (GTK_WIDGET (self->note_label), note != NULL);
}
