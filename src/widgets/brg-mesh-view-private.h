#pragma once

#include "render/brg-mesh-renderer.h"
#include "widgets/brg-mesh-packs.h"
#include "widgets/brg-mesh-view.h"
#include "widgets/brg-orientation-cube.h"

G_BEGIN_DECLS

typedef struct
{
  BrgMesh *mesh;
  BrgVec3 lo, hi;          /* its box */
  GCancellable *preparing; /* of the worker that packs it, NULL when none does */
  BrgMeshPacks *packs;     /* ready to be uploaded by the next picture */
  gboolean to_upload;      /* `packs`, or nothing, must replace what GL holds */
} MeshSlot;

typedef enum
{
  MESH_DRAG_NONE, /* pressed, but not yet moved far enough */
  MESH_DRAG_TURN,
  MESH_DRAG_PAN,
  MESH_DRAG_ZOOM,
  MESH_DRAG_PLACE,
} MeshDrag;

struct _BrgMeshView
{
  GtkWidget parent_instance;

  GtkWidget *overlay, *area, *cube, *views, *empty, *failure, *reason;

  /* the picture */
  BrgMeshRenderer *renderer; /* between realize and unrealize, NULL without GL */
  BrgScene scene;
  MeshSlot slots[BRG_N_MESH_SLOTS];
  gboolean wants_proxies; /* GL turned out to be slow */

  /* motion */
  gboolean fitted;    /* the user has not zoomed or moved since everything was shown */
  guint rest_source;  /* fires when nothing has moved for a while */
  guint flight_tick;  /* of the animation, 0 when none */
  BrgCamera from, to; /* its ends */
  gint64 flight_start_us;

  /* the pointer */
  MeshDrag drag;
  BrgCamera drag_camera;   /* when the drag began */
  double press_x, press_y; /* where it began */
  double grab_x, grab_y;   /* from the pointer to the anchor, px */
  double pointer_x, pointer_y;
  gboolean placing, has_anchor;
  BrgVec3 anchor;
};

/* brg-mesh-view.c */

/* Puts a message in the place of the picture, for good. */
void _brg_mesh_view_show_problem (BrgMeshView *self, const char *reason);

/* Shows the text of an empty view when no slot holds a mesh. */
void _brg_mesh_view_update_empty (BrgMeshView *self);

/* brg-mesh-view-slots.c */

/* Packs the mesh of a slot for GL, here if it is small and in a thread if it is not. */
void _brg_mesh_view_prepare_slot (BrgMeshView *self, int slot);

/* Gives GL what has been packed; its context must be current. */
BrgStatus _brg_mesh_view_upload_slots (BrgMeshView *self, BrgError *error);

/* Once a picture at rest was slow, pictures in motion get proxies. */
void _brg_mesh_view_ask_for_proxies (BrgMeshView *self);

/* Drops what waits to be uploaded, or everything. */
void _brg_mesh_view_forget_packs (BrgMeshView *self);
void _brg_mesh_view_clear_slots (BrgMeshView *self);

/* brg-mesh-view-flight.c */

/* More pictures of a motion follow. */
gboolean _brg_mesh_view_is_moving (BrgMeshView *self);

/* Shows everything from where the camera looks now, at once. */
void _brg_mesh_view_fit (BrgMeshView *self);

/* Sets the camera and redraws; `moving` says that more of the motion follows. */
void _brg_mesh_view_take_camera (BrgMeshView *self, const BrgCamera *camera, gboolean moving);

/* Ends an animation where it is. */
void _brg_mesh_view_stop_flight (BrgMeshView *self);

/* brg-mesh-view-input.c */

/* Adds the gestures and keys to the GL area. */
void _brg_mesh_view_add_controllers (BrgMeshView *self);

/* True when the pointer is on the cutter and no bone hides it there. */
gboolean _brg_mesh_view_hits_cutter (BrgMeshView *self, double x, double y);

extern guint _brg_mesh_view_signals[3];
enum
{
  MESH_VIEW_PICKED,
  MESH_VIEW_DRAGGED,
  MESH_VIEW_MAXIMISE,
};

G_END_DECLS
