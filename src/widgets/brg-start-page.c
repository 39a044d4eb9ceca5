#define G_LOG_DOMAIN "brg-start-page"

#include "widgets/brg-start-page.h"

#include "widgets/brg-case-card.h"

/* So many cards at first; a click shows the rest. */
#define N_FIRST 24

struct _BrgStartPage
{
  GtkWidget parent_instance;

  GListModel *cases; /* NULL: not known yet */
  GtkFilterListModel *interrupted;
  GtkFilterListModel *others;
  GtkSliceListModel *first;

  GtkWidget *scroll;
  GtkWidget *interrupted_box;
  GtkFlowBox *interrupted_list;
  GtkWidget *recent_box;
  GtkFlowBox *recent_list;
  GtkWidget *empty_label;
  GtkWidget *more_button;
};

G_DEFINE_FINAL_TYPE (BrgStartPage, brg_start_page, GTK_TYPE_WIDGET)

static gboolean
is_interrupted (gpointer item, gpointer unused)
{
  return brg_recent_case_was_interrupted (item);
}

static gboolean
is_other (gpointer item, gpointer unused)
{
  return !brg_recent_case_was_interrupted (item);
}

static GtkWidget *
make_card (gpointer item, gpointer unused)
{
  return brg_case_card_new (item);
}

static void
activated_cb (BrgStartPage *self, GtkFlowBoxChild *child)
{
  brg_case_card_open (BRG_CASE_CARD (gtk_flow_box_child_get_child (child)));
}

static void
show_all_cb (BrgStartPage *self)
{
  gtk_slice_list_model_set_size (self->first, G_MAXUINT);
}

static void
update (BrgStartPage *self)
{
  guint n_interrupted = g_list_model_get_n_items (G_LIST_MODEL (self->interrupted));
  guint n_others = g_list_model_get_n_items (G_LIST_MODEL (self->others));

  gtk_widget_set_visible (self->interrupted_box, n_interrupted > 0);
  gtk_widget_set_visible (self->recent_box, n_others > 0);
  gtk_widget_set_visible (self->empty_label,
                          self->cases != NULL && n_interrupted == 0 && n_others == 0);
  gtk_widget_set_visible (self->more_button,
                          n_others > g_list_model_get_n_items (G_LIST_MODEL (self->first)));
}

static GtkFilterListModel *
make_filtered (BrgStartPage *self, GtkCustomFilterFunc match)
{
  GtkFilter *filter = GTK_FILTER (gtk_custom_filter_new (match, NULL, NULL));
  GtkFilterListModel *model = gtk_filter_list_model_new (NULL, filter);

  g_signal_connect_object (model, "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  return model;
}

static void
brg_start_page_dispose (GObject *object)
{
  BrgStartPage *self = BRG_START_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), BRG_TYPE_START_PAGE);
  g_clear_object (&self->cases);
  g_clear_object (&self->interrupted);
  g_clear_object (&self->others);
  g_clear_object (&self->first);
  G_OBJECT_CLASS (brg_start_page_parent_class)->dispose (object);
}

static void
brg_start_page_class_init (BrgStartPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = brg_start_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bregma/Bregma/brg-start-page.ui");
  gtk_widget_class_bind_template_child (widget_class, BrgStartPage, scroll);
  gtk_widget_class_bind_template_child (widget_class, BrgStartPage, interrupted_box);
  gtk_widget_class_bind_template_child (widget_class, BrgStartPage, interrupted_list);
  gtk_widget_class_bind_template_child (widget_class, BrgStartPage, recent_box);
  gtk_widget_class_bind_template_child (widget_class, BrgStartPage, recent_list);
  gtk_widget_class_bind_template_child (widget_class, BrgStartPage, empty_label);
  gtk_widget_class_bind_template_child (widget_class, BrgStartPage, more_button);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_all_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
brg_start_page_init (BrgStartPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->interrupted = make_filtered (self, is_interrupted);
  self->others = make_filtered (self, is_other);
  self->first = gtk_slice_list_model_new (G_LIST_MODEL (g_object_ref (self->others)), 0, N_FIRST);
  gtk_flow_box_bind_model (self->interrupted_list, G_LIST_MODEL (self->interrupted), make_card,
                           NULL, NULL);
  gtk_flow_box_bind_model (self->recent_list, G_LIST_MODEL (self->first), make_card, NULL, NULL);
  g_signal_connect_object (self->first, "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  update (self);
}

void
brg_start_page_set_cases (BrgStartPage *self, GListModel *cases)
{
  g_set_object (&self->cases, cases);
  gtk_filter_list_model_set_model (self->interrupted, cases);
  gtk_filter_list_model_set_model (self->others, cases);
  update (self);
}
