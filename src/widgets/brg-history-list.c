#define G_LOG_DOMAIN "brg-history-list"

#include "widgets/brg-history-list.h"

#include <glib/gi18n.h>

#define WIDTH      320
#define MAX_HEIGHT 420

#define UNDONE_OPACITY 0.6

struct _BrgHistoryList
{
  GtkWidget parent_instance;

  GtkWidget *scroll;
  GtkWidget *view;
  GtkStringList *rows; /* one empty string for "Opened" and each entry: rows know their place */
  GPtrArray *bound;    /* GtkListItem of the rows in sight */
  guint position;
  BrgHistoryListLabel label_func;
  gpointer label_data;
};

enum
{
  JUMP,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BrgHistoryList, brg_history_list, GTK_TYPE_WIDGET)

static char *
row_text (BrgHistoryList *self, guint row)
{
  if (row == 0)
    return g_strdup (_ ("Opened"));
  return self->label_func != NULL ? self->label_func (self->label_data, row - 1) : g_strdup ("");
}

/* Bold by an attribute and dim by opacity: GTK 4.8 keeps the look of a CSS class that was taken
 * away before the popover was first shown. */
static void
set_bold (GtkLabel *label, gboolean bold)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes,
                          pango_attr_weight_new (bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL));
  gtk_label_set_attributes (label, attributes);
}

static void
show_row (BrgHistoryList *self, GtkListItem *item)
{
  guint row = gtk_list_item_get_position (item);
  g_autofree char *text = row_text (self, row);
  GtkWidget *box = gtk_list_item_get_child (item);
  GtkWidget *mark = gtk_widget_get_first_child (box);
  GtkWidget *label = gtk_widget_get_next_sibling (mark);

  gtk_label_set_label (GTK_LABEL (label), text);
  set_bold (GTK_LABEL (label), row == self->position);
  gtk_widget_set_opacity (label, row > self->position ? UNDONE_OPACITY : 1);
  gtk_widget_set_tooltip_text (box, text);
  gtk_widget_set_opacity (mark, row == self->position ? 1 : 0);
}

static void
setup_cb (BrgHistoryList *self, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new ("");

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("object-select-symbolic"));
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (BrgHistoryList *self, GtkListItem *item)
{
  g_ptr_array_add (self->bound, item);
  show_row (self, item);
}

static void
unbind_cb (BrgHistoryList *self, GtkListItem *item)
{
  g_ptr_array_remove_fast (self->bound, item);
}

static void
activate_cb (BrgHistoryList *self, guint row)
{
  if (row != self->position)
    g_signal_emit (self, signals[JUMP], 0, row);
}

static GtkListItemFactory *
make_factory (BrgHistoryList *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_swapped (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect_swapped (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect_swapped (factory, "unbind", G_CALLBACK (unbind_cb), self);
  return factory;
}

static gboolean
brg_history_list_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (BRG_HISTORY_LIST (widget)->view);
}

static void
brg_history_list_dispose (GObject *object)
{
  BrgHistoryList *self = BRG_HISTORY_LIST (object);

  self->label_func = NULL;
  g_clear_pointer (&self->scroll, gtk_widget_unparent);
  G_OBJECT_CLASS (brg_history_list_parent_class)->dispose (object);
}

static void
brg_history_list_finalize (GObject *object)
{
  BrgHistoryList *self = BRG_HISTORY_LIST (object);

  g_object_unref (self->rows);
  g_ptr_array_unref (self->bound);
  G_OBJECT_CLASS (brg_history_list_parent_class)->finalize (object);
}

static void
brg_history_list_class_init (BrgHistoryListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = brg_history_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = brg_history_list_finalize;
  widget_class->grab_focus = brg_history_list_grab_focus;
  signals[JUMP] = g_signal_new ("jump", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "historylist");
}

static void
brg_history_list_init (BrgHistoryList *self)
{
  const char *const opened[] = { "", NULL };

  self->bound = g_ptr_array_new ();
  self->rows = gtk_string_list_new (opened);
  GtkSelectionModel *selection =
    GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->rows))));
  self->view = gtk_list_view_new (selection, make_factory (self));
  gtk_list_view_set_single_click_activate (GTK_LIST_VIEW (self->view), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("History"), -1);
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (activate_cb), self);
  self->scroll = g_object_new (GTK_TYPE_SCROLLED_WINDOW, "child", self->view, "hscrollbar-policy",
                               GTK_POLICY_NEVER, "propagate-natural-height", TRUE,
                               "max-content-height", MAX_HEIGHT, "width-request", WIDTH, NULL);
  gtk_widget_set_parent (self->scroll, GTK_WIDGET (self));
}

GtkWidget *
brg_history_list_new (void)
{
  return g_object_new (BRG_TYPE_HISTORY_LIST, NULL);
}

void
brg_history_list_set_label_func (BrgHistoryList *self, BrgHistoryListLabel func, gpointer data)
{
  self->label_func = func;
  self->label_data = data;
}

/* Makes the list `n` rows long at its end. */
static void
resize (BrgHistoryList *self, guint n)
{
  guint old_n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));

  if (n < old_n)
    gtk_string_list_splice (self->rows, n, old_n - n, NULL);
  if (n <= old_n)
    return;
  g_autofree const char **more = g_new (const char *, n - old_n + 1);
  for (guint r = 0; r < n - old_n; r++)
    more[r] = "";
  more[n - old_n] = NULL;
  gtk_string_list_splice (self->rows, old_n, 0, more);
}

void
brg_history_list_update (BrgHistoryList *self, guint n_entries, guint position)
{
  self->position = position;
  resize (self, n_entries + 1);
  for (guint i = 0; i < self->bound->len; i++)
    show_row (self, g_ptr_array_index (self->bound, i));
}

void
brg_history_list_show_present (BrgHistoryList *self)
{
  gtk_widget_activate_action (self->view, "list.scroll-to-item", "u", self->position);
  for (guint i = 0; i < self->bound->len; i++)
    {
      GtkListItem *item = g_ptr_array_index (self->bound, i);
      if (gtk_list_item_get_position (item) == self->position)
        gtk_widget_grab_focus (gtk_widget_get_parent (gtk_list_item_get_child (item)));
    }
}
