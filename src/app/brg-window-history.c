#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

static char *
label_cb (gpointer data, guint index)
{
  return brg_case_get_history_label (BRG_WINDOW (data)->the_case, index);
}

static void
jump_cb (BrgWindow *self, guint position)
{
  brg_case_jump (self->the_case, position);
}

static void
update (BrgWindow *self)
{
  brg_history_list_update (self->history_list, brg_case_get_n_history (self->the_case),
                           brg_case_get_history_position (self->the_case));
}

/* A closed list is not kept up to date: labels are made when they are looked at. */
static void
changed_cb (BrgWindow *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self->history_list)))
    update (self);
}

static gboolean
show_present_cb (gpointer data)
{
  brg_history_list_show_present (BRG_WINDOW (data)->history_list);
  return G_SOURCE_REMOVE;
}

/* The popover takes the focus when it appears; the row of the present gets it after that. */
static void
mapped_cb (BrgWindow *self)
{
  update (self);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, show_present_cb, g_object_ref (self), g_object_unref);
}

void
_brg_window_history_init (BrgWindow *self)
{
  brg_history_list_set_label_func (self->history_list, label_cb, self);
  g_signal_connect_object (self->history_list, "jump", G_CALLBACK (jump_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->history_list, "map", G_CALLBACK (mapped_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->the_case, "history-changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
}

void
_brg_window_show_history (BrgWindow *self)
{
  gtk_menu_button_popup (self->history_button);
}
