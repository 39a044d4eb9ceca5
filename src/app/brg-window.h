#pragma once

#include "app/brg-application.h"
#include "case/brg-case.h"

G_BEGIN_DECLS

/* The main window: start page, or steps, panel, four linked views and status bar of one case. */
#define BRG_TYPE_WINDOW (brg_window_get_type ())
G_DECLARE_FINAL_TYPE (BrgWindow, brg_window, BRG, WINDOW, GtkApplicationWindow)

BrgWindow *brg_window_new (BrgApplication *application);

/* Opens a scan into this window; on failure a dismissible message says why and the case at hand
 * stays. */
void brg_window_open (BrgWindow *self, GFile *file);

/* The document; borrowed. */
BrgCase *brg_window_get_case (BrgWindow *self);

G_END_DECLS
