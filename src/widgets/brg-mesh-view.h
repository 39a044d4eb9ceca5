#pragma once

#include <gtk/gtk.h>

#include "engine/brg-mesh.h"
#include "render/brg-camera.h"

G_BEGIN_DECLS

/* The 3-D view: meshes, crosshair, an orientation cube and buttons for the usual sides. It knows
 * nothing of the case; the window sets what is shown. Main thread only.
 *
 * Left drag turns, middle or Shift+left drag moves, right drag and the wheel zoom; arrow keys turn,
 * plus and minus zoom, Home shows everything. Where there is no OpenGL it says why and does nothing
 * else; all setters keep working.
 *
 * Signals:
 *   "picked" (const BrgVec3 *origin, const BrgVec3 *direction)
 *       a click without a drag: the ray from the eye, LPS mm, through the pointer
 *   "dragged" (const BrgVec3 *origin, const BrgVec3 *direction, int phase)
 *       while "placing", a drag that began on the visible cutter; `phase` is a BrgMeshDragPhase.
 *       The ray runs where the anchor goes, as if it had been grabbed at its middle
 *   "maximise" (void)
 *       a double click
 *
 * Property: "placing" (gboolean), the cutter can be dragged.
 * Actions: "mesh.look" ('anterior', 'left', ...; see brg_view_name()), "mesh.reset". */
#define BRG_TYPE_MESH_VIEW (brg_mesh_view_get_type ())
G_DECLARE_FINAL_TYPE (BrgMeshView, brg_mesh_view, BRG, MESH_VIEW, GtkWidget)

typedef enum
{
  BRG_MESH_SKULL,   /* bone colour */
  BRG_MESH_IMPLANT, /* implant colour */
  BRG_MESH_CUTTER,  /* defect colour, true edges kept sharp */
  BRG_MESH_PREVIEW, /* colour of the threshold preview */
} BrgMeshSlot;

#define BRG_N_MESH_SLOTS 4

typedef enum
{
  BRG_MESH_DRAG_BEGIN,
  BRG_MESH_DRAG_MOVE,
  BRG_MESH_DRAG_END,
} BrgMeshDragPhase;

GtkWidget *brg_mesh_view_new (void);

/* Shows `mesh` (NULL: nothing) in a slot; takes its own reference, and nobody may write to the mesh
 * any more. A large mesh is prepared in a thread and replaces the old one when it is ready. The
 * first mesh in an empty view is brought into view; later ones do not move the camera. */
void brg_mesh_view_set_mesh (BrgMeshView *self, BrgMeshSlot slot, BrgMesh *mesh, float opacity);

void brg_mesh_view_set_opacity (BrgMeshView *self, BrgMeshSlot slot, float opacity);
void brg_mesh_view_set_visible (BrgMeshView *self, BrgMeshSlot slot, gboolean visible);

/* The crosshair at an LPS point (NULL: none); `frames` adds the frames of the three planes. */
void brg_mesh_view_set_crosshair (BrgMeshView *self, const BrgVec3 *lps, gboolean frames);

/* Turns to a preset, in a short animation where the desktop wants them. Shows everything, unless
 * the user has zoomed or moved. */
void brg_mesh_view_set_view (BrgMeshView *self, BrgViewDirection view);

/* Three-quarter view of everything. */
void brg_mesh_view_reset (BrgMeshView *self);

const BrgCamera *brg_mesh_view_get_camera (BrgMeshView *self);

/* The point the cutter is held by while it is dragged, as the defect's origin on the bone; NULL:
 * the middle of its box. */
void brg_mesh_view_set_anchor (BrgMeshView *self, const BrgVec3 *lps);

void brg_mesh_view_set_placing (BrgMeshView *self, gboolean placing);
gboolean brg_mesh_view_get_placing (BrgMeshView *self);

/* Text in the middle while no slot holds a mesh; NULL: the usual one. */
void brg_mesh_view_set_empty_text (BrgMeshView *self, const char *text);

/* Why there is no picture, or NULL while there is one or it has not been tried. */
const char *brg_mesh_view_get_problem (BrgMeshView *self);

/* True when every mesh that was set has been drawn (or GL is absent) and no motion is going on. */
gboolean brg_mesh_view_is_settled (BrgMeshView *self);

G_END_DECLS
