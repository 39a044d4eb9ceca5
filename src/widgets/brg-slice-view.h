#pragma once

#include <gtk/gtk.h>

#include "case/brg-view-state.h"
#include "engine/brg-slice.h"

G_BEGIN_DECLS

#define BRG_TYPE_PLANE (brg_plane_get_type ())
GType brg_plane_get_type (void);

/* What is under the pointer. */
typedef struct
{
  int vox[3];
  BrgVec3 lps_mm;
  int hu;
} BrgSliceHover;

/* One slice of a scan in one plane, with overlays, crosshair and tools. It holds no case: a window
 * sets what it shows, and connects what it says. One CPU-composed texture at device resolution;
 * recomposed at the next frame after something it shows has changed.
 *
 * Pointer   left: by tool (crosshair; brush stroke; pick) - on the rail at the right edge: slice
 *           middle-drag: pan - right-drag: window (right = wider) and level (up = brighter)
 *           wheel: slice - Ctrl+wheel: zoom at the pointer - Shift+wheel: brush radius
 *           Shift+move: crosshair - double click: maximise (not while the tool is a brush)
 * Keyboard  Page Up/Down (Shift: ten), Home, End: slice - arrows: crosshair by one voxel
 *           + and -: zoom - R: whole slice
 *
 * Properties, named and typed as those of BrgViewState so that they can be bound to it both ways:
 *   "crosshair" BrgVec3 - "level-hu", "window-hu", "brush-radius-mm" double - "tool" BrgTool -
 *   "interpolate" boolean; and "plane" BrgPlane, construct-only.
 * The crosshair decides the slice: the one it lies in. Moving through slices moves the crosshair.
 *
 * Signals. They are emitted for what the user does, not for what setters are told:
 *   "index-changed"    (int index)
 *   "crosshair-moved"  (const BrgVec3 *lps_mm)
 *   "window-changed"   (double level_hu, double window_hu)
 *   "stroke-begin"     (gboolean erase)
 *   "stroke-to"        (const double *from_vox, const double *to_vox)   3 each, in this slice
 *   "stroke-end"       ()       always follows a "stroke-begin"
 *   "picked"           (const BrgVec3 *lps_mm)   a click with BRG_TOOL_ISLAND or BRG_TOOL_DEFECT
 *   "dragged"          (const BrgVec3 *lps_mm, gboolean last)   with BRG_TOOL_DEFECT: the pointer
 *                      moves with the button down, past a click; once more with last at the end
 *   "maximise"         ()
 *   "hover"            (const BrgSliceHover *)   NULL when the pointer is not over the scan */
#define BRG_TYPE_SLICE_VIEW (brg_slice_view_get_type ())
G_DECLARE_FINAL_TYPE (BrgSliceView, brg_slice_view, BRG, SLICE_VIEW, GtkWidget)

GtkWidget *brg_slice_view_new (BrgPlane plane);

/* Takes a reference. The whole middle slice is shown and the crosshair is put in the middle;
 * layers and preview are dropped, as they belonged to the last scan. NULL: nothing is shown. */
void brg_slice_view_set_volume (BrgSliceView *self, BrgVolume *volume);

/* Copies at most BRG_SLICE_MAX_LAYERS and takes references to their masks; entries without a mask
 * are skipped. When their owner paints into one, it calls brg_slice_view_invalidate(). */
void brg_slice_view_set_layers (BrgSliceView *self, const BrgSliceLayer *layers, size_t n_layers);

/* Copies; NULL: no preview. restrict_to is referenced. */
void brg_slice_view_set_preview (BrgSliceView *self, const BrgSlicePreview *preview);

/* The voxels in `box` (on the scan's grid; NULL: any) of the layers have changed: redraws if the
 * slice shown meets them. */
void brg_slice_view_invalidate (BrgSliceView *self, const BrgBox *box);

void brg_slice_view_set_window (BrgSliceView *self, double level_hu, double window_hu);

void brg_slice_view_set_crosshair (BrgSliceView *self, BrgVec3 lps_mm);
BrgVec3 brg_slice_view_get_crosshair (BrgSliceView *self);

/* Clamped to the slices there are. */
void brg_slice_view_set_index (BrgSliceView *self, int index);
int brg_slice_view_get_index (BrgSliceView *self);

/* The volume is one slice and nothing else: no crosshair, no number, no rail. */
void brg_slice_view_set_lone (BrgSliceView *self, gboolean lone);

void brg_slice_view_set_tool (BrgSliceView *self, BrgTool tool);
void brg_slice_view_set_brush_radius_mm (BrgSliceView *self, double radius_mm);
void brg_slice_view_set_interpolate (BrgSliceView *self, gboolean interpolate);

/* The whole slice, centred, following the size of the widget until the user zooms or pans. */
void brg_slice_view_reset (BrgSliceView *self);

BrgPlane brg_slice_view_get_plane (BrgSliceView *self);

/* Pixels (of the device: widget coordinates times the scale factor) to voxels and back, as shown
 * now. Valid while there is a volume and the widget has a size. */
const BrgSliceMap *brg_slice_view_get_map (BrgSliceView *self);

G_END_DECLS
