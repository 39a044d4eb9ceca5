#pragma once

#include "render/brg-gl.h"
#include "render/brg-mesh-pack.h"
#include "render/brg-scene.h"

/* Draws up to BRG_SCENE_N_ITEMS meshes with one GL context. Belongs to the thread and the context
 * it was made with; every function but the three questions needs that context current.
 *
 * Order of a picture: background, opaque meshes, ambient occlusion, translucent meshes, crosshair,
 * resolve. Translucent meshes show their nearest back and their nearest front surface only: all
 * backs, the farthest mesh first, then all fronts, so a mesh inside another comes out right.
 *
 * Where GL is slow (measured: the meshes of the last picture at rest took longer than BRG_SLOW_MS)
 * pictures in motion use the proxies and leave out occlusion and edge smoothing. On a GPU all
 * pictures are the same, with four samples per pixel. */
typedef struct BrgMeshRenderer BrgMeshRenderer;

#define BRG_SLOW_MS 22.0

typedef struct
{
  GLuint frame_buffer;     /* bound for drawing; needs colour only */
  int width_px, height_px; /* device pixels */
  double scale;            /* device pixels per logical pixel, for the width of lines */
  bool moving;             /* one picture of a motion, another follows soon */
} BrgRenderTarget;

/* BRG_UNSUPPORTED when a shader fails. Keeps nothing of `loader`. */
BrgMeshRenderer *brg_mesh_renderer_new (const BrgShaderLoader *loader, BrgError *error);

void brg_mesh_renderer_free (BrgMeshRenderer *self); /* NULL allowed */

/* Replaces mesh `item` by `full` (NULL: nothing) and by `proxy` while moving (NULL: none). The
 * packs stay the caller's and may be freed afterwards. */
BrgStatus brg_mesh_renderer_upload (BrgMeshRenderer *self,
                                    int item,
                                    const BrgMeshPack *full,
                                    const BrgMeshPack *proxy,
                                    BrgError *error);

BrgStatus brg_mesh_renderer_draw (BrgMeshRenderer *self,
                                  const BrgScene *scene,
                                  const BrgRenderTarget *target,
                                  BrgError *error);

/* True when pictures in motion need proxies; before the first picture, when GL is software. */
bool brg_mesh_renderer_is_slow (const BrgMeshRenderer *self);

/* What the last picture at rest took: its meshes, and all of it. 0 before the first. */
double brg_mesh_renderer_meshes_ms (const BrgMeshRenderer *self);
double brg_mesh_renderer_total_ms (const BrgMeshRenderer *self);
