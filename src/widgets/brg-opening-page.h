#pragma once

#include <gtk/gtk.h>

#include "case/brg-arrival.h"
#include "case/brg-task.h"

G_BEGIN_DECLS

/* What the window shows while it looks for series or opens one: what it does, how far it is, in
 * files or slices where there are such, a way to cancel ("win.cancel"), and the slices that are
 * there already. */
#define BRG_TYPE_OPENING_PAGE (brg_opening_page_get_type ())
G_DECLARE_FINAL_TYPE (BrgOpeningPage, brg_opening_page, BRG, OPENING_PAGE, GtkWidget)

/* `title` as it is shown. Takes references; `task` NULL: nothing is going on, and the page forgets
 * all it knew. `arrival` may be NULL. */
void brg_opening_page_set_task (BrgOpeningPage *self,
                                const char *title,
                                BrgTask *task,
                                BrgArrival *arrival);

/* One more sentence about what is going on, until the task is another one. */
void brg_opening_page_set_note (BrgOpeningPage *self, const char *note);

G_END_DECLS
