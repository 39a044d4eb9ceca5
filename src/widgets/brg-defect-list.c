#define G_LOG_DOMAIN "brg-defect-list"

#include "widgets/brg-defect-list.h"

#include <glib/gi18n.h>

#include "engine/brg-param.h"

/* More are reached by scrolling, so that what is below the list keeps its place. */
#define N_SHOWN 4

/* Room above and below a row that is brought into view. */
#define ROW_MARGIN_PX 4

struct _BrgDefectList
{
  GtkBox parent_instance;

  BrgCase *the_case;
  GtkWidget *add_button;
  GtkListBox *rows;
  GtkScrolledWindow *scroll;
  guint scroll_id;
  GtkWidget *none; /* in their place */
  gboolean updating;
};

enum
{
  PROP_CASE = 1,
  N_PROPS,
};

enum
{
  CHOSEN,
  ADDED,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BrgDefectList, brg_defect_list, GTK_TYPE_BOX)

static char *
size_text (const BrgDefect *defect)
{
  const char *shape = _ (brg_param_find ("shape")->choice_titles[defect->shape]);

  if (!defect->placed)
    return g_strdup (_ ("Not placed yet"));
  return g_strdup_printf (_ ("%s, %.0f × %.0f mm"), shape, defect->width_mm, defect->height_mm);
}

char *
brg_defect_list_describe (const BrgRecipe *recipe, guint index)
{
  g_autofree char *size = size_text (&recipe->defect);
  g_autofree char *which = g_strdup_printf (_ ("Defect %u"), index + 1);

  return g_strdup_printf ("%s — %s", which, size);
}

static guint
row_index (GtkWidget *child)
{
  GtkWidget *row = gtk_widget_get_ancestor (child, GTK_TYPE_LIST_BOX_ROW);

  return (guint) gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row));
}

static void
remove_cb (BrgDefectList *self, GtkWidget *button)
{
  brg_case_remove_defect (self->the_case, row_index (button));
}

static GtkWidget *
make_bin (BrgDefectList *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (remove_cb), self);
  return button;
}

/* Number, size, bin. */
static GtkWidget *
make_row (BrgDefectList *self)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *number = gtk_label_new (""), *size = gtk_label_new ("");

  gtk_widget_add_css_class (number, "number");
  gtk_label_set_xalign (GTK_LABEL (size), 0);
  gtk_label_set_ellipsize (GTK_LABEL (size), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (size, "numeric");
  gtk_widget_set_hexpand (size, TRUE);
  gtk_box_append (GTK_BOX (box), number);
  gtk_box_append (GTK_BOX (box), size);
  gtk_box_append (GTK_BOX (box), make_bin (self));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  return row;
}

static void
set_label (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_label (GTK_LABEL (label)), text) != 0)
    gtk_label_set_label (GTK_LABEL (label), text);
}

static void
name_widget (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
show_row (GtkListBoxRow *row, const BrgRecipe *recipe, guint index)
{
  GtkWidget *number = gtk_widget_get_first_child (gtk_list_box_row_get_child (row));
  GtkWidget *size = gtk_widget_get_next_sibling (number);
  GtkWidget *bin = gtk_widget_get_next_sibling (size);
  g_autofree char *number_text = g_strdup_printf ("%u", index + 1);
  g_autofree char *text = size_text (&recipe->defect);
  g_autofree char *name = brg_defect_list_describe (recipe, index);
  g_autofree char *removal = g_strdup_printf (_ ("Remove defect %u"), index + 1);

  set_label (number, number_text);
  set_label (size, text);
  gtk_widget_set_opacity (size, recipe->defect.placed ? 1 : 0.7);
  name_widget (GTK_WIDGET (row), name);
  gtk_widget_set_tooltip_text (bin, removal);
  name_widget (bin, removal);
}

/* As high as its rows, and no higher than some of them. */
static void
limit_height (BrgDefectList *self, guint n)
{
  gboolean scrolls = n > N_SHOWN;
  int height = 0;

  if (scrolls)
    gtk_widget_measure (GTK_WIDGET (self->rows), GTK_ORIENTATION_VERTICAL, -1, NULL, &height, NULL,
                        NULL);
  gtk_scrolled_window_set_policy (self->scroll, GTK_POLICY_NEVER,
                                  scrolls ? GTK_POLICY_AUTOMATIC : GTK_POLICY_NEVER);
  gtk_scrolled_window_set_min_content_height (self->scroll,
                                              scrolls ? height * N_SHOWN / (int) n : -1);
}

static gboolean
scroll_cb (gpointer data)
{
  BrgDefectList *self = data;
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->rows);
  graphene_rect_t bounds;

  self->scroll_id = 0;
  if (row != NULL && gtk_widget_compute_bounds (GTK_WIDGET (row), GTK_WIDGET (self->rows), &bounds))
    gtk_adjustment_clamp_page (gtk_scrolled_window_get_vadjustment (self->scroll),
                               bounds.origin.y - ROW_MARGIN_PX,
                               bounds.origin.y + bounds.size.height + ROW_MARGIN_PX);
  return G_SOURCE_REMOVE;
}

/* Brings the selected row into view, once the rows have their places. */
static void
queue_scroll (BrgDefectList *self)
{
  if (self->scroll_id == 0)
    self->scroll_id = g_idle_add (scroll_cb, self);
}

/* As many rows as there are defects. */
static void
resize (BrgDefectList *self, guint n)
{
  GtkListBoxRow *last;

  while (gtk_list_box_get_row_at_index (self->rows, (int) n - 1) == NULL)
    gtk_list_box_append (self->rows, make_row (self));
  while ((last = gtk_list_box_get_row_at_index (self->rows, (int) n)) != NULL)
    gtk_list_box_remove (self->rows, GTK_WIDGET (last));
  limit_height (self, n);
}

/* One that is not placed is to be placed before there is another. */
static void
update_add (BrgDefectList *self, const BrgRecipes *recipes)
{
  gboolean all_placed = brg_recipes_count_placed (recipes) == recipes->n;

  gtk_widget_set_sensitive (self->add_button,
                            all_placed && brg_case_get_scan (self->the_case) != NULL);
  gtk_widget_set_tooltip_text (self->add_button, all_placed || recipes->n == 1
                                                   ? _ ("Add another defect")
                                                   : _ ("Place the new defect first"));
}

/* Selects a row; the focus follows when it was on another. */
static void
select_row (BrgDefectList *self, guint index, gboolean has_focus)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->rows, (int) index);

  if (gtk_list_box_get_selected_row (self->rows) != row)
    queue_scroll (self);
  gtk_list_box_select_row (self->rows, row);
  if (has_focus && gtk_widget_get_focus_child (GTK_WIDGET (self->rows)) != GTK_WIDGET (row))
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
update_cb (BrgDefectList *self)
{
  BrgRecipes *recipes = brg_case_get_recipes (self->the_case);
  gboolean has_focus = gtk_widget_get_focus_child (GTK_WIDGET (self->rows)) != NULL;
  gboolean has_defects = recipes->n > 1 || recipes->recipe[0].defect.placed;

  self->updating = TRUE;
  resize (self, recipes->n);
  for (guint r = 0; r < recipes->n; r++)
    show_row (gtk_list_box_get_row_at_index (self->rows, (int) r), &recipes->recipe[r], r);
  select_row (self, brg_case_get_active (self->the_case), has_focus);
  self->updating = FALSE;
  gtk_widget_set_visible (GTK_WIDGET (self->rows), has_defects);
  gtk_widget_set_visible (self->none, !has_defects);
  update_add (self, recipes);
}

static void
row_selected_cb (BrgDefectList *self, GtkListBoxRow *row)
{
  if (self->updating || row == NULL)
    return;
  brg_case_set_active (self->the_case, (guint) gtk_list_box_row_get_index (row));
  g_signal_emit (self, signals[CHOSEN], 0);
}

static void
add_cb (BrgDefectList *self)
{
  if (brg_case_add_defect (self->the_case))
    g_signal_emit (self, signals[ADDED], 0);
}

static gboolean
key_cb (BrgDefectList *self, guint keyval)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->rows);

  if (row == NULL || (keyval != GDK_KEY_Delete && keyval != GDK_KEY_KP_Delete))
    return FALSE;
  brg_case_remove_defect (self->the_case, (guint) gtk_list_box_row_get_index (row));
  return TRUE;
}

static void
take_case (BrgDefectList *self, BrgCase *the_case)
{
  static const char *const changes[] = { "opened", "recipe-changed" };

  self->the_case = the_case;
  if (the_case == NULL)
    return;
  for (gsize s = 0; s < G_N_ELEMENTS (changes); s++)
    g_signal_connect_object (the_case, changes[s], G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  update_cb (self);
}

static void
brg_defect_list_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BrgDefectList *self = BRG_DEFECT_LIST (object);

  if (id != PROP_CASE)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else if (self->the_case == NULL)
    take_case (self, g_value_dup_object (value));
}

static void
brg_defect_list_dispose (GObject *object)
{
  BrgDefectList *self = BRG_DEFECT_LIST (object);

  g_clear_handle_id (&self->scroll_id, g_source_remove);
  g_clear_object (&self->the_case);
  G_OBJECT_CLASS (brg_defect_list_parent_class)->dispose (object);
}

static void
brg_defect_list_class_init (BrgDefectListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->set_property = brg_defect_list_set_property;
  object_class->dispose = brg_defect_list_dispose;
  props[PROP_CASE] = g_param_spec_object ("case", NULL, NULL, BRG_TYPE_CASE,
                                          G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHOSEN] =
    g_signal_new ("chosen", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ADDED] =
    g_signal_new ("added", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
make_header (BrgDefectList *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *heading = gtk_label_new (_ ("Defects"));

  gtk_widget_add_css_class (heading, "heading");
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_set_hexpand (heading, TRUE);
  self->add_button = gtk_button_new_from_icon_name ("list-add-symbolic");
  gtk_widget_add_css_class (self->add_button, "flat");
  gtk_widget_set_valign (self->add_button, GTK_ALIGN_CENTER);
  name_widget (self->add_button, _ ("Add another defect"));
  g_signal_connect_swapped (self->add_button, "clicked", G_CALLBACK (add_cb), self);
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), self->add_button);
  return box;
}

static void
make_rows (BrgDefectList *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->rows = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->rows, GTK_SELECTION_BROWSE);
  name_widget (GTK_WIDGET (self->rows), _ ("Defects"));
  g_signal_connect_swapped (self->rows, "row-selected", G_CALLBACK (row_selected_cb), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->rows), keys);
  gtk_widget_add_css_class (GTK_WIDGET (self->rows), "defects");
}

static GtkWidget *
make_scroll (BrgDefectList *self)
{
  GtkWidget *scroll = gtk_scrolled_window_new ();

  self->scroll = GTK_SCROLLED_WINDOW (scroll);
  gtk_scrolled_window_set_child (self->scroll, GTK_WIDGET (self->rows));
  gtk_widget_add_css_class (scroll, "group");
  g_object_bind_property (self->rows, "visible", scroll, "visible", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scroll), "changed",
                           G_CALLBACK (queue_scroll), self, G_CONNECT_SWAPPED);
  return scroll;
}

static void
brg_defect_list_init (BrgDefectList *self)
{
  GtkWidget *none = gtk_label_new (_ ("None yet. Choose a place below or click the skull."));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_label_set_wrap (GTK_LABEL (none), TRUE);
  gtk_label_set_xalign (GTK_LABEL (none), 0);
  gtk_widget_add_css_class (none, "caption");
  self->none = none;
  gtk_box_append (GTK_BOX (self), make_header (self));
  make_rows (self);
  gtk_box_append (GTK_BOX (self), make_scroll (self));
  gtk_box_append (GTK_BOX (self), none);
}
