#pragma once

#include "app/brg-recent-cases.h"
#include "app/brg-window.h"
#include "case/brg-view-state.h"
#include "widgets/brg-export-panel.h"
#include "widgets/brg-history-list.h"
#include "widgets/brg-mesh-view.h"
#include "widgets/brg-opening-page.h"
#include "widgets/brg-slice-view.h"
#include "widgets/brg-start-page.h"
#include "widgets/brg-view-grid.h"

G_BEGIN_DECLS

/* Shared by the parts of the window: brg-window.c (template, steps, status), brg-window-actions.c,
 * brg-window-files.c (open, drop, export), brg-window-opening.c (while it lasts),
 * brg-window-recent.c (start page, recent cases), brg-window-saving.c (what is said about the case
 * file), brg-window-save-as.c, brg-window-close.c, brg-window-history.c and brg-window-views.c
 * (case <-> views). */

typedef enum
{
  BRG_STEP_SCAN,
  BRG_STEP_BONE,
  BRG_STEP_REPAIR,
  BRG_STEP_DEFECT,
  BRG_STEP_EXPORT,
  BRG_N_STEPS,
} BrgStep;

struct _BrgWindow
{
  GtkApplicationWindow parent_instance;

  BrgCase *the_case;
  BrgViewState *view_state;
  BrgTool last_tool;
  BrgStep step;
  GCancellable *cancellable; /* of the open or export under way, or NULL */
  BrgTask *task;             /* the one shown in the status bar, or NULL */
  guint task_reveal_id;
  guint opening_id;   /* until the page about what is being opened is shown */
  gboolean reopening; /* the case that is open already, or its scan: the step stays */
  BrgRecentCases *recent_cases;
  char *library_problem; /* one sentence, why new cases have no file; NULL: they have */
  gboolean recovery_seen;
  guint saving_id;          /* until "Saving…" is shown */
  guint saved_id;           /* until "Saved" goes */
  gboolean saving_shown;    /* "Saving…" */
  guint inhibit_cookie;     /* of the session's end; 0: none */
  gboolean closing;         /* the case is being closed, then the window goes */
  gboolean closed;          /* it may go */
  gboolean close_case_only; /* the window stays */
  gboolean must_close;      /* without a question */
  gboolean close_after_save;
  guint closing_id;
  gboolean exported; /* the triple on disk is the triple on screen */

  BrgSliceView *slices[BRG_N_PLANES];
  BrgMeshView *mesh_view;
  BrgExportPanel *export_panel;

  GtkMenuButton *recent_button;
  GtkWidget *undo_button;
  GtkWidget *redo_button;
  GtkMenuButton *history_button;
  BrgHistoryList *history_list;
  GtkLabel *title_label;
  GtkLabel *subtitle_label;
  GtkInfoBar *message_bar;
  GtkLabel *message_label;
  GtkInfoBar *case_bar;
  GtkLabel *case_bar_label;
  GtkWidget *retry_button;
  GtkWidget *save_as_button;
  GtkLabel *saving_label;
  GtkStack *stack;
  BrgStartPage *start_page;
  BrgOpeningPage *opening_page;
  GtkListBox *step_list;
  GtkStack *panel_stack;
  GtkScrolledWindow *panel_scroll;
  BrgViewGrid *view_grid;
  GtkWidget *status_bar;
  GtkLabel *status_label;
  GtkWidget *task_box;
  GtkLabel *task_label;
  GtkProgressBar *task_bar;
};

/* brg-window.c */
void _brg_window_show_message (BrgWindow *self, GtkMessageType type, const char *text);
void _brg_window_hide_message (BrgWindow *self);
void _brg_window_set_step (BrgWindow *self, BrgStep step);
void _brg_window_show_start (BrgWindow *self); /* there is no case any more */
void _brg_window_update_title (BrgWindow *self);
void _brg_window_update_steps (BrgWindow *self);

/* brg-window-actions.c */
void _brg_window_actions_class_init (GtkWidgetClass *widget_class);
void _brg_window_actions_init (BrgWindow *self);
/* Decides, from the case alone, what every action may do now. */
void _brg_window_actions_update (BrgWindow *self);
void _brg_window_set_tool (BrgWindow *self, BrgTool tool);
/* Shows the view in this cell of the grid alone, or all four when one is alone already. */
void _brg_window_toggle_alone (BrgWindow *self, int cell);

/* brg-window-files.c */
void _brg_window_files_init (BrgWindow *self);
void _brg_window_choose_scan (BrgWindow *self);
void _brg_window_choose_series (BrgWindow *self);
void _brg_window_choose_folder (BrgWindow *self);
/* Opens the file in the case of the window; `callback` gets a reference of the window. */
void _brg_window_open_in_case (BrgWindow *self,
                               GFile *file,
                               const BrgImportOptions *options,
                               GAsyncReadyCallback callback);
/* The end of every opening: its callback, or called by that. Takes the reference of the window. */
void _brg_window_opened_cb (GObject *source, GAsyncResult *result, gpointer window);
/* A read-only case once more, to change it if nothing stands in the way any longer. */
void _brg_window_reopen (BrgWindow *self);
void _brg_window_open_sample (BrgWindow *self);
/* Goes on in a new case whose scan shows no face. */
void _brg_window_deface (BrgWindow *self, double keep_mm);
void _brg_window_export (BrgWindow *self);
void _brg_window_show_folder (BrgWindow *self);

/* The case has seen work and no file: closing the window would lose it. */
gboolean _brg_window_is_in_memory (BrgWindow *self);

/* brg-window-series.c: a folder or a file of DICOM images; asks which series if it must. */
void _brg_window_open_series (BrgWindow *self, GFile *file);

/* brg-window-labels.c: a file of voxels, or what turns out to be none; asks what it is if that is
 * not certain. */
void _brg_window_open_image (BrgWindow *self, GFile *file);

/* brg-window-opening.c: a page that hides the case */
/* At once, while series are looked for in the folder of this name. */
void _brg_window_show_search (BrgWindow *self, const char *name, BrgTask *task);
/* While the case opens what has this name: at once for a series, with its slices; after a moment
 * where there is no case to look at; else not at all. */
void _brg_window_show_opening (BrgWindow *self, const char *name);

/* The same while what a file holds is looked at, before it is opened. */
void _brg_window_show_look (BrgWindow *self, const char *name, BrgTask *task);
gboolean _brg_window_is_covered (BrgWindow *self); /* the page is shown */
/* Back to the case, or to the start page. */
void _brg_window_hide_opening (BrgWindow *self);

/* brg-window-recent.c */
void _brg_window_recent_init (BrgWindow *self);
void _brg_window_set_recent_cases (BrgWindow *self, BrgRecentCases *recent_cases);
void _brg_window_remember_case (BrgWindow *self); /* where it lies, if not in the library */
void _brg_window_show_in_folder (BrgWindow *self, GFile *file);
/* The window of the application that has this case file open, or NULL. */
BrgWindow *_brg_window_find_with_file (BrgWindow *self, GFile *file);

/* brg-window-saving.c */
void _brg_window_saving_init (BrgWindow *self);
void _brg_window_saving_dispose (BrgWindow *self);
/* The bar about the case: not saved, read-only, in memory, recovered. */
void _brg_window_saving_update (BrgWindow *self);
void _brg_window_show_saved (BrgWindow *self);

/* brg-window-save-as.c */
void _brg_window_save_as (BrgWindow *self);
void _brg_window_save_as_file (BrgWindow *self, GFile *file);

/* brg-window-close.c */
gboolean _brg_window_close_request (GtkWindow *window);
/* Closes the case, then the window; a question when that fails. */
void _brg_window_close (BrgWindow *self);
/* Closes the case and goes back to the start page. What is being opened is cancelled instead; a
 * window on the start page goes. */
void _brg_window_close_case (BrgWindow *self);
/* Once more what was asked for last, now that it may succeed. */
void _brg_window_close_again (BrgWindow *self);
/* The same without a question; what is lost then is told on stderr. */
void _brg_window_close_at_once (BrgWindow *self);

/* brg-window-history.c */
void _brg_window_history_init (BrgWindow *self);
void _brg_window_show_history (BrgWindow *self);

/* brg-window-views.c */
void _brg_window_views_init (BrgWindow *self);
void _brg_window_reset_views (BrgWindow *self);
/* Puts the defect where the bone is nearest to `lps_mm`. */
void _brg_window_place_defect (BrgWindow *self, BrgVec3 lps_mm, gboolean dragging);
void _brg_window_place_preset (BrgWindow *self, const char *key);
void _brg_window_show_defect (BrgWindow *self); /* crosshair and 3-D turn to the active one */

G_END_DECLS
