#pragma once

#include <gtk/gtk.h>

#include "case/brg-series.h"

G_BEGIN_DECLS

/* What resampling does to a series, before and after side by side (brg_series_preview()), made in a
 * thread; ticks beside the slices that are made up. It says so while it is made, and why where it
 * cannot be. */
#define BRG_TYPE_RESAMPLING_VIEW (brg_resampling_view_get_type ())
G_DECLARE_FINAL_TYPE (BrgResamplingView, brg_resampling_view, BRG, RESAMPLING_VIEW, GtkWidget)

/* One of `all_series`, of which a reference is kept meanwhile. NULL: none, and what is being made
 * is given up. The same series again is no change. */
void brg_resampling_view_set_series (BrgResamplingView *self,
                                     GPtrArray *all_series,
                                     const BrgSeries *series);

/* The pictures are there. */
gboolean brg_resampling_view_is_done (BrgResamplingView *self);

G_END_DECLS
