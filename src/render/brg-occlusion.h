#pragma once

#include "render/brg-camera.h"
#include "render/brg-frame-buffer.h"

/* Ambient occlusion in screen space: darkens crevices and the inside of edges. All functions need
 * the context current. */
typedef struct
{
  GLuint gather, apply; /* programs */
  BrgFrameBuffer open;  /* how open each pixel is */
} BrgOcclusion;

BrgStatus brg_occlusion_init (BrgOcclusion *self, const BrgShaderLoader *loader, BrgError *error);
void brg_occlusion_clear (BrgOcclusion *self);

/* Multiplies the colours of `scene` by the occlusion found in `depth_texture`, which has one sample
 * per pixel, the size of `scene` and must not be its own attachment while that is drawn to with
 * depth writes. Background keeps its colour. Binds `scene`; turns blending and depth writes off. */
BrgStatus brg_occlusion_draw (BrgOcclusion *self,
                              const BrgCamera *camera,
                              const BrgFrameBuffer *scene,
                              GLuint depth_texture,
                              BrgError *error);
