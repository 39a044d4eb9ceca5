#pragma once

#include "widgets/brg-slice-view.h"

G_BEGIN_DECLS

typedef enum
{
  BRG_SLICE_DRAG_NONE,
  BRG_SLICE_DRAG_CROSSHAIR,
  BRG_SLICE_DRAG_STROKE,
  BRG_SLICE_DRAG_RAIL,
  BRG_SLICE_DRAG_DEFECT, /* pressed with the defect in hand; moves once past the threshold */
} BrgSliceDrag;

/* Shared by the files of the widget: brg-slice-view.c (state and properties), -navigate.c
 * (crosshair, slice, window, zoom), -draw.c, -input.c. */
struct _BrgSliceView
{
  GtkWidget parent_instance;

  BrgPlane plane;
  BrgVolume *volume;
  BrgSliceLayer layers[BRG_SLICE_MAX_LAYERS];
  size_t n_layers;
  BrgSlicePreview preview;
  double level_hu, window_hu;
  gboolean interpolate;
  gboolean lone; /* no stack to move through */
  BrgVec3 crosshair;
  BrgTool tool;
  double brush_radius_mm;

  BrgSliceMap map;     /* in device pixels; map.index is the slice shown */
  gboolean fitted;     /* follows the widget's size */
  GdkTexture *texture; /* NULL: stale */
  char *fault;         /* why there is no texture, or NULL */

  gboolean pointer_inside;
  double pointer[2]; /* widget coordinates */
  BrgSliceDrag drag;
  double stroke_vox[3]; /* where the stroke is */
  double press[2];      /* where the left button went down */
  double drag_last[2];  /* pan: offset already applied; defect: where it was dragged to */
  gboolean drag_moved;  /* defect: past the threshold */
  double drag_level_hu, drag_window_hu;
  const char *cursor_name;
  double scroll_rest; /* part of a wheel step not used yet */
};

/* Width of the strip at the right edge that scrubs through the slices. */
#define BRG_SLICE_RAIL_WIDTH  20
#define BRG_SLICE_RAIL_MARGIN 40

void _brg_slice_view_init_input (BrgSliceView *self);

/* The cursor of the tool, or of the rail under the pointer; none where the brush circle is drawn.
 */
void _brg_slice_view_update_cursor (BrgSliceView *self);

/* The pointer is over the rail, or drags it. */
gboolean _brg_slice_view_is_at_rail (BrgSliceView *self);

gboolean _brg_slice_view_has_brush (BrgSliceView *self);

/* Ends a stroke that is under way. */
void _brg_slice_view_end_stroke (BrgSliceView *self);

/* The texture no longer shows what it should. */
void _brg_slice_view_make_stale (BrgSliceView *self);

void _brg_slice_view_update_accessible (BrgSliceView *self);

/* The slice the crosshair lies in; there must be a volume. */
int _brg_slice_view_slice_of_crosshair (BrgSliceView *self);

/* TRUE when the slice is another one now. */
gboolean _brg_slice_view_place_crosshair (BrgSliceView *self, BrgVec3 lps_mm);

void _brg_slice_view_apply_window (BrgSliceView *self, double level_hu, double window_hu);

/* Emits "hover" for where the pointer is. */
void _brg_slice_view_update_hover (BrgSliceView *self);

/* What the user does: change and say so. */
void _brg_slice_view_move_crosshair (BrgSliceView *self, BrgVec3 lps_mm);
void _brg_slice_view_go_to (BrgSliceView *self, int index);
void _brg_slice_view_change_window (BrgSliceView *self, double level_hu, double window_hu);
void _brg_slice_view_zoom (BrgSliceView *self, double x, double y, double factor);
void _brg_slice_view_pan (BrgSliceView *self, double dx, double dy);

/* Continuous voxel under a point of the widget. */
void _brg_slice_view_vox_at (BrgSliceView *self, double x, double y, double vox[3]);

int _brg_slice_view_n_slices (BrgSliceView *self);

/* Lengths of the rail and of its thumb; FALSE when there is no room or nothing to scrub. */
gboolean _brg_slice_view_measure_rail (BrgSliceView *self, double *length, double *thumb);

/* Translated; "Axial". */
const char *_brg_slice_view_plane_name (BrgPlane plane);

void _brg_slice_view_draw (BrgSliceView *self, GtkSnapshot *snapshot);

G_END_DECLS
