#pragma once

#include "case/brg-recent-case.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A case on the start page: thumbnail, name, when it changed, what it holds, where it lies unless
 * in the library, and a menu. The menu and brg_case_card_open() ask the window: its actions
 * "win.open-uri", "win.show-in-folder" and "win.move-to-trash" take the URI of the file. */
#define BRG_TYPE_CASE_CARD (brg_case_card_get_type ())
G_DECLARE_FINAL_TYPE (BrgCaseCard, brg_case_card, BRG, CASE_CARD, GtkBox)

GtkWidget *brg_case_card_new (BrgRecentCase *recent);

void brg_case_card_open (BrgCaseCard *self);

G_END_DECLS
