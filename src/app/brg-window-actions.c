#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include <glib/gi18n.h>

#define BRUSH_STEP 1.2

typedef struct
{
  const char *name;
  BrgTool tool;
} ToolName;

static const ToolName tools[] = {
  { "navigate", BRG_TOOL_NAVIGATE }, { "paint", BRG_TOOL_PAINT },   { "erase", BRG_TOOL_ERASE },
  { "island", BRG_TOOL_ISLAND },     { "defect", BRG_TOOL_DEFECT },
};

static const char *const layouts[] = { "axial", "3d", "coronal", "sagittal" }; /* by cell */

static GSimpleAction *
lookup (BrgWindow *self, const char *name)
{
  return G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name));
}

static void
open_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_choose_scan (data);
}

static void
open_folder_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_choose_series (data);
}

static void
open_sample_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_open_sample (data);
}

static void
deface_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_deface (data, g_variant_get_double (parameter));
}

static void
undo_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  brg_case_undo (BRG_WINDOW (data)->the_case);
}

static void
redo_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  brg_case_redo (BRG_WINDOW (data)->the_case);
}

static void
save_as_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_save_as (data);
}

static void
close_case_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_close_case (data);
}

static void
retry_saving_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  BrgWindow *self = data;

  if (brg_case_get_read_only (self->the_case))
    _brg_window_reopen (self);
  else
    brg_case_retry_saving (self->the_case);
}

/* There is nothing to save that is not being saved; the hand that asks all the same gets an
 * answer. */
static void
saved_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_show_saved (data);
}

static void
show_case_in_folder_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_path (brg_case_get_path (BRG_WINDOW (data)->the_case));

  _brg_window_show_in_folder (data, file);
}

static void
history_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_show_history (data);
}

static void
cancel_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  BrgWindow *self = data;
  BrgTask *task = brg_case_get_task (self->the_case);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  else if (task != NULL)
    brg_task_cancel (task);
}

static void
clear_edits_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  brg_case_clear_edits (BRG_WINDOW (data)->the_case);
}

static void
fill_between_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  brg_case_fill_between (BRG_WINDOW (data)->the_case);
}

static void
show_defect_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_show_defect (data);
}

static void
preset_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_place_preset (data, g_variant_get_string (parameter, NULL));
}

static void
go_export_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_set_step (data, BRG_STEP_EXPORT);
}

static void
export_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_export (data);
}

static void
choose_folder_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_choose_folder (data);
}

static void
show_folder_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_show_folder (data);
}

static void
reset_views_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _brg_window_reset_views (data);
}

static void
change_step (BrgWindow *self, int by)
{
  int step = (int) self->step + by;

  if (brg_case_get_scan (self->the_case) != NULL && step >= 0 && step < BRG_N_STEPS)
    _brg_window_set_step (self, (BrgStep) step);
}

static void
next_step_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  change_step (data, 1);
}

static void
previous_step_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  change_step (data, -1);
}

static void
scale_brush (BrgWindow *self, double factor)
{
  double radius_mm = brg_view_state_get_brush_radius_mm (self->view_state) * factor;

  brg_view_state_set_brush_radius_mm (self->view_state, CLAMP (radius_mm, 0.25, 20));
}

static void
brush_smaller_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  scale_brush (data, 1 / BRUSH_STEP);
}

static void
brush_larger_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  scale_brush (data, BRUSH_STEP);
}

static void
last_tool_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  BrgWindow *self = data;

  _brg_window_set_tool (self, self->last_tool);
}

static void
tool_changed_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  const char *name = g_variant_get_string (state, NULL);

  for (gsize t = 0; t < G_N_ELEMENTS (tools); t++)
    if (g_strcmp0 (tools[t].name, name) == 0)
      _brg_window_set_tool (data, tools[t].tool);
}

static void
layout_changed_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  const char *name = g_variant_get_string (state, NULL);
  int cell = BRG_VIEW_GRID_ALL;

  for (int c = 0; c < BRG_VIEW_GRID_N_VIEWS; c++)
    if (g_strcmp0 (layouts[c], name) == 0)
      cell = c;
  brg_view_grid_set_alone (BRG_WINDOW (data)->view_grid, cell);
  g_simple_action_set_state (action, state);
}

static const GActionEntry actions[] = {
  { .name = "open", .activate = open_cb },
  { .name = "open-folder", .activate = open_folder_cb },
  { .name = "open-sample", .activate = open_sample_cb },
  { .name = "deface", .parameter_type = "d", .activate = deface_cb },
  { .name = "undo", .activate = undo_cb },
  { .name = "redo", .activate = redo_cb },
  { .name = "save-as", .activate = save_as_cb },
  { .name = "close-case", .activate = close_case_cb },
  { .name = "retry-saving", .activate = retry_saving_cb },
  { .name = "saved", .activate = saved_cb },
  { .name = "show-case-in-folder", .activate = show_case_in_folder_cb },
  { .name = "history", .activate = history_cb },
  { .name = "cancel", .activate = cancel_cb },
  { .name = "clear-edits", .activate = clear_edits_cb },
  { .name = "fill-between", .activate = fill_between_cb },
  { .name = "preset", .parameter_type = "s", .activate = preset_cb },
  { .name = "show-defect", .activate = show_defect_cb },
  { .name = "go-export", .activate = go_export_cb },
  { .name = "export", .activate = export_cb },
  { .name = "choose-folder", .activate = choose_folder_cb },
  { .name = "show-folder", .activate = show_folder_cb },
  { .name = "reset-views", .activate = reset_views_cb },
  { .name = "next-step", .activate = next_step_cb },
  { .name = "previous-step", .activate = previous_step_cb },
  { .name = "brush-smaller", .activate = brush_smaller_cb },
  { .name = "brush-larger", .activate = brush_larger_cb },
  { .name = "last-tool", .activate = last_tool_cb },
  { .name = "tool", .parameter_type = "s", .state = "'navigate'", .change_state = tool_changed_cb },
  { .name = "layout", .parameter_type = "s", .state = "'four'", .change_state = layout_changed_cb },
};

static void
set_enabled (BrgWindow *self, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (lookup (self, name), enabled);
}

static void
set_tooltip (GtkWidget *button, const char *verb, const char *label, const char *keys)
{
  g_autofree char *text = label != NULL ? g_strdup_printf ("%s: %s (%s)", verb, label, keys)
                                        : g_strdup_printf ("%s (%s)", verb, keys);

  gtk_widget_set_tooltip_text (button, text);
}

void
_brg_window_actions_update (BrgWindow *self)
{
  BrgCase *the_case = self->the_case;
  const BrgPipelineResult *result = brg_case_get_result (the_case);
  gboolean is_covered = _brg_window_is_covered (self);
  gboolean has_scan = brg_case_get_scan (the_case) != NULL && !is_covered;
  gboolean has_skull = result != NULL && result->skull != NULL && !is_covered;
  gboolean file_task = self->cancellable != NULL;
  gboolean may_change = !brg_case_get_read_only (the_case) && !is_covered;
  gsize added_vox, removed_vox;
  g_autofree char *undo_label = brg_case_get_undo_label (the_case);
  g_autofree char *redo_label = brg_case_get_redo_label (the_case);

  brg_case_count_edits (the_case, &added_vox, &removed_vox);
  set_enabled (self, "open", !file_task);
  set_enabled (self, "open-folder", !file_task);
  set_enabled (self, "open-sample", !file_task);
  set_enabled (self, "deface", brg_case_shows_face (the_case) && !file_task && !self->closing);
  set_enabled (self, "undo", may_change && brg_case_can_undo (the_case));
  set_enabled (self, "redo", may_change && brg_case_can_redo (the_case));
  set_enabled (self, "save-as", has_scan && !self->closing);
  set_enabled (self, "saved",
               brg_case_get_path (the_case) != NULL && !brg_case_get_saving (the_case));
  set_enabled (self, "show-case-in-folder", brg_case_get_path (the_case) != NULL);
  set_enabled (self, "history", has_scan);
  gtk_widget_set_sensitive (GTK_WIDGET (self->history_button), has_scan);
  set_enabled (self, "cancel", file_task || brg_case_get_task (the_case) != NULL);
  set_enabled (self, "clear-edits", added_vox + removed_vox > 0 && !is_covered);
  set_enabled (self, "fill-between", added_vox > 0 && !is_covered);
  set_enabled (self, "preset", has_skull);
  set_enabled (self, "go-export", has_scan);
  set_enabled (self, "export", has_skull && !file_task && !brg_case_get_stale (the_case));
  set_enabled (self, "tool", has_scan);
  set_enabled (self, "last-tool", has_scan);
  set_enabled (self, "reset-views", has_scan);
  set_enabled (self, "layout", has_scan);
  set_tooltip (self->undo_button, _ ("Undo"), undo_label, _ ("Ctrl+Z"));
  set_tooltip (self->redo_button, _ ("Redo"), redo_label, _ ("Shift+Ctrl+Z"));
}

void
_brg_window_set_tool (BrgWindow *self, BrgTool tool)
{
  BrgTool old = brg_view_state_get_tool (self->view_state);

  if (tool != old)
    self->last_tool = old;
  brg_view_state_set_tool (self->view_state, tool);
  for (gsize t = 0; t < G_N_ELEMENTS (tools); t++)
    if (tools[t].tool == tool)
      g_simple_action_set_state (lookup (self, "tool"), g_variant_new_string (tools[t].name));
}

void
_brg_window_toggle_alone (BrgWindow *self, int cell)
{
  gboolean alone = brg_view_grid_get_alone (self->view_grid) != BRG_VIEW_GRID_ALL;

  g_action_group_change_action_state (G_ACTION_GROUP (self), "layout",
                                      g_variant_new_string (alone ? "four" : layouts[cell]));
}

/* Plain keys: entries get them first, so they are bindings of the class and not accelerators. */
void
_brg_window_actions_class_init (GtkWidgetClass *widget_class)
{
  const guint tool_keys[] = { GDK_KEY_1, GDK_KEY_2, GDK_KEY_3, GDK_KEY_5, GDK_KEY_4 };

  for (gsize t = 0; t < G_N_ELEMENTS (tools); t++)
    gtk_widget_class_add_binding_action (widget_class, tool_keys[t], 0, "win.tool", "s",
                                         tools[t].name);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "win.cancel", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_g, 0, "win.overlay", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_r, 0, "win.reset-views", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_space, 0, "win.last-tool", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_bracketleft, 0, "win.brush-smaller",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_bracketright, 0, "win.brush-larger",
                                       NULL);
}

void
_brg_window_actions_init (BrgWindow *self)
{
  g_autoptr (GPropertyAction) overlay =
    g_property_action_new ("overlay", self->view_state, "overlay");
  g_autoptr (GPropertyAction) interpolate =
    g_property_action_new ("interpolate", self->view_state, "interpolate");

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (overlay));
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (interpolate));
}
