#define G_LOG_DOMAIN "brg-case-card"

#include "widgets/brg-case-card.h"

#include <glib/gi18n.h>

#include "widgets/brg-case-words.h"

struct _BrgCaseCard
{
  GtkBox parent_instance;

  BrgRecentCase *recent;
  GtkWidget *thumbnail_stack;
  GtkPicture *thumbnail;
  GtkLabel *name_label;
  GtkLabel *when_label;
  GtkLabel *state_label;
  GtkLabel *folder_label;
  GtkMenuButton *menu_button;
};

G_DEFINE_FINAL_TYPE (BrgCaseCard, brg_case_card, GTK_TYPE_BOX)

static const char *const forwarded[][2] = {
  { "card.open", "win.open-uri" },
  { "card.show-in-folder", "win.show-in-folder" },
  { "card.move-to-trash", "win.move-to-trash" },
};

static void
forward_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  BrgCaseCard *self = BRG_CASE_CARD (widget);
  g_autofree char *uri = g_file_get_uri (brg_recent_case_get_info (self->recent)->file);

  for (gsize f = 0; f < G_N_ELEMENTS (forwarded); f++)
    if (g_strcmp0 (name, forwarded[f][0]) == 0)
      gtk_widget_activate_action (widget, forwarded[f][1], "s", uri);
}

static void
popup_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_menu_button_popup (BRG_CASE_CARD (widget)->menu_button);
}

static void
right_click_cb (BrgCaseCard *self)
{
  gtk_menu_button_popup (self->menu_button);
}

/* A picture that cannot be read counts as none. */
static void
show_thumbnail (BrgCaseCard *self, GBytes *png)
{
  g_autoptr (GdkTexture) texture = png != NULL ? gdk_texture_new_from_bytes (png, NULL) : NULL;

  gtk_picture_set_paintable (self->thumbnail, GDK_PAINTABLE (texture));
  gtk_stack_set_visible_child_name (GTK_STACK (self->thumbnail_stack),
                                    texture != NULL ? "picture" : "none");
}

static void
show_folder (BrgCaseCard *self, const BrgRecentCaseInfo *info)
{
  g_autoptr (GFile) folder = g_file_get_parent (info->file);
  g_autofree char *path = g_file_get_parse_name (info->file);
  g_autofree char *name = folder != NULL ? g_file_get_parse_name (folder) : NULL;

  gtk_widget_set_tooltip_text (GTK_WIDGET (self), path);
  gtk_label_set_label (self->folder_label, name != NULL ? name : "");
  gtk_widget_set_visible (GTK_WIDGET (self->folder_label), !info->in_library && name != NULL);
}

static void
show_case (BrgCaseCard *self)
{
  const BrgRecentCaseInfo *info = brg_recent_case_get_info (self->recent);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *when = info->changed_s > 0 ? brg_case_words_when (info->changed_s, now) : NULL;
  g_autofree char *state = brg_case_words_state (info);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", info->name, state);

  gtk_label_set_label (self->name_label, info->name);
  gtk_label_set_label (self->when_label, info->in_use ? _ ("Open in a window") : when);
  gtk_widget_set_visible (GTK_WIDGET (self->when_label),
                          info->problem == NULL && (info->in_use || when != NULL));
  gtk_label_set_label (self->state_label, state);
  if (info->problem != NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->state_label), "problem");
      gtk_label_set_lines (self->state_label, 3);
      gtk_widget_set_tooltip_text (GTK_WIDGET (self->state_label), info->problem);
    }
  show_folder (self, info);
  show_thumbnail (self, info->thumbnail_png);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "card.move-to-trash", !info->in_use);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
brg_case_card_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), BRG_TYPE_CASE_CARD);
  g_clear_object (&BRG_CASE_CARD (object)->recent);
  G_OBJECT_CLASS (brg_case_card_parent_class)->dispose (object);
}

static void
brg_case_card_class_init (BrgCaseCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = brg_case_card_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bregma/Bregma/brg-case-card.ui");
  gtk_widget_class_bind_template_child (widget_class, BrgCaseCard, thumbnail_stack);
  gtk_widget_class_bind_template_child (widget_class, BrgCaseCard, thumbnail);
  gtk_widget_class_bind_template_child (widget_class, BrgCaseCard, name_label);
  gtk_widget_class_bind_template_child (widget_class, BrgCaseCard, when_label);
  gtk_widget_class_bind_template_child (widget_class, BrgCaseCard, state_label);
  gtk_widget_class_bind_template_child (widget_class, BrgCaseCard, folder_label);
  gtk_widget_class_bind_template_child (widget_class, BrgCaseCard, menu_button);
  gtk_widget_class_bind_template_callback (widget_class, right_click_cb);
  for (gsize f = 0; f < G_N_ELEMENTS (forwarded); f++)
    gtk_widget_class_install_action (widget_class, forwarded[f][0], NULL, forward_cb);
  gtk_widget_class_install_action (widget_class, "card.menu", NULL, popup_cb);
}

static void
brg_case_card_init (BrgCaseCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
brg_case_card_new (BrgRecentCase *recent)
{
  BrgCaseCard *self = g_object_new (BRG_TYPE_CASE_CARD, NULL);

  self->recent = g_object_ref (recent);
  show_case (self);
  return GTK_WIDGET (self);
}

void
brg_case_card_open (BrgCaseCard *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "card.open", NULL);
}
