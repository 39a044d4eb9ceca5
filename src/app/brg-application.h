#pragma once

#include <gtk/gtk.h>

#include "app/brg-recent-cases.h"

G_BEGIN_DECLS

/* The application: command line, one window per case, application-wide actions and their keys. It
 * ends when the last window has closed its case properly; so it does on SIGTERM, SIGHUP, SIGINT and
 * at the end of the session. */
#define BRG_TYPE_APPLICATION (brg_application_get_type ())
G_DECLARE_FINAL_TYPE (BrgApplication, brg_application, BRG, APPLICATION, GtkApplication)

BrgApplication *brg_application_new (void);

/* The folder new cases get their file in, looked for and made once; NULL: it cannot be used, and
 * the problem says why, in one sentence. Borrowed. */
const char *brg_application_get_library (BrgApplication *self);
const char *brg_application_get_library_problem (BrgApplication *self);

/* What start pages and menus list; borrowed. */
BrgRecentCases *brg_application_get_recent_cases (BrgApplication *self);

G_END_DECLS
