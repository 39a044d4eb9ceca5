#pragma once

#include <stdint.h>

#include "render/brg-camera.h"
#include "render/brg-line-renderer.h"

/* Everything a picture depends on but the meshes themselves. A plain value. */

#define BRG_SCENE_N_ITEMS 4

typedef struct
{
  uint32_t rgb;   /* 0xRRGGBB */
  double opacity; /* 1 opaque; 0 is not drawn */
  bool visible;
} BrgSceneItem;

typedef struct
{
  BrgCamera camera;
  BrgSceneItem items[BRG_SCENE_N_ITEMS]; /* how mesh 0, 1, ... of the renderer is drawn */
  uint32_t top_rgb, bottom_rgb;          /* of the background */
  bool has_crosshair, has_frames;
  BrgVec3 crosshair; /* LPS mm */
} BrgScene;

/* The lines of the crosshair, at most BRG_MAX_LINES: a small cross of three axes at the point and,
 * if asked, around the scene box a frame of each plane through the point in the plane's colour.
 * A point outside the box is clamped for the frames. Returns how many. */
int brg_scene_crosshair_lines (const BrgScene *scene, BrgLine lines[BRG_MAX_LINES]);
