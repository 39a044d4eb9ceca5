#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include <glib/gi18n.h>

/* What is quicker than that is not talked about. */
#define REVEAL_MS 300

static void
show_page (BrgWindow *self)
{
  gtk_stack_set_visible_child_name (self->stack, "opening");
  gtk_widget_set_visible (self->status_bar, FALSE);
  _brg_window_actions_update (self);
}

void
_brg_window_show_search (BrgWindow *self, const char *name, BrgTask *task)
{
  g_autofree char *title = g_strdup_printf (_ ("Looking for series in %s"), name);

  brg_opening_page_set_task (self->opening_page, title, task, NULL);
  show_page (self);
}

static gboolean
reveal_cb (gpointer data)
{
  BrgWindow *self = data;

  self->opening_id = 0;
  show_page (self);
  return G_SOURCE_REMOVE;
}

void
_brg_window_show_opening (BrgWindow *self, const char *name)
{
  BrgTask *task = brg_case_get_task (self->the_case);
  BrgArrival *arrival = brg_case_get_arrival (self->the_case);
  g_autofree char *title = g_strdup_printf (_ ("Opening %s"), name);

  g_clear_handle_id (&self->opening_id, g_source_remove);
  if (task == NULL || (arrival == NULL && brg_case_get_scan (self->the_case) != NULL))
    return;
  brg_opening_page_set_task (self->opening_page, title, task, arrival);
  if (arrival != NULL)
    show_page (self);
  else
    self->opening_id = g_timeout_add (REVEAL_MS, reveal_cb, self);
}

void
_brg_window_show_look (BrgWindow *self, const char *name, BrgTask *task)
{
  g_autofree char *title = g_strdup_printf (_ ("Opening %s"), name);

  if (brg_case_get_scan (self->the_case) != NULL)
    return;
  brg_opening_page_set_task (self->opening_page, title, task, NULL);
  self->opening_id = g_timeout_add (REVEAL_MS, reveal_cb, self);
}

gboolean
_brg_window_is_covered (BrgWindow *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "opening") == 0;
}

void
_brg_window_hide_opening (BrgWindow *self)
{
  gboolean has_scan = brg_case_get_scan (self->the_case) != NULL;

  g_clear_handle_id (&self->opening_id, g_source_remove);
  brg_opening_page_set_task (self->opening_page, "", NULL, NULL);
  gtk_stack_set_visible_child_name (self->stack, has_scan ? "work" : "start");
  gtk_widget_set_visible (self->status_bar, has_scan);
  _brg_window_actions_update (self);
}
