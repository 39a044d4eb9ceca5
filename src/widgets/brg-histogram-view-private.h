#pragma once

#include "widgets/brg-histogram-view.h"

G_BEGIN_DECLS

typedef enum
{
  BRG_HANDLE_LO,
  BRG_HANDLE_HI,
  BRG_N_HANDLES,
} BrgHistogramHandle;

/* Shared by brg-histogram-view.c (state, input) and -draw.c. */
struct _BrgHistogramView
{
  GtkWidget parent_instance;

  BrgHistogram histogram;
  gboolean has_histogram;
  int axis_lo_hu, axis_hi_hu;
  int value_hu[BRG_N_HANDLES];
  BrgHistogramHandle active; /* the one the keyboard moves */
  gboolean dragging;
  double grab_x; /* where in the handle it is held */
  int hovered;   /* handle under the pointer, or -1 */
};

#define BRG_HISTOGRAM_INSET 12 /* of the axis from both sides: room for the knobs */

/* Where the threshold of a skull usually lies; shown as a band. */
#define BRG_HISTOGRAM_USUAL_LO_HU 150
#define BRG_HISTOGRAM_USUAL_HI_HU 200

/* Widget x of a HU value, clamped to the axis; of the end of the axis for none. */
double _brg_histogram_view_x_from_hu (BrgHistogramView *self, int hu);

void _brg_histogram_view_draw (BrgHistogramView *self, GtkSnapshot *snapshot);

G_END_DECLS
