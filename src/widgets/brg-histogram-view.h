#pragma once

#include <gtk/gtk.h>

#include "engine/brg-histogram.h"

G_BEGIN_DECLS

/* The histogram of a scan (log counts over HU) with a handle for each end of the threshold. What
 * lies between them is in the colour of the threshold preview.
 *
 * Pointer: drag a handle, or press beside it to bring the nearest there; the upper one parks at the
 * right end, which means no limit. Keyboard: Tab goes from handle to handle, arrows move by 1 HU
 * (Shift: 10), Page Up/Down by 50, Home/End to the end of the axis.
 *
 * Properties: "lo-hu", "hi-hu" int, with notify; hi-hu is BRG_THRESHOLD_NONE_HU for none. Setters
 *   take any value, one beyond the axis is drawn at its end; the user keeps lo-hu <= hi-hu.
 *   "dragging" boolean, read-only: a handle is held.
 * Signal: "drag-ended" () when a handle is let go, after the last notify. */
#define BRG_TYPE_HISTOGRAM_VIEW (brg_histogram_view_get_type ())
G_DECLARE_FINAL_TYPE (BrgHistogramView, brg_histogram_view, BRG, HISTOGRAM_VIEW, GtkWidget)

GtkWidget *brg_histogram_view_new (void);

/* Copies; NULL: none, and nothing can be dragged. The axis is chosen here and stays. */
void brg_histogram_view_set_histogram (BrgHistogramView *self, const BrgHistogram *histogram);

int brg_histogram_view_get_lo_hu (BrgHistogramView *self);
int brg_histogram_view_get_hi_hu (BrgHistogramView *self);
void brg_histogram_view_set_range_hu (BrgHistogramView *self, int lo_hu, int hi_hu);

gboolean brg_histogram_view_get_dragging (BrgHistogramView *self);

G_END_DECLS
