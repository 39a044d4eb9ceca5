#pragma once

#include <gtk/gtk.h>

#include "case/brg-series.h"

G_BEGIN_DECLS

/* Choose one of the series that brg_series_find() gave: picture of the middle slice, what the
 * scanner calls it, patient, size and spacing, what is odd, or why it cannot be used. A series that
 * is no regular grid can be resampled, and is not opened otherwise. Names of patients are shown
 * here and go with the dialog.
 *
 * Signal "chosen" (guint index, gboolean resample); the dialog closes then. */
#define BRG_TYPE_SERIES_DIALOG (brg_series_dialog_get_type ())
G_DECLARE_FINAL_TYPE (BrgSeriesDialog, brg_series_dialog, BRG, SERIES_DIALOG, GtkWindow)

/* Keeps a reference of `all_series`, which is not empty. */
BrgSeriesDialog *brg_series_dialog_new (GtkWindow *parent, GPtrArray *all_series);

/* Whether the face is to be taken out, and what distance from bone stays then. */
gboolean brg_series_dialog_get_deface (BrgSeriesDialog *self, double *keep_mm);

/* Borrowed; the dialog has it until it is destroyed. */
GPtrArray *brg_series_dialog_get_all_series (BrgSeriesDialog *self);

G_END_DECLS
