#pragma once

#include "case/brg-recent-case.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The cases a window can offer: those of the library, and case files saved elsewhere that the
 * desktop remembers. They are looked for and read in a worker; a file that cannot be read is listed
 * with its reason. Main thread only.
 *
 * Property, read-only, with notify: "model" (GListModel of BrgRecentCase, the latest change first,
 * what cannot be read last; NULL until the first look is done). */
#define BRG_TYPE_RECENT_CASES (brg_recent_cases_get_type ())
G_DECLARE_FINAL_TYPE (BrgRecentCases, brg_recent_cases, BRG, RECENT_CASES, GObject)

/* `library`: the folder of new cases, or NULL. */
BrgRecentCases *brg_recent_cases_new (const char *library);

GListModel *brg_recent_cases_get_model (BrgRecentCases *self); /* borrowed */

/* Looks again; what has not changed keeps its place and its object. */
void brg_recent_cases_refresh (BrgRecentCases *self);
gboolean brg_recent_cases_is_looking (BrgRecentCases *self);

/* Lists a case file that lies elsewhere from now on, unless the desktop's privacy settings say
 * no. */
void brg_recent_cases_remember (BrgRecentCases *self, GFile *file);

G_END_DECLS
