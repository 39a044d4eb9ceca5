#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The history as a list to jump in: "Opened" first, then every entry, oldest first; the place the
 * case is at carries a mark, what has been undone is dimmed. Only the rows in sight have widgets
 * and are asked for their labels, so that ten thousand entries cost what twenty do.
 *
 * Signal "jump" (guint position): a row was clicked, or Enter pressed on it; so many entries shall
 * be in the past. */
#define BRG_TYPE_HISTORY_LIST (brg_history_list_get_type ())
G_DECLARE_FINAL_TYPE (BrgHistoryList, brg_history_list, BRG, HISTORY_LIST, GtkWidget)

/* Label of entry `index`, oldest first, in the reader's language; a new string. */
typedef char *(*BrgHistoryListLabel) (gpointer data, guint index);

GtkWidget *brg_history_list_new (void);

/* `data` must outlive the list, or be taken back with NULL. */
void
brg_history_list_set_label_func (BrgHistoryList *self, BrgHistoryListLabel func, gpointer data);

/* The history has `n_entries`, `position` of them in the past. All rows in sight are asked for
 * their labels again. */
void brg_history_list_update (BrgHistoryList *self, guint n_entries, guint position);

/* Brings the row of the present into sight and gives it the focus. */
void brg_history_list_show_present (BrgHistoryList *self);

G_END_DECLS
