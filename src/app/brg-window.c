#define G_LOG_DOMAIN "brg-window"

#include "app/brg-window-private.h"

#include <glib/gi18n.h>

#include "widgets/brg-bone-panel.h"
#include "widgets/brg-defect-panel.h"
#include "widgets/brg-repair-panel.h"
#include "widgets/brg-scan-panel.h"
#include "widgets/brg-toplevel.h"

#define TASK_REVEAL_MS 300

G_DEFINE_FINAL_TYPE (BrgWindow, brg_window, GTK_TYPE_APPLICATION_WINDOW)

typedef struct
{
  const char *name;
  const char *title;
} StepInfo;

static const StepInfo steps[BRG_N_STEPS] = {
  { "scan", N_ ("Scan") },     { "bone", N_ ("Bone") },     { "repair", N_ ("Repair") },
  { "defect", N_ ("Defect") }, { "export", N_ ("Export") },
};

/* Placed defects, the active one only once it is made. */
static guint
count_defects (BrgCase *the_case)
{
  const BrgPipelineResult *result = brg_case_get_result (the_case);
  guint n = brg_recipes_count_placed (brg_case_get_recipes (the_case));

  return brg_case_get_recipe (the_case)->defect.placed && result->implant == NULL ? n - 1 : n;
}

static gboolean
step_is_done (BrgWindow *self, BrgStep step)
{
  const BrgPipelineResult *result = brg_case_get_result (self->the_case);

  switch (step)
    {
    case BRG_STEP_SCAN:
      return brg_case_get_scan (self->the_case) != NULL;
    case BRG_STEP_BONE:
      return result != NULL && result->skull != NULL;
    case BRG_STEP_REPAIR:
      return brg_case_has_edits (self->the_case);
    case BRG_STEP_DEFECT:
      return result != NULL && count_defects (self->the_case) > 0;
    case BRG_STEP_EXPORT:
      return self->exported;
    case BRG_N_STEPS:
    default:
      return FALSE;
    }
}

static GtkWidget *
make_step_row (BrgStep step)
{
  g_autofree char *number = g_strdup_printf ("%d", (int) step + 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *number_label = gtk_label_new (number);
  GtkWidget *title = gtk_label_new (_ (steps[step].title));
  GtkWidget *tick = gtk_image_new_from_icon_name ("object-select-symbolic");
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_widget_add_css_class (number_label, "number");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (tick, "done");
  gtk_box_append (GTK_BOX (box), number_label);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), tick);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data (G_OBJECT (row), "tick", tick);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (steps[step].title), -1);
  return row;
}

static GtkWidget *
make_panel (BrgWindow *self, BrgStep step)
{
  const GType types[BRG_N_STEPS] = { BRG_TYPE_SCAN_PANEL, BRG_TYPE_BONE_PANEL,
                                     BRG_TYPE_REPAIR_PANEL, BRG_TYPE_DEFECT_PANEL,
                                     BRG_TYPE_EXPORT_PANEL };

  return g_object_new (types[step], "case", self->the_case, "view-state", self->view_state, NULL);
}

static void
make_steps (BrgWindow *self)
{
  for (BrgStep step = 0; step < BRG_N_STEPS; step++)
    {
      GtkWidget *panel = make_panel (self, step);
      gtk_list_box_append (self->step_list, make_step_row (step));
      gtk_stack_add_named (self->panel_stack, panel, steps[step].name);
      if (step == BRG_STEP_EXPORT)
        self->export_panel = BRG_EXPORT_PANEL (panel);
    }
  gtk_list_box_select_row (self->step_list, gtk_list_box_get_row_at_index (self->step_list, 0));
}

static void
step_selected_cb (BrgWindow *self, GtkListBoxRow *row)
{
  if (row == NULL || self->export_panel == NULL)
    return;
  self->step = (BrgStep) gtk_list_box_row_get_index (row);
  gtk_stack_set_visible_child_name (self->panel_stack, steps[self->step].name);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->panel_scroll), 0);
  _brg_window_set_tool (self, BRG_TOOL_NAVIGATE);
}

static void
message_response_cb (BrgWindow *self)
{
  _brg_window_hide_message (self);
}

static void
show_task (BrgWindow *self)
{
  g_autofree char *title = brg_task_dup_title (self->task);

  gtk_label_set_label (self->task_label, _ (title));
  gtk_progress_bar_set_fraction (self->task_bar, brg_task_get_fraction (self->task));
}

static gboolean
reveal_task_cb (gpointer data)
{
  BrgWindow *self = data;

  self->task_reveal_id = 0;
  gtk_widget_set_opacity (self->task_box, 1);
  return G_SOURCE_REMOVE;
}

/* A task shows only once it has run for a while; the room for it is always kept. */
static void
task_changed_cb (BrgWindow *self)
{
  BrgTask *task = brg_case_get_task (self->the_case);

  if (task == self->task)
    return;
  if (self->task != NULL)
    g_signal_handlers_disconnect_by_data (self->task, self);
  g_set_object (&self->task, task);
  if (task == NULL)
    {
      g_clear_handle_id (&self->task_reveal_id, g_source_remove);
      gtk_widget_set_opacity (self->task_box, 0);
    }
  else
    {
      g_signal_connect_object (task, "notify", G_CALLBACK (show_task), self, G_CONNECT_SWAPPED);
      show_task (self);
      if (self->task_reveal_id == 0 && gtk_widget_get_opacity (self->task_box) < 1)
        self->task_reveal_id = g_timeout_add (TASK_REVEAL_MS, reveal_task_cb, self);
    }
  _brg_window_actions_update (self);
}

/* Why a case is read-only is in its own bar already. */
static void
failed_cb (BrgWindow *self, const char *message)
{
  if (g_strcmp0 (message, brg_case_get_read_only_reason (self->the_case)) != 0)
    _brg_window_show_message (self, GTK_MESSAGE_WARNING, message);
}

/* Where the last action was done, for one who was thrown out of the work; else the first step. */
static BrgStep
find_step (BrgCase *the_case)
{
  static const BrgStep step_of[] = { [BRG_WORK_SCAN] = BRG_STEP_SCAN,
                                     [BRG_WORK_BONE] = BRG_STEP_BONE,
                                     [BRG_WORK_EDIT] = BRG_STEP_REPAIR,
                                     [BRG_WORK_DEFECT] = BRG_STEP_DEFECT,
                                     [BRG_WORK_SURFACE] = BRG_STEP_EXPORT };
  BrgWork work;

  return brg_case_get_was_recovered (the_case) && brg_case_get_last_work (the_case, &work)
           ? step_of[work]
           : BRG_STEP_SCAN;
}

void
_brg_window_show_start (BrgWindow *self)
{
  gtk_stack_set_visible_child_name (self->stack, "start");
  gtk_widget_set_visible (self->status_bar, FALSE);
  gtk_window_set_title (GTK_WINDOW (self), "Bregma");
  gtk_label_set_label (self->title_label, "Bregma");
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle_label), FALSE);
  _brg_window_update_steps (self);
  _brg_window_actions_update (self);
  if (self->recent_cases != NULL)
    brg_recent_cases_refresh (self->recent_cases);
}

static void
opened_cb (BrgWindow *self)
{
  self->exported = FALSE;
  if (brg_case_get_scan (self->the_case) == NULL)
    return;
  gtk_stack_set_visible_child_name (self->stack, "work");
  gtk_widget_set_visible (self->status_bar, TRUE);
  _brg_window_hide_message (self);
  if (!self->reopening)
    _brg_window_set_step (self, find_step (self->the_case));
  _brg_window_update_title (self);
  _brg_window_update_steps (self);
  _brg_window_actions_update (self);
}

static void
result_changed_cb (BrgWindow *self)
{
  self->exported = FALSE;
  if (gtk_info_bar_get_message_type (self->message_bar) == GTK_MESSAGE_WARNING)
    _brg_window_hide_message (self);
  _brg_window_update_title (self);
  _brg_window_update_steps (self);
  _brg_window_actions_update (self);
}

static void
history_changed_cb (BrgWindow *self)
{
  _brg_window_update_steps (self);
  _brg_window_actions_update (self);
}

static void
connect_case (BrgWindow *self)
{
  g_signal_connect_object (self->the_case, "opened", G_CALLBACK (opened_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->the_case, "result-changed", G_CALLBACK (result_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->the_case, "history-changed", G_CALLBACK (history_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->the_case, "failed", G_CALLBACK (failed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->the_case, "notify::name", G_CALLBACK (_brg_window_update_title),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->the_case, "notify::task", G_CALLBACK (task_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
brg_window_dispose (GObject *object)
{
  BrgWindow *self = BRG_WINDOW (object);

  g_clear_handle_id (&self->task_reveal_id, g_source_remove);
  g_clear_handle_id (&self->opening_id, g_source_remove);
  g_clear_handle_id (&self->closing_id, g_source_remove);
  _brg_window_saving_dispose (self);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->task);
  g_clear_object (&self->recent_cases);
  g_clear_pointer (&self->library_problem, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), BRG_TYPE_WINDOW);
  g_clear_object (&self->view_state);
  g_clear_object (&self->the_case);
  G_OBJECT_CLASS (brg_window_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bregma/Bregma/brg-window.ui");
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, recent_button);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, undo_button);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, redo_button);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, history_button);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, history_list);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, title_label);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, subtitle_label);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, message_bar);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, message_label);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, case_bar);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, case_bar_label);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, retry_button);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, save_as_button);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, start_page);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, opening_page);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, step_list);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, panel_stack);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, panel_scroll);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, view_grid);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, status_bar);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, status_label);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, saving_label);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, task_box);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, task_label);
  gtk_widget_class_bind_template_child (widget_class, BrgWindow, task_bar);
  gtk_widget_class_bind_template_callback (widget_class, step_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, message_response_cb);
}

static void
brg_window_class_init (BrgWindowClass *klass)
{
  g_type_ensure (BRG_TYPE_HISTORY_LIST);
  g_type_ensure (BRG_TYPE_OPENING_PAGE);
  g_type_ensure (BRG_TYPE_START_PAGE);
  g_type_ensure (BRG_TYPE_VIEW_GRID);
  G_OBJECT_CLASS (klass)->dispose = brg_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = _brg_window_close_request;
  bind_template (GTK_WIDGET_CLASS (klass));
  _brg_window_actions_class_init (GTK_WIDGET_CLASS (klass));
}

static void
brg_window_init (BrgWindow *self)
{
  self->the_case = brg_case_new ();
  self->view_state = brg_view_state_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  brg_toplevel_guard (GTK_WINDOW (self));
  _brg_window_actions_init (self);
  make_steps (self);
  _brg_window_views_init (self);
  _brg_window_files_init (self);
  _brg_window_history_init (self);
  _brg_window_recent_init (self);
  _brg_window_saving_init (self);
  connect_case (self);
  _brg_window_update_steps (self);
  _brg_window_actions_update (self);
}

void
_brg_window_show_message (BrgWindow *self, GtkMessageType type, const char *text)
{
  g_autofree char *safe = g_utf8_make_valid (text, -1);

  gtk_label_set_label (self->message_label, safe);
  gtk_info_bar_set_message_type (self->message_bar, type);
  gtk_info_bar_set_revealed (self->message_bar, TRUE);
}

void
_brg_window_hide_message (BrgWindow *self)
{
  gtk_info_bar_set_revealed (self->message_bar, FALSE);
}

void
_brg_window_set_step (BrgWindow *self, BrgStep step)
{
  gtk_list_box_select_row (self->step_list,
                           gtk_list_box_get_row_at_index (self->step_list, (int) step));
}

static char *
describe_state (BrgCase *the_case)
{
  if (brg_case_get_result (the_case) == NULL)
    return g_strdup (_ ("scan"));

  guint n = count_defects (the_case);
  if (n > 1)
    return g_strdup_printf (ngettext ("skull, %u defect", "skull, %u defects", n), n);
  return g_strdup (n == 1 ? _ ("skull, defect and implant") : _ ("skull"));
}

void
_brg_window_update_title (BrgWindow *self)
{
  if (brg_case_get_scan (self->the_case) == NULL)
    return;
  g_autofree char *made = describe_state (self->the_case);
  g_autofree char *state = brg_case_get_read_only (self->the_case)
                             ? g_strdup_printf (_ ("%s · read-only"), made)
                             : g_strdup (made);
  g_autofree char *title = g_strdup_printf ("%s — Bregma", brg_case_get_name (self->the_case));

  gtk_window_set_title (GTK_WINDOW (self), title);
  gtk_label_set_label (self->title_label, brg_case_get_name (self->the_case));
  gtk_label_set_label (self->subtitle_label, state);
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle_label), TRUE);
}

void
_brg_window_update_steps (BrgWindow *self)
{
  for (BrgStep step = 0; step < BRG_N_STEPS; step++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->step_list, (int) step);
      GtkWidget *tick = g_object_get_data (G_OBJECT (row), "tick");
      gtk_widget_set_opacity (tick, step_is_done (self, step) ? 1 : 0);
    }
}

BrgWindow *
brg_window_new (BrgApplication *application)
{
  BrgWindow *self = g_object_new (BRG_TYPE_WINDOW, "application", application, NULL);

  brg_case_set_folder (self->the_case, brg_application_get_library (application));
  self->library_problem = g_strdup (brg_application_get_library_problem (application));
  _brg_window_set_recent_cases (self, brg_application_get_recent_cases (application));
  _brg_window_saving_update (self);
  return self;
}

BrgCase *
brg_window_get_case (BrgWindow *self)
{
  return self->the_case;
}
