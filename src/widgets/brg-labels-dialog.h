#pragma once

#include <gtk/gtk.h>

#include "case/brg-import.h"

G_BEGIN_DECLS

/* What a file of several labels is: which of them is the skull, or all of them together, or that it
 * is a scan of few values after all, unless it declares segments. The first that holds
 * something is chosen at first. Names of segments are shown here and overwritten with the dialog.
 *
 * Signal "chosen" (const BrgImportOptions *); the dialog closes then. */
#define BRG_TYPE_LABELS_DIALOG (brg_labels_dialog_get_type ())
G_DECLARE_FINAL_TYPE (BrgLabelsDialog, brg_labels_dialog, BRG, LABELS_DIALOG, GtkWindow)

/* `content` is what is in `file`, of kind BRG_IMAGE_IS_LABELS, and copied. */
BrgLabelsDialog *
brg_labels_dialog_new (GtkWindow *parent, GFile *file, const BrgImageContent *content);

/* Borrowed. */
GFile *brg_labels_dialog_get_file (BrgLabelsDialog *self);

G_END_DECLS
