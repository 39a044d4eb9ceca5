#pragma once

#include "case/brg-recent-case.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What the window shows without a case: one large target to open a scan, then what a crash left
 * behind, then the recent cases. A click or Enter on a case opens it (see brg-case-card.h).
 * Everything it does are actions of the window: "win.open", "win.open-folder", "win.open-sample",
 * "win.open-uri", "win.show-in-folder", "win.move-to-trash". */
#define BRG_TYPE_START_PAGE (brg_start_page_get_type ())
G_DECLARE_FINAL_TYPE (BrgStartPage, brg_start_page, BRG, START_PAGE, GtkWidget)

/* Shows these BrgRecentCase, newest first; the list is watched. NULL: they are still being looked
 * for, and nothing is said about them. */
void brg_start_page_set_cases (BrgStartPage *self, GListModel *cases);

G_END_DECLS
