#pragma once

#include <glib-object.h>

#include "engine/brg-geometry.h"

G_BEGIN_DECLS

/* What the views share and undo does not touch: where the crosshair is, window and level, the tool
 * in hand. Widgets bind to its properties; setters notify only when the value changes. Main thread
 * only. */
typedef enum
{
  BRG_TOOL_NAVIGATE, /* crosshair, pan, zoom */
  BRG_TOOL_PAINT,    /* add bone */
  BRG_TOOL_ERASE,    /* remove bone */
  BRG_TOOL_ISLAND,   /* a click removes the island under it */
  BRG_TOOL_DEFECT,   /* a click places the defect */
} BrgTool;

#define BRG_TYPE_TOOL (brg_tool_get_type ())
GType brg_tool_get_type (void);

/* BrgVec3 as a boxed value, for "crosshair". */
#define BRG_TYPE_VEC3 (brg_vec3_get_type ())
GType brg_vec3_get_type (void);

/* Properties, all readable and writable:
 *   "crosshair"       BrgVec3   LPS mm
 *   "level-hu"        double    grey in the middle of the window
 *   "window-hu"       double    >= 1
 *   "tool"            BrgTool
 *   "brush-radius-mm" double    0.1 .. 100
 *   "overlay"         boolean   skull, defect and implant are drawn over the slices
 *   "overlay-opacity" double    0..1, of their fill
 *   "interpolate"     boolean   grey values between voxels
 *   "threshold-dragging" boolean  a threshold handle is held: slices show what it would select
 *   "defect-dragging"    boolean  the defect is held
 */
#define BRG_TYPE_VIEW_STATE (brg_view_state_get_type ())
G_DECLARE_FINAL_TYPE (BrgViewState, brg_view_state, BRG, VIEW_STATE, GObject)

BrgViewState *brg_view_state_new (void);

BrgVec3 brg_view_state_get_crosshair (BrgViewState *self);
void brg_view_state_set_crosshair (BrgViewState *self, BrgVec3 lps_mm);

double brg_view_state_get_level_hu (BrgViewState *self);
double brg_view_state_get_window_hu (BrgViewState *self);

/* Both at once: one redraw for a drag that moves both. */
void brg_view_state_set_window (BrgViewState *self, double level_hu, double window_hu);

BrgTool brg_view_state_get_tool (BrgViewState *self);
void brg_view_state_set_tool (BrgViewState *self, BrgTool tool);

double brg_view_state_get_brush_radius_mm (BrgViewState *self);
void brg_view_state_set_brush_radius_mm (BrgViewState *self, double radius_mm);

gboolean brg_view_state_get_overlay (BrgViewState *self);
void brg_view_state_set_overlay (BrgViewState *self, gboolean overlay);

double brg_view_state_get_overlay_opacity (BrgViewState *self);
void brg_view_state_set_overlay_opacity (BrgViewState *self, double opacity);

gboolean brg_view_state_get_interpolate (BrgViewState *self);
void brg_view_state_set_interpolate (BrgViewState *self, gboolean interpolate);

gboolean brg_view_state_get_threshold_dragging (BrgViewState *self);
void brg_view_state_set_threshold_dragging (BrgViewState *self, gboolean dragging);

gboolean brg_view_state_get_defect_dragging (BrgViewState *self);
void brg_view_state_set_defect_dragging (BrgViewState *self, gboolean dragging);

G_END_DECLS
